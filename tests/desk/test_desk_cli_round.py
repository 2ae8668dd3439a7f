"""The verbs that look at the archive: what they print, for people and for machines."""

import json
import signal
from datetime import date

import pytest

from foreshock import rounds
from foreshock.desk import output
from foreshock.rounds import Findings
from foreshock.words.clocks import backfilled, now
from foreshock.words.pack import load
from foreshock.words.records import EarlyWarning

DAY = date(2023, 7, 10)
GALLIUM = ("--as-of", "2023-07-10", "--holder", "KR")


USUAL = {
    "as_of": DAY,
    "level": 1,
    "p90": 0.1,
    "p30": 0.05,
    "p180": 0.2,
    "cover_weeks": (None, None, None),
    "cover_basis": "unknown",
    "unmet": 0.0,
    "onset": None,
    "reasons": (),
    "expires": date(2023, 10, 10),
}


def warning(item, holder, **more):
    """A warning as of 10 July 2023, at level 1 unless told otherwise."""
    clocks = backfilled(DAY, now())
    return EarlyWarning(clocks=clocks, item=item, holder=holder, **{**USUAL, **more}).sealed()


def test_a_look_says_the_warnings_on_stdout_and_the_sources_on_stderr(call, home):
    ended = call("warnings", "--home", home, *GALLIUM)
    assert ended.code == 0
    assert "gallium for South Korea" in ended.out
    assert "Source pack:" in ended.err
    assert "Source pack:" not in ended.out


def test_every_warning_in_sentences_names_its_evidence(call, home):
    said = call("warnings", "--home", home, *GALLIUM)
    assert "Evidence: China Trade Monitor, 2023-07-03, https://" in said.out


