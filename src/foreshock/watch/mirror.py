"""What went out beside what came in: the exporter's figures of a flow and the importer's.

They never agree wholly (freight, time under way, detours), so each pair is held against its own
past. When the two part by a factor it is told. When one side stops while the other goes on, the
other's figures stand in, divided by the usual ratio, and every sentence about them says so.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import exp, log
from statistics import median

from foreshock.errors import UnknownWord
from foreshock.watch.hygiene import Conflict, Month, amount, slip
from foreshock.watch.telling import month_number
from foreshock.words.clocks import span
from foreshock.words.records import Struct
from foreshock.words.reference import Series
from foreshock.words.units import convert

#: months that both must know before one is held against the other, and of which the newest count
LEAST, MEMORY = 6, 24
#: the ratio must have moved by this factor, and by so many of its usual departures, to be told
PARTED, BEYOND = 2.0, 4.0
#: sides whose ratio usually varies by more (log) say nothing about each other
LOOSE = 0.5
#: a side has stopped when the other is so many months ahead, and it is late by its own usual lag
AHEAD_MONTHS, LATE_DAYS = 2, 31
#: digits of two codes that must be the same
DIGITS = 6

Day = date
Months = Sequence[Month]


class Pair(Struct, frozen=True, kw_only=True):
    """The two sides of a flow: how the other counts what one counts."""

    one: Series
    other: Series
    #: the other's figure over this one's, both in the unit of this one, in the middle
    ratio: float
    #: usual departure of the log ratio
    spread: float


def pairs(series: Sequence[Series]) -> list[tuple[Series, Series]]:
    """The series that count one flow from both ends, the exporter's first."""
    imports: dict[tuple[str, str, str], list[Series]] = {}
    for one in series:
        if one.flow == "imports" and _between_two(one):
            imports.setdefault((one.item, one.partner, one.reporter), []).append(one)
    return [
        (one, other)
        for one in series
        if one.flow == "exports" and _between_two(one)
        for other in imports.get((one.item, one.reporter, one.partner), ())
        if _same_goods(one, other)
    ]


def _between_two(series: Series) -> bool:
    return series.partner not in ("", "all", "world") and series.reporter not in ("", "world")


def _same_goods(one: Series, other: Series) -> bool:
    digits = min(DIGITS, len(one.code), len(other.code))
    if one.code[:digits] != other.code[:digits]:
        return False
    try:
        convert(1.0, other.unit, one.unit)
    except UnknownWord:
        return False
    return True


def pair(one: tuple[Series, Months], other: tuple[Series, Months]) -> Pair | None:
    """How the other side usually counts the flow; None where too little tells, or too loosely."""
    found = _ratios(one, other)
    logs = [log(ratio) for _, ratio in found[-MEMORY - LEAST :]]
    if len(logs) < LEAST:
        return None
    middle = median(logs)
    spread = 1.4826 * median(abs(x - middle) for x in logs)
    if spread > LOOSE:
        return None
    return Pair(one=one[0], other=other[0], ratio=exp(middle), spread=spread)


def _ratios(one: tuple[Series, Months], other: tuple[Series, Months]) -> list[tuple[str, float]]:
    """Months that both know with more than nothing, and the other's figure over this one's."""
    (here, months), (there, others) = one, other
    counted = {m.period: convert(m.value, there.unit, here.unit) for m in others}
    return [
        (m.period, counted[m.period] / m.value)
        for m in months
        if m.value > 0 and counted.get(m.period, 0.0) > 0
    ]


def stands_in(known: Pair, months: Months, others: Months, day: Day) -> list[Month]:
    """The other side's months after this one stopped, in its unit; [] while it goes on."""
    if not months or not others:
        return []
    last = months[-1].period
    ahead = month_number(others[-1].period) - month_number(last)
    late = (day - span(last)[1]).days - (known.one.usual_lag_days or 0) - LATE_DAYS
    if ahead < AHEAD_MONTHS or late <= 0:
        return []
    note = (
        f"since {last} by the figures of {known.other.reporter}, for those of "
        f"{known.one.reporter} have stopped (it counts {known.ratio:.2g} times as much)"
    )
    return [
        Month(
            period=m.period,
            value=convert(m.value, known.other.unit, known.one.unit) / known.ratio,
            source=m.source,
            note=note,
        )
        for m in others
        if m.period > last
    ]


def parted(known: Pair, months: Months, others: Months) -> list[Conflict]:
    """What is said of the newest months in which the two sides part; [] where they agree."""
    by_period: Mapping[str, Month] = {m.period: m for m in others}
    common = [(m, by_period[m.period]) for m in months if m.period in by_period]
    said = []
    if known.ratio >= PARTED or known.ratio <= 1 / PARTED:
        m, n = common[-1]
        said.append(_said(known, m, n, "all along, which no freight explains"))
    far = max(log(PARTED), BEYOND * known.spread)
    run: list[tuple[Month, Month, float]] = []
    for m, n in reversed(common):
        there = convert(n.value, known.other.unit, known.one.unit)
        if m.value > 0 and there > 0 and abs(log(there / m.value / known.ratio)) <= far:
            break
        if m.value == there == 0 or len(run) == 3:
            break
        run.append((m, n, there))
    if run:
        m, n, there = run[0]
        factor = slip(m.value * known.ratio, there)
        since = f"since {run[-1][0].period}" if len(run) > 1 else "for the first time"
        tail = f"; a factor of {factor:,.0f}: a slip of the unit?" if factor is not None else ""
        usually = f"{known.ratio:.2g} times as much is usual"
        said.append(_said(known, m, n, f"{since}, where {usually}{tail}"))
    return said


def _said(known: Pair, one: Month, other: Month, how: str) -> Conflict:
    says = (
        f"{one.period}: {known.one.reporter} says {amount(one.value, known.one.unit)} went, "
        f"{known.other.reporter} says {amount(other.value, known.other.unit)} came, {how}"
    )
    return Conflict(period=one.period, says=says, figures=(one.source, other.source))
