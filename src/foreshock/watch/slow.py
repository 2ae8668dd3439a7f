"""Slow series (weekly, monthly, quarterly): how far is a row from its usual level?

The usual level is the median of the rows before it, without the newest few (a fall must not
become its own yardstick) and with the time of the year taken out where two years are known. The
usual spread comes from the same rows. In a second pass the rows that stood out in the first one
set neither level nor spread, so a long fall does not widen its own band.

A series that never went below zero is judged by ratios, any other by differences. Row t is
decided from row t and the rows before it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foreshock.watch.robust import median, past

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Judged(NamedTuple):
    """One entry for each row: usual level, evidence >= 0 and its direction (-1, 0, 1).

    `usual` is NaN where too few rows lie behind; `evidence` is 0 there.
    """

    usual: Floats
    evidence: Floats
    direction: Floats


#: rows that set level and spread, at most; rows left out just before the one judged
WINDOW, GUARD = 15, 3
#: fewer rows than these behind it and a row is not judged
LEAST = 4
#: earlier years that tell the season, at most, and at least
YEARS, YEARS_LEAST = 5, 2
#: a spread below 10 % of the level is taken for 10 %: nobody's statistics are finer
FLOOR = 0.10
#: part of the usual amount added before a ratio is taken, so that zero is small and not infinite
PAD = 0.10
#: standard departure above which a row no longer tells what is usual
STANDS_OUT = 3.5
#: evidence begins at what chance alone shows once in so many rows
RARE = 60
#: a departure beyond this counts as this
_FAR = 12.0


def judge(values: Floats, slots: Ints, season: int) -> Judged:
    """Judge every row of a series.

    `values` are the known values in order; `slots` their places in the calendar (months since
    the first, say); `season` is the number of slots in a year, 0 if the series has no season.

    >>> steady = np.array([100.0, 104, 97, 101, 99, 103, 98, 102, 100, 10])
    >>> found = judge(steady, np.arange(10), 12)
    >>> round(float(found.usual[-1])), float(found.direction[-1])
    (100, -1.0)
    >>> bool(found.evidence[-1] > 1.0), bool(found.evidence[:-1].max() == 0.0)
    (True, True)
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        by_ratio = _judge(values, slots, season, ratio=True)
        if values.size and values.min() >= 0:
            return by_ratio
        by_difference = _judge(values, slots, season, ratio=False)
    never_negative = np.minimum.accumulate(values) >= 0
    pairs = zip(by_ratio, by_difference, strict=True)
    return Judged(*(np.where(never_negative, ratio, difference) for ratio, difference in pairs))


def _judge(values: Floats, slots: Ints, season: int, *, ratio: bool) -> Judged:
    calm, usual, z = values, values, np.zeros(0)
    for _ in range(2):
        usual, z = _departures(values, calm, np.zeros(len(values)), ratio=ratio)
        if season > 1:
            pad = PAD * usual if ratio else np.zeros(len(values))
            offsets = _season(_distance(values, usual, pad, ratio=ratio), slots, season)
            usual, z = _departures(values, calm, offsets, ratio=ratio)
        calm = np.where((np.abs(z) > STANDS_OUT) & (usual != 0), np.nan, values)
    strongest = _strongest(z)
    chance = _student4(np.abs(strongest))
    return Judged(usual, np.maximum(0.0, -np.log(chance * RARE)), np.sign(strongest))


def _departures(
    values: Floats, calm: Floats, offsets: Floats, *, ratio: bool
) -> tuple[Floats, Floats]:
    """Usual level of each row, and by how many usual spreads the row departs from it."""
    seasonal = np.exp(offsets) if ratio else offsets
    before = past(calm / seasonal if ratio else calm - seasonal, WINDOW + GUARD)
    ages = np.arange(WINDOW + GUARD, 0, -1)
    guard = np.clip(np.arange(len(values)) - LEAST, 0, GUARD)
    before = np.where(ages > guard[:, None], before, np.nan)
    known = np.count_nonzero(~np.isnan(before), axis=1)
    level = median(before)
    pad = PAD * np.nansum(before, axis=1) / known if ratio else np.zeros(len(values))

    now = _distance(values / seasonal if ratio else values - seasonal, level, pad, ratio=ratio)
    then = _distance(before, level[:, None], pad[:, None], ratio=ratio)
    spread = _spread(then, FLOOR if ratio else FLOOR * np.abs(level))
    z = np.clip(now / (spread * np.sqrt(1 + 6 / known)), -_FAR, _FAR)
    enough = known >= LEAST
    usual = level * seasonal if ratio else level + seasonal
    return np.where(enough, usual, np.nan), np.where(enough, np.nan_to_num(z), 0.0)


def _distance(values: Floats, level: Floats, pad: Floats, *, ratio: bool) -> Floats:
    distance: Floats = np.log((values + pad) / (level + pad)) if ratio else values - level
    return distance


def _spread(then: Floats, floor: Floats | float) -> Floats:
    """The larger of a robust spread and part of the plain one, which sees lumps between zeros."""
    robust = 1.4826 * median(np.abs(then))
    known = np.count_nonzero(~np.isnan(then), axis=1)
    plain: Floats = np.sqrt(np.nansum(then**2, axis=1) / known)
    spread: Floats = np.maximum(np.maximum(robust, 0.6 * plain), floor)
    return spread


def _season(distances: Floats, slots: Ints, season: int) -> Floats:
    """The usual distance from the level at this time of the year; 0 before two years tell it.

    Shrunk towards 0, two years by a fifth, five by a tenth. Rows that stood out stay in: they may
    be the season, and the median of the years sees to those that are not.
    """
    by_slot = np.full(int(slots[-1]) + 1, np.nan)
    by_slot[slots] = distances
    earlier = slots[:, None] - season * np.arange(1, YEARS + 1)
    found = np.where(earlier >= 0, by_slot[np.maximum(earlier, 0)], np.nan)
    years = np.count_nonzero(~np.isnan(found), axis=1)
    return np.where(years >= YEARS_LEAST, median(found) * years / (years + 0.5), 0.0)


def _strongest(z: Floats) -> Floats:
    """The largest of one, two or three rows running, each sum scaled to unit spread.

    A row that is itself as usual does not stand out for what came before it.
    """
    best = z.copy()
    for rows in (2, 3):
        padded = np.concatenate([np.zeros(rows - 1), z])
        summed = np.lib.stride_tricks.sliding_window_view(padded, rows).sum(axis=1)
        scaled = summed / np.sqrt(rows)
        departs = z * np.sign(scaled) >= 1
        best = np.where(departs & (np.abs(scaled) > np.abs(best)), scaled, best)
    return best


def _student4(z: Floats) -> Floats:
    """Two-sided tail probability of Student's t with 4 degrees of freedom, in closed form."""
    w = 1 / (1 + z**2 / 4)
    inner = z * np.sqrt(w) * (1 - z**2 * w / 12)
    return np.maximum(1 - 0.75 * inner, 1e-12)
