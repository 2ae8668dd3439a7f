"""A round taken for itself: what it keeps, what it issues, what it survives."""

import subprocess
import sys
import textwrap
from datetime import date

import pytest

from foreshock import rounds
from foreshock.archive import open_archive
from foreshock.desk.evidence import fit
from foreshock.errors import ArchiveBusy
from foreshock.gate import OWN, PUBLIC
from foreshock.words.clocks import backfilled, live, now
from foreshock.words.markings import Marking
from foreshock.words.records import Document, EarlyWarning, Reading, Receipt, Round


def test_a_live_round_keeps_its_warnings_and_a_record_of_itself(archive, pack):
    findings = rounds.run(archive, pack, rounds.Ask())
    assert findings.live
    kept = {w.id for w in archive.known(EarlyWarning)}
    assert kept == {w.id for w in findings.warnings}
    (done,) = archive.known(Round)
    assert done.warnings == len(findings.warnings)
    assert done.seconds.keys() >= {"take in", "read", "ledger", "watch", "warn"}


def test_a_replay_issues_nothing(archive, pack):
    findings = rounds.run(archive, pack, rounds.Ask(as_of=date(2023, 7, 10)))
    assert findings.warnings
    assert not findings.live
    assert archive.known(EarlyWarning) == []
    assert archive.known(Round) == []


def test_the_same_round_again_issues_nothing_new(archive, pack):
    first = rounds.run(archive, pack, rounds.Ask())
    again = rounds.run(archive, pack, rounds.Ask())
    assert [w.id for w in again.warnings] == [w.id for w in first.warnings]
    assert len(archive.history(EarlyWarning)) == len(first.warnings)


def test_no_text_is_read_twice_by_the_same_reader(archive, pack, monkeypatch):
    first = rounds.run(archive, pack, rounds.Ask())
    read = []
    monkeypatch.setattr(rounds, "_read", lambda *a: read.append(a))
    rounds.look(archive, pack, rounds.Ask())
    assert read == []
    assert len(archive.known(Reading)) == len(first.documents)


def test_a_text_of_a_folder_becomes_an_event_and_moves_the_warning(archive, pack, news):
    ask = rounds.Ask(as_of=date(2023, 6, 20), holders=("KR",))
    rounds.prepare(archive, pack)
    calm = rounds.look(archive, pack, ask)
    assert not [w for w in calm.warnings if w.item == "min.ga"]
    folder = news(
        "2023-06-15",
        "China's Ministry of Commerce said on Thursday that exporters of gallium will need a "
        "licence from 1 July 2023.",
    )
    moved = rounds.run(
        archive, pack, rounds.Ask(as_of=ask.as_of, holders=ask.holders, folders=(folder,))
    )
    (warning,) = [w for w in moved.warnings if w.item == "min.ga"]
    assert warning.holder == "KR"
    assert warning.level >= 1


def test_a_text_without_a_date_is_not_seen_on_a_past_day_and_that_is_said(archive, pack, news):
    folder = news(None, "China banned all exports of gallium.")
    found = rounds.run(archive, pack, rounds.Ask(as_of=date(2023, 7, 10), folders=(folder,)))
    assert all(d.source != "folder" for d in found.documents)
    assert any("date" in sentence for sentence in found.caveats)
    dated = rounds.run(
        archive,
        pack,
        rounds.Ask(as_of=date(2023, 7, 10), folders=(folder,), undated=date(2023, 7, 9)),
    )
    assert any(d.source == "folder" for d in dated.documents)


def test_an_empty_folder_is_quiet_and_the_round_goes_on(archive, pack, tmp_path):
    (tmp_path / "empty").mkdir()
    found = rounds.run(
        archive, pack, rounds.Ask(as_of=date(2023, 7, 10), folders=(tmp_path / "empty",))
    )
    (health,) = [h for h in found.health if h.source != "pack"]
    assert health.state == "quiet"
    assert found.warnings


def test_one_bad_file_costs_one_sentence_and_the_rest_is_read(archive, pack, news):
    folder = news("2023-07-05", "China announced export licences for gallium.")
    (folder / "picture.txt").write_bytes(bytes(range(256)) * 40)
    found = rounds.run(archive, pack, rounds.Ask(as_of=date(2023, 7, 10), folders=(folder,)))
    assert sum(d.source == "folder" for d in found.documents) == 1
    assert sum("picture.txt" in sentence for sentence in found.caveats) == 1


