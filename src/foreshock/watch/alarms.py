"""Which of many scores become alarms: a budget for the desk, or a stated rate of false ones.

Evidence is the natural log of an e-value (how much better a change explains the figures). *Budget*:
the strongest new lines of a month, ranked by evidence and by how much hangs on them. *Rate*: e-BH
(Wang & Ramdas 2022, J. Royal Statistical Society B 84(3)): of the lines told, at most the stated
share is false on average, whatever they have in common, as long as the e-values are honest; first
over items and then over the lines inside the items told (Benjamini & Bogomolov 2014, same journal,
76(1)), so that the rate holds among the items as well. A line told is not told again within
`MERGED` months.
"""

import numpy as np
import numpy.typing as npt

from foreshock.errors import WrongUse

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: alarms of one line that many months apart, or fewer, are one
MERGED = 6
#: power of the evidence that is worth no more than one on average where nothing happens
HONEST = 0.7
#: nats that hang on a line at most, for being ten times as material as another, and above
MATERIAL_MOST = 3.0


def e_bh(evidence: Floats, rate: float, weight: Floats | None = None) -> Bools:
    """Which of the hypotheses e-BH rejects at a rate of false ones in 0..1.

    `evidence` is log e-values; `weight` (positive, brought to mean 1) says beforehand which of them
    matter or are likelier. Raises `WrongUse` for a rate outside 0..1.

    >>> e_bh(np.log([50.0, 30.0, 2.0, 1.0]), 0.1).tolist()
    [True, True, False, False]
    """
    if not 0 < rate < 1:
        raise WrongUse(f"the rate is {rate}", expected="a share of false alarms between 0 and 1")
    many = len(evidence)
    if not many:
        return np.zeros(0, dtype=bool)
    weighed = np.asarray(evidence, dtype=np.float64)
    if weight is not None:
        weighed = weighed + np.log(weight / np.mean(weight))
    ranked = -np.sort(-weighed)
    enough = np.flatnonzero(ranked >= np.log(many / (rate * np.arange(1, many + 1))))
    if not len(enough):
        return np.zeros(many, dtype=bool)
    rejected: Bools = weighed >= ranked[enough[-1]]
    return rejected


def honest(evidence: Floats) -> Floats:
    """Log e-values from the evidence of the panel's model: its power of 0.7.

    The model's evidence is a Bayes factor, an e-value as far as the model is true; where lines are
    noisier than it knows, its mean is above 1 without a change. The power was chosen on made worlds
    in which nothing happens, up to 1.6 times as noisy as usual; `benchmarks/watch_worlds.py` and a
    test check it on others.

    >>> honest(np.array([0.0, 10.0])).tolist()
    [0.0, 7.0]
    """
    log_e: Floats = HONEST * np.asarray(evidence, dtype=np.float64)
    return log_e


def by_item(evidence: Floats, item: Ints, rate: float, weight: Floats | None = None) -> Bools:
    """Lines told when items are tested first, and then the lines inside the items told.

    The mean of e-values is one, so that an item is worth the mean of its lines. Inside the items
    told the rate is their share of all items times `rate`.

    >>> found = by_item(np.log([500.0, 1, 1, 1]), np.array([0, 0, 1, 1]), 0.1)
    >>> found.tolist()
    [True, False, False, False]
    """
    told = np.zeros(len(evidence), dtype=bool)
    if not len(evidence):
        return told
    names, place = np.unique(item, return_inverse=True)
    weights = np.ones(len(evidence)) if weight is None else np.asarray(weight, dtype=np.float64)
    weights = weights / np.mean(weights)
    highest = np.full(len(names), -np.inf)
    np.maximum.at(highest, place, evidence)
    spread = np.exp(evidence - highest[place]) * weights
    count, worth = np.bincount(place), np.bincount(place, weights)
    whole = np.log(np.bincount(place, spread) / worth) + highest
    chosen = e_bh(whole, rate, worth / count)
    inside = rate * chosen.mean()
    for one in np.flatnonzero(chosen):
        lines = np.flatnonzero(place == one)
        told[lines] = e_bh(evidence[lines], inside, weights[lines])
    return told


def strongest(evidence: Floats, most: int, weight: Floats | None = None) -> Ints:
    """The lines to look at first, best first, at most so many, none without evidence for a change.

    Ranked by evidence plus the log of what hangs on a line against the usual line, 3 nats at most
    either way: what is ten times as large is looked at before what is slightly surer.

    >>> strongest(np.array([4.0, 5.0, -1.0]), 2, np.array([10.0, 1.0, 10.0])).tolist()
    [0, 1]
    """
    rank = np.asarray(evidence, dtype=np.float64)
    if weight is not None:
        usual = np.median(weight[weight > 0]) if (weight > 0).any() else 1.0
        with np.errstate(divide="ignore"):
            rank = rank + np.clip(np.log(weight / usual), -MATERIAL_MOST, MATERIAL_MOST)
    order = np.argsort(-rank, kind="stable")
    return order[evidence[order] > 0][: max(most, 0)]


class Desk:
    """Remembers what was told, month by month, so that nothing is told twice in half a year.

    A line that was told and stays conspicuous is one alarm; it is news again only after it was
    calm for `MERGED` months. A line that waits, because others came first, stays news.
    """

    def __init__(self, lines: int) -> None:
        self._last = np.full(lines, -(10**9), dtype=np.int64)

    def news(self, month: int, conspicuous: Ints) -> Ints:
        """Of these lines those that are not part of an alarm that was told before.

        >>> desk = Desk(3)
        >>> desk.tell(1, np.array([1]))
        >>> [desk.news(m, np.array([1, 2])).tolist() for m in (2, 8, 15)]
        [[2], [2], [1, 2]]
        """
        fresh = month - self._last[conspicuous] > MERGED
        self._last[conspicuous[~fresh]] = month
        return conspicuous[fresh]

    def tell(self, month: int, lines: Ints) -> None:
        """These lines were told in this month."""
        self._last[lines] = month
