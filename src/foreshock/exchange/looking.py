"""The look at each object of a segment: kept, kept aside with a reason, erased, or without bytes.

One object's fault is its own: whatever is wrong with it, the others of its segment are kept.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from foreshock.exchange import content
from foreshock.exchange.cards import Card
from foreshock.exchange.carry import carried_id
from foreshock.exchange.intake import Refused, look_into
from foreshock.exchange.node import Node
from foreshock.exchange.parcels import Inside
from foreshock.exchange.partners import Partner, everybody
from foreshock.words.feeds import Entry, Fate, FeedKeeper, Piece, Segment
from foreshock.words.records import Struct
from foreshock.words.shelf import Item

#: versions of one object
MOST_VERSIONS = 1_000


class Sign(Struct, frozen=True, kw_only=True):
    """Something in a segment that a person must look at."""

    kind: str
    says: str
    about: str
    #: signed proofs
    proofs: tuple[str, ...] = ()


def looked_at(
    segment: Segment, inside: Inside, author: Partner, node: Node, keeper: FeedKeeper, at: datetime
) -> tuple[list[Piece], list[Piece], list[Sign]]:
    """The entries with what becomes of them, older ones to be erased, and what to be alarmed at."""
    known: dict[str, list[Piece]] = {}
    for piece in keeper.versions(entry.id for entry in inside.entries):
        known.setdefault(piece.entry.id, []).append(piece)
    others = [p.card for p in everybody(keeper, at).values() if p.id != author.id]
    others.append(node.card)
    look = _Look(segment, author, tuple(others), keeper)
    pieces: list[Piece] = []
    erased: list[Piece] = []
    for entry, body, offset in zip(inside.entries, inside.objects, inside.offsets, strict=True):
        before = known.setdefault(entry.id, [])
        piece = look.at(entry, body, offset, before)
        if entry.says == "erase":
            erased += [
                p
                for p in before
                if p.author == author.id and p.entry.says == "object"
                and p.entry.sha256 == entry.sha256 and p.fate != "erased"
            ]  # fmt: skip
        before.append(piece)
        pieces.append(piece)
    return pieces, erased, look.signs


class _Look:
    """The look at the objects of one segment."""

    def __init__(
        self, segment: Segment, author: Partner, others: Sequence[Card], keeper: FeedKeeper
    ) -> None:
        self._segment, self._author, self._others = segment, author, others
        self._keeper, self._author_id, self._card = keeper, author.id, author.card
        self._feed, self._received = segment.header.feed, segment.received
        self._made = segment.header.created
        self.signs: list[Sign] = []

    def _sign(self, kind: str, says: str, about: str, proofs: tuple[str, ...] = ()) -> None:
        self.signs.append(Sign(kind=kind, says=says, about=about, proofs=proofs))

    def at(self, entry: Entry, body: bytes, offset: int, before: Sequence[Piece]) -> Piece:
        """One entry, with what becomes of its object."""
        gone = before and entry.says == "object" and _erased_before(entry, self._author_id, before)
        fate: Fate = "kept"
        why = ""
        if entry.says == "object" and body and not gone:
            found = look_into(body, self._made)
            if not isinstance(found, Refused):
                return self._sound(found, entry, offset, before)
            fate, why = "refused", found.why[:300]
        elif entry.says == "object":
            fate = "erased" if gone else "hollow"
        return Piece(
            feed=self._feed, entry=entry, author=self._author_id, offset=offset,
            received=self._received, fate=fate, why=why,
        )  # fmt: skip

    def _sound(
        self, found: tuple[dict[str, Any], Item], entry: Entry, offset: int,
        before: Sequence[Piece],
    ) -> Piece:  # fmt: skip
        """An object whose form is sound: does it say what this author may say?"""
        said, item = found
        revoked = said.get("revoked") is True
        carries = carried_id(said)
        why = content.fault(said, item, entry, self._card, self._others)
        if not why and before:
            why = self._against(entry, item.instant, revoked, before)
        if not why and revoked:
            self._flag_derived(entry)
        return Piece(
            feed=self._feed, entry=entry, author=self._author_id, offset=offset,
            received=self._received, type=item.type, instant=item.instant, revoked=revoked,
            refs=(*item.refs, carries) if carries else item.refs,
            fate="refused" if why else "kept", why=why[:300],
        )  # fmt: skip

    def _against(self, entry: Entry, instant: str, revoked: bool, before: Sequence[Piece]) -> str:
        """What speaks against it in what was said before."""
        mine = [p for p in before if p.author == self._author_id]
        foreign = next(
            (p for p in before if p.author != self._author_id and p.fate == "kept"), None
        )
        if foreign is not None:
            text = f"{self._author.name!r} wrote a version of {entry.id}, which is another's"
            self._sign("equivocation", text, entry.id, self._proofs(foreign))
            return "it belongs to another node"
        said = [p for p in mine if p.entry.says == "object" and p.fate in ("kept", "erased")]
        twin = next((p for p in said if p.instant == instant), None)
        if twin is not None and twin.entry.sha256 != entry.sha256:
            text = f"{self._author.name!r} said two things as {entry.id} of {entry.version}"
            self._sign("equivocation", text, entry.id, self._proofs(twin))
            return "the same version was sent before with another content"
        if not revoked and any(p.revoked and p.instant < instant for p in said):
            return "it was withdrawn, and nothing brings it back"
        if len(said) >= MOST_VERSIONS:
            return f"it has {len(said)} versions already"
        return ""

    def _flag_derived(self, entry: Entry) -> None:
        for one in self._keeper.citing(entry.id):
            if one.author != self._author_id and one.fate == "kept":
                text = f"{one.entry.id} refers to {entry.id}, which was withdrawn: look again"
                self._sign("withdrawn", text, one.entry.id)

    def _proofs(self, other: Piece) -> tuple[str, ...]:
        segment = self._keeper.segment_with(other.feed, other.entry.seq)
        return (segment.jws if segment else "", self._segment.jws)


def _erased_before(entry: Entry, author: str, before: Sequence[Piece]) -> bool:
    """Whether the author has asked to erase this very object."""
    return any(
        p.author == author and p.entry.says == "erase" and p.entry.sha256 == entry.sha256
        for p in before
    )
