"""How good are scores of a panel? Recall, early score and delay at a budget of false alarms.

An alarm is new when the score reaches the threshold and did not in the six months before. It is
false outside `ignore` of every disruption of its line. The threshold is the lowest at which false
alarms stay within the budget, counted per 100 line-years of the time that could raise one. A
disruption is found by the first alarm within `reach` months of its onset; the credit is 1 within a
month and falls evenly to 0 (Bedubourg & Le Strat 2017, PLoS ONE 12(7): e0181227, list the measures
of outbreak detection that these follow).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foreshock.watch.inject import Disruption

Floats = npt.NDArray[np.floating]

#: alarms in one line this close together are one
MERGED = 6
#: months after an onset in which an alarm finds it; to which no alarm of the line counts as false
REACH, IGNORE = 12, 20
#: false alarms per 100 line-years at which scores are compared
BUDGETS = (0.1, 0.5, 2.0)
#: months after the first one at which the credit has fallen to nothing
FADES = 10.0
#: draws of disruptions for an interval
DRAWS = 400


class Grade(NamedTuple):
    """How scores did at one budget; `early` and `recall` lie in 0..1, `delay` counts months."""

    budget: float
    threshold: float
    recall: float
    early: float
    delay: float
    #: false alarms per 100 line-years at the threshold
    false: float


def new_alarms(scores: Floats, threshold: float) -> npt.NDArray[np.bool_]:
    """Where a line's score reaches the threshold for the first time in `MERGED` months.

    >>> new_alarms(np.array([[0.0, 2, 2, 0, 0, 0, 0, 0, 0, 2]]), 1.0).astype(int).tolist()
    [[0, 1, 0, 0, 0, 0, 0, 0, 0, 1]]
    """
    above = scores >= threshold
    before = np.zeros_like(above)
    for back in range(1, MERGED + 1):
        before[:, back:] |= above[:, :-back]
    return above & ~before


class Truth(NamedTuple):
    """Disruptions as arrays, for scores [line, as-of month] whose first column is `first`."""

    line: npt.NDArray[np.int64]
    onset: npt.NDArray[np.int64]
    #: months that may raise a false alarm
    quiet: npt.NDArray[np.bool_]


def truth(disruptions: Sequence[Disruption], shape: tuple[int, int], first: int) -> Truth:
    """The truth for scores of `shape` whose first column is as of month `first`."""
    quiet = np.ones(shape, dtype=bool)
    for one in disruptions:
        begin = max(one.onset - first, 0)
        quiet[one.line, begin : max(begin, one.onset - first + IGNORE + 1)] = False
    seen = [one for one in disruptions if first <= one.onset < first + shape[1]]
    line = np.array([one.line for one in seen], dtype=np.int64)
    return Truth(line, np.array([one.onset - first for one in seen], dtype=np.int64), quiet)


def threshold_of(scores: Floats, known: Truth, budget: float) -> float:
    """The lowest threshold at which false alarms stay within the budget."""
    years = known.quiet.sum() / 1200
    candidates = np.unique(scores[known.quiet])
    low, high = 0, len(candidates)  # from `high` on the budget holds
    while low < high:
        middle = (low + high) // 2
        raised = new_alarms(scores, float(candidates[middle])) & known.quiet
        if raised.sum() <= budget * years:
            high = middle
        else:
            low = middle + 1
    return float(candidates[high]) if high < len(candidates) else float(candidates[-1]) + 1e-6


def delays(scores: Floats, known: Truth, threshold: float) -> Floats:
    """Months from each onset to the first alarm within `REACH`; infinite where there is none.

    An alarm that stands when a disruption begins was raised for something else; it finds nothing.
    """
    alarms = new_alarms(scores, threshold)
    late = np.full(len(known.line), np.inf)
    for k in range(REACH, -1, -1):
        column = known.onset + k
        inside = column < scores.shape[1]
        hit = alarms[known.line, np.minimum(column, scores.shape[1] - 1)] & inside
        late[hit] = k
    return late


def credit(late: Floats) -> Floats:
    """1 within a month of the onset, falling evenly to 0; 0 where not found.

    >>> credit(np.array([0.0, 1, 6, 11, np.inf])).tolist()
    [1.0, 1.0, 0.5, 0.0, 0.0]
    """
    earned: Floats = np.clip(1 - (late - 1) / FADES, 0.0, 1.0)
    return earned


class Late(NamedTuple):
    """Months to the first alarm of each disruption, and false alarms in 100 line-years."""

    late: Floats
    false: float


def late_at(scores: Floats, known: Truth, budget: float) -> Late:
    """How late each disruption is found at a budget of false alarms."""
    threshold = threshold_of(scores, known, budget)
    false = (new_alarms(scores, threshold) & known.quiet).sum() / max(known.quiet.sum(), 1) * 1200
    return Late(delays(scores, known, threshold), float(false))


def summary(late: Floats) -> tuple[float, float, float, float, float, float, float]:
    """Recall and early score, each with the middle 95 % of draws of disruptions, and mean delay.

    >>> [round(x, 2) for x in summary(np.array([0.0, 1.0, np.inf, 3.0]))[::3]]
    [0.75, 0.7, 1.33]
    """
    found, early = np.isfinite(late), credit(late)
    drawn = np.random.default_rng(1).integers(0, len(late), (DRAWS, len(late)))
    told: list[float] = []
    for what in (found.astype(float), early):
        told += [
            float(what.mean()),
            *np.quantile(what[drawn].mean(axis=1), (0.025, 0.975)).tolist(),
        ]
    delay = float(late[found].mean()) if found.any() else np.nan
    return told[0], told[1], told[2], told[3], told[4], told[5], delay


def grade(scores: Floats, known: Truth, budget: float) -> Grade:
    """How scores [line, as-of month] do at a budget of false alarms per 100 line-years."""
    late, false = late_at(scores, known, budget)
    found = np.isfinite(late)
    return Grade(
        budget,
        threshold_of(scores, known, budget),
        float(found.mean()) if len(found) else np.nan,
        float(credit(late).mean()) if len(late) else np.nan,
        float(late[found].mean()) if found.any() else np.nan,
        false,
    )
