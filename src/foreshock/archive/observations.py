"""The figures: append-only files of rows, each published whole and named in the journal.

A file counts once a row of the journal names it with its hash. It is written under a passing name,
brought to the disk, renamed, and only then named: whatever happens in between, either all of a
batch is there or nothing of it.
"""

import hashlib
import os
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from foreshock.archive import parquet
from foreshock.archive.journal import Journal
from foreshock.archive.tables import FIGURES, book_row, moment_text
from foreshock.archive.trouble import damaged, disk_troubles
from foreshock.errors import ArchiveBusy, ArchiveError, RecordError, WrongUse
from foreshock.words.clocks import Clocks, end_of, now
from foreshock.words.markings import Marking
from foreshock.words.records import Observation, Origin, Struct

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection

T = TypeVar("T")
#: which rows are asked for: makes the query and its parameters
Which = Callable[
    [Sequence[Path], datetime, Sequence[str], dict[str, str]], tuple[str, dict[str, Any]]
]

FOLDER = "observations"
#: the columns that detectors need
USUAL = ("series", "period", "value", "known_at")
ALL = tuple(parquet.COLUMNS)
#: rows turned into JSON at a time, and rows of one file: both bound the memory of a large batch
BATCH, CHUNK = 10_000, 250_000
MARKINGS = {int(marking): marking for marking in Marking}


class File(Struct, frozen=True, kw_only=True):
    """One file of observations, as the journal names it."""

    name: str
    sha256: str
    rows: int
    bytes: int
    first_known: datetime
    last_known: datetime
    #: files whose rows this one holds instead
    replaces: tuple[str, ...] = ()


