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

from foreshock.watch.kernels import KEEPS, START, Layout, Sums, capped, first_rate

Floats = npt.NDArray[np.floating]

_MATH = {"reassoc", "contract", "arcp", "nsz", "afn"}
#: months back that an onset may lie
WINDOW = 12
#: months of past without which nothing is judged
PAST = 12
#: ratios of after to before, and how likely each is thought before looking
RATIOS = np.array([0.03, 0.15, 0.3, 0.45, 0.6, 0.75, 1.6, 2.4])
WEIGHTS = np.array([0.1665, 0.1665, 0.1665, 0.1665, 0.1665, 0.1665, 0.0005, 0.0005])
#: how far a level wanders in a year unharmed: spread of its logarithm
WANDERS = 0.25
#: a change hits all recipients, each with some chance, or one alone: shares of the three
ALL, SOME, ONE, EACH = 0.45, 0.35, 0.2, 0.4
#: a change shows in quantity, in price, in both
IN_QUANTITY, IN_PRICE, IN_BOTH = 0.6, 0.2, 0.2
#: counts that others must show before a common factor is believed: item, recipient, exporter
BELIEVE_ITEM, BELIEVE_RECIPIENT, BELIEVE_EXPORTER = 15.0, 15.0, 30.0
#: share of a factor that each further month keeps; power by which it is held back; its bounds
FACTOR_KEEPS, HELD_BACK, FACTOR_MOST = 0.6, 0.6, 2.5
#: unit values: what each month keeps, first spread, least, wander, tail, what others must weigh
PRICE_KEEPS, PRICE_SPREAD, PRICE_LEAST, PRICE_WANDERS = 0.9, 0.08, 0.04, 0.06
PRICE_TAIL, PRICE_BELIEVE = 8.0, 20.0
#: rises of the logarithm of the unit value that are looked for
PRICE_RISES = np.array([0.2, 0.4, 0.6, 0.8])
#: no evidence is told above this: beyond it the model, not the line, is judged
MOST = 200.0


class Common(NamedTuple):
    """What lines share: sums by item and by exporter [.., month], and unit values."""

    item_seen: Floats
    item_due: Floats
    exporter_seen: Floats
    exporter_due: Floats
    #: factor of the calendar by exporter and month
    calendar: Floats
    #: log unit value and weight by line, and weighted sum and weight by item
    price: Floats
    price_weight: Floats
    item_price: Floats
    item_price_weight: Floats


class Verdicts(NamedTuple):
    """By line: log evidence, months since the likeliest onset, ratio and log rise of the price."""

    evidence: Floats
    since: Floats
    ratio: Floats
    rise: Floats


@njit(cache=True, fastmath=_MATH)
def trace(
    amount: Floats,
    s: int,
    season: Floats,
    dispersion: float,
    factor: Floats,
    own: tuple[Floats, Floats, Floats, Floats],
    window: Floats,
) -> None:
    """Fills `window` [4, n]: level before (counts, exposure), seen and exposure of the last n.

    `season` and `factor` are by month; `own` are sums of the recipient over all exporters of the
    item (seen, due) and of the item without this line, from which the recipient's factor is made.
    """
    months = amount.shape[1]
    total_seen, total_due, item_factor, rest = own
    rate = first_rate(amount, s, season, dispersion)
    have, need = START, START / rate
    seen_of, due_of, mine, mine_due = 0.0, 0.0, 0.0, 0.0
    window[:] = 0.0
    for t in range(months):
        have = KEEPS * have + (1 - KEEPS) * 0.5
        need = KEEPS * need + (1 - KEEPS) * 0.5 / rate
        back = months - t
        if back <= WINDOW:
            window[0, back], window[1, back] = have, need
        x = amount[s, t]
        plain = have / need * season[t % 12]
        seen_of = FACTOR_KEEPS * seen_of + total_seen[t]
        due_of = FACTOR_KEEPS * due_of + total_due[t]
        mine, mine_due = FACTOR_KEEPS * mine, FACTOR_KEEPS * mine_due
        if x != x:  # unknown
            continue
        mine += capped(x / dispersion, plain)
        mine_due += plain
        here = (max(seen_of - mine, 0.0) + BELIEVE_RECIPIENT * item_factor[t]) / (
            max(due_of - mine_due, 0.0) + BELIEVE_RECIPIENT
        )
        common = exp(HELD_BACK * log(here * rest[t]))
        exposed = season[t % 12] * min(max(common, 1 / FACTOR_MOST), FACTOR_MOST) * factor[t]
        count = capped(x / dispersion, have / need * exposed)
        if back <= WINDOW:
            window[2, back], window[3, back] = count, exposed
        have += count
        need += exposed
    for n in range(1, WINDOW + 1):
        window[2, n] += window[2, n - 1]
        window[3, n] += window[3, n - 1]


