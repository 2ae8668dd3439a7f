"""`foreshock detect --evaluate`: how good are the scores, on made worlds and on real figures?

On made worlds every disruption is known. On real figures disruptions are put into the real series
(Enki et al. 2016); every alarm outside them counts as false, also where something did happen that
nobody listed, so that what is said of real figures is rather too bad. Labelled cases are real ones:
they are found or not at the threshold that keeps the budget on the rest of the same figures.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foreshock.watch import evaluate, evaluate_worlds
from foreshock.watch.evaluate import BUDGETS, Truth, truth
from foreshock.watch.inject import Disruption, draw, into_real, shipments_of
from foreshock.watch.inject_worlds import AMOUNTS, WARM_UP, Plan, make
from foreshock.watch.panel import Releases
from foreshock.watch.panel_presets import Judge

Floats = npt.NDArray[np.float64]
Told = Callable[[str, int, int], None]

#: seeds of the made worlds that the kit measures on, apart from those that constants were chosen on
SEEDS = (101, 102)
#: times that disruptions are drawn into real figures
DRAWS = 4
#: share of the lines of real figures that get one, and months that a line must show for it
SHARE, KNOWN = 0.3, 48
#: months at the end in which no disruption begins: nobody could find it
SPARE = 6
#: shipments a month that part lines by how lumpy they are
LUMPY = ((0.0, 10.0, "below 10"), (10.0, 100.0, "10 to 100"), (100.0, np.inf, "above 100"))


class Row(NamedTuple):
    """One line of the table; shares in 0..1, delay in months, nan where nothing can be said.

    `low` and `high` bound the middle 95 % of draws of events; `oracle` is the early score of one
    who knows what was due (made worlds only); `false` counts alarms in 100 line-years.
    """

    data: str
    lag: str
    group: str
    budget: float
    events: int
    recall: float
    recall_low: float
    recall_high: float
    early: float
    early_low: float
    early_high: float
    delay: float
    false: float
    oracle: float


class Scored(NamedTuple):
    """Scores of a panel beside its truth: by event its kind and how lumpy its line is."""

    scores: npt.NDArray[np.floating]
    known: Truth
    kinds: tuple[str, ...]
    shipments: Floats
    oracle: npt.NDArray[np.floating] | None = None


def made(by: Judge | None, told: Told, seeds: Sequence[int] = SEEDS) -> Iterator[Row]:
    """How a judge does on the made worlds, with publication lag and without."""
    steps = [(kind, lag) for kind in sorted(AMOUNTS) for lag in ("as published", "none")]
    for number, (kind, lag) in enumerate(steps if seeds else ()):
        told(f"{kind}, lag {lag}", number, len(steps))
        yield from rows(f"made: {kind}", lag, [_of_world(kind, s, lag, by) for s in seeds])


def _of_world(kind: str, seed: int, lag: str, by: Judge | None) -> Scored:
    world = make(Plan(kind=kind, seed=seed))
    panel = evaluate_worlds.releases_of(world, lag=lag != "none")
    begin = WARM_UP - 6
    first = evaluate_worlds.FIRST + begin
    scores = evaluate_worlds.scores_of(panel, first, by)
    best = evaluate_worlds.scores_of(panel, first, evaluate_worlds.oracle_of(world))
    known = truth(world.disruptions, (scores.shape[0], scores.shape[1]), begin)
    seen = [d for d in world.disruptions if begin <= d.onset < begin + scores.shape[1]]
    lots = np.array([world.shipments[d.line] for d in seen])
    return Scored(scores, known, tuple(d.kind for d in seen), lots, best)


def shifted(
    panel: Releases, by: Judge | None, told: Told, cases: Sequence[Disruption] = ()
) -> Iterator[Row]:
    """How a judge does on real figures into which disruptions are put, and on labelled cases.

    `cases` are real disruptions of the figures, by line and month (counted from year 0).
    """
    lags = (("as published", panel), ("none", _at_once(panel)))
    for number, (lag, figures) in enumerate(lags):
        told(f"real figures, lag {lag}", number, len(lags))
        drawn = [_put_in(figures, by, cases, seed) for seed in range(DRAWS)]
        yield from rows("real, shifted", lag, [one for one in drawn if one.kinds])
        if cases:
            _, amount, _ = _newest(figures)
            yield from rows("real cases", lag, [_scored(figures, amount, by, cases, ())])


def _at_once(panel: Releases) -> Releases:
    """The newest figures, each published in its own month."""
    order = np.lexsort((np.arange(len(panel.series)), panel.ref, panel.series))
    series, ref = panel.series[order], panel.ref[order]
    last = order[np.append((np.diff(series) != 0) | (np.diff(ref) != 0), True)]
    kept = last[np.argsort(panel.ref[last], kind="stable")]
    return replace(
        panel,
        series=panel.series[kept],
        ref=panel.ref[kept],
        published=panel.ref[kept],
        amount=panel.amount[kept],
        value=panel.value[kept],
    )


def _put_in(panel: Releases, by: Judge | None, cases: Sequence[Disruption], seed: int) -> Scored:
    """Scores of real figures with disruptions drawn into a share of the lines."""
    rng = np.random.default_rng([seed, 2016])
    begin, amount, value = _newest(panel)
    months = amount.shape[1]
    lines = np.searchsorted(panel.series_line, np.arange(len(panel.line_item) + 1))
    busy = np.add.reduceat((np.nan_to_num(amount) > 0).any(axis=1).astype(int), lines[:-1])
    told = np.add.reduceat((np.nan_to_num(amount) > 0).sum(axis=1), lines[:-1])
    able = [n for n in range(len(busy)) if busy[n] and told[n] >= KNOWN // 2]
    able = [n for n in able if all(case.line != n for case in cases)]
    more, dearer = np.ones(amount.shape), np.ones(amount.shape)
    struck: list[Disruption] = []
    if months > KNOWN + SPARE and able:
        for line in rng.permutation(able)[: max(1, int(SHARE * len(able)))].tolist():
            own = slice(int(lines[line]), int(lines[line + 1]))
            one = draw(line, (KNOWN, months - SPARE), own.stop - own.start, rng)
            new = into_real(amount[own], value[own], one, rng)
            for factor, now, then in ((more, new[0], amount[own]), (dearer, new[1], value[own])):
                factor[own] = np.divide(now, then, out=np.ones(now.shape), where=then > 0)
            struck.append(one._replace(onset=one.onset + begin, end=one.end + begin))
    cell = (panel.series, panel.ref - begin)
    figures = replace(panel, amount=panel.amount * more[cell], value=panel.value * dearer[cell])
    return _scored(figures, amount, by, struck, cases)


def _scored(
    panel: Releases,
    amount: Floats,
    by: Judge | None,
    events: Sequence[Disruption],
    others: Sequence[Disruption],
) -> Scored:
    """Scores with their truth: `events` are to be found, `others` are not counted as false."""
    first = max(int(panel.published[0]), int(panel.ref.min()) + KNOWN - SPARE)
    scores = evaluate_worlds.scores_of(panel, first, by)
    shape = (scores.shape[0], scores.shape[1])
    known = truth(events, shape, first)
    quiet = known.quiet & truth(others, shape, first).quiet
    seen = [d for d in events if first <= d.onset < first + shape[1]]
    lines = np.searchsorted(panel.series_line, np.arange(len(panel.line_item) + 1))
    lots = [
        sum(shipments_of(row) for row in amount[lines[d.line] : lines[d.line + 1]]) for d in seen
    ]
    return Scored(
        scores,
        known._replace(quiet=quiet),
        tuple(d.kind for d in seen),
        np.array(lots, dtype=float),
    )


def _newest(panel: Releases) -> tuple[int, Floats, Floats]:
    """The first month, and the newest amounts and values by series and month."""
    begin = int(panel.ref.min())
    shape = (len(panel.series_line), int(panel.ref.max()) - begin + 1)
    amount, value = np.full(shape, np.nan), np.full(shape, np.nan)
    cell = (panel.series, panel.ref - begin)
    amount[cell], value[cell] = panel.amount, panel.value
    return begin, amount, value


# -- the table -----------------------------------------------------------------------------------


def rows(data: str, lag: str, runs: Sequence[Scored]) -> Iterator[Row]:
    """Lines of the table of some runs together, thresholds being set in each run by itself."""
    if not runs:
        return
    kinds = np.array([kind for run in runs for kind in run.kinds])
    lots = np.concatenate([run.shipments for run in runs])
    groups = [("all", np.ones(len(kinds), dtype=bool))]
    groups += [(f"kind: {kind}", kinds == kind) for kind in sorted(set(kinds.tolist()))]
    groups += [(f"shipments a month: {name}", (lots >= a) & (lots < b)) for a, b, name in LUMPY]
    for budget in BUDGETS:
        late = [evaluate.late_at(run.scores, run.known, budget) for run in runs]
        months = np.concatenate([one.late for one in late])
        false = float(np.mean([one.false for one in late]))
        best = [
            evaluate.late_at(run.oracle, run.known, budget).late
            for run in runs
            if run.oracle is not None
        ]
        oracle = np.concatenate(best) if best else np.full(len(months), np.nan)
        for name, inside in groups:
            if inside.any():
                told = evaluate.summary(months[inside])
                of_oracle = float(evaluate.credit(oracle[inside]).mean()) if best else np.nan
                yield Row(data, lag, name, budget, int(inside.sum()), *told, false, of_oracle)
