"""Dates, resolved against the day of the document."""

from datetime import date

import pytest

from foreshock.reading.dates import DateFinder
from foreshock.reading.frames import language

DAY = date(2023, 7, 7)  # a Friday


def finder(code: str = "en") -> DateFinder:
    tables = language(code)
    assert tables is not None
    return DateFinder(tables.cues.dates)


@pytest.mark.parametrize(
    ("text", "value", "role"),
    [
        ("on 3 july 2023", "2023-07-03", "date"),
        ("on july 3, 2023", "2023-07-03", "date"),
        ("on sept. 30", "2023-09-30", "date"),
        ("takes effect on august 1", "2023-08-01", "effective"),
        ("since 1 august", "2023-08-01", "effective"),
        ("in april", "2023-04", "date"),
        ("in november", "2022-11", "date"),
        ("until march 31, 2026", "2026-03-31", "until"),
        ("last month", "2023-06", "date"),
        ("last year", "2022", "date"),
        ("on monday", "2023-07-03", "date"),
        ("in the first quarter of 2024", "2024-Q1", "date"),
        ("in 2021", "2021", "date"),
        ("2023-06-30", "2023-06-30", "date"),
        ("effective 2023-08-01", "2023-08-01", "effective"),
        ("on the 4th", "2023-07-04", "date"),
        ("on the 24th of this month", "2023-06-24", "date"),
        ("two weeks ago", "2023-06", "date"),
        ("three days ago", "2023-07-04", "date"),
        ("from october", "2023-10", "effective"),
        ("until the end of the year", "2023-12-31", "until"),
        ("before 2027", "2027", "date"),
        ("not expected before april", "2024-04", "date"),
        ("in november, 2019", "2019-11", "date"),
    ],
)
def test_a_date_has_a_value_and_a_role(text, value, role):
    found = finder().find(text, DAY)
    assert [(w.value, w.role) for w in found] == [(value, role)]


def test_may_is_a_month_only_where_it_must_be():
    assert finder().find("some firms may be hit", DAY) == []
    assert [w.value for w in finder().find("exports fell in may", DAY)] == ["2023-05"]


def test_without_a_day_relative_dates_stay_unknown():
    assert finder().find("last month, on monday, in april, on july 3", None) == []
    assert [w.value for w in finder().find("on july 3, 2023", None)] == ["2023-07-03"]


def test_a_day_that_is_none_is_no_date():
    assert finder().find("on february 30, 2023", DAY) == []


def test_the_date_of_the_telling_is_marked():
    assert [w.telling for w in finder().find("the ministry said on thursday", DAY)] == [True]


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("zh", "自2023年8月1日起实施", ("2023-08-01", "effective")),
        ("zh", "10月20日公布", ("2023-10-20", "date")),
        ("ko", "2026년 11월 10일까지", ("2026-11-10", "until")),
        ("ko", "4월 17일 발표", ("2023-04-17", "date")),
        ("ja", "7月23日から施行", ("2023-07-23", "effective")),
        ("nl", "met ingang van 1 september 2023", ("2023-09-01", "effective")),
    ],
)
def test_other_languages_have_dates_too(code, text, expected):
    assert [(w.value, w.role) for w in finder(code).find(text, DAY)] == [expected]


def test_the_number_of_a_notice_is_no_date():
    assert finder("zh").find("2023年第39号公告", DAY) == []


@pytest.mark.parametrize(
    "text",
    [
        "up from $166 in january",
        "the highest since may 2024",
        "the trade expansion act of 1962",
        "announcement no 61 of 2025",
        "this week",  # lies in two months
    ],
)
def test_a_date_that_dates_nothing_is_left_out(text):
    assert finder().find(text, date(2023, 8, 31)) == []


def test_a_week_is_told_by_its_month_where_it_has_one():
    assert [w.value for w in finder().find("last week", date(2025, 10, 14))] == ["2025-10"]


def test_days_may_be_counted_from_the_day_named_last():
    found = finder().find("three days earlier", DAY, told=date(2023, 5, 20))
    assert [w.value for w in found] == ["2023-05-17"]


def test_a_month_of_the_same_year_is_of_the_year_named_last():
    text = "in august of the same year"
    assert [w.value for w in finder().find(text, DAY, around=date(2019, 7, 28))] == ["2019-08"]


def test_the_day_of_the_telling_is_past_whatever_is_to_come():
    found = finder().find("a licence will be needed, china announced on monday", DAY)
    assert [(w.value, w.telling) for w in found] == [("2023-07-03", True)]
