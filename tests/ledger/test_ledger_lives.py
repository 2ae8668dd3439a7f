"""Lives of promises, who stands where, what answered what, and statements that contradict."""

from typing import Any

import pytest
from ledger_story import (
    CHIPS,
    GALLIUM,
    PACK,
    RECEIVED,
    US_BAN,
    day,
    event,
    no_measures,
    notice,
    step,
)
from msgspec.structs import replace

from foreshock.ledger import Told, open_book
from foreshock.words.clocks import backfilled
from foreshock.words.pack import Pack
from foreshock.words.records import Commitment, EventLink, Observation, Origin, Said
from foreshock.words.reference import (
    AnswerRow,
    CheckRow,
    CommitmentRow,
    CommitmentStepRow,
    StanceRow,
)

SOYA = CommitmentRow(
    id="busan-soya",
    who_says=("US",),
    who_promises=("CN",),
    to_whom=("US",),
    what="buy soya",
    items=("ree",),
    made="2025-10-30",
    due="2025-12-31",
    published=day("2025-11-01"),
    checked="secondary",
    source_date=day("2025-11-01"),
    ref="pack:commitments.csv:2",
)


def life(*rows: CommitmentStepRow, card: CommitmentRow = SOYA, **more: object) -> Pack:
    return Pack(items=PACK.items, commitments=(card,), commitment_steps=rows, **more)  # type: ignore[arg-type]


def later(kind: str, published: str, **more: object) -> CommitmentStepRow:
    told = {"commitment": "busan-soya", "step": kind, "checked": "secondary", **more}
    return CommitmentStepRow(published=day(published), **told)  # type: ignore[arg-type]


def promise(pack: Pack, on: str, *events: object, told: Told | None = None) -> Commitment:
    (one,) = open_book(pack, list(events), day(on), told).commitments  # type: ignore[arg-type]
    return one


# -- promises ------------------------------------------------------------------------------------


def test_a_deadline_moves_on_the_day_on_which_it_is_moved_and_its_history_stays() -> None:
    pack = life(later("deadline", "2025-12-03", who=("US",), due="2026-02-28"))
    assert promise(pack, "2025-12-02").due == "2025-12-31"
    moved = promise(pack, "2025-12-03")
    assert moved.due == "2026-02-28"
    assert [(s.step, s.due) for s in moved.steps] == [
        ("made", "2025-12-31"),
        ("deadline", "2026-02-28"),
    ]


def test_a_promise_said_by_one_side_is_confirmed_only_once_the_other_says_so() -> None:
    pack = life(later("confirmed", "2025-11-10", who=("CN",)))
    assert promise(pack, "2025-11-09").confirmed_by == ()
    assert promise(pack, "2025-11-10").confirmed_by == ("CN",)


def test_a_confirmation_without_a_day_counts_from_the_page_that_tells_of_it() -> None:
    card = replace(SOYA, confirmed_by=("CN",), source_date=day("2025-11-05"))
    assert promise(life(card=card), "2025-11-04").confirmed_by == ()
    assert promise(life(card=card), "2025-11-05").confirmed_by == ("CN",)
    dated = replace(card, confirmed_published=day("2025-12-01"))
    assert promise(life(card=dated), "2025-11-30").confirmed_by == ()
    assert promise(life(card=dated), "2025-12-01").confirmed_by == ("CN",)


def test_nobody_confirms_his_own_word() -> None:
    said = event("2025-04-17", "AGREE", actors=("KR", "NL"), items=("chip",), date="2025-04-17")
    one = replace(said, source=Said(kind="gov", who=("KR",)), id="").sealed()
    other = replace(said, document="d2", source=Said(kind="gov", who=("NL",)), id="").sealed()
    alone = promise(no_measures(), "2025-05-01", one)
    assert (alone.who_says, alone.confirmed_by) == (("KR",), ())
    assert promise(no_measures(), "2025-05-01", one, other).confirmed_by == ("NL",)


def test_a_promise_without_a_deadline_is_never_overdue_and_never_in_the_calendar() -> None:
    pack = life(card=replace(SOYA, due=""))
    book = open_book(pack, [], day("2030-01-01"))
    assert book.commitments[0].outcome == "open"
    assert book.overdue() == ()
    assert book.due(day("2025-11-01"), within_days=3000) == ()


