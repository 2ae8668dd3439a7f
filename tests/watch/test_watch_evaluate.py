"""The evaluation kit: thresholds keep their budget, an oracle is hard to beat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from watch_panels import rows as figures
from watch_panels import steady, write

from foreshock.watch import evaluate, evaluate_kit, evaluate_worlds
from foreshock.watch.inject import Disruption
from foreshock.watch.inject_worlds import AMOUNTS, Plan, make
from foreshock.watch.panel_presets import RULES
from foreshock.watch.panel_table import read_panel


def quiet(*_):
    pass


@pytest.mark.parametrize("kind", sorted(AMOUNTS))
def test_the_oracle_finds_more_than_a_plain_rule(kind):
    world = make(Plan(kind=kind, items=8, exporters=4, months=90, seed=5))
    first = evaluate_worlds.FIRST + 42
    panel = evaluate_worlds.releases_of(world)
    best = evaluate_worlds.scores_of(panel, first, evaluate_worlds.oracle_of(world))
    rule = evaluate_worlds.scores_of(panel, first, RULES["year-on-year"])
    known = evaluate.truth(world.disruptions, (best.shape[0], best.shape[1]), 42)
    assert evaluate.grade(best, known, 2.0).early > evaluate.grade(rule, known, 2.0).early


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(evaluate.BUDGETS))
def test_false_alarms_stay_within_the_budget(seed, budget):
    rng = np.random.default_rng(seed)
    scores = np.round(rng.normal(0, 1, (30, 60)), 1)
    known = evaluate.truth([Disruption(0, 10, 20, "stop", (), (), ())], scores.shape, 0)
    assert evaluate.grade(scores, known, budget).false <= budget


def test_without_the_lag_what_is_published_is_what_was_traded_in_its_own_month():
    world = make(Plan(items=2, months=60))
    now = evaluate_worlds.releases_of(world, lag=False)
    assert (now.published == now.ref).all()
    assert np.isclose(now.amount.sum(), world.final.sum())


@pytest.fixture
def real(tmp_path):
    table = []
    for n in range(8):
        table += figures(steady(90, 500, 0.3, n), hs=f"25041{n}")
    return read_panel(write(tmp_path / "real.parquet", table), [])


def test_real_series_are_shifted_and_found_more_often_than_a_coin_would(real):
    table = list(evaluate_kit.shifted(real, None, quiet))
    found = {(row.data, row.lag, row.group, row.budget): row for row in table}
    row = found["real, shifted", "as published", "all", 2.0]
    assert row.events >= 4 and row.false <= 2.0
    assert row.recall_low <= row.recall <= row.recall_high
    assert row.recall > 0.3
    assert found["real, shifted", "none", "all", 2.0].events == row.events


def test_labelled_cases_are_graded_and_their_lines_are_not_shifted(real):
    cases = [Disruption(3, 12 * 2021 + 2, 12 * 2022, "control", (), (), ())]
    table = list(evaluate_kit.shifted(real, None, quiet, cases))
    of_cases = [row for row in table if row.data == "real cases" and row.group == "all"]
    assert {row.events for row in of_cases} == {1}
    assert {row.recall for row in of_cases} == {0.0}  # nothing happened there


def test_figures_too_short_to_shift_give_no_row(tmp_path):
    short = read_panel(write(tmp_path / "s.parquet", figures(steady(30))), [])
    assert list(evaluate_kit.shifted(short, None, quiet)) == []
