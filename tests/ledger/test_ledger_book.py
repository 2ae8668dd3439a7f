"""From the events of many documents to measures: matching, opening, and what is kept aside."""

from datetime import date

import pytest
from ledger_story import CHIPS, GALLIUM, PACK, US_BAN, day, event, item, no_measures, notice, step
from msgspec.structs import replace

from foreshock.errors import UnknownWord, WrongUse
from foreshock.ledger import open_book
from foreshock.words.markings import Marking
from foreshock.words.pack import Pack
from foreshock.words.records import EventLink, Measure
from foreshock.words.reference import MeasureRow

LATE = date(2025, 6, 1)


def named(measures: tuple[Measure, ...], name: str) -> Measure:
    return next(measure for measure in measures if measure.name == name)


@pytest.mark.parametrize(
    ("on", "states"),
    [("2023-07-02", []), ("2023-07-03", ["announced"]), ("2023-08-01", ["in_force"])],
)
def test_the_gallium_notice_as_of_each_day(on: str, states: list[str]) -> None:
    book = open_book(PACK, [notice()], day(on))
    gallium = [m for m in book.measures if m.name == "CN-2023-23"]
    assert [book.state(m) for m in gallium] == states


def test_a_story_told_in_ten_documents_is_one_measure_with_ten_pieces_of_evidence() -> None:
    told = [notice(f"2023-07-{5 + i:02}") for i in range(10)]
    book = open_book(no_measures(), told, LATE)
    assert [m.name for m in book.measures] == ["CN-2023-07-min.ga-export_licence"]
    assert set(book.measures[0].steps[0].evidence) == {e.id for e in told}
    assert [s.step for s in book.measures[0].steps] == ["announced", "in_force"]


def test_ten_documents_about_a_known_measure_are_evidence_and_no_new_step() -> None:
    told = [notice(f"2023-07-{5 + i:02}") for i in range(10)]
    gallium = named(open_book(PACK, told, LATE).measures, "CN-2023-23")
    assert [s.step for s in gallium.steps] == ["announced", "in_force"]
    assert {e.id for e in told} <= set(gallium.steps[0].evidence)


def test_an_old_story_told_as_new_adds_no_step() -> None:
    copy = event(
        "2025-05-20", mode="new", status="in_force", instruments=("export_control",), date=None
    )
    book = open_book(PACK, [copy], LATE)
    assert copy.id in named(book.measures, "CN-2023-23").steps[1].evidence
    assert len(book.measures) == 3


def test_a_suspension_in_the_news_suspends_the_measure_it_fits() -> None:
    truce = event(
        "2025-05-20",
        "EASE",
        mode="suspend",
        status="in_force",
        instruments=("export_ban",),
        targets=("US",),
        items=("min.ga", "min.ge", "min.sb"),
        date="2025-05-20",
        until="2025-08-20",
    )
    book = open_book(PACK, [truce], LATE)
    assert book.state(named(book.measures, "CN-2024-46")) == "suspended"
    assert book.state(named(book.measures, "CN-2023-23")) == "in_force"
    assert [(m.measure, m.confidence) for m in book.matches] == [("CN-2024-46", 8 / 12)]


def test_a_ban_is_not_taken_for_the_licences_of_the_same_items() -> None:
    ban = event(
        "2024-03-05",
        mode="new",
        status="in_force",
        instruments=("export_ban",),
        date="2024-03-04",
        targets=("JP",),
    )
    book = open_book(PACK, [ban], date(2024, 3, 31))
    assert "CN-2024-03-min.ga-export_ban" in [m.name for m in book.measures]


def test_a_generic_word_finds_the_measure_on_its_kin() -> None:
    pack = Pack(
        items=PACK.items,
        measures=(
            MeasureRow(
                id="CN-2025-18",
                issuer="CN",
                title="Medium and heavy rare earths",
                instrument=("export_licence",),
                items=("ree.dy",),
                targets=("all",),
            ),
        ),
        steps=(step("CN-2025-18", "in_force", "2025-04-04", "2025-04-04"),),
    )
    curbs = event(
        "2025-05-20",
        mode="new",
        status="in_force",
        items=("ree",),
        instruments=("export_control",),
        background=True,
    )
    book = open_book(pack, [curbs], LATE)
    assert [m.measure for m in book.matches] == ["CN-2025-18"]
    assert book.in_force(item="ree", origin="CN") == book.measures
    assert book.in_force(item="min.ga") == ()


