"""Receipts: what arrived, what was refused and why, what was erased, signed by whoever received it.

A receipt also carries what people there said of our objects (opened, seen, acting, disputed) and
the head of the audit log of both sides: whoever rewrites a log later is contradicted by the
receipts of others.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from foreshock.errors import Misread, NotGenuine
from foreshock.exchange import jws
from foreshock.exchange.cards import SKEW
from foreshock.exchange.node import Node
from foreshock.exchange.partners import Partner, signed_by_partner
from foreshock.words.feeds import Count, FeedKeeper, Header, ReceiptRow, WordRow
from foreshock.words.records import Struct

#: refusals and words that one receipt tells; the rest is counted
MOST_TOLD = 100


class Said(Struct, frozen=True, kw_only=True):
    """What somebody said of an object."""

    id: str
    version: str
    what: Literal["opened", "seen", "acting", "disputed"]
    role: str
    remark: str = ""
    at: datetime


class Receipt(Struct, frozen=True, kw_only=True):
    """What a node signs to have received of a feed."""

    form: Literal["foreshock-receipt-1"] = "foreshock-receipt-1"
    #: root id of who gives it
    by: str
    feed: str
    #: newest segment received without a gap, its last entry and the hash of its header
    number: Count
    last: Count
    head: str
    kept: int
    refused: int
    #: entries refused, with the reason
    reasons: tuple[tuple[int, str], ...] = ()
    #: entries erased as their author asked
    erased: tuple[Count, ...] = ()
    #: entries that came without their bytes, though nobody asked to erase them
    hollow: tuple[Count, ...] = ()
    said: tuple[Said, ...] = ()
    #: number and hash of the newest line of the audit log: of who gives it, and of the author's
    #: own as the newest segment told it
    audit: tuple[int, str]
    author_audit: tuple[int, str]
    at: datetime


def give(header: Header, node: Node, keeper: FeedKeeper, at: datetime) -> str:
    """Our receipt for all we have of a feed, signed."""
    newest = keeper.newest(header.feed)
    if newest is None:
        raise Misread(f"nothing of the feed {header.feed} is here")
    pieces = keeper.pieces(header.feed, 1, newest.header.last)
    refused = [(p.entry.seq, p.why) for p in pieces if p.fate == "refused"]
    said = [
        Said(id=w.id, version=w.version, what=w.what, role=w.role, remark=w.remark, at=w.at)
        for piece_id in dict.fromkeys(p.entry.id for p in pieces)
        for w in keeper.words(piece_id)
        if w.by == node.id
    ] if any(w.by == node.id for w in keeper.words()) else []  # fmt: skip
    receipt = Receipt(
        by=node.id, feed=header.feed, number=newest.header.number, last=newest.header.last,
        head=newest.head, kept=sum(p.fate == "kept" for p in pieces), refused=len(refused),
        reasons=tuple((seq, why[:120]) for seq, why in refused[-MOST_TOLD:]),
        erased=tuple(p.entry.seq for p in pieces if p.fate == "erased")[-MOST_TOLD:],
        hollow=tuple(p.entry.seq for p in pieces if p.fate == "hollow")[-MOST_TOLD:],
        said=tuple(said[-MOST_TOLD:]), audit=keeper.audit_head(),
        author_audit=newest.header.audit, at=at,
    )  # fmt: skip
    keeper.log("receipt", header.author, f"{header.feed} {newest.header.number}", "given", at)
    return jws.sign(msgspec.json.encode(receipt), "receipt", node.operating)


def receipts_for(partner: Partner, node: Node, keeper: FeedKeeper, at: datetime) -> list[str]:
    """Our receipts for all feeds of a partner."""
    return [give(header, node, keeper, at) for header in keeper.feeds(partner.id)]


def read_receipt(token: str, keeper: FeedKeeper, at: datetime) -> tuple[Receipt, Partner]:
    """A receipt whose signature is that of the partner that it names."""
    receipt, partner = signed_by_partner(token, "receipt", Receipt, "the receipt", keeper, at)
    if receipt.at.tzinfo is None or receipt.at > at + SKEW:
        raise Misread(f"the receipt of {partner.name!r} is dated in the future")
    return receipt, partner


def accept(token: str, node: Node, keeper: FeedKeeper, at: datetime) -> Receipt:
    """Keep a partner's receipt for a feed of ours, with what people there said.

    Raises `NotGenuine` for one that speaks of a head that we never signed.
    """
    receipt, partner = read_receipt(token, keeper, at)
    with keeper.writing():
        segment = keeper.segment(receipt.feed, receipt.number)
        ours = segment is not None and segment.header.author == node.id
        if segment is None or not ours or segment.head != receipt.head:
            raise NotGenuine(
                f"the receipt of {partner.name!r} speaks of a segment that we did not send",
                next_step="Ask the partner what they have, and compare the heads.",
            )
        keeper.add_receipt(
            ReceiptRow(
                partner=partner.id, feed=receipt.feed, number=receipt.number, jws=token, at=at
            )
        )
        for said in receipt.said:
            _keep_word(said, partner, node, keeper)
        says = f"{receipt.kept} kept, {receipt.refused} refused"
        keeper.log("receipt", partner.id, f"{receipt.feed} {receipt.number}", says, at)
    return receipt


def _keep_word(said: Said, partner: Partner, node: Node, keeper: FeedKeeper) -> None:
    if any(p.author == node.id for p in keeper.versions([said.id])):
        keeper.add_word(
            WordRow(
                by=partner.id, id=said.id, version=said.version, what=said.what, role=said.role,
                remark=said.remark[:2_000], at=said.at,
            )
        )  # fmt: skip


def say(
    id: str, what: Literal["opened", "seen", "acting", "disputed"], role: str, node: Node,
    keeper: FeedKeeper, at: datetime, remark: str = "",
) -> WordRow:  # fmt: skip
    """What somebody here says of the newest version of an object; it goes out with the receipts."""
    from foreshock.errors import WrongUse

    pieces = [p for p in keeper.versions([id]) if p.entry.says == "object" and p.fate == "kept"]
    if not pieces:
        raise WrongUse(f"there is no object {id[:80]!r}", expected="an id of `parcel list`")
    newest = max(pieces, key=lambda p: p.instant)
    word = WordRow(
        by=node.id, id=id, version=newest.entry.version, what=what, role=role, remark=remark, at=at
    )
    with keeper.writing():
        keeper.add_word(word)
        keeper.log("word", newest.author, id, what, at)
    return word


# -- who got what --------------------------------------------------------------------------------


class Standing(Struct, frozen=True, kw_only=True):
    """How far one object of ours has come with one partner."""

    partner: str
    id: str
    version: str
    level: int
    sent: datetime | None
    received: datetime | None
    #: why it was refused there; empty when it was not
    refused: str = ""
    #: roles that opened it
    opened: tuple[str, ...] = ()
    acknowledged: datetime | None = None
    disputed: str = ""
    erased: bool = False


def standings(
    partners: Iterable[Partner], node: Node, keeper: FeedKeeper, at: datetime
) -> list[Standing]:
    """For each partner and each object of ours meant for it: sent, received, opened, answered."""
    found = []
    ours = keeper.feeds(node.id)
    for partner in partners:
        for header in ours:
            kind, _, name = header.audience.partition(" ")
            if name == partner.id or (kind == "community" and name in partner.communities):
                found += _of_feed(header.feed, partner, keeper)
    return found


def _of_feed(feed: str, partner: Partner, keeper: FeedKeeper) -> list[Standing]:
    sent = {row.number: row.at for row in reversed(keeper.sent(partner.id)) if row.feed == feed}
    rows = [row for row in keeper.receipts(feed) if row.partner == partner.id]
    given = [(row.at, payload_of(row.jws)) for row in rows]
    reasons = {seq: why for _, one in given for seq, why in one.reasons}
    erased = {seq for _, one in given for seq in one.erased}
    words: dict[str, list[WordRow]] = {}
    for word in keeper.words():
        if word.by == partner.id:
            words.setdefault(word.id, []).append(word)
    ranges = [(h.first, h.last, h.number) for h in keeper.headers(feed)]
    found = []
    for piece in keeper.pieces(feed):
        if piece.entry.says != "object":
            continue
        number = next((n for first, last, n in ranges if first <= piece.entry.seq <= last), 0)
        said = [w for w in words.get(piece.entry.id, []) if w.version == piece.entry.version]
        disputes = [w.remark or "disputed" for w in said if w.what == "disputed"]
        found.append(
            Standing(
                partner=partner.name, id=piece.entry.id, version=piece.entry.version,
                level=piece.entry.level, sent=sent.get(number),
                received=next((at for at, one in given if one.last >= piece.entry.seq), None),
                refused=reasons.get(piece.entry.seq, ""),
                opened=tuple(dict.fromkeys(w.role for w in said if w.what == "opened")),
                acknowledged=min((w.at for w in said if w.what != "opened"), default=None),
                disputed=disputes[-1] if disputes else "", erased=piece.entry.seq in erased,
            )
        )  # fmt: skip
    return found


def payload_of(token: str) -> Receipt:
    """What a receipt says that was verified when it came."""
    return msgspec.json.decode(jws.take_apart(token, "receipt").payload, type=Receipt)


def overdue(
    standing: Iterable[Standing], at: datetime, hours: float, level: int = 3
) -> list[Standing]:
    """Warnings at or above a level that left more than so many hours ago and are not answered."""
    newest: dict[tuple[str, str], Standing] = {}
    for one in standing:
        newest[one.partner, one.id] = one
    return [
        one
        for one in newest.values()
        if one.level >= level and one.acknowledged is None and one.sent is not None
        and (at - one.sent).total_seconds() > hours * 3600
    ]  # fmt: skip
