"""What the network is told: how flows are held up on a day."""

from datetime import date

import pytest
from ledger_story import PACK, day, event, step
from msgspec import structs

from foreshock.ledger import open_book
from foreshock.ledger.tables import HEARSAY, STAGE, STEPS, TOOLS
from foreshock.words.pack import Pack
from foreshock.words.records import Regime
from foreshock.words.reference import MeasureRow
from foreshock.words.vocab import INSTRUMENTS, MODALITY, NEXT_STEPS, STATUS, TYPES


def of(name: str, regimes: tuple[Regime, ...]) -> list[Regime]:
    return [regime for regime in regimes if regime.measure == name]


def with_measure(instrument: str, *targets: str) -> Pack:
    card = MeasureRow(
        id="X-1",
        issuer="US",
        title="A control",
        instrument=(instrument,),
        items=("chip",),
        targets=targets,
    )
    return Pack(
        items=PACK.items,
        measures=(card,),
        steps=(step("X-1", "in_force", "2024-01-01", "2024-01-01"),),
    )


def test_the_gallium_regime_is_announced_then_in_force() -> None:
    (july,) = of("CN-2023-23", open_book(PACK, [], day("2023-07-03")).regimes())
    assert (july.state, july.mode, july.since) == ("announced", "licence", date(2023, 8, 1))
    assert (july.origin, july.destinations, july.basis) == ("CN", ("all",), "prior")
    ahead = open_book(PACK, [], day("2023-07-03")).regimes(date(2023, 8, 1))
    assert [r.state for r in of("CN-2023-23", ahead)] == ["in_force"]


def test_nothing_holds_up_gallium_before_the_notice() -> None:
    assert of("CN-2023-23", open_book(PACK, [], day("2023-07-02")).regimes()) == []


@pytest.mark.parametrize(
    ("on", "state"),
    [("2024-12-02", []), ("2024-12-03", ["in_force"]), ("2025-11-09", ["suspended"])],
)
def test_the_ban_to_the_us_and_its_suspension(on: str, state: list[str]) -> None:
    found = of("CN-2024-46", open_book(PACK, [], day(on)).regimes())
    assert [r.state for r in found] == state
    assert all((r.mode, r.destinations) == ("ban", ("US",)) for r in found)


def test_a_suspension_that_ran_out_stays_visible_and_is_said() -> None:
    book = open_book(PACK, [], day("2026-12-15"))
    (ban,) = of("CN-2024-46", book.regimes())
    assert (ban.state, ban.until) == ("suspended", date(2026, 11, 27))
    assert any("CN-2024-46" in says and "nobody told" in says for says in book.caveats)


def test_what_ran_out_long_ago_is_counted_and_not_listed() -> None:
    caveats = open_book(PACK, [], day("2029-01-01")).caveats
    assert not any("CN-2024-46" in says for says in caveats)
    assert any("1 measure(s) ran out more than a year ago" in says for says in caveats)


def test_a_destination_with_reported_practice_has_its_own_regime() -> None:
    europe, rest = of("CN-2023-23", open_book(PACK, [], day("2023-11-01")).regimes())
    assert (europe.destinations, europe.approval_share, europe.basis) == (("EU",), 0.25, "reported")
    assert "pack:licence_outcomes.csv:3" in europe.evidence
    assert (rest.destinations, rest.approval_share, rest.basis) == (("all",), 0.5, "prior")
    assert rest.delay_days == (51, 51, 51)


def test_a_prior_is_used_only_from_the_day_it_could_be_known() -> None:
    # "first 60 days" was learned in 2025: in 2023 only the wide prior existed
    (july,) = of("CN-2023-23", open_book(PACK, [], day("2023-08-15")).regimes())
    assert july.approval_share == 0.5


def test_a_delay_without_figure_and_prior_is_said_to_be_unknown() -> None:
    book = open_book(with_measure("export_licence", "CN"), [], day("2024-02-01"))
    (regime,) = book.regimes()
    assert regime.approval_share is None
    assert any("unknown, not zero" in says for says in book.caveats)