@njit(cache=True, fastmath=_MATH)
def without(total: Floats, due: Floats, own: Floats, own_due: Floats, believe: float) -> Floats:
    """What others saw over what was due of them, month by month, the last months fading."""
    out = np.empty(len(own))
    seen, need = 0.0, 0.0
    for t in range(len(own)):
        seen = FACTOR_KEEPS * seen + max(total[t] - own[t], 0.0)
        need = FACTOR_KEEPS * need + max(due[t] - own_due[t], 0.0)
        out[t] = (seen + believe) / (need + believe)
    return out


@njit(cache=True, fastmath=_MATH)
def ratio_evidence(seen: float, due: float, sure: float, ratio: float) -> float:
    """Log Bayes factor of `seen` counts for `ratio` against 1 where `due` were due.

    The level has a Gamma distribution worth `sure` counts.

    >>> ratio_evidence(0.0, 10.0, 20.0, 0.1) > 5 > 0 > ratio_evidence(10.0, 10.0, 20.0, 0.1)
    True
    """
    return seen * log(ratio) - (sure + seen) * log((sure + ratio * due) / (sure + due))


@njit(cache=True, fastmath=_MATH)
def quantity_evidence(windows: Floats, dispersions: Floats, n: int) -> tuple[float, float]:
    """Log evidence that quantity changed n months ago, and ratio of what came to what was due."""
    wander = WANDERS * WANDERS
    due, seen, spread, unsure, recipients = 0.0, 0.0, 0.0, 0.0, 0
    for c in range(len(dispersions)):
        if dispersions[c] == dispersions[c]:
            here = windows[c, 0, n] / windows[c, 1, n] * dispersions[c] * windows[c, 3, n]
            due += here
            seen += windows[c, 2, n] * dispersions[c]
            spread += dispersions[c] * here
            unsure += here * here / windows[c, 0, n]
            recipients += 1
    if due <= 0:
        return 0.0, 1.0
    lot = spread / due
    sure = 1.0 / (unsure / (due * due) + wander)
    total = 0.0
    for r in range(len(RATIOS)):
        whole = ratio_evidence(seen / lot, due / lot, sure, RATIOS[r])
        some, one = 0.0, 0.0
        for c in range(len(dispersions)):
            if dispersions[c] == dispersions[c] and windows[c, 3, n] > 0:
                believed = 1.0 / (1.0 / windows[c, 0, n] + wander)
                expected = windows[c, 0, n] / windows[c, 1, n] * windows[c, 3, n]
                each = exp(
                    min(ratio_evidence(windows[c, 2, n], expected, believed, RATIOS[r]), 60.0)
                )
                some += log(1 - EACH + EACH * each)
                one += each
            elif dispersions[c] == dispersions[c]:
                one += 1.0
        total += WEIGHTS[r] * (
            ALL * exp(min(whole, MOST)) + SOME * exp(min(some, MOST)) + ONE * one / recipients
        )
    return log(total), seen / due


@njit(cache=True, fastmath=_MATH)
def tail(z: float) -> float:
    """Log density of Student's t, less its constant."""
    return -0.5 * (PRICE_TAIL + 1) * log(1 + z * z / PRICE_TAIL)


