"""The people of a house: who they are, what proves it, and what keeps their secrets.

A `Person` is a record like any other. Secrets and sessions are not: a password that was changed,
or a session that ended, is to be forgotten. They are kept apart by a `Secrets`, which the archive
implements.
"""

from datetime import datetime
from typing import Protocol

from foreshock.words.base import Record, Struct
from foreshock.words.markings import Marking


class Person(Record, frozen=True, kw_only=True):
    """Somebody who may come to the desk, and in which roles."""

    #: short name by which they log in, the same through all versions
    name: str
    title: str = ""
    #: rows of the table of roles
    roles: tuple[str, ...]
    #: the mission that they report for
    mission: str = ""
    #: the desk whose submissions they read
    desk: str = ""
    #: the company that they tell figures of, and the group that it belongs to
    company: str = ""
    group: str = ""
    closed: bool = False
    #: who wrote it down
    by: str = ""
    marking: Marking = Marking.AMBER_STRICT


class Secret(Struct, frozen=True, kw_only=True):
    """What proves that it is them: a password as argon2id, and the seed of their one-time codes."""

    password: str
    #: base32, RFC 6238
    totp: str
    #: when it was set (UTC)
    since: datetime


class Session(Struct, frozen=True, kw_only=True):
    """A stay at the desk, from logging in to logging out."""

    #: SHA-256 of what the browser holds, 64 hex digits
    key: str
    person: str
    opened: datetime
    #: last time it was used, to the minute
    seen: datetime
    expires: datetime


class Secrets(Protocol):
    """Keeps secrets and sessions. Every method is one transaction."""

    def secret(self, person: str) -> Secret | None:
        """What proves that it is this person; None if nothing was set."""
        ...

    def set_secret(self, person: str, secret: Secret) -> None:
        """Put a secret in the place of the one before, which is forgotten."""
        ...

    def use_code(self, person: str, step: int) -> bool:
        """Whether no code of this step or a later one was used before; from now on it was."""
        ...

    def tried(self, who: str, at: float, since: float, most: int) -> int:
        """Note a try at `at` (seconds); how many of `most` are left since `since`.

        -1, and nothing noted, if none was left.
        """
        ...

    def forget_tries(self, who: str) -> None:
        """Somebody succeeded, or was let in again: their tries count no more."""
        ...

    def open_session(self, session: Session) -> None:
        """Keep a new session."""
        ...

    def session(self, key: str) -> Session | None:
        """The session with this key, over or not; None if there is none."""
        ...

    def see_session(self, key: str, at: datetime) -> None:
        """Note that a session was used."""
        ...

    def end_sessions(self, person: str, key: str | None = None) -> int:
        """Forget one session of a person, or all; how many there were."""
        ...

    def sessions(self, person: str | None = None) -> list[Session]:
        """The sessions of a person, or of all, oldest first."""
        ...

    def form_key(self) -> bytes:
        """32 random bytes, the same for every process of the house: forms are bound with them."""
        ...
