"""Why a partner may or may not see an object: the rules that decide, in sentences."""

from datetime import datetime

from foreshock import gate
from foreshock.exchange.node import Node
from foreshock.exchange.partners import Partner, named
from foreshock.exchange.receipts import standings
from foreshock.words.feeds import FeedKeeper, Header, Piece
from foreshock.words.markings import Marking, label


def reasons(id: str, who: str, node: Node, keeper: FeedKeeper, at: datetime) -> list[str]:
    """One sentence for each rule that lets an object pass or holds it back; never its content.

    Nothing for an object that is not here. Raises `WrongUse` for an unknown partner.
    """
    partner = named(who, keeper, at)
    pieces = [p for p in keeper.versions([id]) if p.entry.says == "object"]
    if not pieces:
        return []
    strict = max(pieces, key=lambda p: p.entry.marking)
    said = []
    if partner.state != "confirmed":
        said.append(f"{partner.name} is {partner.state}: nothing is sent to it.")
    said.append(gate.judge(id, gate.Marked(marking=strict.entry.marking), partner.receiver).why)
    said += _by_reference(strict, keeper)
    heads = {header.feed: header for header in keeper.feeds()}
    said += [_of_feed(p, heads[p.feed], partner, node) for p in pieces if p.feed in heads]
    for one in standings([partner], node, keeper, at):
        if one.id == id and one.sent is not None:
            got = f"received {one.received:%Y-%m-%d %H:%M}" if one.received else "no receipt yet"
            refused = f", refused there: {one.refused}" if one.refused else ""
            said.append(f"Sent {one.sent:%Y-%m-%d %H:%M} UTC in {one.version}, {got}{refused}.")
    return list(dict.fromkeys(said))


def _by_reference(piece: Piece, keeper: FeedKeeper) -> list[str]:
    stricter: dict[str, Marking] = {}
    for one in keeper.versions(ref for ref in piece.refs if "--" in ref):
        stricter[one.entry.id] = max(one.entry.marking, stricter.get(one.entry.id, Marking.CLEAR))
    return [
        f"It refers to {id}, which is {label(marking)}."
        for id, marking in stricter.items()
        if marking == piece.entry.marking and marking > Marking.CLEAR
    ]


def _of_feed(piece: Piece, header: Header, partner: Partner, node: Node) -> str:
    kind, _, name = header.audience.partition(" ")
    ours = header.author == node.id
    if kind == "partner" and ours:
        if name == partner.id:
            return f"It is in our feed for {partner.name}, as entry {piece.entry.seq}."
        return f"It is in a feed for another partner, which {partner.name} is not sent."
    if kind == "partner":
        return "It came to us alone, and is not passed on."
    if name not in partner.communities:
        return f"It is in the feed of the community {name}, of which {partner.name} is no member."
    if not ours and piece.entry.marking > Marking.AMBER:
        return f"It is {label(piece.entry.marking)} of another author, and is not passed on."
    return f"It is in the feed of the community {name}, of which {partner.name} is a member."
