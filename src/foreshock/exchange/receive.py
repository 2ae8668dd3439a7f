"""What others say to us, taken in the order in which it can be believed.

Length, signature, chain, bounded unpacking, hash, form: whatever fails leaves no trace but a line
in the audit log, or an alarm where somebody contradicts himself. A segment is kept whole or not at
all: nothing of it is written before everything was checked. An object of it that is not sound is
kept aside with the reason, and nothing else is disturbed.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from foreshock.errors import Misread, NotAllowed, NotGenuine, TooMuch
from foreshock.exchange import jws
from foreshock.exchange.cards import SKEW
from foreshock.exchange.looking import Sign, looked_at
from foreshock.exchange.node import Node
from foreshock.exchange.parcels import NOT_DECODED, Block, Inside, unpack
from foreshock.exchange.partners import Partner, alarm, key_of, trusted
from foreshock.exchange.segments import feed_id
from foreshock.words.feeds import FeedKeeper, Header, Piece, Segment
from foreshock.words.markings import strictest
from foreshock.words.records import Struct

#: what one author may bring in a day, unless told otherwise: entries and unpacked bytes
MOST_A_DAY = (250_000, 1_000_000_000)
#: with so many refused objects in one segment, and half of all, the feed stops until somebody looks
BREAKER = 100

Outcome = Literal["kept", "seen", "waiting"]


class Taken(Struct, frozen=True, kw_only=True):
    """What became of a segment."""

    outcome: Outcome
    feed: str
    author: str
    number: int
    kept: int = 0
    refused: tuple[tuple[int, str], ...] = ()
    #: entries whose bytes were dropped because their author asked for it
    erased: tuple[Piece, ...] = ()
    state: bool = False


def take(block: Block, node: Node, keeper: FeedKeeper, at: datetime) -> Taken:
    """Take in one segment, and those that waited for it.

    Raises `Misread`, `NotGenuine`, `NotAllowed` or `TooMuch`, and then keeps nothing of it; what is
    refused for being early or too much can be brought again later.
    """
    taken, follow = _one(block, node, keeper, at)
    outcome = taken.outcome
    while outcome != "waiting" and follow is not None:  # a loop: thousands may have waited
        token, body = follow
        after, follow = _one(Block(jws=token, body=body), node, keeper, at)
        outcome = after.outcome
        taken = _joined(taken, after)
    return taken


def _one(
    block: Block, node: Node, keeper: FeedKeeper, at: datetime
) -> tuple[Taken, tuple[str, bytes] | None]:
    """Take in one segment; with it the one that waited to be the next, if any."""
    try:
        with keeper.writing():
            taken = _take(block, node, keeper, at)
            return taken, keeper.waiting(taken.feed, taken.number + 1)
    except (Misread, NotGenuine, NotAllowed) as error:
        keeper.log("refuse", _who(block), "", type(error).__name__, at)
        if isinstance(error, Contradicted):
            alarm(keeper, at, error.kind, error.what, **error.about)
        raise


class Contradicted(NotGenuine):
    """Somebody signed two things that cannot both be true."""

    kind: str = "fork"
    about: dict[str, object]


def _contradicted(kind: str, says: str, **about: object) -> Contradicted:
    error = Contradicted(
        says,
        next_step="Both are kept as proof; ask the partner by another way, then settle the alarm: "
        "foreshock partners alarms",
    )
    error.kind, error.about = kind, about
    return error


def _joined(first: Taken, then: Taken) -> Taken:
    return msgspec.structs.replace(
        then,
        outcome="kept",
        kept=first.kept + then.kept,
        refused=first.refused + then.refused,
        erased=first.erased + then.erased,
    )


def _who(block: Block) -> str:
    try:
        return msgspec.json.decode(
            jws.take_apart(block.jws, "segment").payload, type=Header
        ).author[:32]
    except (Misread, NotGenuine, *NOT_DECODED):
        return "unknown"


# -- from the outside in -------------------------------------------------------------------------


def _take(block: Block, node: Node, keeper: FeedKeeper, at: datetime) -> Taken:
    header, payload, author = _believed(block, node, keeper, at)
    head = hashlib.sha256(payload).hexdigest()
    if header.author == node.id:
        return _nothing("seen", header)
    if author is None:
        raise NotGenuine("the segment has no author")
    segment = Segment(
        header=header, payload=payload, jws=block.jws, head=head, body=block.body, received=at
    )
    _refuse_stopped(header, author, keeper)
    before = _place_in_chain(segment, author, keeper, at)
    if before is not None and before.outcome == "seen" and header.kind == "history":
        return _refilled(segment, author, node, keeper, at)
    if before is not None:
        return before
    _refuse_too_much(header, keeper, at)
    inside = unpack(header, block.body)
    _refuse_wrong_manifest(header, inside)
    pieces, erased, signs = looked_at(segment, inside, author, node, keeper, at)
    _compare_with_state(segment, pieces, author, keeper)
    if header.kind == "state":
        keeper.add_state(segment, pieces)
    else:
        _settle_gaps(header, keeper)
        keeper.add_segment(segment, pieces)
    for piece in erased:
        keeper.erase(piece)
    refused = tuple((p.entry.seq, p.why) for p in pieces if p.fate == "refused")
    kept = len(pieces) - len(refused)
    says = f"{kept} kept, {len(refused)} refused, {len(erased)} erased"
    keeper.log("receive", author.id, f"{header.feed} {header.number}", says, at)
    _raise(signs, header, author, keeper, at)
    if len(refused) >= BREAKER and 2 * len(refused) >= len(pieces):
        text = f"{len(refused)} of {len(pieces)} objects from {author.name!r} are not sound"
        alarm(keeper, at, "breaker", text, partner=author.id, feed=header.feed)
    return Taken(
        outcome="kept", feed=header.feed, author=author.id, number=header.number, kept=kept,
        refused=refused, erased=tuple(erased), state=header.kind == "state",
    )  # fmt: skip


def _refilled(
    segment: Segment, author: Partner, node: Node, keeper: FeedKeeper, at: datetime
) -> Taken:
    """A segment that is here already: whoever carried it first may have left out bytes."""
    header = segment.header
    lacking = {
        p.entry.seq
        for p in keeper.hollow(header.feed)
        if header.first <= p.entry.seq <= header.last
    }
    if not lacking:
        return _nothing("seen", header)
    inside = unpack(header, segment.body)
    pieces, _, signs = looked_at(segment, inside, author, node, keeper, at)
    found = [p for p in pieces if p.entry.seq in lacking and p.fate != "hollow"]
    if found:
        keeper.refill(segment, found)
        says = f"{len(found)} that were missing"
        keeper.log("receive", author.id, f"{header.feed} {header.number}", says, at)
    _raise(signs, header, author, keeper, at)
    refused = tuple((p.entry.seq, p.why) for p in found if p.fate == "refused")
    return msgspec.structs.replace(
        _nothing("seen", header), kept=len(found) - len(refused), refused=refused
    )


def _raise(
    signs: Sequence[Sign], header: Header, author: Partner, keeper: FeedKeeper, at: datetime
) -> None:
    for sign in signs:
        alarm(
            keeper, at, sign.kind, sign.says, partner=author.id, feed=header.feed,
            about=sign.about, proofs=sign.proofs,
        )  # fmt: skip


def _nothing(outcome: Outcome, header: Header) -> Taken:
    return Taken(outcome=outcome, feed=header.feed, author=header.author, number=header.number)


def _believed(
    block: Block, node: Node, keeper: FeedKeeper, at: datetime
) -> tuple[Header, bytes, Partner | None]:
    """The header, once its signature holds, and its author; None for ourselves."""
    signed = jws.take_apart(block.jws, "segment")
    try:
        header = msgspec.json.decode(signed.payload, type=Header)
    except NOT_DECODED as error:
        raise Misread(f"the header of a segment cannot be read ({str(error)[:100]})") from None
    if header.author == node.id:
        ours = {span.key for span in node.card.keys}
        if not any(jws.holds(signed, key) for key in ours):
            raise NotGenuine("a segment says it is ours, and is not signed by us")
        return header, signed.payload, None
    author = trusted(header.author, keeper, at)
    key = key_of(author, signed.key_id, at)
    if not jws.holds(signed, key):
        raise NotGenuine(
            f"the signature of the segment is not that of {author.name!r}",
            next_step="Do not use it; ask the partner by another way.",
        )
    expected = feed_id(author.id, header.audience, header.nature, header.epoch)
    if header.feed != expected:
        raise NotGenuine(f"{author.name!r} signed for a feed that is not theirs")
    _refuse_foreign(header, author, node)
    if header.created.tzinfo is None or header.created > at + SKEW:
        raise Misread(
            f"the segment of {author.name!r} was made at {header.created}, which is yet to come",
            expected=f"at most {SKEW.seconds // 60} minutes ahead of the clock here",
            next_step="If the clock here is right, theirs is wrong; bring it again later.",
        )
    return header, signed.payload, author


def _refuse_foreign(header: Header, author: Partner, node: Node) -> None:
    kind, _, name = header.audience.partition(" ")
    mine = kind == "partner" and name == node.id
    shared = kind == "community" and name in author.communities
    if not mine and not shared:
        raise NotAllowed(
            f"the feed of {author.name!r} is for {header.audience[:60]!r}",
            expected="one for us, or for a community in which we both are",
            next_step="Return it to whoever passed it on; it is not meant for this node.",
        )


def _refuse_stopped(header: Header, author: Partner, keeper: FeedKeeper) -> None:
    for one in keeper.alarms():
        if one.settled or one.kind not in ("fork", "breaker"):
            continue
        if one.feed == header.feed and one.partner == author.id:
            raise NotAllowed(
                f"the feed of {author.name!r} is stopped: {one.says}",
                expected="a person who has looked at the alarm",
                next_step=f"foreshock partners settle {one.number} --how ...",
            )


def _place_in_chain(
    segment: Segment, author: Partner, keeper: FeedKeeper, at: datetime
) -> Taken | None:
    """Where the segment stands: seen before, to be kept now (None), or before its time."""
    header = segment.header
    newest = keeper.newest(header.feed)
    have = newest.header.number if newest else 0
    if header.number < 1 or not 0 < header.first <= header.last + 1:
        raise Misread("the numbers of the segment cannot be")
    if header.kind == "state":
        return _nothing("seen", header) if header.number <= have else None
    if header.number <= have:
        there = keeper.segment(header.feed, header.number)
        if there is not None and there.head == segment.head:
            return _nothing("seen", header)
        raise _fork(segment, there, author)
    if header.number > have + 1:
        keeper.wait(header.feed, header.number, segment.jws, segment.body, at)
        alarm(
            keeper, at, "gap",
            f"segment {header.number} of {author.name!r} came, but {have + 1} to "
            f"{header.number - 1} did not; it waits for them",
            partner=author.id, feed=header.feed, about=str(have + 1),
        )  # fmt: skip
        return _nothing("waiting", header)
    last = newest.header.last if newest else 0
    if header.previous != (newest.head if newest else ""):
        raise _fork(segment, newest, author)
    if header.first != last + 1 or (newest and header.created < newest.header.created):
        raise NotGenuine(
            f"segment {header.number} of {author.name!r} does not follow the one before"
        )
    return None


def _settle_gaps(header: Header, keeper: FeedKeeper) -> None:
    for one in keeper.alarms():
        if (one.kind, one.feed, one.settled) == ("gap", header.feed, "") and int(
            one.about
        ) <= header.number:
            keeper.settle(one.number, "what was missing has come")


def _fork(segment: Segment, there: Segment | None, author: Partner) -> Contradicted:
    number = segment.header.number
    return _contradicted(
        "fork",
        f"there are two histories of {author.name!r}: segment {number} came as "
        f"{segment.head[:12]} after {segment.header.previous[:12] or 'nothing'}, here is "
        f"{there.head[:12] if there else 'another'}",
        partner=author.id,
        feed=segment.header.feed,
        about=str(number),
        proofs=(there.jws if there else "", segment.jws),
    )


def _refuse_too_much(header: Header, keeper: FeedKeeper, at: datetime) -> None:
    most = MOST_A_DAY
    for row in keeper.trust():
        if row.root == header.author and row.what == "quota":
            told, _, rest = row.value.partition(" ")
            most = (int(told), int(rest))
    entries, size = keeper.arrived(header.author, at - timedelta(days=1))
    if entries + header.last - header.first + 1 > most[0] or size + header.raw_bytes > most[1]:
        raise TooMuch(
            f"the author {header.author[:8]} has sent {entries} entries, {size / 1e6:.0f} MB, "
            "within a day",
            expected=f"at most {most[0]} and {most[1] / 1e6:.0f} MB",
            next_step="Nothing is lost: bring the rest tomorrow.",
        )


def _refuse_wrong_manifest(header: Header, inside: Inside) -> None:
    wanted = list(range(header.first, header.last + 1))
    told = [entry.seq for entry in inside.entries]
    if header.kind == "state":
        sound = len(set(told)) == len(told) and all(1 <= seq <= header.last for seq in told)
    else:
        sound = told == wanted
    if not sound or strictest([e.marking for e in inside.entries]) != header.marking:
        raise NotGenuine(
            "the manifest is not of the entries or the marking that its header tells",
            next_step="Ask the partner by another way.",
        )


def _compare_with_state(
    segment: Segment, pieces: Sequence[Piece], author: Partner, keeper: FeedKeeper
) -> None:
    """What came with a state earlier has to be what the history says now, and the reverse."""
    header = segment.header
    if not pieces:
        return
    first, last = min(p.entry.seq for p in pieces), max(p.entry.seq for p in pieces)
    told = {p.entry.seq: p.entry for p in keeper.pieces(header.feed, first, last)}
    for piece in pieces:
        early = told.get(piece.entry.seq)
        if early is not None and (early.id, early.sha256) != (piece.entry.id, piece.entry.sha256):
            raise _contradicted(
                "fork",
                f"{author.name!r} told entry {piece.entry.seq} in two ways",
                partner=author.id,
                feed=header.feed,
                about=str(header.number),
                proofs=(segment.jws,),
            )
