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

from foreshock.errors import WrongUse
from foreshock.watch import slow
from foreshock.watch.detection import ALARM
from foreshock.watch.hygiene import Conflict, Month, amount, months
from foreshock.words.clocks import Clocks, span
from foreshock.words.markings import strictest
from foreshock.words.records import Observation, Signal, Struct
from foreshock.words.reference import Series

#: from so many known months on, the season is known and a month is judged as in `detect`
ENOUGH = 24
#: months known before -> (a fall to this share of the usual or less, score at most)
FEW = ((1, 0.15, 0.5), (2, 0.25, 0.6), (3, 0.5, 0.95))
#: a fall counts only below this share of the usual, a recovery above that one
FALLEN, RECOVERED = 0.7, 0.8
#: so many times the usual, in the months before a known deadline, is a rush
RUSH, RUSH_MONTHS = 1.4, 3
#: known months that set the usual level, at most
MEMORY = 24
#: a state is told while its newest month ended at most so many days ago
FRESH_DAYS = 400
#: a recovery or a rush is news for so many months
NEWS_MONTHS = 6
#: a series is overdue when so many periods are missing beyond its usual lag
OVERDUE_MONTHS = 2
#: flows that are no quantity of goods: a price that falls is no supply that fails
NO_QUANTITY = frozenset({"price"})


class Judged(Struct, frozen=True, kw_only=True):
    """One month against its usual level; `usual` is None where too little lies behind it."""

    month: Month
    usual: float | None
    score: float
    state: Literal["usual", "fallen", "risen", "unknown"]

    @property
    def ratio(self) -> float | None:
        """Share of the usual level; None where it is unknown or not above 0."""
        return self.month.value / self.usual if self.usual and self.usual > 0 else None


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
    if not series.unit:
        raise WrongUse(f"series {series.id} has no unit", expected="one, such as t or kg")
    own = [row for row in observations if row.series == series.id]
    single, conflicts = months(own, day, series.unit)
    judged = [] if series.flow in NO_QUANTITY else judge(single)
    found = [
        *_fall_or_recovery(series, judged, day),
        *_rushes(series, judged, deadlines),
        *_silence(series, single, day),
    ]
    recent = day - timedelta(days=2 * FRESH_DAYS)
    found += [_conflict(series, c) for c in conflicts if span(c.period)[1] >= recent]
    return found


def judge(single: Sequence[Month]) -> list[Judged]:
    """Each month against the months before it; later months change nothing."""
    by_few = _by_few(single)
    if len(single) < ENOUGH:
        return by_few
    first = _number(single[0].period)
    slots = np.array([_number(m.period) - first for m in single], dtype=np.int64)
    found = slow.judge(np.array([m.value for m in single]), slots, 12)
    rows = zip(single, *(column.tolist() for column in found), strict=True)
    return [
        few if place < ENOUGH else _by_many(*row)
        for place, (few, row) in enumerate(zip(by_few, rows, strict=True))
    ]


def _by_many(month: Month, usual: float, evidence: float, direction: float) -> Judged:
    score = 1 - exp(-evidence)
    state: Literal["usual", "fallen", "risen"] = "usual"
    if score >= ALARM and direction < 0 and month.value <= FALLEN * usual:
        state = "fallen"
    elif score >= ALARM and direction > 0:
        state = "risen"
    return Judged(month=month, usual=usual, score=score, state=state)


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


def _fall_or_recovery(series: Series, judged: Sequence[Judged], day: date) -> list[Signal]:
    """The fall that goes on at the newest month, or the recovery from the last one."""
    if not judged or (day - span(judged[-1].month.period)[1]).days > FRESH_DAYS:
        return []
    fall = _last_fall(judged)
    if not fall:
        return []
    after = judged[judged.index(fall[-1]) + 1 :]
    back = next((row for row in after if (row.ratio or 0.0) >= RECOVERED), None)
    if back is None:
        return [_fall(series, fall, after)]
    if _number(judged[-1].month.period) - _number(back.month.period) >= NEWS_MONTHS:
        return []
    says = (
        f"{series.title}: {amount(back.month.value, series.unit)} in {back.month.period}, "
        f"{_percent(back)} of the usual {amount(back.usual or 0.0, series.unit)}, after the fall "
        f"that began in {fall[0].month.period}"
    )
    score = min(1.0, back.ratio or 0.0) * fall[-1].score
    told = _Told(kind="recovery", since=back.month.period, score=score, direction="up", says=says)
    return [_signal(series, told, [row.month.source for row in (*fall, back)])]


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
        else f"{amount(value, series.unit)} in {newest.month.period}, {_percent(newest)} of the "
        f"usual {usual}"
    )
    since = fall[0].month.period
    says = f"{series.title}: {what}; low since {since}"
    if after:
        says += f"; {after[-1].month.period}: {amount(after[-1].month.value, series.unit)}"
    score = max(row.score for row in fall)
    told = _Told(kind="drop", since=since, score=score, direction="down", says=says)
    return _signal(series, told, [row.month.source for row in (*fall, *after)])


def _rushes(series: Series, judged: Sequence[Judged], deadlines: Sequence[date]) -> list[Signal]:
    """Months well above the usual in the months before a deadline."""
    found = []
    newest = _number(judged[-1].month.period) if judged else 0
    for deadline in sorted(set(deadlines)):
        due = deadline.year * 12 + deadline.month
        for row in judged:
            early = due - _number(row.month.period)
            if not 0 <= early <= RUSH_MONTHS or (row.ratio or 0.0) < RUSH:
                continue
            if newest - _number(row.month.period) >= NEWS_MONTHS:
                continue
            says = (
                f"{series.title}: {amount(row.month.value, series.unit)} in {row.month.period}, "
                f"{_percent(row)} of the usual {amount(row.usual or 0.0, series.unit)}, before "
                f"{deadline.isoformat()}"
            )
            score = min(0.95, 1 - 1 / (row.ratio or 1.0))
            told = _Told(
                kind="rush", since=row.month.period, score=score, direction="up", says=says
            )
            found.append(_signal(series, told, [row.month.source]))
    return found


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
    told = _Told(kind="silence", since=newest.period, score=score, direction="none", says=says)
    return [_signal(series, told, [newest.source])]


def _seen_lag(single: Sequence[Month]) -> int:
    """The median lag between the end of a month and the day its figure was known."""
    return round(median((m.source.clocks.known_at.date() - span(m.period)[1]).days for m in single))


class _Told(Struct, frozen=True, kw_only=True):
    kind: str
    since: str
    score: float
    direction: Literal["up", "down", "none"]
    says: str


def _conflict(series: Series, conflict: Conflict) -> Signal:
    told = _Told(
        kind="conflict",
        since=conflict.period,
        score=1.0,
        direction="none",
        says=f"{series.title}: {conflict.says}",
    )
    return _signal(series, told, list(conflict.figures))


def _signal(series: Series, told: _Told, figures: Sequence[Observation]) -> Signal:
    """The record: known since the newest of its figures was."""
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
        actor=_everybody(supplier),
        partner=_everybody(receiver),
        since=told.since,
        score=told.score,
        direction=told.direction,
        says=told.says,
        evidence=tuple(f"{row.series}:{row.period}:{row.origin.publisher}" for row in figures),
    ).sealed()


def _everybody(side: str) -> str:
    return "all" if side in ("", "world") else side


def _number(period: str) -> int:
    return int(period[:4]) * 12 + int(period[5:7])


def _percent(row: Judged) -> str:
    return f"{(row.ratio or 0.0) * 100:.0f} %"
