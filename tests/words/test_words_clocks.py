from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreshock.errors import RecordError, WrongUse
from foreshock.words import clocks

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


@given(st.dates(date(2000, 1, 1), date(2026, 4, 30)), st.integers(0, 60))
def test_backfilled_history_is_never_known_before_it_was_published(published, lag):
    known = clocks.backfilled(NOW, published, lag).known_at
    assert known == clocks.end_of(published + timedelta(days=lag))
    assert known.date() >= published


def test_a_text_dated_in_the_past_is_history_and_says_so():
    arrived = clocks.arrived(NOW, date(2023, 7, 3))
    assert arrived.backfilled
    assert arrived.known_at == clocks.end_of(date(2023, 7, 3))
    assert arrived.received == NOW


@pytest.mark.parametrize("published", [None, date(2026, 5, 1), date(2027, 1, 1)])
def test_a_text_of_today_of_the_future_or_undated_is_known_from_now_on(published):
    arrived = clocks.arrived(NOW, published)
    assert not arrived.backfilled
    assert arrived.known_at == NOW


def test_a_negative_lag_is_refused():
    with pytest.raises(RecordError, match="expected 0 or more days"):
        clocks.backfilled(NOW, date(2023, 7, 3), -1)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_day_month_and_year_each_span_what_they_say(day):
    assert clocks.span(day.isoformat()) == (day, day)
    first, last = clocks.span(day.isoformat()[:7])
    assert (first.day, (last + timedelta(days=1)).day) == (1, 1)
    assert first <= day <= last
    assert clocks.span(str(day.year).zfill(4)) == (
        date(day.year, 1, 1),
        date(day.year, 12, 31),
    )


def test_quarters_and_ranges():
    assert clocks.span("2025-Q4") == (date(2025, 10, 1), date(2025, 12, 31))
    assert clocks.span("2025-01..2025-05") == (date(2025, 1, 1), date(2025, 5, 31))


@pytest.mark.parametrize(
    "period", ["", "25-01", "2025-13", "2025-02-30", "2025-Q5", "2025-05..2025"]
)
def test_what_is_no_period_is_refused_by_name(period):
    if period == "2025-05..2025":
        assert clocks.span(period)[1] == date(2025, 12, 31)
        return
    with pytest.raises(RecordError, match="period"):
        clocks.span(period)


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(RecordError, match="ends before it begins"):
        clocks.span("2025-05..2025-01")


@pytest.mark.parametrize("text", ["2023-7-10", "10.07.2023", "2023-02-30", "yesterday", "20230710"])
def test_a_wrong_day_gets_one_sentence_with_an_example(text):
    with pytest.raises(WrongUse, match="YYYY-MM-DD") as error:
        clocks.parse_day(text, "--as-of")
    assert "--as-of" in str(error.value)
