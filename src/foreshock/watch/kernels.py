"""What a panel is expected to show: compiled loops, in parallel over items, never inside one.

Arrays are [series, month] (float, NaN unknown), series sorted by line and lines by item; a line is
an item from an exporter, a series one recipient of it. Amounts are counted in the series' own
dispersion (variance over mean, kilograms): an amount over it behaves like a number of shipments.
"""

from math import log, log10, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit, prange

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

#: what may be reordered; NaN stays NaN, because it says unknown
_MATH = {"reassoc", "contract", "arcp", "nsz", "afn"}
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


class Sums(NamedTuple):
    """Counts seen and expected a month ahead: by line, and by item and recipient."""

    line_seen: Floats
    line_due: Floats
    recipient_seen: Floats
    recipient_due: Floats


@njit(cache=True, fastmath=_MATH)
def bounds_of(amount: Floats, s: int) -> tuple[float, float]:
    """The largest amount that a month counts with, and the mean; 0, 0 where nothing was traded."""
    total, known, busy = 0.0, 0, 0
    for t in range(amount.shape[1]):
        x = amount[s, t]
        if x == x:
            total += x
            known += 1
            busy += x > 0
    if busy == 0:
        return 0.0, 0.0
    return max(4 * total / known, 2.5 * total / busy), total / known


@njit(cache=True, fastmath=_MATH)
def centred_year(amount: Floats, s: int, cap: float, out: Floats) -> None:
    """Mean of the year around each month, half of the two ends; NaN where too little is known."""
    months = amount.shape[1]
    total, known = 0.0, 0
    for t in range(-6, months):
        if t + 6 < months:
            x = amount[s, t + 6]
            if x == x:
                total += min(x, cap)
                known += 1
        if t >= 7:
            x = amount[s, t - 7]
            if x == x:
                total -= min(x, cap)
                known -= 1
        if t < 0:
            continue
        out[t] = np.nan
        if t < 6 or t + 6 >= months or known < YEAR_KNOWN:
            continue
        part, weight = total, float(known)
        for end in (t - 6, t + 6):
            x = amount[s, end]
            if x == x:
                part -= 0.5 * min(x, cap)
                weight -= 0.5
        out[t] = max(part, 0.0) / weight


@njit(cache=True, fastmath=_MATH)
def first_dispersion(amount: Floats, s: int, year: Floats) -> float:
    """Variance over mean about the centred year, or about the mean where the series is short."""
    cap, mean = bounds_of(amount, s)
    squares, due, months = 0.0, 0.0, 0
    for t in range(amount.shape[1]):
        x = amount[s, t]
        if x == x and year[t] == year[t]:
            squares += (min(x, cap) - year[t]) ** 2
            due += year[t]
            months += 1
    if due <= 0 or months < OWN_MONTHS:
        squares, due = 0.0, 0.0
        for t in range(amount.shape[1]):
            x = amount[s, t]
            if x == x:
                squares += (min(x, cap) - mean) ** 2
                due += mean
    return max(squares / due, STEADIEST * mean)


@njit(parallel=True, cache=True, fastmath=_MATH)
def seasons(amount: Floats, where: Layout, season: Floats, dispersion: Floats) -> None:
    """Fills `season` [line, month modulo 12] (mean 1) and a first `dispersion` [series].

    The ratio of what was seen to the centred year, summed over lines in counts, so that a large
    line does not drown the small: the item's season shrunk towards none, the line's towards it.
    """
    for i in prange(len(where.item_start) - 1):
        first, last = where.item_start[i], where.item_start[i + 1]
        seen, due = np.zeros((last - first, 12)), np.zeros((last - first, 12))
        year = np.empty(amount.shape[1])
        for line in range(first, last):
            for s in range(where.line_start[line], where.line_start[line + 1]):
                cap, mean = bounds_of(amount, s)
                if mean <= 0:
                    dispersion[s] = np.nan
                    continue
                centred_year(amount, s, cap, year)
                dispersion[s] = first_dispersion(amount, s, year)
                for t in range(amount.shape[1]):
                    x = amount[s, t]
                    if x == x and year[t] == year[t]:
                        m = t % 12
                        seen[line - first, m] += min(x, cap) / dispersion[s]
                        due[line - first, m] += year[t] / dispersion[s]
        pooled = (seen.sum(axis=0) + SEASON_ITEM) / (due.sum(axis=0) + SEASON_ITEM)
        for line in range(last - first):
            own = (seen[line] + SEASON_LINE * pooled) / (due[line] + SEASON_LINE)
            season[first + line] = own * 12 / own.sum()


@njit(cache=True, fastmath=_MATH)
def first_rate(amount: Floats, s: int, season: Floats, dispersion: float) -> float:
    """Counts a month at the start of a series, season taken off."""
    cap, mean = bounds_of(amount, s)
    total, known = 0.0, 0
    for t in range(amount.shape[1]):
        x = amount[s, t]
        if x == x:
            total += min(x, cap) / season[t % 12]
            known += 1
            if known >= FIRST:
                break
    return max(max(total / max(known, 1), 0.02 * mean) / dispersion, 1e-12)


@njit(cache=True, fastmath=_MATH)
def capped(count: float, due: float) -> float:
    """A count as it counts: at most some spreads above what was due."""
    return min(count, due + CAP_SPREADS * sqrt(due) + 1.0)


