"""Small panels as Parquet files, for the tests of the panel detector."""

import csv

import duckdb
import numpy as np

COLUMNS = "reporter partner hs ref_month published value_usd qty_kg".split()


def months(count, first=2015):
    return [f"{first + n // 12}-{n % 12 + 1:02d}" for n in range(count)]


def steady(count, level=1000.0, spread=0.1, seed=0):
    return level * np.exp(np.random.default_rng(seed).normal(0, spread, count))


def rows(amounts, reporter="KR", partner="CN", hs="250410", price=2.0, lag=2):
    """One release of each month, published `lag` months later; None says nothing of a month."""
    stamps = months(len(amounts) + lag)
    return [
        (reporter, partner, hs, stamps[n], stamps[n + lag], price * amount, amount)
        for n, amount in enumerate(np.asarray(amounts, dtype=float).tolist())
        if amount == amount
    ]


def write(path, table, columns=COLUMNS):
    """A Parquet file of rows; columns of text, figures as they are."""
    text = path.with_suffix(".csv")
    with text.open("w", newline="") as file:
        csv.writer(file).writerows(table)
    kinds = ["DOUBLE" if name in ("value_usd", "qty_kg") else "VARCHAR" for name in columns]
    shape = ", ".join(f"'{n}': '{k}'" for n, k in zip(columns, kinds, strict=True))
    with duckdb.connect() as base:
        base.execute(
            f"COPY (FROM read_csv('{text}', header=false, columns={{{shape}}})) "
            f"TO '{path}' (FORMAT parquet)"
        )
    return path


def whole_item(fall=None, count=72, seed=0):
    """An item from three exporters to two recipients; `fall` is put over CN's last months."""
    table = []
    for e, partner in enumerate(("CN", "BR", "MZ")):
        for r, reporter in enumerate(("KR", "JP")):
            amounts = steady(count, 1000 * (e + 1), 0.15, seed * 100 + 10 * e + r)
            if partner == "CN" and fall is not None:
                amounts[-len(fall) :] *= fall
            table += rows(amounts, reporter, partner)
    return table
