"""Figures of a series that cannot be what they say are told, and raise nothing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watch_panels import months, steady

from foreshock.watch import detect, plausible

TODAY = date(2026, 1, 1)


def judged(values, stamps=None):
    said = []
    stamps = stamps or months(len(values))
    return plausible(stamps, values, TODAY, said), said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: [0.0] * len(v), "Every figure is 0"),
        (lambda v: [7.0] * len(v), "Every figure is 7"),
        (lambda v: v[:1], "1 figure(s) are too few"),
        (lambda v: [*v[:40], -v[40], *v[41:]], "is below zero, as none before it"),
        (lambda v: [*v[:40], 1000 * v[40], *v[41:]], "1,000 times the usual"),
        (lambda v: [*v[:40], *(1000 * x for x in v[40:])], "1,000 times the usual"),
    ],
    ids="zeros one-value too-short negative slip unit-change".split(),
)
def test_what_cannot_be_is_told_and_raises_no_alarm(change, words):
    values = change(steady(60, 100, 0.05).tolist())
    mended, said = judged(values)
    assert any(words in one for one in said)
    assert not any(row.alarm for row in detect(months(len(values)), mended)[40:])


@pytest.mark.parametrize("left", [0.0, 0.0002, 0.01, 0.05, 0.1])
def test_a_stop_or_a_fall_is_no_slip_of_the_unit(left):
    values = steady(60, 1000, 0.05).tolist()
    values[-1] = 1000 * left
    mended, said = judged(values)
    assert mended[-1] == 1000 * left and not said
    assert detect(months(60), mended)[-1].alarm


def test_a_thousandth_of_the_usual_is_unknown_and_said_once_for_all_that_follow():
    values = [v if n < 40 else v / 1000 for n, v in enumerate(steady(60, 1000, 0.05).tolist())]
    mended, said = judged(values)
    assert mended[40:] == [None] * 20
    assert len(said) == 1
    assert "0.001 of the usual; a slip of the unit, or next to nothing? Unknown." in said[0]
    assert not any(row.alarm for row in detect(months(60), mended))


def test_ten_times_the_usual_is_another_unit_in_a_steady_series_and_a_jump_in_a_lumpy_one():
    values = steady(60, 100, 0.05).tolist()
    values[-1] = 1000.0
    mended, said = judged(values)
    assert mended[-1] == 100.0
    assert "10 times the usual" in said[0]
    lumpy = [v * (1 + n % 4) for n, v in enumerate(values)]
    lumpy[-1] = 2500.0
    assert judged(lumpy) == (lumpy, [])
    values[-1] = 600.0  # a rush
    assert judged(values) == (values, [])


def test_values_below_zero_that_go_on_are_taken_as_they_are():
    values = [*steady(40, 100, 0.05).tolist(), *[-5.0] * 6]
    assert judged(values)[0][-6:] == [None, None, None, -5.0, -5.0, -5.0]


def test_a_future_row_is_told_and_scored():
    values = steady(60, 100, 0.05).tolist()
    mended, said = judged(values, [*months(59), "2091-01"])
    assert mended == values
    assert any("1 row(s) are of the future (2091-01)" in one for one in said)


def test_fast_series_stay_as_they_are():
    stamps = [f"2024-01-01 {n // 12:02d}:{5 * (n % 12):02d}:00" for n in range(60)]
    values = [*[5.0] * 30, 5000.0, *[5.0] * 29]
    assert judged(values, stamps)[0] == values


@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=7, max_size=40), st.data())
def test_what_comes_later_changes_nothing(values, data):
    kept = data.draw(st.integers(6, len(values)))
    assert judged(values[:kept])[0] == judged(values)[0][:kept]
