"""The stock clock: when stock and arrivals no longer cover the need.

Quantities only, no prices: within a year most inputs here have no substitute at any price. Need is
1 a day; arrivals fall short of it by a gap that is constant between steps; stock fills the gap
until it is used up, and is not filled again. With one flow cut to a share m of the need, goods
under way for L days and S days of stock, need goes unmet from day L + S / (1 - m), exactly.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from foreshock.network.draws import Floats

#: a shortage: less than 75 % of the need covered for at least four weeks
UNMET_SHARE, LASTING_DAYS = 0.25, 28.0


class Onset(NamedTuple):
    """One entry a draw: day on which the shortage begins (inf: none), share unmet from then."""

    day: Floats
    unmet: Floats


def onset(
    gap: Callable[[Floats], Floats],
    steps: Sequence[Floats],
    stock: Floats,
    span: tuple[Floats | float, float],
) -> Onset:
    """When the first shortage begins, in each draw.

    `gap(at)` is the share of the need that does not arrive at a time, 0..1, constant between the
    `steps`; `stock` is in days of need at the first day of `span`; nothing is seen after its last.

    >>> half = lambda at: np.where(at < 10, 0.0, 0.5)
    >>> found = onset(half, [np.array([10.0])], np.array([20.0]), (0.0, 365.0))
    >>> found.day.tolist(), found.unmet.tolist()
    ([50.0], [0.5])
    """
    first, last = span
    inner = [np.clip(step, first, last) for step in steps]
    ends = [np.full(len(stock), 1.0) * first, np.full(len(stock), last)]
    edges = np.sort(np.stack([*inner, *ends]), axis=0)
    left_over = stock.astype(np.float64)
    run = np.full(len(stock), np.nan)
    missing = np.zeros(len(stock))
    found = Onset(np.full(len(stock), np.inf), np.zeros(len(stock)))
    for left, right in pairwise(edges):
        short = gap((left + right) / 2)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            dry = np.where(short > 0, left + left_over / short, np.inf)
        lasts = right > left
        low = lasts & (short > UNMET_SHARE) & (dry < right)
        begins = low & np.isnan(run)
        run = np.where(begins, np.maximum(left, dry), run)
        missing = np.where(begins, short, missing)
        run = np.where(lasts & ~low, np.nan, run)
        here = np.isinf(found.day) & (right - run >= LASTING_DAYS)
        found = Onset(np.where(here, run, found.day), np.where(here, missing, found.unmet))
        left_over = np.maximum(0.0, left_over - short * (right - left))
    return found
