"""Draws of uncertain figures: one number in, the same number out; low, likely, high in, a spread.

Every quantity has its own stream of random numbers, made from the seed and its name, and every
draw is an increasing function of its three figures. So a larger stock or a longer delay never
makes a shortage come out earlier or later by chance alone.
"""

import zlib
from math import log

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Three = tuple[float, float, float]

#: how many standard deviations the 10th and 90th percentile lie from the median
_Z90 = 1.2815515655446004


def even(seed: int, name: str, draws: int) -> Floats:
    """Numbers in 0..1, always the same ones for a seed and a name.

    >>> bool((even(1, "stock", 3) == even(1, "stock", 3)).all())
    True
    """
    return np.random.default_rng([seed, zlib.crc32(name.encode())]).random(draws)


def normal(seed: int, name: str, draws: int) -> Floats:
    """Standard normal numbers, always the same ones for a seed and a name."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())]).standard_normal(draws)


def triangular(three: Three, u: Floats) -> Floats:
    """Between bounds low and high, most often near likely.

    >>> triangular((0.0, 1.0, 2.0), np.array([0.0, 0.5, 1.0])).tolist()
    [0.0, 1.0, 2.0]
    """
    low, likely, high = three
    width = high - low
    if width <= 0:
        return np.full(len(u), likely)
    rising = low + np.sqrt(u * width * (likely - low))
    falling = high - np.sqrt((1 - u) * width * (high - likely))
    return np.where(u < (likely - low) / width, rising, falling)


def log_normal(three: Three, z: Floats) -> Floats:
    """With low, likely and high as 10th, 50th and 90th percentile, skewed as they are.

    >>> [round(x) for x in log_normal((20.0, 60.0, 150.0), np.array([-_Z90, 0.0, _Z90]))]
    [20, 60, 150]
    """
    low, likely, high = three
    if not 0 < low <= likely <= high:
        raise ValueError(f"{three} are not three rising positive numbers")
    below, above = log(likely / low) / _Z90, log(high / likely) / _Z90
    drawn: Floats = likely * np.exp(np.where(z < 0, below, above) * z)
    return drawn
