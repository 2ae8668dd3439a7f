"""What a series shares with others, and its level before each possible onset: compiled.

What the other exporters of the item showed, to all and to this recipient, and what the exporter
showed in other items, is no change of this line. The arrays are those of `kernels`.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from foreshock.watch import kernels
from foreshock.watch.compiled import MATH
from foreshock.watch.kernels import KEEPS, Layout

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

#: months back that an onset may lie, and months of past without which nothing is judged
WINDOW, PAST = 12, 12
#: counts that others must show before a common factor is believed: item, recipient, exporter
BELIEVE_ITEM, BELIEVE_RECIPIENT, BELIEVE_EXPORTER = 15.0, 15.0, 30.0
#: share of a factor that each further month keeps; its bounds (its square root is taken)
FACTOR_KEEPS, FACTOR_MOST = 0.6, 2.5
#: months before an onset that tell the level of old
OLD = 48


class Common(NamedTuple):
    """What lines share across items, by exporter and month."""

    #: counts seen and due, without the calendar
    seen: Floats
    due: Floats
    #: factor of the calendar
    calendar: Floats


@njit(cache=True, fastmath=MATH)
def shared(
    counted: tuple[Floats, Floats],
    where: Layout,
    lines: tuple[int, int],
    of_line: Ints,
    common: Common,
) -> Floats:
    """Factors of an item's series by month: what others show, and the calendar."""
    seen, due = counted
    months, many = seen.shape
    l0, l1 = lines
    s0 = where.line_start[l0]
    of_reporter = where.reporter[s0 : s0 + many]
    line_seen, line_due = np.zeros((months, l1 - l0)), np.zeros((months, l1 - l0))
    reporters = of_reporter.max() + 1
    to_seen, to_due = np.zeros((months, reporters)), np.zeros((months, reporters))
    for t in range(months):
        for k in range(many):
            line_seen[t, of_line[k]] += seen[t, k]
            line_due[t, of_line[k]] += (
                due[t, k] * common.calendar[where.exporter[l0 + of_line[k]], t]
            )
            to_seen[t, of_reporter[k]] += seen[t, k]
            to_due[t, of_reporter[k]] += due[t, k]
    all_seen, all_due = np.empty_like(line_seen), np.empty_like(line_due)
    maker_seen, maker_due = np.empty_like(line_seen), np.empty_like(line_due)
    for t in range(months):
        a, b = line_seen[t].sum(), line_due[t].sum()
        for line in range(l1 - l0):
            maker = where.exporter[l0 + line]
            all_seen[t, line], all_due[t, line] = a, b
            maker_seen[t, line] = common.seen[maker, t]
            maker_due[t, line] = common.due[maker, t] * common.calendar[maker, t]
    of_item = others(all_seen, all_due, line_seen, line_due, BELIEVE_ITEM)
    of_maker = others(maker_seen, maker_due, line_seen, line_due, BELIEVE_EXPORTER)
    out = factors(
        (fading(to_seen), fading(to_due)), (seen, due), of_item, of_maker, (of_line, of_reporter)
    )
    for t in range(months):
        for k in range(many):
            out[t, k] *= common.calendar[where.exporter[l0 + of_line[k]], t]
    return out


class Trace(NamedTuple):
    """Of each series [.., series]: level before each onset and what came after it.

    By months since the onset [n]: counts and exposure of the level before, counts seen and
    exposure since, and the level of old as a ratio to the level before.
    """

    have: Floats
    need: Floats
    seen: Floats
    exposed: Floats
    old: Floats


@njit(cache=True, fastmath=MATH)
def fading(table: Floats) -> Floats:
    """Sums down the months [month, ..], each keeping a share of what was before."""
    out = table.copy()
    for t in range(1, len(out)):
        for k in range(out.shape[1]):
            out[t, k] += FACTOR_KEEPS * out[t - 1, k]
    return out


