"""What the stream detector measures on each value, and how it tells which measure is extreme.

Every part takes one value at a time, keeps a fixed amount of memory and knows nothing of what comes
next. A part answers with a distance >= 0 in the unit of the series; `Extremes` turns a distance
into evidence by the largest separate distances that the same series has shown before.
"""

from collections import deque
from itertools import pairwise
from math import log, sqrt
from statistics import median

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: rows of the two stretches that are compared, and how far back their like is looked for
SHAPES, LOOKBACK = (8, 16), 1000
#: earlier cycles that give the usual value at this time; rows over which the distance is averaged:
#: few see a jump at once, many a slow decline
CYCLES, AVERAGED = 7, (4, 28)
#: rows of the moving spread
SPREAD = 12
#: values before that predict the next, and the memory of the prediction (weight kept a row)
LAGS, KEEP = 3, 0.999
#: standard departures beyond which a value teaches the prediction no more
CLIP = 8.0
#: largest separate past distances that give the tail, and rows that part two of them
EXTREMES, APART = 5, 12
#: prior of the tail: so many distances, with this mean log excess over the smallest
PRIOR_COUNT, PRIOR_EXCESS = 2, 0.2
#: a new largest distance enters the memory at this power of its excess: it must not mask the next
TEMPER = 0.7
#: rows after which a remembered extreme weighs half
HALF_LIFE = 20_000
_DECAY = 0.5 ** (1 / HALF_LIFE)
#: rows after which the fading is counted anew
_AFRESH = 100 * HALF_LIFE


class Discord:
    """Distance of the newest stretch to the most similar earlier one (the left matrix profile).

    Root mean square, not normalised, one for each length in `SHAPES`; compared with every stretch
    that ended between its own length and `LOOKBACK` rows ago (Yeh et al. 2016, ICDM; here only
    backwards in time). Squared differences of the newest rows are summed anew each time, so
    nothing drifts. 0 before there is a stretch to compare with.

    >>> part = Discord()
    >>> [part.push(float(row % 5)) for row in range(60)][-1]
    (0.0, 0.0)
    >>> part.push(40.0)[0] > 10
    True
    """

    def __init__(self) -> None:
        self._rows = max(SHAPES)
        # squared differences of the newest rows to the row `lag` before, each kept twice, so that
        # any so many newest ones lie side by side
        self._squares = np.full((2 * self._rows, LOOKBACK), np.inf)
        self._past = np.full(4 * LOOKBACK, np.nan)  # oldest lag first; moved when full
        self._end = LOOKBACK
        self._seen = 0

    def push(self, value: float) -> tuple[float, ...]:
        """The distances for the stretches that end with `value`."""
        if self._end == len(self._past):
            self._past[:LOOKBACK] = self._past[-LOOKBACK:]
            self._end = LOOKBACK
        row = self._seen % self._rows
        squares = self._squares[row]
        np.subtract(self._past[self._end - LOOKBACK : self._end], value, out=squares)
        np.multiply(squares, squares, out=squares)
        self._squares[row + self._rows] = squares
        self._past[self._end] = value
        self._end += 1
        self._seen += 1
        newest, found = row + self._rows + 1, []
        totals: Floats | float = 0.0
        for shorter, length in pairwise((0, *SHAPES)):
            part = self._squares[newest - length : newest - shorter]
            totals = np.add.reduce(part, axis=0) + totals
            found.append(self._nearest(np.asarray(totals), length))
        return tuple(found)

    def _nearest(self, totals: Floats, length: int) -> float:
        known = min(LOOKBACK, self._seen - length)  # lags whose whole stretch has been seen
        if known < length:
            return 0.0
        nearest = np.minimum.reduce(totals[LOOKBACK - known : LOOKBACK - length + 1])
        return sqrt(float(nearest) / length)


class Season:
    """Distance to the usual value at this time, averaged over the newest 4 and 28 rows.

    Usual is the median of the values at the same place of the last `CYCLES` cycles; `slot` counts
    steps of the clock, so that missing rows shift nothing. `usual` is None before it is known.

    >>> part = Season(24)
    >>> [part.push(slot, float(slot % 24)) for slot in range(72)][-1]
    (0.0, 0.0)
    >>> part.push(72, 7.0), part.usual
    ((1.75, 0.25), 0.0)
    """

    def __init__(self, cycle: int) -> None:
        self._cycle = max(1, cycle)
        self._values: list[list[float]] = [[0.0] * CYCLES for _ in range(self._cycle)]
        self._slots: list[list[int]] = [[-1] * CYCLES for _ in range(self._cycle)]
        self._newest: deque[float] = deque(maxlen=max(AVERAGED))
        self.usual: float | None = None

    def push(self, slot: int, value: float) -> tuple[float, ...]:
        """The distances at `slot`, which never goes back."""
        turn, place = divmod(slot, self._cycle)
        values, slots = self._values[place], self._slots[place]
        oldest = slot - CYCLES * self._cycle
        known = [v for v, s in zip(values, slots, strict=True) if oldest <= s < slot and s >= 0]
        self.usual = median(known) if known else None
        self._newest.append(0.0 if self.usual is None else value - self.usual)
        values[turn % CYCLES], slots[turn % CYCLES] = value, slot
        newest = list(self._newest)
        parts = [newest[-rows:] for rows in AVERAGED]
        return tuple(abs(sum(part) / len(part)) for part in parts)


