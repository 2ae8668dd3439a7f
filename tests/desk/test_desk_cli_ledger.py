"""The verbs of the ledger, as a user types them, on the shipped pack."""

import json

import pytest


def test_measures_of_an_item_and_how_they_will_stand(call, home):
    words = ("--item", "gallium", "--as-of", "2023-07-10", "--home", home)
    shown = call("measures", *words).out
    assert "CN-2023-23" in shown and "announced for" in shown
    ended = call("measures", "list", *words, "--on", "2023-08-01", "--json")
    told = json.loads(ended.out)
    states = {m["name"]: m["standing"]["state"] for m in told["measures"]}
    assert states["CN-2023-23"] == "in_force"
    assert "CN-2024-46" not in states
    assert (told["as_of"], told["on"]) == ("2023-07-10", "2023-08-01")


def test_one_measure_in_full_with_evidence_and_grades(call, home):
    ended = call("measures", "show", "cn-2023-23", "--as-of", "2023-10-01", "--home", home)
    assert ended.code == 0
    for said in ("items: gallium; germanium", "in force; public since 2023-07-03; grade", "https:"):
        assert said in ended.out
    told = json.loads(
        call(
            "measures", "show", "CN-2023-23", "--json", "--as-of", "2023-10-01", "--home", home
        ).out
    )
    assert {"scope", "handlings", "conflicts", "chains", "stances", "standing"} <= set(told)


def test_two_versions_of_a_rule_are_held_against_each_other(call, home):
    ended = call("measures", "diff", "US-2022-1007", "US-2023-1017", "--home", home)
    assert "+ destinations: " in ended.out and "- " in ended.out
    on_days = ("CN-2025-61", "--from", "2025-11-01", "--to", "2025-12-02", "--as-of", "2025-11-05")
    assert "de minimis" in call("measures", "diff", *on_days, "--home", home).out


@pytest.mark.parametrize("verb", ["licences", "commitments", "stances", "chains", "calendar"])
def test_every_list_speaks_to_people_and_machines(call, home, verb):
    words = (verb, "--as-of", "2025-11-20", "--home", home)
    assert call(*words).out.strip()
    told = json.loads(call(*words, "--json").out)
    assert told["as_of"] == "2025-11-20"
    assert told["due" if verb == "calendar" else verb]


def test_nothing_known_is_said_and_not_an_empty_page(call, home):
    for verb in ("licences", "commitments", "stances", "chains", "measures"):
        ended = call(verb, "--as-of", "2000-01-01", "--home", home)
        assert ended.code == 0
        assert "known by 2000-01-01" in ended.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("measures", "show", "CN-2023-24"), "perhaps"),
        (("measures", "--item", "unobtainium"), "is not known"),
        (("measures", "--by", "Atlantis"), "the actor 'Atlantis' is not known"),
        (("measures", "diff", "CN-2023-23", "--from", "2025-01-01", "--to", "2024-01-01"), "after"),
        (("calendar", "--within", "-3"), "0 or more days"),
        (("record", "step", "colour=red", "--publisher", "x"), "'colour=red' is no cell"),
        (
            ("record", "step", "measure=CN-2023-23", "step=ended", "date=2024"),
            "on which this rests",
        ),
        (
            ("record", "step", "measure=CN-1", "step=ended", "date=2024", "--publisher", "x"),
            "the row cannot stand",
        ),
        (("record", "withdraw", "entry-1", "--why", "x"), "no row that can be corrected"),
        (("record", "step", "step=ended", "--publisher", "x", "--marking", "PINK"), "--marking is"),
        (("chains", "--about", "CN-1"), "'CN-1' is no measure or promise known by"),
        (("stances", "--about", "CN-2023-24"), "perhaps CN-2023-23"),
        (
            ("measures", "list", "--state", "asleep"),
            "--state is 'asleep', expected one of rumoured",
        ),
        (
            ("record", "licence", "issuer=CN", "applied=12", "approved=30", "--publisher", "x"),
            "the row cannot stand: approved is 30 of 12 applied",
        ),
        (("record", "licence", "issuer=CN", "share=30", "--publisher", "x"), "write 30 % as 0.30"),
        (
            (
                "record",
                "answer",
                "answer=CN-2023-23",
                "relation=retaliates",
                "to=CN-2023-23",
                "--publisher",
                "x",
            ),
            "CN-2023-23 answers itself",
        ),
        (
            (
                "record",
                "step",
                "measure=CN-2023-23",
                "step=ended",
                "date=2024",
                "--publisher",
                "x",
                "--published",
                "2999-01-01",
            ),
            "--published is 2999-01-01, which is still to come",
        ),
        (
            ("record", "step", "measure=CN-2023-23", "step=ended", "date=2024", "--evidence", "no"),
            "--evidence 'no' is no record of this archive",
        ),
    ],
    ids=lambda words: " ".join(words)[:40],
)
def test_what_cannot_be_is_refused_in_one_sentence(call, home, words, said):
    ended = call(*words, "--home", home)
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_a_person_writes_corrects_and_takes_back_and_everything_is_kept(call, tmp_path):
    home = ("--home", tmp_path / "own")
    step = ("measure=CN-2023-39", "step=suspended", "date=2026-05-02", "what=For a year")
    said = ("--by", "kim", "--publisher", "our mission", "--published", "2026-05-03")
    written = call("record", "step", *step, *said, *home)
    assert written.code == 0, written.err
    (one,) = json.loads(call("record", "list", "--json", *home).out)["entries"]
    assert (one["by"], one["stands"], one["row"]["publisher"]) == ("kim", True, "our mission")
    shown = call("measures", "show", "CN-2023-39", *home).out
    assert "suspended since 2026-05-02" in shown
    assert "our mission" in shown
    right = ("--corrects", one["id"], "--why", "misread", "--by", "lee", "--publisher", "gazette")
    assert call("record", "step", "date=2026-05-20", *right, *home).code == 0
    assert "suspended since 2026-05-20" in call("measures", "show", "CN-2023-39", *home).out
    entries = json.loads(call("record", "list", "--json", *home).out)["entries"]
    assert [(e["by"], e["stands"]) for e in entries] == [("kim", False), ("lee", True)]
    assert entries[1]["row"]["what"] == "For a year"
    again = call("record", "withdraw", one["id"], "--why", "twice", *home)
    assert (again.code, "stands no longer" in again.err) == (2, True)
    gone = call("record", "withdraw", entries[1]["id"], "--why", "was a rumour", *home)
    assert gone.code == 0
    assert "suspended" not in call("measures", "show", "CN-2023-39", *home).out.split("Its life")[0]
    listed = call("record", "list", *home).out
    assert "takes it back" in listed and "was a rumour" in " ".join(listed.split())