@njit(cache=True, fastmath=MATH)
def others(all_seen: Floats, all_due: Floats, seen: Floats, due: Floats, believe: float) -> Floats:
    """What others saw over what was due of them [month, line], the last months fading."""
    rest, rest_due = np.empty_like(seen), np.empty_like(due)
    for t in range(len(seen)):
        for k in range(seen.shape[1]):
            rest[t, k] = max(all_seen[t, k] - seen[t, k], 0.0)
            rest_due[t, k] = max(all_due[t, k] - due[t, k], 0.0)
    out = fading(rest)
    need = fading(rest_due)
    for t in range(len(seen)):
        for k in range(seen.shape[1]):
            out[t, k] = (out[t, k] + believe) / (need[t, k] + believe)
    return out


@njit(cache=True, fastmath=MATH)
def factors(
    of_recipient: tuple[Floats, Floats],
    own: tuple[Floats, Floats],
    of_item: Floats,
    of_maker: Floats,
    where: tuple[Ints, Ints],
) -> Floats:
    """What a series shares with others, [month, series]: its recipient, its item, its exporter.

    `of_recipient` are fading sums by recipient, `own` the series' own.
    """
    of_line, of_reporter = where
    seen, due = fading(own[0]), fading(own[1])
    out = np.empty_like(seen)
    for t in range(len(out)):
        for k in range(out.shape[1]):
            r, line = of_reporter[k], of_line[k]
            here = (
                max(of_recipient[0][t, r] - seen[t, k], 0.0) + BELIEVE_RECIPIENT * of_item[t, line]
            )
            here /= max(of_recipient[1][t, r] - due[t, k], 0.0) + BELIEVE_RECIPIENT
            common = sqrt(here * of_maker[t, line])
            out[t, k] = min(max(common, 1 / FACTOR_MOST), FACTOR_MOST)
    return out


@njit(cache=True, fastmath=MATH)
def trace(x: Floats, dispersion: Floats, rate: Floats, exposure: Floats) -> Trace:
    """Levels and counts about each possible onset; `exposure` is season x factors by month."""
    months, many = x.shape
    have, need, start, share = kernels.begin(rate, dispersion)
    out = Trace(
        np.zeros((WINDOW + 1, many)),
        np.ones((WINDOW + 1, many)),
        np.zeros((WINDOW + 1, many)),
        np.zeros((WINDOW + 1, many)),
        np.ones((WINDOW + 1, many)),
    )
    came, came_of = np.zeros((months + 1, many)), np.zeros((months + 1, many))
    for t in range(months):
        back = months - t
        for k in range(many):
            have[k] = KEEPS * have[k] + (1 - KEEPS) * 0.5
            need[k] = KEEPS * need[k] + (1 - KEEPS) * start[k]
            is_known = x[t, k] == x[t, k] and share[k] > 0
            due = have[k] / need[k] * exposure[t, k]
            count = min(x[t, k] * share[k], due + kernels.CAP_SPREADS * sqrt(due) + 1.0)
            count = count if is_known else 0.0
            exposed = exposure[t, k] if is_known else 0.0
            if back <= WINDOW:
                out.have[back, k], out.need[back, k] = have[k], need[k]
            came[t + 1, k] = came[t, k] + count
            came_of[t + 1, k] = came_of[t, k] + exposed
            have[k] += count
            need[k] += exposed
    for n in range(1, min(WINDOW, months) + 1):
        t0 = months - n
        t1 = max(0, t0 - OLD)
        for k in range(many):
            out.seen[n, k] = came[months, k] - came[t0, k]
            out.exposed[n, k] = came_of[months, k] - came_of[t0, k]
            old = (came[t0, k] - came[t1, k] + 0.5) / (came_of[t0, k] - came_of[t1, k] + start[k])
            ratio = old * out.need[n, k] / out.have[n, k]
            out.old[n, k] = min(max(ratio, 0.02), 50.0) if t0 >= 24 else 1.0
    return out