def test_a_new_plan_on_the_same_items_years_later_is_another_measure() -> None:
    plan = event(
        "2025-05-20",
        mode="new",
        status="announced",
        date="2025-05-20",
        effective="2025-09-01",
        instruments=("export_control",),
    )
    book = open_book(PACK, [plan], LATE)
    opened = named(book.measures, "CN-2025-05-min.ga-export_control")
    assert book.state(opened) == "announced"
    assert book.state(opened, date(2025, 9, 1)) == "in_force"


def test_what_is_denied_opens_nothing() -> None:
    denied = notice(status="denied")
    assert open_book(no_measures(), [denied], LATE).measures == ()


def test_an_unnamed_source_alone_makes_a_rumour_that_is_little_believed() -> None:
    scare = event(
        "2025-05-20",
        mode="new",
        status="announced",
        instruments=("export_ban",),
        modality="alleged",
        source="unnamed",
        items=("ree",),
    )
    book = open_book(PACK, [scare], LATE)
    opened = named(book.measures, "CN-2025-05-ree-export_ban")
    assert [s.step for s in opened.steps] == ["rumoured"]
    assert opened.confidence == 0.3
    assert book.regimes() == open_book(PACK, [], LATE).regimes()


def test_a_rumour_before_the_notice_becomes_the_first_step_of_its_life() -> None:
    rumour = event(
        "2023-06-20",
        mode="new",
        status="considered",
        modality="alleged",
        source="unnamed",
        instruments=("export_control",),
    )
    before = open_book(PACK, [rumour], date(2023, 6, 30))
    assert before.measures[0].name == "CN-2023-06-min.ga-export_control"
    after = open_book(PACK, [rumour], date(2023, 7, 3))
    assert [s.step for s in named(after.measures, "CN-2023-23").steps] == [
        "rumoured",
        "announced",
        "in_force",
    ]


def test_a_lifting_of_what_never_began_is_kept_as_odd() -> None:
    lift = event(
        "2023-07-20",
        "EASE",
        mode="lift",
        status="in_force",
        date="2023-06-01",
        instruments=("export_licence",),
    )
    book = open_book(PACK, [lift], LATE)
    assert [(o.event, o.measure) for o in book.odd] == [(lift.id, "CN-2023-23")]
    assert "before it began" in book.odd[0].says
    assert book.state(named(book.measures, "CN-2023-23")) == "in_force"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"type_": "EASE", "mode": "lift", "items": ("chip.ai",)}, "does not know"),
        ({"mode": "new", "items": ()}, "names no item"),
        ({"mode": "new", "actors": ("org:ASML",)}, "no country or bloc acts"),
        ({"mode": "new", "date": "2023-13-45"}, "2023-13-45"),
        ({"mode": "new", "nature": "exercise"}, "never mixes"),
    ],
)
def test_what_cannot_be_taken_in_is_said(told: dict[str, object], why: str) -> None:
    wrong = event("2023-07-20", **told)  # type: ignore[arg-type]
    book = open_book(PACK, [wrong], LATE)
    assert [o.event for o in book.odd] == [wrong.id]
    assert why in book.odd[0].says


def test_two_texts_with_different_dates_are_kept_side_by_side() -> None:
    one = notice("2023-07-03")
    other = notice("2023-07-04", effective="2023-08-03")
    more = notice("2023-07-05")
    book = open_book(no_measures(), [one, other, more], LATE)
    (measure,) = book.measures
    dates = {s.date: s.evidence for s in measure.steps if s.step == "in_force"}
    assert dates == {"2023-08-01": (one.id, more.id), "2023-08-03": (other.id,)}
    assert book.state(measure, date(2023, 8, 1)) == "in_force"


def test_background_takes_a_known_measure_no_further() -> None:
    passing = event(
        "2024-05-20",
        "EASE",
        mode="suspend",
        status="in_force",
        date="2024-05-01",
        instruments=("export_licence",),
        background=True,
    )
    gallium = named(open_book(PACK, [passing], LATE).measures, "CN-2023-23")
    assert [s.step for s in gallium.steps] == ["announced", "in_force"]
    assert passing.id in gallium.steps[1].evidence


