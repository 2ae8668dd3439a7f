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


def test_what_is_decided_in_one_go_has_one_day(read):
    text = (
        "China on Tuesday banned exports of gallium. It also banned exports of germanium. "
        "In return the United States lifted its tariffs on graphite."
    )
    found = {(e.actors, e.items): e.date for e in read(text, THURSDAY).events}
    assert found[("CN",), ("min.ga",)] == "2025-06-10"
    assert found[("CN",), ("min.ge",)] == "2025-06-10"
    assert found[("US",), ("min.graphite",)] is None, "another's act has a day of its own"


def test_one_day_later_counts_from_the_day_named_last(read):
    text = (
        "The United States on Monday banned exports of chips to China. "
        "One day later China banned exports of gallium."
    )
    found = {e.items: e.date for e in read(text, THURSDAY).events}
    assert found[("min.ga",)] == "2025-06-10"


def test_later_than_an_unnamed_day_is_no_date(read):
    event = only(read, "Two days later China banned exports of gallium.", "RESTRICT")
    assert event.date is None


def test_that_with_which_a_price_is_compared_is_not_its_date(read):
    assert only(read, "Cobalt prices have risen 92 percent since March.", "PRICE").date is None


def test_how_long_a_control_was_in_place_is_not_when_it_was_dropped(read):
    text = "China has dropped the controls on graphite, in place since 2006."
    assert "2006" not in {e.date for e in read(text, THURSDAY).events if e.type == "EASE"}


def test_the_day_before_an_and_belongs_to_the_verb_in_front_of_it(read):
    text = "TSMC halted chip production on Monday and will restart it soon."
    found = {e.type: e.date for e in read(text, THURSDAY).events}
    assert found["DISRUPT"] == "2025-06-09"
    assert found.get("RECOVER") is None


def test_the_year_of_a_share_is_no_date(read):
    text = (
        "China, with 70 percent of world gallium output in 2023, has tightened exports of gallium."
    )
    assert only(read, text, "RESTRICT").date is None
