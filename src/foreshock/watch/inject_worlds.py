"""Made trade panels, lumpy, seasonal, late and revised, of which every expected value is known.

Four worlds that differ in what makes them noisy, so that a detector is not fitted to one:

* `shipments`: a negative-binomial number of shipments, each of a gamma size; levels drift slowly;
* `orders`: buyers restock every few months (a full month is followed by an empty one), amounts are
  log-normal with a heavy tail, levels wander and sometimes step for good;
* `smooth`: gamma amounts with months of nothing, season by recipient, unequal exporters;
* `cargoes`: whole cargoes of one size, what is wanted being high or low for months on end. No
  constant was chosen on this one.

All have item demand and exporter factors, the Lunar New Year of some exporters, lags of one to
three months, first releases that are short, revisions, and what only looks like a disruption:
bulk shipments, a code that splits in January, a recipient whose demand falls, late reports, slips
of the unit. Nothing in them is meant to be the world: they are what the kit measures on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from foreshock.watch.inject import Disruption, draw

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: no disruption begins in the first 48 months, so that every line has a past
WARM_UP = 48


@dataclass(frozen=True)
class Plan:
    """How large and how hard a made world is."""

    kind: str = "shipments"
    items: int = 60
    #: exporters of each item, of 24 in the world; every line has all reporters as recipients
    exporters: int = 6
    reporters: int = 5
    months: int = 120
    #: multiplies what is random beyond counting
    noise: float = 1.0
    seed: int = 0
    #: share of lines with a disruption
    share: float = 0.3


@dataclass(frozen=True)
class World:
    """A made panel: releases as rows, and the truth behind them.

    Arrays [line, reporter, month]: `expected` and `price` are what the maker expected without any
    disruption; `final` what was traded. Rows are arrays of one length.
    """

    plan: Plan
    item: Ints
    exporter: Ints
    expected: Floats
    price: Floats
    final: Floats
    value: Floats
    disruptions: tuple[Disruption, ...]
    #: shipments a month in all, by line: how lumpy it is
    shipments: Floats
    rows: dict[str, npt.NDArray[np.float64]] = field(repr=False)


def make(plan: Plan) -> World:
    """A world by its plan, the same for the same seed.

    Raises `KeyError` for a kind of world that is none.

    >>> world = make(Plan(items=2, months=60))
    >>> world.final.shape, sorted(world.rows)
    ((12, 5, 60), ['line', 'published', 'qty_kg', 'ref', 'reporter', 'value_usd'])
    """
    rng = np.random.default_rng([plan.seed, list(AMOUNTS).index(plan.kind)])
    item = np.repeat(np.arange(plan.items), plan.exporters)
    exporter = np.concatenate(
        [rng.permutation(24)[: plan.exporters] for _ in range(plan.items)]
    ).astype(np.int64)
    shipments = np.exp(rng.normal(np.log(20), 1.2, len(item))).clip(1.5, 800)
    share = rng.dirichlet(np.full(plan.reporters, 1.2), len(item)).clip(0.01)
    share /= share.sum(axis=1, keepdims=True)
    factor = _factors(plan, item, exporter, rng)
    counts = shipments[:, None, None] * share[:, :, None] * factor
    lot = np.exp(rng.normal(8, 2, plan.items))[item][:, None, None]
    price = _prices(plan, item, rng)[:, None, :] * np.ones((1, plan.reporters, 1))
    lines = rng.permutation(len(item))[: int(plan.share * len(item))]
    span = (min(WARM_UP, plan.months // 2), plan.months - 6)
    struck = tuple(draw(int(line), span, plan.reporters, rng) for line in lines)
    now, paid = counts.copy(), price.copy()
    for one in struck:
        stop = min(one.end, plan.months)
        for reporter in one.hits:
            now[one.line, reporter, one.onset : stop] *= one.quantity[: stop - one.onset]
            paid[one.line, reporter, one.onset : stop] *= one.price[: stop - one.onset]
    _divert(now, struck, item, plan, rng)
    final = AMOUNTS[plan.kind](plan, now, rng) * lot
    value = final * paid * np.exp(rng.normal(0, 0.12 * plan.noise, final.shape))
    _bulk(final, value, lot * counts, paid, rng)
    rows = _releases(plan, final, value, rng)
    return World(plan, item, exporter, counts * lot, price, final, value, struck, shipments, rows)


def _factors(plan: Plan, item: Ints, exporter: Ints, rng: np.random.Generator) -> Floats:
    """What moves expected amounts without being a disruption: [line, reporter, month]."""
    months, month = plan.months, np.arange(plan.months)
    lines, many = len(item), plan.reporters
    season = np.zeros((plan.items, 12))
    for harmonic in (1, 2):
        size = rng.gamma(1.2, 0.12, plan.items)[:, None]
        angle = rng.uniform(0, 2 * np.pi, plan.items)[:, None]
        season += size / harmonic * np.cos(harmonic * 2 * np.pi * np.arange(12) / 12 + angle)
    log = np.zeros((lines, many, months)) + season[item][:, None, month % 12]
    if plan.kind == "smooth":
        own = rng.normal(0, 0.1, (lines, many, 12))
        log += own[:, :, month % 12]
    log += _wander(plan.items, months, 0.12, 0.92, rng)[item][:, None]
    log += _wander(24, months, 0.05, 0.8, rng)[exporter][:, None]
    loose = LOOSE[plan.kind] * plan.noise
    log += _wander(lines, months, loose, 0.96, rng)[:, None]
    log += _wander(lines * many, months, loose * 0.7, 0.9, rng).reshape(lines, many, months)
    log += (rng.normal(0, 0.03, lines)[:, None] * (month - months / 2) / 12)[:, None]
    holiday = np.where(month % 12 == (month // 12 * 7 % 5 > 2), -0.35, 0.0)
    log += ((exporter % 6 == 0)[:, None] * holiday)[:, None]
    for one in range(plan.items):
        if rng.random() < 0.1:  # the code splits or takes in another: every exporter alike
            log[item == one, :, 12 * int(rng.integers(4, months // 12)) :] += rng.normal(0, 0.6)
        if rng.random() < 0.15:  # a recipient needs less for some months
            start = int(rng.integers(24, months - 6))
            which = int(rng.integers(many))
            log[item == one, which, start : start + int(rng.integers(4, 14))] += np.log(
                rng.uniform(0.3, 0.7)
            )
    if plan.kind == "orders":
        for line in np.flatnonzero(rng.random(lines) < 0.1).tolist():
            log[line, :, int(rng.integers(24, months)) :] += rng.normal(0, 0.35)
    factor: Floats = np.exp(log)
    return factor


def _wander(many: int, months: int, spread: float, keep: float, rng: np.random.Generator) -> Floats:
    """Autoregressive paths with a lasting standard deviation of `spread`: [many, months]."""
    steps = rng.normal(0, spread * np.sqrt(1 - keep**2), (many, months))
    path = np.empty((many, months))
    path[:, 0] = rng.normal(0, spread, many)
    for t in range(1, months):
        path[:, t] = keep * path[:, t - 1] + steps[:, t]
    return path


def _prices(plan: Plan, item: Ints, rng: np.random.Generator) -> Floats:
    """Expected unit value, USD/kg, [line, month]: the item's price walks, exporters differ."""
    world = np.cumsum(rng.normal(0, 0.03, (plan.items, plan.months)), axis=1)
    base = rng.normal(1.5, 1.2, plan.items)[:, None] + world
    own = rng.normal(0, 0.3, len(item))[:, None]
    own = own + _wander(len(item), plan.months, 0.05 * plan.noise, 0.9, rng)
    price: Floats = np.exp(base[item] + own)
    return price