@njit(cache=True, fastmath=_MATH)
def second_dispersion(amount: Floats, s: int, season: Floats, dispersion: float) -> float:
    """The dispersion about what was due a month ahead, half to twice the first, bounded squares."""
    rate = first_rate(amount, s, season, dispersion)
    have, need = START, START / rate
    squares, total, months = 0.0, 0.0, 0
    for t in range(amount.shape[1]):
        have = KEEPS * have + (1 - KEEPS) * 0.5
        need = KEEPS * need + (1 - KEEPS) * 0.5 / rate
        x = amount[s, t]
        if x != x:  # unknown
            continue
        factor = season[t % 12]
        due = have / need * factor
        count = capped(x / dispersion, due)
        if t >= 6:
            squares += min(abs(count - due), 3 * sqrt(due) + 1.0) ** 2
            total += due
            months += 1
        have += count
        need += factor
    if months < OWN_MONTHS or total <= 0:
        return dispersion
    worth = 10 * total / months
    found = min(max((squares + worth) / (total + worth), 0.5), 2.0)
    _, mean = bounds_of(amount, s)
    return max(dispersion * found, STEADIEST * mean)


@njit(parallel=True, cache=True, fastmath=_MATH)
def add_up(
    amount: Floats,
    where: Layout,
    season: Floats,
    dispersion: Floats,
    sums: Sums,
) -> None:
    """Mends `dispersion`; fills `sums` with counts seen and what was due from the past."""
    line_seen, line_due = sums.line_seen, sums.line_due  # written through names: parfors need it
    recipient_seen, recipient_due = sums.recipient_seen, sums.recipient_due
    for i in prange(len(where.item_start) - 1):
        for line in range(where.item_start[i], where.item_start[i + 1]):
            for s in range(where.line_start[line], where.line_start[line + 1]):
                if dispersion[s] != dispersion[s]:  # unknown
                    continue
                of_year = season[line]
                d = second_dispersion(amount, s, of_year, dispersion[s])
                dispersion[s] = d
                rate = first_rate(amount, s, of_year, d)
                have, need = START, START / rate
                for t in range(amount.shape[1]):
                    have = KEEPS * have + (1 - KEEPS) * 0.5
                    need = KEEPS * need + (1 - KEEPS) * 0.5 / rate
                    x = amount[s, t]
                    if x != x:  # unknown
                        continue
                    factor = of_year[t % 12]
                    due = have / need * factor
                    count = capped(x / d, due)
                    line_seen[line, t] += count
                    line_due[line, t] += due
                    recipient_seen[i, where.reporter[s], t] += count
                    recipient_due[i, where.reporter[s], t] += due
                    have += count
                    need += factor


@njit(parallel=True, cache=True, fastmath=_MATH)
def unit_values(
    amount: Floats, value: Floats, where: Layout, dispersion: Floats, out: Floats, weight: Floats
) -> None:
    """Fills `out` [line, month]: log unit value against each series' usual one, and its weight."""
    for line in prange(len(where.line_start) - 1):
        for s in range(where.line_start[line], where.line_start[line + 1]):
            if dispersion[s] != dispersion[s]:  # unknown
                continue
            usual, past = np.nan, 0.0
            for turn in range(2):
                for t in range(amount.shape[1]):
                    if amount[s, t] > 0 and value[s, t] > 0:
                        x = log(value[s, t] / amount[s, t])
                        if usual != usual:  # unknown
                            usual, past = x, 1.0
                            continue
                        limit = 0.3 if turn == 1 or past > 5 else 1.0
                        past = min(past + 1, 36.0)
                        usual += min(max(x - usual, -limit), limit) / past
            for t in range(amount.shape[1]):
                if amount[s, t] > 0 and value[s, t] > 0:
                    x = log(value[s, t] / amount[s, t]) - usual
                    if abs(x) < 2.0:
                        w = min(sqrt(amount[s, t] / dispersion[s]), 4.0)
                        out[line, t] += w * x
                        weight[line, t] += w
        for t in range(amount.shape[1]):
            if weight[line, t] > 0:
                out[line, t] /= weight[line, t]


@njit(parallel=True, cache=True, fastmath=_MATH)
def mend_units(amount: Floats, value: Floats, slips: Ints) -> None:
    """Mends slips of the unit by 10, 100, 1000 in `amount`, told by the unit value alone.

    A quantity is mended where the unit value is off its series' median by such a factor (within
    0.25 of a decade) while the quantity, mended, is nearer to its usual. `slips` [series] counts.
    """
    for s in prange(amount.shape[0]):
        found, known = np.empty(amount.shape[1]), 0
        sizes = np.empty(amount.shape[1])
        for t in range(amount.shape[1]):
            if amount[s, t] > 0 and value[s, t] > 0:
                found[known] = log10(value[s, t] / amount[s, t])
                sizes[known] = log10(amount[s, t])
                known += 1
        if known < 6:
            continue
        usual, size = np.median(found[:known]), np.median(sizes[:known])
        for t in range(amount.shape[1]):
            if amount[s, t] > 0 and value[s, t] > 0:
                away = log10(value[s, t] / amount[s, t]) - usual
                decades = np.rint(away)
                if abs(decades) < 1 or abs(decades) > 3 or abs(away - decades) > 0.25:
                    continue
                now = log10(amount[s, t])
                if abs(now + decades - size) < abs(now - size):
                    amount[s, t] *= 10.0**decades
                    slips[s] += 1
