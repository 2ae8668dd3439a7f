import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from mission_house import PACK, archive_with_missions, assignment

from foreshock.archive import open_archive
from foreshock.errors import WrongOrder, WrongUse
from foreshock.exchange import missions, reports
from foreshock.exchange.forms import WrongForm
from foreshock.exchange.reports import Sender
from foreshock.words.clocks import live, now
from foreshock.words.markings import Marking
from foreshock.words.missions import Assignment, Deed, Mission
from foreshock.words.records import Report

BEIJING = Sender(mission="beijing", by="lee")
STATUS = {"item": "gallium", "status": "strained", "stock_days": "25"}
TODAY = now().date()


@pytest.fixture
def archive(tmp_path):
    with archive_with_missions(tmp_path / "home") as opened:
        yield opened


def owe(archive, since=TODAY, **more):
    return missions.assign(archive, PACK, assignment(since, **more))


def file(archive, told=STATUS, sender=BEIJING, form="status"):
    return reports.file_report(archive, PACK, sender, form, told)


def test_a_report_is_kept_with_the_due_day_that_it_answers(archive):
    owe(archive)
    filed = file(archive)
    assert (filed.new, filed.days_late) == (True, 0)
    assert filed.report.due == TODAY + timedelta(days=6)
    assert filed.report.host == "CN"
    assert filed.report.marking is Marking.AMBER
    assert missions.duties_known(archive)[0].state == "done"


def test_the_same_report_sent_twice_is_kept_once(archive):
    owe(archive, TODAY - timedelta(days=9))
    first, again = file(archive), file(archive)
    assert (first.new, again.new) == (True, False)
    assert first.days_late == 3
    assert again.report.id == first.report.id
    assert len(archive.known(Report)) == 1


def test_a_report_that_nobody_asked_for_is_kept_and_answers_no_duty(archive):
    assert file(archive).report.due is None


def test_a_correction_stands_in_its_place_and_the_first_is_kept(archive):
    owe(archive)
    first = file(archive).report
    fixed = reports.correct_report(archive, PACK, BEIJING, first.id, {"stock_days": "18"}).report
    assert (fixed.stock_days, fixed.status, fixed.due) == (18, "strained", first.due)
    assert archive.known(Report) == [fixed]
    assert archive.history(Report) == [first, fixed]


def test_a_field_is_taken_back_by_an_empty_text(archive):
    first = file(archive).report
    fixed = reports.correct_report(archive, PACK, BEIJING, first.id, {"stock_days": ""}).report
    assert fixed.stock_days is None


def test_a_report_corrected_before_is_not_corrected_twice(archive):
    first = file(archive).report
    second = reports.correct_report(archive, PACK, BEIJING, first.id, {"stock_days": "18"}).report
    with pytest.raises(WrongOrder, match=second.id):
        reports.correct_report(archive, PACK, BEIJING, first.id, {"stock_days": "17"})
    reports.correct_report(archive, PACK, BEIJING, second.id, {"stock_days": "17"})
    with pytest.raises(WrongOrder):
        reports.correct_report(archive, PACK, BEIJING, first.id, {"stock_days": "16"})


def test_nobody_corrects_the_report_of_another_mission(archive):
    first = file(archive).report
    with pytest.raises(WrongUse, match="no report of shanghai"):
        reports.correct_report(
            archive, PACK, Sender(mission="shanghai", by="kim"), first.id, {"stock_days": "1"}
        )


def test_nothing_to_report_answers_all_that_is_open_but_what_was_told_today(archive):
    owe(archive)
    owe(archive, item="mat.urea", grade="D")
    file(archive)
    filed = reports.nothing_to_report(archive, PACK, BEIJING)
    assert [(f.report.items, f.report.status) for f in filed] == [(("mat.urea",), "quiet")]
    with pytest.raises(WrongUse, match="owes no report"):
        reports.nothing_to_report(archive, PACK, BEIJING)


def test_six_facts_are_kept_as_told(archive):
    told = {
        "items": "urea", "status": "disrupted", "mode": "shortage",
        "impact": "lorries stop <b>now</b>",
        "cause": "inspection", "expected_duration": "unknown", "sectors": "transport, farms",
        "measures_taken": "none", "help_wanted": "who else sells?",
    }  # fmt: skip
    report = file(archive, told, form="disruption").report
    assert report.impact == "lorries stop <b>now</b>"
    assert report.sectors == ("transport", "farms")
    assert report.form == "disruption"
    fixed = reports.correct_report(archive, PACK, BEIJING, report.id, {"cause": "customs"}).report
    assert (fixed.cause, fixed.impact) == ("customs", report.impact)


