"""What a panel is expected to show: compiled loops, in parallel over items, never inside one.

Arrays are [series, month] (float, NaN unknown), series sorted by line and lines by item; a line is
an item from an exporter, a series one recipient of it. Amounts are counted in the series' own
dispersion (variance over mean, kilograms): an amount over it behaves like a number of shipments.

Inside an item all series go through the months together (arrays [month, series]): the arithmetic of
a month waits for that of the month before, and a processor can overlap it for several series.
"""

from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit, prange

from foreshock.watch.compiled import MATH
from foreshock.watch.kernels_mend import mend

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

#: a month counts for at most so many spreads above the expected: a shipload is no new level
CAP_SPREADS = 1.5
#: months that give the first level of a series
FIRST = 18
#: no series is steadier than this: variance over squared mean
STEADIEST = 0.02
#: share of the past that each further month keeps
KEEPS = 0.94
#: counts that the first level is worth
START = 1.5
#: counts that the season of an item (against none) and of a line (against its item) must show
SEASON_ITEM, SEASON_LINE = 25.0, 40.0
#: known months about a centred year, and such months for a dispersion of its own
YEAR_KNOWN, OWN_MONTHS = 9, 12
#: a month is a twelfth of the year about it, and so lies nearer to its mean
OWN_YEAR = 12 / 11
#: counts that a series must show before its dispersion is believed against its item's
POOLED = 15.0
#: times that the line through the dispersions of an item is fitted, by its own weights
FITS = 4
#: what one-step forecasts may make of a dispersion, at least and at most: bounded squares run low
LESS, MORE = 0.9, 2.0
#: parts into which items are divided, for sums over all of them that do not get in their way
PARTS = 64


class Layout(NamedTuple):
    """Where things are: lines of items and series of lines as bounds, and who is who."""

    #: item i has the lines item_start[i] .. item_start[i + 1]
    item_start: Ints
    #: line l has the series line_start[l] .. line_start[l + 1]
    line_start: Ints
    #: exporter of each line
    exporter: Ints
    #: recipient of each series
    reporter: Ints


class Learnt(NamedTuple):
    """What the past of the series says: season [line, 12], dispersion [series], slips [series].

    And, by part of the items, exporter and month, the counts that were seen and that were due.
    """

    season: Floats
    dispersion: Floats
    slips: Ints
    seen: Floats
    due: Floats


def nothing_learnt(series: int, where: Layout, months: int) -> Learnt:
    """Room for what `learn` finds."""
    makers = int(where.exporter.max(initial=0)) + 1
    return Learnt(
        np.ones((len(where.line_start) - 1, 12), dtype=np.float32),
        np.full(series, np.nan),
        np.zeros(series, dtype=np.int64),
        np.zeros((PARTS, makers, months)),
        np.zeros((PARTS, makers, months)),
    )


