"""How a finding in a series becomes a signal, with its sentence and its figures."""

from collections.abc import Sequence
from typing import Literal

from foreshock.watch import purity
from foreshock.watch.hygiene import Month
from foreshock.words.clocks import Clocks
from foreshock.words.markings import strictest
from foreshock.words.records import Observation, Signal, Struct
from foreshock.words.reference import Series


class Judged(Struct, frozen=True, kw_only=True):
    """One month against its usual level; `usual` is None where too little lies behind it."""

    month: Month
    usual: float | None
    score: float
    state: Literal["usual", "fallen", "risen", "unknown"]
    #: how often chance alone shows as much, 0..1; None: too little lies behind the month to say
    chance: float | None = None

    @property
    def ratio(self) -> float | None:
        """Share of the usual level; None where it is unknown or not above 0."""
        return self.month.value / self.usual if self.usual and self.usual > 0 else None


class Line(Struct, frozen=True, kw_only=True):
    """One series as known on a day: its months against their usual level, oldest first."""

    series: Series
    judged: tuple[Judged, ...]

    @property
    def newest(self) -> str:
        """The newest known month; there is one in every line that is looked at."""
        return self.judged[-1].month.period


class Told(Struct, frozen=True, kw_only=True):
    """What is to be told of a series."""

    kind: str
    since: str
    score: float
    direction: Literal["up", "down", "none"]
    says: str
    #: how often chance alone shows as much in one period, 0..1; None: nobody can say
    chance: float | None = None
    #: share of the usual that is left of what fell; None: nothing fell
    left: float | None = None


def signal_of(series: Series, told: Told, figures: Sequence[Observation]) -> Signal:
    """The record of what is told of a series: known since the newest of its figures was.

    Where the code holds other goods too, the score is lower and the sentence says so.
    """
    of_goods = told.kind in purity.OF_GOODS
    weight = purity.speaks(series, told.left) if of_goods else 1.0
    tail = purity.said(series, told.left) if of_goods else ""
    known = max(figures, key=lambda row: row.clocks.known_at).clocks
    clocks = Clocks(
        known_at=known.known_at,
        received=max(row.clocks.received for row in figures),
        published=known.published,
        happened=told.since,
        backfilled=known.backfilled,
    )
    supplier, receiver = series.reporter, series.partner
    if series.flow == "imports":  # the receiver reports these
        supplier, receiver = receiver, supplier
    return Signal(
        clocks=clocks,
        marking=strictest([row.marking for row in figures]),
        kind=told.kind,
        series=series.id,
        item=series.item,
        actor=everybody(supplier),
        partner=everybody(receiver),
        since=told.since,
        score=told.score * weight,
        direction=told.direction,
        says=told.says + tail,
        chance=told.chance if weight == 1.0 else None,
        evidence=tuple(f"{row.series}:{row.period}:{row.origin.publisher}" for row in figures),
    ).sealed()


def everybody(side: str) -> str:
    """Who is meant by the side of a flow: "all" for the world."""
    return "all" if side in ("", "world") else side


def month_number(period: str) -> int:
    """Months since year 0.

    >>> month_number("2024-01") - month_number("2023-11")
    2
    """
    return int(period[:4]) * 12 + int(period[5:7])


def percent(row: Judged) -> str:
    """The share of the usual, as a person writes it."""
    return f"{(row.ratio or 0.0) * 100:.0f} %"