class Spread:
    """Standard deviation of the newest `SPREAD` values; 0 before there are as many.

    >>> part = Spread()
    >>> [part.push(float(row % 2)) for row in range(SPREAD)][-1]
    0.5
    """

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=SPREAD)

    def push(self, value: float) -> float:
        """The spread of the values up to this one."""
        self._values.append(value)
        if len(self._values) < SPREAD:
            return 0.0
        middle = sum(self._values) / SPREAD
        return sqrt(sum((v - middle) ** 2 for v in self._values) / SPREAD)


class Prediction:
    """Distance to what the last `LAGS` values predict: recursive least squares with forgetting.

    Values are taken relative to a slow mean and spread, so the unit does not matter (Haykin,
    Adaptive Filter Theory, ch. 10; weight `KEEP` a row). 0 for the first rows.

    >>> part = Prediction()
    >>> [round(part.push(float(v)), 3) for v in [5.0] * 50][-1]
    0.0
    """

    def __init__(self) -> None:
        size = LAGS + 1
        self._weights = np.zeros(size)
        self._weights[1] = 1.0
        self._certainty = np.eye(size) * 10.0
        self._past: deque[float] = deque(maxlen=LAGS)
        self._mean, self._variance, self._seen = 0.0, 1e-12, 0

    def push(self, value: float) -> float:
        """The distance of `value` to its prediction, which then learns from it."""
        if not self._seen:
            self._mean = value
        distance = 0.0
        if len(self._past) == LAGS:
            scale = sqrt(self._variance) + 1e-9 * abs(self._mean) + 1e-12
            distance = abs(self._learn(value, scale)) * scale
        self._past.appendleft(value)
        self._seen += 1
        share = max(1 / self._seen, 1 - KEEP)
        off = value - self._mean
        self._mean += share * off
        self._variance = (1 - share) * (self._variance + share * off * off)
        return distance

    def _learn(self, value: float, scale: float) -> float:
        shown = np.array([1.0, *(_clipped((v - self._mean) / scale) for v in self._past)])
        predicted = float(self._weights @ shown)
        now = (value - self._mean) / scale
        error = _clipped(_clipped(now) - predicted)
        leaning = self._certainty @ shown
        gain = leaning / (KEEP + float(shown @ leaning))
        self._weights = self._weights + gain * error
        self._certainty = (self._certainty - np.outer(gain, leaning)) / KEEP
        if float(self._certainty.trace()) > 1e6:  # nothing new to learn from: begin afresh
            self._certainty = np.eye(LAGS + 1) * 10.0
        return now - predicted


def _clipped(z: float) -> float:
    return min(CLIP, max(-CLIP, z))


class Extremes:
    """Evidence that a distance is beyond what the series shows by itself: -log of its chance.

    Beyond the smallest of the largest separate past distances the tail falls as a power (Hill 1975,
    Annals of Statistics 3(5)); the exponent has a gamma prior, and the chance is the predictive
    one, `(1 + log(x/u) / (s + prior))^-(n + prior)` with s the summed log excesses over u. So few
    extremes claim little, and a jumpy series earns a higher bar. A series that has never shown a
    distance above 0 gives its first one the chance of the rule of succession, 1 in rows + 2.

    >>> part = Extremes()
    >>> quiet = [part.push(1.0 + row % 7 / 10) for row in range(200)]
    >>> max(quiet[100:]) < 1, part.push(50.0) > 3
    (True, True)
    """

    def __init__(self) -> None:
        self._top: list[tuple[float, int]] = []  # largest first, each with its row; not yet faded
        self._row = 0

    def push(self, distance: float) -> float:
        """The evidence of `distance`, which then joins the past."""
        if self._row >= _AFRESH:
            self._count_afresh()
        row = self._row
        self._row += 1
        if distance <= 0.0:
            return 0.0
        size = distance / _DECAY**row  # what is old counts less against the new
        evidence = self._evidence(size, row)
        largest = self._top[0][0] if self._top else size
        if size > largest:
            size = largest * (size / largest) ** TEMPER
        self._remember(size, row)
        return evidence

    def _evidence(self, size: float, row: int) -> float:
        if not self._top:
            return log(row + 2)
        least = self._top[-1][0]
        if size <= least:
            return 0.0
        summed = sum(log(known / least) for known, _ in self._top)
        count = len(self._top) - 1 + PRIOR_COUNT
        return count * log(1 + log(size / least) / (summed + PRIOR_COUNT * PRIOR_EXCESS))

    def _remember(self, size: float, row: int) -> None:
        top = self._top
        if len(top) == EXTREMES and size <= top[-1][0]:
            return
        for place, (known, first) in enumerate(top):
            if row - first < APART:
                if size > known:
                    top[place] = (size, row)
                break
        else:
            top.append((size, row))
        top.sort(reverse=True)
        del top[EXTREMES:]

    def _count_afresh(self) -> None:
        """Count rows anew: the fading must not leave the range of numbers."""
        fade = _DECAY**self._row
        self._top = [(size * fade, first - self._row) for size, first in self._top]
        self._row = 0
