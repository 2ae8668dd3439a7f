"""Objects of STIX 2.1 as they come in: taken apart once, refused or kept byte for byte.

A partner may be careless or hostile. Nothing is repaired and nothing is guessed: an object that is
not sound is refused with a reason, and the others of its envelope are taken. The bytes that are
kept are the bytes that arrived.
"""

import json
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from foreshock.errors import Misread
from foreshock.words.clocks import now
from foreshock.words.markings import RULES, Marking
from foreshock.words.records import Struct
from foreshock.words.shelf import Item

#: bounds of one object; a whole warning with its evidence takes a few kilobytes
BYTES, DEPTH, REFS = 256 * 1024, 32, 1_000
#: an author's clock may run ahead by this much; further ahead, "newest" would be pinned for ever
AHEAD = timedelta(minutes=5)
#: what an object without any marking counts as: only this house may see it
UNMARKED = Marking.AMBER_STRICT

TLP = {f"marking-definition--{rule.stix_id}": marking for marking, rule in RULES.items()}

_ID = re.compile(
    r"([a-z][a-z0-9-]{1,250}?)--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?Z")
#: a string of JSON; written so that the search runs over it in leaps, ten times as fast
_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")
_POINTING = ("_ref", "_refs")
_ORDINARY = 16_000  # bytes
_NO_PARTS = ("created_by_ref", "object_marking_refs")
_FINE = 12  # digits of a fraction of a second that are kept apart


class Refused(Struct, frozen=True, kw_only=True):
    """An object that was not taken, and why."""

    id: str
    version: str
    why: str


class Envelope(msgspec.Struct):
    """The envelope of TAXII 2.1, its objects still as they came."""

    objects: list[msgspec.Raw] = []


def take_apart(body: bytes) -> list[bytes]:
    """The objects of an envelope, each as its exact bytes.

    Raises `Misread` for what is no JSON, nested beyond all use, or no envelope.

    >>> take_apart(b'{"objects": [{"id": 1}]}')
    [b'{"id": 1}']
    """
    try:
        try:
            found = msgspec.json.decode(body, type=Envelope)
        except msgspec.ValidationError as error:
            msgspec.json.decode(body)  # told before the end was seen: is it JSON at all?
            raise Misread(f"the body is no TAXII envelope: {error}", expected="objects") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Unparsed(f"the body is no JSON: {error}") from None
    return [bytes(one).strip() for one in found.objects]


class Unparsed(Misread):
    """Bytes that are no JSON at all."""


def examine(body: bytes, at: datetime | None = None) -> Item | Refused:
    """One object, fit to be kept, or why it is not.

    `at` is the moment against which dates in the future are told (default: now).

    >>> examine(b'{"id": "report--1"}').why
    "id is 'report--1', expected type--UUID"
    """
    return _examined(body, _latest(at or now()))


def look_into(body: bytes, at: datetime | None = None) -> tuple[dict[str, Any], Item] | Refused:
    """One object, parsed and fit to be kept, or why it is not: as `examine`."""
    try:
        said = _parsed(body)
        return said, _item(said, body, _latest(at or now()))
    except _Unsound as fault:
        return _refusal(fault)


def _examined(body: bytes, latest: str) -> Item | Refused:
    try:
        return _item(_parsed(body), body, latest)
    except _Unsound as fault:
        return _refusal(fault)


def _refusal(fault: "_Unsound") -> Refused:
    return Refused(id=fault.id[:300], version=fault.version[:60], why=str(fault))


class _Unsound(Exception):
    """What is wrong with an object, and which one it is as far as that is known."""

    def __init__(self, why: str, said: Any = None) -> None:
        super().__init__(why)
        known = said if isinstance(said, dict) else {}
        name = known.get("id")
        self.id = name if isinstance(name, str) else "unknown"
        version = known.get("modified") or known.get("created") or ""
        self.version = version if isinstance(version, str) else ""


def _parsed(body: bytes) -> dict[str, Any]:
    if len(body) > BYTES:
        raise _Unsound(f"it has {len(body)} bytes, expected at most {BYTES}")
    plain = _plainly(body)
    if plain is not None:
        return plain
    bare = _STRINGS.sub(b"", body)  # what is left between the strings tells the shape
    deep = most = 0
    for bracket in _BRACKETS.findall(bare):
        deep += 1 if bracket in b"[{" else -1
        most = max(most, deep)
    if most > DEPTH:
        raise _Unsound(f"it is nested {most} deep, expected at most {DEPTH}")
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise _Unsound(f"it is no JSON: {str(error)[:200]}") from None
    if not isinstance(said, dict):
        raise _Unsound("it is no JSON object")
    if _keys(said) != bare.count(b":"):  # parsers let the last of two win, and differ on which
        raise _Unsound(f"a key stands there twice: {_twice(body)}", said)
    return said


def _plainly(body: bytes) -> dict[str, Any] | None:
    """The object, where it is beyond doubt: written as we would, so no key can stand there twice.

    That takes 4 microseconds for 1 kB instead of 80. None says nothing against the object.
    """
    if body.count(b"[") + body.count(b"{") > DEPTH:
        return None
    try:
        said = msgspec.json.decode(body)
        if not isinstance(said, dict) or msgspec.json.encode(said) != body:
            return None
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        return None
    return said


