"""`foreshock read`: paths in, lines of the event standard out."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from foreshock import reading, sources
from foreshock.errors import SourceError
from foreshock.rounds import Progress
from foreshock.words.clocks import now
from foreshock.words.pack import Pack


def read_paths(
    paths: Sequence[Path], pack: Pack, day: date | None, told: Progress
) -> tuple[list[str], list[str]]:
    """One line of JSON for each document, in the order of the paths; and what went wrong.

    A folder stands for the files in it. A file that cannot be read costs one sentence, and the
    rest goes on. `day` dates the documents that carry no date.
    """
    reader = reading.Reader(pack)
    lines: list[str] = []
    trouble: list[str] = []
    received = now()
    files = list(_files(paths, trouble))
    for number, path in enumerate(files):
        told("reading", number, len(files))
        try:
            documents = sources.read_documents(path, received, day)
        except SourceError as error:
            trouble.append(str(error))
            continue
        for document in documents:
            found = reader.read(document)
            line = reading.standard(document, found)
            lines.append(msgspec.json.encode(line).decode())
            trouble.extend(f"{path.name}: {note}" for note in found.notes)
    return lines, trouble


def _files(paths: Sequence[Path], trouble: list[str]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.is_file() and p.name[0] != ".")
            if not inside:
                trouble.append(f"{path} is an empty folder: nothing was read.")
            yield from inside
        else:
            yield path
