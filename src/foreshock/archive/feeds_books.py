"""The books beside the feeds: cards, trust, sendings, receipts, words, alarms, the audit log.

One writer at a time, readers never wait (SQLite in WAL mode); a commit that was answered is on the
disk. `feeds.py` builds the feeds themselves on it.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from foreshock.archive.feeds_tables import VERSION, found, renew
from foreshock.archive.sqlite import opened, writing
from foreshock.archive.tables import moment_text
from foreshock.archive.trouble import busy, damaged, disk_troubles, full
from foreshock.errors import ArchiveError
from foreshock.words.feeds import (
    Alarm,
    AuditLine,
    CardRow,
    ReceiptRow,
    SentRow,
    TrustRow,
    WordRow,
    audit_chain,
)

if TYPE_CHECKING:
    pass

FILE = "feeds.sqlite"
#: how long a writer waits for another one, in seconds
PATIENCE = 60
PRAGMAS = (
    "synchronous = FULL",
    "foreign_keys = ON",
    # what is erased is overwritten with zeros, not merely unlinked
    "secure_delete = ON",
    # KiB; the index of ids is written in no order, and has to be at hand
    "cache_size = -64000",
    # pages in the log of writes at which a writer stops to move them into the file itself
    "wal_autocheckpoint = 64000",
)
#: bytes of segments after which the log of writes is moved into the file, beside the work
MOVED = 4_000_000


class Books:
    """What is kept beside the feeds, and the way to the file."""

    def __init__(self, home: Path) -> None:
        self._file = home / FILE
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._mover = threading.Thread()
        with disk_troubles(self._file):
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._file.exists():
                self._file.touch(mode=0o600)
        with self.writing() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                found(connection)
            elif version < VERSION:
                renew(connection)
            elif version > VERSION:
                raise ArchiveError(
                    f"{self._file} has form {version}",
                    expected=f"form {VERSION}, which this program can read",
                    next_step="Install the Foreshock that wrote it, or a newer one.",
                )

    def close(self) -> None:
        """Let go of the file."""
        self._moved()
        for connection in self._open:
            connection.close()
        self._open.clear()
        self._local = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- cards and trust -------------------------------------------------------------------------

    def add_card(self, row: CardRow) -> None:
        """Keep a card."""
        values = (row.root, row.counter, row.jws, moment_text(row.at))
        self._insert("card (root, counter, jws, at)", values)

    def cards(self) -> list[CardRow]:
        """All cards, oldest first."""
        rows = self._all("SELECT root, counter, jws, at FROM card ORDER BY n")
        return [CardRow(root=r, counter=c, jws=j, at=moment(a)) for r, c, j, a in rows]

    def add_trust(self, row: TrustRow) -> None:
        """Keep a decision."""
        values = (row.root, row.what, row.value, moment_text(row.at))
        self._insert("trust (root, what, value, at)", values)

    def trust(self) -> list[TrustRow]:
        """All decisions, oldest first."""
        rows = self._all("SELECT root, what, value, at FROM trust ORDER BY n")
        return [TrustRow(root=r, what=w, value=v, at=moment(a)) for r, w, v, a in rows]

    # -- what went out, and what came back -------------------------------------------------------

    def add_sent(self, row: SentRow) -> None:
        """Note what left."""
        values = (row.feed, row.number, row.to, row.way, moment_text(row.at))
        self._insert("sent (feed, number, receiver, way, at)", values)

    def sent(self, to: str = "") -> list[SentRow]:
        """What left, for one receiver or for all."""
        rows = self._all(
            "SELECT feed, number, receiver, way, at FROM sent WHERE ?1 = '' OR receiver = ?1"
            " ORDER BY n", (to,),
        )  # fmt: skip
        return [SentRow(feed=f, number=n, to=r, way=w, at=moment(a)) for f, n, r, w, a in rows]

    def add_receipt(self, row: ReceiptRow) -> None:
        """Keep a receipt."""
        values = (row.partner, row.feed, row.number, row.jws, moment_text(row.at))
        self._insert("receipt (partner, feed, number, jws, at)", values, "INSERT OR IGNORE")

    def receipts(self, feed: str = "") -> list[ReceiptRow]:
        """Receipts of a feed, or all, oldest first."""
        rows = self._all(
            "SELECT partner, feed, number, jws, at FROM receipt WHERE ?1 = '' OR feed = ?1"
            " ORDER BY n", (feed,),
        )  # fmt: skip
        return [
            ReceiptRow(partner=p, feed=f, number=n, jws=j, at=moment(a)) for p, f, n, j, a in rows
        ]

    def add_word(self, row: WordRow) -> bool:
        """Keep a word on an object; False when it is here already."""
        values = (row.by, row.id, row.version, row.what, row.role, row.remark, moment_text(row.at))
        return self._insert(
            "word (node, id, version, what, role, remark, at)", values, "INSERT OR IGNORE"
        )

    def words(self, id: str = "") -> list[WordRow]:
        """Words on an object, or all, oldest first."""
        rows = self._all(
            "SELECT node, id, version, what, role, remark, at FROM word WHERE ?1 = '' OR id = ?1"
            " ORDER BY n", (id,),
        )  # fmt: skip
        names = ("by", "id", "version", "what", "role", "remark", "at")
        return [msgspec.convert(dict(zip(names, row, strict=True)), WordRow) for row in rows]

    def add_alarm(self, alarm: Alarm) -> None:
        """Raise an alarm; one that says the same and is not settled is not raised twice."""
        with self.writing() as connection:
            same = connection.execute(
                "SELECT 1 FROM alarm WHERE kind = ? AND partner = ? AND feed = ? AND about = ?"
                " AND settled = ''",
                (alarm.kind, alarm.partner, alarm.feed, alarm.about),
            ).fetchone()
            if same is None:
                connection.execute(
                    "INSERT INTO alarm (at, kind, partner, feed, about, says, proofs, settled)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, '')",
                    (moment_text(alarm.at), alarm.kind, alarm.partner, alarm.feed, alarm.about,
                     alarm.says, json.dumps(alarm.proofs)),
                )  # fmt: skip

    def settle(self, number: int, how: str) -> bool:
        """Say how an alarm was settled; False when there is none of that number."""
        with self.writing() as connection:
            changed = connection.execute(
                "UPDATE alarm SET settled = ? WHERE n = ? AND settled = ''", (how, number)
            ).rowcount
        return changed == 1

    def alarms(self) -> list[Alarm]:
        """All alarms, oldest first."""
        rows = self._all(
            "SELECT n, at, kind, partner, feed, about, says, proofs, settled FROM alarm ORDER BY n"
        )
        return [
            Alarm(number=n, at=moment(at), kind=kind, partner=partner, feed=feed, about=about,
                  says=says, proofs=tuple(json.loads(proofs)), settled=settled)
            for n, at, kind, partner, feed, about, says, proofs, settled in rows
        ]  # fmt: skip

    def nonce(self, value: str, until: float, at: float) -> bool:
        """Remember a number used once; False when it was used before."""
        with self.writing() as connection:
            connection.execute("DELETE FROM nonce WHERE until < ?", (at,))
            added = connection.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?)", (value, until))
            return added.rowcount == 1

    # -- audit -----------------------------------------------------------------------------------

    def log(self, what: str, who: str, about: str, says: str, at: datetime) -> None:
        """Add a line to the audit log."""
        with self.writing() as connection:
            number, chain = self.audit_head()
            line = (number + 1, moment_text(at), what, who, about, says)
            connection.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", (*line, audit_chain(chain, line))
            )

    def audit(self, after: int = 0) -> Iterator[AuditLine]:
        """Lines of the audit log after a number, oldest first."""
        rows = self._connection().execute(
            "SELECT n, at, what, who, about, says, chain FROM audit WHERE n > ? ORDER BY n",
            (after,),
        )
        for n, at, what, who, about, says, chain in rows:
            yield AuditLine(
                number=n, at=moment(at), what=what, who=who, about=about, says=says, chain=chain
            )

    def last_heard(self, prefix: str) -> dict[str, datetime]:
        """By who: the last line of the log about somebody whose name begins with `prefix`."""
        rows = self._all(
            "SELECT who, max(at) FROM audit WHERE who LIKE ? AND what IN ('read', 'receive')"
            " GROUP BY who",
            (prefix + "%",),
        )
        return {who: moment(at) for who, at in rows}

    def audit_head(self) -> tuple[int, str]:
        """Number and chain of the newest line; (0, "") for an empty log."""
        rows = self._all("SELECT n, chain FROM audit ORDER BY n DESC LIMIT 1")
        return (rows[0][0], rows[0][1]) if rows else (0, "")

    # -- connections -----------------------------------------------------------------------------

    def _insert(self, into: str, values: tuple[Any, ...], verb: str = "INSERT") -> bool:
        marks = ", ".join("?" for _ in values)
        with self.writing() as connection:
            return connection.execute(f"{verb} INTO {into} VALUES ({marks})", values).rowcount == 1

    def _all(self, question: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._explained():
            return self._connection().execute(question, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = self._local.__dict__.get("connection")
        if connection is None:
            connection = opened(self._file, PATIENCE, PRAGMAS)
            self._local.connection = connection
            self._open.append(connection)
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the only right to write until the block ends; undo everything if it fails."""
        local = self._local.__dict__
        if local.get("depth"):
            yield self._connection()
            return
        with disk_troubles(self._file), self._explained():
            connection = self._connection()
            try:
                with writing(connection):
                    local["depth"] = 1
                    yield connection
            finally:
                local["depth"] = 0
            if local.pop("scrub", False):  # erased bytes are not left in the log of writes either
                self._moved()
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            elif local.get("grown", 0) > MOVED:
                local["grown"] = 0
                self._move()

    def _move(self) -> None:
        """Move the log of writes into the file while the work goes on: it is on the disk already.

        What cannot be moved now, because somebody reads it, is moved the next time.
        """
        if not self._mover.is_alive():
            self._mover = threading.Thread(target=_checkpoint, args=(self._file,))
            self._mover.start()

    def _moved(self) -> None:
        if self._mover.is_alive():
            self._mover.join()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say what an error of the database means."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise full(self._file) from error
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise busy(self._file) from error
            raise damaged(self._file, str(error)) from error


def _checkpoint(file: Path) -> None:
    with suppress(sqlite3.Error), closing(sqlite3.connect(file, timeout=PATIENCE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def moment(text: str) -> datetime:
    """A moment as it is kept, in UTC."""
    return datetime.fromisoformat(text)
