"""Promises and stances, as known on a day."""

from datetime import date

from ledger_story import PACK, day, event, no_measures, notice

from foreshock.ledger import open_book


def test_an_outcome_counts_only_once_it_is_published() -> None:
    before = open_book(PACK, [], day("2025-08-31")).commitments
    after = open_book(PACK, [], day("2025-09-01")).commitments
    assert [(c.name, c.outcome) for c in before] == [("london-2025", "open")]
    assert [(c.name, c.outcome) for c in after] == [("london-2025", "late")]
    assert open_book(PACK, [], day("2025-06-10")).commitments == ()


def test_a_promise_past_its_day_without_an_outcome_is_open_and_overdue() -> None:
    book = open_book(PACK, [], day("2025-08-15"))
    assert [c.name for c in book.overdue()] == ["london-2025"]
    assert open_book(PACK, [], day("2025-07-31")).overdue() == ()
    assert open_book(PACK, [], day("2025-09-01")).overdue() == ()


def test_a_promise_in_the_news_is_evidence_for_the_known_one() -> None:
    told = event(
        "2025-06-12", "COMMIT", targets=("US",), items=("ree",), date="2025-06-11", source="gov"
    )
    (promise,) = open_book(PACK, [told], day("2025-06-12")).commitments
    assert promise.name == "london-2025"
    assert told.id in promise.evidence
    assert promise.clocks.known_at == told.clocks.known_at


def test_one_promise_in_many_documents_is_one_commitment() -> None:
    told = [
        event(f"2023-07-{6 + i:02}", "COMMIT", targets=("JP",), date="2023-07-06") for i in range(4)
    ]
    (promise,) = open_book(no_measures(), told, day("2023-08-01")).commitments
    assert promise.who_promises == ("CN",) and promise.to_whom == ("JP",)
    assert set(promise.evidence) == {e.id for e in told}
    assert promise.confirmed_by == ()


def test_agreements_with_different_partners_are_different_commitments() -> None:
    told = [
        event("2025-04-17", "AGREE", mode="sign", actors=("KR", who), date="2025-04-17")
        for who in ("NL", "JP")
    ]
    assert len(open_book(no_measures(), told, day("2025-05-01")).commitments) == 2


def test_a_denied_or_merely_considered_promise_is_none() -> None:
    told = [
        event("2025-04-17", "AGREE", actors=("KR", "NL"), status=status)
        for status in ("denied", "considered")
    ]
    assert open_book(no_measures(), told, day("2025-05-01")).commitments == ()


def test_a_breach_is_evidence_about_a_promise_and_makes_none() -> None:
    breach = event("2025-07-15", "BREACH", targets=("US",), items=("ree",), modality="alleged")
    (promise,) = open_book(PACK, [breach], day("2025-07-15")).commitments
    assert breach.id in promise.evidence
    assert promise.outcome == "open"
    assert open_book(no_measures(), [breach], day("2025-07-15")).commitments == ()


def test_a_stance_is_one_record_for_each_side_taken() -> None:
    told = [
        event(on, kind, mode=mode, actors=("EU",), targets=("CN",), items=("min.ga",), local="s")
        for on, kind, mode in (
            ("2023-07-07", "POSITION", "condemn"),
            ("2023-07-08", "PRESSURE", "protest"),
            ("2023-09-22", "POSITION", "welcome"),
        )
    ]
    beside = [notice(on) for on in ("2023-07-07", "2023-07-08", "2023-09-22")]
    stances = open_book(PACK, [*told, *beside], date(2023, 10, 1)).stances
    assert [(s.who, s.about, s.stance, s.since) for s in stances] == [
        ("EU", "CN-2023-23", "opposes", "2023-07-07"),
        ("EU", "CN-2023-23", "supports", "2023-09-22"),
    ]
    assert stances[0].evidence == (told[0].id, told[1].id)


def test_nobody_is_for_or_against_a_metal_where_the_text_names_no_measure() -> None:
    told = [
        event("2023-07-07", "POSITION", mode=mode, actors=("EU",), items=("min.ga",))
        for mode in ("condemn", "defend", "impact")
    ]
    stances = open_book(PACK, told, date(2023, 10, 1)).stances
    assert [(s.who, s.about, s.stance) for s in stances] == [("EU", "min.ga", "exposed")]


def test_nobody_is_undecided_on_his_own_rule() -> None:
    told = [notice("2023-07-07"), event("2023-07-07", "POSITION", mode="stance", local="s")]
    assert open_book(PACK, told, date(2023, 10, 1)).stances == ()


def test_urging_alone_tells_no_stance() -> None:
    urged = event("2023-01-10", "PRESSURE", mode="urge", actors=("US",), targets=("NL",))
    assert open_book(PACK, [urged], date(2023, 10, 1)).stances == ()


def test_a_company_that_sees_no_impact_is_unaffected() -> None:
    calm = event("2023-07-05", "POSITION", mode="impact", status="denied", actors=("org:X",))
    assert {s.stance for s in open_book(PACK, [calm], date(2023, 10, 1)).stances} == {"unaffected"}