@njit(cache=True, fastmath=_MATH)
def price_evidence(price: Floats, weight: Floats, others: Floats, out: Floats) -> None:
    """Fills `out` [2, n]: log evidence that the unit value rose n months ago, and by how much."""
    months = len(price)
    level, past, squares, worth = 0.0, 0.0, PRICE_SPREAD * PRICE_SPREAD * 12, 12.0
    before = np.zeros((3, months))
    for t in range(months):
        before[0, t], before[1, t], before[2, t] = level, past, sqrt(squares / worth)
        past, squares, worth = past * PRICE_KEEPS, squares * 0.97, worth * 0.97
        if weight[t] > 0:
            away = price[t] - others[t] - level
            if past > 0.5:
                limit = 2.5 * sqrt(squares / worth)
                away = min(max(away, -limit), limit)
                squares, worth = squares + away * away, worth + 1
            past += 1
            level += away / past
    for n in range(1, WINDOW + 1):
        t0 = months - n
        out[0, n], out[1, n] = 0.0, 0.0
        if t0 < PAST or before[1, t0] < 2:
            continue
        spread = max(before[2, t0], PRICE_LEAST)
        mean, known = 0.0, 0
        for t in range(t0, months):
            if weight[t] > 0:
                mean += min(max(price[t] - others[t] - before[0, t0], -1.5), 1.5)
                known += 1
        if known == 0:
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


@njit(cache=True, fastmath=_MATH)
def verdict(windows: Floats, dispersions: Floats, prices: Floats, months: int) -> Floats:
    """Log evidence of any change, months since the likeliest onset, ratio, rise of the price."""
    out = np.zeros(4)
    total, best = 0.0, -1e300
    for n in range(1, WINDOW + 1):
        if months - n < PAST:
            break
        quantity, ratio = quantity_evidence(windows, dispersions, n)
        both = exp(min(quantity + prices[0, n], MOST + 100.0))
        here = (
            IN_QUANTITY * exp(min(quantity, MOST)) + IN_PRICE * exp(prices[0, n]) + IN_BOTH * both
        )
        total += here / WINDOW
        if here > best:
            best = here
            out[1], out[2], out[3] = n, ratio, prices[1, n]
    out[0] = log(total) if total > 0 else 0.0
    return out


@njit(parallel=True, cache=True, fastmath=_MATH)
def weigh(
    amount: Floats,
    where: Layout,
    season: Floats,
    dispersion: Floats,
    sums: Sums,
    common: Common,
    out: Verdicts,
) -> None:
    """Fills `out` for each line. The first month of `amount` is month 0 of `season`."""
    months = amount.shape[1]
    evidence, since, ratio, rise = out.evidence, out.since, out.ratio, out.rise
    for i in prange(len(where.item_start) - 1):
        for line in range(where.item_start[i], where.item_start[i + 1]):
            first, last = where.line_start[line], where.line_start[line + 1]
            maker = where.exporter[line]
            seen, due = sums.line_seen[line], sums.line_due[line]
            of_item = without(common.item_seen[i], common.item_due[i], seen, due, BELIEVE_ITEM)
            rest = without(
                common.exporter_seen[maker], common.exporter_due[maker], seen, due, BELIEVE_EXPORTER
            )
            windows = np.zeros((last - first, 4, WINDOW + 1))
            known = False
            for s in range(first, last):
                if dispersion[s] == dispersion[s]:
                    known = True
                    who = where.reporter[s]
                    own = (sums.recipient_seen[i, who], sums.recipient_due[i, who], of_item, rest)
                    trace(
                        amount,
                        s,
                        season[line],
                        dispersion[s],
                        common.calendar[maker],
                        own,
                        windows[s - first],
                    )
            if not known:
                continue
            others = np.empty(months)
            for t in range(months):
                weight = common.price_weight[line, t]
                others[t] = (common.item_price[i, t] - common.price[line, t] * weight) / (
                    common.item_price_weight[i, t] - weight + PRICE_BELIEVE
                )
            prices = np.zeros((2, WINDOW + 1))
            price_evidence(common.price[line], common.price_weight[line], others, prices)
            found = verdict(windows, dispersion[first:last], prices, months)
            evidence[line], since[line] = found[0], found[1]
            ratio[line], rise[line] = found[2], found[3]