class Observations:
    """The figures of one archive. One object may be used by several threads."""

    def __init__(self, journal: Journal) -> None:
        self.home = journal.home
        self.folder = journal.home / FOLDER
        self._journal = journal
        self._engine = parquet.Engine(journal.home)
        self._checked: dict[tuple[str, int, int], str] = {}
        self._checking = threading.Lock()
        self.sweep()

    def close(self) -> None:
        """Let go of the engine."""
        self._engine.close()

    # -- writing ---------------------------------------------------------------------------------

    def add(self, rows: Iterable[Observation]) -> int:
        """Keep figures, all or none; those that say nothing new are left out. The number kept.

        `RecordError` for a value that is not finite or a moment without a time zone.
        """
        incoming = iter(rows)
        first = list(islice(incoming, 1))
        if not first:
            return 0
        incoming = chain(first, incoming)
        kept = 0
        with self._journal.writing(), disk_troubles(self.home):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            while (new := self._add_some(islice(incoming, CHUNK))) is not None:
                kept += new
        return kept

    def _add_some(self, rows: Iterator[Observation]) -> int | None:
        """Keep what is new of some rows as one file, the number of its rows; None for no rows."""
        lines = self.folder / f"{uuid.uuid4().hex}.part"
        part = lines.with_suffix(".parquet.part")
        try:
            if not _write_lines(lines, rows):
                return None
            with self._engine.session() as session:
                self._engine.stage(session, lines)
                lines.unlink()
                extent = self._engine.admit(session, self.paths(), part)
            return self._publish(part, extent).rows if extent else 0
        finally:
            lines.unlink(missing_ok=True)
            part.unlink(missing_ok=True)

    def compact(self) -> int:
        """Put all rows into one file, where reading is fastest; how many files that replaced.

        The journal keeps the hashes of the old files; their rows are all in the new one.
        """
        with self._journal.writing(), disk_troubles(self.home):
            old = self.files()
            if len(old) < 2:
                return 0
            part = self.folder / f"{uuid.uuid4().hex}.parquet.part"
            query, parameters = parquet.relation(self.paths())
            query += f" ORDER BY {', '.join(parquet.KEY)}, known_at, value"
            try:
                with self._engine.session() as session:
                    extent = self._engine.write(session, query, parameters, part)
                if extent is None:
                    raise damaged(self.home, "the files of observations hold no rows")
                self._publish(part, extent, replaces=tuple(file.name for file in old))
            finally:
                part.unlink(missing_ok=True)
        self.sweep()
        return len(old)

    def _publish(
        self, part: Path, extent: tuple[int, datetime, datetime], replaces: tuple[str, ...] = ()
    ) -> File:
        digest = hash_file(part)
        target = self.folder / f"{digest[:32]}.parquet"
        file = File(
            name=target.name,
            sha256=digest,
            rows=extent[0],
            bytes=part.stat().st_size,
            first_known=extent[1].replace(tzinfo=UTC),
            last_known=extent[2].replace(tzinfo=UTC),
            replaces=replaces,
        )
        self._journal.on_undo(lambda: target.unlink(missing_ok=True))
        sync(part)
        part.replace(target)
        sync(self.folder)
        entry = book_row(FIGURES, f"{FIGURES}-{digest}", msgspec.json.encode(file), now())
        self._journal.append([entry])
        return file

    def sweep(self) -> None:
        """Clear away what an interrupted write left, unless somebody is writing just now.

        Half-written files go. A whole file that the journal does not name is set aside in
        `observations/unclaimed`, never deleted; a file that another one replaced goes.
        """
        if self._journal.inside or not self._strays(_entries(self._journal)):
            return  # inside a transaction nothing is settled yet
        with suppress(ArchiveBusy), self._journal.writing(patience=0), disk_troubles(self.home):
            entries = _entries(self._journal)
            replaced = {name for file in entries for name in file.replaces}
            for path in self._strays(entries):
                if path.suffix == ".part" or path.name in replaced:
                    path.unlink(missing_ok=True)
                else:
                    (self.folder / "unclaimed").mkdir(exist_ok=True)
                    path.replace(self.folder / "unclaimed" / path.name)

    def _strays(self, entries: Sequence[File]) -> list[Path]:
        active = {file.name for file in _active(entries)}
        if not self.folder.is_dir():
            return []
        with disk_troubles(self.home):
            found = sorted(self.folder.iterdir())
        return [p for p in found if p.suffix in (".part", ".parquet") and p.name not in active]

    # -- reading ---------------------------------------------------------------------------------

    def known(self, day: date | None, only: dict[str, str]) -> list[Observation]:
        """The newest figure of each series, period and publisher known by the end of `day`."""
        return _records(self._ask(day, ALL, only, lambda found: found.fetchall()))

    def releases(self, day: date | None, only: dict[str, str]) -> list[Observation]:
        """Every row of each figure known by the end of `day`, the first release first."""
        every = parquet.releases
        return _records(self._ask(day, ALL, only, lambda found: found.fetchall(), every))

    def columns(
        self, day: date | None, columns: Sequence[str], only: dict[str, str]
    ) -> dict[str, "np.ndarray[Any, Any]"]:
        """The same as arrays of equal length, one for each column asked for.

        Moments and days are `datetime64[us]` in UTC, texts are objects. What was not given is
        NaN in `value`, NaT in a moment or day, None in a text.
        """
        unknown = [name for name in columns if name not in parquet.COLUMNS]
        if unknown or not columns:
            raise WrongUse(
                f"observations have no column {', '.join(unknown) or '(none asked for)'}",
                expected=f"some of {', '.join(parquet.COLUMNS)}",
            )
        arrays = self._ask(day, columns, only, lambda found: found.fetchnumpy())
        return {name: _filled(array) for name, array in arrays.items()}

    def _ask(
        self,
        day: date | None,
        columns: Sequence[str],
        only: dict[str, str],
        take: Callable[["DuckDBPyConnection"], T],
        which: Which = parquet.as_known,
    ) -> T:
        moment = (now() if day is None else end_of(day)).replace(tzinfo=None)

        def answer(files: Sequence[File]) -> T:
            paths = [self.check(file) for file in files]
            query, parameters = which(paths, moment, columns, only)
            with self._engine.session() as session:
                return take(session.execute(query, parameters))

        files = self.files()
        try:
            return answer(files)
        except ArchiveError:
            if self.files() == files:
                raise
        return answer(self.files())  # another process had put the files together meanwhile

    def files(self) -> list[File]:
        """The files that count, oldest first."""
        return listed(self._journal)

    def paths(self) -> list[Path]:
        """Their paths, each checked against its hash when it is first read or has changed."""
        return [self.check(file) for file in self.files()]

    def check(self, file: File) -> Path:
        """The path of a file; `ArchiveDamaged` if it is missing or its bytes have changed."""
        path = self.folder / file.name
        try:
            state = path.stat()
            seen = (file.name, state.st_mtime_ns, state.st_size)
            with self._checking:
                if seen not in self._checked:
                    self._checked[seen] = hash_file(path)
        except FileNotFoundError:
            raise damaged(self.home, f"{FOLDER}/{file.name} is missing") from None
        if self._checked[seen] != file.sha256:
            raise damaged(self.home, f"{FOLDER}/{file.name} is not what was written (other hash)")
        return path

    def recount(self, file: File) -> int:
        """The rows that a file really holds, its bytes hashed anew."""
        with self._checking:
            self._checked.clear()
        path = self.check(file)
        with self._engine.session() as session:
            return parquet.count_rows(session, self.home, path)


