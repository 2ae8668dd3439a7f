"""What all our STIX objects share: ids, timestamps, markings, the extension and who made them.

Ids are made of what an object is about, so that what is said anew is a new *version* of the same
object. Source: STIX Version 2.1, OASIS Standard, 10 June 2021.
"""

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from foreshock.words.clocks import span
from foreshock.words.markings import RULES, Marking
from foreshock.words.records import Commitment, Measure, Record

Object = dict[str, Any]


def name_of(kind: str, what: str) -> str:
    """The id of an object: made of what it is about, in the form of a random UUID.

    STIX wants version 4 for all but observables; ours come out of a hash, so that what is said
    again is a new version of the same object in every run.

    >>> name_of("report", "a") == name_of("report", "a") != name_of("report", "b")
    True
    """
    digest = hashlib.sha256(f"foreshock {kind} {what}".encode()).digest()
    return f"{kind}--{uuid.UUID(bytes=digest[:16], version=4)}"


EXTENSION = name_of("extension-definition", "1.1")
#: whose the extension is; no house has this name
PROJECT = "Foreshock project"
#: when the extension was written down; it is the same object in every house
EXTENDED = "2026-11-28T00:00:00.000Z"
SCHEMA = Path(__file__).with_name("stix_extension.schema.json")
#: what stays as it is in an address; letters of other scripts are written as bytes
_SAFE = ":/?#[]@!$&'()*+,;=%~-._"


def identity(name: str, maker: str = "", kind: str = "organization") -> Object:
    """Somebody with a name: this house, who makes itself known, or one named by `maker`."""
    own = name_of("identity", f"{maker} {name}" if maker else f"house {name}")
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": own,
        "created_by_ref": maker or own,
        "created": EXTENDED,
        "modified": EXTENDED,
        "name": name,
        "identity_class": kind,
        "object_marking_refs": [tlp(Marking.CLEAR)],
    }


@cache
def _schema() -> str:
    return json.dumps(json.loads(SCHEMA.read_text("utf-8")), separators=(",", ":"))


def extension() -> Object:
    """The definition of the extension, its JSON schema inside: it needs no address to be read."""
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION,
        "created_by_ref": identity(PROJECT)["id"],
        "created": EXTENDED,
        "modified": EXTENDED,
        "name": "Foreshock supply warnings",
        "description": "Level, probabilities and cover of a supply warning; life of a control or "
        "promise; what a mission reports.",
        "schema": _schema(),
        "version": "1.1.0",
        "extension_types": ["property-extension"],
        "object_marking_refs": [tlp(Marking.CLEAR)],
    }


def base(kind: str, what: str, record: Record, maker: str) -> Object:
    """The common properties of an object, in the version that became known with this record."""
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": name_of(kind, f"{maker} {what}"),
        "created_by_ref": maker,
        "created": stamp(min(_begun(record), record.clocks.known_at)),
        "modified": stamp(record.clocks.known_at),
        "object_marking_refs": [tlp(record.marking)],
    }


def _begun(record: Record) -> datetime:
    """Since when there is something to tell of; the same for all versions of a measure."""
    if isinstance(record, Measure) and record.steps:
        return morning(min(step.published for step in record.steps))
    if isinstance(record, Commitment) and record.made:
        return morning(span(record.made)[0])
    return record.clocks.known_at


def extended(**fields: Any) -> Object:
    """The extension with its fields; what is not known is left out, never null."""
    kept = {key: value for key, value in fields.items() if value not in (None, "", [])}
    return {EXTENSION: {"extension_type": "property-extension", **kept}}


def with_references(said: Object, sources: Sequence[tuple[str, str]]) -> Object:
    """An object with publishers and addresses as its evidence."""
    found = [
        {"source_name": publisher or "unnamed", **({"url": quote(url, safe=_SAFE)} if url else {})}
        for publisher, url in dict.fromkeys(sources)
    ]
    return {**said, "external_references": found} if found else said


def tlp(marking: Marking) -> str:
    """The fixed id of a TLP 2.0 marking."""
    return f"marking-definition--{RULES[marking].stix_id}"


def morning(day: date) -> datetime:
    """The first moment of a day, UTC."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def stamp(moment: datetime) -> str:
    """A moment as STIX writes it, in milliseconds."""
    at = moment.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