def test_a_measure_shows_that_a_promise_was_kept_or_late_with_its_proof() -> None:
    card = replace(SOYA, due="2025-11-10")
    check = CheckRow(
        commitment="busan-soya", measure="CN-2024-46", steps=("suspended",), checked="secondary"
    )
    pack = replace(life(card=card, checks=(check,)), measures=(US_BAN,), steps=PACK.steps)
    assert promise(pack, "2025-11-08").outcome == "open"
    kept = promise(pack, "2025-11-09")
    assert kept.outcome == "kept"
    assert "CN-2024-46 suspended on 2025-11-09" in kept.steps[-1].what
    assert kept.steps[-1].evidence == ("pack:measure_steps.csv:CN-2024-46 suspended 2025-11-09",)
    late = replace(pack, commitments=(replace(card, due="2025-11-05"),))
    assert promise(late, "2025-11-09").outcome == "late"


def figure(period: str, value: float, out: str) -> Observation:
    return Observation(
        series="soya",
        item="ree",
        flow="imports",
        reporter="CN",
        partner="US",
        period=period,
        unit="t",
        value=value,
        clocks=backfilled(RECEIVED, day(out)),
        origin=Origin(publisher="Customs", checked="official"),
    )


def test_figures_show_that_a_promise_was_kept_late_or_broken_and_silence_shows_nothing() -> None:
    check = CheckRow(
        commitment="busan-soya", series="soya", at_least=12, since="2025-11", checked="secondary"
    )
    pack = life(checks=(check,))
    low = (figure("2025-10", 99, "2025-11-20"), figure("2025-11", 2, "2025-12-20"))
    assert promise(pack, "2026-02-01", told=Told(figures=low)).outcome == "open"
    short = (*low, figure("2025-12", 3, "2026-01-20"))
    assert promise(pack, "2026-01-19", told=Told(figures=short)).outcome == "open"
    broken = promise(pack, "2026-01-20", told=Told(figures=short))
    assert broken.outcome == "broken"
    assert broken.steps[-1].evidence == ("soya:2025-12:Customs",)
    late = (*low, figure("2026-01", 14, "2026-02-20"))
    assert promise(pack, "2026-02-20", told=Told(figures=late)).outcome == "late"
    enough = (*low, figure("2025-12", 12, "2026-01-20"))
    assert promise(pack, "2026-01-20", told=Told(figures=enough)).outcome == "kept"


def test_confirmed_and_denied_stand_side_by_side() -> None:
    pack = life(
        later("confirmed", "2025-11-10", who=("CN",)), later("denied", "2025-11-12", who=("CN",))
    )
    (conflict,) = open_book(pack, [], day("2025-11-12")).conflicts
    assert (conflict.about, conflict.what) == ("busan-soya", "confirmed or denied")
    assert [side.who for side in conflict.sides] == [("CN",), ("CN",)]


def test_an_agreement_with_a_company_is_not_taken_for_a_promise_of_one_state() -> None:
    card = replace(SOYA, who_promises=("US",), to_whom=(), who_says=("US",))
    deal = event(
        "2025-11-02", "AGREE", actors=("US", "org:Mine"), items=("ree",), date="2025-11-02"
    )
    names = {c.name for c in open_book(life(card=card), [deal], day("2025-12-01")).commitments}
    assert len(names) == 2


# -- stances -------------------------------------------------------------------------------------


def speaker(kind: str, mode: str, who: str, **more: object) -> dict[str, object]:
    told = {"type_": kind, "mode": mode, "actors": (who,), "document": "d", **more}
    return {"published": "2022-11-20", **told}


RULE = event(
    "2022-11-20",
    document="d",
    local="e9",
    actors=("US",),
    items=("chip.ai",),
    targets=("CN",),
    mode="new",
    status="in_force",
    date="2022-10",
    instruments=("export_control",),
    background=True,
)


def sides(*told: dict[str, object]) -> set[tuple[str, str, str]]:
    events = [RULE, *(event(local=f"e{i}", **one) for i, one in enumerate(told))]  # type: ignore[arg-type]
    return {(s.who, s.stance, s.about) for s in open_book(PACK, events, day("2022-12-01")).stances}


