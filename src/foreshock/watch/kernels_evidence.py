"""Log evidence that a supply line changed in the last twelve months: compiled, parallel over items.

For each possible onset and each ratio of a grid the recent months are weighed against what the
months before it say. The level before the onset is not known but has a Gamma distribution (Harvey
& Fernandes 1989, J. Business & Economic Statistics 7(4), forget old months evenly), so that the
recent counts are negative binomial under either hypothesis and their ratio has a closed form.
"""

from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit, prange

from foreshock.watch import kernels, kernels_trace
from foreshock.watch.compiled import MATH
from foreshock.watch.kernels import Layout, Learnt
from foreshock.watch.kernels_trace import WINDOW, Common, Trace

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

#: months of past without which nothing is judged
PAST = 12
#: ratios of after to before, and how likely each is thought before looking
RATIOS = np.array([0.03, 0.15, 0.3, 0.45, 0.6, 0.75, 1.6, 2.4])
WEIGHTS = np.array([0.1665, 0.1665, 0.1665, 0.1665, 0.1665, 0.1665, 0.0005, 0.0005])
LOGS = np.log(RATIOS)
#: how far a level wanders in a year unharmed: spread of its logarithm
WANDERS = 0.25
#: a change hits all recipients, each with some chance, or one alone: shares of the three
ALL, SOME, ONE, EACH = 0.45, 0.35, 0.2, 0.4
#: a change shows in quantity, in price, in both
IN_QUANTITY, IN_PRICE, IN_BOTH = 0.6, 0.2, 0.2
#: how likely a return to the level of old is
RETURNS = 0.3
#: unit values: what each month keeps, first spread, least, wander, tail, what others must weigh
PRICE_KEEPS, PRICE_SPREAD, PRICE_LEAST, PRICE_WANDERS = 0.9, 0.08, 0.04, 0.06
PRICE_TAIL, PRICE_BELIEVE = 8.0, 20.0
#: rises of the logarithm of the unit value that are looked for
PRICE_RISES = np.array([0.2, 0.4, 0.6, 0.8])
#: no evidence is told above this: beyond it the model, not the line, is judged
MOST = 200.0


class Verdicts(NamedTuple):
    """By line: log evidence, months since the likeliest onset, ratio and log rise of the price.

    And by series: what came to the recipient over what was due since then, NaN where unknown.
    """

    evidence: Floats
    since: Floats
    ratio: Floats
    rise: Floats
    split: Floats


@njit(cache=True, fastmath=MATH)
def quantity_evidence(
    seen_by: Trace, dispersions: Floats, first: int, last: int, n: int
) -> tuple[float, float]:
    """Log evidence that quantity changed n months ago, and ratio of what came to what was due.

    A return to the level of old is no change: the level before may have been a passing height.
    """
    wander = WANDERS * WANDERS
    due, seen, spread, unsure, old, recipients = 0.0, 0.0, 0.0, 0.0, 0.0, 0
    for c in range(first, last):
        if dispersions[c] == dispersions[c]:
            have = seen_by.have[n, c]
            here = have / seen_by.need[n, c] * dispersions[c] * seen_by.exposed[n, c]
            due += here
            old += here * seen_by.old[n, c]
            seen += seen_by.seen[n, c] * dispersions[c]
            spread += dispersions[c] * here
            unsure += here * here / have
            recipients += 1
    if due <= 0:
        return 0.0, 1.0
    lot = spread / due
    whole = Odds(seen / lot, due / lot, 1.0 / (unsure / (due * due) + wander), old / due)
    some, one = np.zeros(len(RATIOS)), np.zeros(len(RATIOS))
    kept = np.ones(len(RATIOS))
    for c in range(first, last):
        if dispersions[c] == dispersions[c]:
            have = seen_by.have[n, c]
            expected = have / seen_by.need[n, c] * seen_by.exposed[n, c]
            if expected <= 0:
                one += 1.0
                continue
            each = odds(
                Odds(seen_by.seen[n, c], expected, 1.0 / (1.0 / have + wander), seen_by.old[n, c]),
                60.0,
            )
            for r in range(len(RATIOS)):
                one[r] += each[r]
                kept[r] *= 1 - EACH + EACH * each[r]
                if kept[r] > 1e200 or kept[r] < 1e-200:
                    some[r] += log(kept[r])
                    kept[r] = 1.0
    alike = odds(whole, MOST)
    total = 0.0
    for r in range(len(RATIOS)):
        several = exp(min(some[r] + log(kept[r]), MOST))
        total += WEIGHTS[r] * (ALL * alike[r] + SOME * several + ONE * one[r] / recipients)
    return log(total), seen / due


class Odds(NamedTuple):
    """Counts seen and due, the counts that the level is worth, and the level of old to it."""

    seen: float
    due: float
    sure: float
    old: float