def _entries(journal: Journal) -> list[File]:
    try:
        return [msgspec.json.decode(body, type=File) for body in journal.books(FIGURES)]
    except msgspec.MsgspecError as error:
        raise damaged(journal.home, f"the list of files cannot be read ({error})") from error


def listed(journal: Journal) -> list[File]:
    """The files of observations that a journal names and that count, oldest first."""
    return _active(_entries(journal))


def _active(entries: Sequence[File]) -> list[File]:
    replaced = {name for file in entries for name in file.replaces}
    return [file for file in entries if file.name not in replaced]


def _write_lines(target: Path, rows: Iterator[Observation]) -> bool:
    """Write rows as lines of JSON, for DuckDB to read; whether there were any."""
    encoder, some = msgspec.json.Encoder(), False
    with target.open("xb") as out:
        while batch := list(islice(rows, BATCH)):
            fit, some = [_fit(row) for row in batch], True
            try:
                out.write(encoder.encode_lines(fit))
            except (TypeError, ValueError) as error:
                raise RecordError(
                    f"figures of {batch[0].series} and after it cannot be kept: {error}",
                    expected="the types of words/records.py",
                ) from error
    return some


def _fit(row: Observation) -> Observation:
    """The row, with its moments in UTC; `RecordError` if it is no figure that can be kept."""
    if not (row.series and row.period and row.origin.publisher):
        raise RecordError(
            f"a figure of series {row.series!r}, period {row.period!r}, "
            f"publisher {row.origin.publisher!r}",
            expected="all three given: they say what it is a figure of",
        )
    value: object = row.value  # rows come from many readers: take no type for granted
    if value is not None and not (isinstance(value, (int, float)) and isfinite(value)):
        raise RecordError(
            f"the value of {row.series} for {row.period} is {value!r}",
            expected="a finite number, or None for a figure withheld or withdrawn",
        )
    clocks = row.clocks
    if clocks.known_at.tzinfo is UTC and clocks.received.tzinfo is UTC:
        return row
    moments = {
        name: datetime.fromisoformat(moment_text(getattr(clocks, name)))
        for name in ("known_at", "received")
    }
    return msgspec.structs.replace(row, clocks=msgspec.structs.replace(clocks, **moments))


def _records(rows: Iterable[tuple[Any, ...]]) -> list[Observation]:
    """Rows of all columns as records; the few origins among them are made once."""
    clocks_at = len(parquet.OWN)
    origin_at = clocks_at + len(parquet.CLOCKS)
    marking_at = parquet.OWN.index("marking")

    @cache
    def origin(*words: Any) -> Origin:
        return Origin(**dict(zip(parquet.ORIGIN, words, strict=True)))

    def record(row: tuple[Any, ...]) -> Observation:
        known_at, received, published, happened, backfilled = row[clocks_at:origin_at]
        clocks = Clocks(
            known_at=known_at.replace(tzinfo=UTC),
            received=received.replace(tzinfo=UTC),
            published=published,
            happened=happened,
            backfilled=backfilled,
        )
        own = dict(zip(parquet.OWN, row[:clocks_at], strict=True))
        own["marking"] = MARKINGS[row[marking_at]]
        return Observation(clocks=clocks, origin=origin(*row[origin_at:]), **own)

    return [record(row) for row in rows]


def _filled(array: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    import numpy as np

    if not isinstance(array, np.ma.MaskedArray):
        return array
    blank: object = None
    if array.dtype.kind in "fM":
        blank = np.nan if array.dtype.kind == "f" else np.datetime64("NaT")
    plain = array.data.copy()
    plain[np.ma.getmaskarray(array)] = blank
    return plain


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes in 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
