"""Keeps the secrets and sessions of people, in a file of its own beside the journal.

Implements `words.people.Secrets`. Not append-only, on purpose: what was changed or ended is
overwritten, with zeros (`secure_delete`). The file is readable by this user only and is in no
backup: after a restore, passwords are set anew.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from foreshock.archive.sqlite import opened, troubles, writing
from foreshock.archive.tables import moment_text
from foreshock.words.people import Secret, Session

if TYPE_CHECKING:
    from foreshock.words.people import Secrets

FILE = "people.sqlite"
#: how long a writer waits for another one, in seconds
PATIENCE = 20
PRAGMAS = ("journal_mode = TRUNCATE", "synchronous = FULL", "secure_delete = ON")

SCHEMA = """
CREATE TABLE secret (person TEXT PRIMARY KEY, password TEXT NOT NULL, totp TEXT NOT NULL,
    since TEXT NOT NULL, step INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE try (who TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX try_who ON try (who, at);
CREATE TABLE session (key TEXT PRIMARY KEY, person TEXT NOT NULL, opened TEXT NOT NULL,
    seen TEXT NOT NULL, expires TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX session_person ON session (person);
CREATE TABLE form (key BLOB NOT NULL);
PRAGMA user_version = 1;
"""


class SqliteSecrets:
    """The secrets and sessions of one house. May be used by several threads and processes."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file = home / FILE
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        with troubles(home):
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
        with self._writing() as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute("INSERT INTO form VALUES (?)", (os.urandom(32),))

    def close(self) -> None:
        """Let go of the file."""
        for connection in self._open:
            connection.close()
        self._open.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- secrets ---------------------------------------------------------------------------------

    def secret(self, person: str) -> Secret | None:
        """What proves that it is this person; None if nothing was set."""
        row = self._one("SELECT password, totp, since FROM secret WHERE person = ?", person)
        return Secret(password=row[0], totp=row[1], since=_moment(row[2])) if row else None

    def set_secret(self, person: str, secret: Secret) -> None:
        """Put a secret in the place of the one before; codes used before stay used."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO secret VALUES (?, ?, ?, ?, 0) ON CONFLICT (person) DO UPDATE SET "
                "password = excluded.password, since = excluded.since, "
                "step = CASE WHEN totp = excluded.totp THEN step ELSE 0 END, totp = excluded.totp",
                (person, secret.password, secret.totp, moment_text(secret.since)),
            )

    def use_code(self, person: str, step: int) -> bool:
        """Whether no code of this step or a later one was used before; from now on it was."""
        with self._writing() as connection:
            changed = connection.execute(
                "UPDATE secret SET step = ? WHERE person = ? AND step < ?", (step, person, step)
            )
            return changed.rowcount == 1

    def tried(self, who: str, at: float, since: float, most: int) -> int:
        """Note a try at `at` (seconds); how many of `most` are left since `since`.

        -1, and nothing noted, if none was left.
        """
        with self._writing() as connection:
            connection.execute("DELETE FROM try WHERE at <= ?", (since,))
            (made,) = connection.execute(
                "SELECT COUNT(*) FROM try WHERE who = ?", (who,)
            ).fetchone()
            if made >= most:
                return -1
            connection.execute("INSERT INTO try VALUES (?, ?)", (who, at))
            return int(most - made - 1)

    def forget_tries(self, who: str) -> None:
        """Somebody succeeded, or was let in again: their tries count no more."""
        with self._writing() as connection:
            connection.execute("DELETE FROM try WHERE who = ?", (who,))

    # -- sessions --------------------------------------------------------------------------------

    def open_session(self, session: Session) -> None:
        """Keep a new session; those that are over are forgotten."""
        opened, seen, expires = map(moment_text, (session.opened, session.seen, session.expires))
        with self._writing() as connection:
            connection.execute("DELETE FROM session WHERE expires < ?", (opened,))
            connection.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
                (session.key, session.person, opened, seen, expires),
            )

    def session(self, key: str) -> Session | None:
        """The session with this key, over or not; None if there is none."""
        row = self._one("SELECT * FROM session WHERE key = ?", key)
        return _session(row) if row else None

    def see_session(self, key: str, at: datetime) -> None:
        """Note that a session was used."""
        with self._writing() as connection:
            connection.execute("UPDATE session SET seen = ? WHERE key = ?", (moment_text(at), key))

    def end_sessions(self, person: str, key: str | None = None) -> int:
        """Forget one session of a person, or all; how many there were."""
        with self._writing() as connection:
            return connection.execute(
                "DELETE FROM session WHERE person = ? AND key = COALESCE(?, key)", (person, key)
            ).rowcount

    def sessions(self, person: str | None = None) -> list[Session]:
        """The sessions of a person, or of all, oldest first."""
        with troubles(self._home):
            rows = self._connection().execute(
                "SELECT * FROM session WHERE person = COALESCE(?, person) ORDER BY opened, key",
                (person,),
            )
            return [_session(row) for row in rows]

    def form_key(self) -> bytes:
        """32 random bytes, the same for every process of the house: forms are bound with them."""
        row = self._one("SELECT key FROM form")
        assert row is not None
        return bytes(row[0])

    # -- the file --------------------------------------------------------------------------------

    def _one(self, statement: str, *words: str) -> Any:
        with troubles(self._home):
            return self._connection().execute(statement, words).fetchone()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with troubles(self._home), writing(self._connection()) as connection:
            yield connection

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = opened(self._file, PATIENCE, PRAGMAS, wal=False)
            self._local.connection = connection
            self._open.append(connection)
        return connection


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _session(row: tuple[str, str, str, str, str]) -> Session:
    return Session(
        key=row[0],
        person=row[1],
        opened=_moment(row[2]),
        seen=_moment(row[3]),
        expires=_moment(row[4]),
    )


if TYPE_CHECKING:
    _keeps: type[Secrets] = SqliteSecrets  # the type checker holds the promise of the docstring
