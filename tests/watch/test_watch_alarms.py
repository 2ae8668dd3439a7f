"""Alarms keep to a budget or to a rate of false ones, and nothing is told twice in half a year."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from watch_panels import whole_item, write

from foreshock.errors import WrongUse
from foreshock.watch import alarms, evaluate, evaluate_worlds, panel, panel_alarms
from foreshock.watch.inject_worlds import AMOUNTS, Plan, make
from foreshock.watch.panel_table import read_panel

EVIDENCE = arrays(np.float64, st.integers(1, 40), elements=st.floats(-10, 30))


def honest(rng, lines, changed=0, shift=3.0):
    """Log e-values whose mean is one where nothing changed: likelihood ratios of a shift."""
    x = rng.normal(0, 1, lines)
    x[:changed] += shift
    return shift * x - shift**2 / 2


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.05, 0.1, 0.3]))
def test_with_nothing_to_find_the_rate_of_rounds_with_any_alarm_keeps_its_word(seed, rate):
    rng = np.random.default_rng(seed)
    any_told = [alarms.e_bh(honest(rng, 200), rate).any() for _ in range(60)]
    # an honest e-value exceeds n/rate by Markov in at most `rate` of the rounds
    assert np.mean(any_told) <= rate + 3 * np.sqrt(rate * (1 - rate) / 60)


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2])
def test_the_share_of_false_lines_among_those_told_stays_below_the_rate(rate):
    rng = np.random.default_rng(7)
    shares = []
    for _ in range(200):
        told = alarms.e_bh(honest(rng, 500, changed=40, shift=4.0), rate)
        shares.append(told[40:].sum() / max(told.sum(), 1))
    assert np.mean(shares) <= rate


@cache
def judged(kind, share, noise=1.0):
    """A small made world and its scores [line, month] of the last three years, as published."""
    world = make(Plan(kind=kind, items=20, months=84, seed=77, noise=noise, share=share))
    first = evaluate_worlds.FIRST + 48
    return world, evaluate_worlds.scores_of(evaluate_worlds.releases_of(world), first)


@pytest.mark.parametrize("noise", [0.7, 1.4])
@pytest.mark.parametrize("kind", sorted(AMOUNTS))
def test_where_nothing_happens_an_e_value_is_worth_no_more_than_one(kind, noise):
    world, scores = judged(kind, 0.0, noise)
    e = np.exp(alarms.honest(scores))
    assert e.mean() <= 1
    for lots in (world.shipments < 20, world.shipments >= 20):  # thin and dense lines alike
        assert e[lots].mean() <= 1
    for least in (20, 100):  # Markov
        assert (e >= least).mean() <= 1 / least


@pytest.mark.parametrize("rate", [0.1, 0.2])
def test_of_lines_told_at_a_rate_no_more_are_false_and_something_is_found(rate):
    shares, found = [], 0
    for kind in sorted(AMOUNTS):
        world, scores = judged(kind, 0.3)
        known = evaluate.truth(world.disruptions, (scores.shape[0], scores.shape[1]), 48)
        for month, column in enumerate(scores.T):
            told = alarms.by_item(alarms.honest(column), world.item, rate)
            shares.append((told & known.quiet[:, month]).sum() / max(told.sum(), 1))
            found += told.sum()
    assert np.mean(shares) <= rate
    assert found > 100


def test_items_first_keeps_the_rate_among_items_and_finds_those_that_changed():
    rng = np.random.default_rng(3)
    item = np.repeat(np.arange(100), 20)
    shares, found = [], []
    for _ in range(60):
        told = alarms.by_item(honest(rng, 2000, changed=200, shift=5.0), item, 0.1)
        items = np.unique(item[told])
        shares.append((items >= 10).sum() / max(len(items), 1))
        found.append((items < 10).sum())
    assert np.mean(shares) <= 0.1
    assert np.mean(found) > 9


@settings(max_examples=60, deadline=None)
@given(EVIDENCE, st.sampled_from([0.05, 0.2]))
def test_more_evidence_never_takes_a_line_out(evidence, rate):
    before = alarms.e_bh(evidence, rate)
    stronger = evidence.copy()
    stronger[0] += 5
    assert (alarms.e_bh(stronger, rate) | ~before).all()


@settings(max_examples=60, deadline=None)
@given(EVIDENCE, st.integers(0, 10))
def test_a_budget_is_never_overdrawn_and_takes_the_strongest(evidence, most):
    chosen = alarms.strongest(evidence, most)
    assert len(chosen) <= most
    left = np.delete(evidence, chosen)
    if len(chosen) == most and most and len(left):
        assert evidence[chosen].min() >= left.max()
    assert (evidence[chosen] > 0).all()


def test_what_is_material_is_looked_at_first():
    evidence, worth = np.array([5.0, 4.0, 4.5]), np.array([1.0, 100.0, 1.0])
    assert alarms.strongest(evidence, 2, worth).tolist() == [1, 0]


def test_a_rate_that_is_none_is_told():
    with pytest.raises(WrongUse, match="the rate is 2"):
        alarms.e_bh(np.zeros(3), 2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_no_line_is_told_twice_within_six_months(loud):
    desk, told = alarms.Desk(1), []
    for month, here in enumerate(loud):
        news = desk.news(month, np.array([0]) if here else np.zeros(0, dtype=int))
        desk.tell(month, news)
        told += [month] * len(news)
    assert all(b - a > alarms.MERGED for a, b in pairwise(told))


def test_a_line_that_waits_for_the_budget_is_told_later():
    desk = alarms.Desk(2)
    desk.tell(1, np.array([0]))
    assert desk.news(2, np.array([0, 1])).tolist() == [1]


@pytest.fixture
def fallen(tmp_path):
    return read_panel(write(tmp_path / "p.parquet", whole_item(fall=np.array([0.02] * 4))), [])


@pytest.mark.parametrize(
    "policy", [panel_alarms.Policy(budget=3), panel_alarms.Policy(rate=0.1)], ids=str
)
def test_a_collapse_is_one_new_alarm_with_onset_direction_and_split(fallen, policy):
    rows = list(panel_alarms.new_alarms(fallen, panel.backtest(fallen), policy))
    of_china = [dict(zip(panel_alarms.COLUMNS, row, strict=True)) for row in rows if row[2] == "CN"]
    assert len(of_china) == 1
    (alarm,) = of_china
    assert alarm["as_of"] in ("2020-11", "2020-12") and alarm["since"] == "2020-09"
    assert alarm["direction"].startswith("fall") and float(alarm["ratio"]) < 0.1
    assert "KR=0.0" in alarm["recipients"] and "JP=0.0" in alarm["recipients"]
    assert alarm["says"].startswith("250410 from CN: since 2020-09 quantity at ")


def test_new_alarms_of_the_past_do_not_change_when_the_future_comes(fallen):
    policy = panel_alarms.Policy(budget=2)
    judged = list(panel.backtest(fallen))
    whole = list(panel_alarms.new_alarms(fallen, judged, policy))
    part = list(panel_alarms.new_alarms(fallen, judged[:-2], policy))
    assert whole[: len(part)] == part
