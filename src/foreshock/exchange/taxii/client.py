"""A TAXII 2.1 client: finds the collections of a server, reads their pages, posts to them.

Pages, as the standard means them and servers give them: `next` is followed with the same query as
long as `more` is true; where there is `more` without `next`, the header with the date of the last
object leads on; a page that leads nowhere ends the walk, and is said. STIX `modified` is never a
cursor. Where a page is cut between objects of one date, they are asked for again together.
"""

import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from foreshock.errors import Misread, SourceError, WrongUse
from foreshock.exchange.intake import instant
from foreshock.exchange.taxii.wire import Wire
from foreshock.words.records import Struct

#: objects asked for at once, and the most where a page is full of objects of one date
LIMIT, WIDEST = 1_000, 64_000
#: pages of one walk; a server that never ends is left there
PAGES = 10_000
#: a status that is pending is asked for so often, a second apart
PENDING = 30

#: a UUID, or what some servers have in its place; nothing that could lead elsewhere in an address
_NAME = re.compile(r"[0-9A-Za-z_-]{1,100}")

FIRST, LAST = "x-taxii-date-added-first", "x-taxii-date-added-last"


class Place(Struct, frozen=True, kw_only=True):
    """A collection at a server."""

    id: str
    title: str
    #: its address, with a slash at its end
    url: str
    can_read: bool
    can_write: bool
    #: bytes that its server takes at once
    most: int = 10_000_000


class Fetched(Struct, frozen=True, kw_only=True):
    """One page."""

    bodies: tuple[bytes, ...]
    #: `date_added` of the last object as the server writes it; empty: it does not say
    last: str
    #: whether all up to `last` has been given: the next walk may begin there
    settled: bool


class _Envelope(msgspec.Struct):
    more: bool = False
    next: str | int | None = None
    objects: list[msgspec.Raw] = []


# -- what there is -------------------------------------------------------------------------------


def places(wire: Wire, url: str) -> list[Place]:
    """The collections behind an address: of a server, of an API root, or of one collection."""
    head, mark, rest = url.partition("/collections/")
    if mark and rest.strip("/"):
        root = head + "/"
        most = _most(_read(wire, root))
        name = rest.split("/")[0]
        return [_place(root, _read(wire, f"{root}collections/{name}/"), most)]
    address = url if urlsplit(url).path.strip("/") else urljoin(url, "/taxii2/")
    said = _read(wire, address.rstrip("/") + "/")
    roots = said.get("api_roots")
    if roots is None and "versions" not in said:
        raise Misread(
            f"{url} is no TAXII server", expected="a discovery with api_roots, or an API root"
        )
    if roots is None:
        return _collections(wire, address.rstrip("/") + "/", said)
    if not isinstance(roots, list) or not all(isinstance(one, str) for one in roots):
        raise Misread(f"{address}: api_roots is {str(roots)[:60]}", expected="a list of addresses")
    found: list[Place] = []
    for one in roots[:50]:
        root = urljoin(address, one.rstrip("/") + "/")
        found += _collections(wire, root, _read(wire, root))
    return found


def _collections(wire: Wire, root: str, said: dict[str, Any]) -> list[Place]:
    listed = _read(wire, f"{root}collections/").get("collections", [])
    if not isinstance(listed, list):
        raise Misread(f"{root}collections/ gives no list of collections")
    return [_place(root, one, _most(said)) for one in listed if isinstance(one, dict)]


def _place(root: str, said: dict[str, Any], most: int) -> Place:
    name = said.get("id")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Misread(f"{root}: a collection has the id {str(name)[:60]!r}", expected="a UUID")
    title = "".join(c if c.isprintable() else " " for c in str(said.get("title", name)))[:200]
    return Place(
        id=name, title=title, url=f"{root}collections/{name}/", most=most,
        can_read=said.get("can_read") is True, can_write=said.get("can_write") is True,
    )  # fmt: skip


def _most(said: dict[str, Any]) -> int:
    most = said.get("max_content_length")
    return most if isinstance(most, int) and most > 0 else 10_000_000


def _read(wire: Wire, url: str) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(wire.get(url).body)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Misread(f"{url} gives no JSON: {str(error)[:100]}") from None
    if not isinstance(said, dict):
        raise Misread(f"{url} gives a {type(said).__name__}", expected="a JSON object")
    return said


def chosen(found: Sequence[Place], wanted: Sequence[str], right: str) -> list[Place]:
    """Those of the collections that are wanted, by id or title; all that allow it if none is."""
    able = [one for one in found if getattr(one, right)]
    if not wanted:
        return able
    for name in wanted:
        if not any(name in (one.id, one.title) for one in able):
            there = ", ".join(repr(one.title) for one in able) or "none"
            raise WrongUse(
                f"the server has no collection {name!r} that we may {right.removeprefix('can_')}",
                expected=f"one of: {there}",
            )
    return [one for one in able if one.id in wanted or one.title in wanted]


# -- reading -------------------------------------------------------------------------------------


