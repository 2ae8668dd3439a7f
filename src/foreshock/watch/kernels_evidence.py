"""Log evidence that a supply line changed in the last twelve months: compiled, parallel over items.

For each possible onset and each ratio of a grid the recent months are weighed against what the
months before it say. The level before the onset is not known but has a Gamma distribution (Harvey
& Fernandes 1989, J. Business & Economic Statistics 7(4), forget old months evenly), so that the
recent counts are negative binomial under either hypothesis and their ratio has a closed form.
"""

from math import exp, log
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit, prange

from foreshock.watch import kernels, kernels_price, kernels_trace
from foreshock.watch.compiled import MATH
from foreshock.watch.kernels import Layout, Learnt
from foreshock.watch.kernels_trace import PAST, WINDOW, Common, Trace

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

#: ratios of after to before, and how likely each is thought before looking
RATIOS = np.array([0.03, 0.15, 0.3, 0.45, 0.6, 0.75, 1.6, 2.4])
WEIGHTS = np.array([1 / 6] * 6 + [1e-6] * 2)
LOGS = np.log(RATIOS)
#: how far a level wanders in a year unharmed: spread of its logarithm
WANDERS = 0.25
#: a change hits all recipients, each with some chance, or one alone: shares of the three
ALL, SOME, ONE, EACH = 0.45, 0.35, 0.2, 0.4
#: a change shows in quantity, in price, in both
IN_QUANTITY, IN_PRICE, IN_BOTH = 0.6, 0.2, 0.2
#: how likely a return to the level of old is
RETURNS = 0.3
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
        price, weight, all_price, all_weight = kernels_price.item_prices(
            amount, value, where, (l0, l1), learnt.dispersion
        )
        for line in range(l0, l1):
            first, last = where.line_start[line] - s0, where.line_start[line + 1] - s0
            if not (dispersion[first:last] > 0).any():
                continue
            here = line - l0
            rest = kernels_price.follow(
                all_price - price[here] * weight[here], all_weight - weight[here]
            )
            prices = np.zeros((2, WINDOW + 1))
            kernels_price.price_evidence(price[here], weight[here], rest, prices)
            evidence[line], since[line], ratio[line], rise[line] = verdict(
                seen_by, dispersion, first, last, prices, months
            )
            n = int(since[line])
            for c in range(first, last):
                due = seen_by.have[n, c] / seen_by.need[n, c] * seen_by.exposed[n, c]
                if n > 0 and due > 0:
                    split[s0 + c] = seen_by.seen[n, c] / due
