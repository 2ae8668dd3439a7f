"""How rules are handled: applied, approved, returned, waiting, days against the legal clock."""

import pytest
from ledger_story import PACK, day, event
from msgspec.structs import replace

from foreshock.ledger import open_book
from foreshock.words.records import Magnitude, Said
from foreshock.words.reference import LicenceOutcome, ScopeRow

CLOCK = ScopeRow(
    measure="CN-2023-23",
    part="clock",
    value="45 working days",
    published=day("2023-07-03"),
    checked="official",
)


def outcome(**more: object) -> LicenceOutcome:
    told = {"issuer": "CN", "measure": "CN-2023-23", "item": "min.ga", "checked": "secondary"}
    return LicenceOutcome(**{**told, **more})  # type: ignore[arg-type]


def test_a_row_tells_numbers_and_what_is_left_waiting() -> None:
    row = outcome(applied=20, approved=5, returned=8, rejected=1, published=day("2023-10-01"))
    (one,) = open_book(replace(PACK, licence_outcomes=(row,)), [], day("2023-10-01")).handlings
    assert (one.applied, one.approved, one.returned, one.waiting) == (20, 5, 8, 6)
    assert (one.share, one.kind) == (0.25, "files returned")


def test_what_is_left_waiting_is_unknown_where_a_number_is_missing() -> None:
    row = outcome(applied=20, approved=5, published=day("2023-10-01"))
    (one,) = open_book(replace(PACK, licence_outcomes=(row,)), [], day("2023-10-01")).handlings
    assert one.waiting is None


@pytest.mark.parametrize(("waited", "over"), [(51, -12), (90, 27)])
def test_a_wait_is_held_against_the_legal_clock(waited: float, over: float) -> None:
    row = outcome(days_waited=waited, published=day("2023-12-01"))
    pack = replace(PACK, licence_outcomes=(row,), scopes=(CLOCK,))
    (one,) = open_book(pack, [], day("2023-12-01")).handlings
    assert (one.clock_days, one.over_clock) == (63, over)


def test_without_a_wait_or_a_clock_nothing_is_said_of_it() -> None:
    row = outcome(days_waited=90, published=day("2023-12-01"))
    (one,) = open_book(replace(PACK, licence_outcomes=(row,)), [], day("2023-12-01")).handlings
    assert one.over_clock is None


def test_a_slowdown_told_by_many_texts_is_one_report_and_a_fact_of_its_own() -> None:
    told = [
        event(
            f"2024-05-{3 + i:02}",
            mode="enforce",
            status="in_force",
            instruments=("licence_delay",),
            magnitudes=(
                Magnitude(value=2000, unit="applications"),
                Magnitude(value=50, unit="%", basis="granted"),
            ),
        )
        for i in range(4)
    ]
    book = open_book(replace(PACK, licence_outcomes=()), told, day("2024-06-01"))
    (one,) = book.handlings
    assert (one.kind, one.direction, one.measure) == ("slow licences", "tighter", "CN-2023-23")
    assert (one.applied, one.share) == (2000, 0.5)
    assert set(one.evidence) == {e.id for e in told}


def test_a_customs_hold_is_kept_where_no_rule_is_known() -> None:
    hold = event(
        "2023-12-04",
        mode="enforce",
        status="in_force",
        items=("ree",),
        targets=("JP",),
        instruments=("customs_check",),
        date="2023-11-30",
    )
    book = open_book(
        replace(PACK, measures=(), steps=(), licence_outcomes=()), [hold], day("2023-12-04")
    )
    (one,) = book.handlings
    assert (one.kind, one.destinations, one.since) == ("customs hold", ("JP",), day("2023-11-30"))


def test_easing_and_tightening_stay_two_facts() -> None:
    slow = event("2024-05-03", mode="enforce", status="in_force", instruments=("licence_delay",))
    fast = event(
        "2024-05-20", "EASE", mode="grant", status="in_force", instruments=("licence_grant",)
    )
    found = open_book(replace(PACK, licence_outcomes=()), [slow, fast], day("2024-06-01")).handlings
    assert [h.direction for h in found] == ["tighter", "looser"]


def test_a_report_is_not_known_before_it_was_published() -> None:
    assert len(open_book(PACK, [], day("2023-09-20")).handlings) == 0
    assert len(open_book(PACK, [], day("2023-09-21")).handlings) == 1


def test_of_several_waits_the_newest_is_likely_and_the_others_are_the_range() -> None:
    rows = tuple(
        outcome(destination="all", days_waited=days, period=f"2023-{9 + i:02}", published=day(out))
        for i, (days, out) in enumerate(
            [(51, "2023-09-21"), (90, "2023-11-01"), (60, "2023-12-01")]
        )
    )
    (regime,) = [
        r
        for r in open_book(replace(PACK, licence_outcomes=rows), [], day("2023-12-01")).regimes()
        if r.measure == "CN-2023-23"
    ]
    assert (regime.delay_days, regime.delay_basis) == ((51, 60, 90), "reported")
    assert regime.approval_basis == "prior"


def test_a_grade_tells_source_and_information_apart() -> None:
    ministry = Said(kind="gov", who=("CN",))
    quoted = [
        replace(
            event(f"2024-05-{3 + i:02}", mode="enforce", instruments=("licence_delay",)),
            source=ministry,
            id="",
        ).sealed()
        for i in range(3)
    ]
    (one,) = open_book(replace(PACK, licence_outcomes=()), quoted, day("2024-06-01")).handlings
    assert one.grade == "A2"  # three texts that quote one ministry are one voice
    apart = event("2024-05-09", mode="enforce", instruments=("licence_delay",), source="industry")
    (one,) = open_book(
        replace(PACK, licence_outcomes=()), [*quoted, apart], day("2024-06-01")
    ).handlings
    assert one.grade == "A1"
