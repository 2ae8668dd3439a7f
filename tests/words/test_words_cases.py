"""What must always hold for the cases of history and the facts from which they are replayed."""

import re
from collections import defaultdict
from datetime import date

import pytest

from foreshock.words.clocks import span
from foreshock.words.pack import Pack, load
from foreshock.words.reference import CaseFact, CaseRow

#: cases from here on are kept apart for judging and may not be in the pack
LAST_DAY = date(2023, 12, 31)
#: what is kept apart as well: no fact may carry a figure of these
KEPT_APART = re.compile(
    r"antimony|germanium|dysprosium|terbium|bismuth|hydrogen fluoride|lithograph", re.I
)
#: and no series may count these items or anything below them
NO_SERIES = ("min.sb", "min.ge", "ree.dy", "ree.tb", "min.bi", "mat.hf", "sme")
DATES = ("first_sign", "announced", "effect", "first_shortage", "peak", "easing", "end")
#: the note says so where fewer than two facts could be found before the case turned
TOO_FEW = "fewer than two dated facts"


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The shipped pack."""
    return load()


@pytest.fixture(scope="module")
def facts(pack: Pack) -> dict[str, list[CaseFact]]:
    """The facts of every case, in the order in which they became public."""
    told: dict[str, list[CaseFact]] = defaultdict(list)
    for fact in sorted(pack.case_facts, key=lambda f: f.published):
        told[fact.case].append(fact)
    return told


def turn(case: CaseRow) -> date:
    """The day by which a warning would have had to be out: the last day of the first shortage,
    else of the summit, the easing or the end.
    """
    return span(case.first_shortage or case.peak or case.easing or case.end)[1]


def test_every_case_says_when_it_began_and_what_happened(pack: Pack) -> None:
    for case in pack.cases:
        assert case.first_sign, f"{case.id} has no first sign"
        assert case.items, f"{case.id} names no item"
        assert case.origins, f"{case.id} names no origin"
        assert case.what.endswith("."), f"{case.id} tells nothing"


def test_no_date_of_a_case_lies_after_2023(pack: Pack) -> None:
    for case in pack.cases:
        for column in DATES:
            told = getattr(case, column)
            if told:
                assert span(told)[0] <= LAST_DAY, f"{case.id}: {column} {told}"


def test_no_fact_was_published_after_2023(pack: Pack) -> None:
    for fact in pack.case_facts:
        assert fact.published <= LAST_DAY, f"{fact.case}: {fact.published}"


def test_an_announcement_after_the_effect_is_explained(pack: Pack) -> None:
    for case in pack.cases:
        if case.announced and case.effect:
            later = span(case.announced)[0] > span(case.effect)[1]
            assert not later or case.note, f"{case.id}: announced after the effect, and no note"


def test_a_shortage_says_who_ran_short_and_since_when(pack: Pack) -> None:
    for case in pack.cases:
        if case.kind == "shortage":
            assert case.holders_hit, f"{case.id}: nobody ran short"
            assert case.first_shortage or case.note, f"{case.id}: since when, or why unknown?"


def test_what_was_absorbed_or_quiet_hit_nobody(pack: Pack) -> None:
    for case in pack.cases:
        if case.kind != "shortage":
            assert not case.holders_hit, f"{case.id} is {case.kind} and hit {case.holders_hit}"
            assert not case.first_shortage, f"{case.id} is {case.kind} and has a first shortage"
            assert case.holders_not_hit, f"{case.id}: for whom was nothing short?"
            assert case.end, f"{case.id}: until when was it watched?"


def test_nobody_is_hit_and_spared_at_once(pack: Pack) -> None:
    for case in pack.cases:
        both = set(case.holders_hit) & set(case.holders_not_hit)
        assert not both, f"{case.id}: {both}"


def test_quiet_stretches_have_no_effect_and_no_cause(pack: Pack) -> None:
    for case in pack.cases:
        if case.kind == "quiet":
            assert not case.effect, f"{case.id}: quiet, but took effect"
            assert case.cause == "none", f"{case.id}: quiet, but caused by {case.cause}"


def test_every_case_can_be_replayed(pack: Pack, facts: dict[str, list[CaseFact]]) -> None:
    for case in pack.cases:
        assert len(facts[case.id]) >= 2, f"{case.id} has {len(facts[case.id])} facts"
        known = [fact for fact in facts[case.id] if fact.published <= turn(case)]
        assert len(known) >= 2 or TOO_FEW in case.note, (
            f"{case.id}: {len(known)} facts by {turn(case)}, and the note does not say why"
        )


def test_no_fact_tells_of_what_lay_ahead(pack: Pack) -> None:
    for fact in pack.case_facts:
        if fact.happened:
            assert span(fact.happened)[0] <= fact.published, (
                f"{fact.case}: told on {fact.published} of {fact.happened}"
            )


def test_facts_lie_within_a_year_of_their_case(pack: Pack) -> None:
    cases = {case.id: case for case in pack.cases}
    for fact in pack.case_facts:
        case = cases[fact.case]
        begin = span(case.first_sign)[0]
        end = span(case.end)[1] if case.end else LAST_DAY
        assert (begin - fact.published).days < 366, f"{fact.case}: {fact.published} is too early"
        assert (fact.published - end).days < 366, f"{fact.case}: {fact.published} is too late"


def test_a_figure_has_a_unit_and_a_unit_a_figure(pack: Pack) -> None:
    for fact in pack.case_facts:
        assert (fact.value is None) == (fact.unit == ""), f"{fact.case}: {fact.text}"


def test_figures_of_what_is_kept_apart_are_not_told(pack: Pack) -> None:
    for fact in pack.case_facts:
        told = KEPT_APART.search(fact.text)
        assert fact.value is None or told is None, f"{fact.case}: {fact.text}"


def test_no_series_counts_what_is_kept_apart(pack: Pack) -> None:
    counted = [(s.id, s.item) for s in pack.series]
    assert counted
    assert [pair for pair in counted if any(_below(pair[1], item) for item in NO_SERIES)] == []


def _below(item: str, wider: str) -> bool:
    return item == wider or item.startswith(f"{wider}.")


def test_ids_begin_with_the_year_of_the_first_sign_or_of_the_word(pack: Pack) -> None:
    for case in pack.cases:
        assert re.fullmatch(r"20\d\d-[a-z0-9]+(-[a-z0-9]+)*", case.id), case.id
        assert 2010 <= int(case.id[:4]) <= 2023, case.id


def test_both_kinds_of_history_are_there(pack: Pack) -> None:
    kinds = [case.kind for case in pack.cases]
    assert kinds.count("shortage") >= 20
    assert kinds.count("absorbed") + kinds.count("quiet") >= 20
