"""Slips of the unit in one series, told by its unit values: compiled."""

from math import log10

import numpy as np
import numpy.typing as npt
from numba import njit

from foreshock.watch.compiled import MATH

Floats = npt.NDArray[np.floating]


@njit(cache=True, fastmath=MATH)
def mend(amount: Floats, value: Floats) -> int:
    """Mends slips of the unit by 10, 100, 1000 in one series, told by the unit value alone.

    A quantity is mended where the unit value is off its series' median by such a factor (within
    0.25 of a decade) and the value is not, while the quantity, mended, is nearer to its usual: a
    small dear sample is no slip. Returns how many were.
    """
    least, most, known = 1e300, 0.0, 0
    for t in range(len(amount)):
        if amount[t] > 0 and value[t] > 0:
            unit = value[t] / amount[t]
            least, most = min(least, unit), max(most, unit)
            known += 1
    if known < 6 or most < 5.6 * least:  # nothing can be 0.75 of a decade off the median
        return 0
    units, sizes = np.empty(known), np.empty(known)
    n = 0
    for t in range(len(amount)):
        if amount[t] > 0 and value[t] > 0:
            units[n], sizes[n] = log10(value[t] / amount[t]), log10(amount[t])
            n += 1
    usual, size, paid = np.median(units), np.median(sizes), np.median(units + sizes)
    slips = 0
    for t in range(len(amount)):
        if amount[t] > 0 and value[t] > 0:
            away = log10(value[t] / amount[t]) - usual
            decades = np.rint(away)
            if abs(decades) < 1 or abs(decades) > 3 or abs(away - decades) > 0.25:
                continue
            now = log10(amount[t])
            if abs(log10(value[t]) - paid) > 0.5 * abs(decades):
                continue
            if abs(now + decades - size) < abs(now - size):
                amount[t] *= 10.0**decades
                slips += 1
    return slips
