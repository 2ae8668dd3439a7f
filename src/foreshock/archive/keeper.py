"""One archive: the journal and the observations under one roof, and one right to write to both."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from foreshock.archive import checking, copies, sqlite
from foreshock.archive.holding import Hold, hold
from foreshock.archive.journal import FILE, Journal
from foreshock.archive.observations import FOLDER, USUAL, Observations
from foreshock.archive.tables import VERSION
from foreshock.archive.trouble import damaged, disk_troubles
from foreshock.errors import ArchiveError
from foreshock.words.records import KINDS, Observation, Record, Struct

if TYPE_CHECKING:
    import numpy as np

    from foreshock.words.keepers import Keeper

R = TypeVar("R", bound=Record)


class Info(Struct, frozen=True, kw_only=True):
    """What an archive holds."""

    home: str
    version: int
    #: records by kind, all versions, erased ones not counted
    records: dict[str, int]
    erased: int
    observations: int
    observation_files: int
    #: sizes on the disk
    journal_bytes: int
    observation_bytes: int
    #: first and last moment (UTC) at which something became known; None when nothing is kept
    first_known: datetime | None
    last_known: datetime | None
    #: chain of the newest row: noted elsewhere, it proves what was kept by then
    head: str


class Archive:
    """Keeps everything for good, and tells what was known on a day.

    Implements `words.keepers.Keeper`. One object may be used by several threads, one folder by
    several processes.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._journal = Journal(home)
        self._observations = Observations(self._journal)

    def close(self) -> None:
        """Let go of all files."""
        self._observations.close()
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- records ---------------------------------------------------------------------------------

    def add(self, records: Iterable[Record]) -> int:
        """Keep records, all or none; those already kept are left alone. The number of new ones.

        `RecordError` for a record that is not sealed or would not read back as it was written.
        """
        return self._journal.add(records)

    def known(self, kind: type[R], day: date | None = None) -> list[R]:
        """The latest versions of all records of a kind known by the end of `day` (None: now).

        Latest: no record known by then supersedes it. In order of becoming known, then of id.
        """
        return self._journal.known(kind, day)

    def history(self, kind: type[R], day: date | None = None) -> list[R]:
        """All versions, also superseded ones, known by the end of `day` (None: now)."""
        return self._journal.history(kind, day)

    def get(self, record_id: str) -> Record | None:
        """The record with this id; None when it was never kept, or was erased."""
        return self._journal.get(record_id)

    def erase(self, record_id: str, why: str) -> None:
        """Drop the bytes of a record for good; its id, its hash and the reason stay."""
        self._journal.erase(record_id, why)

    def erased(self, record_id: str) -> str | None:
        """Why a record was erased; None when it was not."""
        return self._journal.erased(record_id)

    @contextmanager
    def transaction(self) -> Iterator[Self]:
        """Hold the only right to write until the block ends; undo everything if it fails.

        Records and observations alike. A block inside a block of the same thread joins it.
        """
        with self._journal.writing():
            yield self

    # -- observations ----------------------------------------------------------------------------

    def add_observations(self, rows: Iterable[Observation]) -> int:
        """Keep figures, all or none; those that say nothing new are left out. The number kept.

        A figure with a day of publication is kept once, whenever it arrives again. One without
        is kept again only where it differs from what was known before it. `RecordError` for a
        value that is not finite.
        """
        return self._observations.add(rows)

    def observations(
        self, day: date | None = None, *, item: str | None = None, series: str | None = None
    ) -> list[Observation]:
        """The newest figure of each series, period and publisher known by the end of `day`.

        None: now. Several publishers stay side by side. A withdrawn figure is a row whose status
        says so. Ordered by series, period, publisher.
        """
        return self._observations.known(day, _only(item, series))

    def releases(
        self, day: date | None = None, *, item: str | None = None, series: str | None = None
    ) -> list[Observation]:
        """Every release of each figure known by the end of `day`, revised or not.

        None: now. Ordered by series, period, publisher, and then as they became known: the last of
        a figure is the one that `observations` gives.
        """
        return self._observations.releases(day, _only(item, series))

    def observation_columns(
        self,
        day: date | None = None,
        columns: Sequence[str] = USUAL,
        *,
        item: str | None = None,
        series: str | None = None,
    ) -> "dict[str, np.ndarray[Any, Any]]":
        """The same rows as arrays of equal length: the quick way for detectors.

        Moments and days are `datetime64[us]` in UTC; what was not given is NaN, NaT or None.
        """
        return self._observations.columns(day, columns, _only(item, series))

    def compact(self) -> int:
        """Put the files of observations into one, for speed; how many that replaced."""
        return self._observations.compact()

    # -- the whole -------------------------------------------------------------------------------

    def info(self) -> Info:
        """What the archive holds, from its books alone."""
        tally, files = self._journal.tally(), self._observations.files()
        kept = {kind: numbers for kind, numbers in tally.items() if kind in KINDS}
        first = [numbers[2] for numbers in kept.values()] + [file.first_known for file in files]
        last = [numbers[3] for numbers in kept.values()] + [file.last_known for file in files]
        with disk_troubles(self.home):
            size = self._journal.file.stat().st_size
        return Info(
            home=str(self.home),
            version=VERSION,
            records={kind: numbers[0] - numbers[1] for kind, numbers in kept.items()},
            erased=sum(numbers[1] for numbers in kept.values()),
            observations=sum(file.rows for file in files),
            observation_files=len(files),
            journal_bytes=size,
            observation_bytes=sum(file.bytes for file in files),
            first_known=min(first, default=None),
            last_known=max(last, default=None),
            head=self._journal.head(),
        )

    def verify(self) -> checking.Verdict:
        """Compute every hash again: the journal's rows and chain, the files of observations."""
        return checking.verify(self._journal, self._observations)

    def backup(self, target: Path) -> copies.Manifest:
        """Write a consistent copy into one new file while others read and write."""
        return copies.backup(self.home, target)

    def hold(self, what: str, patience: float = 0) -> AbstractContextManager[Hold]:
        """Keep every other holder out until the block ends; `ArchiveBusy` says who holds it."""
        return hold(self.home, what, patience)