def test_a_second_round_at_the_same_time_is_told_who_holds_the_archive(archive, pack):
    code = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        from foreshock.archive import open_archive
        with open_archive(Path({str(archive.home)!r})).hold("a round"):
            print("held", flush=True)
            sys.stdin.read()
        """
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "held\n"
    try:
        with pytest.raises(ArchiveBusy, match=str(other.pid)):
            rounds.run(archive, pack, rounds.Ask())
    finally:
        other.communicate("")
    assert rounds.run(archive, pack, rounds.Ask()).live


def test_a_round_killed_at_any_moment_leaves_an_archive_that_goes_on(tmp_path, pack):
    """kill -9 after each of several delays; then the round is run again and all of it is there."""
    home = tmp_path / "home"
    code = (
        "import sys; from pathlib import Path; from foreshock import rounds; "
        "from foreshock.archive import open_archive; from foreshock.words.pack import load; "
        "pack = load(); archive = open_archive(Path(sys.argv[1])); print('go', flush=True); "
        "rounds.run(archive, pack, rounds.Ask())"
    )
    for seconds in (0.0, 0.05, 0.15, 0.3, 0.5):
        victim = subprocess.Popen(
            [sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True
        )
        victim.stdout.readline()
        try:
            victim.wait(seconds)
        except subprocess.TimeoutExpired:
            victim.kill()
        victim.communicate()
    with open_archive(home) as archive, open_archive(tmp_path / "fresh") as fresh:
        again = rounds.run(archive, pack, rounds.Ask())
        assert archive.verify().sound
        untouched = rounds.run(fresh, pack, rounds.Ask())
        pairs = {(w.item, w.holder, w.level) for w in untouched.warnings}
        assert {(w.item, w.holder, w.level) for w in again.warnings} == pairs
        assert len(archive.observations()) == len(fresh.observations())


def text(body: str, day: date, **more) -> Document:
    clocks = backfilled(now(), day)
    return Document(clocks=clocks, source="folder", text=body, **more).sealed()


BAN = "China's government banned all exports of tellurium to South Korea from 1 March 2026."


def test_what_rests_on_an_amber_text_is_amber_however_old_the_text(archive, pack):
    rounds.prepare(archive, pack)
    archive.add([text(BAN, date(2026, 3, 1), marking=Marking.AMBER)])
    found = rounds.look(archive, pack, rounds.Ask(as_of=date(2026, 11, 1), holders=("KR",)))
    resting = [w for w in found.warnings if w.item == "min.te"]
    assert [w.marking for w in resting] == [Marking.AMBER]
    assert "min.te" not in {w.item for w in fit(found, PUBLIC).findings.warnings}


def test_a_caveat_about_what_is_held_back_is_held_back_too(archive, pack):
    rounds.prepare(archive, pack)
    until = "China suspended its export ban on tellurium until 15 October 2026."
    notes = [text(BAN, date(2026, 3, 1), marking=Marking.AMBER)]
    notes.append(text(until, date(2026, 9, 1), marking=Marking.AMBER))
    archive.add(notes)
    found = rounds.look(archive, pack, rounds.Ask(as_of=date(2026, 11, 1), holders=("KR",)))
    assert [c for c in found.caveats if "2026-10-15" in c]
    assert not [c for c in fit(found, PUBLIC).findings.caveats if "2026-10-15" in c]
    assert [c for c in fit(found, OWN).findings.caveats if "2026-10-15" in c]


def test_an_exercise_moves_no_warning(archive, pack):
    rounds.prepare(archive, pack)
    ask = rounds.Ask(as_of=date(2026, 3, 5), holders=("KR",))
    calm = rounds.look(archive, pack, ask)
    archive.add([text(BAN, date(2026, 3, 1), nature="exercise")])
    assert rounds.look(archive, pack, ask) == calm


def test_a_text_on_which_the_reader_fails_costs_a_sentence_not_the_round(
    archive, pack, news, monkeypatch
):
    folder = news("2023-07-03", "Trips the reader.")
    read = rounds.reading.Reader.read

    def trip(self, found):
        if "Trips" in found.text:
            raise OverflowError(found.text)
        return read(self, found)

    monkeypatch.setattr(rounds.reading.Reader, "read", trip)
    findings = rounds.run(archive, pack, rounds.Ask(folders=(folder,)))
    (said,) = (c for c in findings.caveats if "the reader failed" in c)
    assert "OverflowError" in said
    assert "Trips" not in said
    monkeypatch.undo()
    again = rounds.look(archive, pack, rounds.Ask())
    assert not [c for c in again.caveats if "the reader failed" in c]


def test_a_warning_of_ours_that_a_partner_sends_back_stays_ours(archive, pack):
    first = rounds.run(archive, pack, rounds.Ask())
    echo = Receipt(
        clocks=live(now()),
        direction="received",
        partner="Hague",
        number=1,
        sha256="0" * 64,
        contained=tuple(w.id for w in first.warnings),
    ).sealed()
    archive.add([echo])
    again = rounds.run(archive, pack, rounds.Ask())
    assert [w.id for w in again.warnings] == [w.id for w in first.warnings]


def test_figures_of_an_item_that_nobody_watches_are_kept_and_said(archive, pack, news):
    folder = news("2023-07-03", "Nothing new.")
    (folder / "f.csv").write_text(
        "series,item,flow,reporter,partner,unit,period,value,published\n"
        "mine,min.gallium,exports,CN,world,t,2023-05,1,2023-06-20\n"
    )
    found = rounds.run(archive, pack, rounds.Ask(folders=(folder,)))
    (said,) = (c for c in found.caveats if "the pack does not list" in c)
    assert "'min.gallium' (mine)" in said
    assert archive.observations(series="mine")
