"""Made worlds go through a detector month by month, and through one who knows what was due.

The oracle looks for the same shifts in the same figures as known on the day, but is told every
expected amount and unit value and the dispersion of each series: what it cannot see nobody can. A
score as a ratio to its score says how much of what can be seen is seen.
"""

from math import log

import numpy as np
import numpy.typing as npt

from foreshock.watch import kernels, kernels_evidence, kernels_price
from foreshock.watch.inject_worlds import World
from foreshock.watch.kernels import Layout
from foreshock.watch.kernels_evidence import Verdicts
from foreshock.watch.kernels_trace import WINDOW
from foreshock.watch.panel import Releases, backtest
from foreshock.watch.panel_presets import Judge

Floats = npt.NDArray[np.floating]

#: the oracle's mixture of ways to be hit and of channels is the detector's own
_K = kernels_evidence
#: rises of the log unit value that it looks for
RISES = tuple(float(rise) for rise in kernels_price.PRICE_RISES)
#: counts that the dispersion of a whole line is worth for each of its series
STEADIED = 30.0
#: exporters that keep the Lunar New Year in a made world carry a code of one that does
_KEEPS, _NOT = "CN", "E"


def releases_of(world: World, lag: bool = True) -> Releases:
    """The releases of a made world; without `lag` the final figures, each in its own month.

    >>> from foreshock.watch.inject_worlds import Plan, make
    >>> world = make(Plan(items=1, months=60))
    >>> sorted({int(n) for n in releases_of(world, lag=False).published - 24240})[:3]
    [0, 1, 2]
    """
    lines, many, months = world.final.shape
    makers = sorted({int(n) for n in world.exporter})
    names = [f"{_KEEPS}{n}" if n % 6 == 0 else f"{_NOT}{n}" for n in makers]
    series = np.arange(lines * many)
    if lag:
        rows = world.rows
        where = (rows["line"] * many + rows["reporter"]).astype(np.int64)
        ref, out = rows["ref"].astype(np.int64), rows["published"].astype(np.int64)
        amount, value = rows["qty_kg"], rows["value_usd"]
    else:
        ref = np.repeat(np.arange(months), len(series))
        where, out = np.tile(series, months), ref
        amount = world.final.reshape(-1, months).T.ravel()
        value = world.value.reshape(-1, months).T.ravel()
    return Releases(
        items=tuple(f"item{n}" for n in range(world.plan.items)),
        exporters=tuple(names),
        reporters=tuple(f"R{n}" for n in range(many)),
        line_item=world.item,
        line_exporter=np.searchsorted(makers, world.exporter),
        series_line=series // many,
        series_reporter=series % many,
        series=where,
        ref=ref + FIRST,
        published=out + FIRST,
        amount=amount,
        value=value,
    )


#: the first month of a made world, counted from year 0: January 2020
FIRST = 12 * 2020


def scores_of(panel: Releases, first: int, by: Judge | None = None) -> Floats:
    """Scores [line, as-of month] of a panel from as-of month `first` on."""
    columns = [one.verdicts.evidence for one in backtest(panel, first=first, by=by)]
    return np.stack(columns, axis=1) if columns else np.zeros((len(panel.line_item), 0))