if TYPE_CHECKING:
    _keeps: type[Keeper] = Archive  # the type checker holds the promise of the docstring


def open_archive(home: Path, create: bool = True) -> Archive:
    """The archive in the folder `home`, made there first if `create` allows it.

    A new folder is readable by this user only. Nothing is checked in depth here: see `verify`.
    `ArchiveError`, or one of its kind, if the folder is no archive or cannot be used.

    >>> import tempfile
    >>> with open_archive(Path(tempfile.mkdtemp()) / "home") as archive:
    ...     archive.info().records
    {}
    """
    home = home.expanduser().absolute()
    with sqlite.troubles(home):
        if home.exists() and not home.is_dir():
            raise ArchiveError(
                f"{home} is a file",
                expected="a folder for the archive",
                next_step="Give another one with --home.",
            )
        if not (home / FILE).exists():
            _found(home, create)
        return Archive(home)


def _found(home: Path, create: bool) -> None:
    """Make the archive, once, even if several processes come at the same time."""
    if next((home / FOLDER).glob("*.parquet"), None) is not None:
        raise damaged(home, f"it has observations, but {FILE} is missing")
    if not create:
        raise ArchiveError(
            f"there is no archive in {home}",
            next_step="Run `foreshock up` to make one, or give its folder with --home.",
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with hold(home, "making the archive", patience=sqlite.PATIENCE):
        if not (home / FILE).exists():
            sqlite.found(home / FILE)


def _only(item: str | None, series: str | None) -> dict[str, str]:
    given = {"item": item, "series": series}
    return {name: value for name, value in given.items() if value is not None}
