"""Opens a parcel as a whole: cards, receipts and segments, each by its own rules.

What is wrong with one block is said, and the next one is looked at: a receipt that cannot be read
does not keep the warnings behind it away. Every segment is a step of its own, and a few of them go
to the disk together, so what was cut off is taken up where it ended by opening the parcel again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from foreshock.errors import Misread, NotAllowed, NotGenuine, WrongUse
from foreshock.exchange import partners
from foreshock.exchange.carry import CARRIES, may_replace, record_in
from foreshock.exchange.node import Node
from foreshock.exchange.parcels import Block, opened
from foreshock.exchange.receipts import Receipt, accept
from foreshock.exchange.receive import Taken, take
from foreshock.words.feeds import FeedKeeper, Piece
from foreshock.words.keepers import Keeper
from foreshock.words.records import Record, Struct

#: records that are put into the journal in one transaction
_BATCH = 500
#: blocks, and their packed bytes, after which what was taken goes to the disk
_TOGETHER, _ENOUGH = 20, 8_000_000


class Opened(Struct, frozen=True, kw_only=True):
    """What a parcel held, and what became of it."""

    taken: tuple[Taken, ...] = ()
    cards: tuple[str, ...] = ()
    given: tuple[Receipt, ...] = ()
    #: one sentence for each block that was refused
    problems: tuple[str, ...] = ()

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds of which something was taken."""
        return tuple(dict.fromkeys(one.feed for one in self.taken))


def open_parcel(
    data: bytes, node: Node, keeper: FeedKeeper, at: datetime,
    told: Callable[[str, int, int], None] | None = None,
) -> Opened:  # fmt: skip
    """Take in all that a parcel holds and that can be believed.

    Raises `Misread` or `NotAllowed` only when it is no parcel, or locked for somebody else.
    """
    taken: list[Taken] = []
    cards: list[str] = []
    given: list[Receipt] = []
    problems: list[str] = []
    for some in _together(opened(data, node.age)):
        with keeper.writing():
            for block in some:
                if isinstance(block, Misread):
                    if not (taken or cards or given or problems):
                        raise block
                    problems.append(str(block))
                    continue
                try:
                    if block.purpose == "card":
                        cards += _card(block, node, keeper, at)
                    elif block.purpose == "receipt":
                        given.append(accept(block.jws, node, keeper, at))
                    else:
                        taken.append(take(block, node, keeper, at))
                except (Misread, NotGenuine, NotAllowed, WrongUse) as error:
                    problems.append(str(error))
        if told is not None:
            told("opening", len(taken), 0)
    for feed in dict.fromkeys(one.feed for one in taken):
        lacking = keeper.hollow(feed)
        if lacking:
            problems.append(
                f"{len(lacking)} object(s) of the feed {feed} came without their bytes: whoever "
                "carried them left them out, or an erasure is still to come. They are asked for "
                "with the next receipt."
            )
    return Opened(
        taken=tuple(taken), cards=tuple(cards), given=tuple(given),
        problems=tuple(dict.fromkeys(problems)),
    )  # fmt: skip


def _together(blocks: Iterator[Block]) -> Iterator[list[Block | Misread]]:
    """Blocks in portions, each of which goes to the disk at once; where they end too early, why."""
    some: list[Block | Misread] = []
    size = 0
    try:
        for block in blocks:
            some.append(block)
            size += len(block.body)
            if len(some) == _TOGETHER or size > _ENOUGH:
                yield some
                some, size = [], 0
    except Misread as error:
        some.append(error)
    if some:
        yield some


def _card(block: Block, node: Node, keeper: FeedKeeper, at: datetime) -> list[str]:
    before = partners.everybody(keeper, at)
    partner = partners.add(block.jws, keeper, at, node.card, by_hand=False)
    same = before[partner.id].card.counter == partner.card.counter
    return [] if same else [partner.name]


# -- records into the journal --------------------------------------------------------------------


def into_journal(
    feeds: Iterable[str], keeper: FeedKeeper, journal: Keeper, erase: Callable[[str, str], None],
    at: datetime,
) -> tuple[int, list[str]]:  # fmt: skip
    """Records that came in objects into the journal, where rounds see them from now on.

    How many were new, and what was left out and why. Done again, nothing is doubled; what was
    erased by its author is erased in the journal too, by `erase(id, why)`.
    """
    added, problems = 0, []
    for feed in feeds:
        newest = {header.feed: header for header in keeper.feeds()}.get(feed)
        pieces = [p for p in keeper.pieces(feed) if _carried(p)]
        nature = newest.nature if newest else "actual"
        done = keeper.journaled(_carried(p) for p in pieces)
        fresh = [p for p in pieces if p.fate == "kept" and _carried(p) not in done]
        for n in range(0, len(fresh), _BATCH):
            records: list[Record] = []
            for piece in fresh[n : n + _BATCH]:
                try:
                    body = keeper.body(piece)
                    record = record_in(body, piece.entry.marking, nature, at)
                    if record is not None:
                        old = journal.get(record.supersedes) if record.supersedes else None
                        may_replace(record, piece.author, keeper, old is not None)
                        records.append(record)
                except (NotGenuine, NotAllowed) as error:
                    problems.append(f"{piece.entry.id}: {error.what}")
            with journal.transaction():
                added += journal.add(records)
            keeper.mark_journaled(f"{CARRIES}{record.id}" for record in records)
        for piece in pieces:
            if piece.fate == "erased" and _carried(piece) in done:
                erase(_carried(piece).removeprefix(CARRIES), "erased by its author")
    return added, problems


def _carried(piece: Piece) -> str:
    last: Sequence[str] = piece.refs[-1:]
    return last[0] if last and last[0].startswith(CARRIES) else ""
