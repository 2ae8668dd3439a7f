"""Fast series (finer than weekly): how unusual is this row, given the rows before it?

Two quantities are watched side by side, both from the row and its past only:

* discord: the distance of the last few values to the most similar stretch of the past,
* residual: the distance of the value to the usual one at this time of the day (or week).

Each is measured against the extremes that this very series has shown before, so a jumpy series
earns a higher bar by itself: beyond the smallest of its largest separate past values the tail
falls as a power, whose exponent those values give (Hill 1975, Annals of Statistics 3(5)). The
evidence of a row is the stronger of the two; close after a stronger row it counts for nothing,
because one upset makes many odd rows.
"""

from math import log

import numpy as np
import numpy.typing as npt

from foreshock.watch.robust import median

Floats = npt.NDArray[np.float64]

#: rows in a stretch that is compared, and how far back, in rows, its like is looked for
SHAPE, LOOKBACK = 8, 1000
#: earlier cycles that give the usual value at this time
CYCLES = 7
#: largest separate past values that give the tail, and rows that part two of them
EXTREMES, APART = 6, 8
#: the tail is never taken to be thinner than this (as 1/exponent)
TAIL_LEAST = 0.15
#: no row is judged before so many known rows, and two cycles (up to so many rows) lie behind it
WARM_UP, WARM_UP_CYCLES = 150, 1000
#: rows within which only a stronger row counts again
REST = 100
#: rows handled at once: small enough for the processor's cache
_CHUNK = 8192


def judge(values: Floats, cycle: int) -> Floats:
    """Evidence of each row: -log of the chance of so large a value among the series' extremes.

    `values` are the known values in order; `cycle` is the number of rows in a day (of days in a
    week), below 2 if there is none to speak of. Rows of the warm-up get 0.

    >>> quiet = np.tile(np.sin(np.arange(24) / 4), 20)
    >>> quiet[400] += 9
    >>> int(judge(quiet + np.random.default_rng(0).normal(0, 0.1, 480), 24).argmax())
    400
    """
    quantities = [discord(values)]
    if cycle >= 2:
        quantities.append(residual(values, cycle))
    evidence = np.zeros(len(values))
    for quantity in quantities:
        np.maximum(evidence, beyond_extremes(quantity), out=evidence)
    evidence[: max(WARM_UP, min(2 * cycle, WARM_UP_CYCLES))] = 0.0
    padded = np.concatenate([np.zeros(REST), evidence])
    before = np.lib.stride_tricks.sliding_window_view(padded[:-1], REST).max(axis=1)
    peaks: Floats = np.where(evidence > before, evidence, 0.0)
    return peaks


def discord(values: Floats) -> Floats:
    """Root mean square distance of the last `SHAPE` values to the most similar earlier stretch.

    Stretches that end between `SHAPE` and `LOOKBACK` rows ago are compared; 0 before there is one.
    """
    n = len(values)
    nearest = np.full(n, np.inf)
    for start in range(0, n, _CHUNK):
        stop = min(start + _CHUNK, n)
        for lag in range(SHAPE, min(LOOKBACK, stop - SHAPE) + 1):
            first = max(start - SHAPE, lag - 1)  # one row before the first stretch, or lag - 1
            squares = np.zeros(stop - first)
            inside = max(first, lag)
            squares[inside - first :] = (
                values[inside:stop] - values[inside - lag : stop - lag]
            ) ** 2
            total = np.cumsum(squares)
            found = nearest[first + SHAPE : stop]
            np.minimum(found, total[SHAPE:] - total[:-SHAPE], out=found)
    nearest[np.isinf(nearest)] = 0.0
    distance: Floats = np.sqrt(np.maximum(nearest, 0.0) / SHAPE)
    return distance


def residual(values: Floats, cycle: int) -> Floats:
    """Distance to the median of the values at this time in the last `CYCLES` cycles."""
    n = len(values)
    earlier = np.full((n, CYCLES), np.nan)
    for k in range(1, min(CYCLES, (n - 1) // cycle) + 1):
        earlier[k * cycle :, k - 1] = values[: n - k * cycle]
    return np.nan_to_num(np.abs(values - median(earlier)))


def beyond_extremes(quantity: Floats) -> Floats:
    """-log of the chance of so large a value, given the largest separate ones before it.

    0 for what does not exceed the smallest of them, and before there are `EXTREMES`.

    >>> hums = np.tile([0.0, 1.0, 0.5, 0.0, 1.1, 0.2, 0.9, 0.0, 1.2], 12)
    >>> [round(float(e), 1) for e in beyond_extremes(np.append(hums, [1.1, 3.0]))[-2:]]
    [0.0, 6.1]
    """
    evidence = [0.0] * len(quantity)
    top: list[tuple[float, int]] = []
    least, thickness = 0.0, TAIL_LEAST
    for row, value in enumerate(quantity.tolist()):
        if value <= least:
            continue
        if len(top) == EXTREMES:
            evidence[row] = log(value / least) / thickness
        top = _with(top, value, row)
        if len(top) == EXTREMES:
            least = top[-1][0]
            mean = sum(log(size / least) for size, _ in top) / (EXTREMES - 1)
            thickness = max(TAIL_LEAST, mean)
    return np.array(evidence)


def _with(top: list[tuple[float, int]], value: float, row: int) -> list[tuple[float, int]]:
    """The largest separate values after one more: close to an earlier one it may replace it."""
    for place, (size, first) in enumerate(top):
        if row - first < APART:
            if value > size:
                top[place] = (value, first)
            break
    else:
        top.append((value, row))
    return sorted(top, reverse=True)[:EXTREMES]