def test_a_wrong_form_keeps_nothing(archive):
    with pytest.raises(WrongForm):
        file(archive, {"item": "gallium", "status": "stained"})
    assert archive.history(Report) == []
    assert "report_filed" not in {d.did for d in archive.history(Deed)}


def test_only_missions_that_are_open_report(archive):
    missions.close_mission(archive, "shanghai", "test")
    for name in ("shanghai", "nowhere", "minerals"):
        with pytest.raises(WrongUse):
            file(archive, sender=Sender(mission=name, by="x"))


def test_another_grade_holds_from_its_day_on_and_the_past_stays(archive):
    owe(archive, TODAY - timedelta(days=20))
    owe(archive, TODAY, grade="D")
    found = [(d.grade, d.state) for d in missions.duties_known(archive)]
    assert found == [("A", "missed"), ("A", "overdue"), ("D", "open")]
    assert missions.unassign(archive, "beijing", "min.ga", "test") == 1
    assert [a.until for a in archive.known(Assignment)].count(None) == 0


def test_the_same_assignment_twice_is_one(archive):
    assert owe(archive).id == owe(archive).id
    assert len(archive.history(Assignment)) == 1


def test_an_assignment_that_cannot_be_is_refused_in_one_sentence(archive):
    for wrong in (
        assignment(TODAY, item="nothing"),
        assignment(TODAY, grade="E"),
        assignment(TODAY, mission="minerals"),
        assignment(TODAY, mission="nowhere"),
        assignment(date(2999, 1, 1)),
    ):
        with pytest.raises(WrongUse, match="expected"):
            missions.assign(archive, PACK, wrong)
    assert archive.history(Assignment) == []


def test_a_mission_needs_a_plain_name_a_country_and_a_desk(archive):
    plain = Mission(clocks=live(now()), name="tokyo", title="", host="CN", desk="minerals")
    from msgspec.structs import replace

    for wrong in (
        replace(plain, name="t\u043ekyo"),
        replace(plain, host="Atlantis"),
        replace(plain, desk="nowhere"),
        replace(plain, title="To\u202eky"),
    ):
        with pytest.raises(WrongUse):
            missions.add_mission(archive, PACK, wrong)
    assert missions.add_mission(archive, PACK, plain).title == "tokyo"
    with pytest.raises(WrongUse, match="still has missions"):
        missions.close_mission(archive, "minerals", "test")


def test_as_known_on_a_past_day_nothing_of_today_is_seen(archive):
    owe(archive, TODAY - timedelta(days=20))
    file(archive)
    yesterday = TODAY - timedelta(days=1)
    assert missions.duties_known(archive, yesterday) == ()
    assert reports.reports(archive, yesterday) == []


CHILD = """
import sys
from pathlib import Path
from mission_house import PACK
from foreshock.archive import open_archive
from foreshock.exchange import reports
told = {"item": "gallium", "status": "strained", "stock_days": sys.argv[2]}
with open_archive(Path(sys.argv[1])) as archive:
    reports.file_report(archive, PACK, reports.Sender(mission="beijing", by="p"), "status", told)
    if sys.argv[3] == "die":
        import os, signal
        with archive.transaction():
            reports.correct_report(archive, PACK, reports.Sender(mission="beijing", by="p"),
                                   archive.known(reports.Report)[0].id, {"stock_days": "1"})
            os.kill(os.getpid(), signal.SIGKILL)
"""


def child(home, stock, how="live"):
    here = Path(__file__).parent
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home), stock, how],
        env={"PYTHONPATH": f"{here}:{here.parents[1] / 'src'}"},
    )


def test_two_processes_that_report_the_same_duty_lose_nothing_and_answer_it_once(tmp_path):
    home = tmp_path / "home"
    with archive_with_missions(home) as archive:
        owe(archive)
    running = [child(home, "25"), child(home, "25"), child(home, "30")]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    with open_archive(home) as archive:
        kept = archive.known(Report)
        assert sorted(r.stock_days for r in kept) == [25, 30]
        assert [r.due for r in kept].count(TODAY + timedelta(days=6)) == 1
        assert archive.verify().sound


def test_a_process_killed_in_the_middle_leaves_what_was_kept_and_nothing_half(tmp_path):
    home = tmp_path / "home"
    archive_with_missions(home).close()
    assert child(home, "25", "die").wait(60) == -9
    with open_archive(home) as archive:
        assert [r.stock_days for r in archive.history(Report)] == [25]
        assert archive.verify().sound
