"""A panel is read whatever program wrote it, and no score knows what was published later."""

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from watch_panels import whole_item, write

from foreshock.watch import panel
from foreshock.watch.panel_table import read_panel
from foreshock.watch.panel_words import score_rows


def scores(path):
    found = read_panel(path, [])
    return "".join(score_rows(found, panel.backtest(found))).splitlines()


@pytest.mark.parametrize(
    "kinds",
    [
        "CAST(ref_month || '-01' AS DATE) AS ref_month, "
        "CAST(published || '-28' AS DATE) AS published",
        "CAST(ref_month || '-01' AS TIMESTAMP) AS ref_month, published || '-15' AS published",
        "CAST(replace(ref_month, '-', '') AS INT) AS ref_month, "
        "CAST(replace(published, '-', '') AS DOUBLE) AS published",
        "CAST(qty_kg AS INT) AS qty_kg, CAST(value_usd AS BIGINT) AS value_usd",
        "CAST(qty_kg AS FLOAT) AS qty_kg, CAST(round(qty_kg) AS VARCHAR) AS value_usd",
        "CAST(reporter AS ENUM('KR', 'JP')) AS reporter",
    ],
    ids="dates timestamps numbers whole-figures narrow-figures categories".split(),
)
def test_other_writers_types_give_the_same_lines_and_months(tmp_path, kinds):
    plain = write(tmp_path / "plain.parquet", whole_item())
    names = {part.split(" AS ")[-1].strip() for part in kinds.split(", ") if " AS " in part}
    names = [n for n in ("ref_month", "published", "qty_kg", "value_usd", "reporter") if n in names]
    with duckdb.connect() as base:
        base.execute(
            f"COPY (SELECT * EXCLUDE ({', '.join(names)}), {kinds} FROM '{plain}') "
            f"TO '{tmp_path}/other.parquet' (FORMAT parquet)"
        )
    ours, theirs = scores(plain), scores(tmp_path / "other.parquet")
    assert [row.rsplit(",", 1)[0] for row in theirs] == [row.rsplit(",", 1)[0] for row in ours]


@pytest.mark.parametrize("kind", ["INT", "DOUBLE"])
def test_codes_that_came_as_numbers_leave_as_those_numbers(tmp_path, kind):
    plain = write(tmp_path / "plain.parquet", [(*r[:2], "010121", *r[3:]) for r in whole_item()])
    with duckdb.connect() as base:
        base.execute(
            f"COPY (SELECT * REPLACE (CAST(hs AS {kind}) AS hs) FROM '{plain}') "
            f"TO '{tmp_path}/n.parquet' (FORMAT parquet)"
        )
    assert {row.split(",")[0] for row in scores(tmp_path / "n.parquet")[1:]} == {"10121"}


def test_every_line_has_a_row_for_every_month_in_the_order_of_the_contract(tmp_path):
    rows = scores(write(tmp_path / "p.parquet", whole_item(count=40)))
    assert rows[0] == "hs,partner,as_of,score"
    assert len(rows) == 1 + 3 * 40
    assert rows[1].startswith("250410,BR,2015-03,")


def test_figures_without_kilograms_are_unknown_and_not_zero(tmp_path):
    table = [(*r[:6], "" if r[3] >= "2020-10" else r[6]) for r in whole_item()]
    newest = [row for row in scores(write(tmp_path / "p.parquet", table)) if "2021-02" in row]
    assert max(float(row.rsplit(",", 1)[1]) for row in newest) < 2


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 70))
def test_no_score_knows_what_was_published_later(tmp_path_factory, seed, cut):
    rng = np.random.default_rng(seed)
    folder = tmp_path_factory.mktemp("cut")
    table = whole_item(fall=np.full(8, 0.2), seed=seed % 7)
    revised = [table[n] for n in rng.integers(0, len(table), 60)]
    table += [  # later releases: other amounts, none at all, another unit
        (*r[:4], f"{int(r[4][:4]) + 1}{r[4][4:]}", r[5], r[6] * rng.choice([0.3, 1.5, 1000.0]))
        for r in revised
    ]
    end = sorted({row[4] for row in table})[cut]
    whole = scores(write(folder / "whole.parquet", table))
    part = scores(write(folder / "part.parquet", [row for row in table if row[4] <= end]))
    known = {row.rsplit(",", 1)[0]: row for row in whole}
    assert all(known[row.rsplit(",", 1)[0]] == row for row in part)


def test_figures_that_came_as_text_are_read_and_those_that_are_none_are_told(tmp_path):
    plain = write(tmp_path / "plain.parquet", whole_item(count=40))
    with duckdb.connect() as base:
        base.execute(
            "COPY (SELECT * REPLACE (CASE row_number() OVER () WHEN 3 THEN 'soon' WHEN 4 THEN 'W' "
            "WHEN 5 THEN '1,300' ELSE CAST(qty_kg AS VARCHAR) END AS qty_kg) "
            f"FROM '{plain}') TO '{tmp_path}/text.parquet' (FORMAT parquet)"
        )
    notices: list[str] = []
    found = read_panel(tmp_path / "text.parquet", notices)
    assert next(n for n in notices if "no number" in n).startswith(
        "1 row(s) hold a quantity that is no number; not used: "
    )
    assert 1300.0 in found.amount.tolist()
    assert int(np.isnan(found.amount).sum()) == 2