@njit(cache=True, fastmath=MATH)
def odds(of: Odds, most: float) -> Floats:
    """Bayes factors of the ratios against none, or against a return to the level of old."""
    usual = log(of.sure + of.due)
    worth = of.sure + of.seen
    back = of.seen * log(of.old) - worth * (log(of.sure + of.old * of.due) - usual)
    none = log(1 - RETURNS + RETURNS * exp(min(back, 300.0)))
    out = np.empty(len(RATIOS))
    for r in range(len(RATIOS)):
        here = of.seen * LOGS[r] - worth * (log(of.sure + RATIOS[r] * of.due) - usual)
        out[r] = exp(min(here - none, most))
    return out


@njit(cache=True, fastmath=MATH)
def tail(z: float) -> float:
    """Log density of Student's t, less its constant."""
    return -0.5 * (PRICE_TAIL + 1) * log(1 + z * z / PRICE_TAIL)


@njit(cache=True, fastmath=MATH)
def unit_values(amount: Floats, value: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """Log unit value of a line by month, against each of its series' usual one, and its weight."""
    months = amount.shape[1]
    out, weight = np.zeros(months), np.zeros(months)
    x = np.empty(months)
    for s in range(len(amount)):
        if dispersion[s] != dispersion[s]:  # never traded
            continue
        usual, past, some = 0.0, 0.0, False
        for t in range(months):
            x[t] = np.nan
            if amount[s, t] > 0 and value[s, t] > 0:
                x[t] = log(value[s, t] / amount[s, t])
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
            if x[t] == x[t] and abs(x[t] - usual) < 2.0:
                w = min(sqrt(amount[s, t] / dispersion[s]), 4.0)
                out[t] += w * (x[t] - usual)
                weight[t] += w
    for t in range(months):
        if weight[t] > 0:
            out[t] /= weight[t]
    return out, weight


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


@njit(cache=True, fastmath=MATH)
def verdict(
    seen_by: Trace, dispersions: Floats, first: int, last: int, prices: Floats, months: int
) -> tuple[float, float, float, float]:
    """Log evidence of any change, months since the likeliest onset, ratio, rise of the price."""
    total, best = 0.0, -1e300
    since, share, rise = 0.0, 1.0, 0.0
    for n in range(1, WINDOW + 1):
        if months - n < PAST:
            break
        quantity, ratio = quantity_evidence(seen_by, dispersions, first, last, n)
        both = exp(min(quantity + prices[0, n], MOST + 100.0))
        here = (
            IN_QUANTITY * exp(min(quantity, MOST)) + IN_PRICE * exp(prices[0, n]) + IN_BOTH * both
        )
        total += here / WINDOW
        if here > best:
            best, since, share, rise = here, float(n), ratio, prices[1, n]
    return (log(total) if total > 0 else 0.0), since, share, rise


@njit(parallel=True, cache=True, fastmath=MATH)
def weigh(
    amount: Floats, value: Floats, where: Layout, learnt: Learnt, common: Common, out: Verdicts
) -> None:
    """Fills `out` for each line. The first month of `amount` is month 0 of the season."""
    evidence, since, ratio, rise, split = out.evidence, out.since, out.ratio, out.rise, out.split
    months = amount.shape[1]
    for i in prange(len(where.item_start) - 1):
        l0, l1 = where.item_start[i], where.item_start[i + 1]
        s0, s1 = where.line_start[l0], where.line_start[l1]
        if s1 == s0:
            continue
        of_line = kernels.lines_of(where, l0, l1)
        dispersion = learnt.dispersion[s0:s1]
        x = kernels.across(amount, s0, s1)
        mean, cap, _ = kernels.bounds(x)
        season = kernels.spread_season(learnt.season[l0:l1], of_line)
        rate = kernels.first_rate(x, mean, cap, season)
        exposure = kernels_trace.shared(
            kernels.counts(x, dispersion, rate, season), where, (l0, l1), of_line, common
        )
        for t in range(months):
            for k in range(s1 - s0):
                exposure[t, k] *= season[t % 12, k]
        seen_by = kernels_trace.trace(x, dispersion, rate, exposure)
        price, weight = np.zeros((l1 - l0, months)), np.zeros((l1 - l0, months))
        for line in range(l0, l1):
            a, b = where.line_start[line], where.line_start[line + 1]
            price[line - l0], weight[line - l0] = unit_values(
                amount[a:b], value[a:b], learnt.dispersion[a:b]
            )
        together, weights = np.zeros(months), np.zeros(months)
        for line in range(l1 - l0):
            for t in range(months):
                together[t] += price[line, t] * weight[line, t]
                weights[t] += weight[line, t]
        for line in range(l0, l1):
            first, last = where.line_start[line] - s0, where.line_start[line + 1] - s0
            if not (dispersion[first:last] > 0).any():
                continue
            here = line - l0
            rest = (together - price[here] * weight[here]) / (
                weights - weight[here] + PRICE_BELIEVE
            )
            prices = np.zeros((2, WINDOW + 1))
            price_evidence(price[here], weight[here], rest, prices)
            evidence[line], since[line], ratio[line], rise[line] = verdict(
                seen_by, dispersion, first, last, prices, months
            )
            n = int(since[line])
            for c in range(first, last):
                due = seen_by.have[n, c] / seen_by.need[n, c] * seen_by.exposed[n, c]
                if n > 0 and due > 0:
                    split[s0 + c] = seen_by.seen[n, c] / due
