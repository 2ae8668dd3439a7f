"""A desk with people, missions, companies and records of every marking, as browsers meet it."""

import re
from datetime import UTC, date, datetime, timedelta

import desk_sample as sample
import msgspec
import pyotp
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from foreshock.archive import open_archive
from foreshock.archive.people import SqliteSecrets
from foreshock.desk.doors import Office
from foreshock.desk.web import make_app
from foreshock.exchange import missions, people, reports, submissions
from foreshock.exchange.login import Door
from foreshock.words.clocks import live, now
from foreshock.words.markings import Marking
from foreshock.words.missions import Assignment, Mission
from foreshock.words.people import Person
from foreshock.words.records import Report

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(1, 8, 1)
TODAY = now().date()
#: words that stand in records of each marking, and nowhere else
SECRETS = {
    Marking.GREEN: "greenword",
    Marking.AMBER: "amberword",
    Marking.AMBER_STRICT: "strictword",
    Marking.RED: "redword",
}
PEOPLE = {
    "mina": (("analyst",), {"desk": "minerals"}),
    "olaf": (("officer",), {}),
    "odile": (("officer",), {}),
    "lee": (("mission",), {"mission": "beijing"}),
    "pat": (("partner",), {}),
    "carl": (("company",), {"desk": "minerals", "company": "acme"}),
    "ada": (("academic",), {}),
    "aud": (("auditor",), {}),
}


class House:
    """The desk, its archive and its people; `clock` goes on when it is told to."""

    def __init__(self, home, folk=PEOPLE, **office) -> None:
        self.at = now().timestamp()
        self.archive = open_archive(home)
        self.secrets = SqliteSecrets(home)
        self.pack = sample.pack()
        door = Door(self.archive, self.secrets, lambda: self.at)
        self.office = Office(archive=self.archive, secrets=self.secrets, door=door, **office)
        self.app = make_app(sample.look, self.pack, office=self.office)
        self.seeds: dict[str, str] = {}
        for name, host, desk in (("minerals", "CN", ""), ("beijing", "CN", "minerals")):
            missions.add_mission(
                self.archive, self.pack,
                Mission(clocks=live(now()), name=name, title=f"The {name}", host=host, desk=desk,
                        kind="mission" if desk else "desk", by="test"),
            )  # fmt: skip
        for name, (roles, more) in folk.items():
            self.add(name, *roles, **more)

    def close(self) -> None:
        self.secrets.close()
        self.archive.close()

    def add(self, name, *roles, **more) -> Person:
        made = people.write_person(
            self.archive, Person(clocks=live(now()), name=name, roles=roles, by="test", **more)
        )
        self.seeds[name] = people.set_secret(self.archive, self.secrets, name, PASSWORD, "test")
        return made

    def fill(self) -> None:
        """A duty that is overdue, reports of each marking, and what three companies told."""
        since = TODAY - timedelta(days=9)
        missions.assign(
            self.archive, self.pack,
            Assignment(clocks=live(now()), mission="beijing", item="min.ga", grade="A",
                       since=since, by="test"),
        )  # fmt: skip
        for marking, word in SECRETS.items():
            self.archive.add([report(word, marking)])
        for company, value in (("acme", 512345), ("bolt", 400000), ("coil", 345000)):
            speaker = Person(
                clocks=live(now()), name=f"of-{company}", roles=("company",), company=company,
                desk="minerals",
            )  # fmt: skip
            told = {"item": "min.ga", "figure": "use", "period": "2026-Q3", "value": str(value)}
            submissions.submit(self.archive, self.pack, speaker, told)

    def code(self, name) -> str:
        self.at += 31  # the code before was used
        return pyotp.TOTP(self.seeds[name]).at(self.at)

    def browser(self, **more) -> "Browser":
        return Browser(self, **more)

    def as_(self, name) -> "Browser":
        """A browser in which somebody has logged in."""
        browser = self.browser()
        assert browser.log_in(name).status_code == 303
        return browser


class Browser:
    """A browser: it keeps cookies and sends forms with the token of the page they stand on."""

    def __init__(self, house, base="http://127.0.0.1") -> None:
        self.house = house
        self.client = TestClient(
            house.app, base_url=base, raise_server_exceptions=False, follow_redirects=False
        )

    def get(self, path, **more):
        return self.client.get(path, **more)

    def token(self, page) -> str:
        found = re.search(r'name="form_token" value="([0-9a-f]*)"', self.get(page).text)
        return found.group(1) if found else ""

    def post(self, path, page=None, **fields):
        return self.client.post(path, data={"form_token": self.token(page or path), **fields})

    def log_in(self, name, password=PASSWORD, code=None, **more):
        code = self.house.code(name) if code is None else code
        return self.post("/login", name=name, password=password, code=code, **more)


def report(word, marking, **more) -> Report:
    """A report of the mission in Beijing in which a word stands."""
    return msgspec.convert(
        {
            "clocks": live(datetime.now(UTC), happened=str(date.today())),
            "mission": "beijing", "host": "CN", "items": ("min.ga",), "status": "strained",
            "says": word, "marking": marking, **more,
        },
        Report,
    ).sealed()  # fmt: skip


__all__ = ["House", "people", "reports"]
