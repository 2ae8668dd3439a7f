"""What the exchange asks of whoever keeps feeds, cards, receipts and the audit log.

A *feed* is what one node says to one audience, as a chain of signed *segments* of at most 1,000
entries; an *entry* names one object by its number, id, version and hash. The bytes of objects stay
in the segments in which they came: signatures and hashes hold only for these.

Everything here is only ever added. The one thing that changes is the body of a segment from which
an object was erased: its bytes become spaces, its hash stays.
"""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Literal, Protocol

from msgspec import Meta

from foreshock.words.markings import Marking
from foreshock.words.records import Nature, Struct

#: numbers and lengths that a partner names; more than a trillion of anything is no honest feed
Count = Annotated[int, Meta(ge=0, lt=1 << 40)]

Circle = Literal["public", "community", "organisation", "own", "person"]

#: what became of an object: kept, refused with a reason, erased by its author, or sent without
#: its bytes (hollow: its author has erased it, or the state came before it)
Fate = Literal["kept", "refused", "erased", "hollow"]


class Entry(Struct, frozen=True, kw_only=True, gc=False):
    """One line of a manifest."""

    #: position in the feed, from 1 without a gap
    seq: Count
    id: str
    #: exact text of the object's `modified`
    version: str
    #: of the exact bytes
    sha256: str
    size: Count
    #: effective marking: of the object and of everything it refers to
    marking: Marking
    #: an object, or the request to erase one (then `sha256` is that of the object to erase)
    says: Literal["object", "erase"] = "object"
    #: level of a warning: from 3 on an acknowledgement is asked for
    level: Annotated[int, Meta(ge=0, le=4)] = 0
    #: why it was corrected, withdrawn or erased
    why: str = ""


class Header(Struct, frozen=True, kw_only=True):
    """What a node signs of a segment."""

    form: Literal["foreshock-segment-1"] = "foreshock-segment-1"
    #: history: a link of the chain; state: the newest versions of all that is in force
    kind: Literal["history", "state"] = "history"
    #: id of the author's root key
    author: str
    feed: str
    #: `partner ROOT-ID` or `community NAME`
    audience: str
    nature: Nature = "actual"
    #: a feed begun anew, after its author had to restore an old backup
    epoch: Count = 1
    #: of the segment, from 1; in a state: of the last segment that it takes in
    number: Count
    #: a state comes in several parts
    part: Count = 1
    parts: Count = 1
    #: entries of the segment; `last` is `first` - 1 in an empty one
    first: Count
    last: Count
    #: SHA-256 of the header before; empty in the first segment
    previous: str
    manifest_sha256: str
    manifest_bytes: Count
    #: exact length of manifest and objects once unpacked
    raw_bytes: Count
    #: strictest effective marking of the entries
    marking: Marking
    created: datetime
    #: number and hash of the author's newest audit line when it was made
    audit: tuple[int, str]


class Segment(Struct, frozen=True, kw_only=True):
    """A segment as it is kept."""

    header: Header
    #: the exact bytes that were signed
    payload: bytes
    #: the compact JWS as it was sent or came
    jws: str
    #: SHA-256 of `payload`: the next segment names it
    head: str
    #: Zstandard over the manifest and the objects
    body: bytes
    received: datetime


class Piece(Struct, frozen=True, kw_only=True, gc=False):
    """An entry as it is kept, with what became of the object."""

    feed: str
    entry: Entry
    #: id of the author's root key
    author: str
    type: str = ""
    #: the version as text whose order is that of time
    instant: str = ""
    revoked: bool = False
    #: ids that the object refers to
    refs: tuple[str, ...] = ()
    fate: Fate = "kept"
    #: why it was refused
    why: str = ""
    #: what holds the bytes, numbered by the keeper
    place: int = 0
    #: where they begin once that is unpacked
    offset: int = 0
    received: datetime


class CardRow(Struct, frozen=True, kw_only=True):
    """A partner card as it came."""

    root: str
    counter: int
    jws: str
    at: datetime


class TrustRow(Struct, frozen=True, kw_only=True):
    """What a person here decided about a partner; the later one holds."""

    root: str
    what: Literal["added", "confirmed", "revoked", "circle", "communities", "persons", "quota"]
    value: str = ""
    at: datetime


class SentRow(Struct, frozen=True, kw_only=True):
    """A segment that left for a partner."""

    feed: str
    number: int
    #: root id of the receiver
    to: str
    #: file, mail, https
    way: str
    at: datetime


class ReceiptRow(Struct, frozen=True, kw_only=True):
    """A partner's signed receipt as it came."""

    partner: str
    feed: str
    number: int
    jws: str
    at: datetime


class WordRow(Struct, frozen=True, kw_only=True):
    """What somebody at a partner's said of an object of ours, or one of us of theirs."""

    #: root id of the node that says it
    by: str
    id: str
    version: str
    what: Literal["opened", "seen", "acting", "disputed"]
    #: in which role: analyst, releasing officer, mission ...
    role: str
    remark: str = ""
    at: datetime


class Alarm(Struct, frozen=True, kw_only=True):
    """Something that a person must look at."""

    number: int = 0
    at: datetime
    #: fork, gap, equivocation, rollback, card, withdrawn, refused
    kind: str
    partner: str = ""
    feed: str = ""
    #: id of an object, or number of a segment
    about: str = ""
    says: str
    #: signed proofs, such as both heads of a fork
    proofs: tuple[str, ...] = ()
    settled: str = ""


class AuditLine(Struct, frozen=True, kw_only=True):
    """One line of the audit log: ids, never texts."""

    number: int
    at: datetime
    #: send, receive, receipt, refuse, read, mark, release, key, trust, erase, withdraw, word, alarm
    what: str
    who: str
    about: str
    says: str
    #: SHA-256 over the line before and this one
    chain: str


