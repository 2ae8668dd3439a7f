"""What the exchange asks of whoever keeps the objects that are shared, without knowing the archive.

An object is kept as the exact bytes that arrived: signatures and hashes of others hold only for
these. Of its content the shelf knows a few fields, taken out once, on arrival.

`added` is a strictly increasing number of microseconds since 1970, given inside the transaction
that keeps the object. Timestamp cursor, page cursor and order of commit are thereby one thing: a
reader who follows it loses nothing and gets nothing twice, whatever writers do meanwhile.
"""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Literal, Protocol, Self

from foreshock.words.markings import Marking
from foreshock.words.records import Struct

Versions = Literal["last", "first", "all"]


class Item(Struct, frozen=True, kw_only=True, gc=False):
    """An object as it arrived, with what a shelf must know of it."""

    id: str
    type: str
    #: the exact text of `modified`, else of `created`; empty for an object that has neither
    version: str
    #: the same instant as text of fixed width, so that order of text is order of time
    instant: str
    spec_version: str
    #: effective marking of the object itself: the strictest that it carries anywhere
    marking: Marking
    #: ids of what it is made of (`object_refs`)
    refs: tuple[str, ...] = ()
    body: bytes


class Kept(Struct, frozen=True, kw_only=True, gc=False):
    """An object on the shelf."""

    added: int
    id: str
    version: str
    body: bytes


class Wanted(Struct, frozen=True, kw_only=True):
    """Which objects of a collection a reader asks for; empty means any."""

    #: only what was added after this number
    after: int = 0
    limit: int = 1000
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    spec_versions: tuple[str, ...] = ()
    #: any of these; "last" stands alone unless told otherwise
    versions: tuple[Versions, ...] = ("last",)
    #: and versions of exactly these instants
    instants: tuple[str, ...] = ()
    #: the strictest marking that the reader may see
    clearance: Marking = Marking.CLEAR


class Page(Struct, frozen=True, kw_only=True):
    """Objects in the order in which they were added, and whether there are more."""

    objects: tuple[Kept, ...] = ()
    more: bool = False


#: what became of an object: kept, there already, or another content under the same id and version
Fate = Literal["kept", "same", "conflict"]


class Note(Struct, frozen=True, kw_only=True):
    """A small document beside the objects: the outcome of a post, how far one has read."""

    name: str
    body: bytes
    #: until when it is remembered, in seconds since 1970
    until: float


#: what is to be noted of the fate of objects, in the transaction that keeps them
Outcome = Callable[[list[Fate]], Note]


class Held(Struct, frozen=True, kw_only=True):
    """How much lies in a collection."""

    collection: str
    objects: int
    #: the number of the newest, see `Kept.added`
    last: int


class Shelf(Protocol):
    """Keeps objects in collections, in the order of arrival."""

    def put(
        self, collection: str, items: Sequence[Item], outcome: Outcome | None = None
    ) -> list[Fate]:
        """Keep objects in one transaction, all that can be kept; what became of each."""
        ...

    def page(self, collection: str, wanted: Wanted) -> Page:
        """The next objects that a reader asks for and may see."""
        ...

    def take_away(self, collection: str, wanted: Wanted) -> int:
        """Drop the versions of objects that are asked for; how many there were."""
        ...

    def held(self) -> list[Held]:
        """The collections in which something lies, by name."""
        ...

    def note(self, name: str, body: bytes, until: float) -> None:
        """Remember a small document under a name until a moment (seconds since 1970)."""
        ...

    def noted(self, name: str, at: float) -> bytes | None:
        """A remembered document; None when there is none at that moment."""
        ...

    def notes(self, prefix: str, at: float, limit: int) -> list[Note]:
        """The documents remembered at a moment whose names begin so, by name."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...  # fmt: skip
