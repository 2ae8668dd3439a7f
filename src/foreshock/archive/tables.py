"""The one table of the journal, in words that every SQL database understands.

Whatever only SQLite understands stands in `sqlite.py`; another database brings a file of its own.
A row is written once. Its `chain` binds it to every row before it, so that a changed, missing or
inserted row shows (`checking.py`).
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

from foreshock.errors import ArchiveDamaged, RecordError

#: the form of what is stored; raised when an older program could no longer read it
VERSION = 1

#: kinds of rows by which the archive keeps its own books; they are no records of the house
FOUNDING, FIGURES, ERASURE = "founding", "figures", "erasure"


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, kept as text of fixed width: the order of the text is that of time.

    >>> Moment().process_bind_param(datetime(2023, 7, 3, 9, tzinfo=UTC), None)
    '2023-07-03T09:00:00.000000+00:00'
    """

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect | None) -> str | None:
        """Text of a moment; one without a time zone is refused."""
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """The moment again, in UTC."""
        try:
            return None if value is None else datetime.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise ArchiveDamaged(
                f"the journal holds the moment {value!r}",
                expected="UTC as ISO text",
                next_step="Run `foreshock archive verify`, then restore a backup.",
            ) from error


def moment_text(moment: datetime) -> str:
    """A moment as UTC text with microseconds; `RecordError` if it has no time zone.

    >>> moment_text(datetime(2023, 7, 3))
    Traceback (most recent call last):
    foreshock.errors.RecordError: the moment 2023-07-03T00:00:00 has no time zone, expected UTC.
    """
    if moment.tzinfo is None:
        raise RecordError(f"the moment {moment.isoformat()} has no time zone", expected="UTC")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


metadata = MetaData()

journal = Table(
    "journal",
    metadata,
    # 1, 2, 3 ... without a gap, in the order of arrival
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("id", String(120), nullable=False, unique=True),
    Column("known_at", Moment, nullable=False),
    Column("received", Moment, nullable=False),
    Column("published", Date),
    Column("happened", String(40)),
    Column("supersedes", String(120)),
    Column("marking", Integer, nullable=False),
    Column("nature", String(10), nullable=False),
    # the record as JSON; NULL once it was erased
    Column("body", LargeBinary),
    # of the body as it was written; stays when the body is erased
    Column("sha256", String(64), nullable=False),
    Column("chain", String(64), nullable=False),
    Index("journal_known", "kind", "known_at", "id"),
    Index("journal_superseded", "supersedes", "known_at"),
)

#: columns that hold a moment or a day
DATED = ("known_at", "received", "published")
#: what the chain binds: everything but the body, for which its hash stands
BOUND = tuple(c.name for c in journal.columns if c.name not in ("body", "chain"))


def sha256(data: bytes) -> str:
    """SHA-256 in 64 hex digits.

    >>> sha256(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()


def link(previous: str, row: Mapping[str, Any]) -> str:
    """The `chain` of a row: SHA-256 over that of the row before it and over all its columns.

    Takes the row as it was given, or the bare text of its columns as the database holds it. Every
    value is written with its length, so that no two different rows give the same text.
    """
    texts = {name: text_of(row[name]) for name in BOUND}
    parts = [f"{name}:{len(text)}:{text}" for name, text in texts.items()]
    return sha256("\n".join([previous, *parts]).encode())


def text_of(value: object) -> str:
    """A value of a column as one text, whether it is the value or its text in the database.

    >>> text_of(datetime(2023, 7, 3, tzinfo=UTC)), text_of(None), text_of("")
    ('=2023-07-03T00:00:00.000000+00:00', '', '=')
    """
    if value is None:
        return ""
    return f"={moment_text(value) if isinstance(value, datetime) else value}"


def book_row(kind: str, id: str, body: bytes, at: datetime) -> dict[str, Any]:
    """A row of the archive's own books, still without its place in the journal."""
    return {
        "kind": kind,
        "id": id,
        "known_at": at,
        "received": at,
        "published": None,
        "happened": None,
        "supersedes": None,
        "marking": 0,
        "nature": "actual",
        "body": body,
        "sha256": sha256(body),
    }


def placed(row: Mapping[str, Any], seq: int, previous: str) -> dict[str, Any]:
    """The row at its place: after `previous`, the chain of row `seq` - 1 ("" before the first).

    >>> row = book_row(FOUNDING, "founding-1", b"1", datetime(2026, 1, 1, tzinfo=UTC))
    >>> first = placed(row, 1, "")
    >>> first["chain"] == link("", first) != placed(row, 2, first["chain"])["chain"]
    True
    """
    whole = {**row, "seq": seq}
    return {**whole, "chain": link(previous, whole)}
