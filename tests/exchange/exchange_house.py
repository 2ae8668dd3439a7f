"""Two houses that exchange parcels, each with a keeper in memory."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from foreshock.exchange import Identity, new_identity
from foreshock.words.clocks import Clocks, end_of, live
from foreshock.words.markings import Marking
from foreshock.words.records import Document, Event, Nature, Partner, Record

R = TypeVar("R", bound=Record)

LONG_AGO = datetime(2023, 7, 3, 9, tzinfo=UTC)


class MemoryKeeper:
    """Keeps records in a dictionary; a transaction that fails leaves it as it was."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.inside = False

    def add(self, records: Iterable[Record]) -> int:
        assert self.inside, "the exchange may write only inside a transaction"
        before = len(self.records)
        for record in records:
            self.records.setdefault(record.id, record)
        return len(self.records) - before

    def known(self, kind: type[R], day: date | None = None) -> list[R]:
        found = [r for r in self.records.values() if isinstance(r, kind)]
        return [r for r in found if day is None or r.clocks.known_at <= end_of(day)]

    def get(self, record_id: str) -> Record | None:
        return self.records.get(record_id)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        before, self.inside = dict(self.records), True
        try:
            yield
        except BaseException:
            self.records = before
            raise
        finally:
            self.inside = False


@dataclass
class House:
    """A desk with its keys and its keeper."""

    me: Identity
    keeper: MemoryKeeper = field(default_factory=MemoryKeeper)

    def card(self, circle: str = "community") -> Partner:
        """How partners know this house."""
        return Partner(name=self.me.name, key=self.me.key, circle=circle)  # type: ignore[arg-type]


def house(name: str, home: Path) -> House:
    return House(new_identity(name, home))


def clocks() -> Clocks:
    return live(LONG_AGO, date(2023, 7, 3))


def document(
    text: str = "Licences for gallium from August.",
    marking: Marking = Marking.CLEAR,
    nature: Nature = "actual",
    supersedes: str | None = None,
) -> Document:
    return Document(
        clocks=clocks(),
        source="test",
        text=text,
        marking=marking,
        nature=nature,
        supersedes=supersedes,
    ).sealed()


def event() -> Event:
    return Event(
        clocks=clocks(), document=document().id, local="e1", type="RESTRICT", actors=("CN",)
    ).sealed()
