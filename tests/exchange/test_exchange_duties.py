from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mission_house import assignment

from foreshock.exchange.duties import GRADES, due_days, duties, open_due, reminders
from foreshock.words.clocks import live
from foreshock.words.records import Report

MONDAY = date(2026, 11, 2)
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


def report(came: date, due=None, supersedes=None, item="min.ga", **more) -> Report:
    moment = datetime.combine(came, time(9), tzinfo=UTC)
    return Report(
        clocks=live(moment, came, str(came)), mission="beijing", host="CN", items=(item,),
        status="quiet", due=due, supersedes=supersedes, **more,
    ).sealed()  # fmt: skip


def states(found):
    return [(d.due.isoformat()[5:], d.state) for d in found]


@pytest.mark.parametrize(
    ("grade", "first"),
    [("A", "2026-11-08"), ("B", "2026-11-15"), ("C", "2026-12-01"), ("D", "2027-02-01")],
)
def test_the_first_report_is_due_on_the_last_day_of_the_first_period(grade, first):
    assert str(next(due_days(assignment(MONDAY, grade), MONDAY))) == first


@given(DAYS, st.sampled_from(sorted(GRADES)), st.integers(0, 900))
def test_due_days_rise_without_a_gap_longer_than_the_grade_and_reach_past_the_day(
    since, grade, days
):
    until = since + timedelta(days=days)
    found = list(due_days(assignment(since, grade), until))
    longest = {"A": 7, "B": 14, "C": 31, "D": 92}[grade]
    gaps = [(b - a).days for a, b in zip([since - timedelta(days=1), *found], found, strict=False)]
    assert all(0 < gap <= longest for gap in gaps)
    assert found[-1] > until
    assert all(day <= until for day in found[:-1])


def test_a_duty_is_open_then_overdue_then_missed():
    owed = [assignment(MONDAY)]
    assert states(duties(owed, [], date(2026, 11, 8))) == [("11-08", "open"), ("11-15", "open")]
    assert states(duties(owed, [], date(2026, 11, 9))) == [("11-08", "overdue"), ("11-15", "open")]
    assert states(duties(owed, [], date(2026, 11, 16)))[:2] == [
        ("11-08", "missed"),
        ("11-15", "overdue"),
    ]


def test_a_report_within_the_period_answers_it_and_one_after_its_day_is_late():
    owed, day = [assignment(MONDAY)], date(2026, 11, 12)
    in_time = report(date(2026, 11, 8))
    assert states(duties(owed, [in_time], day))[0] == ("11-08", "done")
    late = report(date(2026, 11, 10), due=date(2026, 11, 8))
    found = duties(owed, [late], day)
    assert states(found) == [("11-08", "late"), ("11-15", "open")]
    assert (found[0].came, found[0].report) == (date(2026, 11, 10), late.id)


def test_nothing_to_report_counts_as_a_report():
    assert report(MONDAY).status == "quiet"
    assert states(duties([assignment(MONDAY)], [report(MONDAY)], MONDAY))[0][1] == "done"


def test_a_correction_next_week_does_not_make_the_report_late_nor_answer_next_week():
    first = report(date(2026, 11, 6), due=date(2026, 11, 8))
    second = report(date(2026, 11, 12), due=date(2026, 11, 8), supersedes=first.id)
    found = duties([assignment(MONDAY)], [first, second], date(2026, 11, 12))
    assert states(found) == [("11-08", "done"), ("11-15", "open")]
    assert (found[0].came, found[0].report) == (date(2026, 11, 6), second.id)


def test_a_report_of_an_exercise_answers_nothing():
    drill = report(MONDAY, nature="exercise")
    assert states(duties([assignment(MONDAY)], [drill], MONDAY))[0][1] == "open"


def test_a_report_on_another_item_answers_nothing():
    assert duties([assignment(MONDAY)], [report(MONDAY, item="mat.urea")], MONDAY)[0].came is None


def test_what_has_ended_falls_due_no_more():
    ended = assignment(MONDAY, until=date(2026, 11, 16))
    assert len(duties([ended], [], date(2026, 12, 31))) == 2


def test_a_report_answers_what_is_overdue_before_what_comes_next_and_never_what_was_missed():
    owed = [assignment(MONDAY)]
    found = duties(owed, [], date(2026, 11, 17))
    assert open_due(found, "beijing", "min.ga") == date(2026, 11, 15)
    after = duties(owed, [report(date(2026, 11, 17), due=date(2026, 11, 15))], date(2026, 11, 17))
    assert open_due(after, "beijing", "min.ga") == date(2026, 11, 22)
    assert open_due(after, "beijing", "mat.urea") is None


def test_a_mission_is_reminded_the_day_before_and_when_it_is_overdue_and_not_else():
    owed = [assignment(MONDAY)]

    def of(day):
        return reminders(duties(owed, [], day), [], day)

    assert of(date(2026, 11, 5)) == ()
    assert of(date(2026, 11, 7))[0].due_soon[0].due == date(2026, 11, 8)
    assert of(date(2026, 11, 9))[0].overdue[0].due == date(2026, 11, 8)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=12),
    st.sampled_from(sorted(GRADES)),
    st.integers(0, 90),
)
def test_every_due_day_has_one_state_and_knows_nothing_that_came_later(reports, grade, days):
    day = MONDAY + timedelta(days=days)
    owed = assignment(MONDAY, grade)
    dues = list(due_days(owed, MONDAY + timedelta(days=90)))
    came = [
        report(MONDAY + timedelta(days=after), due=dues[0] if named else None)
        for after, named in reports
    ]
    known = [r for r in came if r.clocks.known_at.date() <= day]
    found = duties([owed], known, day)
    assert len({d.due for d in found}) == len(found)
    for duty in found:
        assert duty.overdue == (duty.came is None and duty.due < day)
        assert duty.came is None or duty.came <= day
        assert (duty.state == "late") == (duty.came is not None and duty.came > duty.due)