def test_an_easing_announced_without_a_day_changes_nothing_yet() -> None:
    hope = event(
        "2024-05-20", "EASE", mode="lift", status="announced", instruments=("export_licence",)
    )
    book = open_book(PACK, [hope], LATE)
    gallium = named(book.measures, "CN-2023-23")
    assert book.state(gallium) == "in_force"
    assert hope.id in gallium.steps[1].evidence


def test_a_joint_act_is_one_measure_of_each_country_and_companies_issue_none() -> None:
    joint = event(
        "2023-03-10",
        mode="new",
        status="considered",
        actors=("NL", "JP", "org:ASML"),
        items=("chip",),
        instruments=("export_control",),
    )
    issuers = [m.issuer for m in open_book(no_measures(), [joint], LATE).measures]
    assert issuers == ["JP", "NL"]


def test_a_corrected_event_no_longer_counts() -> None:
    wrong = notice("2023-07-03", effective="2023-09-01")
    right = notice("2023-07-04", supersedes=wrong.id)
    (measure,) = open_book(no_measures(), [wrong, right], LATE).measures
    assert [s.date for s in measure.steps] == ["2023-07-03", "2023-08-01"]


def test_a_measure_is_as_confidential_as_the_strictest_text_that_shapes_it() -> None:
    secret = notice("2023-07-05", marking=Marking.AMBER)
    (opened,) = open_book(no_measures(), [secret], LATE).measures
    assert opened.marking == Marking.AMBER
    easing = event(
        "2024-02-01",
        "EASE",
        mode="suspend",
        status="in_force",
        marking=Marking.AMBER,
        date="2024-02-01",
        instruments=("export_licence",),
    )
    book = open_book(PACK, [easing], LATE)
    assert named(book.measures, "CN-2023-23").marking == Marking.AMBER
    assert named(book.measures, "CN-2024-46").marking == Marking.CLEAR


def test_what_is_public_stays_public_when_it_is_also_told_in_confidence() -> None:
    secret = notice("2023-07-05", marking=Marking.AMBER)
    gallium = named(open_book(PACK, [secret], LATE).measures, "CN-2023-23")
    assert gallium.marking == Marking.CLEAR
    assert secret.id in {ref for step in gallium.steps for ref in step.evidence}


def test_a_measure_is_known_since_its_last_evidence_was() -> None:
    late = notice("2023-07-15", live=True)
    gallium = named(open_book(PACK, [late], LATE).measures, "CN-2023-23")
    assert gallium.clocks.known_at == late.clocks.known_at
    assert gallium.clocks.published == day("2023-07-15")
    assert gallium.clocks.happened == "2023-07-03"
    assert not gallium.clocks.backfilled
    assert gallium.id.startswith("measure-")


def test_steps_whose_source_nobody_opened_are_left_out_and_said() -> None:
    pack = Pack(
        items=PACK.items,
        measures=PACK.measures,
        steps=(step("CN-2023-23", "announced", "2023-07-03", "2023-07-03", checked="unopened"),),
    )
    book = open_book(pack, [], LATE)
    assert book.measures == ()
    assert book.caveats == ("CN-2023-23: 1 step(s) left out, their source was never opened.",)


def test_an_answer_to_a_known_measure_makes_a_chain_with_its_days() -> None:
    first = event(
        "2023-07-05",
        document="d",
        local="e2",
        actors=("US",),
        items=("chip.ai",),
        targets=("CN",),
        mode="new",
        status="in_force",
        date="2022-10-07",
        instruments=("export_control",),
        background=True,
    )
    answer = notice("2023-07-05", document="d", links=(EventLink(rel="retaliates", ref="e2"),))
    (chain,) = open_book(PACK, [first, answer], LATE).chains
    (one,) = chain.answers
    assert (one.answer, one.relation, one.to) == ("CN-2023-23", "retaliates", "US-2022-1007")
    assert (one.days, one.evidence) == (269, (answer.id,))
    assert (one.basis, one.confidence) == ("inferred", 0.8)
    assert one.says.startswith("Inferred, confidence 0.80: ")
    assert "269 days after" in one.says
    assert "that these two were meant was found by matching" in one.why
    assert chain.names == ("US-2022-1007", "CN-2023-23")
    assert chain.says.startswith("Inferred, confidence 0.80: ")


