"""What goes into a parcel for one partner: our card, receipts, what holds now, then the history.

After a month away the state comes first: the newest version of everything, warnings of high level
before all else, so that the desk is current within seconds. The history follows segment by segment
and can be taken up again where it was cut off.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from foreshock import gate
from foreshock.errors import NotAllowed
from foreshock.exchange import jws
from foreshock.exchange.node import Node
from foreshock.exchange.parcels import MOST_ENTRIES, Block, lay_out, squeeze
from foreshock.exchange.partners import Partner, everybody
from foreshock.exchange.receipts import payload_of, receipts_for
from foreshock.exchange.segments import seal
from foreshock.exchange.view import in_force
from foreshock.words.feeds import FeedKeeper, Header, Piece, Segment, SentRow
from foreshock.words.markings import Marking, label, strictest
from foreshock.words.records import Receiver

#: a state is sent ahead when the receiver lacks more segments than this
STATE_FROM = 2
#: segments in one answer over the network
MOST_SEGMENTS = 20


def feeds_for(partner: Partner, keeper: FeedKeeper, node: Node, at: datetime) -> list[Header]:
    """The newest headers of our feeds that a partner may have: its own, those of its communities.

    Feeds of other authors are passed on within a community, as they came, as long as we trust them.
    """
    trusted = {p.id for p in everybody(keeper, at).values() if p.state == "confirmed"}
    trusted.add(node.id)
    found = []
    for header in keeper.feeds():
        kind, _, name = header.audience.partition(" ")
        if kind == "partner" and name == partner.id and header.author == node.id:
            found.append(header)
        shared = kind == "community" and name in partner.communities
        if shared and header.author != partner.id and header.author in trusted:
            found.append(header)
    return found


def refuse_too_strict(header: Header, partner: Partner, node: Node) -> None:
    """`NotAllowed` for a segment that holds more than the partner may see.

    What another wrote is passed on only up to TLP:AMBER, and only within its community.
    """
    most = gate.MAY_SEE[partner.circle]
    if header.author != node.id:
        most = min(most, Marking.AMBER)
    if header.marking > most:
        raise NotAllowed(
            f"segment {header.number} of the feed {header.feed} holds {label(header.marking)}",
            expected=f"at most {label(most)} for {partner.name!r}",
            next_step="It stays here; see: foreshock partners explain OBJECT PARTNER",
        )


def must_lock(headers: Sequence[Header]) -> bool:
    """Whether a parcel with these segments may leave only locked for its receiver (age)."""
    return strictest([header.marking for header in headers]) >= Marking.AMBER


def history(
    feed: str, after: int, partner: Partner, node: Node, keeper: FeedKeeper, at: datetime,
    *, most: int | None = None,
) -> Iterator[Segment]:  # fmt: skip
    """The segments of a feed after one, as they are kept; ours with a signature that holds now."""
    number = after + 1
    while most is None or number <= after + most:
        segment = keeper.segment(feed, number)
        if segment is None:
            return
        refuse_too_strict(segment.header, partner, node)
        if segment.header.author == node.id:
            segment = signed_now(segment, node, keeper)
        yield segment
        number += 1


def signed_now(segment: Segment, node: Node, keeper: FeedKeeper) -> Segment:
    """A segment of ours under a key that holds now: the header and its hash stay as they are."""
    if jws.take_apart(segment.jws, "segment").key_id == node.operating.id:
        return segment
    token = jws.sign(segment.payload, "segment", node.operating)
    keeper.resign(segment.header.feed, segment.header.number, token)
    return msgspec.structs.replace(segment, jws=token)


def state(
    feed: str, node: Node, keeper: FeedKeeper, at: datetime, receiver: Receiver
) -> Iterator[Segment]:
    """The newest versions of all that a feed of ours said, in parts, most urgent first."""
    newest = keeper.newest(feed)
    if newest is None or newest.header.author != node.id:
        return
    holds = [
        p
        for p in in_force(keeper.pieces(feed)).values()
        if gate.passes(gate.Marked(marking=p.entry.marking), receiver)
    ]
    ordered = sorted(holds, key=_urgency)
    parts = [ordered[n : n + MOST_ENTRIES] for n in range(0, len(ordered), MOST_ENTRIES)]
    for number, pieces in enumerate(parts, start=1):
        entries = [p.entry for p in pieces]
        laid = lay_out(entries, bodies(pieces, keeper))
        header = Header(
            kind="state", author=node.id, feed=feed, audience=newest.header.audience,
            nature=newest.header.nature, epoch=newest.header.epoch, number=newest.header.number,
            part=number, parts=len(parts), first=1, last=newest.header.last, previous=newest.head,
            manifest_sha256=laid.manifest_sha256, manifest_bytes=laid.manifest_bytes,
            raw_bytes=len(laid.raw), marking=strictest([e.marking for e in entries]),
            created=max(at, newest.header.created), audit=keeper.audit_head(),
        )  # fmt: skip
        yield seal(header, squeeze(laid.raw), node, at)


def _urgency(piece: Piece) -> tuple[int, bool, int]:
    return (-piece.entry.level, not piece.revoked, piece.entry.seq)


def bodies(pieces: Sequence[Piece], keeper: FeedKeeper) -> list[bytes]:
    """The bytes of several objects, each segment unpacked once."""
    found: dict[tuple[str, int], bytes] = {}
    for piece in sorted(pieces, key=lambda p: p.place):
        found[piece.feed, piece.entry.seq] = keeper.body(piece)
    return [found[p.feed, p.entry.seq] for p in pieces]


def for_partner(
    partner: Partner, node: Node, keeper: FeedKeeper, at: datetime,
    *, after: dict[str, int] | None = None, way: str = "file", with_state: bool | None = None,
    most: int | None = None,
) -> tuple[list[Block], bool]:  # fmt: skip
    """The blocks of a parcel, and whether it must be locked before it leaves.

    `after` tells by feed which segment the partner has; what is not told is taken from its
    receipts. Every segment that goes is booked, in one transaction.
    """
    blocks = [Block(jws=node.token)]
    headers: list[Header] = []
    with keeper.writing():
        blocks += [Block(jws=token) for token in receipts_for(partner, node, keeper, at)]
        for header in feeds_for(partner, keeper, node, at):
            have = (after or {}).get(header.feed)
            have = acknowledged(header.feed, partner, keeper) if have is None else have
            ahead = with_state if with_state is not None else header.number - have > STATE_FROM
            parts = state(header.feed, node, keeper, at, partner.receiver) if ahead else ()
            every = [*parts, *history(header.feed, have, partner, node, keeper, at, most=most)]
            blocks += [Block(jws=segment.jws, body=segment.body) for segment in every]
            headers += [segment.header for segment in every]
            for segment in every:
                keeper.add_sent(
                    SentRow(
                        feed=header.feed, number=segment.header.number, to=partner.id, way=way,
                        at=at,
                    )
                )  # fmt: skip
            if every:
                keeper.log("send", partner.id, header.feed, f"{len(every)} segments by {way}", at)
    return blocks, must_lock(headers)


def acknowledged(feed: str, partner: Partner, keeper: FeedKeeper) -> int:
    """The newest segment of a feed for which a partner gave a receipt; 0 for none.

    Where the newest receipt names entries that came without their bytes, the segment before the
    first of them: whoever carried it may have left them out.
    """
    given = [row for row in keeper.receipts(feed) if row.partner == partner.id]
    if not given:
        return 0
    newest = max(given, key=lambda row: (row.number, row.at))
    lacking = payload_of(newest.jws).hollow
    first = keeper.segment_with(feed, min(lacking)) if lacking else None
    return first.header.number - 1 if first is not None else newest.number
