"""Special patterns: what two series say together that neither says alone.

Every pattern is a row of `PATTERNS`: which pairs of series it looks at, how far the one must have
fallen and the other risen, and the sentence. Both departures must be real by themselves: the fall
by the rules of `signals`, the rise beyond what that series does by chance. A pair is compared over
the newest months that both know, as long as the fall lasts, three at most.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import exp, inf, log, sqrt
from typing import NamedTuple

from foreshock.errors import UnknownWord
from foreshock.watch.hygiene import amount
from foreshock.watch.patterns_price import dearer
from foreshock.watch.patterns_rush import departure
from foreshock.watch.telling import Judged, Line, Told, everybody, month_number, signal_of
from foreshock.words.clocks import span
from foreshock.words.records import Signal, Struct
from foreshock.words.reference import Series
from foreshock.words.units import UNITS, convert

#: a rise counts beyond so many usual departures of the series itself, and beyond more of them where
#: it is the largest of many lines: the largest of n departures is about sqrt(2 log n) by chance
BEYOND = 2.0
#: departures below this log ratio are taken for this: nobody's statistics are finer
FLOOR = 0.05
#: months of a fall that are added up
MONTHS = 3
#: of the newest so many months of a line one must have fallen: its pair may know fewer of them
LATELY = 6
#: a pattern is told while the newest month of what fell ended at most so many days ago
FRESH_DAYS = 400
#: leading digits of two codes of one system that make them neighbours
NEIGHBOURS = 4
#: a line comes regularly if it held so many of so many months; it has stopped so many months later
REGULAR, REGULAR_OF, LATE_MONTHS = 6, 8, 2

#: item -> the items above it, nearest first
Lineage = Mapping[str, Sequence[str]]


class Pair(NamedTuple):
    """What fell and what rose in the same months; amounts in the unit of each."""

    fell: Line
    rose: Line
    fallen: tuple[Judged, ...]
    risen: tuple[Judged, ...]

    @property
    def left(self) -> float:
        """Share of the usual that is left of what fell."""
        return sum(r.month.value for r in self.fallen) / _usual(self.fallen)

    @property
    def reached(self) -> float:
        """Share of the usual that the other has reached."""
        return sum(r.month.value for r in self.risen) / _usual(self.risen)

    @property
    def lost(self) -> float:
        """What is missing from the usual, in the unit of what fell."""
        return _usual(self.fallen) * (1 - self.left)

    @property
    def cover(self) -> float:
        """Share of the loss that the gain makes up; 0 where the units are of two kinds."""
        gained = _usual(self.risen) * (self.reached - 1)
        try:
            return convert(gained, self.rose.series.unit, self.fell.series.unit) / self.lost
        except UnknownWord:
            return 0.0


class Pattern(Struct, frozen=True, kw_only=True):
    """One row of the table of patterns."""

    kind: str
    #: series with the same key are looked at together; None: this pattern is not about it
    key: Callable[[Series], tuple[str, ...] | None]
    #: whether the first, fallen, and the second, risen, are such a pair
    fits: Callable[[Series, Series, Lineage], bool]
    #: what fell is at this share of the usual or less, what rose at that one or more
    left_most: float
    reached_least: float
    #: share of the loss that the gain makes up at least, and at most
    cover_least: float
    cover_most: float
    #: share of what all lines of the group usually carry that the loss is at least
    loss_least: float
    #: what the two together mean, after the two figures
    means: str


def patterns(lines: Sequence[Line], day: date, lineage: Lineage | None = None) -> list[Signal]:
    """The patterns that show in series as known on `day`, strongest first.

    `lineage` gives the items above each item (dysprosium: heavy rare earths, rare earths), without
    which no headline aggregate is known as one. Lines without a month are left out.
    """
    known = [line for line in lines if line.judged]
    fresh = [line for line in known if (day - span(line.newest)[1]).days <= FRESH_DAYS]
    found: list[Signal] = []
    for pattern in PATTERNS:
        best: dict[str, Signal] = {}
        for pair in _pairs(pattern, fresh, lineage or {}):
            signal = _signal(pattern, pair, fresh)
            if signal is not None and signal.score > _score(best.get(signal.series)):
                best[signal.series] = signal
        found += best.values()
    found += dearer(fresh)
    found += stopped_reports(known, day)
    return sorted(found, key=lambda signal: (-signal.score, signal.says))


def _score(signal: Signal | None) -> float:
    return signal.score if signal is not None else 0.0


def _pairs(pattern: Pattern, lines: Sequence[Line], lineage: Lineage) -> Iterator[Pair]:
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        key = pattern.key(line.series)
        if key is not None:
            groups.setdefault(key, []).append(line)
    for group in groups.values():
        for fell in group:
            if not _fell_lately(fell):
                continue
            for rose in group:
                if rose is not fell and pattern.fits(fell.series, rose.series, lineage):
                    pair = _together(fell, rose)
                    if pair is not None and _holds(pattern, pair, group):
                        yield pair


def _fell_lately(line: Line) -> bool:
    return any(row.state == "fallen" for row in line.judged[-LATELY:])


def _together(fell: Line, rose: Line) -> Pair | None:
    """The newest months that both know and in which the one had fallen; None if there are none."""
    others = {row.month.period: row for row in rose.judged if row.usual and row.usual > 0}
    common = [(row, others[row.month.period]) for row in fell.judged if row.month.period in others]
    run: list[tuple[Judged, Judged]] = []
    for row, other in reversed(common):
        if row.state != "fallen" or len(run) == MONTHS:
            break
        run.append((row, other))
    if not run:
        return None
    run.reverse()
    return Pair(fell, rose, tuple(a for a, _ in run), tuple(b for _, b in run))


def _holds(pattern: Pattern, pair: Pair, group: Sequence[Line]) -> bool:
    """Whether the pair departs far enough, and the rise is none that comes by chance."""
    if pair.left > pattern.left_most or pair.reached < pattern.reached_least:
        return False
    if not pattern.cover_least <= pair.cover <= pattern.cover_most:
        return False
    if pattern.loss_least and pair.lost < pattern.loss_least * len(pair.fallen) * _carried(group):
        return False
    chance = max(FLOOR, departure(pair.rose.judged, pair.risen[0])) / sqrt(len(pair.risen))
    return log(pair.reached) >= max(BEYOND, sqrt(2 * log(len(group)))) * chance


def _carried(group: Sequence[Line]) -> float:
    """What all lines of a group to single partners usually carry in a month."""
    newest = [line.judged[-1].usual or 0.0 for line in group if _has_partner(line.series)]
    return sum(newest)


def _signal(pattern: Pattern, pair: Pair, lines: Sequence[Line]) -> Signal | None:
    rows = [*pair.fallen, *pair.risen]
    fell = _said(pair.fell, pair.fallen, pair.left)
    says = f"{fell}, while {_said(pair.rose, pair.risen, pair.reached)}: "
    says += pattern.means.format(
        cover=f"{100 * pair.cover:.0f} %",
        here=everybody(pair.fell.series.partner),
        there=everybody(pair.rose.series.partner),
        item=pair.fell.series.item,
    )
    certain = (1 - pair.left) * (1 - exp(-3 * (pair.reached - 1)))
    if pattern.kind == "rerouting":
        onward = _onward(pair, lines)
        if onward is not None:
            if (onward.ratio or 0.0) < 1.1:
                return None  # what came there stayed there
            series_says = amount(onward.month.value, pair.fell.series.unit)
            says += f"; from there {series_says} went on in {onward.month.period}, more than usual"
            certain = 1 - (1 - certain) / 2
            rows.append(onward)
    told = Told(
        kind=pattern.kind,
        since=pair.fallen[0].month.period,
        score=min(0.95, certain),
        direction="none" if pattern.kind == "code_shift" else "down",
        says=says,
        left=pair.left,
    )
    return signal_of(pair.fell.series, told, [row.month.source for row in rows])


def _onward(pair: Pair, lines: Sequence[Line]) -> Judged | None:
    """What the third country sent on, in the newest month known since the fall; None: unknown."""
    fell, third = pair.fell.series, pair.rose.series.partner
    for line in lines:
        one = line.series
        exported = (one.flow, one.reporter, one.partner) == ("exports", third, fell.partner)
        imported = (one.flow, one.reporter, one.partner) == ("imports", fell.partner, third)
        if one.item == fell.item and (exported or imported):
            since = [r for r in line.judged if r.month.period >= pair.fallen[0].month.period]
            if since and since[-1].usual:
                return since[-1]
    return None


def _said(line: Line, rows: Sequence[Judged], share: float) -> str:
    first, last = rows[0].month.period, rows[-1].month.period
    when = first if first == last else f"{first} to {last}"
    total = amount(sum(row.month.value for row in rows), line.series.unit)
    usual = amount(_usual(rows), line.series.unit)
    return f"{line.series.title}: {total} in {when}, {100 * share:.0f} % of the usual {usual}"


def _usual(rows: Sequence[Judged]) -> float:
    return sum(row.usual or 0.0 for row in rows)


# -- which series make a pair --------------------------------------------------------------------


def _dimension(series: Series) -> str:
    return UNITS.get(series.unit, ("", 1.0))[0]


def _has_partner(series: Series) -> bool:
    return series.flow in ("exports", "imports") and everybody(series.partner) != "all"


def _same_goods(series: Series) -> tuple[str, ...] | None:
    """Quantities of one item to several partners, in one unit: their amounts are added up."""
    if _dimension(series) not in ("mass", "count"):
        return None
    return (series.flow, series.reporter, series.item, series.code, series.unit)


def _neighbourhood(series: Series) -> tuple[str, ...] | None:
    """Lines between the same two countries whose codes begin alike."""
    if len(series.code) < NEIGHBOURS:
        return None
    sides = (series.flow, series.reporter, everybody(series.partner))
    return (*sides, series.code_system, series.code[:NEIGHBOURS], _dimension(series))


def _from_there(series: Series) -> tuple[str, ...] | None:
    return (series.flow, series.reporter) if _dimension(series) == "mass" else None


def _third_country(fell: Series, rose: Series, lineage: Lineage) -> bool:
    apart = _has_partner(fell) and _has_partner(rose) and fell.partner != rose.partner
    return apart and fell.flow == "exports"


def _other_source(fell: Series, rose: Series, lineage: Lineage) -> bool:
    apart = _has_partner(fell) and _has_partner(rose) and fell.partner != rose.partner
    return apart and fell.flow == "imports"


def _other_code(fell: Series, rose: Series, lineage: Lineage) -> bool:
    one, other = fell.code, rose.code
    return not one.startswith(other) and not other.startswith(one)


def _headline(fell: Series, rose: Series, lineage: Lineage) -> bool:
    return rose.item != fell.item and rose.item in lineage.get(fell.item, ())


PATTERNS = (
    Pattern(
        kind="rerouting",
        key=_same_goods,
        fits=_third_country,
        left_most=0.7,
        reached_least=1.3,
        cover_least=0.3,
        cover_most=2.0,
        loss_least=0.02,
        means="{cover} of what {here} lost may go by way of {there}",
    ),
    Pattern(
        kind="other_source",
        key=_same_goods,
        fits=_other_source,
        left_most=0.7,
        reached_least=1.3,
        cover_least=0.3,
        cover_most=2.0,
        loss_least=0.02,
        means="{cover} of what {here} no longer sends comes from {there}: another source, or the "
        "same goods by way of it",
    ),
    Pattern(
        kind="code_shift",
        key=_neighbourhood,
        fits=_other_code,
        left_most=0.7,
        reached_least=1.2,
        cover_least=0.5,
        cover_most=2.0,
        loss_least=0.0,
        means="{cover} of the fall reappears under a neighbouring code: perhaps no loss at all",
    ),
    Pattern(
        kind="masked_stop",
        key=_from_there,
        fits=_headline,
        left_most=0.15,
        reached_least=1.1,
        cover_least=0.0,
        cover_most=inf,
        loss_least=0.0,
        means="the headline rises and hides that {item} has stopped",
    ),
)


# -- reports that stop coming --------------------------------------------------------------------


def stopped_reports(lines: Sequence[Line], day: date) -> list[Signal]:
    """Lines that came every month and stay away while the same publisher goes on with others.

    That is no delay of the publisher: the line is withheld, empty or moved. It shows as soon as
    others of the publisher are `LATE_MONTHS` ahead, before any usual lag has run out.
    """
    newest: dict[tuple[str, str, str], Judged] = {}
    for line in lines:
        for row in line.judged[-1:]:
            key = _publisher(line, row)
            if key not in newest or row.month.period > newest[key].month.period:
                newest[key] = row
    found = []
    for line in lines:
        last = line.judged[-1]
        other = newest[_publisher(line, last)]
        behind = month_number(other.month.period) - month_number(last.month.period)
        old = (day - span(last.month.period)[1]).days > FRESH_DAYS
        if behind < LATE_MONTHS or old or not _is_regular(line):
            continue
        says = (
            f"{line.series.title}: nothing since {last.month.period}, though "
            f"{last.month.source.origin.publisher} has published others up to "
            f"{other.month.period}: withheld, empty or moved, and not quiet"
        )
        told = Told(
            kind="stopped_reports",
            since=last.month.period,
            score=1 - exp(-behind / 2),
            direction="none",
            says=says,
        )
        found.append(signal_of(line.series, told, [last.month.source, other.month.source]))
    return found


def _publisher(line: Line, row: Judged) -> tuple[str, str, str]:
    return row.month.source.origin.publisher, line.series.flow, line.series.reporter


def _is_regular(line: Line) -> bool:
    """Whether the line held most of its newest months, one after the other at the end."""
    numbers = [month_number(row.month.period) for row in line.judged[-REGULAR_OF:]]
    inside = [n for n in numbers if n > numbers[-1] - REGULAR_OF]
    steps = [b - a for a, b in pairwise(numbers[-3:])]
    return len(inside) >= REGULAR and all(step == 1 for step in steps)
