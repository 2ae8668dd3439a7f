"""Input that cannot be, or that misleads: each has a sensible, explained answer."""

from datetime import date

from ledger_story import PACK, day, event, no_measures, notice

from foreshock.ledger import open_book


def test_a_measure_lifted_before_it_began_stays_as_it_is_and_the_event_is_explained() -> None:
    lift = event(
        "2023-07-20", "EASE", mode="lift", status="in_force", date="2023-06-01",
        instruments=("export_licence",),
    )  # fmt: skip
    book = open_book(PACK, [lift], day("2023-09-01"))
    assert book.state(book.measure("CN-2023-23")) == "in_force"
    assert [o.says for o in book.odd] == ["CN-2023-23: ended on 2023-06-01 before it began"]


def test_two_texts_with_different_dates_give_one_measure_and_a_conflict() -> None:
    book = open_book(
        no_measures(),
        [notice("2023-07-03"), notice("2023-07-04", effective="2023-08-03")],
        day("2023-07-10"),
    )
    assert len(book.measures) == 1
    assert len(book.conflicts) == 1


def test_a_date_in_the_far_future_is_kept_as_told_and_said_to_be_a_likely_slip() -> None:
    slip = notice("2023-07-03", effective="2203-08-01")
    book = open_book(no_measures(), [slip], day("2023-07-10"))
    (measure,) = book.measures
    assert book.state(measure) == "announced"
    assert [c for c in book.caveats if "2203-08-01" in c and "slip" in c]
    assert book.due(within_days=10**7)[-1].day == date(2203, 8, 1)


def test_the_last_day_there_is_breaks_nothing() -> None:
    last = notice("2023-07-03", effective="9999-12-31", until="9999-12-31")
    book = open_book(no_measures(), [last], day("2023-07-10"))
    assert book.state(book.measures[0], date(9999, 12, 31)) == "in_force"
    assert book.due(date(9999, 12, 30), within_days=400)


def test_a_copy_of_an_old_story_told_as_new_is_evidence_and_opens_nothing() -> None:
    copy = event(
        "2025-05-20", mode="new", status="in_force", instruments=("export_licence",),
        date="2023-07-03",
    )  # fmt: skip
    book = open_book(PACK, [copy], day("2025-06-01"))
    assert {m.name for m in book.measures} == {m.id for m in PACK.measures}
    gallium = book.measure("CN-2023-23")
    assert copy.id in {ref for step in gallium.steps for ref in step.evidence}
    assert book.standing(gallium).effective == date(2023, 8, 1)


def test_a_scare_from_one_unnamed_source_is_graded_as_such_and_holds_up_nothing() -> None:
    scare = event(
        "2025-05-20", mode="new", status="announced", instruments=("export_ban",), items=("ree",),
        modality="alleged", source="unnamed",
    )  # fmt: skip
    book = open_book(PACK, [scare], day("2025-06-01"))
    (opened,) = [m for m in book.measures if m.confidence < 1]
    assert (opened.confidence, opened.steps[0].grade) == (0.3, "F6")
    assert book.regimes() == open_book(PACK, [], day("2025-06-01")).regimes()
    assert book.in_force(item="ree") == ()


def test_the_same_scare_in_ten_reprints_is_still_one_voice() -> None:
    told = [
        event(
            f"2025-05-{10 + i}", mode="new", status="announced", instruments=("export_ban",),
            items=("ree",), modality="alleged", source="unnamed", document=f"d{i}",
        )
        for i in range(10)
    ]  # fmt: skip
    (opened,) = [m for m in open_book(PACK, told, day("2025-06-01")).measures if m.confidence < 1]
    assert opened.steps[0].grade == "F6"
    assert len(opened.steps[0].evidence) == 10


def test_names_taken_off_a_list_do_not_end_the_list() -> None:
    from foreshock.words.records import Magnitude

    listing = {"actors": ("US",), "items": ("chip",), "instruments": ("entity_listing",)}
    told = {"status": "in_force", "targets": ("CN",), **listing}
    listed = event("2024-12-02", mode="new", date="2024-12-02", **told)
    freed = event(
        "2025-03-02", "EASE", mode="lift", date="2025-03-02",
        magnitudes=(Magnitude(value=6, unit="entities"),), **told,
    )  # fmt: skip
    book = open_book(no_measures(), [listed, freed], day("2025-04-01"))
    (measure,) = book.measures
    assert book.state(measure) == "in_force"
    assert [s.step for s in measure.steps][-1] == "eased"


def test_what_is_in_force_cannot_be_put_off_so_a_deadline_under_it_was() -> None:
    put_off = event(
        "2024-05-20", "EASE", mode="delay", status="in_force", date="2024-05-20",
        instruments=("export_licence",),
    )  # fmt: skip
    book = open_book(PACK, [put_off], day("2024-06-01"))
    assert book.measure("CN-2023-23").steps[-1].step == "eased"
    assert book.odd == ()
