"""Which dates belong to which act, and what the rest of a text tells of an event."""

from datetime import date

import pytest

from foreshock.reading.timing import later

THURSDAY = date(2025, 6, 12)


def only(read, text, kind, day=THURSDAY):
    (event,) = [e for e in read(text, day).events if e.type == kind]
    return event


def test_the_day_of_telling_is_the_day_of_the_act_where_the_actor_tells_it(read):
    event = only(
        read, "China banned exports of gallium, its government said on Tuesday.", "RESTRICT"
    )
    assert event.date == "2025-06-10"


def test_somebody_elses_telling_does_not_date_the_act(read):
    text = "The Dutch government revoked a licence of ASML for lithography machines, "
    event = only(read, text + "the company said on Tuesday.", "RESTRICT")
    assert event.date is None


def test_each_act_of_a_list_has_its_own_items_and_date(read):
    text = "Japan cleared exports of photoresist in April and hydrogen fluoride in May."
    found = {(e.items, e.date) for e in read(text, THURSDAY).events if e.type == "EASE"}
    assert found == {(("mat.resist",), "2025-04"), (("mat.hf",), "2025-05")}


def test_one_date_for_several_items_stays_one_act(read):
    text = "Japan cleared exports of photoresist and hydrogen fluoride in May."
    event = only(read, text, "EASE")
    assert event.items == ("mat.resist", "mat.hf")


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("China's exports of gallium fell in April and May.", "2025-04", "2025-05"),
        ("China's exports of gallium fell from February to May.", "2025-02", "2025-05"),
        ("China's exports of gallium fell in May.", "2025-05", None),
    ],
)
def test_a_flow_is_told_of_a_period(read, text, begin, end):
    event = only(read, text, "FLOW")
    assert (event.date, event.until) == (begin, end)


def test_how_long_a_measure_lasts_tells_its_end(read):
    text = "Congo suspended exports of cobalt for three months from 20 June 2025."
    event = only(read, text, "RESTRICT")
    assert (event.effective, event.until) == ("2025-06-20", "2025-09-20")


def test_a_later_sentence_dates_the_stoppage(read):
    text = (
        "Suzuki stopped production of cars in Japan for lack of magnets. "
        "The stoppage began on May 26 and runs until June 6."
    )
    event = only(read, text, "DISRUPT")
    assert (event.mode, event.date, event.until) == ("shortage", "2025-05-26", "2025-06-06")


def test_a_month_without_a_year_lies_near_the_year_the_text_named(read):
    text = "In March 2024 China curbed exports of graphite. In May exports of graphite fell."
    event = only(read, text, "FLOW", day=None)
    assert event.date == "2024-05"


def test_nothing_is_later_than_the_calendar():
    assert later("9999-12-31", 1, "day") is None