@pytest.mark.parametrize(
    ("instrument", "mode"),
    [
        ("export_ban", "ban"),
        ("export_licence", "licence"),
        ("export_control", "licence"),
        ("export_quota", "quota"),
        ("export_tax", "tariff"),
    ],
)
def test_the_mode_follows_the_instrument(instrument: str, mode: str) -> None:
    book = open_book(with_measure(instrument, "CN"), [], day("2024-02-01"))
    assert [(r.mode, r.origin, r.destinations) for r in book.regimes()] == [(mode, "US", ("CN",))]


def test_a_tariff_holds_up_what_comes_in() -> None:
    book = open_book(with_measure("import_tariff", "CN", "JP"), [], day("2024-02-01"))
    flows = [(r.mode, r.origin, r.destinations) for r in book.regimes()]
    assert flows == [("tariff", "CN", ("US",)), ("tariff", "JP", ("US",))]


@pytest.mark.parametrize("instrument", ["takeover", "investment_screening", "entity_listing"])
def test_what_holds_up_no_whole_flow_gives_no_regime(instrument: str) -> None:
    book = open_book(with_measure(instrument, "CN"), [], day("2024-02-01"))
    assert len(book.measures) == 1
    assert book.regimes() == ()


def test_a_rule_beside_a_list_of_companies_reaches_no_further_than_the_list() -> None:
    both = with_measure("entity_listing", "CN")
    card = structs.replace(both.measures[0], instrument=("entity_listing", "fdpr"))
    assert open_book(structs.replace(both, measures=(card,)), [], day("2024-02-01")).regimes() == ()
    card = structs.replace(card, instrument=("entity_listing", "fdpr", "export_control"))
    (regime,) = open_book(structs.replace(both, measures=(card,)), [], day("2024-02-01")).regimes()
    assert regime.mode == "licence"


def test_a_measure_against_named_companies_only_gives_no_regime() -> None:
    book = open_book(with_measure("export_ban", "org:Huawei"), [], day("2024-02-01"))
    assert book.regimes() == ()


def test_a_ban_that_lets_exemptions_through_works_like_a_licence() -> None:
    relief = event(
        "2025-01-20",
        "EASE",
        mode="exempt",
        status="in_force",
        date="2025-01-20",
        targets=("US",),
        items=("min.ga", "min.ge", "min.sb"),
        instruments=("export_ban",),
    )
    (ban,) = of("CN-2024-46", open_book(PACK, [relief], day("2025-02-01")).regimes())
    assert ban.mode == "licence"
    assert relief.id in ban.evidence


def test_the_calendar_tells_ends_beginnings_and_deadlines() -> None:
    ends = open_book(PACK, [], day("2026-11-01")).due(within_days=60)
    assert [(d.day, d.what, d.name) for d in ends] == [
        (date(2026, 11, 27), "runs_out", "CN-2024-46")
    ]
    begins = open_book(PACK, [], day("2023-07-03")).due(within_days=60)
    assert [(d.day, d.what) for d in begins] == [(date(2023, 8, 1), "begins")]
    promised = open_book(PACK, [], day("2025-07-01")).due(within_days=60)
    assert [(d.what, d.name) for d in promised] == [("deadline", "london-2025")]


def test_the_tables_speak_only_words_of_the_vocabulary() -> None:
    assert set(TOOLS) <= set(INSTRUMENTS)
    assert set(HEARSAY) <= set(MODALITY)
    steps = set(HEARSAY.values()) | set(STAGE)
    for (kind, mode), by_status in STEPS.items():
        assert mode is None or mode in TYPES[kind]
        assert set(by_status) <= set(STATUS)
        steps |= set(by_status.values())
    assert steps <= set(NEXT_STEPS)


@pytest.mark.parametrize(
    ("instruments", "number", "informal"),
    [
        (("customs_check",), "", True),
        (("guidance", "licence_delay"), "", True),
        (("customs_check",), "Customs Announcement No. 81 of 2021", False),
        (("customs_check", "export_licence"), "", False),
    ],
)
def test_a_hold_without_a_published_rule_is_no_licence_requirement(
    instruments: tuple[str, ...], number: str, informal: bool
) -> None:
    hold = structs.replace(PACK.measures[0], instrument=instruments, official_number=number)
    pack = structs.replace(PACK, measures=(hold,), steps=PACK.steps[:2], licence_outcomes=())
    regimes = open_book(pack, [], day("2023-08-01")).regimes()
    assert [(r.informal, r.instruments) for r in regimes] == [(informal, instruments)]