def test_an_undated_expansion_told_just_after_a_beginning_is_that_beginning() -> None:
    fresh = event("2023-08-10", mode="expand", status="in_force", instruments=("export_licence",))
    later = event("2024-08-10", mode="expand", status="in_force", instruments=("export_licence",))
    gallium = named(open_book(PACK, [fresh], LATE).measures, "CN-2023-23")
    assert [s.step for s in gallium.steps] == ["announced", "in_force"]
    gallium = named(open_book(PACK, [fresh, later], LATE).measures, "CN-2023-23")
    assert [s.step for s in gallium.steps] == ["announced", "in_force", "tightened"]


def test_a_measure_aimed_at_a_company_is_not_meant_where_nobody_names_it() -> None:
    huawei = MeasureRow(
        id="US-2020-HUAWEI",
        issuer="US",
        title="Rule for Huawei",
        instrument=("fdpr", "entity_listing"),
        items=("chip",),
        targets=("CN", "org:Huawei"),
    )
    pack = Pack(
        items=PACK.items,
        measures=(*PACK.measures, huawei),
        steps=(*PACK.steps, step("US-2020-HUAWEI", "in_force", "2020-05-15", "2020-05-15")),
    )
    told = {"mode": "new", "status": "in_force", "actors": ("US",), "items": ("chip",)}
    general = event("2023-01-10", targets=("CN",), instruments=("fdpr",), **told)
    aimed = event("2023-01-11", targets=("org:Huawei",), instruments=("fdpr",), **told)
    found = {m.event: m.measure for m in open_book(pack, [general, aimed], LATE).matches}
    assert found == {general.id: "US-2022-1007", aimed.id: "US-2020-HUAWEI"}


def test_a_closer_date_sharpens_a_step_that_only_events_tell() -> None:
    vague = event("2025-04-10", mode="new", status="in_force", date="2025-03", items=("ree",))
    exact = event("2025-04-11", mode="new", status="in_force", date="2025-03-14", items=("ree",))
    (measure,) = open_book(no_measures(), [vague, exact], LATE).measures
    assert [s.date for s in measure.steps] == ["2025-03-14"]
    assert measure.name == "CN-2025-03-ree-restrict"


def test_a_text_that_tightens_and_lifts_on_the_same_goods_ends_no_control() -> None:
    """Three graphite goods went onto the list in October 2023, five others off it."""
    told = {"document": "document-list", "items": ("ree",)}
    onto = event("2025-04-10", status="announced", effective="2025-05-01", **told)
    off = event("2025-04-10", "EASE", mode="lift", status="in_force", **told)
    (measure,) = open_book(no_measures(), [onto, off], LATE).measures
    assert "ended" not in {s.step for s in measure.steps}
    alone = event("2025-05-20", "EASE", mode="lift", status="in_force", items=("ree",))
    (ended,) = open_book(no_measures(), [onto, alone], LATE).measures
    assert "ended" in {s.step for s in ended.steps}


def test_licences_for_goods_at_large_ease_no_control_of_named_goods_towards_others() -> None:
    wide = replace(US_BAN, items=(*US_BAN.items, "dualuse"))
    pack = replace(PACK, measures=(GALLIUM, wide, CHIPS), items=(*PACK.items, item("dualuse")))
    told = {"mode": "grant", "status": "in_force", "items": ("dualuse",)}
    general = event("2025-02-04", "EASE", targets=("all",), **told)
    party = event("2025-02-04", "EASE", targets=("US",), **told)
    found = {m.event: m.measure for m in open_book(pack, [general, party], LATE).matches}
    assert found == {party.id: "CN-2024-46"}


def test_questions_that_cannot_be_answered_are_refused_in_one_sentence() -> None:
    book = open_book(PACK, [], LATE)
    with pytest.raises(UnknownWord, match="item 'gallium', expected an item of the pack"):
        book.in_force(item="gallium")
    with pytest.raises(WrongUse, match="within_days is -1"):
        book.due(within_days=-1)
