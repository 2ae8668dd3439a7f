"""The segments of our feeds: objects into entries, packed, signed and kept, one after the other.

While one segment is kept, the next is packed beside it: Zstandard and SQLite leave Python's lock.
"""

import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import msgspec

from foreshock.exchange import jws
from foreshock.exchange.node import Node
from foreshock.exchange.parcels import MOST_ENTRIES, Laid, lay_out, squeeze
from foreshock.words.feeds import Entry, FeedKeeper, Header, Piece, Segment
from foreshock.words.markings import Marking, strictest
from foreshock.words.records import Nature, Struct
from foreshock.words.shelf import Item

#: unpacked bytes after which a segment is closed
FULL = 16_000_000


class Said(Struct, frozen=True, kw_only=True, gc=False):
    """An object of ours, fit to be published."""

    item: Item
    revoked: bool
    #: what it refers to, the record that it carries among them
    refs: tuple[str, ...]
    sha256: str
    #: of a warning
    level: int


def feed_id(author: str, audience: str, nature: Nature = "actual", epoch: int = 1) -> str:
    """The id of a feed: nobody can sign for the feed of another.

    >>> feed_id("a", "community x") != feed_id("b", "community x")
    True
    """
    said = "\n".join(("foreshock feed", author, audience, nature, str(epoch)))
    return "feed--" + hashlib.sha256(said.encode()).hexdigest()[:32]


def current_feed(node: Node, label: str, nature: Nature, keeper: FeedKeeper) -> str:
    """Our feed for an audience, of the newest epoch."""
    ours = [h for h in keeper.feeds(node.id) if (h.audience, h.nature) == (label, nature)]
    epoch = max((h.epoch for h in ours), default=1)
    return feed_id(node.id, label, nature, epoch)


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed of ours that is written to: by whom, for whom, at which moment."""

    feed: str
    label: str
    nature: Nature
    node: Node
    keeper: FeedKeeper
    at: datetime


def append(
    ready: Sequence[tuple[Said, Marking]], channel: Channel, why: str
) -> tuple[tuple[Entry, ...], tuple[int, ...]]:
    """Objects with their effective markings into new segments: their entries, and the numbers."""
    newest = channel.keeper.newest(channel.feed)
    seq = newest.header.last if newest else 0
    every: list[Entry] = []
    numbers: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        ahead: deque[tuple[list[Entry], list[Said], Laid, Future[bytes]]] = deque()
        for some in (*_portions(ready), None):
            if some is not None:
                entries = _entries(some, seq + 1, why)
                seq += len(entries)
                said = [one for one, _ in some]
                laid = lay_out(entries, [one.item.body for one in said])
                ahead.append((entries, said, laid, pool.submit(squeeze, laid.raw)))
            if len(ahead) > 1 or (ahead and some is None):
                entries, said, laid, packed = ahead.popleft()
                newest = _close(channel, newest, entries, said, laid, packed.result())
                numbers.append(newest.header.number)
                every += entries
    return tuple(every), tuple(numbers)


def _portions(ready: Sequence[tuple[Said, Marking]]) -> Iterator[list[tuple[Said, Marking]]]:
    some: list[tuple[Said, Marking]] = []
    size = 0
    for one in ready:
        if some and (len(some) == MOST_ENTRIES or size + len(one[0].item.body) > FULL):
            yield some
            some, size = [], 0
        some.append(one)
        size += len(one[0].item.body)
    if some:
        yield some


def _entries(some: Sequence[tuple[Said, Marking]], first: int, why: str) -> list[Entry]:
    return [
        Entry(
            seq=seq, id=said.item.id, version=said.item.version, sha256=said.sha256,
            size=len(said.item.body), marking=marking, level=said.level, why=why,
        )
        for seq, (said, marking) in enumerate(some, start=first)
    ]  # fmt: skip


def add(entries: Sequence[Entry], channel: Channel) -> Segment:
    """The next segment of a feed without objects: requests to erase, or a sign that we are there.

    It is signed and kept.
    """
    laid = lay_out(entries, [b""] * len(entries))
    newest = channel.keeper.newest(channel.feed)
    return _close(channel, newest, entries, (), laid, squeeze(laid.raw))


def _close(
    channel: Channel, newest: Segment | None, entries: Sequence[Entry], said: Sequence[Said],
    laid: Laid, body: bytes,
) -> Segment:  # fmt: skip
    """The segment after the newest one, its header signed, kept with its entries."""
    feed, keeper, at, author = channel.feed, channel.keeper, channel.at, channel.node.id
    first = newest.header.last + 1 if newest else 1
    header = Header(
        author=author, feed=feed, audience=channel.label, nature=channel.nature,
        epoch=newest.header.epoch if newest else _epoch(channel),
        number=newest.header.number + 1 if newest else 1,
        first=first, last=first + len(entries) - 1,
        previous=newest.head if newest else "",
        manifest_sha256=laid.manifest_sha256, manifest_bytes=laid.manifest_bytes,
        raw_bytes=len(laid.raw), marking=strictest([e.marking for e in entries]),
        created=max(at, newest.header.created) if newest else at, audit=keeper.audit_head(),
    )  # fmt: skip
    segment = seal(header, body, channel.node, at)
    lines = zip(entries, laid.offsets, strict=True)
    if said:
        pieces = [
            Piece(
                feed=feed, entry=entry, author=author, offset=offset, received=at,
                type=one.item.type, instant=one.item.instant, revoked=one.revoked, refs=one.refs,
            )
            for (entry, offset), one in zip(lines, said, strict=True)
        ]  # fmt: skip
    else:
        pieces = [
            Piece(feed=feed, entry=entry, author=author, offset=offset, received=at)
            for entry, offset in lines
        ]
    keeper.add_segment(segment, pieces)
    keeper.log("send", channel.label, f"{feed} {header.number}", f"{len(entries)} entries", at)
    return segment


def _epoch(channel: Channel) -> int:
    said = channel.node.id, channel.label, channel.nature
    return next(n for n in range(1, 1_000) if feed_id(*said, n) == channel.feed)


def seal(header: Header, body: bytes, node: Node, at: datetime) -> Segment:
    """A header, signed, with its body."""
    payload = msgspec.json.encode(header)
    return Segment(
        header=header, payload=payload, jws=jws.sign(payload, "segment", node.operating),
        head=hashlib.sha256(payload).hexdigest(), body=body, received=at,
    )  # fmt: skip
