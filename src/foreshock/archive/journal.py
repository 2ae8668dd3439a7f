"""The journal: every record for good, in the order in which it arrived.

A record is never changed. A correction is a new record that `supersedes` the old one; an erasure
drops the bytes of a record and keeps its id, its hash and the reason. What was known by the end of
a day is one question to one table, so nothing that arrives later can change the answer.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    exists,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from foreshock.archive import sqlite
from foreshock.archive.rows import as_row, read_body
from foreshock.archive.tables import DATED, ERASURE, FOUNDING, VERSION, book_row, journal, placed
from foreshock.archive.trouble import busy, damaged
from foreshock.errors import ArchiveError, WrongUse
from foreshock.words.clocks import end_of, now
from foreshock.words.records import KINDS, Record

R = TypeVar("R", bound=Record)

FILE = "journal.sqlite"

#: rows of one statement: well below the number of parameters that databases allow
BATCH = 500


class _Open(threading.local):
    """The transaction that this thread has open, if any."""

    connection: Connection | None = None
    doomed: bool = False
    scrub: bool = False
    undo: list[Callable[[], None]]


class Journal:
    """The records of one archive. One object may be used by several threads."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.file = home / FILE
        self._engine = sqlite.connect(self.file)
        self._open = _Open()
        self._check_version()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    # -- transactions ----------------------------------------------------------------------------

    @contextmanager
    def writing(self, patience: float = sqlite.PATIENCE) -> Iterator[Connection]:
        """Hold the only right to write until the block ends; undo everything if it fails.

        Waits `patience` seconds for whoever holds it, then `ArchiveBusy`. A block inside a block
        of the same thread joins it: both are kept, or neither.
        """
        if self._open.connection is not None:
            try:
                yield self._open.connection
            except BaseException:
                self._open.doomed = True
                raise
            return
        with sqlite.troubles(self.home):
            connection = self._engine.connect().execution_options(patience=patience)
            try:
                connection.begin()
            except BaseException:
                connection.close()
                raise
        self._open.connection, self._open.undo = connection, []
        self._open.doomed = self._open.scrub = False
        try:
            yield connection
            self._commit(connection)
        except BaseException:
            for step in reversed(self._open.undo):  # before others may write again
                step()
            raise
        finally:
            self._open.connection = None
            connection.close()  # rolls back whatever was not committed
        if self._open.scrub:
            self._scrub()

    def _commit(self, connection: Connection) -> None:
        if self._open.doomed:
            raise ArchiveError(
                f"the archive {self.home}: a write failed inside a transaction",
                next_step="Nothing of the transaction was kept; run again.",
            )
        with sqlite.troubles(self.home):
            connection.commit()

    def _scrub(self) -> None:
        with sqlite.troubles(self.home):
            if not sqlite.scrub(self._engine):
                raise busy(
                    self.home,
                    "what was erased is shown no more, but a reader keeps its bytes in "
                    "journal.sqlite-wal; erase it again later",
                )

    @property
    def inside(self) -> bool:
        """Whether this thread has a transaction open."""
        return self._open.connection is not None

    def on_undo(self, step: Callable[[], None]) -> None:
        """Have `step` called if the transaction that this thread has open fails."""
        self._open.undo.append(step)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One steady view of the journal, which later writes do not change."""
        with sqlite.troubles(self.home):
            if self._open.connection is not None:
                yield self._open.connection
            else:
                with self._engine.connect() as connection:
                    yield connection

    # -- writing ---------------------------------------------------------------------------------

    def add(self, records: Iterable[Record]) -> int:
        """Keep records, all or none; those already kept are left alone. The number of new ones.

        `RecordError` for a record without an id, with a moment without a time zone, or that
        would not read back as it was written.
        """
        rows = [as_row(record) for record in records]
        return self.append(rows) if rows else 0

    def append(self, rows: Sequence[dict[str, Any]]) -> int:
        """Put rows at the end of the journal, those with a known id left out."""
        waiting = {row["id"]: row for row in reversed(rows)}  # of two alike the first stays
        with self.writing() as connection, sqlite.troubles(self.home):
            ids = iter(tuple(waiting))
            while some := list(islice(ids, BATCH)):
                kept = select(journal.c.id).where(journal.c.id.in_(some))
                for known in connection.scalars(kept):
                    del waiting[known]
            self._place(connection, list(reversed(waiting.values())))
        return len(waiting)

    def _place(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        last = select(journal.c.seq, journal.c.chain).order_by(journal.c.seq.desc()).limit(1)
        seq, chain = connection.execute(last).one()
        ready = []
        for row in rows:
            seq += 1
            ready.append(placed(row, seq, chain))
            chain = ready[-1]["chain"]
        for start in range(0, len(ready), BATCH):
            connection.execute(insert(journal), ready[start : start + BATCH])

    def erase(self, record_id: str, why: str) -> None:
        """Drop the bytes of a record for good; its id, hash, clocks and the reason stay.

        For what should never have been kept, such as a text with a wrong marking. The record is
        neither shown nor taken in again, and still supersedes what it superseded. Copies outside
        the archive (backups, parcels) are not reached. Erasing twice is erasing once.
        """
        if not why.strip():
            raise WrongUse(f"the erasure of {record_id!r} has no reason", expected="one sentence")
        mine = (journal.c.id == record_id) & journal.c.kind.in_(KINDS)
        with self.reading() as connection:
            there = connection.scalar(select(journal.c.seq).where(mine))
        if there is None:
            raise WrongUse(
                f"there is no record {record_id!r} in the archive {self.home}",
                expected="the id of a record that is kept here",
            )
        body = msgspec.json.encode({"of": record_id, "why": why})
        with self.writing() as connection, sqlite.troubles(self.home):
            self.append([book_row(ERASURE, f"{ERASURE}-{record_id}", body, now())])
            connection.execute(update(journal).where(mine).values(body=None))
            self._open.scrub = True

    def erased(self, record_id: str) -> str | None:
        """Why a record was erased; None when it was not."""
        rows = self.books(ERASURE, f"{ERASURE}-{record_id}")
        return str(msgspec.json.decode(rows[0])["why"]) if rows else None

    # -- reading ---------------------------------------------------------------------------------

    def known(self, kind: type[R], day: date | None = None) -> list[R]:
        """The latest versions of all records of a kind known by the end of `day` (None: now).

        Latest: no record of its nature known by then supersedes it. In order of becoming known,
        then of id.
        """
        moment = _moment(day)
        later = journal.alias("later")
        replaced = exists().where(
            later.c.supersedes == journal.c.id,
            later.c.known_at <= moment,
            later.c.nature == journal.c.nature,  # an exercise corrects nothing that is actual
        )
        return self._records(kind, moment, ~replaced)

    def history(self, kind: type[R], day: date | None = None) -> list[R]:
        """All versions, also superseded ones, known by the end of `day` (None: now)."""
        return self._records(kind, _moment(day))

    def _records(self, kind: type[R], moment: datetime, *more: ColumnElement[bool]) -> list[R]:
        name = kind.__name__.lower()
        if KINDS.get(name) is not kind:
            raise WrongUse(f"{kind.__name__} is no kind of record", expected=", ".join(KINDS))
        wanted: Select[Any] = (
            select(journal.c.id, journal.c.body)
            .where(journal.c.kind == name, journal.c.known_at <= moment)
            .where(journal.c.body.is_not(None), *more)
            .order_by(journal.c.known_at, journal.c.id)
        )
        with self.reading() as connection:
            rows = connection.execute(wanted).all()
        return [read_body(self.home, kind, row.id, row.body) for row in rows]

    def get(self, record_id: str) -> Record | None:
        """The record with this id; None when it was never kept, or was erased."""
        with self.reading() as connection:
            row = connection.execute(
                select(journal.c.kind, journal.c.body).where(journal.c.id == record_id)
            ).one_or_none()
        if row is None or row.body is None or row.kind not in KINDS:
            return None
        return read_body(self.home, KINDS[row.kind], record_id, row.body)

    def books(self, kind: str, id: str | None = None) -> list[bytes]:
        """The archive's own rows of a kind, oldest first."""
        wanted = select(journal.c.body).where(journal.c.kind == kind).order_by(journal.c.seq)
        if id is not None:
            wanted = wanted.where(journal.c.id == id)
        with self.reading() as connection:
            return list(connection.scalars(wanted))

    def scan(self) -> Iterator[dict[str, Any]]:
        """Every row of the journal in order of arrival, moments and days as the bare text.

        Bare, so that a row whose columns were spoilt can be looked at too.
        """
        bare = [type_coerce(c, String) if c.name in DATED else c for c in journal.c]
        named = [column.label(c.name) for column, c in zip(bare, journal.c, strict=True)]
        with self.reading() as connection:
            rows = connection.execute(select(*named).order_by(journal.c.seq))
            yield from (dict(row) for row in rows.yield_per(BATCH).mappings())

    def flaws(self) -> list[str]:
        """What the database itself finds wrong with its file."""
        with sqlite.troubles(self.home):
            return sqlite.flaws(self._engine)

    def tally(self) -> dict[str, tuple[int, int, datetime, datetime]]:
        """By kind: how many rows, how many erased, first and last moment of becoming known."""
        kind, count = journal.c.kind, func.count()
        first, last = func.min(journal.c.known_at), func.max(journal.c.known_at)
        wanted = select(kind, count, count - func.count(journal.c.body), first, last)
        with self.reading() as connection:
            rows = connection.execute(wanted.group_by(kind).order_by(kind)).all()
        return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}

    def head(self) -> str:
        """The chain of the newest row: noted elsewhere, it proves what was kept by then."""
        with self.reading() as connection:
            newest = select(journal.c.chain).order_by(journal.c.seq.desc()).limit(1)
            return str(connection.scalar(newest))

    def _check_version(self) -> None:
        founded = self.books(FOUNDING)
        if not founded:
            raise damaged(self.home, "journal.sqlite has lost its first row")
        version = msgspec.json.decode(founded[-1])["version"]
        if version > VERSION:
            raise ArchiveError(
                f"the archive {self.home} has form {version}",
                expected=f"form {VERSION} or older, which this program can read",
                next_step="Install the Foreshock that wrote it, or a newer one.",
            )


def _moment(day: date | None) -> datetime:
    return now() if day is None else end_of(day)
