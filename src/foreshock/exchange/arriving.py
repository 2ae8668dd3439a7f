"""The ways by which objects of partners arrive: feeds of parcels, and the shelf of TAXII.

Both hand over what was accepted to `arrivals.arrive`; what lies in quarantine is on neither way.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from foreshock.exchange import stix_read
from foreshock.exchange.arrivals import KINDS, Came, Others, arrive, others
from foreshock.exchange.carry import CARRIES
from foreshock.exchange.feeding import event_of
from foreshock.exchange.intake import Refused, look_into
from foreshock.exchange.stix_form import EXTENSION
from foreshock.words.clocks import live
from foreshock.words.feeds import FeedKeeper, Piece
from foreshock.words.keepers import Keeper
from foreshock.words.markings import Marking
from foreshock.words.missions import Arrival
from foreshock.words.shelf import Shelf, Wanted

#: how the collections of partners are named on the shelf
FROM = "from "
_PAGE = 1_000
_MARK = EXTENSION.encode()
FOR_EVER = 1e12
#: relationships by which one object rests on another
_TIES = ("derived-from", "based-on", "duplicate-of")
_TOLD = (_MARK, b'"revoked"', b'"relationship"')

#: which of some objects this house made
Ours = Callable[[Sequence[str]], set[str]]


def known_others(journal: Keeper) -> Others:
    """Which records came from partners, as known now."""
    return others(journal.history(Arrival))


# -- parcels -------------------------------------------------------------------------------------


def from_feeds(
    feeds: Iterable[str], keeper: FeedKeeper, journal: Keeper, node: str, names: Mapping[str, str],
    ours: Ours,
) -> int:  # fmt: skip
    """What came in feeds of others, whose records are in the journal; how much of it was news.

    `node` is our own id, `names` those of partners by theirs.
    """
    came: list[Came] = []
    for feed in feeds:
        pieces = [p for p in keeper.pieces(feed) if p.author != node and p.entry.says == "object"]
        alive = {p.entry.id for p in pieces if p.fate == "kept" and not p.revoked}
        for piece in pieces:
            one = _of_piece(piece, journal, names, alive)
            came += [one] if one is not None else []
    return arrive(came, journal, ours, lambda report, who: event_of(report, who).id)


def _of_piece(
    piece: Piece, journal: Keeper, names: Mapping[str, str], alive: set[str]
) -> Came | None:
    bare = Came(
        object=piece.entry.id, version=piece.instant or piece.entry.version,
        partner=names.get(piece.author, piece.author[:8]), way="parcel",
        clocks=live(piece.received), refs=piece.refs, why=piece.entry.why,
    )  # fmt: skip
    if piece.revoked and piece.fate == "kept":
        return msgspec.structs.replace(bare, over="withdrawn")
    if piece.fate == "erased":
        gone = piece.entry.id not in alive
        return msgspec.structs.replace(bare, over="erased") if gone else None
    carried = next((ref for ref in piece.refs if ref.startswith(CARRIES)), "")
    record = journal.get(carried.removeprefix(CARRIES)) if carried else None
    if piece.fate != "kept" or record is None:
        return None
    refs = tuple(ref for ref in piece.refs if not ref.startswith(CARRIES))
    clocks = record.clocks if record.clocks.received >= piece.received else bare.clocks
    return msgspec.structs.replace(bare, record=record, refs=refs, clocks=clocks)


def ours_in_feeds(keeper: FeedKeeper, node: str) -> Ours:
    """Which objects are in feeds of ours."""
    return lambda ids: {p.entry.id for p in keeper.versions(ids) if p.author == node}


# -- TAXII ---------------------------------------------------------------------------------------


def from_shelf(shelf: Shelf, partner: str, journal: Keeper, ours: Ours) -> int:
    """What was pulled from a partner since the last time; how much of it was news.

    How far it went is noted once the journal has it. TLP:RED goes to named persons, never to a
    round.
    """
    changed = 0
    for held in shelf.held():
        if not held.collection.startswith(f"{FROM}{partner}/"):
            continue
        mark = f"arrived/{held.collection}"
        after = int(shelf.noted(mark, time.time()) or b"0")
        wanted = Wanted(after=after, versions=("all",), clearance=Marking.AMBER_STRICT, limit=_PAGE)
        more = True
        while more:
            page = shelf.page(held.collection, wanted)
            came = list(_of_bodies(((k.body, k.added) for k in page.objects), partner))
            changed += arrive(came, journal, ours, lambda report, who: event_of(report, who).id)
            if page.objects:
                last = page.objects[-1].added
                shelf.note(mark, str(last).encode(), FOR_EVER)
                wanted = msgspec.structs.replace(wanted, after=last)
            more = page.more
    return changed


def _of_bodies(kept: Iterable[tuple[bytes, int]], partner: str) -> Iterator[Came]:
    for body, added in kept:
        if not any(word in body for word in _TOLD):
            continue
        found = look_into(body)
        if isinstance(found, Refused):  # examined when it came; a clock that went back
            continue
        said, item = found
        at = datetime.fromtimestamp(added / 1_000_000, UTC)
        record = stix_read.read(said, at)
        bare = Came(
            object=item.id, version=item.instant, partner=partner, way="taxii", clocks=live(at),
            refs=(*item.refs, *_cited(said)),
        )  # fmt: skip
        if item.type == "relationship":
            if said.get("relationship_type") in _TIES:
                source, target = str(said.get("source_ref")), str(said.get("target_ref"))
                yield msgspec.structs.replace(bare, object=source, refs=(target,), tie=True)
        elif said.get("revoked") is True:
            yield msgspec.structs.replace(bare, over="withdrawn")
        elif isinstance(record, KINDS):
            yield msgspec.structs.replace(bare, record=record, clocks=record.clocks)


def _cited(said: dict[str, Any]) -> Iterator[str]:
    """Ids of objects that an object names as its references."""
    told = said.get("external_references")
    for one in told if isinstance(told, list) else ():
        name = one.get("external_id") if isinstance(one, dict) else None
        if isinstance(name, str) and "--" in name:
            yield name[:300]


def ours_on_shelf(shelf: Shelf) -> Ours:
    """Which objects lie in collections of ours."""

    def known(ids: Sequence[str]) -> set[str]:
        if not ids:
            return set()
        asked = Wanted(ids=tuple(ids), clearance=Marking.RED, limit=_PAGE)
        return {
            kept.id
            for held in shelf.held()
            if not held.collection.startswith(FROM)
            for kept in shelf.page(held.collection, asked).objects
        }

    return known
