"""Plain rules beside the model, for those who want a rule they can check with a pencil.

* year-on-year: the last four months against the same months a year before;
* import-surge: the last twelve months against the twelve before, volume up and unit value down
  (the windows and the two gates of the Cefic Import Surge Monitor, in our own words).

Both are blind to season within the windows, to revisions and to what all exporters share.
"""

from collections.abc import Callable
from math import log

import numpy as np
import numpy.typing as npt
from numba import njit, prange

from foreshock.watch.kernels import Layout
from foreshock.watch.kernels_evidence import Verdicts

Floats = npt.NDArray[np.floating]
Judge = Callable[
    [Floats, Floats, Layout, tuple[Floats, Floats] | None],
    tuple[Verdicts, npt.NDArray[np.int64]],
]

#: share of a usual month that is added above and below, so that nothing is not infinite
PAD = 0.05


def year_on_year(
    amount: Floats, value: Floats, where: Layout, holiday: tuple[Floats, Floats] | None = None
) -> tuple[Verdicts, npt.NDArray[np.int64]]:
    """Score: how far the last four months lie from a year before, in logarithms; 0.7 halves.

    Only cells known in both years count; lines with none, or fewer than 16 months, score 0.

    >>> flat = np.full((1, 24), 10.0); flat[0, 20:] = 5.0
    >>> one = Layout(np.array([0, 1]), np.array([0, 1]), np.array([0]), np.array([0]))
    >>> round(float(year_on_year(flat, flat, one)[0].evidence[0]), 2)
    0.68
    """
    lines, months = len(where.line_start) - 1, amount.shape[1]
    if months < 16:
        return _nothing(lines, len(amount))
    score, ratio = np.zeros(lines), np.ones(lines)
    _year_on_year(amount, where, score, ratio)
    return _verdicts(score, np.full(lines, 4.0), ratio, np.zeros(lines), amount)


@njit(parallel=True, cache=True)
def _year_on_year(amount: Floats, where: Layout, score: Floats, ratio: Floats) -> None:
    months = amount.shape[1]
    for line in prange(len(score)):
        new, old, usual = 0.0, 0.0, 0.0
        for s in range(where.line_start[line], where.line_start[line + 1]):
            for t in range(max(0, months - 24), months):
                x = amount[s, t]
                usual += x if x == x else 0.0
            # the newest months may not be out yet for all: a cell counts in both years or not
            for t in range(months - 4, months):
                now, then = amount[s, t], amount[s, t - 12]
                if now == now and then == then:
                    new += now
                    old += then
        if old + new > 0:
            pad = usual / min(24, months) * PAD
            ratio[line] = (new + pad) / max(old + pad, 1e-12)
            score[line] = abs(log(ratio[line]))


def import_surge(
    amount: Floats, value: Floats, where: Layout, holiday: tuple[Floats, Floats] | None = None
) -> tuple[Verdicts, npt.NDArray[np.int64]]:
    """Score: log growth of the last twelve months over the twelve before, where the price fell.

    A line whose unit value did not fall scores 0, as one with fewer than 24 months.
    """
    lines, months = len(where.line_start) - 1, amount.shape[1]
    if months < 24:
        return _nothing(lines, len(amount))
    score, ratio, rise = np.zeros(lines), np.ones(lines), np.zeros(lines)
    _import_surge(amount, value, where, (score, ratio, rise))
    return _verdicts(score, np.full(lines, 12.0), ratio, rise, amount)


@njit(parallel=True, cache=True)
def _import_surge(
    amount: Floats, value: Floats, where: Layout, out: tuple[Floats, Floats, Floats]
) -> None:
    score, ratio, rise = out
    months = amount.shape[1]
    for line in prange(len(score)):
        tonnes, paid = np.zeros(2), np.zeros(2)
        for s in range(where.line_start[line], where.line_start[line + 1]):
            for t in range(months - 24, months):
                year = (t - months + 24) // 12
                if amount[s, t] == amount[s, t] and value[s, t] == value[s, t]:
                    tonnes[year] += amount[s, t]
                    paid[year] += value[s, t]
        if tonnes.min() > 0 and paid.min() > 0:
            ratio[line] = tonnes[1] / tonnes[0]
            rise[line] = log(paid[1] / tonnes[1]) - log(paid[0] / tonnes[0])
            if rise[line] < 0:
                score[line] = max(log(ratio[line]), 0.0)


RULES: dict[str, Judge] = {"year-on-year": year_on_year, "import-surge": import_surge}


def _verdicts(
    score: Floats, since: Floats, ratio: Floats, rise: Floats, amount: Floats
) -> tuple[Verdicts, npt.NDArray[np.int64]]:
    told = [np.asarray(x, dtype=np.float64) for x in (score, since, ratio, rise)]
    found = Verdicts(told[0], told[1], told[2], told[3], np.full(len(amount), np.nan))
    return found, np.zeros(len(amount), dtype=np.int64)


def _nothing(lines: int, series: int) -> tuple[Verdicts, npt.NDArray[np.int64]]:
    zeros = [np.zeros(lines) for _ in range(3)]
    found = Verdicts(zeros[0], zeros[1], np.ones(lines), zeros[2], np.full(series, np.nan))
    return found, np.zeros(series, dtype=np.int64)
