"""Keeps the objects of the exchange: what both stores, SQLite and PostgreSQL, have in common.

Implements `words.shelf.Shelf`. A store holds the one right to write from before it allots the
numbers (`added`) until it has committed. What waits for that right meanwhile is written together,
in one transaction: one `fsync` for many posts.
"""

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from foreshock.words.shelf import Fate, Item, Note, Outcome, Shelf, Wanted


def open_shelf(home: Path, database: str = "") -> Shelf:
    """The shelf of a house: in its archive's folder, or in the PostgreSQL that a DSN names.

    Raises `ArchiveError` where it cannot be opened, `WrongUse` where the driver is not installed.
    """
    if database:
        from foreshock.archive.shelf_postgres import PostgresShelf

        return PostgresShelf(database)
    from foreshock.archive.shelf_sqlite import SqliteShelf

    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SqliteShelf(home)


# -- writing together ----------------------------------------------------------------------------


class Job:
    """Objects that somebody wants kept, and what became of them."""

    def __init__(self, collection: str, items: Sequence[Item], outcome: Outcome | None) -> None:
        self.collection, self.items, self.outcome = collection, items, outcome
        self.fates: list[Fate] = []
        self.done = False
        self.error: BaseException | None = None


class Together(ABC):
    """Writes for all who wait, one of them for all."""

    def __init__(self) -> None:
        self._waiting: deque[Job] = deque()
        self._turn = threading.Lock()

    def put(
        self, collection: str, items: Sequence[Item], outcome: Outcome | None = None
    ) -> list[Fate]:
        """Keep objects in one transaction, all that can be kept; what became of each."""
        job = Job(collection, items, outcome)
        self._waiting.append(job)
        with self._turn:
            if not job.done:
                jobs = []
                while self._waiting:
                    jobs.append(self._waiting.popleft())
                self._settle(jobs)
        if job.error is not None:
            raise job.error
        return job.fates

    def _settle(self, jobs: list[Job]) -> None:
        error: BaseException | None = None
        try:
            self._write(jobs)
        except BaseException as fault:
            error = fault  # nothing of the transaction was kept: all who wait are told so
        for job in jobs:
            job.done, job.error = True, error

    @abstractmethod
    def _write(self, jobs: list[Job]) -> None:
        """Keep what the jobs bring in one transaction, and set their fates."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the store."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# -- what a transaction does ---------------------------------------------------------------------

#: where an object stands: number of the collection, id
Place = tuple[int, str]


class There(NamedTuple):
    """What the store holds already of the objects that come."""

    #: oldest and newest instant
    span: Mapping[Place, tuple[str, str]]
    #: the content under exactly this id and instant
    body: Mapping[tuple[int, str, str], bytes]


class Plan(NamedTuple):
    """The rows that are to be written."""

    rows: list[tuple[Any, ...]]
    #: `added` of an object -> an id that it points to
    parts: list[tuple[int, str]]
    #: places whose object of the store is the newest, or the oldest, no longer
    not_newest: list[Place]
    not_oldest: list[Place]
    notes: list[Note]
    last: int


def plan(jobs: Sequence[tuple[Job, int]], there: There, last: int, clock: int) -> Plan:
    """What is to be written for jobs (each with the number of its collection); sets their fates.

    `last` is the newest number given so far, `clock` the time in microseconds: a number is the
    time, or one more than the last where the clock stands still or has gone back.
    """
    span = dict(there.span)
    body = dict(there.body)
    come: list[tuple[int, int, Item]] = []
    notes = []
    for job, key in jobs:
        for item in job.items:
            kept = body.get((key, item.id, item.instant))
            if kept is not None:
                job.fates.append("same" if kept == item.body else "conflict")
                continue
            last = max(clock, last + 1)
            come.append((last, key, item))
            body[key, item.id, item.instant] = item.body
            oldest, newest = span.get((key, item.id), (item.instant, item.instant))
            span[key, item.id] = min(oldest, item.instant), max(newest, item.instant)
            job.fates.append("kept")
        if job.outcome is not None:
            notes.append(job.outcome(job.fates))
    rows: list[tuple[Any, ...]] = []
    for added, key, item in come:
        oldest, newest = span[key, item.id]
        rows.append(
            (added, key, item.id, item.type, item.version, item.instant, item.spec_version,
             int(item.marking), int(item.instant == newest), int(item.instant == oldest), item.body)
        )  # fmt: skip
    moved = [(place, span[place], was) for place, was in there.span.items()]
    return Plan(
        rows=rows,
        parts=[(added, ref) for added, _, item in come for ref in dict.fromkeys(item.refs)],
        not_newest=[place for place, now, was in moved if now[1] != was[1]],
        not_oldest=[place for place, now, was in moved if now[0] != was[0]],
        notes=notes,
        last=last,
    )


# -- what a reader asks --------------------------------------------------------------------------

_FLAG = {"last": "newest = 1", "first": "oldest = 1"}


def where(wanted: Wanted) -> tuple[str, list[Any]]:
    """The conditions of a question but for the collection, and their values.

    An object made of others is shown only to a reader who may see each of these, too; an older
    version only to one who may see the newest.
    """
    most = int(wanted.clearance)
    parts = ["o.added > ?", "o.marking <= ?"]
    values: list[Any] = [wanted.after, most]
    # value within value: a join, or NOT EXISTS, may be planned as a walk over all there is
    parts.append(
        "COALESCE((SELECT MAX((SELECT MAX(q.marking) FROM object AS q WHERE q.id = p.ref))"
        " FROM part AS p WHERE p.added = o.added), 0) <= ?"
    )
    values.append(most)
    for column, among in (
        ("id", wanted.ids),
        ("type", wanted.types),
        ("spec_version", wanted.spec_versions),
    ):
        if among:
            parts.append(f"o.{column} IN ({marks(among)})")
            values.extend(among)
    if wanted.versions != ("last",):
        # "> 0" and "+ 0": only by its id, not by any index of a whole collection
        parts.append(
            "(SELECT MAX(n.marking) FROM object AS n WHERE n.id = o.id"
            " AND n.collection + 0 = o.collection AND n.newest > 0) <= ?"
        )
        values.append(most)
    if "all" not in wanted.versions:
        either = [f"o.{_FLAG[one]}" for one in wanted.versions if one in _FLAG]
        if wanted.instants:
            either.append(f"o.instant IN ({marks(wanted.instants)})")
            values.extend(wanted.instants)
        parts.append(f"({' OR '.join(either) or '1 = 0'})")
    return " AND ".join(parts), values


def marks(values: Iterable[object]) -> str:
    """A question mark for each value."""
    return ", ".join("?" for _ in values)
