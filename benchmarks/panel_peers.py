"""Others on the panel of `panel_speed.py`, which runs this with `--peer-python`.

Needs numpy and, as far as they are to be measured, polars, ruptures and statsforecast; nothing of
ours. They are slow, so that most run on a sample; each is called once on little before it is timed,
for some compile as well.
"""

import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version

import numpy as np

MONTHS = 120
#: series that each is measured on
SAMPLE = {"ruptures": 2000, "statsforecast SeasonalNaive": 2000, "statsforecast AutoETS": 20}
MOST = 100_000


def main() -> None:
    filled = np.nan_to_num(figures(MOST)[0])
    for name, run in (("polars", _polars), ("ruptures", _ruptures), *_FORECASTS):
        many = SAMPLE.get(name, len(filled))
        try:
            run(filled[:10])()
            job = run(filled[:many])
            told = f"{name} {version(name.split()[0])}"
        except ImportError as missing:
            print(f"| {name} | - | not installed ({missing.name}) | - | - |")
            continue
        row(told, many, job)


def figures(series: int) -> tuple[np.ndarray, np.ndarray]:
    """Amounts and values [series, month], lumpy and seasonal; of the newest 40 % are unknown."""
    rng = np.random.default_rng(1)
    amount = np.empty((series, MONTHS), dtype=np.float32)
    for start in range(0, series, 50_000):
        part = amount[start : start + 50_000]
        level = np.exp(rng.normal(1.0, 1.5, (len(part), 1)))
        season = 1 + 0.2 * np.sin(np.arange(MONTHS) * np.pi / 6)
        part[:] = rng.poisson(level * season) * np.exp(rng.normal(6, 2, (len(part), 1)))
    amount[:, -1][rng.random(series) < 0.4] = np.nan
    value = amount * np.float32(3.0)
    value *= np.exp(rng.normal(0, 0.1, (1, MONTHS))).astype(np.float32)
    return amount, value


def row(name: str, series: int, job: Callable[[], object]) -> float:
    """Run a job and print a line of the table; returns microseconds a series."""
    start, busy = time.perf_counter(), time.process_time()
    job()
    took, busy = time.perf_counter() - start, time.process_time() - busy
    each = took / series * 1e6
    print(f"| {name} | {series:,} | {took:.2f} | {busy:.2f} | {each:.1f} |", flush=True)
    return each


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


if __name__ == "__main__":
    main()
