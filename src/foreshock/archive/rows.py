"""A record as a row of the journal, and back."""

from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from foreshock.archive.tables import moment_text, sha256
from foreshock.archive.trouble import damaged
from foreshock.errors import RecordError
from foreshock.words.records import KINDS, Record

R = TypeVar("R", bound=Record)


@cache
def _decoder(kind: type[R]) -> msgspec.json.Decoder[R]:
    return msgspec.json.Decoder(kind)


def as_row(record: Record) -> dict[str, Any]:
    """The columns of a record, all but its place in the journal.

    `RecordError` if it has no id, is of no known kind, or could not be read back.

    >>> from datetime import UTC, datetime
    >>> from foreshock.words.clocks import live
    >>> from foreshock.words.records import Document
    >>> text = Document(clocks=live(datetime(2026, 1, 1, tzinfo=UTC)), source="folder", text="...")
    >>> as_row(text.sealed())["kind"]
    'document'
    >>> as_row(text)
    Traceback (most recent call last):
    foreshock.errors.RecordError: a document without an id, expected a sealed record. ...
    """
    kind = type(record).__name__.lower()
    if KINDS.get(kind) is not type(record):
        raise RecordError(f"{kind} is no kind of record", expected=", ".join(KINDS))
    if not record.id:
        raise RecordError(
            f"a {kind} without an id", expected="a sealed record", next_step="Call `.sealed()`."
        )
    if record.supersedes == record.id:
        raise RecordError(f"{record.id} supersedes itself", expected="the id of another record")
    clocks = record.clocks
    for moment in (clocks.known_at, clocks.received):
        moment_text(moment)
    body = _body(record)
    return {
        "kind": kind,
        "id": record.id,
        "known_at": clocks.known_at,
        "received": clocks.received,
        "published": clocks.published,
        "happened": clocks.happened,
        "supersedes": record.supersedes,
        "marking": int(record.marking),
        "nature": record.nature,
        "body": body,
        "sha256": sha256(body),
    }


def _body(record: Record) -> bytes:
    """The record as JSON that surely reads back: JSON has no NaN, and knows no list from tuple."""
    expected = "the types of words/records.py and finite numbers"
    try:
        body = msgspec.json.encode(record)
        again = _decoder(type(record)).decode(body)
    except (msgspec.MsgspecError, TypeError, ValueError) as error:
        raise RecordError(f"{record.id} cannot be kept: {error}", expected=expected) from error
    if again != record:
        fields = [
            name
            for name in record.__struct_fields__
            if getattr(again, name) != getattr(record, name)
        ]
        raise RecordError(
            f"{record.id} would not read back as it was written: {', '.join(fields)}",
            expected=expected,
        )
    return body


def read_body(home: Path, kind: type[R], record_id: str, body: bytes) -> R:
    """The record that a row holds; `ArchiveDamaged` if its bytes are none."""
    try:
        return cast(R, _decoder(kind).decode(body))
    except (msgspec.MsgspecError, ValueError) as error:
        raise damaged(home, f"{record_id} cannot be read ({error})") from error
