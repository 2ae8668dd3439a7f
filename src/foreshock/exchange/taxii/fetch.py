"""What partners serve, fetched into our shelf; what is unsound, set aside with the reason."""

import hashlib
import time
from collections.abc import Callable, Sequence

import msgspec

from foreshock.exchange import stix
from foreshock.exchange.intake import Refused, examine
from foreshock.exchange.taxii import client
from foreshock.exchange.taxii.client import Place
from foreshock.exchange.taxii.wire import Wire
from foreshock.words.markings import Marking
from foreshock.words.records import Struct
from foreshock.words.shelf import Fate, Item, Note, Shelf, Wanted

#: a walk begins so many seconds before where the last one ended: see `client.overlapped`
OVERLAP = 120.0
#: objects fetched from one collection at a time; the rest follows next time
MOST = 200_000
#: set aside for so many seconds, at most so many from one partner, and so many bytes of each
ASIDE, ASIDE_MOST, ASIDE_BYTES = 90 * 86_400, 1_000, 64 * 1024
FOR_EVER = 1e12


class Pulled(Struct, frozen=True, kw_only=True):
    """What a walk through a collection brought."""

    place: Place
    new: int = 0
    #: here already: the same bytes, or our own objects come back
    same: int = 0
    refused: tuple[Refused, ...] = ()
    #: the walk stopped at the bound; run it again
    more: bool = False


class Aside(Struct, frozen=True, kw_only=True):
    """An object that was not taken."""

    partner: str
    id: str
    version: str
    why: str
    #: seconds since 1970
    at: float
    body: bytes


def shelf_name(partner: str, collection: str = "") -> str:
    """Where on the shelf the objects of a partner's collection lie; never served to others.

    >>> shelf_name("nl", "c1"), shelf_name("nl")
    ('from nl/c1', 'from nl/')
    """
    return f"from {partner}/{collection}"


def pull(
    wire: Wire, shelf: Shelf, place: Place, partner: str,
    ours: str = "", limit: int = client.LIMIT, told: Callable[[int], None] = lambda _: None,
) -> Pulled:  # fmt: skip
    """Fetch what is new in a collection, and keep how far we have read with each page.

    `ours` is the id of our own identity: an object that says it was made by us is not news, and
    set aside where we know it otherwise. `told` hears how many objects have come.
    """
    cursor = f"cursor/{partner}/{place.url}"
    before = (shelf.noted(cursor, time.time()) or b"").decode()
    new = same = count = 0
    refused: list[Refused] = []
    for page in client.pages(wire, place, client.overlapped(before, OVERLAP), limit):
        items, unsound = _sorted(page.bodies, shelf, ours)
        fates = _keep(shelf, shelf_name(partner, place.id), items, cursor, page)
        for (item, body), fate in zip(items, fates, strict=True):
            if fate == "conflict":
                why = "another content is kept under this id and version; it stays"
                unsound.append((Refused(id=item.id, version=item.version, why=why), body))
        told_of = set_aside(shelf, partner, unsound)
        new += fates.count("kept")
        same += len(page.bodies) - fates.count("kept") - len(told_of)
        refused += told_of
        count += len(page.bodies)
        told(count)
        if count >= MOST:
            return Pulled(place=place, new=new, same=same, refused=tuple(refused), more=True)
    return Pulled(place=place, new=new, same=same, refused=tuple(refused))


def _sorted(
    bodies: Sequence[bytes], shelf: Shelf, ours: str
) -> tuple[list[tuple[Item, bytes]], list[tuple[Refused, bytes]]]:
    sound: list[tuple[Item, bytes]] = []
    unsound: list[tuple[Refused, bytes]] = []
    for body in bodies:
        found = examine(body)
        if isinstance(found, Refused):
            unsound.append((found, body))
        elif ours and stix.made_by(body) == ours:
            if not _known(shelf, found):
                why = "it says that this house made it, and this house did not publish it"
                unsound.append((Refused(id=found.id, version=found.version, why=why), body))
        else:
            sound.append((found, body))
    return sound, unsound