def audit_chain(before: str, line: tuple[object, ...]) -> str:
    """The chain of an audit line: SHA-256 over that of the line before and all its fields.

    Every field is written with its length, so that no two different lines give the same text.

    >>> audit_chain("", (1, "2026")) == audit_chain("", (1, "2026")) != audit_chain("", (12, "026"))
    True
    """
    parts = [before, *(f"{len(str(value))}:{value}" for value in line)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class FeedKeeper(Protocol):
    """Keeps feeds and what goes with them."""

    def writing(self) -> AbstractContextManager[object]:
        """Hold the only right to write until the block ends; undo everything if it fails.

        A block inside a block of the same thread joins it.
        """
        ...

    # -- cards and trust -------------------------------------------------------------------------

    def add_card(self, row: CardRow) -> None:
        """Keep a card."""
        ...

    def cards(self) -> list[CardRow]:
        """All cards, oldest first."""
        ...

    def add_trust(self, row: TrustRow) -> None:
        """Keep a decision."""
        ...

    def trust(self) -> list[TrustRow]:
        """All decisions, oldest first."""
        ...

    # -- feeds -----------------------------------------------------------------------------------

    def feeds(self, author: str = "") -> list[Header]:
        """The newest header of each feed, or of those of an author."""
        ...

    def headers(self, feed: str) -> list[Header]:
        """The headers of a feed's segments, in order."""
        ...

    def segment(self, feed: str, number: int) -> Segment | None:
        """A segment; None when it is not here."""
        ...

    def newest(self, feed: str) -> Segment | None:
        """The newest segment of a feed that follows the one before without a gap."""
        ...

    def segment_with(self, feed: str, seq: int) -> Segment | None:
        """The segment that holds an entry; None when it came with a state only."""
        ...

    def add_segment(self, segment: Segment, pieces: Sequence[Piece]) -> None:
        """Keep a segment with its entries; those that came with a state take their place."""
        ...

    def add_state(self, segment: Segment, pieces: Sequence[Piece]) -> None:
        """Keep a part of a state; entries that are here already are left alone."""
        ...

    def refill(self, segment: Segment, pieces: Sequence[Piece]) -> None:
        """Put bytes in place that were missing when a segment came: of hollow entries only."""
        ...

    def hollow(self, feed: str) -> list[Piece]:
        """Entries of a feed that came without their bytes."""
        ...

    def resign(self, feed: str, number: int, jws: str) -> None:
        """Put a new signature over the same header, after keys were changed."""
        ...

    def wait(self, feed: str, number: int, jws: str, body: bytes, at: datetime) -> None:
        """Keep a segment that came before its time."""
        ...

    def waiting(self, feed: str, number: int) -> tuple[str, bytes] | None:
        """A segment that came before its time."""
        ...

    def arrived(self, author: str, since: datetime) -> tuple[int, int]:
        """How many entries and unpacked bytes came from an author since a moment."""
        ...

    # -- objects ---------------------------------------------------------------------------------

    def pieces(self, feed: str, first: int = 1, last: int = 1 << 60) -> list[Piece]:
        """Entries of a feed in order."""
        ...

    def versions(self, ids: Iterable[str]) -> list[Piece]:
        """All entries about these ids, from all feeds, in order of arrival."""
        ...

    def everything(self) -> Iterable[Piece]:
        """All entries of all feeds, without bytes."""
        ...

    def body(self, piece: Piece) -> bytes:
        """The exact bytes of an object; empty once they were erased."""
        ...

    def citing(self, id: str) -> list[Piece]:
        """Entries whose objects refer to an id."""
        ...

    def journaled(self, names: Iterable[str]) -> set[str]:
        """Which of these names were marked."""
        ...

    def mark_journaled(self, names: Iterable[str]) -> None:
        """Mark what was put into the journal."""
        ...

    def erase(self, piece: Piece) -> None:
        """Drop the bytes of an object for good; its hash and its place stay."""
        ...

    # -- what went out, and what came back -------------------------------------------------------

    def add_sent(self, row: SentRow) -> None:
        """Note what left."""
        ...

    def sent(self, to: str = "") -> list[SentRow]:
        """What left, for one receiver or for all."""
        ...

    def add_receipt(self, row: ReceiptRow) -> None:
        """Keep a receipt."""
        ...

    def receipts(self, feed: str = "") -> list[ReceiptRow]:
        """Receipts of a feed, or all, oldest first."""
        ...

    def add_word(self, row: WordRow) -> bool:
        """Keep a word on an object; False when it is here already."""
        ...

    def words(self, id: str = "") -> list[WordRow]:
        """Words on an object, or all, oldest first."""
        ...

    def add_alarm(self, alarm: Alarm) -> None:
        """Raise an alarm; one that says the same and is not settled is not raised twice."""
        ...

    def settle(self, number: int, how: str) -> bool:
        """Say how an alarm was settled; False when there is none of that number."""
        ...

    def alarms(self) -> list[Alarm]:
        """All alarms, oldest first."""
        ...

    def nonce(self, value: str, until: float, at: float) -> bool:
        """Remember a number used once until a moment; False when it was used before.

        Moments are seconds since 1970; what is over at `at` is forgotten.
        """
        ...

    # -- audit -----------------------------------------------------------------------------------

    def log(self, what: str, who: str, about: str, says: str, at: datetime) -> None:
        """Add a line to the audit log."""
        ...

    def audit(self, after: int = 0) -> Iterable[AuditLine]:
        """Lines of the audit log after a number, oldest first."""
        ...

    def audit_head(self) -> tuple[int, str]:
        """Number and chain of the newest line; (0, "") for an empty log."""
        ...
