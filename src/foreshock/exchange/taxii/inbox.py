"""What partners have sent, as a person reads it: title, text, marking, when it came."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from foreshock.exchange import stix_read
from foreshock.exchange.intake import marking_of
from foreshock.gate import MAY_SEE
from foreshock.words.markings import Marking, label
from foreshock.words.records import Record, Struct
from foreshock.words.shelf import Kept, Shelf, Wanted

#: where the words of a type lie that has no name and no description
_WORDS = ("name", "content", "explanation", "description", "value", "opinion")
_PAGE = 2_000


class Letter(Struct, frozen=True, kw_only=True):
    """An object that came from a partner."""

    id: str
    type: str
    version: str
    partner: str
    #: when it came here: what it says was not known here before
    received: datetime
    marking: str
    title: str
    says: str
    revoked: bool
    #: the record it was made of, where a Foreshock house made it, as known from its arrival on
    record: Record | None
    body: bytes


class Letters(Struct, frozen=True, kw_only=True):
    """Objects, the latest first, and how many may be seen by named persons only."""

    objects: tuple[Letter, ...]
    held: int


def received(shelf: Shelf, partner: str = "", kind: str = "", since: date | None = None) -> Letters:
    """The newest versions of what partners have sent, as this house may see it."""
    after = 0
    if since is not None:
        midnight = datetime(since.year, since.month, since.day, tzinfo=UTC)
        after = int(midnight.timestamp()) * 1_000_000 - 1
    asked = Wanted(after=after, types=(kind,) if kind else (), clearance=Marking.RED, limit=_PAGE)
    found = list(_found(shelf, partner, asked))
    seen = [one for one, marking in found if marking <= MAY_SEE["own"]]
    return Letters(
        objects=tuple(sorted(seen, key=lambda one: one.received, reverse=True)),
        held=len(found) - len(seen),
    )


def versions(shelf: Shelf, name: str) -> list[Letter]:
    """All versions of one object that have come, the latest first."""
    asked = Wanted(ids=(name,), versions=("all",), clearance=Marking.RED, limit=_PAGE)
    found = _found(shelf, "", asked)
    seen = [one for one, marking in found if marking <= MAY_SEE["own"]]
    return sorted(seen, key=lambda one: one.version, reverse=True)


def _found(shelf: Shelf, partner: str, asked: Wanted) -> Iterator[tuple[Letter, Marking]]:
    for held in shelf.held():
        mark, _, rest = held.collection.partition(" ")
        name = rest.rpartition("/")[0]
        if mark != "from" or (partner and name != partner):
            continue
        wanted = asked
        while True:
            page = shelf.page(held.collection, wanted)
            for kept in page.objects:
                said = msgspec.json.decode(kept.body)
                yield _letter(kept, said, name), marking_of(said)
            if not page.more:
                break
            wanted = msgspec.structs.replace(wanted, after=page.objects[-1].added)


def _letter(kept: Kept, said: dict[str, Any], partner: str) -> Letter:
    at = datetime.fromtimestamp(kept.added / 1_000_000, UTC)
    words = [text for key in _WORDS if isinstance(text := said.get(key), str) and text]
    return Letter(
        id=kept.id,
        type=str(said.get("type")),
        version=kept.version,
        partner=partner,
        received=at,
        marking=label(marking_of(said)),
        title=_line(words[0] if words else kept.id)[:200],
        says=_text(str(said.get("description") or (words[0] if words else ""))),
        revoked=said.get("revoked") is True,
        record=stix_read.read(said, at),
        body=kept.body,
    )


def _line(text: str) -> str:
    return " ".join(_text(text).split())


def _text(text: str) -> str:
    """Words of others, without what moves a cursor or turns the direction of writing."""
    return "".join(c for c in text if c == "\n" or c.isprintable())
