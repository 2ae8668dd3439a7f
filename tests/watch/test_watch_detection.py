"""`detect` decides each row from that row and those before it, at any pace of a series."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreshock.errors import RecordError, WrongUse
from foreshock.watch import detect
from foreshock.watch.cadence import cadence
from foreshock.watch.detection import seconds_of


def months(n, first=2015):
    return [f"{first + i // 12}-{i % 12 + 1:02d}" for i in range(n)]


def days(n):
    return [(date(2020, 1, 1) + timedelta(days=i)).isoformat() for i in range(n)]


def five_minutes(n):
    return [str(datetime(2024, 1, 1) + timedelta(minutes=5 * i)) for i in range(n)]


def alarms(stamps, values):
    return [row.timestamp for row in detect(stamps, values) if row.alarm]


def noisy(n, spread=0.15, seed=0):
    return (100 * np.exp(spread * np.random.default_rng(seed).normal(size=n))).tolist()


amounts = st.one_of(st.none(), st.floats(-1e6, 1e6), st.just(0.0), st.floats(0, 1e4))


@settings(max_examples=40, deadline=None)
@given(st.lists(amounts, min_size=1, max_size=60), st.integers(0, 60))
def test_the_future_of_a_monthly_series_changes_no_earlier_row(values, cut):
    cut = min(cut, len(values))
    whole = detect(months(len(values)), values)[:cut]
    part = detect(months(cut), values[:cut])
    assert [r.alarm for r in whole] == [r.alarm for r in part]
    assert [r.score for r in whole] == pytest.approx([r.score for r in part], abs=1e-9)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(160, 900), st.sampled_from([days, five_minutes]))
def test_the_future_of_a_fast_series_changes_no_earlier_row(seed, cut, stamps):
    rng = np.random.default_rng(seed)
    values = (np.sin(np.arange(900) / 9) + rng.standard_t(3, 900)).tolist()
    other = values[:cut] + (1000 * rng.normal(size=900 - cut)).tolist()
    first, second = detect(stamps(900), values)[:cut], detect(stamps(900), other)[:cut]
    assert [r.score for r in first] == pytest.approx([r.score for r in second], abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(amounts, max_size=60))
def test_scores_lie_in_0_to_1_and_rows_come_back_as_they_went_in(values):
    rows = detect(months(len(values)), values)
    assert [row.value for row in rows] == values
    assert all(0.0 <= row.score <= 1.0 for row in rows)
    assert all(row.score >= 0.5 for row in rows if row.alarm)


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-3, 1e6))
def test_the_unit_of_a_series_does_not_matter(factor):
    values = [*noisy(40), 3.0, 250.0]
    scaled = [value * factor for value in values]
    one, other = detect(months(42), values), detect(months(42), scaled)
    assert [r.score for r in one] == pytest.approx([r.score for r in other], abs=1e-6)


def test_a_fall_to_a_tenth_raises_an_alarm_in_its_first_month():
    values = [*noisy(30), 10.0, 9.0, 11.0]
    assert alarms(months(33), values) == ["2017-07"]


def test_a_jump_to_ten_times_raises_an_alarm_too():
    assert alarms(months(31), [*noisy(30), 1000.0]) == ["2017-07"]


def test_a_fall_right_after_a_rush_is_not_lost_in_the_rest_of_the_first_alarm():
    values = [*noisy(30), 600.0, 5.0]
    assert alarms(months(32), values) == ["2017-07", "2017-08"]


def test_a_steady_loss_of_more_than_half_is_found_within_half_a_year():
    values = [*noisy(40), *(0.4 * v for v in noisy(6, seed=1))]
    assert any(stamp >= "2018-05" for stamp in alarms(months(46), values))


def test_zero_and_missing_are_two_things():
    values = noisy(30)
    nothing, unknown = [*values, 0.0], [*values, None]
    assert alarms(months(31), nothing) == ["2017-07"]
    assert alarms(months(31), unknown) == []
    assert detect(months(31), unknown)[-1].score == 0.0


def test_a_known_season_raises_no_alarm():
    season = [1.0] * 10 + [0.3, 0.3]
    values = [v * season[i % 12] for i, v in enumerate(noisy(84, 0.05))]
    late = [stamp for stamp in alarms(months(84), values) if stamp >= "2018"]
    assert late == []


def test_a_series_that_may_be_negative_is_judged_by_differences():
    values = np.random.default_rng(3).normal(0, 1, 40).tolist()
    assert alarms(months(41), [*values, -30.0])[-1:] == ["2018-05"]


def test_a_long_fall_does_not_widen_its_own_band():
    values = [*noisy(30, 0.05), *[20.0, 21.0, 19.0, 20.0, 22.0, 18.0, 20.0, 21.0]]
    scores = [row.score for row in detect(months(38), values)]
    assert min(scores[-8:]) > 0.97


def test_calm_monthly_series_raise_few_alarms():
    raised = sum(len(alarms(months(120), noisy(120, 0.3, seed))) for seed in range(30))
    assert raised <= 30  # of 3600 months


def test_a_fast_daily_cycle_is_usual_and_a_break_in_it_is_not():
    rng = np.random.default_rng(0)
    wave = np.sin(np.arange(2880) * 2 * np.pi / 288) + 0.05 * rng.normal(size=2880)
    wave[2500:2520] += 3
    raised = alarms(five_minutes(2880), wave.tolist())
    assert str(datetime(2024, 1, 1) + timedelta(minutes=5 * 2500)) in raised
    assert len(raised) <= 6


@pytest.mark.parametrize("values", [[], [1.0], [5.0] * 40, [0.0] * 40, [None] * 40])
def test_short_constant_empty_and_unknown_series_raise_nothing(values):
    assert alarms(months(len(values)), values) == []


def test_constant_fast_series_raise_nothing():
    assert alarms(five_minutes(600), [7.0] * 600) == []


@pytest.mark.parametrize(
    ("stamps", "slow", "cycle"),
    [
        (["2024-01", "2024-02", "2024-03", "2024-06", "2024-07", "2024-08"], True, 12),
        (["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2"], True, 4),
        (days(6), False, 7),
        (five_minutes(6), False, 288),
    ],
)
def test_the_pace_is_told_by_the_first_rows(stamps, slow, cycle):
    found = cadence(np.array([seconds_of(stamp) for stamp in stamps]))
    assert (found.slow, found.cycle) == (slow, cycle)


def test_a_timestamp_that_is_none_is_refused_by_name():
    with pytest.raises(WrongUse, match="'last month'"):
        detect(["last month"], [1.0])


def test_lists_of_two_lengths_are_refused():
    with pytest.raises(WrongUse, match="2 timestamps and 1 values"):
        detect(["2024-01", "2024-02"], [1.0])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_no_finite_number_is_refused_with_its_place(value):
    with pytest.raises(RecordError, match="2024-02"):
        detect(["2024-01", "2024-02"], [1.0, value])


#: Chinese exports as printed by news agencies and traders, months that were printed only
GALLIUM_KG = {
    "2022-10": 3250, "2022-11": 5611, "2023-03": 6480, "2023-07": 5150, "2023-08": 0,
    "2023-09": 0, "2023-10": 250, "2023-11": 1530, "2024-03": 1214, "2024-05": 6210,
    "2024-06": 4184, "2024-12": 6420,
}  # fmt: skip
MAGNETS_T = {
    "2024-05": 4760, "2024-06": 5150, "2024-07": 5278, "2024-08": 5342, "2024-09": 4915,
    "2024-10": 4725, "2025-01": 6357, "2025-02": 3585, "2025-03": 5323, "2025-04": 2628,
    "2025-05": 1238, "2025-06": 3188, "2025-07": 5577, "2025-08": 6146,
}  # fmt: skip


@pytest.mark.parametrize(
    ("figures", "fell"), [(GALLIUM_KG, ["2023-08"]), (MAGNETS_T, ["2025-05"])], ids=["ga", "magnet"]
)
def test_the_falls_of_2023_and_2025_raise_one_alarm_each(figures, fell):
    assert alarms(list(figures), [float(v) for v in figures.values()]) == fell


def test_a_month_back_at_its_level_is_usual_whatever_came_before():
    rows = detect(list(MAGNETS_T), [float(v) for v in MAGNETS_T.values()])
    assert [row.score for row in rows[-2:]] == [0.0, 0.0]
