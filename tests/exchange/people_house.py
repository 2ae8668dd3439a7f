"""People for the tests: with a password hash that is quick, and a clock that stands still."""

import pyotp
from argon2 import PasswordHasher

from foreshock.archive.people import SqliteSecrets
from foreshock.exchange import people
from foreshock.exchange.login import Door
from foreshock.words.clocks import live, now
from foreshock.words.people import Person

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.at = now().timestamp()

    def __call__(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += seconds


class Staff:
    """The people of a house, the door they come in by, and the seeds of their codes."""

    def __init__(self, archive) -> None:
        self.archive = archive
        self.secrets = SqliteSecrets(archive.home)
        self.clock = Clock()
        self.door = Door(archive, self.secrets, self.clock)
        self.seeds: dict[str, str] = {}

    def add(self, name: str, *roles: str, **more) -> Person:
        made = people.write_person(
            self.archive,
            Person(clocks=live(now()), name=name, roles=roles or ("analyst",), by="test", **more),
        )
        self.seeds[name] = people.set_secret(self.archive, self.secrets, name, PASSWORD, "test")
        return made

    def code(self, name: str) -> str:
        return pyotp.TOTP(self.seeds[name]).at(self.clock.at)

    def log_in(self, name: str, password: str = PASSWORD) -> str:
        """The token of a new session; the clock goes on, so that the next code is another."""
        _, token = self.door.let_in(name, password, self.code(name))
        self.clock.wait(31)
        return token
