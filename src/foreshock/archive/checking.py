"""Is what is stored what was written? Every hash is computed again."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from foreshock.archive.journal import Journal
from foreshock.archive.observations import File, Observations
from foreshock.archive.rows import as_row
from foreshock.archive.tables import ERASURE, link, sha256, text_of
from foreshock.errors import ArchiveError, RecordError
from foreshock.words.records import KINDS, Struct


class Verdict(Struct, frozen=True, kw_only=True):
    """What a check of the whole archive found, and how much it looked at."""

    #: rows of the journal, the archive's own among them
    rows: int
    #: files of observations, and the figures in them
    files: int
    observations: int
    #: one sentence each; empty when everything is as it was written
    problems: tuple[str, ...] = ()
    #: chain of the newest row: compare it with one noted earlier elsewhere
    head: str

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def verify(journal: Journal, observations: Observations) -> Verdict:
    """Check every row of the journal, its chain, and every file of observations.

    Finds changed, inserted and missing rows and files. Rows cut off at the very end leave a
    shorter chain that is right in itself: only a `head` noted elsewhere shows that.
    """
    rows, head, problems = _journal_problems(journal)
    files, figures = 0, 0
    try:
        for file in observations.files() if rows else []:
            files += 1
            figures += _figures(observations, file, problems)
    except ArchiveError as error:
        problems.append(error.what)
    return Verdict(
        rows=rows, files=files, observations=figures, problems=tuple(problems), head=head
    )


def _figures(observations: Observations, file: File, problems: list[str]) -> int:
    """The figures that a file really holds; what is wrong with it is added to `problems`."""
    try:
        found = observations.recount(file)
    except ArchiveError as error:
        problems.append(error.what)
        return 0
    if found != file.rows:
        problems.append(f"observations/{file.name} holds {found} rows, expected {file.rows}")
    return found


def _journal_problems(journal: Journal) -> tuple[int, str, list[str]]:
    """Rows looked at, chain of the last of them, what is wrong; no rows if it cannot be read."""
    walk, problems = _Walk(), []
    try:
        problems += [f"journal.sqlite: {flaw}" for flaw in journal.flaws()]
        for row in journal.scan():
            problems += walk.problems(row)
    except ArchiveError as error:  # pages that cannot be read: all that follows is moot
        return 0, "", [*problems, error.what]
    problems += walk.at_the_end()
    return walk.seq, walk.chain, problems


class _Walk:
    """Goes through the journal row by row."""

    def __init__(self) -> None:
        self.seq = 0
        self.chain = ""
        self.bare: set[str] = set()
        self.erasures: set[str] = set()

    def problems(self, row: Mapping[str, Any]) -> Iterator[str]:
        name = f"row {row['seq']} ({row['id']})"
        if row["seq"] != self.seq + 1:
            yield f"{name}: row {self.seq + 1} is missing before it"
        if link(self.chain, row) != row["chain"]:
            yield f"{name}: was changed, or the row before it was"
        if row["kind"] == ERASURE:
            self.erasures.add(row["id"].removeprefix(f"{ERASURE}-"))
        if row["body"] is None:
            self.bare.add(row["id"])
        elif not isinstance(row["body"], bytes) or sha256(row["body"]) != row["sha256"]:
            yield f"{name}: its text is not what was written"
        elif row["kind"] in KINDS:
            yield from _columns(name, row)
        self.seq, self.chain = row["seq"], row["chain"]

    def at_the_end(self) -> Iterator[str]:
        for record_id in sorted(self.bare - self.erasures):
            yield f"{record_id}: its text is gone, and nothing says that it was erased"
        for record_id in sorted(self.erasures - self.bare):
            yield f"{record_id}: was erased, and its text is there again"


def _columns(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    """Do the columns say what the record itself says?"""
    try:
        expected = as_row(msgspec.json.decode(row["body"], type=KINDS[row["kind"]]))
    except (msgspec.MsgspecError, RecordError) as error:
        yield f"{name}: cannot be read as a {row['kind']} ({error})"
        return
    wrong = [c for c in expected if c != "body" and text_of(expected[c]) != text_of(row[c])]
    if wrong:
        yield f"{name}: {', '.join(wrong)} do not say what the record says"
