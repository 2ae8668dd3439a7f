"""How often a series speaks, told by its first rows."""

import numpy as np
import numpy.typing as npt

from foreshock.words.records import Struct

#: the spacing of a series is told by its first rows, so that later ones cannot change it
SPACING_ROWS = 6
_DAY = 86_400.0
_YEAR = 365.25 * _DAY


class Cadence(Struct, frozen=True, kw_only=True):
    """How often a series speaks: seconds between rows, and what repeats."""

    seconds: float
    #: weekly or slower
    slow: bool
    #: rows in a year (slow), a day, or of days in a week; 0: nothing repeats
    cycle: int


def cadence(seconds: npt.NDArray[np.float64]) -> Cadence:
    """How often a series speaks, by the median gap between its first rows.

    >>> cadence(np.arange(10) * 300.0).cycle
    288
    """
    gaps = np.diff(seconds[:SPACING_ROWS])
    gap = float(np.median(gaps))
    if gap <= 0:
        return Cadence(seconds=1.0, slow=False, cycle=0)
    if gap >= 5 * _DAY:  # rows may be missing: the shorter gaps tell the spacing
        single = gaps[(gaps > 0) & (gaps < 1.5 * gaps[gaps > 0].min())]
        cycle = max(1, round(_YEAR / float(np.median(single))))
        return Cadence(seconds=_YEAR / cycle, slow=True, cycle=cycle)
    return Cadence(seconds=gap, slow=False, cycle=7 if gap > _DAY / 2 else round(_DAY / gap))
