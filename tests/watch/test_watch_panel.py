"""A panel is judged month by month, from what was known, and bad figures raise nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from watch_panels import COLUMNS, rows, steady, whole_item, write

from foreshock.errors import Misread, Unreadable, WrongUse
from foreshock.watch import panel, panel_presets
from foreshock.watch.panel_table import read_panel
from foreshock.watch.panel_words import month, sentence


@pytest.fixture
def judged(tmp_path):
    """Scores by (hs, partner) and as-of month, and what was said, of a table of rows."""

    def run(table, by=None, columns=COLUMNS):
        notices = []
        found = read_panel(write(tmp_path / "panel.parquet", table, columns), notices)
        scores = {}
        for one in panel.backtest(found, by=by):
            for line, score in enumerate(one.verdicts.evidence.tolist()):
                key = (
                    found.items[found.line_item[line]],
                    found.exporters[found.line_exporter[line]],
                )
                scores.setdefault(key, {})[month(one.as_of)] = score
        return scores, notices

    return run


def test_a_collapse_of_one_exporter_stands_out_and_the_others_do_not(judged):
    scores, _ = judged(whole_item(fall=np.array([0.02, 0.02])))
    newest = max(scores["250410", "CN"])
    assert scores["250410", "CN"][newest] > 6
    assert max(scores["250410", "BR"][newest], scores["250410", "MZ"][newest]) < 2


def test_the_future_changes_no_score(judged):
    table = whole_item(fall=np.array([0.1, 0.1, 0.1]))
    whole, _ = judged(table)
    part, _ = judged([row for row in table if row[4] <= "2019-06"])
    for line, by_month in part.items():
        for stamp, score in by_month.items():
            assert score == pytest.approx(whole[line][stamp], abs=1e-9)


def test_every_line_has_a_score_for_every_month_of_publication(judged):
    scores, _ = judged(whole_item())
    assert {len(by_month) for by_month in scores.values()} == {72}
    assert min(scores["250410", "CN"]) == "2015-03"


def test_a_newest_month_that_is_not_out_yet_is_no_zero(judged):
    late = [row for row in whole_item() if not (row[0] == "JP" and row[3] >= "2020-10")]
    scores, _ = judged(late)
    assert max(scores["250410", "CN"].values()) < 4


def test_a_later_release_takes_the_place_of_an_earlier_one(judged):
    table = rows(np.append(steady(70), [0.0, 0.0]))
    mended = [(*row[:4], "2021-03", row[5], 1000.0) for row in table if row[6] == 0.0]
    scores, _ = judged(table + mended)
    assert scores["250410", "CN"]["2021-02"] > 5 > 2 > scores["250410", "CN"]["2021-03"]


def test_a_month_in_which_a_reporter_that_prints_no_zeros_shows_others_only_is_a_zero(judged):
    other = rows(steady(72, seed=5), hs="260600") + rows(steady(72, seed=6), hs="260700")
    scores, _ = judged(rows(steady(68)) + other)
    assert scores["250410", "CN"]["2021-02"] > 6


def test_a_reporter_that_prints_its_zeros_says_nothing_by_leaving_out(judged):
    other = rows(np.append(steady(71, seed=5), 0.0), hs="260600")
    zeros = rows([0.0] * 72, hs="260700")
    scores, _ = judged(rows(steady(68)) + other + zeros)
    assert scores["250410", "CN"]["2021-02"] < 2


@pytest.mark.parametrize("factor", [10.0, 1000.0, 0.001])
def test_a_slip_of_the_unit_is_mended_by_the_value(judged, factor):
    table = rows(steady(72))
    table[-1] = (*table[-1][:6], table[-1][6] * factor)
    table[-2] = (*table[-2][:6], table[-2][6] * factor)
    scores, _ = judged(table)
    assert max(scores["250410", "CN"].values()) < 2


def test_a_price_that_doubles_against_other_exporters_stands_out(judged):
    table = [
        (*row[:5], row[5] * (2.5 if row[1] == "CN" and row[3] >= "2020-08" else 1.0), row[6])
        for row in whole_item()
    ]
    scores, _ = judged(table)
    assert scores["250410", "CN"]["2021-02"] > 3 > scores["250410", "BR"]["2021-02"]


@pytest.mark.parametrize(
    "amounts",
    [[0.0] * 60, [5.0], [7.0] * 60, [*([3.0] * 5), *([np.nan] * 50), *([3.0] * 5)]],
    ids="zeros one-value constant gap".split(),
)
def test_series_that_tell_nothing_raise_nothing(judged, amounts):
    scores, _ = judged(rows(amounts) + rows(steady(60), partner="BR"))
    assert max(scores["250410", "CN"].values()) < 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({6: -5.0}, "negative or infinite quantity"),
        ({5: float("inf")}, "negative or infinite value"),
        ({6: 0.0}, "a value but no kilograms"),
        ({3: "2031-01"}, "after the one in which they were published"),
        ({3: "soon"}, "a month that is none"),
        ({1: None}, "name no reporter, partner or hs"),
    ],
)
def test_a_row_that_cannot_be_is_told_with_its_series_and_the_rest_goes_on(judged, change, said):
    table = rows(steady(60))
    table[50] = tuple(change.get(n, cell) for n, cell in enumerate(table[50]))
    scores, notices = judged(table)
    assert any(said in notice for notice in notices)
    assert len(scores["250410", "CN"]) == 60
    assert max(scores["250410", "CN"].values()) < 2


def test_rows_repeated_are_told_and_the_order_of_the_file_does_not_matter(judged):
    table = whole_item()
    mixed = [table[n] for n in np.random.default_rng(1).permutation(len(table))]
    one, _ = judged(table)
    two, notices = judged([*mixed, mixed[0]])
    assert any("1 row(s) repeat" in notice for notice in notices)
    assert all(two[line] == pytest.approx(by_month, abs=1e-6) for line, by_month in one.items())


def test_a_column_flow_that_says_exports_turns_reporter_and_partner(judged):
    turned = [(r, p, *rest, "X") for p, r, *rest in whole_item()]
    as_imports, _ = judged(whole_item())
    as_exports, _ = judged(turned, columns=[*COLUMNS, "flow"])
    assert as_exports.keys() == as_imports.keys()


def test_files_that_are_no_panel_are_told(tmp_path):
    with pytest.raises(WrongUse, match="is not there"):
        read_panel(tmp_path / "none.parquet", [])
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(Unreadable, match="cannot be read as Parquet"):
        read_panel(tmp_path / "bad.parquet", [])
    short = write(tmp_path / "short.parquet", [("KR", "CN")], ["reporter", "partner"])
    with pytest.raises(Misread, match="no column hs, ref_month"):
        read_panel(short, [])
    empty = write(tmp_path / "e.parquet", [("KR", "CN", "1", "soon", "never", 1.0, 1.0)])
    with pytest.raises(Misread, match="no usable row"):
        read_panel(empty, [])


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.one_of(st.floats(0, 1e9, width=32), st.just(0.0), st.just(float("nan"))),
        min_size=1,
        max_size=70,
    )
)
def test_any_figures_give_a_finite_score(amounts):
    table = np.array([amounts], dtype=np.float32)
    where = panel.Layout(np.array([0, 1]), np.array([0, 1]), np.array([0]), np.array([0]))
    found, _ = panel.judge(table.copy(), table.copy(), where)
    assert np.isfinite(found.evidence).all()


def test_a_sentence_says_since_when_and_how_much(tmp_path):
    found = read_panel(write(tmp_path / "p.parquet", whole_item(fall=np.array([0.02] * 3))), [])
    last = list(panel.backtest(found))[-1]
    said = sentence(found, last, found.exporters.index("CN"))
    assert said.startswith("250410 from CN: since 2020-10 quantity at ")
    assert "as of 2021-02" in said


@pytest.mark.parametrize("rule", sorted(panel_presets.RULES))
def test_the_plain_rules_give_a_score_in_every_month(judged, rule):
    scores, _ = judged(whole_item(fall=np.array([0.1] * 4)), by=panel_presets.RULES[rule])
    assert len(scores["250410", "CN"]) == 72
    assert all(np.isfinite(score) and score >= 0 for score in scores["250410", "CN"].values())