def _known(shelf: Shelf, item: Item) -> bool:
    """Whether we have published exactly this."""
    asked = Wanted(
        ids=(item.id,), versions=(), instants=(item.instant,), clearance=Marking.RED, limit=10
    )
    return any(
        kept.body == item.body
        for held in shelf.held()
        if not held.collection.startswith("from ")
        for kept in shelf.page(held.collection, asked).objects
    )


def _keep(
    shelf: Shelf, name: str, items: list[tuple[Item, bytes]], cursor: str, page: client.Fetched
) -> list[Fate]:
    if not page.settled:
        return shelf.put(name, [item for item, _ in items])

    def outcome(_: list[Fate]) -> Note:
        return Note(name=cursor, body=page.last.encode(), until=FOR_EVER)

    return shelf.put(name, [item for item, _ in items], outcome)


# -- what was set aside --------------------------------------------------------------------------


def set_aside(
    shelf: Shelf, partner: str, unsound: Sequence[tuple[Refused, bytes]]
) -> list[Refused]:
    """Keep what was not taken for a while, so that a person can look at it; what is new of it."""
    if not unsound:
        return []
    prefix = f"aside/{partner}/"
    at = time.time()
    there = {note.name for note in shelf.notes(prefix, at, ASIDE_MOST)}
    told = []
    for one, body in unsound:
        name = prefix + hashlib.sha256(body).hexdigest()[:32]
        if name in there:
            continue
        told.append(one)
        if len(there) < ASIDE_MOST:
            there.add(name)
            kept = Aside(
                partner=partner, id=one.id, version=one.version, why=one.why, at=at,
                body=body[:ASIDE_BYTES],
            )  # fmt: skip
            shelf.note(name, msgspec.json.encode(kept), at + ASIDE)
    return told


def aside(shelf: Shelf, partner: str = "") -> list[Aside]:
    """What was set aside, of one partner or of all."""
    prefix = f"aside/{partner}/" if partner else "aside/"
    found = shelf.notes(prefix, time.time(), 10 * ASIDE_MOST)
    return [msgspec.json.decode(one.body, type=Aside) for one in found]


# -- what we send --------------------------------------------------------------------------------


class Pushed(Struct, frozen=True, kw_only=True):
    """What became of objects that were sent."""

    taken: int = 0
    #: sent before, and not again
    before: int = 0
    failed: tuple[client.Failed, ...] = ()


def push(wire: Wire, shelf: Shelf, place: Place, partner: str, bodies: Sequence[bytes]) -> Pushed:
    """Send objects to a partner's collection, each version once; what was taken is noted."""
    book = f"sent/{partner}/{place.url}"
    noted = shelf.noted(book, time.time())
    sent: dict[str, str] = msgspec.json.decode(noted, type=dict[str, str]) if noted else {}
    waiting = [
        (stix.name_and_version(body), body)
        for body in bodies
        if sent.get(stix.name_and_version(body)[0]) != stix.name_and_version(body)[1]
    ]
    taken = 0
    failed: list[client.Failed] = []
    for batch in _batches(waiting, place.most):
        refused = client.post(wire, place, [body for _, body in batch])
        names = {one.id for one in refused}
        fine = {name: version for (name, version), _ in batch if name not in names}
        sent.update(fine)
        shelf.note(book, msgspec.json.encode(sent), FOR_EVER)
        taken += len(fine)
        failed += refused
    return Pushed(taken=taken, before=len(bodies) - len(waiting), failed=tuple(failed))


Named = tuple[tuple[str, str], bytes]


def _batches(waiting: Sequence[Named], most: int) -> list[list[Named]]:
    """Objects in portions that fit what a server takes at once."""
    found: list[list[Named]] = []
    size = most
    for one in waiting:
        size += len(one[1]) + 1
        if size > most - 100 or len(found[-1]) >= client.LIMIT:
            found.append([])
            size = len(one[1])
        found[-1].append(one)
    return found