def _keys(said: Any) -> int:
    """How many keys there are, at all depths; raises for a number beyond all bounds."""
    if isinstance(said, dict):
        return len(said) + sum(_keys(one) for one in said.values() if type(one) is not str)
    if isinstance(said, list):
        return sum(_keys(one) for one in said if type(one) is not str)
    if isinstance(said, float) and not math.isfinite(said):
        raise _Unsound("it holds a number that is beyond all bounds")
    return 0


def _twice(body: bytes) -> str:
    """Which key stands twice in an object, told by a parser that shows all pairs."""
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        found.extend(name for name in names if names.count(name) > 1)

    json.loads(body, object_pairs_hook=look)
    return repr(found[0][:60]) if found else "which one cannot be told"


def _item(said: dict[str, Any], body: bytes, latest: str) -> Item:
    get = said.get
    name, kind, created, modified = get("id"), get("type"), get("created"), get("modified")
    match = _ID.fullmatch(name) if isinstance(name, str) else None
    if match is None or not isinstance(name, str):
        raise _Unsound(f"id is {str(name)[:80]!r}, expected type--UUID", said)
    if kind != match[1]:
        raise _Unsound(f"type is {str(kind)[:60]!r}, but the id begins with {match[1]!r}", said)
    version = modified or created or ""
    instant = _instant("created", created, said)
    if modified is not None and modified != created:
        instant = _instant("modified", modified, said)
    if instant > latest:
        raise _Unsound(f"modified is {version}, which lies in the future", said)
    spec = get("spec_version", "2.0" if created else "2.1")
    if spec not in ("2.0", "2.1"):
        raise _Unsound(f"spec_version is {str(spec)[:20]!r}, expected 2.1", said)
    return Item(
        id=name, type=kind, version=version, instant=instant, spec_version=spec,
        marking=marking_of(said), refs=_refs(said, len(body)), body=body,
    )  # fmt: skip


def _instant(field: str, text: Any, said: dict[str, Any]) -> str:
    if text is None:
        return ""
    found = instant(text) if isinstance(text, str) else None
    if found is None:
        raise _Unsound(f"{field} is {str(text)[:60]!r}, expected a moment in UTC", said)
    return found


@lru_cache(4096)
def instant(text: str) -> str | None:
    """A moment as text of fixed width, whose order is that of time; None if it is no moment.

    >>> instant("2024-02-01T00:00:00Z") == instant("2024-02-01T00:00:00.000Z")
    True
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        datetime.fromisoformat(match[1])
    except ValueError:
        return None
    return f"{match[1]}.{(match[2] or '').ljust(_FINE, '0')}Z"


@lru_cache(64)
def _latest(at: datetime) -> str:
    """The latest version that is taken at a moment; the same for thousands of objects."""
    return _text(at + AHEAD)


def _text(moment: datetime) -> str:
    at = moment.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}".ljust(20 + _FINE, "0") + "Z"


def marking_of(said: dict[str, Any]) -> Marking:
    """The effective marking of an object: the strictest it carries, also for a part of it.

    A TLP 2.0 marking counts by its fixed id alone, whatever an object of that id says. Another
    marking is one that we cannot read, so it counts as TLP:RED. None at all: only this house.

    >>> marking_of({"object_marking_refs": ["marking-definition--" + RULES[Marking.GREEN].stix_id]})
    <Marking.GREEN: 1>
    >>> marking_of({"object_marking_refs": ["marking-definition--0"]}).name, marking_of({}).name
    ('RED', 'AMBER_STRICT')
    """
    refs = said.get("object_marking_refs", [])
    granular = said.get("granular_markings", [])
    if said.get("id") in TLP:
        return Marking.CLEAR  # the five definitions themselves are public
    if not isinstance(refs, list) or not isinstance(granular, list):
        return Marking.RED
    if not granular and len(refs) == 1 and isinstance(refs[0], str):
        return TLP.get(refs[0], Marking.RED)
    named: list[Any] = [*refs]
    for part in granular:
        if not isinstance(part, dict):
            return Marking.RED
        if "lang" not in part:  # a granular marking of a language hides nothing
            named.append(part.get("marking_ref"))
    if not named:
        return UNMARKED
    return max(TLP.get(one, Marking.RED) if isinstance(one, str) else Marking.RED for one in named)


def _refs(said: dict[str, Any], size: int) -> tuple[str, ...]:
    """What an object is made of or speaks of: all ids it points to, but for who made it.

    A word that is no id points to nothing.
    """
    # objects of one kind have the same fields; those of a giant are not worth remembering
    pointing = _pointing if size < _ORDINARY else _pointing.__wrapped__
    fields = pointing(tuple(said))
    if not fields:
        return ()
    found: dict[str, None] = {}
    for value in map(said.__getitem__, fields):
        if isinstance(value, str):
            found[value] = None
        elif isinstance(value, list):
            found.update((one, None) for one in value if isinstance(one, str))
    if len(found) > REFS:
        raise _Unsound(f"it points to {len(found)} objects, expected at most {REFS}", said)
    return tuple(one for one in found if _ID.fullmatch(one))


@lru_cache(256)
def _pointing(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f for f in fields if f.endswith(_POINTING) and f not in _NO_PARTS)


def sort_out(bodies: Sequence[bytes]) -> tuple[list[Item], list[Refused]]:
    """What can be kept of several objects, and what cannot."""
    items: list[Item] = []
    refused: list[Refused] = []
    latest = _text(now() + AHEAD)
    for body in bodies:
        one = _examined(body, latest)
        if isinstance(one, Item):
            items.append(one)
        else:
            refused.append(one)
    return items, refused
