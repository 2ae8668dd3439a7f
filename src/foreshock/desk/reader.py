"""`foreshock read`: paths in, lines of the event standard out; or the stories that many tell."""

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from threading import current_thread, main_thread

import msgspec

from foreshock import reading, sources
from foreshock.desk.talk import Told
from foreshock.errors import ForeshockError, WrongUse
from foreshock.gate import OWN, fit_for
from foreshock.words.clocks import now
from foreshock.words.pack import Pack
from foreshock.words.records import Document, Event

#: files that one process is given at a time, and how many such shares wait for each process
SHARE = 16
AHEAD = 3

Say = Callable[[str], None]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the reading of many files."""

    paths: tuple[Path, ...]
    #: the date of texts that carry none
    day: date | None = None
    #: processes; 1 reads in this one
    jobs: int = 1


class Taken(msgspec.Struct, frozen=True):
    """What one file gave: its documents with their events, and what is to be said."""

    documents: tuple[tuple[Document, reading.Reading], ...]
    said: tuple[str, ...]


def lines(ask: Ask, pack: Pack, told: Told, say: Say) -> Iterator[str]:
    """One line of JSON for each document, in the order of the paths, as they are read.

    A folder stands for all files in it and below it. A file that cannot be read costs one sentence
    and gives no line; the rest goes on. A document is named by its file's stem; a second one of
    that name gets its place behind it, as `notice-2`. Nothing is kept of a file once its lines are
    out, but for the names. Raises `WrongUse` for a path that is not there, before anything is read.
    """
    names: dict[str, int] = {}
    for taken in _each(ask, pack, told, say):
        for document, found in taken.documents:
            named = msgspec.structs.replace(document, name=_own(document.name, names, say))
            yield msgspec.json.encode(reading.standard(named, found, pack)).decode() + "\n"


def story_lines(ask: Ask, pack: Pack, told: Told, say: Say) -> Iterator[str]:
    """One line of JSON for each story that the documents tell, in the order they became known.

    The event is in the words of the standard; `tellings` names every document that tells it, with
    its evidence, `independent` how many of them do not lean on one another. All documents are held
    until the last is read. Raises as `lines`.
    """
    names: dict[str, int] = {}
    read: list[tuple[Document, tuple[Event, ...]]] = []
    for taken in _each(ask, pack, told, say):
        for document, found in taken.documents:
            named = msgspec.structs.replace(document, name=_own(document.name, names, say))
            read.append((named, found.events))
    for number, story in enumerate(reading.stories(read, pack), start=1):
        event = reading.standard_event(story.event, pack)
        for key in ("id", "links", "sents", "evidence"):  # these are of one document
            del event[key]
        row = {"story": number, **event, "independent": story.independent}
        row["publishers"] = story.publishers
        row["tellings"] = [
            {
                "doc": telling.name, "event": telling.local, "publisher": telling.publisher,
                "agency": telling.agency, "copy_of": _named(telling.copy_of, read),
                "date": telling.published, "confidence": telling.confidence,
                "evidence": [{"start": p.start, "end": p.end} for p in telling.evidence],
            }
            for telling in story.tellings
        ]  # fmt: skip
        yield msgspec.json.encode(row).decode() + "\n"


def _named(document: str, read: Sequence[tuple[Document, object]]) -> str:
    return next((d.name for d, _ in read if document and d.id == document), "")


def _each(ask: Ask, pack: Pack, told: Told, say: Say) -> Iterator[Taken]:
    """What each file gave, in the order of the paths; at most a few shares are held at a time."""
    said = False

    def tell(sentence: str) -> None:
        nonlocal said
        said = True
        say(sentence)

    files = list(_files(ask.paths, tell))
    documents = 0
    for done, taken in enumerate(_taken(files, ask, pack, now())):
        told("reading", done, len(files))
        for sentence in taken.said:
            tell(sentence)
        documents += len(taken.documents)
        yield taken
    if said and not documents:
        raise ForeshockError("no text could be read, so nothing was written")


def _taken(files: list[Path], ask: Ask, pack: Pack, received: datetime) -> Iterator[Taken]:
    if ask.jobs <= 1 or len(files) <= SHARE:
        reader = reading.Reader(pack)
        yield from (_take(path, reader, ask.day, received) for path in files)
        return
    jobs = min(ask.jobs, -(-len(files) // SHARE))
    shares = iter([files[i : i + SHARE] for i in range(0, len(files), SHARE)])
    # a fresh interpreter for each: threads and locks of this one stay here
    with ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (pack,)) as pool:
        waiting: deque[Future[list[Taken]]] = deque()
        try:
            with _deaf():
                for share in islice(shares, AHEAD * jobs):
                    waiting.append(pool.submit(_take_share, share, ask.day, received))
            while waiting:
                found = waiting.popleft().result()
                for share in islice(shares, 1):
                    waiting.append(pool.submit(_take_share, share, ask.day, received))
                yield from found
        except BrokenProcessPool:
            raise ForeshockError(
                "a reading process was ended from outside, most likely for want of memory",
                next_step="Ask for fewer with --jobs.",
            ) from None
        finally:
            for future in waiting:
                future.cancel()


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes begun within do not hear Ctrl-C, which goes to all: the first one ends the work."""
    if current_thread() is not main_thread():  # only that one may set what a signal does
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_reader: reading.Reader | None = None  # of this process


def _begin(pack: Pack) -> None:
    global _reader  # one for each process: making it takes longer than reading a file
    _reader = reading.Reader(pack)


def _take_share(paths: list[Path], day: date | None, received: datetime) -> list[Taken]:
    assert _reader is not None
    return [_take(path, _reader, day, received) for path in paths]


def _take(path: Path, reader: reading.Reader, day: date | None, received: datetime) -> Taken:
    try:
        harvest = sources.read_file(path, received, day=day)
    except ForeshockError as error:
        return Taken((), (str(error),))
    said = list(harvest.health.trouble)
    documents, held = fit_for(harvest.documents, OWN)
    if held:
        said.append(f"{path.name}: is for named persons only (TLP:RED), so it has no line here.")
    elif not documents:
        said.append(f"{path.name}: holds no text, so it has no line here.")
    read: list[tuple[Document, reading.Reading]] = []
    for document in documents:
        try:
            found = reader.read(document)
        except MemoryError:
            raise
        except Exception as error:  # one text that trips the reader must not cost the others
            said.append(
                f"{path.name}: the reader failed on it ({type(error).__name__}), so it has no line "
                "here. That is a fault of this program: please report it."
            )
            continue
        read.append((document, found))
        said.extend(f"{path.name}: {note}" for note in found.notes)
    return Taken(tuple(read), tuple(said))


def _files(paths: Iterable[Path], say: Say) -> Iterator[Path]:
    wanted = tuple(paths)
    for path in wanted:
        if not path.exists():
            raise WrongUse(f"{path} is not there", next_step="Check the path. Nothing was read.")
    for path in wanted:
        inside = sorted(_inside(path)) if path.is_dir() else [path]
        if not inside:
            say(f"{path} is an empty folder: nothing was read in it.")
        yield from inside


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():  # a link could lead in a circle
            yield from _inside(path)
        elif path.is_file():
            yield path


def _own(stem: str, names: dict[str, int], say: Say) -> str:
    """A name that no document before has: whoever reads the lines tells documents by it."""
    name, place = stem, names.get(stem, 0)
    while name in names:
        place += 1
        name = f"{stem}-{place + 1}"
    names[stem] = place
    names.setdefault(name, 0)
    if name != stem:
        say(f"{stem}: a second document of this name; it is called {name}.")
    return name