@njit(parallel=True, cache=True, fastmath=MATH)
def learn(amount: Floats, value: Floats, where: Layout, out: Learnt) -> None:
    """Mends slips of the unit in `amount`; fills `out`."""
    season, dispersion, slips = out.season, out.dispersion, out.slips
    all_seen, all_due = out.seen, out.due
    items, months = len(where.item_start) - 1, amount.shape[1]
    for part in prange(PARTS):
        for i in range(part * items // PARTS, (part + 1) * items // PARTS):
            l0, l1 = where.item_start[i], where.item_start[i + 1]
            s0, s1 = where.line_start[l0], where.line_start[l1]
            if s1 == s0:
                continue
            of_line = lines_of(where, l0, l1)
            for s in range(s0, s1):
                slips[s] = mend(amount[s], value[s])
            x = across(amount, s0, s1)
            mean, cap, known = bounds(x)
            year = centred_year(x, cap)
            first = first_dispersion(x, year, mean, cap)
            seasons(x, year, cap, first, of_line, season[l0:l1])
            pool(first, mean, known)
            by_month = spread_season(season[l0:l1], of_line)
            rate = first_rate(x, mean, cap, by_month)
            dispersion[s0:s1] = second_dispersion(x, first, mean, rate, by_month)
            seen, due = counts(x, dispersion[s0:s1], rate, by_month)
            for t in range(months):
                for k in range(s1 - s0):
                    maker = where.exporter[l0 + of_line[k]]
                    all_seen[part, maker, t] += seen[t, k]
                    all_due[part, maker, t] += due[t, k]


@njit(cache=True, fastmath=MATH)
def lines_of(where: Layout, l0: int, l1: int) -> Ints:
    """The line of each series of an item, counted from its first."""
    s0 = where.line_start[l0]
    out = np.empty(where.line_start[l1] - s0, dtype=np.int64)
    for line in range(l0, l1):
        out[where.line_start[line] - s0 : where.line_start[line + 1] - s0] = line - l0
    return out


@njit(cache=True, fastmath=MATH)
def across(amount: Floats, s0: int, s1: int) -> Floats:
    """The amounts of some series as [month, series]."""
    out = np.empty((amount.shape[1], s1 - s0))
    for k in range(s1 - s0):
        for t in range(amount.shape[1]):
            out[t, k] = amount[s0 + k, t]
    return out


@njit(cache=True, fastmath=MATH)
def bounds(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, the largest amount that a month counts with, and known months; 0 if never traded."""
    many = x.shape[1]
    total, known, busy = np.zeros(many), np.zeros(many), np.zeros(many)
    for t in range(x.shape[0]):
        for k in range(many):
            is_known = x[t, k] == x[t, k]
            total[k] += x[t, k] if is_known else 0.0
            known[k] += 1.0 if is_known else 0.0
            busy[k] += 1.0 if x[t, k] > 0 else 0.0
    mean = total / np.maximum(known, 1.0)
    return mean, np.maximum(4 * mean, 2.5 * total / np.maximum(busy, 1.0)), known


@njit(cache=True, fastmath=MATH)
def centred_year(x: Floats, cap: Floats) -> Floats:
    """Mean of the year around each month, half of the two ends; NaN where too little is known."""
    months, many = x.shape
    out = np.full((months, many), np.nan)
    total, known = np.zeros(many), np.zeros(many)
    for t in range(-6, months - 6):
        for k in range(many):
            new = x[t + 6, k]
            if new == new:
                total[k] += min(new, cap[k])
                known[k] += 1
        if t >= 7:
            for k in range(many):
                old = x[t - 7, k]
                if old == old:
                    total[k] -= min(old, cap[k])
                    known[k] -= 1
        if t < 6:
            continue
        for k in range(many):
            part, weight = total[k], known[k]
            a, b = x[t - 6, k], x[t + 6, k]
            if a == a:
                part -= 0.5 * min(a, cap[k])
                weight -= 0.5
            if b == b:
                part -= 0.5 * min(b, cap[k])
                weight -= 0.5
            if known[k] >= YEAR_KNOWN:
                out[t, k] = max(part, 0.0) / weight
    return out


@njit(cache=True, fastmath=MATH)
def first_dispersion(x: Floats, year: Floats, mean: Floats, cap: Floats) -> Floats:
    """Variance over mean about the centred year, or about the mean where the series is short.

    NaN for a series that never traded.
    """
    months, many = x.shape
    squares, due, known = np.zeros(many), np.zeros(many), np.zeros(many)
    about, whole = np.zeros(many), np.zeros(many)
    for t in range(months):
        for k in range(many):
            here = min(x[t, k], cap[k])
            if x[t, k] == x[t, k]:
                about[k] += (here - mean[k]) ** 2
                whole[k] += mean[k]
                if year[t, k] == year[t, k]:
                    squares[k] += (here - year[t, k]) ** 2
                    due[k] += year[t, k]
                    known[k] += 1
    out = np.empty(many)
    for k in range(many):
        if mean[k] <= 0:
            out[k] = np.nan
        elif due[k] <= 0 or known[k] < OWN_MONTHS:
            out[k] = max(about[k] / whole[k], STEADIEST * mean[k])
        else:
            out[k] = max(OWN_YEAR * squares[k] / due[k], STEADIEST * mean[k])
    return out


@njit(cache=True, fastmath=MATH)
def seasons(
    x: Floats, year: Floats, cap: Floats, dispersion: Floats, of_line: Ints, season: Floats
) -> None:
    """Fills `season` [line, month modulo 12] (mean 1) of an item.

    The ratio of what was seen to the centred year, summed over lines in counts, so that a large
    line does not drown the small: the item's season shrunk towards none, the line's towards it.
    """
    lines = len(season)
    seen, due = np.zeros((12, lines)), np.zeros((12, lines))
    share = 1 / dispersion
    for t in range(x.shape[0]):
        m = t % 12
        for k in range(x.shape[1]):
            if x[t, k] == x[t, k] and year[t, k] == year[t, k] and share[k] == share[k]:
                seen[m, of_line[k]] += min(x[t, k], cap[k]) * share[k]
                due[m, of_line[k]] += year[t, k] * share[k]
    for line in range(lines):
        total = 0.0
        for m in range(12):
            pooled = (seen[m].sum() + SEASON_ITEM) / (due[m].sum() + SEASON_ITEM)
            own = (seen[m, line] + SEASON_LINE * pooled) / (due[m, line] + SEASON_LINE)
            season[line, m] = own
            total += own
        for m in range(12):
            season[line, m] *= 12 / total


@njit(cache=True, fastmath=MATH)
def pool(dispersion: Floats, mean: Floats, known: Floats) -> None:
    """Shrinks the dispersions of an item's series towards what their means let expect.

    Shipments of random size give a dispersion that is the same for all, a level that wobbles one
    that grows with the mean: a line is fitted through both and each series drawn towards it. How
    unsure a dispersion is depends on what it should be: weighed by what was seen, those that came
    out small by chance would count most.
    """
    base, slope = 0.0, 0.0
    for fit in range(FITS):
        sw, sx, sy, sxx, sxy = 1e-300, 0.0, 0.0, 0.0, 0.0
        for k in range(len(mean)):
            d = dispersion[k]
            if d == d:
                expected = base + slope * mean[k]
                about = expected if expected > 0 else d
                w = min(mean[k] * known[k] / about, known[k])
                w /= about * about if fit > 0 else mean[k] * mean[k]
                sw += w
                sx += w * mean[k]
                sy += w * d
                sxx += w * mean[k] * mean[k]
                sxy += w * mean[k] * d
        spread = sw * sxx - sx * sx
        slope = max((sw * sxy - sx * sy) / spread, 0.0) if spread > 1e-9 * sw * sxx else 0.0
        base = (sy - slope * sx) / sw
        if base < 0:
            base, slope = 0.0, sxy / sxx
    for k in range(len(mean)):
        d = dispersion[k]
        expected = base + slope * mean[k]
        if d == d and expected > 0:
            own = min(mean[k] * known[k] / d, known[k])
            dispersion[k] = exp((own * log(d) + POOLED * log(expected)) / (own + POOLED))


@njit(cache=True, fastmath=MATH)
def spread_season(season: Floats, of_line: Ints) -> Floats:
    """Seasons of lines as [month of the year, series]."""
    out = np.empty((12, len(of_line)))
    for m in range(12):
        for k in range(len(of_line)):
            out[m, k] = season[of_line[k], m]
    return out


@njit(cache=True, fastmath=MATH)
def first_rate(x: Floats, mean: Floats, cap: Floats, season: Floats) -> Floats:
    """Kilograms a month at the start of each series, season taken off."""
    months, many = x.shape
    total, known = np.zeros(many), np.zeros(many)
    behind = many
    for t in range(months):
        if behind == 0:
            break
        for k in range(many):
            if x[t, k] == x[t, k] and known[k] < FIRST:
                total[k] += min(x[t, k], cap[k]) / season[t % 12, k]
                known[k] += 1
                behind -= known[k] == FIRST
    rate: Floats = np.maximum(total / np.maximum(known, 1.0), 0.02 * mean)
    return rate


@njit(cache=True, fastmath=MATH)
def second_dispersion(
    x: Floats, first: Floats, mean: Floats, rate: Floats, season: Floats
) -> Floats:
    """The dispersion about what was due a month ahead, from bounded squares."""
    months, many = x.shape
    squares, total, known = np.zeros(many), np.zeros(many), np.zeros(many)
    have, need, start, share = begin(rate, first)
    for t in range(months):
        m = t % 12
        for k in range(many):
            have[k] = KEEPS * have[k] + (1 - KEEPS) * 0.5
            need[k] = KEEPS * need[k] + (1 - KEEPS) * start[k]
            due = have[k] / need[k] * season[m, k]
            is_known = x[t, k] == x[t, k]
            count = min(x[t, k] * share[k], due + CAP_SPREADS * sqrt(due) + 1.0)
            off = min(abs(count - due), 3 * sqrt(due) + 1.0)
            late = is_known and t >= 6
            squares[k] += off * off if late else 0.0
            total[k] += due if late else 0.0
            known[k] += 1.0 if late else 0.0
            have[k] += count if is_known else 0.0
            need[k] += season[m, k] if is_known else 0.0
    out = first.copy()
    for k in range(many):
        if known[k] >= OWN_MONTHS and total[k] > 0:
            worth = 10 * total[k] / known[k]
            found = min(max((squares[k] + worth) / (total[k] + worth), LESS), MORE)
            out[k] = max(first[k] * found, STEADIEST * mean[k])
    return out


@njit(cache=True, fastmath=MATH)
def begin(rate: Floats, dispersion: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Level at the start (counts, exposure), what is added to exposure a month, 1 / dispersion.

    A series that never traded counts nothing.
    """
    many = len(rate)
    have, need, start, share = np.empty(many), np.empty(many), np.empty(many), np.empty(many)
    for k in range(many):
        traded = dispersion[k] == dispersion[k]
        share[k] = 1 / dispersion[k] if traded else 0.0
        here = max(rate[k] * share[k], 1e-12)
        have[k], need[k], start[k] = START, START / here, 0.5 / here
    return have, need, start, share


@njit(cache=True, fastmath=MATH)
def counts(x: Floats, dispersion: Floats, rate: Floats, season: Floats) -> tuple[Floats, Floats]:
    """Counts seen and what was due of them a month ahead, [month, series]; 0 where unknown."""
    months, many = x.shape
    seen, expected = np.zeros((months, many)), np.zeros((months, many))
    have, need, start, share = begin(rate, dispersion)
    for t in range(months):
        m = t % 12
        for k in range(many):
            have[k] = KEEPS * have[k] + (1 - KEEPS) * 0.5
            need[k] = KEEPS * need[k] + (1 - KEEPS) * start[k]
            due = have[k] / need[k] * season[m, k]
            is_known = x[t, k] == x[t, k] and share[k] > 0
            count = min(x[t, k] * share[k], due + CAP_SPREADS * sqrt(due) + 1.0)
            count = count if is_known else 0.0
            seen[t, k] = count
            expected[t, k] = due if is_known else 0.0
            have[k] += count
            need[k] += season[m, k] if is_known else 0.0
    return seen, expected