def pages(wire: Wire, place: Place, after: str = "", limit: int = LIMIT) -> Iterator[Fetched]:
    """The pages of a collection, of what was added after a moment. Raises `SourceError`.

    A page is `settled` when its dates rise from page to page; the last one always is.
    """
    query = {"limit": str(limit), "match[version]": "all"}
    if after:
        query["added_after"] = after
    newest, rising = after, True
    seen: set[bytes] = set()
    for _ in range(PAGES):
        answer = wire.get(f"{place.url}objects/", query)
        envelope = _envelope(place, answer.body)
        first, last = _date(answer.headers.get(FIRST)), _date(answer.headers.get(LAST))
        if envelope.objects:
            rising = rising and _rises(newest, first, last)
            newest = max(newest, last, key=_order)
        onward = _onward(envelope, query, first, last)
        yield Fetched(
            bodies=tuple(bytes(one).strip() for one in envelope.objects),
            last=newest,
            settled=bool(newest) and (rising or onward is None),
        )
        if onward is None:
            return
        # some servers keep their place and give one `next` for all pages: the page itself tells
        mark = hashlib.sha256(b"\n".join(envelope.objects)).digest()
        if mark in seen or not envelope.objects:
            raise SourceError(
                f"{place.url} says that there is more and gives the same page again",
                next_step="What was fetched is kept; tell the partner.",
            )
        seen.add(mark)
        query = onward
    raise SourceError(
        f"{place.url} gives more than {PAGES} pages",
        next_step="What was fetched is kept; run it again to go on.",
    )


def _onward(
    envelope: _Envelope, query: dict[str, str], first: str, last: str
) -> dict[str, str] | None:
    """The question that leads to the next page; None where this was the last one."""
    if not envelope.more:
        return None
    if envelope.next is not None and str(envelope.next):
        return {**query, "next": str(envelope.next)}
    plain = {key: value for key, value in query.items() if key != "next"}
    if not last:
        raise SourceError("the server says that there is more, and not how to come by it")
    if first != last:  # others may share the date of the last object: from just before it
        return {**plain, "added_after": _just_before(last)}
    wider = int(query["limit"]) * 4
    if wider > WIDEST:
        raise SourceError(
            f"more than {query['limit']} objects share the date {last}, and the server gives no"
            " way past them",
            next_step="What was fetched is kept; tell the partner.",
        )
    return {**plain, "limit": str(wider)}


def _envelope(place: Place, body: bytes) -> _Envelope:
    try:
        return msgspec.json.decode(body, type=_Envelope)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise Misread(f"{place.url} gives no envelope: {str(error)[:120]}") from None


def _date(text: str | None) -> str:
    """A date as the server gave it; empty where it is none that one can ask with."""
    return text if text is not None and instant(text) is not None else ""


def _order(date: str) -> str:
    return instant(date) or ""


def _rises(newest: str, first: str, last: str) -> bool:
    return bool(first and last) and _order(newest) <= _order(first) <= _order(last)


def _just_before(date: str) -> str:
    moment = datetime.fromisoformat(date) - timedelta(microseconds=1)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


def overlapped(date: str, seconds: float) -> str:
    """A moment some seconds before a date: where a walk begins that must not miss anything.

    Servers that take the date before they commit let objects appear behind a cursor.

    >>> overlapped("2026-01-01T00:00:10.000001Z", 10)
    '2026-01-01T00:00:00.000001Z'
    """
    if not date:
        return ""
    moment = datetime.fromisoformat(date) - timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


# -- writing -------------------------------------------------------------------------------------


class Failed(Struct, frozen=True, kw_only=True):
    """An object that a server did not take, and its reason."""

    id: str
    why: str


def post(wire: Wire, place: Place, bodies: Sequence[bytes]) -> list[Failed]:
    """Send objects in one envelope; those that were not taken. Waits while it is pending."""
    said = _status(place, wire.post(f"{place.url}objects/", envelope(bodies)).body)
    root = place.url.partition("/collections/")[0]
    for _ in range(PENDING):
        if said.get("status") != "pending":
            break
        time.sleep(1)
        said = _status(place, wire.get(f"{root}/status/{said.get('id')}/").body)
    if said.get("status") != "complete":
        raise SourceError(
            f"{place.url} has not settled what we sent", next_step="Send it again later."
        )
    failures = said.get("failures") or []
    found = [
        Failed(id=str(one.get("id", "unknown"))[:300], why=_clean(one.get("message")))
        for one in failures
        if isinstance(one, dict)
    ]
    count = said.get("failure_count", 0)
    if not found and count:
        raise SourceError(f"{place.url} refused {count} objects and does not say which")
    return found


def envelope(bodies: Sequence[bytes]) -> bytes:
    """Objects as TAXII sends them."""
    return b'{"objects":[' + b",".join(bodies) + b"]}"


def _status(place: Place, body: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError):
        said = None
    if not isinstance(said, dict):
        raise Misread(f"{place.url} does not say what became of what we sent")
    return said


def _clean(text: object) -> str:
    words = "".join(c if c.isprintable() else " " for c in str(text or "no reason given"))
    return words[:300]
