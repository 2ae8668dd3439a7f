"""Published figures become one value a month, by stated rules; what disagrees is told.

Of one publisher the newest version known on the day counts. Withheld, withdrawn and disputed
figures, and those whose source nobody here has opened, are not used. Where publishers still
differ the figure is taken that is official before second-hand, reported before derived, and then
the one that was known first; the others stay visible as a conflict. Year totals and ranges are no
months: they only check them.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from statistics import median

from foreshock.errors import UnknownWord
from foreshock.watch import provisional
from foreshock.words.clocks import end_of, span
from foreshock.words.records import Observation, Struct
from foreshock.words.units import convert

#: not a figure to rest on, whatever it says
UNUSED = frozenset({"disputed", "withheld", "withdrawn"})
#: better before worse, where publishers differ
RANK = {"official": 0, "secondary": 1, "reported": 0, "provisional": 1, "derived": 2}
#: publishers may differ by this share before it is a conflict: rounding
TOLERANCE = 0.02
#: factors by which units slip (grams, kilograms, tonnes, ten thousands), and how near is one
SLIPS, SLIP_WITHIN = (10.0, 100.0, 1000.0, 10_000.0), 0.03
#: a month this many times above the usual one is taken for a slip and left out
OFF_SCALE = 300.0
#: so is one of which a thousand or a million times is the usual one within this factor
AS_USUAL = 1.6


class Month(Struct, frozen=True, kw_only=True):
    """The figure chosen for a month, in the unit of its series."""

    period: str
    value: float
    source: Observation
    #: what was done to the figure before it was judged; empty: nothing
    note: str = ""


class Conflict(Struct, frozen=True, kw_only=True):
    """Figures that cannot all be true: one sentence, and the figures."""

    period: str
    says: str
    figures: tuple[Observation, ...]


def usable(observations: Iterable[Observation], day: date) -> list[Observation]:
    """The newest version of each publisher's figure for each period, as known on `day`."""
    newest: dict[tuple[str, str], Observation] = {}
    for row in sorted(observations, key=lambda row: row.clocks.known_at):
        if row.clocks.known_at <= end_of(day):
            newest[row.period, row.origin.publisher] = row
    return [
        row
        for row in newest.values()
        if row.value is not None and row.status not in UNUSED and row.origin.checked in RANK
    ]


def months(
    observations: Sequence[Observation], day: date, unit: str, *, alone: bool = True
) -> tuple[list[Month], list[Conflict]]:
    """One figure for each month, oldest first, in `unit`, and what disagrees.

    `alone`: no quantity or value of the same line is known, which would tell a slip of the unit.

    A period that begins after `day` is told and left out: nobody can have counted it. Raises
    `RecordError` for a period that is none.
    """
    by_period: dict[str, list[Month]] = {}
    conflicts: list[Conflict] = []
    for row in usable(observations, day):
        if span(row.period)[0] > day:
            says = (
                f"{row.origin.publisher} gives a figure for {row.period} before it began: left out"
            )
            conflicts.append(Conflict(period=row.period, says=says, figures=(row,)))
            continue
        try:
            value = convert(float(row.value or 0.0), row.unit, unit)
        except UnknownWord:
            says = f"{row.origin.publisher} counts {row.period} in {row.unit!r}, not in {unit!r}"
            conflicts.append(Conflict(period=row.period, says=says, figures=(row,)))
            continue
        month = Month(period=row.period, value=value, source=row)
        by_period.setdefault(row.period, []).append(month)
    chosen = [min(rivals, key=_preference) for rivals in by_period.values()]
    for rivals in by_period.values():
        conflicts.extend(_disagreement(rivals, unit))
    single = sorted((m for m in chosen if _is_month(m.period)), key=lambda m: m.period)
    kept, slipped = _without_slips(single, unit) if alone else (single, [])
    totals = [m for m in chosen if not _is_month(m.period)]
    against = _against_totals(kept, totals, unit)
    read, open_ = _as_they_will_be(kept, observations, day, unit)
    return read, conflicts + slipped + against + open_


