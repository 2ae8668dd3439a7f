"""`foreshock read`: paths in, lines of the event standard out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from foreshock import reading, sources
from foreshock.desk.talk import Told
from foreshock.errors import ForeshockError, WrongUse
from foreshock.gate import OWN, fit_for
from foreshock.words.clocks import now
from foreshock.words.pack import Pack
from foreshock.words.records import Document


class Lines(msgspec.Struct, frozen=True):
    """What was read: a line of JSON for each document; and what is to be said, a sentence each."""

    lines: tuple[str, ...]
    said: tuple[str, ...]


def read_paths(paths: Sequence[Path], pack: Pack, day: date | None, told: Told) -> Lines:
    """One line of JSON for each document, in the order of the paths.

    A folder stands for all files in it and below it. A file that cannot be read costs one sentence
    and gives no line; the rest goes on. `day` dates the documents that carry no date. A document is
    named by its file's stem; a second one of that name gets its place behind it, as `notice-2`.
    Raises `WrongUse` for a path that is not there, before anything is read.
    """
    reader = reading.Reader(pack)
    lines: list[str] = []
    said: list[str] = []
    names: set[str] = set()
    received = now()
    files = list(_files(paths, said))
    for number, path in enumerate(files):
        told("reading", number, len(files))
        try:
            harvest = sources.read_file(path, received, day=day)
        except ForeshockError as error:
            said.append(str(error))
            continue
        said.extend(harvest.health.trouble)
        documents, held = fit_for(harvest.documents, OWN)
        if held:
            said.append(
                f"{path.name}: is for named persons only (TLP:RED), so it has no line here."
            )
        elif not documents:
            said.append(f"{path.name}: holds no text, so it has no line here.")
        for document in _named_apart(documents, names, said):
            found = reader.read(document)
            lines.append(msgspec.json.encode(reading.standard(document, found)).decode())
            said.extend(f"{path.name}: {note}" for note in found.notes)
    return Lines(tuple(lines), tuple(said))


def _files(paths: Iterable[Path], said: list[str]) -> Iterator[Path]:
    wanted = tuple(paths)
    for path in wanted:
        if not path.exists():
            raise WrongUse(f"{path} is not there", next_step="Check the path. Nothing was read.")
    for path in wanted:
        inside = sorted(_inside(path)) if path.is_dir() else [path]
        if not inside:
            said.append(f"{path} is an empty folder: nothing was read in it.")
        yield from inside


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():  # a link could lead in a circle
            yield from _inside(path)
        elif path.is_file():
            yield path


def _named_apart(
    documents: Iterable[Document], names: set[str], said: list[str]
) -> Iterator[Document]:
    """The documents, no two of one name: whoever reads the lines tells documents by it."""
    for document in documents:
        name, place = document.name, 1
        while name in names:
            place += 1
            name = f"{document.name}-{place}"
        names.add(name)
        if name != document.name:
            said.append(f"{document.name}: a second document of this name; it is called {name}.")
        yield msgspec.structs.replace(document, name=name)
