"""The life of one measure: how it stands, and which further steps it can take."""

from datetime import date

import pytest

from foreshock.ledger.life import place, standing, told, when
from foreshock.words.records import Origin, Step

JULY = date(2023, 7, 3)
OFFICIAL = Origin(publisher="MOFCOM", checked="official")


def a(kind: str, begins: str | None, published: str = "2023-07-03", **more: object) -> Step:
    return Step(step=kind, date=begins, published=date.fromisoformat(published), **more)  # type: ignore[arg-type]


GALLIUM = (
    a("announced", "2023-07-03", origin=OFFICIAL),
    a("in_force", "2023-08-01", origin=OFFICIAL),
)


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2023-07-02", "none"),
        ("2023-07-03", "announced"),
        ("2023-07-31", "announced"),
        ("2023-08-01", "in_force"),
    ],
)
def test_a_measure_goes_from_nothing_to_announced_to_in_force(on: str, state: str) -> None:
    assert standing(GALLIUM, date.fromisoformat(on)).state == state


def test_an_announced_measure_says_when_it_takes_effect() -> None:
    assert standing(GALLIUM, JULY).effective == date(2023, 8, 1)


def test_a_measure_known_before_its_first_day_is_announced() -> None:
    only = (a("in_force", "2023-08-01"),)
    assert standing(only, JULY).state == "announced"
    assert standing(only, JULY).effective == date(2023, 8, 1)


def test_a_suspension_that_ran_out_without_a_word_is_unknown_with_its_reason() -> None:
    life = (*GALLIUM, a("suspended", "2025-11-09", "2025-11-09", until="2026-11-27"))
    assert standing(life, date(2026, 11, 27)).state == "suspended"
    after = standing(life, date(2026, 11, 28))
    assert after.state == "unknown"
    assert "no later word" in after.says


def test_a_suspension_followed_by_a_word_is_as_the_word_says() -> None:
    life = (
        *GALLIUM,
        a("suspended", "2025-11-09", "2025-11-09", until="2026-11-27"),
        a("in_force", "2026-11-28", "2026-11-20"),
    )
    assert standing(life, date(2026, 11, 28)).state == "in_force"


def test_an_extension_moves_the_end_of_a_suspension() -> None:
    life = (
        *GALLIUM,
        a("suspended", "2025-11-09", "2025-11-09", until="2026-11-27"),
        a("extended", "2026-11-27", "2026-11-20", until="2027-11-27"),
    )
    assert standing(life, date(2027, 1, 1)).state == "suspended"


def test_easing_and_tightening_leave_a_measure_in_force() -> None:
    life = (*GALLIUM, a("eased", "2023-09-21", "2023-09-21"))
    assert standing(life, date(2023, 10, 1)).state == "in_force"
    assert standing(life, date(2023, 10, 1)).eased
    tightened = (*life, a("tightened", "2023-11-01", "2023-11-01"))
    assert not standing(tightened, date(2023, 12, 1)).eased


def test_what_was_suspended_before_its_day_does_not_begin_on_that_day() -> None:
    life = (
        a("announced", "2025-10-09", "2025-10-09"),
        a("in_force", "2025-11-08", "2025-10-09"),
        a("suspended", "2025-11-07", "2025-11-07", until="2026-11-10"),
    )
    assert standing(life[:2], date(2025, 11, 1)).effective == date(2025, 11, 8)
    assert standing(life[:2], date(2025, 11, 8)).state == "in_force"
    assert standing(life, date(2025, 11, 8)).state == "suspended"


def test_the_official_date_counts_and_the_other_telling_is_kept() -> None:
    placed = place(GALLIUM, a("in_force", "2023-08-03", evidence=("event-2",)))
    assert placed.new and len(placed.steps) == 3
    assert [when(s) for s in told(placed.steps) if s.step == "in_force"] == [date(2023, 8, 1)]


def test_of_two_dates_without_an_official_one_the_better_evidenced_counts() -> None:
    life = (
        a("in_force", "2023-08-01", "2023-07-03", evidence=("event-1",)),
        a("in_force", "2023-08-03", "2023-07-05", evidence=("event-2", "event-3")),
    )
    assert [s.date for s in told(life)] == ["2023-08-03"]


def test_the_same_step_told_again_is_evidence() -> None:
    placed = place(GALLIUM, a("in_force", "2023-08", evidence=("event-9",)))
    assert not placed.new
    assert placed.steps[1].evidence == ("event-9",)


def test_an_earlier_stage_told_late_is_evidence_and_no_step() -> None:
    placed = place(GALLIUM, a("drafted", "2023-09-01", "2023-09-01", evidence=("event-9",)))
    assert not placed.new and not placed.odd
    assert [s.step for s in placed.steps] == ["announced", "in_force"]


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (a("ended", "2023-06-01"), "before it began"),
        (a("postponed", "2023-10-01", "2023-10-01"), "cannot follow in_force"),
    ],
)
def test_an_impossible_step_is_odd_and_changes_nothing(step: Step, why: str) -> None:
    placed = place(GALLIUM, step)
    assert placed.steps == GALLIUM
    assert why in placed.odd


def test_a_step_that_its_successor_cannot_follow_is_odd() -> None:
    life = (*GALLIUM, a("tightened", "2024-06-01", "2024-06-01", origin=OFFICIAL))
    assert "cannot come before tightened" in place(life, a("ended", "2024-01-15")).odd


def test_background_adds_no_step() -> None:
    placed = place(GALLIUM, a("suspended", "2024-01-01", "2024-01-01", evidence=("e",)), False)
    assert not placed.new
    assert len(placed.steps) == 2
