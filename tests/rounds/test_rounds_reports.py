"""What missions report counts in a round: from the moment it came, and marked as they marked it."""

from datetime import UTC, date, datetime

from foreshock import rounds
from foreshock.desk.evidence import Sources, fit
from foreshock.gate import OWN, PUBLIC
from foreshock.words.clocks import live
from foreshock.words.markings import Marking
from foreshock.words.records import Report

#: a week after licences for gallium were announced
DAY = date(2023, 7, 10)


def report(day=DAY, **more) -> Report:
    said = {
        "mission": "seoul", "host": "KR", "items": ("min.ga",), "status": "strained",
        "marking": Marking.AMBER, "grade": "A1",
    }  # fmt: skip
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return Report(clocks=live(moment, day, str(day)), **{**said, **more}).sealed()


def gallium(archive, pack, day=DAY):
    rounds.prepare(archive, pack)
    found = rounds.look(archive, pack, rounds.Ask(as_of=day, holders=("KR",)))
    return found, next(w for w in found.warnings if w.item == "min.ga")


def test_reported_stocks_take_the_place_of_a_prior_and_the_warning_is_marked_as_the_report(
    archive, pack
):
    _, before = gallium(archive, pack)
    told = report(stock_days=900.0)
    archive.add([told])
    found, after = gallium(archive, pack)
    assert (before.cover_basis, before.marking) == ("prior", Marking.CLEAR)
    assert after.cover_basis == "reported"
    assert after.p90 < before.p90
    assert after.marking is Marking.AMBER
    assert after.id == after.sealed().id
    cited = [c for r in after.reasons for c in Sources(fit(found, OWN), pack).cite_all(r.evidence)]
    assert "report of seoul" in {c.label for c in cited}


def test_the_public_is_shown_neither_the_report_nor_what_rests_on_it(archive, pack):
    archive.add([report(stock_days=900.0)])
    found, _ = gallium(archive, pack)
    shown = fit(found, PUBLIC)
    assert shown.findings.reports == ()
    assert "min.ga" not in {w.item for w in shown.findings.warnings}
    assert len(fit(found, OWN).findings.reports) == 1


def test_a_shortage_that_a_mission_reports_is_under_way(archive, pack):
    told = report(form="disruption", status="disrupted", mode="shortage", impact="plants stand")
    archive.add([told])
    found, after = gallium(archive, pack)
    assert after.level == 4
    assert after.marking is Marking.AMBER
    (event,) = [e for e in found.events if e.document == told.id]
    assert (event.type, event.mode, event.actors) == ("DISRUPT", "shortage", ("KR",))
    assert "plants stand" not in str(event)


def test_a_shortage_told_by_a_source_that_is_hardly_believed_is_not(archive, pack):
    archive.add([report(form="disruption", status="disrupted", mode="shortage", grade="E5")])
    assert gallium(archive, pack)[1].level < 4


def test_before_a_report_came_nothing_of_it_is_known(archive, pack):
    _, before = gallium(archive, pack)
    archive.add([report(date(2023, 7, 11), stock_days=900.0)])
    assert gallium(archive, pack)[1] == before


def test_a_correction_counts_from_its_day_on_and_the_first_until_then(archive, pack):
    first = report(stock_days=900.0)
    archive.add([first, report(date(2023, 7, 12), stock_days=1.0, supersedes=first.id)])
    then = gallium(archive, pack)[1]
    later = gallium(archive, pack, date(2023, 7, 12))[1]
    assert then.cover_weeks[1] is None or then.cover_weeks[1] > later.cover_weeks[1]


def test_reports_of_exercises_and_for_named_persons_are_not_used(archive, pack):
    _, before = gallium(archive, pack)
    archive.add([
        report(stock_days=900.0, nature="exercise"),
        report(stock_days=800.0, marking=Marking.RED),
    ])  # fmt: skip
    found, after = gallium(archive, pack)
    assert found.reports == ()
    assert after == before


def test_nothing_to_report_changes_no_judgement(archive, pack):
    _, before = gallium(archive, pack)
    archive.add([report(status="quiet")])
    assert gallium(archive, pack)[1] == before
