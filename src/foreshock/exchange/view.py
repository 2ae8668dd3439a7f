"""What is in force of all that was said, and who may see it.

The answer depends on what was said, never on the order in which it arrived: of an object holds the
newest version its author made, and a withdrawal holds over every version.
"""

from collections.abc import Iterable, Sequence

from foreshock import gate
from foreshock.exchange.intake import TLP
from foreshock.words.feeds import FeedKeeper, Piece
from foreshock.words.markings import Marking
from foreshock.words.records import Receiver
from foreshock.words.shelf import Item

#: of an object that refers to nothing
_ALONE = tuple(gate.Marked(marking=marking) for marking in Marking)
#: how far references of references are followed; further on lies whatever may not be seen
_FAR = 8


def in_force(pieces: Iterable[Piece]) -> dict[tuple[str, str], Piece]:
    """By author and id: the version that holds, a withdrawal among them; erased ones are gone."""
    newest: dict[tuple[str, str], Piece] = {}
    for piece in pieces:
        if piece.entry.says != "object" or piece.fate not in ("kept", "erased"):
            continue
        key = (piece.author, piece.entry.id)
        if key not in newest or _rank(piece) > _rank(newest[key]):
            newest[key] = piece
    return {key: piece for key, piece in newest.items() if piece.fate == "kept"}


def _rank(piece: Piece) -> tuple[bool, str, bool]:
    # of two copies of one version in two feeds, the one whose bytes are here
    return (piece.revoked, piece.instant, piece.fate == "kept")


def effective_markings(items: Sequence[Item], keeper: FeedKeeper) -> dict[str, gate.Marked]:
    """The effective marking of objects: the strictest of their own and of all they refer to.

    What is not known here counts as TLP:RED, and so does whatever lies further than eight steps.
    """
    near = {item.id: item for item in items}
    markings: dict[str, gate.Marked] = {}
    wanted: set[str] = set()
    for item in items:
        wanted.update(ref for ref in item.refs if ref not in near and ref not in TLP)
    known = _known(wanted, keeper)
    for item in items:
        markings[item.id] = (
            _effective(item.id, near, known, ()) if item.refs else _ALONE[item.marking]
        )
    return markings


def _known(ids: Iterable[str], keeper: FeedKeeper) -> dict[str, gate.Marked]:
    """The markings of objects that are here: those their authors gave them with all they cite."""
    found: dict[str, gate.Marked] = {}
    for piece in keeper.versions(ids):
        if piece.entry.says == "object" and piece.fate != "refused":
            before = found.get(piece.entry.id)
            if before is None or piece.entry.marking > before.marking:
                found[piece.entry.id] = gate.Marked(marking=piece.entry.marking)
    return found


def _effective(
    id: str, near: dict[str, Item], known: dict[str, gate.Marked], above: tuple[str, ...]
) -> gate.Marked:
    item = near.get(id)
    if item is None:
        return known.get(id, gate.Marked(marking=gate.UNKNOWN, unknown=id))
    if len(above) > _FAR:
        return gate.Marked(marking=gate.UNKNOWN, unknown=id)
    parts = [
        (ref, _effective(ref, near, known, (*above, id)))
        for ref in item.refs
        if ref not in TLP and ref not in above and ref != id
    ]
    return gate.effective(item.marking, parts)


def visible(pieces: Iterable[Piece], receiver: Receiver) -> list[Piece]:
    """What is in force and may be seen by a receiver, warnings of high level first."""
    found = [
        piece
        for piece in in_force(pieces).values()
        if gate.passes(gate.Marked(marking=piece.entry.marking), receiver)
    ]
    return sorted(found, key=lambda p: (-p.entry.level, p.entry.id))
