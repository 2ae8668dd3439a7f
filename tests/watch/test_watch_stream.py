"""The stream detector takes one value at a time and keeps a fixed amount of memory."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreshock.errors import RecordError
from foreshock.watch import Feed
from foreshock.watch.stream import Stream
from foreshock.watch.stream_parts import (
    LOOKBACK,
    SHAPES,
    Discord,
    Extremes,
    Prediction,
    Season,
    Spread,
)

HOUR = 3600.0


def wave(n, seed=0, noise=0.1):
    rng = np.random.default_rng(seed)
    return np.sin(np.arange(n) * 2 * np.pi / 24) + noise * rng.normal(size=n)


def verdicts(values, cycle=24, probation=200):
    stream = Stream(cycle=cycle, probation=probation)
    return [stream.push(row, float(value)) for row, value in enumerate(values)]


def nearest(values, length):
    """The discord of the last stretch, by definition."""
    last = values[-length:]
    ends = range(len(values) - length, max(len(values) - LOOKBACK, length) - 1, -1)
    return min(math.sqrt(float(np.mean((values[e - length : e] - last) ** 2))) for e in ends)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([40, 300, 1500, 4500]))
def test_the_discord_is_what_its_definition_says(seed, rows):
    values = np.random.default_rng(seed).normal(size=rows)
    part = Discord()
    found = [part.push(float(value)) for value in values][-1]
    assert found == pytest.approx([nearest(values, length) for length in SHAPES], rel=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.integers(250, 700))
def test_scores_of_a_stream_do_not_change_when_it_goes_on(seed, cut):
    values = wave(700, seed, noise=0.5)
    other = np.concatenate([values[:cut], 1000 * np.random.default_rng(1).normal(size=50)])
    assert verdicts(values)[:cut] == verdicts(other)[:cut]


@settings(max_examples=10, deadline=None)
@given(st.floats(1e-6, 1e6), st.floats(-1e3, 1e3))
def test_unit_and_zero_of_a_stream_do_not_matter(factor, shift):
    values = wave(400)
    values[350:] += 2
    plain = [v.score for v in verdicts(values)]
    moved = [v.score for v in verdicts((values + shift) * factor)]
    assert moved == pytest.approx(plain, abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=80), st.integers(0, 20))
def test_any_finite_values_score_within_0_to_1(values, probation):
    stream = Stream(cycle=7, probation=probation)
    for row, value in enumerate(values):
        verdict = stream.push(row, value)
        assert 0.0 <= verdict.score <= 1.0
        assert verdict.alarm == (verdict.score >= 0.5)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e101])
def test_what_is_no_number_is_refused_and_changes_nothing(value):
    one, other = Stream(cycle=24, probation=10), Stream(cycle=24, probation=10)
    for row in range(50):
        one.push(row, float(row % 5))
        other.push(row, float(row % 5))
    with pytest.raises(RecordError, match="finite"):
        one.push(50, value)
    assert one.push(50, 9.0) == other.push(50, 9.0)


def test_memory_is_the_same_after_a_thousand_rows_and_after_ten_thousand():
    stream, sizes = Stream(cycle=24), []
    for row, value in enumerate(wave(9000)):
        stream.push(row, float(value))
        if row in (2000, 8999):
            sizes.append(len(pickle.dumps(stream)))
    assert sizes[1] < 1.01 * sizes[0]


def test_a_spike_a_shift_and_a_lost_cycle_are_found_at_once():
    for change in ("spike", "shift", "lost"):
        values = wave(1200, noise=0.05)
        if change == "spike":
            values[1000] += 3
        elif change == "shift":
            values[1000:] += 1.5
        else:
            values[1000:1030] = values[999]
        raised = [row for row, v in enumerate(verdicts(values)) if v.alarm]
        assert any(1000 <= row < 1024 for row in raised), change
        assert len([row for row in raised if row < 1000]) <= 2  # of 800


def test_a_series_that_never_moved_alarms_when_it_moves():
    assert verdicts([5.0] * 400 + [6.0])[-1].alarm
    assert not any(v.alarm for v in verdicts([5.0] * 400))


def test_after_an_alarm_only_far_stronger_evidence_alarms_again():
    values = wave(900, noise=0.05)
    values[500] += 0.7
    values[510] += 0.75
    values[520] += 300
    raised = [row for row, v in enumerate(verdicts(values)) if v.alarm and row >= 400]
    assert 500 in raised
    assert 510 not in raised
    assert 520 in raised


def test_a_jumpy_series_earns_a_higher_bar():
    rng = np.random.default_rng(2)
    jumpy = rng.standard_t(2, 3000)
    raised = sum(v.alarm for v in verdicts(jumpy, cycle=1))
    assert raised <= 14  # in 2800 rows; new records alone are expected to be as many


def test_extremes_forget_slowly_and_do_not_run_out_of_numbers():
    part = Extremes()
    for _ in range(50):
        part.push(1.0)
    part._row = 100 * 20_000 - 5  # as if two million rows had passed
    assert all(math.isfinite(part.push(1.0)) for _ in range(50))
    assert part._row < 100


def test_the_usual_value_is_of_the_same_time_of_the_day_whatever_rows_are_missing():
    season = Season(24)
    for slot in range(240):
        if slot % 5:
            season.push(slot, float(slot % 24))
    season.push(240, 0.0)
    assert season.usual == 0.0
    season.push(253, 0.0)
    assert season.usual == 13.0


def test_a_prediction_learns_a_straight_line_and_the_spread_sees_it_end():
    part, spread = Prediction(), Spread()
    line = [part.push(float(row)) for row in range(300)]
    assert max(line[100:]) < 5
    assert [spread.push(v) for v in [0.0] * 12 + [12.0]][-1] > 3


def feed_scores(seconds, values, probation=None):
    feed = Feed(probation)
    return [feed.push(s, v) for s, v in zip(seconds, values, strict=True)]


def test_a_feed_takes_unknown_repeated_and_backward_rows():
    values = wave(600)
    seconds = [HOUR * row for row in range(600)]
    seconds[300], seconds[301] = seconds[299], seconds[10]
    rows = [None if row % 50 == 7 else float(v) for row, v in enumerate(values)]
    found = feed_scores(seconds, rows)
    assert len(found) == 600
    assert all(v.score == 0 for v, row in zip(found, rows, strict=True) if row is None)


def test_a_monthly_feed_is_judged_as_a_slow_series():
    months = [30.4 * 86400 * n for n in range(60)]
    values = [100 + n % 5 for n in range(59)] + [3.0]
    assert feed_scores(months, values)[-1].alarm
    assert not any(v.alarm for v in feed_scores(months, values)[:-1])


def test_rows_of_the_probation_score_nothing():
    values = wave(300)
    values[150] += 50
    assert all(v.score == 0 for v in feed_scores([HOUR * r for r in range(300)], values, 200)[:200])