def _divert(
    now: Floats,
    struck: tuple[Disruption, ...],
    item: Ints,
    plan: Plan,
    rng: np.random.Generator,
) -> None:
    """Half of what one exporter no longer sends comes from another, where re-routing is meant."""
    for one in struck:
        others = np.flatnonzero((item == item[one.line]) & (np.arange(len(item)) != one.line))
        if one.kind != "re-route" or not len(others):
            continue
        through, stop = int(rng.choice(others)), min(one.end, plan.months)
        for reporter in one.hits:
            left = now[one.line, reporter, one.onset : stop]
            lost = left / np.maximum(one.quantity[: stop - one.onset], 0.02) - left
            now[through, reporter, one.onset : stop] += 0.5 * lost


def _by_shipments(plan: Plan, now: Floats, rng: np.random.Generator) -> Floats:
    lines = now.shape[0]
    k = 1 / (np.asarray(rng.gamma(2.0, 0.04, lines))[:, None, None] * plan.noise)
    number = rng.poisson(now * rng.gamma(k, 1 / k, now.shape))
    size = np.asarray(rng.uniform(1.0, 4.0, lines))[:, None, None]
    amount: Floats = np.where(number > 0, rng.gamma(np.maximum(number, 1) * size) / size, 0.0)
    return amount