def test_a_minister_who_would_not_follow_is_undecided_on_the_american_rule() -> None:
    said = speaker("POSITION", "stance", "NL", targets=("US",), items=("chip",))
    assert sides(said) == {("NL", "undecided", "US-2022-1007")}


def test_whom_a_rule_hits_wants_less_of_it_and_who_is_not_hit_wants_it_kept() -> None:
    hit = speaker("PRESSURE", "urge", "CN", targets=("US",), items=("chip",))
    other = speaker("PRESSURE", "urge", "JP", targets=("US",), items=("chip",))
    firm = speaker("PRESSURE", "lobby", "org:Nvidia", targets=("US",), items=("chip.ai",))
    assert sides(hit, other, firm) == {
        ("CN", "opposes", "US-2022-1007"),
        ("JP", "supports", "US-2022-1007"),
        ("org:Nvidia", "opposes", "US-2022-1007"),
    }


def test_a_firm_is_exposed_to_the_rule_told_beside_it_and_nobody_to_his_own() -> None:
    firm = speaker("POSITION", "impact", "org:ASML", targets=(), items=("chip",))
    own = speaker("POSITION", "impact", "US", targets=(), items=("chip",))
    assert sides(firm, own) == {("org:ASML", "exposed", "US-2022-1007")}


def test_a_stance_that_moves_says_where_it_stood_before_and_until_when() -> None:
    rows = tuple(
        StanceRow(
            who="NL",
            about="US-2022-1007",
            stance=side,  # type: ignore[arg-type]
            since=since,
            source_date=day(since),
            checked="secondary",
            what=side,
        )
        for side, since in (("undecided", "2022-11-18"), ("supports", "2023-03-08"))
    )
    pack = replace(PACK, stances=rows)
    (first,) = open_book(pack, [], day("2023-03-07")).stances
    assert (first.stance, first.until, first.kind) == ("undecided", None, "measure")
    first, then = open_book(pack, [], day("2023-03-08")).stances
    assert (first.until, then.stance, then.before) == ("2023-03-08", "supports", "undecided")


# -- chains --------------------------------------------------------------------------------------


def test_a_chain_tells_days_and_what_each_side_held() -> None:
    row = AnswerRow(
        answer="CN-2024-46",
        relation="retaliates",
        to="US-2022-1007",
        published=day("2024-12-03"),
        checked="secondary",
        ref="pack:answers.csv:2",
    )
    pack = replace(PACK, measures=(GALLIUM, US_BAN, CHIPS), answers=(row,))
    assert open_book(pack, [], day("2024-12-02")).chains == ()
    (chain,) = open_book(pack, [], day("2024-12-03")).chains
    (one,) = chain.answers
    assert (one.day, one.days) == (day("2024-12-03"), 788)
    held = {(h.who, h.towards): h.measures for h in one.held}
    assert held == {("CN", "US"): ("CN-2024-46",), ("US", "CN"): ("US-2022-1007",)}
    assert "1 control against" in one.says
    assert chain.says.startswith("2022-10-07: Controls on advanced computing chips")


CHIP_RULE = {
    "document": "d", "local": "e2", "actors": ("US",), "items": ("chip.ai",), "mode": "new",
    "status": "in_force", "date": "2022-10-07", "targets": ("CN",), "background": True,
    "instruments": ("export_control",),
}  # fmt: skip
ANSWERS_IT = (EventLink(rel="retaliates", ref="e2"),)


def answered(pack: Pack = PACK, **more: Any) -> list[tuple[str, str, str]]:
    """The answers of a book of a text in which a notice answers the US rule; `more` of the rule."""
    told = [
        event("2023-07-05", **{**CHIP_RULE, **more}),
        notice("2023-07-05", document="d", links=ANSWERS_IT),
    ]
    return [
        (a.answer, a.to, a.basis)
        for chain in open_book(pack, told, day("2025-06-01")).chains
        for a in chain.answers
    ]


def test_what_a_text_says_of_two_acts_is_an_inferred_answer() -> None:
    assert answered() == [("CN-2023-23", "US-2022-1007", "inferred")]


