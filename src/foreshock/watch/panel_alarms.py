"""The new alarms of a panel, month by month: what a desk is told of them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foreshock.watch import alarms
from foreshock.watch.panel import Judged, Releases
from foreshock.watch.panel_words import month, sentence

Floats = npt.NDArray[np.floating]

#: columns of the table of new alarms
COLUMNS = (
    "as_of",
    "hs",
    "partner",
    "score",
    "since",
    "direction",
    "ratio",
    "unit_value",
    "recipients",
    "says",
)
#: evidence above which a line counts as conspicuous where a budget decides: twenty to one
CONSPICUOUS = 3.0
#: a unit value that moved by this much (log) is told
DEARER = 0.1


class Policy(NamedTuple):
    """How lines become alarms: so many a month, or a rate of false ones (0..1)."""

    budget: int | None = None
    rate: float | None = None


def new_alarms(
    panel: Releases, judged: Iterable[Judged], policy: Policy
) -> Iterator[tuple[str, ...]]:
    """Rows of `COLUMNS` of what is new in each month, strongest first.

    The materiality of a month is taken from what was published by then.
    """
    desk = alarms.Desk(len(panel.line_item))
    weights = _Weights(panel)
    for one in judged:
        evidence = one.verdicts.evidence
        weight = weights.as_of(one.as_of)
        if policy.rate is not None:
            positive = np.maximum(weight, 1e-6 * max(float(weight.max(initial=0.0)), 1e-6))
            loud = alarms.by_item(
                alarms.honest(evidence), panel.line_item, policy.rate, np.sqrt(positive)
            )
            told = desk.news(one.as_of, np.flatnonzero(loud))
        else:
            told = desk.news(one.as_of, np.flatnonzero(evidence >= CONSPICUOUS))
        most = len(told) if policy.budget is None else policy.budget
        chosen = told[alarms.strongest(evidence[told], most, weight[told])]
        desk.tell(one.as_of, chosen)
        for line in chosen.tolist():
            yield row(panel, one, line)


class _Weights:
    """Mean value of the releases of each line as known, release by release."""

    def __init__(self, panel: Releases) -> None:
        self._panel, self._taken = panel, 0
        self._total, self._count = np.zeros((2, len(panel.line_item)))

    def as_of(self, when: int) -> Floats:
        panel = self._panel
        stop = int(np.searchsorted(panel.published, when, side="right"))
        new = slice(self._taken, stop)
        line, value = panel.series_line[panel.series[new]], panel.value[new]
        known = np.isfinite(value)
        np.add.at(self._total, line[known], value[known])
        np.add.at(self._count, line[known], 1)
        self._taken = stop
        mean: Floats = self._total / np.maximum(self._count, 1)
        return mean


def row(panel: Releases, one: Judged, line: int) -> tuple[str, ...]:
    """One line of the table: what, since when, which way, how much, for whom, in a sentence."""
    v = one.verdicts
    n = int(v.since[line])
    return (
        month(one.as_of),
        panel.items[panel.line_item[line]],
        panel.exporters[panel.line_exporter[line]],
        f"{v.evidence[line]:.4f}",
        month(one.newest + 1 - n) if n else "",
        direction(float(v.ratio[line]), float(v.rise[line])),
        f"{v.ratio[line]:.3f}",
        f"{np.expm1(v.rise[line]):+.3f}",
        recipients(panel, one, line),
        sentence(panel, one, line),
    )


def direction(ratio: float, rise: float) -> str:
    """Which way: `fall`, `rise`, and `dearer` where the unit value rose against others.

    >>> direction(0.2, 0.5), direction(1.0, 0.4), direction(2.0, 0.0)
    ('fall dearer', 'dearer', 'rise')
    """
    said = ["fall"] if ratio < 0.9 else ["rise"] if ratio > 1.1 else []
    said += ["dearer"] if rise >= DEARER else []
    return " ".join(said) or "unclear"


def recipients(panel: Releases, one: Judged, line: int) -> str:
    """What came to each recipient over what was due, worst first: `KR=0.02 JP=0.97`."""
    series = np.arange(*np.searchsorted(panel.series_line, [line, line + 1]))
    split = one.verdicts.split[series]
    known = [
        (float(x), panel.reporters[panel.series_reporter[s]])
        for x, s in zip(split, series, strict=True)
        if np.isfinite(x)
    ]
    return " ".join(f"{name}={share:.2f}" for share, name in sorted(known))
