"""What a line's unit values say against those of other exporters of the item: compiled."""

from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt
from numba import njit

from foreshock.watch.compiled import MATH
from foreshock.watch.kernels import Layout
from foreshock.watch.kernels_trace import PAST, WINDOW

Floats = npt.NDArray[np.floating]

#: unit values: what each month keeps, first spread, least, wander, tail
PRICE_KEEPS, PRICE_SPREAD, PRICE_LEAST, PRICE_WANDERS = 0.95, 0.08, 0.04, 0.06
PRICE_TAIL = 8.0
#: rises of the logarithm of the unit value that are looked for
PRICE_RISES = np.array([0.2, 0.4, 0.6, 0.8])
#: one recipient's unit value counts as this far off at most, and not at all beyond twice that
LIMIT = 1.0
#: the item's price: weight before it is believed, how far it wanders in a month (variance over that
#: of a weight of one), the most it moves in a month once so much weight lies behind it
PRICE_BELIEVE, WANDERS_BY, JUMP, JUMPS_FROM = 20.0, 0.02, 0.3, 5.0


@njit(cache=True, fastmath=MATH)
def tail(z: float) -> float:
    """Log density of Student's t, less its constant."""
    return -0.5 * (PRICE_TAIL + 1) * log(1 + z * z / PRICE_TAIL)


@njit(cache=True, fastmath=MATH)
def log_units(amount: Floats, value: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """Log unit value of some series by month (NaN unknown), and what each month weighs."""
    out, weight = np.full(amount.shape, np.nan), np.zeros(amount.shape)
    for s in range(len(amount)):
        if dispersion[s] != dispersion[s]:  # never traded
            continue
        for t in range(amount.shape[1]):
            if amount[s, t] > 0 and value[s, t] > 0:
                out[s, t] = log(value[s, t] / amount[s, t])
                weight[s, t] = min(sqrt(amount[s, t] / dispersion[s]), 4.0)
    return out, weight


@njit(cache=True, fastmath=MATH)
def unit_values(units: Floats, worth: Floats, path: Floats) -> tuple[Floats, Floats]:
    """Log unit value of a line by month, against each of its series' usual one, and its weight.

    `path` is what the whole item did, which no series' usual one must wait for.
    """
    months = units.shape[1]
    out, weight = np.zeros(months), np.zeros(months)
    x = np.empty(months)
    for s in range(len(units)):
        usual, past, some = 0.0, 0.0, False
        for t in range(months):
            x[t] = units[s, t] - path[t]
        for turn in range(2):
            for t in range(months):
                if x[t] == x[t]:
                    if not some:
                        usual, past, some = x[t], 1.0, True
                        continue
                    limit = 0.3 if turn == 1 or past > 5 else 1.0
                    past = min(past + 1, 36.0)
                    usual += min(max(x[t] - usual, -limit), limit) / past
        for t in range(months):
            if x[t] == x[t] and abs(x[t] - usual) < 2 * LIMIT:
                out[t] += worth[s, t] * min(max(x[t] - usual, -LIMIT), LIMIT)
                weight[t] += worth[s, t]
    for t in range(months):
        if weight[t] > 0:
            out[t] /= weight[t]
    return out, weight


@njit(cache=True, fastmath=MATH)
def follow(total: Floats, weight: Floats) -> Floats:
    """The path of a price that wanders, from weighed deviations by month, none of them to come.

    Where few report in a month the path stays where it was.
    """
    out = np.zeros(len(total))
    level, sure = 0.0, 0.0
    for t in range(len(total)):
        if sure > 0:
            sure = 1.0 / (1.0 / sure + WANDERS_BY)
        if weight[t] > 1e-9:
            away = total[t] / weight[t] - level
            if sure > JUMPS_FROM:
                away = min(max(away, -JUMP), JUMP)
            sure += weight[t]
            level += away * weight[t] / (sure + PRICE_BELIEVE)
        out[t] = level
    return out


@njit(cache=True, fastmath=MATH)
def item_prices(
    amount: Floats, value: Floats, where: Layout, lines: tuple[int, int], dispersion: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Unit values of an item's lines and their weights [line, month], and both summed over lines.

    Twice: the first time tells what the item did, and is taken off before the second.
    """
    l0, l1 = lines
    months = amount.shape[1]
    price, weight = np.zeros((l1 - l0, months)), np.zeros((l1 - l0, months))
    total, worth = np.zeros(months), np.zeros(months)
    path: Floats = np.zeros(months)
    s0, s1 = where.line_start[l0], where.line_start[l1]
    units, each = log_units(amount[s0:s1], value[s0:s1], dispersion[s0:s1])
    for turn in range(2):
        if turn == 1:
            path = follow(total, worth)
        total, worth = np.zeros(months), np.zeros(months)
        for line in range(l0, l1):
            a, b = where.line_start[line] - s0, where.line_start[line + 1] - s0
            here, much = unit_values(units[a:b], each[a:b], path)
            price[line - l0] = here
            weight[line - l0] = much
            total += here * much
            worth += much
    return price, weight, total, worth


@njit(cache=True, fastmath=MATH)
def price_evidence(price: Floats, weight: Floats, others: Floats, out: Floats) -> None:
    """Fills `out` [2, n]: log evidence that the unit value rose n months ago, and by how much."""
    months = len(price)
    level, past, squares, worth = 0.0, 0.0, PRICE_SPREAD * PRICE_SPREAD * 12, 12.0
    before = np.zeros((3, months))
    for t in range(months):
        before[0, t], before[1, t], before[2, t] = level, past, sqrt(squares / worth)
        past, squares, worth = past * PRICE_KEEPS, squares * 0.97, worth * 0.97
        here = min(weight[t], 1.0)  # the price of a sample says little
        if here > 0:
            away = price[t] - others[t] - level
            if past > 0.5:
                limit = 2.5 * sqrt(squares / worth)
                away = min(max(away, -limit), limit)
                squares, worth = squares + here * away * away, worth + here
            past += here
            level += here * away / max(past, 1.0)
    for n in range(1, WINDOW + 1):
        t0 = months - n
        out[0, n], out[1, n] = 0.0, 0.0
        if t0 < PAST or before[1, t0] < 2:
            continue
        spread = max(before[2, t0], PRICE_LEAST)
        mean, known = 0.0, 0.0
        for t in range(t0, months):
            here = min(weight[t], 1.0)
            mean += here * min(max(price[t] - others[t] - before[0, t0], -1.5), 1.5)
            known += here
        if known <= 0:
            continue
        mean /= known
        doubt = sqrt(
            spread * spread * (1.0 / known + 1.0 / before[1, t0])
            + PRICE_WANDERS * PRICE_WANDERS * (0.4 + 0.05 * n)
        )
        total = 0.0
        for rise in PRICE_RISES:
            total += exp(tail((mean - rise) / doubt) - tail(mean / doubt))
        out[0, n], out[1, n] = log(total / len(PRICE_RISES)), mean