def test_holders_and_items_can_be_named_as_people_name_them(call, home):
    by_id = call("warnings", "--home", home, *GALLIUM, "--item", "min.ga", "--json")
    by_name = call(
        "warnings", "--home", home, "--as-of", "2023-07-10", "--holder", "south korea",
        "--item", "Gallium", "--json",
    )  # fmt: skip
    assert [w["item"] for w in json.loads(by_id.out)["warnings"]] == ["min.ga"]
    assert [w["level"] for w in json.loads(by_name.out)["warnings"]] == [
        w["level"] for w in json.loads(by_id.out)["warnings"]
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("warnings", *GALLIUM),
        ("round", *GALLIUM),
        ("bulletin", *GALLIUM),
        ("depend", "gallium", *GALLIUM),
        ("archive", "info"),
        ("archive", "verify"),
        ("version",),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_json_is_all_there_is_on_stdout(call, home, words):
    where = () if words == ("version",) else ("--home", home)
    ended = call(*words, *where, "--json")
    assert ended.code == 0
    assert json.loads(ended.out)


def test_fail_on_ends_with_10_at_or_above_the_level_only(call, home):
    found = json.loads(call("warnings", "--home", home, *GALLIUM, "--json").out)
    highest = max(w["level"] for w in found["warnings"])
    assert 0 < highest < 4
    for verb in ("warnings", "round"):
        for level, code in ((highest - 1, 10), (highest, 10), (highest + 1, 0)):
            assert call(verb, "--home", home, *GALLIUM, "--fail-on", level).code == code
    assert call("warnings", "--home", home, *GALLIUM, "--json", "--fail-on", highest).code == 10


def test_fail_on_does_not_ring_for_a_warning_that_was_cancelled(call, home, monkeypatch):
    cancelled = warning("min.ga", "KR", level=4, state="cancelled")
    found = Findings(as_of=DAY, live=False, warnings=(cancelled,))
    monkeypatch.setattr(rounds, "look", lambda *_: found)
    assert call("warnings", "--home", home, "--fail-on", 0).code == 0


def test_up_without_serving_ends_and_the_archive_is_sound(call, tmp_path):
    ended = call("up", "--no-serve", "--holder", "KR")
    assert ended.code == 0
    assert "Known as of" in ended.out
    assert call("archive", "verify").code == 0
    assert "0 problem(s)" in call("archive", "verify").out
    copy = tmp_path / "copy.zip"
    assert call("archive", "backup", copy).code == 0
    assert call("archive", "restore", copy, "--home", tmp_path / "again").code == 0
    first, second = (
        json.loads(call("archive", "info", "--json", "--home", tmp_path / name).out)
        for name in ("home", "again")
    )
    assert first["head"] == second["head"]
    assert call("archive", "backup", copy).code == 2
    assert call("archive", "restore", copy, "--home", tmp_path / "again").code == 2


def test_a_bulletin_goes_to_a_file_whole_or_not_at_all(call, home, tmp_path):
    page, data = tmp_path / "b.html", tmp_path / "b.json"
    ended = call("bulletin", "--home", home, *GALLIUM, "--out", page)
    assert (ended.code, ended.out) == (0, "")
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert call("bulletin", "--home", home, *GALLIUM, "--json", "--out", data).code == 0
    assert json.loads(data.read_text("utf-8"))["as_of"] == "2023-07-10"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.html", "b.json"]


def test_depend_without_a_holder_shows_the_most_exposed_and_says_how_many_more(call):
    ended = call("depend", "gallium", "--as-of", "2023-07-10")
    assert "more rows. All: --json; fewer: --holder." in ended.out
    rows = json.loads(call("depend", "gallium", "--as-of", "2023-07-10", "--json").out)
    own = [row["basis"] != "world" for row in rows["dependence"]]
    assert own == sorted(own, reverse=True)
    assert len(own) > output.ROWS


def test_what_nobody_supplies_by_that_day_is_unknown_not_zero(call):
    ended = call("depend", "gallium", "--as-of", "1950-01-01")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.startswith("Unknown: no figure known by 1950-01-01")


def test_depend_needs_no_archive_and_makes_none(call, tmp_path):
    assert call("depend", "gallium", "--holder", "KR").code == 0
    assert not (tmp_path / "home").exists()


def test_many_warnings_are_told_in_few_lines(capsys):
    pack = load()
    holders = [row.id for row in pack.holders[:30]]
    found = Findings(
        as_of=DAY,
        live=False,
        warnings=tuple(warning("min.ga", holder) for holder in holders),
        caveats=("this is unknown", "this is unknown"),
    )
    output.show_findings(found, pack)
    told = capsys.readouterr().out
    assert sum(line.startswith("Level 1") for line in told.splitlines()) == output.SENTENCES
    assert told.count("1 attention") == output.SENTENCES + output.ROWS
    assert told.count("this is unknown") == 1
    assert told.splitlines()[-1] == "... and 5 more warnings. All: --json, or the desk."


def test_few_warnings_have_no_last_line(capsys):
    found = Findings(as_of=DAY, live=False, warnings=(warning("min.ga", "KR"),))
    output.show_findings(found, load())
    assert "more" not in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["unwinds", "is turned into an error by a library"])
def test_ctrl_c_ends_with_130_and_a_sentence(call, home, monkeypatch, answer):
    def pressed(*_):
        try:
            signal.raise_signal(signal.SIGINT)
        except BaseException:
            if answer != "unwinds":
                raise RuntimeError("Query interrupted") from None
            raise

    monkeypatch.setattr(rounds, "look", pressed)
    before = signal.getsignal(signal.SIGINT)
    ended = call("warnings", "--home", home)
    assert ended.code == 130
    assert ended.err.startswith("Interrupted; nothing is half-written.")
    assert signal.getsignal(signal.SIGINT) is before


def test_what_is_for_named_persons_only_reaches_neither_the_screen_nor_json(call, tmp_path):
    """TLP:RED goes to the persons named: the terminal of the house is not one."""
    (tmp_path / "red").mkdir()
    (tmp_path / "red" / "note.txt").write_text(
        "date: 2023-06-15\nlanguage: en\nmarking: TLP:RED\n\n"
        "China's Ministry of Commerce banned all exports of gallium on 15 June 2023.\n",
        "utf-8",
    )
    words = ("--documents", tmp_path / "red", "--as-of", "2023-06-20", "--holder", "KR")
    said = call("round", *words)
    assert said.code == 0
    assert "gallium" not in said.out + said.err
    assert "not shown" in said.err
    machine = call("round", *words, "--json")
    assert "min.ga" not in machine.out
    assert json.loads(machine.out)["held_back"] > 0
