"""Reads one file, or every file of a folder; one bad file never stops the others."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from foreshock.errors import ForeshockError, Misread, Unreadable, WrongUse
from foreshock.sources.decode import whole
from foreshock.sources.drafts import document, doubts
from foreshock.sources.formats import SHEETS, TEXTS
from foreshock.sources.harvest import Harvest, Progress, harvest
from foreshock.sources.limits import read_bytes
from foreshock.sources.tables import observations
from foreshock.words.records import Document, Health, Observation
from foreshock.words.reference import Series

SOURCE = "folder"


def read_file(
    path: Path,
    received: datetime,
    *,
    day: date | None = None,
    series: Mapping[str, Series] | None = None,
) -> Harvest:
    """Everything in one file, by its suffix; `health.trouble` holds what is to be said about it.

    `received` is UTC; `day` is the day of publication of texts that print none; `series` describes
    the series whose figures a table holds. Raises `Unreadable` or `Misread` in one sentence.
    """
    suffix = path.suffix.lower()
    documents: list[Document] = []
    figures: list[Observation] = []
    if suffix in TEXTS:
        drafts = TEXTS[suffix](read_bytes(path), path.name)
        documents = [document(draft, SOURCE, received, day) for draft in drafts.drafts]
        said = [*drafts.notices, *doubts(documents, path.name)]
    elif suffix in SHEETS:
        sheets = SHEETS[suffix](read_bytes(path), path.name)
        found = observations(sheets.sheet, path.name, received, series or {})
        figures = list(found.observations)
        said = [*sheets.notices, *found.notices]
    else:
        raise Unreadable(
            f"{path.name}: is of a kind we do not read, {suffix or 'without a suffix'}",
            expected=f"one of {', '.join((*TEXTS, *SHEETS))}",
            next_step="Save it as one of these, or leave it out.",
        )
    return harvest(SOURCE, documents, figures, said, received)


def read_documents(path: Path, received: datetime, day: date | None = None) -> tuple[Document, ...]:
    """All documents in one file: a feed holds several, a table of figures none.

    Raises `Unreadable` or `Misread`. What `read_file` would say beside is not told here.
    """
    return read_file(path, received, day=day).documents


def read_document(path: Path, received: datetime, day: date | None = None) -> Document:
    """The one document in a file of plain text, HTML or PDF.

    `received` is UTC; `day` its day of publication where it prints none.
    Raises `Unreadable` or `Misread`, also for a file that holds none or several.

    >>> from datetime import UTC
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "notice.txt")
    ...     _ = path.write_text("date: 2023-07-03\\n\\nLicences from August.")
    ...     read_document(path, datetime(2026, 1, 2, tzinfo=UTC)).clocks.known_at.day
    3
    """
    found = read_documents(path, received, day)
    if len(found) != 1:
        raise Misread(
            f"{path.name}: holds {len(found)} documents",
            expected="exactly one",
            next_step="Read feeds and tables as a folder.",
        )
    return found[0]


def read_folder(
    folder: Path,
    received: datetime,
    *,
    day: date | None = None,
    series: Mapping[str, Series] | None = None,
    progress: Progress | None = None,
) -> Harvest:
    """Everything in a folder and the folders below it, in order of name.

    `received` is UTC; `day` is the day of publication of texts that print none; `series` describes
    the series whose figures its tables hold; `progress(done, of)` is told after each file.
    Hidden files are left. A file that cannot be read is one sentence in `health.trouble`, and so is
    a folder below that may not be looked into; an empty folder is quiet, one of which nothing may
    be looked into unknown. Raises `WrongUse` if it is no folder.
    """
    if not folder.is_dir():
        raise WrongUse(
            f"{folder}: is no folder", expected="a folder of documents", next_step="Check the path."
        )
    trouble: list[str] = []
    try:
        paths = sorted(_files(folder, trouble))
    except OSError as error:
        paths, trouble = [], [_shut(folder, error)]
    if trouble and not paths:
        unknown = Health(source=SOURCE, state="unknown", trouble=tuple(trouble))
        return Harvest(documents=(), observations=(), health=unknown)
    documents: list[Document] = []
    figures: list[Observation] = []
    for done, path in enumerate(paths, start=1):
        try:
            found = read_file(path, received, day=day, series=series)
            documents.extend(found.documents)
            figures.extend(found.observations)
            trouble.extend(found.health.trouble)
        except ForeshockError as error:
            trouble.append(str(error))
        if progress is not None:
            progress(done, len(paths))
    return harvest(SOURCE, documents, figures, trouble, received)


def _files(folder: Path, trouble: list[str]) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():  # a link could lead in a circle
            try:
                yield from _files(path, trouble)
            except OSError as error:
                trouble.append(_shut(path, error))
        else:
            yield path


def _shut(folder: Path, error: OSError) -> str:
    return f"{whole(folder.name)}: cannot be looked into ({error.strerror}). Check who may read it."
