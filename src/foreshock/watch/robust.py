"""Medians and windows that leave out what is not known (NaN), in a few array operations."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def median(table: Floats) -> Floats:
    """Median of each row of a table, NaN left out; NaN where a row holds nothing else.

    >>> median(np.array([[3.0, 1.0, np.nan], [4.0, 1.0, 2.0]]))
    array([2., 2.])
    """
    ordered = np.sort(table, axis=1)  # NaN go last
    known = np.count_nonzero(~np.isnan(ordered), axis=1)
    rows = np.arange(len(ordered))
    below = ordered[rows, np.maximum(known - 1, 0) // 2]
    above = ordered[rows, np.minimum(known // 2, max(table.shape[1] - 1, 0))]
    middle: Floats = (below + above) / 2
    return middle


def past(values: Floats, width: int) -> Floats:
    """The `width` values before each, newest last; NaN where there are none.

    >>> past(np.array([1.0, 2.0, 3.0]), 2)
    array([[nan, nan],
           [nan,  1.],
           [ 1.,  2.]])
    """
    padded = np.concatenate([np.full(width, np.nan), values])
    return np.lib.stride_tricks.sliding_window_view(padded[:-1], width)
