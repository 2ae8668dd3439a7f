"""What a panel costs: `python benchmarks/panel_speed.py [--series 1e6] [--backtest 1e5]`.

Made figures, sorted, in memory, float32, 120 months, five recipients a line, six lines an item; as
many of it unknown or zero as lumpy trade has. One month as known by the model and by the plain
rules; the same at a tenth, to see whether cost is linear; a back-test of 78 months as known. Peers,
where they are installed (statsforecast, ruptures, polars), run in the same process on a sample, for
they are slow; a time for each series is printed, and core-seconds, which a busy machine changes
less than seconds. Ours is warmed up first, for it compiles.
"""

import argparse
import resource
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from itertools import islice

import numpy as np

from foreshock.watch import panel, panel_presets
from foreshock.watch.kernels import Layout

MONTHS, RECIPIENTS, EXPORTERS = 120, 5, 6
#: months of the back-test
BACK = 78
#: series on which a peer is measured
SAMPLE = {"ruptures": 2000, "statsforecast SeasonalNaive": 2000, "statsforecast AutoETS": 20}


def main() -> None:
    asked = _arguments()
    _warm_up()
    print(
        "| what | series | seconds | core-seconds | microseconds a series |\n|---|---|---|---|---|"
    )
    one_month(asked.series // 10)
    one_month(asked.series)
    if asked.backtest:
        back_test(asked.backtest)
    peers(figures(100_000)[0])


def one_month(series: int) -> None:
    """The model and the plain rules on the newest month."""
    amount, value, where = figures(series)
    before = _peak()
    _row("full model, one month as known", series, lambda: panel.judge(amount, value, where))
    after = _peak()
    for name, rule in panel_presets.RULES.items():
        _row(f"rule {name}", series, partial(rule, amount, value, where, None))
    print(f"| memory: highest of the process, GB | {series:,} | {after:.1f} | |  |")
    print(f"| of it before the model, figures included, GB | {series:,} | {before:.1f} | |  |")


def figures(series: int) -> tuple[np.ndarray, np.ndarray, Layout]:
    """Amounts and values [series, month], and where they belong."""
    rng = np.random.default_rng(1)
    lines = series // RECIPIENTS
    series = lines * RECIPIENTS
    amount = np.empty((series, MONTHS), dtype=np.float32)
    for start in range(0, series, 50_000):
        part = amount[start : start + 50_000]
        level = np.exp(rng.normal(1.0, 1.5, (len(part), 1)))
        season = 1 + 0.2 * np.sin(np.arange(MONTHS) * np.pi / 6)
        part[:] = rng.poisson(level * season) * np.exp(rng.normal(6, 2, (len(part), 1)))
    amount[:, -1][rng.random(series) < 0.4] = np.nan  # not out yet
    value = amount * np.float32(3.0)
    value *= np.exp(rng.normal(0, 0.1, (1, MONTHS))).astype(np.float32)
    items = -(-lines // EXPORTERS)
    where = Layout(
        np.minimum(np.arange(items + 1) * EXPORTERS, lines),
        np.arange(lines + 1) * RECIPIENTS,
        np.arange(lines) % 200,
        np.arange(series) % RECIPIENTS,
    )
    return amount, value, where


def back_test(series: int) -> None:
    """The last 78 months, each as known at its end: figures out one to three months later."""
    amount, value, where = figures(series)
    series = len(amount)
    late = 1 + where.reporter % 3
    ref = np.repeat(np.arange(MONTHS), series)
    out = ref + np.tile(late, MONTHS)
    order = np.argsort(out, kind="stable")
    names = [
        tuple(str(n) for n in range(many)) for many in (len(where.item_start), 200, RECIPIENTS)
    ]
    line_item = np.repeat(np.arange(len(where.item_start) - 1), np.diff(where.item_start))
    releases = panel.Releases(
        names[0][:-1], names[1], names[2], line_item, where.exporter,
        np.repeat(np.arange(len(where.exporter)), RECIPIENTS), where.reporter,
        np.tile(np.arange(series), MONTHS)[order], ref[order], out[order],
        amount.T.ravel()[order], value.T.ravel()[order],
    )  # fmt: skip
    first = MONTHS + 1 - BACK
    run = islice(panel.backtest(releases, first=first), BACK)
    _row(f"full model, {BACK} months as known", series, lambda: [None for _ in run])


def peers(amount: np.ndarray) -> None:
    """Others on the same figures, each on as many as it can take."""
    filled = np.nan_to_num(amount)
    for name, run in (("polars rule", _polars), ("ruptures", _ruptures), *_FORECASTS):
        many = SAMPLE.get(name, len(filled))
        try:
            job = run(filled[:many])
        except ImportError as missing:
            print(f"| {name} | - | not installed ({missing.name}) | - | - |")
            continue
        _row(name, many, job)


def _polars(amount: np.ndarray) -> Callable[[], object]:
    """Year on year and a z-score by series, on a sorted long table."""
    pl = import_module("polars")
    long = pl.DataFrame(
        {"series": np.repeat(np.arange(len(amount)), MONTHS), "kg": amount.ravel()}
    ).set_sorted("series")
    kg = pl.col("kg")
    return lambda: long.group_by("series", maintain_order=True).agg(
        yoy=kg.tail(4).sum() / kg.slice(MONTHS - 16, 4).sum(),
        z=(kg.last() - kg.slice(0, MONTHS - 1).mean()) / kg.slice(0, MONTHS - 1).std(),
    )


def _ruptures(amount: np.ndarray) -> Callable[[], object]:
    """The fast variant: kernel change points in C."""
    ruptures = import_module("ruptures")
    logs = np.log1p(amount)
    return lambda: [ruptures.KernelCPD("linear").fit(row).predict(pen=5) for row in logs]


def _forecast(model: str) -> Callable[[np.ndarray], Callable[[], object]]:
    def ready(amount: np.ndarray) -> Callable[[], object]:
        core, models = import_module("statsforecast"), import_module("statsforecast.models")
        pandas = import_module("pandas")
        table = pandas.DataFrame(
            {
                "unique_id": np.repeat(np.arange(len(amount)), MONTHS),
                "ds": np.tile(np.arange(MONTHS), len(amount)),
                "y": amount.ravel(),
            }
        )
        one = core.StatsForecast(models=[getattr(models, model)(season_length=12)], freq=1)
        return lambda: one.forecast(df=table, h=1, level=[99])

    return ready


_FORECASTS = tuple(
    (f"statsforecast {model}", _forecast(model)) for model in ("SeasonalNaive", "AutoETS")
)


def _warm_up() -> None:
    amount, value, where = figures(30 * EXPORTERS)
    for judge in (panel.judge, *panel_presets.RULES.values()):
        judge(amount, value, where, None)


def _row(name: str, series: int, job: Callable[[], object]) -> None:
    start, busy = time.perf_counter(), time.process_time()
    job()
    took, busy = time.perf_counter() - start, time.process_time() - busy
    each = took / series * 1e6
    print(f"| {name} | {series:,} | {took:.2f} | {busy:.2f} | {each:.1f} |", flush=True)


def _peak() -> float:
    """Highest memory of this process so far, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _arguments() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--series", type=lambda t: int(float(t)), default=1_000_000)
    words.add_argument("--backtest", type=lambda t: int(float(t)), default=100_000)
    words.add_argument("--runs", type=int, default=1, help="as others; what is printed is one run")
    return words.parse_args()


if __name__ == "__main__":
    main()
