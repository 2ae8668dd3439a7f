"""The one door of the web desk: who asks, and whether the route asked for is theirs.

Every route has a row in `RULES`: the right that it asks for, or `ANYONE`. A route without a row is
closed. While nobody is written down, the desk serves the one user of its own machine, who looks
without logging in and changes nothing; from the first person on, everybody logs in.
"""

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from foreshock.exchange.roles import is_outside, receiver_of, rights_of
from foreshock.words.records import Receiver

if TYPE_CHECKING:
    from foreshock.archive import Archive
    from foreshock.exchange.login import Door
    from foreshock.words.people import Person, Secrets, Session

#: the right of whoever asks, logged in or not
ANYONE = "anyone"

#: method and address of every route -> the right that it asks for
RULES: dict[tuple[str, str], str] = {
    **{
        ("GET", path): "look"
        for path in (
            *("/", "/warnings/{key}", "/warnings/{item}/{holder}", "/items", "/items/{key}"),
            *("/measures", "/measures/{name:path}", "/commitments", "/documents/{key}"),
            *("/calendar", "/stances", "/chains", "/alarms"),
            *("/health", "/about", "/bulletin", "/api/warnings.json", "/api/findings.json"),
        )
    },
    **{("GET", path): ANYONE for path in ("/healthz", "/favicon.ico", "/static")},
    ("GET", "/login"): ANYONE,
    ("POST", "/login"): ANYONE,
    ("POST", "/logout"): "account",
    ("GET", "/account"): "account",
    ("POST", "/account/password"): "account",
    ("POST", "/account/sessions"): "account",
    ("GET", "/missions"): "duties",
    ("GET", "/reports/{key}"): "duties",
    ("GET", "/report/{form}"): "report",
    ("POST", "/report/{form}"): "report",
    ("GET", "/reports/{key}/correct"): "report",
    ("POST", "/reports/{key}/correct"): "report",
    ("GET", "/company"): "submit",
    ("POST", "/company"): "submit",
    ("GET", "/submissions"): "submissions",
    ("POST", "/submissions"): "submissions",
    ("GET", "/releases"): "release",
    ("GET", "/releases/{key}"): "release",
    ("POST", "/releases/{key}"): "release",
    ("GET", "/people"): "audit",
    ("GET", "/partners"): "partners",
    ("GET", "/partners/alarms"): "partners",
    ("POST", "/partners/alarms/{key}"): "settle",
}

#: what the one user of an own machine may do, as long as nobody is written down
ALONE = frozenset({"look", "duties", "partners"})


class Caller(NamedTuple):
    """Who asks, what they may do, and as whom the gate knows them."""

    receiver: Receiver
    rights: frozenset[str]
    person: "Person | None" = None
    session: "Session | None" = None
    #: what every form of theirs carries, so that no other site can send one in their name
    form_token: str = ""

    @property
    def outside(self) -> bool:
        """Whether they are of another house: drafts are shown to them once they were released."""
        return self.person is not None and is_outside(self.person)

    @property
    def name(self) -> str:
        """Their short name; nobody's is empty."""
        return self.person.name if self.person else ""

    def may(self, right: str) -> bool:
        """Whether they have a right."""
        return right == ANYONE or right in self.rights


#: somebody who has not logged in where that is asked
STRANGER = Caller(receiver=Receiver(name="nobody", circle="public"), rights=frozenset())


class Office(NamedTuple):
    """What the pages of people need beside the findings: who keeps what, and who is let in."""

    archive: "Archive"
    secrets: "Secrets"
    door: "Door"
    #: whether the desk is reached by https: cookies are then sent by nothing else
    secure: bool = False
    #: ask for a login though nobody is written down: the desk can be reached from elsewhere
    open_to_others: bool = False
    #: DSN of the database that keeps the objects of TAXII; empty: a file in the archive
    database: str = ""

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds a session; browsers bind __Host- to this host."""
        return "__Host-foreshock" if self.secure else "foreshock"

    def asks_for_login(self) -> bool:
        """Whether everybody must log in: once somebody was written down, or others reach it."""
        from foreshock.words.people import Person

        return self.open_to_others or bool(self.archive.history(Person))

    def caller(self, cookies: Mapping[str, str], alone: Receiver) -> Caller:
        """Who asks. `alone` is the receiver that the one user of the machine is."""
        held = cookies.get(self.cookie, "")
        token = self.form_token(held)
        if not self.asks_for_login():
            return Caller(receiver=alone, rights=ALONE, form_token=token)
        known = self.door.known_by(held)
        if known is None:
            return STRANGER._replace(form_token=token)
        person, session = known
        return Caller(
            receiver=receiver_of(person),
            rights=rights_of(person),
            person=person,
            session=session,
            form_token=token,
        )

    def form_token(self, held: str) -> str:
        """The token that binds a form to what the browser holds; "" where it holds nothing."""
        if not held:
            return ""
        return hmac.digest(
            self.secrets.form_key(), held.encode("utf-8", "surrogatepass"), "sha256"
        ).hex()
