"""A whole panel of supply lines, judged month by month from what was known.

A line is an item from one exporter, pooled over those who report it and each of them alone. The
model and its figures: docs/method/watch-panel.md. The loops are in `kernels`, `kernels_evidence`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foreshock.watch import kernels, kernels_evidence
from foreshock.watch.kernels import Layout
from foreshock.watch.kernels_evidence import Verdicts
from foreshock.watch.kernels_trace import Common
from foreshock.watch.panel_calendar import exposure, keepers
from foreshock.watch.panel_presets import Judge

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

#: months that are looked at, newest last
MONTHS = 120
#: a reporter's month with less than this share of its usual number of lines is not complete
COMPLETE = 0.5
#: how much an exporter's holiday must show before it is believed, in squared exposure x counts
BELIEVE_HOLIDAY = 50.0


@dataclass(frozen=True)
class Releases:
    """Every release of a panel, in the order in which they became known.

    Months are counted from year 0: `12 * year + month - 1`. `amount` is in kilograms and `value`
    in USD, NaN where unknown or withdrawn; `published` does not fall.
    """

    items: tuple[str, ...]
    exporters: tuple[str, ...]
    reporters: tuple[str, ...]
    #: item and exporter of each line, lines in order of item; line and reporter of each series
    line_item: Ints
    line_exporter: Ints
    series_line: Ints
    series_reporter: Ints
    #: one entry for each release
    series: Ints
    ref: Ints
    published: Ints
    amount: Floats
    value: Floats

    def layout(self) -> Layout:
        """Bounds of items and lines, for the kernels."""
        return Layout(
            np.searchsorted(self.line_item, np.arange(len(self.items) + 1)),
            np.searchsorted(self.series_line, np.arange(len(self.line_item) + 1)),
            self.line_exporter,
            self.series_reporter,
        )


@dataclass(frozen=True)
class Judged:
    """What was said of every line as of one month."""

    as_of: int
    #: the newest month that any figure was known of
    newest: int
    verdicts: Verdicts
    #: slips of the unit that were mended, by series
    slips: Ints


def judge(
    amount: Floats, value: Floats, where: Layout, holiday: tuple[Floats, Floats] | None = None
) -> tuple[Verdicts, Ints]:
    """Log evidence of a change in each line, from figures [series, month] as known on one day.

    NaN is unknown; slips of the unit are mended, in place if `amount` is float32. `holiday` gives,
    by month and by exporter, how much of a moving holiday lies in it and who keeps it. Evidence is
    natural log: 0 says that both explain the figures alike; lines never traded get 0.

    >>> steady = np.full((1, 60), 50.0) + np.arange(60) % 7
    >>> steady[0, 57:] = 1.0
    >>> where = Layout(np.array([0, 1]), np.array([0, 1]), np.array([0]), np.array([0]))
    >>> found, _ = judge(steady, steady * 3, where)
    >>> bool(found.evidence[0] > 5), int(found.since[0]), bool(found.ratio[0] < 0.1)
    (True, 3, True)
    """
    amount = np.ascontiguousarray(amount, dtype=np.float32)
    value = np.ascontiguousarray(value, dtype=np.float32)
    learnt = kernels.nothing_learnt(len(amount), where, amount.shape[1])
    kernels.learn(amount, value, where, learnt)
    seen, due = learnt.seen.sum(axis=0), learnt.due.sum(axis=0)
    calendar = np.ones(seen.shape) if holiday is None else _calendar(seen, due, *holiday)
    lines = len(where.line_start) - 1
    zeros = [np.zeros(lines) for _ in range(3)]
    found = Verdicts(zeros[0], zeros[1], np.ones(lines), zeros[2], np.full(len(amount), np.nan))
    common = Common(seen, due, calendar)
    kernels_evidence.weigh(amount, value, where, learnt, common, found)
    return found, learnt.slips


def _calendar(seen: Floats, due: Floats, when: Floats, who: Floats) -> Floats:
    """Factor of a moving holiday by exporter and month: what those who keep it show in it."""
    keeps = who > 0
    ratio = np.log((seen[keeps] + 10) / (due[keeps] + 10))
    worth = due[keeps] * when
    effect = (ratio * worth).sum() / ((worth * when).sum() + BELIEVE_HOLIDAY)
    factor: Floats = np.exp(np.outer(who, when) * np.clip(effect, -1.5, 0.5))
    return factor


def backtest(
    panel: Releases, first: int | None = None, by: Judge | None = None
) -> Iterator[Judged]:
    """What would have been said at the end of each month, from what was published by then only.

    From the month of the first release (or `first`) to that of the last. A later release of a
    month takes the place of an earlier one; a release without a figure withdraws it. `by` is a
    rule to judge by instead of the model.
    """
    if not len(panel.series):
        return
    where = panel.layout()
    begin = int(panel.ref.min())
    shape = (len(panel.series_line), int(panel.ref.max()) - begin + 1)
    state = _State(panel, shape, begin)
    start = int(panel.published[0]) if first is None else first
    for as_of in range(start, int(panel.published[-1]) + 1):
        state.take(as_of)
        last = state.newest + 1
        oldest = max(0, last - MONTHS)
        amount, value = state.table(oldest, last)
        when = exposure(begin + oldest, last - oldest)
        found, slips = (by or judge)(amount, value, where, (when, keepers(panel.exporters)))
        yield Judged(as_of, begin + state.newest, found, slips)


class _State:
    """The figures as known, release by release."""

    def __init__(self, panel: Releases, shape: tuple[int, int], begin: int) -> None:
        self.panel, self.begin, self.taken, self.newest = panel, begin, 0, 0
        self.amount = np.full(shape, np.nan, dtype=np.float32)
        self.value = np.full(shape, np.nan, dtype=np.float32)
        self.told = np.zeros(shape, dtype=bool)
        #: reporters that print their zeros: a row that is not there is then not known
        self.prints_zero = np.zeros(len(panel.reporters), dtype=bool)

    def take(self, as_of: int) -> None:
        """Take in what was published by the end of a month."""
        panel = self.panel
        stop = int(np.searchsorted(panel.published, as_of, side="right"))
        new = slice(self.taken, stop)
        if stop > self.taken:
            cell = (panel.series[new], panel.ref[new] - self.begin)
            self.amount[cell], self.value[cell] = panel.amount[new], panel.value[new]
            self.told[cell] = True
            zero = (panel.amount[new] == 0) & ~(panel.value[new] > 0)
            self.prints_zero[panel.series_reporter[panel.series[new][zero]]] = True
            self.newest = max(self.newest, int(cell[1].max()))
        self.taken = stop

    def table(self, oldest: int, last: int) -> tuple[Floats, Floats]:
        """Amounts and values of a stretch of months, with the zeros that reporters leave out."""
        amount = self.amount[:, oldest:last].copy()
        value = self.value[:, oldest:last]
        reporter = self.panel.series_reporter
        if self.prints_zero.all():
            return amount, value
        told = self.told[:, oldest:last]
        rows = np.zeros((len(self.panel.reporters), last - oldest))
        np.add.at(rows, reporter, told)
        complete = (rows > 0) & (rows >= COMPLETE * _usual(rows))
        complete &= ~self.prints_zero[:, None]
        # also before its first row: a line that began with one shipment had none before
        begun = told.any(axis=1, keepdims=True)
        amount[complete[reporter] & begun & ~told] = 0.0
        return amount, value


def _usual(rows: Floats) -> Floats:
    """The largest number of lines that a reporter showed in the twelve months to each month."""
    padded = np.concatenate([np.zeros((len(rows), 11)), rows], axis=1)
    most: Floats = np.lib.stride_tricks.sliding_window_view(padded, 12, axis=1).max(axis=2)
    return most
