"""First releases that are usually raised later: read as what they will be, by the line's own past.

How far a figure was raised after a given age (days since its period ended) is taken from the
earlier periods of the same publisher, each as known at that age and as known now. Only what was
known by the day asked for is used. Where nobody kept earlier releases nothing is known of
revisions, and nothing is changed.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import inf
from statistics import median

from foreshock.errors import UnknownWord
from foreshock.words.clocks import end_of, span
from foreshock.words.records import Observation, Struct
from foreshock.words.units import convert

#: earlier periods that tell how figures are revised, at most and at least
MEMORY, LEAST = 12, 6
#: days by which an earlier period must be older, so that it had time to be revised
SETTLED_DAYS = 28
#: share of the earlier periods that were raised, and by how much, before it counts as a habit
HABIT, RAISED = 0.75, 1.05
#: what is usually raised by more tells nothing yet
RAISED_MOST = 3.0
#: newest months that are looked at
LATELY = 3

Day = date


class Release(Struct, frozen=True, kw_only=True):
    """A value as it was known from an age on, days after the end of its period."""

    age: int
    value: float


class Habit(Struct, frozen=True, kw_only=True):
    """How figures of one age are usually raised."""

    #: by which factor, in the middle; infinite where most were 0 at first
    factor: float
    raised: int
    periods: int


#: period -> its releases, oldest first
Triangle = Mapping[str, Sequence[Release]]


def triangle(rows: Sequence[Observation], publisher: str, day: Day, unit: str) -> Triangle:
    """The releases of a publisher by period, as known by the end of `day`, in `unit`."""
    found: dict[str, list[Release]] = {}
    for row in sorted(rows, key=lambda row: row.clocks.known_at):
        if row.origin.publisher != publisher or row.clocks.known_at > end_of(day):
            continue
        last = span(row.period)[1]
        if row.value is None or last > day:
            continue
        try:
            value = convert(float(row.value), row.unit, unit)
        except UnknownWord:
            continue
        age = (row.clocks.known_at.date() - last).days
        found.setdefault(row.period, []).append(Release(age=age, value=value))
    return found


def habit(known: Triangle, period: str, day: Day) -> Habit | None:
    """How figures as old as that of `period` on `day` were raised later; None: no habit is known.

    >>> raised = {f"2023-{n:02d}": [Release(age=20, value=70), Release(age=50, value=100)]
    ...           for n in range(1, 12)} | {"2023-12": [Release(age=20, value=75)]}
    >>> round(habit(raised, "2023-12", date(2024, 1, 25)).factor, 2)
    1.43
    >>> habit(raised, "2023-12", date(2024, 3, 25)) is None
    True
    """
    age = (day - span(period)[1]).days
    ratios = []
    for other in sorted(known, reverse=True):
        older = (span(period)[1] - span(other)[1]).days
        then = [r.value for r in known[other] if r.age <= age]
        if other >= period or older < SETTLED_DAYS or not then:
            continue
        now = known[other][-1].value
        ratios.append(now / then[-1] if then[-1] > 0 else inf if now > 0 else 1.0)
        if len(ratios) == MEMORY:
            break
    raised = sum(ratio >= RAISED for ratio in ratios)
    if len(ratios) < LEAST or raised < HABIT * len(ratios):
        return None
    return Habit(factor=median(ratios), raised=raised, periods=len(ratios))
