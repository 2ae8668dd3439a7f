"""Plain rules beside the model, for those who want a rule they can check with a pencil.

* year-on-year: the last four months against the same months a year before;
* import-surge: the last twelve months against the twelve before, volume up and unit value down
  (the windows and the two gates of the Cefic Import Surge Monitor, in our own words).

Both are blind to season within the windows, to revisions and to what all exporters share.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from foreshock.watch.kernels import Layout
from foreshock.watch.kernels_evidence import Verdicts

Floats = npt.NDArray[np.floating]
Judge = Callable[
    [Floats, Floats, Layout, tuple[Floats, Floats] | None],
    tuple[Verdicts, npt.NDArray[np.int64]],
]

#: share of a usual month that is added above and below, so that nothing is not infinite
PAD = 0.05


def year_on_year(
    amount: Floats, value: Floats, where: Layout, holiday: tuple[Floats, Floats] | None = None
) -> tuple[Verdicts, npt.NDArray[np.int64]]:
    """Score: how far the last four months lie from a year before, in logarithms; 0.7 halves.

    Only cells known in both years count; lines with none, or fewer than 16 months, score 0.

    >>> flat = np.full((1, 24), 10.0); flat[0, 20:] = 5.0
    >>> one = Layout(np.array([0, 1]), np.array([0, 1]), np.array([0]), np.array([0]))
    >>> round(float(year_on_year(flat, flat, one)[0].evidence[0]), 2)
    0.68
    """
    lines, months = len(where.line_start) - 1, amount.shape[1]
    if months < 16:
        return _nothing(lines, len(amount))
    # the newest months may not be out yet for all: cells that are count, in both years or not
    now, then = amount[:, months - 4 :], amount[:, months - 16 : months - 12]
    both = ~np.isnan(now) & ~np.isnan(then)
    new, old = _line(np.where(both, now, 0), where), _line(np.where(both, then, 0), where)
    usual = _line(np.nan_to_num(amount[:, -24:]), where) / min(24, months) * PAD
    ratio = (new + usual) / np.maximum(old + usual, 1e-12)
    ratio = np.where(old + new > 0, ratio, 1.0)
    return _verdicts(np.abs(np.log(ratio)), np.full(lines, 4.0), ratio, np.zeros(lines), amount)


def import_surge(
    amount: Floats, value: Floats, where: Layout, holiday: tuple[Floats, Floats] | None = None
) -> tuple[Verdicts, npt.NDArray[np.int64]]:
    """Score: log growth of the last twelve months over the twelve before, where the price fell.

    A line whose unit value did not fall scores 0, as one with fewer than 24 months.
    """
    lines, months = len(where.line_start) - 1, amount.shape[1]
    if months < 24:
        return _nothing(lines, len(amount))
    known = ~np.isnan(amount) & ~np.isnan(value)
    kilograms, money = np.where(known, amount, 0), np.where(known, value, 0)
    last, before = slice(months - 12, months), slice(months - 24, months - 12)
    tonnes = [_line(kilograms[:, part], where) for part in (last, before)]
    paid = [_line(money[:, part], where) for part in (last, before)]
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.log(tonnes[0] / tonnes[1])
        rise = np.log(paid[0] / tonnes[0]) - np.log(paid[1] / tonnes[1])
    told = np.isfinite(growth) & np.isfinite(rise)
    growth, rise = np.where(told, growth, 0.0), np.where(told, rise, 0.0)
    score = np.where(rise < 0, np.maximum(growth, 0.0), 0.0)
    return _verdicts(score, np.full(lines, 12.0), np.exp(growth), rise, amount)


RULES: dict[str, Judge] = {"year-on-year": year_on_year, "import-surge": import_surge}


def _line(cells: Floats, where: Layout) -> Floats:
    """Sums over the months given and over the series of each line."""
    total: Floats = np.add.reduceat(cells.sum(axis=1, dtype=np.float64), where.line_start[:-1])
    return total


def _verdicts(
    score: Floats, since: Floats, ratio: Floats, rise: Floats, amount: Floats
) -> tuple[Verdicts, npt.NDArray[np.int64]]:
    found = Verdicts(*(np.asarray(x, dtype=np.float64) for x in (score, since, ratio, rise)))
    return found, np.zeros(len(amount), dtype=np.int64)


def _nothing(lines: int, series: int) -> tuple[Verdicts, npt.NDArray[np.int64]]:
    zeros = [np.zeros(lines) for _ in range(3)]
    return Verdicts(zeros[0], zeros[1], np.ones(lines), zeros[2]), np.zeros(series, dtype=np.int64)
