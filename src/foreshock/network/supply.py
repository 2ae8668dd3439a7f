"""Who supplies whom, as known on a day: a holder's own figures first, the world's shares last.

For an item and a holder the newest year of figures counts; within it the newest source for each
origin. Without figures of its own a company takes its country's, a country its bloc's, and then
the world's shares of output (product before refinery before mine). Without any figure of the item
its parent is asked, nearest first: a world share of the very item says more about a holder than
an import share of the whole family.
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal, TypeVar

from foreshock.words.pack import Pack
from foreshock.words.records import Struct
from foreshock.words.reference import Import, Provision

#: the later stage is nearer to the user
STAGES: tuple[Literal["product", "refinery", "mine"], ...] = ("product", "refinery", "mine")

Basis = Literal["imports", "supply", "world"]
Row = TypeVar("Row", Import, Provision)


class Shares(Struct, frozen=True, kw_only=True):
    """Shares of a supply by country of origin; what is missing to 1 is unknown."""

    #: the item and the holder of which the figures speak; "" for the world
    item: str
    holder: str
    basis: Basis
    year: int
    #: origin -> share of the whole, 0..1, adding up to at most 1
    of: dict[str, float]
    evidence: dict[str, str]


class Supply:
    """The shares of the pack that were known on a day."""

    def __init__(self, pack: Pack, day: date) -> None:
        self.pack = pack
        self._imports: dict[tuple[str, str], list[Import]] = {}
        self._output: dict[tuple[str, str], list[Provision]] = {}
        for row in pack.imports:
            if row.known(day):
                self._imports.setdefault((row.holder, row.item), []).append(row)
        for made in pack.provisions:
            if made.known(day) and made.share is not None:  # None: withheld
                self._output.setdefault((made.item, made.stage), []).append(made)

    def of(self, item: str, holder: str) -> Shares | None:
        """The shares that say most about the holder's supply; None: nothing is known."""
        for one in self.pack.ancestors(item):
            found = self._own(one, holder) or self._world_for(one, holder)
            if found is not None:
                return found
        return None

    def own(self, item: str, holder: str) -> Shares | None:
        """The holder's own figures, or those of its country or bloc; never the world's."""
        for one in self.pack.ancestors(item):
            found = self._own(one, holder)
            if found is not None:
                return found
        return None

    def world(self, item: str, stage: str) -> Shares | None:
        """Shares of the world's output of an item at a stage, of the newest year known."""
        rows = self._output.get((item, stage), [])
        if not rows:
            return None
        year = max(row.year for row in rows)
        return _shares(item, "", "world", _by_country([r for r in rows if r.year == year]))

    def circle(self, holder: str) -> tuple[str, ...]:
        """The holder and those whose figures and stocks stand in for its own, nearest first."""
        row = self.pack.holder.get(holder)
        country = row.country if row is not None and row.country else holder
        blocs = (h.id for h in self.pack.holders if h.kind == "bloc" and country in h.members)
        return tuple(dict.fromkeys((holder, country, *blocs)))

    def holders(self) -> tuple[str, ...]:
        """The holders of which figures of some item are known."""
        return tuple(sorted({holder for holder, _ in self._imports}))

    def covers(self, destinations: Iterable[str], holder: str) -> bool:
        """Whether a measure towards these destinations reaches the holder."""
        return bool({"all", *self.circle(holder)} & set(destinations))

    def inside(self, holder: str) -> frozenset[str]:
        """The countries that are no foreign origin for the holder: itself, its members."""
        row = self.pack.holder.get(holder)
        members = row.members if row is not None else ()
        country = (row.country,) if row is not None and row.country else ()
        return frozenset({holder, *members, *country})

    def _own(self, item: str, holder: str) -> Shares | None:
        for one in self.circle(holder):
            rows = self._imports.get((one, item), [])
            if rows:
                year = max(row.year for row in rows)
                newest = [row for row in rows if row.year == year]
                basis = max(newest, key=_dated).basis
                found = _shares(item, one, basis, _newest_of_each_origin(newest))
                return _without(found, self.inside(holder))
        return None

    def _world_for(self, item: str, holder: str) -> Shares | None:
        for stage in STAGES:
            found = self.world(item, stage)
            if found is not None:
                return _without(found, self.inside(holder))
        return None


def _dated(row: Import) -> tuple[str, str]:
    return str(row.source_date), row.ref


def _newest_of_each_origin(rows: list[Import]) -> list[tuple[str, Import, float]]:
    newest = {row.origin: row for row in sorted(rows, key=_dated)}
    return [(origin, row, row.share) for origin, row in newest.items()]


def _by_country(rows: list[Provision]) -> list[tuple[str, Provision, float]]:
    """Newest source for each country; where it names companies only, their sum."""
    found = []
    for country in dict.fromkeys(row.country for row in rows):
        there = [row for row in rows if row.country == country]
        newest = max(str(row.source_date) for row in there)
        there = [row for row in there if str(row.source_date) == newest]
        whole = [row for row in there if not row.company]
        counted = whole[-1:] or there
        share = sum(row.share for row in counted if row.share is not None)
        found.append((country, counted[-1], share))
    return found


def _shares(item: str, holder: str, basis: Basis, rows: list[tuple[str, Row, float]]) -> Shares:
    """Rounded figures may add up to a little over 1: then they are scaled down to 1."""
    total = max(1.0, sum(share for _, _, share in rows))
    return Shares(
        item=item,
        holder=holder,
        basis=basis,
        year=rows[0][1].year,
        of={origin: share / total for origin, _, share in rows},
        evidence={origin: row.ref for origin, row, _ in rows},
    )


def _without(shares: Shares, inside: frozenset[str]) -> Shares:
    return Shares(
        item=shares.item,
        holder=shares.holder,
        basis=shares.basis,
        year=shares.year,
        of={origin: share for origin, share in shares.of.items() if origin not in inside},
        evidence=shares.evidence,
    )
