"""A published series, as known on a day, becomes signals that a person can read."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from foreshock.errors import WrongUse
from foreshock.watch import signals
from foreshock.watch.hygiene import months, slip
from foreshock.words.clocks import backfilled
from foreshock.words.markings import Marking
from foreshock.words.records import Observation, Origin
from foreshock.words.reference import Series

GALLIUM = Series(
    id="cn_ga",
    item="min.ga",
    title="Exports of gallium from China",
    flow="exports",
    reporter="CN",
    partner="world",
    unit="kg",
    usual_lag_days=20,
)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def figure(period, value, published, publisher="customs", **more):
    checked = more.pop("checked", "secondary")
    return Observation(
        series="cn_ga",
        item="min.ga",
        flow="exports",
        reporter="CN",
        partner="world",
        period=period,
        unit=more.pop("unit", "kg"),
        value=value,
        clocks=backfilled(NOW, date.fromisoformat(published)),
        origin=Origin(publisher=publisher, checked=checked),
        **more,
    )


STORY = [
    figure("2022-10", 3250, "2022-11-20"),
    figure("2022-11", 5611, "2022-12-20"),
    figure("2023-03", 6480, "2023-04-20"),
    figure("2023-07", 5150, "2023-08-20"),
    figure("2023-08", 0, "2023-09-20"),
    figure("2023-09", 0, "2023-10-20"),
    figure("2023-10", 250, "2023-11-20"),
    figure("2024-05", 6210, "2024-06-20"),
]


def kinds(day, observations=STORY, **more):
    return [s.kind for s in signals(GALLIUM, observations, date.fromisoformat(day), **more)]


def test_a_price_that_falls_or_jumps_is_no_fall_or_rush_of_goods():
    def told(series, day):
        found = signals(series, STORY, date.fromisoformat(day), deadlines=[date(2023, 8, 1)])
        return {s.kind for s in found} - {"silence"}

    price = replace(GALLIUM, flow="price", unit="kg")
    assert told(GALLIUM, "2023-09-20") == {"drop"}
    assert told(price, "2023-09-20") == set()
    assert {s.kind for s in signals(price, STORY, date(2025, 12, 1))} == {"silence"}


def only(kind, day, observations=STORY, **more):
    found = signals(GALLIUM, observations, date.fromisoformat(day), **more)
    (one,) = [s for s in found if s.kind == kind]
    return one


def test_no_exports_at_all_is_a_drop_that_says_so():
    drop = only("drop", "2023-09-21")
    assert "nothing at all in 2023-08" in drop.says
    assert "5,380 kg" in drop.says
    assert (drop.direction, drop.since, drop.actor, drop.partner) == (
        "down",
        "2023-08",
        "CN",
        "all",
    )
    assert drop.score > 0.9
    assert drop.evidence == ("cn_ga:2023-08:customs",)


def test_the_day_before_the_figure_was_published_nothing_is_known_of_it():
    assert kinds("2023-09-19") == []


def test_a_drop_that_goes_on_is_one_signal_since_its_first_month():
    drop = only("drop", "2023-11-25")
    assert drop.since == "2023-08"
    assert "250 kg in 2023-10" in drop.says
    assert len(drop.evidence) == 3


def test_months_that_fell_do_not_set_what_is_usual():
    assert "5,380 kg" in only("drop", "2023-11-25").says


def test_a_recovery_ends_the_drop():
    assert kinds("2024-06-21") == ["recovery"]
    back = only("recovery", "2024-06-21")
    assert "115 % of the usual" in back.says and back.direction == "up"


def test_a_series_that_is_overdue_is_unknown_and_not_quiet():
    assert "silence" not in kinds("2024-01-10")
    silent = only("silence", "2024-03-01")
    assert "unknown, not quiet" in silent.says and silent.since == "2023-10"
    assert silent.direction == "none"


def test_what_was_last_seen_long_ago_is_silence_and_no_longer_a_drop():
    assert kinds("2024-11-30", STORY[:7]) == ["drop", "silence"]
    assert kinds("2024-12-31", STORY[:7]) == ["silence"]


def test_a_rush_before_a_known_deadline_is_told_and_only_with_the_deadline():
    rushed = [*STORY[:3], figure("2023-07", 9000, "2023-08-20")]
    assert kinds("2023-08-21", rushed) == []
    rush = only("rush", "2023-08-21", rushed, deadlines=[date(2023, 8, 1)])
    assert "160 % of the usual 5,611 kg" in rush.says and "2023-08-01" in rush.says


def test_what_moves_after_a_deadline_is_no_rush_before_it():
    late = [*STORY[:3], figure("2023-08", 9000, "2023-09-20")]
    assert "rush" not in kinds("2023-09-21", late, deadlines=[date(2023, 8, 1)])
    assert "rush" in kinds("2023-09-21", late, deadlines=[date(2023, 8, 20)])


def test_a_rush_is_told_in_months_of_supply_and_with_what_came_after():
    rushed = [
        *STORY[:3],
        figure("2023-06", 9000, "2023-07-20"),
        figure("2023-07", 12_000, "2023-08-20"),
    ]
    before = only("rush", "2023-08-21", rushed, deadlines=[date(2023, 8, 1)])
    assert "9,000 kg in 2023-06, 12,000 kg in 2023-07" in before.says
    assert "months of usual supply bought ahead, so expect less afterwards" in before.says
    after = only("rush", "2023-09-21", [*rushed, STORY[4]], deadlines=[date(2023, 8, 1)])
    assert after.says.endswith("; 2023-08: 0 kg")


def test_a_lumpy_series_does_not_rush_by_its_usual_lumps():
    lumpy = [
        figure(f"2022-{n:02d}", 1000 * (1 + 3 * (n % 2)), f"2022-{n:02d}-28") for n in range(1, 13)
    ]
    assert "rush" not in kinds(
        "2023-02-01", [*lumpy, figure("2023-01", 4000, "2023-01-31")], deadlines=[date(2023, 2, 1)]
    )


def test_one_month_before_it_needs_a_very_large_fall_and_is_sure_of_little():
    two = [figure("2023-11", 12_186, "2023-12-20"), figure("2023-12", 948, "2024-01-20")]
    assert only("drop", "2024-01-21", two).score == 0.5
    mild = [two[0], figure("2023-12", 4_000, "2024-01-20")]
    assert kinds("2024-01-21", mild) == []


def test_publishers_that_differ_are_a_conflict_and_the_first_checked_figure_counts():
    rows = [
        figure("2024-01", 100, "2024-02-20", "first"),
        figure("2024-01", 130, "2024-03-20", "second"),
    ]
    single, conflicts = months(rows, date(2024, 4, 1), "kg")
    assert [m.value for m in single] == [100]
    assert "first says 100 kg, second says 130 kg" in conflicts[0].says
    assert "conflict" in kinds("2024-04-01", rows)


def test_an_official_figure_counts_before_an_earlier_second_hand_one():
    rows = [
        figure("2024-01", 100, "2024-02-20", "paper"),
        figure("2024-01", 130, "2024-03-20", "customs", checked="official"),
    ]
    assert [m.value for m in months(rows, date(2024, 4, 1), "kg")[0]] == [130]
    assert [m.value for m in months(rows, date(2024, 3, 1), "kg")[0]] == [100]


def test_a_revision_of_the_same_publisher_replaces_its_figure_without_a_conflict():
    rows = [figure("2024-01", 100, "2024-02-20"), figure("2024-01", 130, "2024-03-20")]
    single, conflicts = months(rows, date(2024, 4, 1), "kg")
    assert ([m.value for m in single], conflicts) == ([130], [])


@pytest.mark.parametrize(
    "bad",
    [
        {"status": "disputed"},
        {"status": "withheld"},
        {"status": "withdrawn"},
        {"checked": "unopened"},
    ],
)
def test_figures_nobody_can_rest_on_are_not_used(bad):
    rows = [figure("2024-01", 100, "2024-02-20", **bad)]
    assert months(rows, date(2024, 4, 1), "kg") == ([], [])


def test_a_withdrawn_figure_takes_the_earlier_one_of_its_publisher_with_it():
    rows = [
        figure("2024-01", 100, "2024-02-20"),
        figure("2024-01", None, "2024-03-20", status="withdrawn"),
    ]
    assert months(rows, date(2024, 4, 1), "kg")[0] == []


def test_a_slip_of_the_unit_between_two_publishers_is_named():
    rows = [
        figure("2024-01", 5610, "2024-02-20", "first"),
        figure("2024-01", 5.61, "2024-03-20", "second"),
    ]
    assert (
        "a factor of 1,000: a slip of the unit?" in months(rows, date(2024, 4, 1), "kg")[1][0].says
    )
    assert slip(5000, 480) is None


def test_a_month_off_the_scale_of_its_series_is_left_out_and_told():
    rows = [*STORY[:4], figure("2023-08", 5.2, "2023-09-20")]
    single, conflicts = months(rows, date(2023, 9, 21), "kg")
    assert "2023-08" not in [m.period for m in single]
    assert "off the scale" in conflicts[0].says
    assert kinds("2023-09-21", rows) == ["conflict"]


def test_units_of_one_dimension_are_converted_and_others_refused_aloud():
    rows = [
        figure("2024-01", 2, "2024-02-20", unit="t"),
        figure("2024-02", 2, "2024-03-20", unit="usd"),
    ]
    single, conflicts = months(rows, date(2024, 4, 1), "kg")
    assert [m.value for m in single] == [2000]
    assert "'usd'" in conflicts[0].says


def test_a_year_smaller_than_its_months_is_a_conflict():
    rows = [*STORY, figure("2023", 9000, "2024-01-20")]
    found = only("conflict", "2024-02-01", rows)
    assert "11,880 kg" in found.says and found.since == "2023"


def test_a_total_with_months_missing_is_no_conflict():
    assert "conflict" not in kinds("2024-02-01", [*STORY, figure("2023", 40_000, "2024-01-20")])


def test_a_total_is_never_taken_for_a_month():
    rows = [*STORY[:4], figure("2023-01..2023-08", 30, "2023-09-20")]
    assert "drop" not in kinds("2023-09-21", rows)


def test_a_signal_is_known_since_its_newest_figure_and_as_closed_as_the_closest():
    closed = [*STORY[:4], figure("2023-08", 0, "2023-09-20", marking=Marking.AMBER)]
    drop = only("drop", "2023-10-01", closed)
    assert drop.clocks.known_at.date() == date(2023, 9, 20)
    assert drop.marking == Marking.AMBER
    assert drop.id.startswith("signal-")


def test_with_two_years_of_months_a_seasonal_low_is_no_drop():
    low = {1: 0.3, 2: 0.3}
    rows = [
        figure(f"{y}-{m:02d}", 1000 * low.get(m, 1.0) + 7 * (m % 3), f"{y}-{m:02d}-28")
        for y in range(2018, 2024)
        for m in range(1, 13)
    ]
    assert kinds("2023-02-28", rows) == []
    fallen = [r for r in rows if r.period < "2023-05"] + [figure("2023-05", 100, "2023-05-29")]
    assert kinds("2023-05-30", fallen) == ["drop"]


def test_other_series_are_left_out_and_an_empty_one_is_silent_about_everything():
    from msgspec.structs import replace

    assert signals(replace(GALLIUM, id="other"), STORY, date(2023, 9, 21)) == []


def test_a_series_without_a_unit_is_refused():
    from msgspec.structs import replace

    with pytest.raises(WrongUse, match="cn_ga has no unit"):
        signals(replace(GALLIUM, unit=""), STORY, date(2023, 9, 21))


@settings(max_examples=40, deadline=None)
@given(
    st.dates(date(2022, 1, 1), date(2024, 12, 31)),
    st.lists(st.tuples(st.integers(1, 12), st.floats(0, 1e5)), max_size=8),
)
def test_figures_known_later_change_no_signal_of_an_earlier_day(day, later):
    more = [figure(f"2023-{m:02d}", value, "2025-06-01", "late") for m, value in later]
    assert signals(GALLIUM, [*more, *STORY], day) == signals(GALLIUM, STORY, day)


def test_a_figure_of_a_month_that_has_not_begun_is_told_and_left_out():
    rows = [figure("2023-07", 100, "2023-08-20"), figure("2024-09", 5, "2023-08-20")]
    single, conflicts = months(rows, date(2023, 9, 1), "kg")
    assert [m.period for m in single] == ["2023-07"]
    assert "customs gives a figure for 2024-09 before it began" in conflicts[0].says
