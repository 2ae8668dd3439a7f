"""A rush before a deadline: what is bought ahead of a control, and is missing afterwards.

The deadline comes from a measure, as the day on which a known control takes effect. The months
before it are held against the usual level and against what the series does by chance; what was
bought beyond the usual is told in months of usual supply, for that much may be missing later.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import log
from statistics import median

from foreshock.watch.hygiene import amount
from foreshock.watch.telling import Judged, Told, month_number, signal_of
from foreshock.words.records import Signal
from foreshock.words.reference import Series

#: so many times the usual, in a month up to so many before a known deadline, is a rush
RUSH, RUSH_MONTHS = 1.4, 3
#: the month of the deadline counts as before it if at least so many of its days do
DAYS_BEFORE = 7
#: and beyond so many usual departures of the series (of four looked at);
#: fewer months known: the ratio alone decides
BEYOND, ENOUGH = 2.5, 6
#: a rush is news for so many months
NEWS_MONTHS = 6


def rushes(series: Series, judged: Sequence[Judged], deadlines: Sequence[date]) -> Iterator[Signal]:
    """One signal for each deadline before which more moved than is usual, the newest told last.

    A month counts from `RUSH` times the usual on if it also lies beyond `BEYOND` times the usual
    departure of the months before it, which a lumpy series earns. The months up to the deadline
    that were above the usual are added up.
    """
    newest = month_number(judged[-1].month.period) if judged else 0
    for deadline in sorted(set(deadlines)):
        last = deadline - timedelta(days=DAYS_BEFORE)
        due = last.year * 12 + last.month
        before = [r for r in judged if 0 <= due - month_number(r.month.period) <= RUSH_MONTHS]
        rushed = [row for row in before if _is_rush(row, judged)]
        if not rushed or newest - month_number(rushed[-1].month.period) >= NEWS_MONTHS:
            continue
        after = [row for row in judged if month_number(row.month.period) > due]
        yield _signal(series, rushed, after, deadline)


def _is_rush(row: Judged, judged: Sequence[Judged]) -> bool:
    ratio = row.ratio or 0.0
    return ratio >= RUSH and log(ratio) >= BEYOND * departure(judged, row)


def departure(judged: Sequence[Judged], row: Judged) -> float:
    """The usual departure, as a log ratio, of the months before `row` that had not fallen.

    0 where fewer than `ENOUGH` are known: then nothing can be said about it.
    """
    ratios = [
        log(r.ratio)
        for r in judged
        if r.month.period < row.month.period and r.state != "fallen" and r.ratio
    ]
    if len(ratios) < ENOUGH:
        return 0.0
    return 1.4826 * float(median(abs(x) for x in ratios))


def _signal(
    series: Series, rushed: Sequence[Judged], after: Sequence[Judged], deadline: date
) -> Signal:
    peak = max(rushed, key=lambda row: row.ratio or 0.0)
    usual = peak.usual or 0.0
    ahead = sum((row.ratio or 1.0) - 1 for row in rushed)
    said = ", ".join(
        f"{amount(row.month.value, series.unit)} in {row.month.period}" for row in rushed
    )
    says = (
        f"{series.title}: {said}, {(peak.ratio or 0.0) * 100:.0f} % of the usual "
        f"{amount(usual, series.unit)}, before {deadline.isoformat()}: about {ahead:.1f} months of "
        "usual supply bought ahead"
    )
    if after:
        first = after[0]
        says += f"; {first.month.period}: {amount(first.month.value, series.unit)}"
    else:
        says += ", so expect less afterwards"
    told = Told(
        kind="rush",
        since=rushed[0].month.period,
        score=min(0.95, 1 - 1 / (1 + ahead)),
        direction="up",
        says=says,
    )
    return signal_of(series, told, [row.month.source for row in (*rushed, *after[:1])])
