"""What a file says before the house stamps its clocks on it: drafts of documents, and sheets."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from foreshock.sources.decode import whole
from foreshock.words.clocks import arrived
from foreshock.words.markings import Marking
from foreshock.words.records import Document, Struct

Day = date  # a field named `date` hides the type inside its class


class Draft(Struct, frozen=True, kw_only=True):
    """A text with what its source printed on it."""

    name: str
    text: str
    title: str = ""
    url: str = ""
    language: str = ""
    publisher: str = ""
    published: Day | None = None
    marking: Marking = Marking.CLEAR


class Sheet(Struct, frozen=True, kw_only=True):
    """A table: its column names in lower case, and its rows with their line numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


class Drafts(Struct, frozen=True, kw_only=True):
    """What one file of texts holds, and what is to be said about it, one sentence each."""

    drafts: tuple[Draft, ...]
    notices: tuple[str, ...] = ()


class Sheets(Struct, frozen=True, kw_only=True):
    """What one file of figures holds, and what is to be said about it, one sentence each."""

    sheet: Sheet
    notices: tuple[str, ...] = ()


#: reads the bytes of a file; the second argument is the file's name, for messages
TextReader = Callable[[bytes, str], Drafts]
SheetReader = Callable[[bytes, str], Sheets]


def document(draft: Draft, source: str, received: datetime, day: date | None = None) -> Document:
    """The sealed document that a draft becomes.

    `received` is UTC; `day` is the day of publication of a draft that prints none. A draft without
    any day, or with one still to come, counts as known from `received` on.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 2, 12, tzinfo=UTC)
    >>> document(Draft(name="a", text="Hello."), "folder", noon).clocks.known_at == noon
    True
    """
    return Document(
        source=source,
        text=whole(draft.text),
        url=whole(draft.url),
        title=whole(draft.title),
        language=whole(draft.language),
        publisher=whole(draft.publisher),
        name=whole(draft.name),
        marking=draft.marking,
        clocks=arrived(received, draft.published or day),
    ).sealed()


def doubts(documents: Sequence[Document], file: str) -> list[str]:
    """What is to be said about the days of a file's documents: none at all, or still to come."""
    said: list[str] = []
    undated = sum(1 for d in documents if d.clocks.published is None)
    if undated:
        said.append(
            f"{file}: {_of(undated, documents)} no date, known from now on. "
            "Give the day with --date YYYY-MM-DD."
        )
    # tomorrow is today further east
    future = [
        d.clocks.published
        for d in documents
        if d.clocks.published and d.clocks.published > d.clocks.received.date() + timedelta(days=1)
    ]
    if future:
        said.append(
            f"{file}: {_of(len(future), documents)} a date after the day of receipt "
            f"({min(future)}), known from now on. Check the date."
        )
    return said


def _of(count: int, documents: Sequence[Document]) -> str:
    return "has" if len(documents) == 1 else f"{count} of {len(documents)} documents have"