def oracle_of(world: World) -> Judge:
    """A judge that knows the expected amounts and unit values of a made world."""
    lines, many, months = world.expected.shape
    due = world.expected.reshape(-1, months)
    price = np.log(world.price.reshape(-1, months))
    dispersion, spread = _noise_of(world)

    def judge(
        amount: Floats, value: Floats, where: Layout, holiday: tuple[Floats, Floats] | None = None
    ) -> tuple[Verdicts, npt.NDArray[np.int64]]:
        last = amount.shape[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            away = np.log(value / amount) - price[:, :last]
        paid = np.isfinite(away)
        decades = np.rint(np.where(paid, away, 0.0) / log(10.0))
        amount, away = amount * 10.0**decades, np.where(paid, away - decades * log(10.0), 0.0)
        known = ~np.isnan(amount)
        expected = np.where(known, due[:, :last] / dispersion[:, None], 0.0)
        seen = np.where(known, amount / dispersion[:, None], 0.0)
        seen = np.minimum(seen, expected + kernels.CAP_SPREADS * np.sqrt(expected) + 1.0)
        dear = [
            np.where(paid, _tail((away - r) / spread) - _tail(away / spread), 0.0) for r in RISES
        ]
        cells = (lines, many, last)
        total = np.zeros(lines)
        best, since, ratio = np.full(lines, -np.inf), np.zeros(lines), np.ones(lines)
        for n in range(1, min(WINDOW, last - 1) + 1):
            here, due_here, *prices = (
                x.reshape(cells)[:, :, last - n :].sum(axis=2) for x in (seen, expected, *dear)
            )
            of_price = np.stack([x.sum(axis=1) for x in prices])
            evidence = _mixed(here, due_here, dispersion.reshape(lines, many), of_price)
            total += np.exp(np.minimum(evidence, _K.MOST)) / WINDOW
            better = evidence > best
            best, since = np.maximum(best, evidence), np.where(better, n, since)
            now = here.sum(axis=1) / np.maximum(due_here.sum(axis=1), 1e-9)
            ratio = np.where(better, now, ratio)
        told = np.log(np.maximum(total, 1e-300))
        found = Verdicts(told, since, ratio, np.zeros(lines), np.full(lines * many, np.nan))
        slips: npt.NDArray[np.int64] = (decades != 0).sum(axis=1, dtype=np.int64)
        return found, slips

    return judge


def _noise_of(world: World) -> tuple[Floats, Floats]:
    """Dispersion by series and spread of the log unit value by line, from the truth."""
    lines, _, months = world.expected.shape
    calm = np.ones((lines, 1, months), dtype=bool)
    for one in world.disruptions:
        calm[one.line, :, one.onset : one.end] = False
    due = world.expected
    cap = due + 3 * np.sqrt(due * np.maximum(due.mean(axis=2, keepdims=True), 1e-9))
    off = np.where(calm, (np.minimum(world.final, cap) - due) ** 2, 0.0).sum(axis=2)
    all_due = np.where(calm, due, 0.0).sum(axis=2)
    # what a line shows in all steadies what its small recipients show alone
    pooled = off.sum(axis=1, keepdims=True) / np.maximum(all_due.sum(axis=1, keepdims=True), 1e-9)
    dispersion = (off + STEADIED * pooled**2) / np.maximum(all_due + STEADIED * pooled, 1e-9)
    return np.maximum(dispersion, 1e-9).ravel(), np.full((1, 1), 0.13 * max(world.plan.noise, 0.1))


def _tail(z: Floats) -> Floats:
    """Log density of Student's t with 4 degrees of freedom, less its constant."""
    density: Floats = -2.5 * np.log1p(z * z / 4)
    return density


def _mixed(seen: Floats, due: Floats, lots: Floats, prices: Floats) -> Floats:
    """Log evidence of a shift by line, as the detector mixes it, the level being known."""
    lot = (due * lots**2).sum(axis=1) / np.maximum((due * lots).sum(axis=1), 1e-12)
    whole = [(x * lots).sum(axis=1) / np.maximum(lot, 1e-12) for x in (seen, due)]
    total = np.zeros(len(seen))
    for ratio, weight in zip(_K.RATIOS, _K.WEIGHTS, strict=True):
        alike = whole[0] * log(ratio) + whole[1] * (1 - ratio)
        each = np.exp(np.minimum(seen * log(ratio) + due * (1 - ratio), 60.0))
        some = np.log(1 - _K.EACH + _K.EACH * each).sum(axis=1)
        total += weight * (
            _K.ALL * np.exp(np.minimum(alike, _K.MOST))
            + _K.SOME * np.exp(np.minimum(some, _K.MOST))
            + _K.ONE * each.mean(axis=1)
        )
    dear = np.exp(np.minimum(prices, _K.MOST)).mean(axis=0)
    mixed: Floats = _K.IN_QUANTITY * total + _K.IN_PRICE * dear
    mixed += _K.IN_BOTH * np.minimum(total * dear, np.exp(_K.MOST + 100))
    told: Floats = np.log(mixed)
    return told