def test_a_day_far_ahead_is_kept_as_told_and_said(call, tmp_path):
    home = ("--home", tmp_path / "own")
    step = ("measure=CN-2023-39", "step=ended", "date=2199-05-02", "--publisher", "our mission")
    ended = call("record", "step", *step, *home)
    assert (ended.code, "date 2199-05-02 lies far ahead" in ended.err) == (0, True)


def test_chains_are_told_answer_by_answer_with_days_and_what_each_side_held(call, home):
    shown = call("chains", "--about", "cn-2024-46", "--as-of", "2025-01-01", "--home", home).out
    lines = shown.splitlines()
    assert lines[0].startswith("2024-12-02: New direct product rules")
    assert "(CN-2024-46) answers US-2024-1202-FDP, 1 day after it." in lines[1]
    assert "CN then held against US: " in shown
    assert "inferred" not in shown


def test_a_row_of_the_pack_is_corrected_by_its_place_in_the_file(call, tmp_path):
    home = ("--home", tmp_path / "own")
    told = json.loads(call("measures", "show", "CN-2023-23", "--json", *home).out)
    ref = next(s for s in told["steps"] if s["step"] == "eased")["evidence"][0]
    words = ("date=2023-09-20", "--corrects", ref, "--publisher", "our mission", "--by", "kim")
    assert call("record", "step", *words, *home).code == 0
    after = json.loads(call("measures", "show", "CN-2023-23", "--json", *home).out)
    eased = {s["date"]: s["evidence"] for s in after["steps"] if s["step"] == "eased"}
    assert eased["2023-09-20"][0].startswith("entry-")
    assert ref not in {one for evidence in eased.values() for one in evidence}
    (entry,) = json.loads(call("record", "list", "--json", *home).out)["entries"]
    assert entry["row"]["publisher"] == "our mission"
    assert not entry["row"].get("source_url"), "the page of the old row does not say so"
    again = call("record", "step", *words, *home)
    assert (again.code, "stands no longer" in again.err) == (2, True)


def test_what_is_for_named_persons_only_is_not_shown_at_the_desk(call, tmp_path):
    home = ("--home", tmp_path / "own")
    row = ("id=kr-secret", "who_says=KR", "who_promises=KR", "what=Quiet help", "items=ree")
    said = ("--publisher", "our mission", "--marking", "RED")
    assert call("record", "commitment", *row, *said, *home).code == 0
    ended = call("commitments", *home)
    assert "kr-secret" not in ended.out
    assert "not shown" in ended.err
    assert "kr-secret" not in call("record", "list", *home).out
