"""A series as known on a day becomes signals: drop, recovery, rush, silence, conflict.

Where two years of months are known, a month is judged as `detect` judges it. Published series
often have a dozen figures with gaps; then a month is judged by its ratio to the median of the
known months before it, and the fewer of them there are, the larger the fall must be.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from math import exp
from statistics import median
from typing import Literal

import numpy as np
from msgspec.structs import replace

from foreshock.errors import WrongUse
from foreshock.watch import slow
from foreshock.watch.detection import ALARM
from foreshock.watch.hygiene import Conflict, Month, amount, months
from foreshock.watch.patterns_rush import rushes
from foreshock.watch.stream_signals import daily_signals
from foreshock.watch.telling import Judged, Line, Told, month_number, percent, signal_of
from foreshock.words.clocks import span
from foreshock.words.records import Observation, Signal, Struct
from foreshock.words.reference import Series

#: from so many known months on, the season is known and a month is judged as in `detect`
ENOUGH = 24
#: months known before -> (a fall to this share of the usual or less, score at most)
FEW = ((1, 0.15, 0.5), (2, 0.25, 0.6), (3, 0.5, 0.95))
#: a fall counts only below this share of the usual, a recovery above that one
FALLEN, RECOVERED = 0.7, 0.8
#: known months that set the usual level, at most
MEMORY = 24
#: a state is told while its newest month ended at most so many days ago
FRESH_DAYS = 400
#: a recovery is news for so many months
NEWS_MONTHS = 6
#: a series is overdue when so many periods are missing beyond its usual lag
OVERDUE_MONTHS = 2
#: flows that are no quantity of goods: a price that falls is no supply that fails
NO_QUANTITY = frozenset({"price"})


class Known(Struct, frozen=True, kw_only=True):
    """What is known of a series on a day: one figure a month, what disagrees, the judgement."""

    single: tuple[Month, ...]
    conflicts: tuple[Conflict, ...]
    line: Line
    #: of `single` those of the series itself, where another stands in for the rest
    own: tuple[Month, ...] = ()


def signals(
    series: Series,
    observations: Sequence[Observation],
    day: date,
    deadlines: Sequence[date] = (),
) -> list[Signal]:
    """What is unusual in one series, as known by the end of `day`.

    `observations` may hold later figures and those of other series: both are left out.
    `deadlines` are days on which a known control takes effect. A fall that goes on is one signal
    since its first month; a zero is a fall, and its sentence says that there was nothing at all.
    A series that is overdue gives a signal of silence: unknown, not quiet. Of prices only silence
    and conflicts are told.

    Raises `WrongUse` for a series without a unit.
    """
    return look(series, observations, day, deadlines)[0]


def look(
    series: Series,
    observations: Sequence[Observation],
    day: date,
    deadlines: Sequence[date] = (),
) -> tuple[list[Signal], Line]:
    """The signals of one series, and its months as judged: what `patterns` compares."""
    known = know(series, observations, day)
    return finish(known, observations, day, deadlines), known.line


def finish(
    known: Known, observations: Sequence[Observation], day: date, deadlines: Sequence[date] = ()
) -> list[Signal]:
    """Everything that is told of one series, of which the months are known already."""
    series = known.line.series
    own = [row for row in observations if row.series == series.id]
    recent = day - timedelta(days=2 * FRESH_DAYS)
    return [
        *tell(known, day, deadlines),
        *_silence(series, known.own or known.single, day),
        *daily_signals(series, own, day),
        *(conflict_of(series, c) for c in known.conflicts if span(c.period)[1] >= recent),
    ]


def know(
    series: Series, observations: Sequence[Observation], day: date, *, alone: bool = True
) -> Known:
    """One figure a month, judged, as known by the end of `day`; `WrongUse` without a unit.

    `alone`: no quantity or value of the same line will be held against it.
    """
    if not series.unit:
        raise WrongUse(f"series {series.id} has no unit", expected="one, such as t or kg")
    own = [row for row in observations if row.series == series.id]
    single, conflicts = months(own, day, series.unit, alone=alone)
    return judged_as(series, single, conflicts)


def judged_as(series: Series, single: Sequence[Month], conflicts: Sequence[Conflict]) -> Known:
    """A series with these months, judged."""
    judged = [] if series.flow in NO_QUANTITY else judge(single)
    line = Line(series=series, judged=tuple(judged))
    return Known(single=tuple(single), conflicts=tuple(conflicts), line=line)


def tell(known: Known, day: date, deadlines: Sequence[date] = ()) -> list[Signal]:
    """The falls, recoveries and rushes of a series as known on `day`, while they are fresh."""
    series, judged = known.line.series, known.line.judged
    if not judged or (day - span(judged[-1].month.period)[1]).days > FRESH_DAYS:
        return []
    return [*_fall_or_recovery(series, judged), *rushes(series, judged, deadlines)]


def judge(single: Sequence[Month]) -> list[Judged]:
    """Each month against the months before it; later months change nothing."""
    by_few = _by_few(single)
    if len(single) < ENOUGH:
        return by_few
    first = month_number(single[0].period)
    slots = np.array([month_number(m.period) - first for m in single], dtype=np.int64)
    found = slow.judge(np.array([m.value for m in single]), slots, 12)
    rows = zip(single, *(column.tolist() for column in found), strict=True)
    judged = [
        few if place < ENOUGH else _by_many(*row)
        for place, (few, row) in enumerate(zip(by_few, rows, strict=True))
    ]
    return _lower_than_lately(judged)


def _lower_than_lately(judged: Sequence[Judged]) -> list[Judged]:
    """The same, where a month is no fall if a calm month of the last two years was as low.

    A lumpy line has such months now and then: what it often does is not unusual.
    """
    calm: list[float] = []
    out = []
    for place, row in enumerate(judged):
        if place >= ENOUGH and row.state == "fallen" and row.month.value >= min(calm[-MEMORY:]):
            row = replace(row, state="usual")
        if row.state != "fallen":
            calm.append(row.month.value)
        out.append(row)
    return out


def _by_many(month: Month, usual: float, evidence: float, direction: float) -> Judged:
    score = 1 - exp(-evidence)
    chance = exp(-evidence) / slow.RARE
    state: Literal["usual", "fallen", "risen"] = "usual"
    if score >= ALARM and direction < 0 and month.value <= FALLEN * usual:
        state = "fallen"
    elif score >= ALARM and direction > 0:
        state = "risen"
    return Judged(month=month, usual=usual, score=score, state=state, chance=chance)


def _by_few(single: Sequence[Month]) -> list[Judged]:
    """Against the median of the months before; those that had fallen do not set it."""
    calm: list[float] = []
    judged = []
    for month in single:
        row = _against(month, calm[-MEMORY:])
        if row.state != "fallen":
            calm.append(month.value)
        judged.append(row)
    return judged


def _against(month: Month, calm: Sequence[float]) -> Judged:
    rule = next((rule for rule in reversed(FEW) if len(calm) >= rule[0]), None)
    usual = median(calm) if calm else None
    if rule is None or usual is None or usual <= 0:
        return Judged(month=month, usual=usual, score=0.0, state="unknown")
    share = month.value / usual
    if share > rule[1]:
        return Judged(month=month, usual=usual, score=0.0, state="usual")
    return Judged(month=month, usual=usual, score=min(1 - share, rule[2]), state="fallen")


def _fall_or_recovery(series: Series, judged: Sequence[Judged]) -> list[Signal]:
    """The fall that goes on at the newest month, or the recovery from the last one."""
    fall = _last_fall(judged)
    if not fall:
        return []
    after = judged[judged.index(fall[-1]) + 1 :]
    back = next((row for row in after if (row.ratio or 0.0) >= RECOVERED), None)
    if back is None:
        return [_fall(series, fall, after)]
    if month_number(judged[-1].month.period) - month_number(back.month.period) >= NEWS_MONTHS:
        return []
    says = (
        f"{series.title}: {amount(back.month.value, series.unit)} in {back.month.period}, "
        f"{percent(back)} of the usual {amount(back.usual or 0.0, series.unit)}, after the fall "
        f"that began in {fall[0].month.period}"
    )
    score = min(1.0, back.ratio or 0.0) * fall[-1].score
    told = Told(kind="recovery", since=back.month.period, score=score, direction="up", says=says)
    return [signal_of(series, told, [row.month.source for row in (*fall, back)])]


def _last_fall(judged: Sequence[Judged]) -> list[Judged]:
    """The newest run of fallen months; months between that did not recover belong to it."""
    run: list[Judged] = []
    over = True
    for row in judged:
        if row.state == "fallen":
            run = [row] if over else [*run, row]
            over = False
        elif (row.ratio or 0.0) >= RECOVERED:
            over = True
    return run


def _fall(series: Series, fall: Sequence[Judged], after: Sequence[Judged]) -> Signal:
    newest = fall[-1]
    usual = amount(newest.usual or 0.0, series.unit)
    value = newest.month.value
    what = (
        f"nothing at all in {newest.month.period}, where {usual} is usual"
        if value == 0
        else f"{amount(value, series.unit)} in {newest.month.period}, {percent(newest)} of the "
        f"usual {usual}"
    )
    since = fall[0].month.period
    says = f"{series.title}: {what}; low since {since}"
    if after:
        says += f"; {after[-1].month.period}: {amount(after[-1].month.value, series.unit)}"
    score = max(row.score for row in fall)
    chance = min((row.chance for row in fall if row.chance is not None), default=None)
    says += "".join(f"; {note}" for note in dict.fromkeys(r.month.note for r in fall) if note)
    told = Told(
        kind="drop",
        since=since,
        score=score,
        direction="down",
        says=says,
        chance=chance,
        left=newest.ratio,
    )
    return signal_of(series, told, [row.month.source for row in (*fall, *after)])


def _silence(series: Series, single: Sequence[Month], day: date) -> list[Signal]:
    """A series that should have spoken by now and has not."""
    if not single:
        return []
    newest = single[-1]
    lag = series.usual_lag_days
    if lag is None:
        lag = _seen_lag(single)
    overdue = (day - span(newest.period)[1]).days - lag - round(OVERDUE_MONTHS * 30.44)
    if overdue <= 0:
        return []
    says = (
        f"{series.title}: nothing published since {newest.period}, overdue by {overdue} days "
        f"beyond the usual lag of {lag} days and {OVERDUE_MONTHS} months: unknown, not quiet"
    )
    score = 1 - exp(-overdue / 90)
    told = Told(kind="silence", since=newest.period, score=score, direction="none", says=says)
    return [signal_of(series, told, [newest.source])]


def _seen_lag(single: Sequence[Month]) -> int:
    """The median lag between the end of a month and the day its figure was known."""
    return round(median((m.source.clocks.known_at.date() - span(m.period)[1]).days for m in single))


def conflict_of(series: Series, conflict: Conflict, kind: str = "conflict") -> Signal:
    """What is told of figures that cannot all be true."""
    told = Told(
        kind=kind,
        since=conflict.period,
        score=1.0,
        direction="none",
        says=f"{series.title}: {conflict.says}",
    )
    return signal_of(series, told, list(conflict.figures))