def _by_orders(plan: Plan, now: Floats, rng: np.random.Generator) -> Floats:
    """What is needed piles up until an order is worth it."""
    amount = np.zeros(now.shape)
    worth = rng.uniform(0.3, 3.0, now.shape[:2])
    due = rng.uniform(0, 1, now.shape[:2]) * worth
    tail = rng.standard_t(4, now.shape) / np.sqrt(2)
    for t in range(now.shape[2]):
        due = due + now[:, :, t]
        ordered = (due >= worth) & (rng.random(due.shape) < 0.9)
        size = np.exp(0.25 * plan.noise * np.clip(tail[:, :, t], -4, 4))
        amount[:, :, t] = np.where(ordered, due * size, 0.0)
        due = np.where(ordered, 0.0, due)
    return amount


def _by_gamma(plan: Plan, now: Floats, rng: np.random.Generator) -> Floats:
    silent = rng.random(now.shape) < np.exp(-1.2 * now)
    k = 1 / (
        np.asarray(rng.gamma(3.0, 0.06, now.shape[0]))[:, None, None] * plan.noise
        + 0.7 / now.clip(0.2)
    )
    full = np.maximum(1 - np.exp(-1.2 * now), 1e-9)
    amount: Floats = np.where(silent, 0.0, rng.gamma(k, now / k / full))
    return amount


def _by_cargoes(plan: Plan, now: Floats, rng: np.random.Generator) -> Floats:
    """What is wanted wanders for months, and comes when it fills a cargo."""
    lines, many, months = now.shape
    path = _wander(lines * many, months, 0.3 * plan.noise, 0.7, rng).reshape(now.shape)
    wanted = now * np.exp(path - 0.045 * plan.noise**2)
    cargo = rng.uniform(0.5, 4.0, (lines, many))
    left = rng.uniform(0, 1, (lines, many)) * cargo
    amount = np.zeros(now.shape)
    for t in range(months):
        left = left + wanted[:, :, t]
        amount[:, :, t] = np.floor(left / cargo) * cargo
        left = left - amount[:, :, t]
    return amount


#: how amounts come about; the order gives the seeds
AMOUNTS: dict[str, Callable[[Plan, Floats, np.random.Generator], Floats]] = {
    "orders": _by_orders,
    "shipments": _by_shipments,
    "smooth": _by_gamma,
    "cargoes": _by_cargoes,
}
#: how far the level of a line wanders: spread of its logarithm
LOOSE = {"orders": 0.25, "shipments": 0.15, "smooth": 0.12, "cargoes": 0.2}


def _bulk(
    final: Floats, value: Floats, usual: Floats, paid: Floats, rng: np.random.Generator
) -> None:
    """A shipload now and then: three to eight months' worth at once."""
    hit = rng.random(final.shape) < 0.003
    extra = usual[hit] * rng.uniform(3, 8, int(hit.sum()))
    unit = np.where(final[hit] > 0, value[hit] / np.maximum(final[hit], 1e-9), paid[hit])
    final[hit] += extra
    value[hit] += extra * unit


def _releases(
    plan: Plan, final: Floats, value: Floats, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Every release a row: a short first one, a revision, sometimes late, sometimes a slip."""
    many, months = plan.reporters, plan.months
    lag = rng.integers(1, 4, many)[:, None] + (rng.random((many, months)) < 0.04) * rng.integers(
        1, 5, (many, months)
    )
    cells = np.indices(final.shape).reshape(3, -1)
    line, reporter, ref = cells
    out = ref + lag[reporter, ref]
    out = out + (rng.random(len(out)) < 0.01) * rng.integers(1, 5, len(out))
    short = np.where(
        rng.random(len(ref)) < 0.5,
        1 - rng.beta(1, 9, len(ref)),
        np.exp(rng.normal(0, 0.04, len(ref))),
    )
    slip = np.where(
        rng.random(len(ref)) < 0.0015, rng.choice([0.001, 0.1, 10.0, 1000.0], len(ref)), 1.0
    )
    revised = rng.random(len(ref)) < 0.7
    amount, paid = final[line, reporter, ref], value[line, reporter, ref]
    first = (line, reporter, ref, out, paid * short, amount * short * slip)
    mended = slip != 1.0
    again = (revised | mended) & (amount > 0)
    later = out + np.where(mended, rng.integers(3, 14, len(ref)), rng.integers(1, 5, len(ref)))
    second = tuple(x[again] for x in (line, reporter, ref, later, paid, amount))
    both = [np.concatenate([a, b]) for a, b in zip(first, second, strict=True)]
    order = np.lexsort((both[2], both[1], both[0], both[3]))
    kept = order[both[3][order] < months]
    names = ("line", "reporter", "ref", "published", "value_usd", "qty_kg")
    return {name: column[kept] for name, column in zip(names, both, strict=True)}