def _as_they_will_be(
    single: list[Month], rows: Sequence[Observation], day: date, unit: str
) -> tuple[list[Month], list[Conflict]]:
    """The newest months, raised where first releases of their publisher are always raised."""
    done, unknown = list(single[: -provisional.LATELY]), []
    for month in single[-provisional.LATELY :]:
        publisher = month.source.origin.publisher
        known = provisional.triangle(rows, publisher, day, unit)
        usual = provisional.habit(known, month.period, day)
        if usual is None:
            done.append(month)
            continue
        habit = (
            f"{usual.raised} of {usual.periods} figures of {publisher} were raised after this age"
        )
        if usual.factor > provisional.RAISED_MOST:
            says = (
                f"{month.period}: {amount(month.value, unit)} is a first figure, and {habit}, "
                "mostly from next to nothing: unknown until it is revised"
            )
            unknown.append(Conflict(period=month.period, says=says, figures=(month.source,)))
            continue
        value = month.value * usual.factor
        note = (
            f"{month.period} first given as {amount(month.value, unit)}, read as "
            f"{amount(value, unit)}: {habit}, by {100 * (usual.factor - 1):.0f} % in the middle"
        )
        done.append(Month(period=month.period, value=value, source=month.source, note=note))
    return done, unknown


def slip(value: float, other: float) -> float | None:
    """The factor of 10, 100 ... by which two figures seem to differ only in their unit.

    >>> slip(5.61, 5610), slip(5.61, 5000), slip(0, 5)
    (1000.0, None, None)
    """
    if value <= 0 or other <= 0:
        return None
    ratio = max(value, other) / min(value, other)
    return next((factor for factor in SLIPS if abs(ratio / factor - 1) <= SLIP_WITHIN), None)


def _is_month(period: str) -> bool:
    return len(period) == 7 and "Q" not in period


def _preference(month: Month) -> tuple[int, int, object, str]:
    row = month.source
    known = row.clocks.known_at
    return RANK[row.origin.checked], RANK.get(row.status, 3), known, row.origin.publisher


def _disagreement(rivals: list[Month], unit: str) -> list[Conflict]:
    low, high = min(rivals, key=_value), max(rivals, key=_value)
    if high.value - low.value <= TOLERANCE * abs(high.value):
        return []
    says = (
        f"{low.period}: {low.source.origin.publisher} says {amount(low.value, unit)}, "
        f"{high.source.origin.publisher} says {amount(high.value, unit)}"
    )
    factor = slip(low.value, high.value)
    if factor is not None:
        says += f"; a factor of {factor:,.0f}: a slip of the unit?"
    figures = tuple(m.source for m in rivals)
    return [Conflict(period=low.period, says=says, figures=figures)]


def _without_slips(single: list[Month], unit: str) -> tuple[list[Month], list[Conflict]]:
    """Months on the scale of the series, and those that look like another unit.

    Far above the usual is a slip. Far below may be a stop: it is one unless a thousand or a million
    times the figure is just the usual.
    """
    positive = [m.value for m in single if m.value > 0]
    if len(positive) < 3:
        return single, []
    usual = median(positive)
    off = [m for m in single if m.value > 0 and _is_slip(m.value / usual)]
    slipped = [
        Conflict(
            period=m.period,
            says=f"{m.period}: {amount(m.value, unit)} by {m.source.origin.publisher} is off the "
            f"scale of the series (usually {amount(usual, unit)}), left out: a slip of the unit?",
            figures=(m.source,),
        )
        for m in off
    ]
    return [m for m in single if m not in off], slipped


def _is_slip(share: float) -> bool:
    """Whether a month at this share of the usual was counted in another unit.

    >>> [_is_slip(share) for share in (900, 250, 0.001, 0.0002)]
    [True, False, True, False]
    """
    return share >= OFF_SCALE or any(1 / AS_USUAL < share * up < AS_USUAL for up in (1e3, 1e6))


def _against_totals(single: list[Month], totals: list[Month], unit: str) -> list[Conflict]:
    """Totals that are smaller than the months inside them, or differ from all of them."""
    found = []
    for total in totals:
        first, last = span(total.period)
        inside = [m for m in single if first <= span(m.period)[0] <= last]
        added = sum(m.value for m in inside)
        complete = len(inside) == (last.year - first.year) * 12 + last.month - first.month + 1
        too_small = added > total.value * (1 + TOLERANCE)
        if not too_small and not (complete and added < total.value * (1 - TOLERANCE)):
            continue
        says = (
            f"{total.period}: {total.source.origin.publisher} says {amount(total.value, unit)} in "
            f"all, the {len(inside)} month(s) known of it add up to {amount(added, unit)}"
        )
        figures = (total.source, *(m.source for m in inside))
        found.append(Conflict(period=total.period, says=says, figures=figures))
    return found


def _value(month: Month) -> float:
    return month.value


def amount(value: float, unit: str) -> str:
    """An amount as a person writes it.

    >>> amount(5610, "kg"), amount(0.25, "t")
    ('5,610 kg', '0.25 t')
    """
    return f"{value:,.0f} {unit}" if abs(value) >= 100 or value == 0 else f"{value:.3g} {unit}"
