"""Disruptions put into series whose truth is then known: shapes for made and for real figures.

A shape is the factor on quantity (and on price) by months since its onset. The kinds follow cases:
a licence throttle (rare-earth magnets, April 2025), a rush before a deadline and then nothing
(germanium, July 2023), a squeeze over months, a re-routing that hits one recipient, a stop, a
price gap. `into_real` shifts real series, the design of Enki et al. 2016 (PLoS ONE 11(8):
e0160759): what is removed from real figures keeps their own noise.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: what can happen to a supply line, in the order of `SHAPES`
KINDS = ("stop", "throttle", "squeeze", "rush", "re-route", "price")


class Disruption(NamedTuple):
    """One injected disruption: where, when (index of the month of its onset), what."""

    line: int
    onset: int
    end: int
    kind: str
    #: reporters that it hits
    hits: tuple[int, ...]
    #: factors on quantity and on price from `onset` to `end`, one a month
    quantity: tuple[float, ...]
    price: tuple[float, ...]


def shape(kind: str, months: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Factors on quantity and price in each month from the onset of a disruption.

    Raises `KeyError` for a kind that is none.

    >>> quantity, price = shape("rush", 8, np.random.default_rng(1))
    >>> bool(quantity[0] > 1.5), bool(quantity[-1] < 0.2), len(price)
    (True, True, 8)
    """
    return _SHAPES[kind](months, rng)


def _stop(months: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    return np.full(months, rng.uniform(0.0, 0.08)), np.full(months, rng.uniform(1.0, 1.4))


def _throttle(months: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Licences: a sharp fall, then part of it comes back."""
    since = np.arange(months) / max(months - 1, 1)
    low, back = rng.uniform(0.05, 0.4), rng.uniform(0.4, 0.8)
    return low + (back - low) * since ** rng.uniform(0.7, 2.0), np.full(months, rng.uniform(1, 1.5))


def _squeeze(months: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A fall that takes half a year or more."""
    since = np.minimum(1.0, (np.arange(months) + 1) / rng.integers(5, 12))
    last = rng.uniform(0.15, 0.6)
    return 1 - (1 - last) * since, 1 + (rng.uniform(1.0, 1.4) - 1) * since


def _rush(months: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """One to three months at far more than usual, then next to nothing."""
    ahead = int(rng.integers(1, 4))
    quantity = np.full(months, rng.uniform(0.0, 0.15))
    quantity[:ahead] = rng.uniform(1.6, 2.8)
    return quantity, np.full(months, rng.uniform(1.0, 1.3))


def _reroute(months: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    return np.full(months, rng.uniform(0.05, 0.4)), np.ones(months)


def _price(months: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    since = np.minimum(1.0, (np.arange(months) + 1) / rng.integers(1, 4))
    return np.full(months, rng.uniform(0.7, 1.0)), 1 + (rng.uniform(1.4, 2.6) - 1) * since


_SHAPES = dict(zip(KINDS, (_stop, _throttle, _squeeze, _rush, _reroute, _price), strict=True))


def draw(
    line: int, months: tuple[int, int], reporters: int, rng: np.random.Generator
) -> Disruption:
    """A disruption of a random kind with its onset in [first, last) of `months`.

    Re-routing hits one recipient or two, other kinds all of them or, a quarter of the time, some.
    """
    kind = str(rng.choice(KINDS))
    onset = int(rng.integers(*months))
    length = int(rng.integers(6, 19))
    some = kind == "re-route" or rng.random() < 0.25
    count = int(rng.integers(1, 3)) if some else reporters
    hits = tuple(sorted(int(c) for c in rng.permutation(reporters)[: min(count, reporters)]))
    quantity, price = shape(kind, length, rng)
    return Disruption(
        line, onset, onset + length, kind, hits, tuple(quantity.tolist()), tuple(price.tolist())
    )


def into_real(
    quantity: Floats, value: Floats, what: Disruption, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Real figures of one line (reporter x month, NaN unknown) with a disruption put in.

    A lumpy month cannot be halved: it is kept or dropped whole, the more so the fewer shipments
    it seems to hold; so zeros grow in number, as in a real throttle, and not only in depth.

    >>> flat = np.full((1, 6), 100.0)
    >>> cut = Disruption(0, 4, 6, "stop", (0,), (0.0, 0.0), (1.0, 1.0))
    >>> into_real(flat, flat, cut, np.random.default_rng(0))[0].tolist()
    [[100.0, 100.0, 100.0, 100.0, 0.0, 0.0]]
    """
    quantity, value = quantity.copy(), value.copy()
    stop = min(what.end, quantity.shape[1])
    for reporter in what.hits:
        usual = quantity[reporter, max(0, what.onset - 24) : what.onset]
        lots = shipments_of(usual)
        for month in range(what.onset, stop):
            factor = what.quantity[month - what.onset]
            kept = rng.binomial(lots, factor) / lots if factor < 1 else factor
            quantity[reporter, month] *= kept
            value[reporter, month] *= kept * what.price[month - what.onset]
    return quantity, value


def shipments_of(amounts: Floats) -> int:
    """Shipments that a month seems to hold: mean squared over variance, at least 1.

    >>> shipments_of(np.array([0.0, 10, 0, np.nan, 10])), shipments_of(np.array([10.0, 10]))
    (1, 20)
    """
    known = amounts[~np.isnan(amounts)]
    spread = float(np.var(known)) if len(known) > 1 else 0.0
    return max(1, round(float(np.mean(known)) ** 2 / spread)) if spread > 0 else 20
