"""What a room may ask of whoever keeps its records, without knowing the archive.

The exchange must number its parcels and write their receipts in the same transaction in which
it decides to send; it is handed a `Keeper`, which the archive implements.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol, TypeVar

from foreshock.words.records import Record

R = TypeVar("R", bound=Record)


class Keeper(Protocol):
    """Keeps records for good, and tells what was known on a day."""

    def add(self, records: Iterable[Record]) -> int:
        """Keep records, all or none; those already kept are left alone. The number of new ones."""
        ...

    def known(self, kind: type[R], day: date | None = None) -> list[R]:
        """The latest versions of all records of a kind known by the end of `day` (None: now)."""
        ...

    def history(self, kind: type[R], day: date | None = None) -> list[R]:
        """All versions, also superseded ones, known by the end of `day` (None: now)."""
        ...

    def get(self, record_id: str) -> Record | None:
        """The record with this id, or None."""
        ...

    def transaction(self) -> AbstractContextManager[object]:
        """Hold the only right to write until the block ends; undo everything if it fails."""
        ...
