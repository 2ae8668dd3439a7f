"""What we say to whom: objects into signed segments of a feed, one feed for each audience.

A feed has one author and one audience, so what one partner may not know of leaves no gap in the
feed of another. Nothing enters a feed before the gate has looked at the object and at everything
it refers to.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from foreshock import gate
from foreshock.errors import NotAllowed, WrongUse
from foreshock.exchange import jws
from foreshock.exchange.carry import EXTENSION, carried_id
from foreshock.exchange.intake import Refused, look_into
from foreshock.exchange.node import Node
from foreshock.exchange.parcels import MOST_ENTRIES, pack
from foreshock.exchange.partners import Partner, everybody
from foreshock.exchange.view import effective_markings
from foreshock.words.feeds import Entry, FeedKeeper, Header, Piece, Segment
from foreshock.words.markings import Marking, strictest
from foreshock.words.records import Nature, Receiver, Struct
from foreshock.words.shelf import Item

#: unpacked bytes after which a segment is closed
FULL = 16_000_000

CARRIED = EXTENSION.encode()
_LEVEL = b'"level-'
_COMMUNITY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class Held(Struct, frozen=True, kw_only=True):
    """An object that was not published, and why."""

    id: str
    why: str


class Published(Struct, frozen=True, kw_only=True):
    """What became of objects that were to be published."""

    feed: str
    segments: tuple[int, ...]
    entries: tuple[Entry, ...]
    #: in the feed already
    same: int
    held: tuple[Held, ...]


class Audience(Struct, frozen=True, kw_only=True):
    """For whom a feed is."""

    #: `partner ROOT-ID` or `community NAME`
    label: str
    receiver: Receiver
    members: tuple[Partner, ...]


def feed_id(author: str, audience: str, nature: Nature = "actual", epoch: int = 1) -> str:
    """The id of a feed: nobody can sign for the feed of another.

    >>> feed_id("a", "community x") != feed_id("b", "community x")
    True
    """
    said = "\n".join(("foreshock feed", author, audience, nature, str(epoch)))
    return "feed--" + hashlib.sha256(said.encode()).hexdigest()[:32]


def audience(to: str, keeper: FeedKeeper, at: datetime) -> Audience:
    """The audience named `community NAME`, or by the name of a partner.

    What a community may see is what every member may: the narrowest circle decides, and TLP:AMBER
    stays the strictest. Raises `WrongUse` for nobody, `NotAllowed` for a partner not confirmed.
    """
    every = everybody(keeper, at)
    if to.startswith("community "):
        name = to.removeprefix("community ")
        members = tuple(
            p for p in every.values() if p.state == "confirmed" and name in p.communities
        )
        if not _COMMUNITY.fullmatch(name) or not members:
            raise WrongUse(
                f"the community {name[:60]!r} has no members here",
                expected="a name in small letters that a confirmed partner was given",
                next_step="foreshock partners confirm NAME --community ...",
            )
        most = min(gate.MAY_SEE[p.circle] for p in members)
        circle = "organisation" if most >= Marking.AMBER else gate.circle_of(most)
        return Audience(
            label=to,
            receiver=msgspec.convert(
                {"name": gate.own_name(name, "community"), "circle": circle}, Receiver
            ),
            members=members,
        )
    found = next((p for p in every.values() if to in (p.name, p.id)), None)
    if found is None:
        raise WrongUse(
            f"there is no partner {to[:60]!r}",
            expected=", ".join(sorted(p.name for p in every.values())) or "one who was added",
        )
    if found.state != "confirmed":
        raise NotAllowed(
            f"the partner {found.name!r} is {found.state}",
            expected="a confirmed one",
            next_step="Compare the eight words: foreshock partners confirm.",
        )
    gate.own_name(found.name, "partner")
    return Audience(label=f"partner {found.id}", receiver=found.receiver, members=(found,))


# -- publishing ----------------------------------------------------------------------------------


def publish(
    objects: Iterable[bytes], to: Audience, node: Node, keeper: FeedKeeper, at: datetime,
    *, why: str = "", nature: Nature = "actual", leave_out: bool = False,
) -> Published:  # fmt: skip
    """Put objects of ours into the feed of an audience, all or none.

    Objects are STIX 2.1, as exact bytes, and ours (`created_by_ref`). What the gate holds back
    raises `NotAllowed`, or, with `leave_out`, is left out and named. Raises `WrongUse` for an
    object that is not sound, not ours, older than what we said before, or withdrawn.
    """
    found = [sound(body, node, at) for body in objects]
    with keeper.writing():
        feed = current_feed(node, to.label, nature, keeper)
        known = _by_id(keeper.versions(item.id for item, _ in found))
        fresh, same = _fresh(found, known, feed, node)
        markings = effective_markings([item for item, _ in fresh], keeper)
        ready: list[tuple[Item, bool, Marking]] = []
        held: list[Held] = []
        for item, revoked in fresh:
            marked = markings[item.id]
            if gate.passes(marked, to.receiver):
                ready.append((item, revoked, marked.marking))
            else:
                why_not = gate.judge(item.id, marked, to.receiver).why
                held.append(Held(id=item.id, why=why_not))
                keeper.log("mark", to.label, item.id, "held back", at)
        if held and not leave_out:
            raise NotAllowed(
                f"{len(held)} of {len(fresh)} object(s) may not go to {to.receiver.name!r}: "
                f"{held[0].why}",
                next_step="Leave them out (--leave-out), or choose another receiver.",
            )
        entries, numbers = _append(ready, feed, to.label, nature, node, keeper, at, why)
    return Published(feed=feed, segments=numbers, entries=entries, same=same, held=tuple(held))


def sound(body: bytes, node: Node, at: datetime) -> tuple[Item, bool]:
    """An object of ours, examined, and whether it withdraws; raises `WrongUse` for any other."""
    found = look_into(body, at)
    if isinstance(found, Refused):
        raise WrongUse(f"the object {found.id[:80]!r} is not sound: {found.why}")
    said, item = found
    if said.get("created_by_ref") != node.card.identity or not item.version:
        raise WrongUse(
            f"the object {item.id} is not ours",
            expected=f"created_by_ref {node.card.identity}, and a date of its version",
            next_step="What others made is passed on as it came, not said anew.",
        )
    return item, said.get("revoked") is True


def _by_id(pieces: Iterable[Piece]) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = {}
    for piece in pieces:
        found.setdefault(piece.entry.id, []).append(piece)
    return found


def _fresh(
    found: Sequence[tuple[Item, bool]], known: dict[str, list[Piece]], feed: str, node: Node
) -> tuple[list[tuple[Item, bool]], int]:
    """What the feed does not hold yet; `WrongUse` for what would contradict ourselves."""
    fresh: list[tuple[Item, bool]] = []
    same = 0
    batch: dict[tuple[str, str], bytes] = {}
    for item, revoked in found:
        if batch.get((item.id, item.instant), item.body) != item.body:
            raise _two_contents(item)
        batch[item.id, item.instant] = item.body
        before = [p for p in known.get(item.id, ()) if p.entry.says == "object"]
        if not before:
            fresh.append((item, revoked))
            continue
        if any(p.author != node.id and p.fate == "kept" for p in before):
            raise WrongUse(f"{item.id} belongs to another node", next_step="Give it another id.")
        own = [p for p in before if p.author == node.id]
        digest = hashlib.sha256(item.body).hexdigest()
        twins = [p for p in own if p.instant == item.instant]
        if any(p.entry.sha256 != digest for p in twins):
            raise _two_contents(item)
        if any(p.revoked and p.instant < item.instant for p in own) and not revoked:
            raise WrongUse(
                f"{item.id} was withdrawn, and nothing brings it back",
                next_step="Say it anew under another id.",
            )
        if any(p.feed == feed for p in twins):
            same += 1
            continue
        if any(p.instant > item.instant for p in own if p.feed == feed):
            raise WrongUse(
                f"{item.id} of {item.version} is older than what was published",
                expected="a newer version",
            )
        fresh.append((item, revoked))
    return fresh, same


def _two_contents(item: Item) -> WrongUse:
    return WrongUse(
        f"{item.id} was published before with the same `modified` and another content",
        next_step="Give the new version a later `modified`.",
    )


def _append(
    ready: Sequence[tuple[Item, bool, Marking]], feed: str, label: str, nature: Nature, node: Node,
    keeper: FeedKeeper, at: datetime, why: str,
) -> tuple[tuple[Entry, ...], tuple[int, ...]]:  # fmt: skip
    newest = keeper.newest(feed)
    seq = newest.header.last if newest else 0
    every: list[Entry] = []
    numbers: list[int] = []
    for some in _portions(ready):
        entries = []
        for item, _, marking in some:
            seq += 1
            entries.append(
                Entry(
                    seq=seq, id=item.id, version=item.version, size=len(item.body),
                    sha256=hashlib.sha256(item.body).hexdigest(), marking=marking,
                    level=level_of(item), why=why,
                )
            )  # fmt: skip
        segment = add(entries, some, feed, label, nature, node, keeper, at)
        numbers.append(segment.header.number)
        every += entries
    return tuple(every), tuple(numbers)


def _portions(
    ready: Sequence[tuple[Item, bool, Marking]],
) -> Iterable[list[tuple[Item, bool, Marking]]]:
    some: list[tuple[Item, bool, Marking]] = []
    size = 0
    for one in ready:
        if some and (len(some) == MOST_ENTRIES or size + len(one[0].body) > FULL):
            yield some
            some, size = [], 0
        some.append(one)
        size += len(one[0].body)
    if some:
        yield some


def add(
    entries: Sequence[Entry], items: Sequence[tuple[Item, bool, Marking]], feed: str, label: str,
    nature: Nature, node: Node, keeper: FeedKeeper, at: datetime,
) -> Segment:  # fmt: skip
    """The next segment of a feed of ours, signed and kept; empty ones show that we are there."""
    newest = keeper.newest(feed)
    packed = pack(entries, [item.body for item, _, _ in items] or [b""] * len(entries))
    first = newest.header.last + 1 if newest else 1
    header = Header(
        author=node.id, feed=feed, audience=label, nature=nature,
        epoch=newest.header.epoch if newest else _epoch(feed, node.id, label, nature),
        number=newest.header.number + 1 if newest else 1,
        first=first, last=first + len(entries) - 1,
        previous=newest.head if newest else "",
        manifest_sha256=packed.manifest_sha256, manifest_bytes=packed.manifest_bytes,
        raw_bytes=packed.raw_bytes, marking=strictest([e.marking for e in entries]),
        created=max(at, newest.header.created) if newest else at, audit=keeper.audit_head(),
    )  # fmt: skip
    segment = seal(header, packed.body, node, at)
    pieces = [
        _piece(feed, entry, node.id, offset, at, items[n] if items else None)
        for n, (entry, offset) in enumerate(zip(entries, packed.offsets, strict=True))
    ]
    keeper.add_segment(segment, pieces)
    keeper.log("send", label, f"{feed} {header.number}", f"{len(entries)} entries", at)
    return segment


def _piece(
    feed: str, entry: Entry, author: str, offset: int, at: datetime,
    said: tuple[Item, bool, Marking] | None,
) -> Piece:  # fmt: skip
    if said is None:
        return Piece(feed=feed, entry=entry, author=author, offset=offset, received=at)
    item, revoked, _ = said
    carries = CARRIED in item.body and carried_id(msgspec.json.decode(item.body))
    return Piece(
        feed=feed, entry=entry, author=author, offset=offset, received=at, type=item.type,
        instant=item.instant, revoked=revoked, refs=(*item.refs, carries) if carries else item.refs,
    )  # fmt: skip


def seal(header: Header, body: bytes, node: Node, at: datetime) -> Segment:
    """A header, signed, with its body."""
    payload = msgspec.json.encode(header)
    return Segment(
        header=header, payload=payload, jws=jws.sign(payload, "segment", node.operating),
        head=hashlib.sha256(payload).hexdigest(), body=body, received=at,
    )  # fmt: skip


def level_of(item: Item) -> int:
    """The level of a warning, from its labels; 0 for whatever is none."""
    at = item.body.find(_LEVEL) if item.type == "report" else -1
    digit = item.body[at + len(_LEVEL) : at + len(_LEVEL) + 1] if at >= 0 else b""
    return int(digit) if digit in (b"0", b"1", b"2", b"3", b"4") else 0


def current_feed(node: Node, label: str, nature: Nature, keeper: FeedKeeper) -> str:
    """Our feed for an audience, of the newest epoch."""
    ours = [h for h in keeper.feeds(node.id) if (h.audience, h.nature) == (label, nature)]
    epoch = max((h.epoch for h in ours), default=1)
    return feed_id(node.id, label, nature, epoch)


def _epoch(feed: str, author: str, label: str, nature: Nature) -> int:
    tries = (n for n in range(1, 1_000) if feed_id(author, label, nature, n) == feed)
    return next(tries)


def renew(label: str, nature: Nature, node: Node, keeper: FeedKeeper, at: datetime) -> str:
    """Begin a feed anew, after an old backup was restored and partners saw a fork; its id."""
    ours = [h for h in keeper.feeds(node.id) if (h.audience, h.nature) == (label, nature)]
    epoch = max((h.epoch for h in ours), default=0) + 1
    feed = feed_id(node.id, label, nature, epoch)
    with keeper.writing():
        add([], [], feed, label, nature, node, keeper, at)
    return feed


def ensure(to: Audience, node: Node, keeper: FeedKeeper, at: datetime) -> str:
    """Our feed for an audience, begun with an empty segment if there is none yet; its id.

    A partner that has one head can tell from then on whether we are silent.
    """
    with keeper.writing():
        feed = current_feed(node, to.label, "actual", keeper)
        if keeper.newest(feed) is None:
            add([], [], feed, to.label, "actual", node, keeper, at)
    return feed


def refresh(node: Node, keeper: FeedKeeper, at: datetime, hours: float = 20) -> list[str]:
    """A new head for each of our feeds that has been silent, so that silence can be told from loss.

    Once a day is enough: partners tell after two days that they have heard nothing.
    """
    renewed = []
    for header in keeper.feeds(node.id):
        newest = current_feed(node, header.audience, header.nature, keeper)
        if header.feed == newest and (at - header.created).total_seconds() > hours * 3600:
            with keeper.writing():
                add([], [], header.feed, header.audience, header.nature, node, keeper, at)
            renewed.append(header.feed)
    return renewed