@pytest.mark.parametrize(
    "rule",
    [
        # announced after its answer
        {"date": "2023-07-04", "background": False, "instruments": ("export_ban",)},
        # longer ago than a year
        {"date": "2021-05-01", "instruments": ("import_ban",)},
        # aimed at somebody else
        {"date": "2023-05-01", "targets": ("JP",), "instruments": ("export_ban",)},
        # nobody answers himself
        {"actors": ("CN",), "date": "2023-05-01", "items": ("ree",), "targets": ("all",)},
        # a rumour is no act
        {"date": None, "modality": "alleged", "status": "considered", "items": ("chip",)},
    ],
)
def test_what_cannot_stand_to_each_other_so_is_no_answer(rule: dict[str, Any]) -> None:
    assert answered(**rule) == []


def test_what_a_row_tells_is_not_joined_by_guesses_on_the_same_party() -> None:
    row = AnswerRow(
        answer="CN-2023-23", relation="retaliates", to="US-2023-X", what="As the ministry said.",
        published=day("2023-07-04"), publisher="MOFCOM", checked="secondary", ref="pack:answers:2",
    )  # fmt: skip
    other = replace(CHIPS, id="US-2023-X", items=("chip",), instrument=("import_ban",))
    rule = step("US-2023-X", "in_force", "2023-06-01", "2023-06-01")
    pack = replace(
        PACK, measures=(GALLIUM, CHIPS, other), steps=(*PACK.steps, rule), answers=(row,)
    )
    assert answered(pack) == [("CN-2023-23", "US-2023-X", "told")]
    (chain,) = open_book(pack, [], day("2023-08-01")).chains
    assert chain.answers[0].why == "As the ministry said. (MOFCOM)"
    assert "Inferred" not in chain.says


def test_days_between_dates_told_by_month_or_year_are_not_counted() -> None:
    row = AnswerRow(
        answer="CN-2023-23", relation="retaliates", to="US-2022-1007",
        published=day("2023-07-04"), checked="secondary", ref="pack:answers:2",
    )  # fmt: skip
    rule = step("US-2022-1007", "in_force", "2022", "2022-10-07")
    pack = replace(PACK, measures=(GALLIUM, CHIPS), steps=(*PACK.steps[:2], rule), answers=(row,))
    ((one,),) = [c.answers for c in open_book(pack, [], day("2023-08-01")).chains]
    assert one.days is None
    assert "how many days after it is not told" in one.says


# -- what contradicts ----------------------------------------------------------------------------


def test_two_dates_of_one_step_are_kept_side_by_side_with_who_says_so() -> None:
    told = [notice("2023-07-03"), notice("2023-07-04", effective="2023-08-03")]
    (conflict,) = open_book(no_measures(), told, day("2023-08-01")).conflicts
    assert conflict.what == "since when it is in force"
    assert {side.says for side in conflict.sides} == {"in force 2023-08-01", "in force 2023-08-03"}


def test_a_denial_is_kept_beside_the_rumour_which_is_then_hardly_believed() -> None:
    rumour = event(
        "2025-05-20", mode="new", status="announced", items=("ree",), targets=("KR",),
        instruments=("export_ban",), modality="alleged", source="media",
    )  # fmt: skip
    no = replace(
        rumour, document="d2", status="denied", modality="fact", id="",
        source=Said(kind="gov", who=("KR",)),
    ).sealed()  # fmt: skip
    (before,) = open_book(no_measures(), [rumour], day("2025-06-01")).measures
    book = open_book(no_measures(), [rumour, no], day("2025-06-01"))
    (after,) = book.measures
    assert (before.confidence, after.confidence) == (0.5, 0.2)
    assert (before.steps[0].grade, after.steps[0].grade) == ("C4", "C4")
    (conflict,) = book.conflicts
    assert conflict.about == after.name
    assert conflict.sides[0].who == ("KR",)


def test_a_step_of_the_pack_noted_twice_is_no_conflict() -> None:
    twice = replace(
        PACK, steps=(*PACK.steps, step("CN-2024-46", "suspended", "2025-12-01", "2025-11-09"))
    )
    assert open_book(twice, [], day("2026-01-01")).conflicts == ()
