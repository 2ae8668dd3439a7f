"""Nothing leaves by a verb that nobody released; an officer lets it go in the same breath."""

import io
import json
from datetime import UTC, datetime

import pytest
from desk_cli_calls import let_release

from foreshock.archive import open_archive
from foreshock.words.clocks import live
from foreshock.words.markings import Marking
from foreshock.words.missions import Release
from foreshock.words.records import Report

DAY = ("--holder", "KR", "--as-of", "2023-08-20")
CLOCKS = live(datetime(2023, 8, 5, tzinfo=UTC))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A home with a round behind it, a collection, and an officer."""
    from foreshock.desk.cli import main

    folder = tmp_path_factory.mktemp("release") / "home"
    for words in (
        ("round", "--as-of", "2023-07-10", "--holder", "KR"),
        ("taxii", "add-collection", "Warnings", "--for", "community"),
    ):
        with pytest.raises(SystemExit):
            main([*words, "--home", str(folder)])
    let_release(folder)
    with open_archive(folder) as archive:
        archive.add([report(Marking.GREEN), report(Marking.RED)])
    return folder


def report(marking):
    return Report(
        clocks=CLOCKS, marking=marking, mission="beijing", host="CN", items=("min.ga",),
        status="disrupted", says=f"Two licences wait ({marking.name}).", by="lee",
    ).sealed()  # fmt: skip


def files(folder):
    return [p for p in folder.rglob("*") if p.is_file() and "home" not in p.parts]


@pytest.mark.parametrize(
    "words",
    [
        ("share", "stix", "--for", "community", "--out", "{}/b.json"),
        ("share", "stix", "--for", "public"),
        ("share", "cap", "--sender", "a@example.org", "--out", "{}/caps", "--level", "1"),
        ("bulletin", "--for", "public", "--out", "{}/b.html"),
        ("bulletin", "--for", "organisation"),
    ],
)
def test_a_draft_that_nobody_released_does_not_leave(call, house, tmp_path, words):
    ended = call(*(w.format(tmp_path) for w in words), *DAY, "--home", house)
    assert ended.code == 1
    assert "were not released to" in ended.err
    assert "--release-by NAME" in ended.err
    assert ended.out == ""
    assert files(tmp_path) == []


def test_only_a_releasing_officer_who_is_written_down_lets_it_go(call, house, tmp_path):
    words = ("share", "stix", "--for", "public", *DAY, "--home")
    nobody = call(*words, tmp_path / "new-home", "--release-by", "olaf")
    assert "foreshock people add NAME --role officer" in nobody.err
    unknown = call(*words, house, "--release-by", "mallory")
    assert (unknown.code, "'mallory' is not known" in unknown.err) == (2, True)
    both = call(*words, house, "--release-by", "olaf", "--released-only")
    assert (both.code, "contradict each other" in both.err) == (2, True)
    assert unknown.out == nobody.out == both.out == ""


def test_an_officer_lets_it_go_in_the_same_breath_and_from_then_on_it_may_go(call, house, tmp_path):
    words = ("share", "stix", "--for", "community", *DAY, "--home", house)
    first = call(*words, "--release-by", "olaf", "--out", tmp_path / "a.json")
    assert first.code == 0, first.err
    assert "olaf lets go to community:" in first.err
    assert "[TLP:CLEAR]" in first.err
    assert call(*words, "--out", tmp_path / "b.json").code == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    with open_archive(house) as archive:
        count = len(archive.known(Release))
        assert {r.by for r in archive.known(Release)} == {"olaf"}
    call(*words, "--release-by", "olaf")
    with open_archive(house) as archive:
        assert len(archive.known(Release)) == count, "what is released is not released again"
    wider = call("share", "stix", "--for", "public", *DAY, "--home", house)
    assert (wider.code, wider.out) == (1, "")


def test_at_a_terminal_the_officer_is_asked_and_a_no_releases_nothing(
    call, house, tmp_path, monkeypatch
):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    words = ("share", "stix", "--for", "organisation", "--holder", "KR", "--as-of", "2023-07-10")
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    out = tmp_path / "o.json"
    ended = call(*words, "--release-by", "olaf", "--out", out, "--home", house)
    assert (ended.code, "nothing was released" in ended.err) == (1, True)
    assert not out.exists()
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    ended = call(*words, "--release-by", "olaf", "--out", out, "--home", house)
    assert (ended.code, out.exists()) == (0, True), ended.err


def test_only_what_was_released_goes_where_that_is_asked_for(call, house):
    words = ("share", "stix", "--for", "public", *DAY, "--home", house)
    assert call("release", "facts", "--to", "public", "--by", "olaf", "--home", house).code == 0
    ended = call(*words, "--released-only")
    assert ended.code == 0
    said = json.loads(ended.out)["objects"]
    assert {"incident"} <= {one["type"] for one in said}
    assert not [one for one in said if one["type"] == "report"], "warnings are no facts"
    assert "stay here" in ended.err
    assert call(*words).code == 1, "warnings are released by themselves"
    call("release", "facts", "--to", "public", "--by", "olaf", "--end", "--home", house)
    again = call(*words, "--released-only").out
    assert "incident" not in again


def test_records_are_let_go_by_name_and_red_waits_for_two(call, house):
    let_release(house, "odile")
    green, red = report(Marking.GREEN).id, report(Marking.RED).id

    def give(record, to, by):
        return call("release", "give", record, "--to", to, "--by", by, "--home", house)

    assert "passes" in call("release", "show", green, "--home", house).out
    assert "released by olaf to organisation" in give(green, "organisation", "olaf").out
    held = give(red, "organisation", "olaf")
    assert (held.code, "held back" in held.err) == (1, True)
    asked = give(red, "person Kim", "olaf")
    assert "asked by olaf to Kim (person)" in asked.out
    assert "WAITS for a second officer" in call("release", "list", "--home", house).out
    alone = give(red, "person Kim", "olaf")
    assert (alone.code, "another releasing officer" in alone.err) == (1, True)
    assert "released by odile" in give(red, "person Kim", "odile").out
    assert "WAITS" not in call("release", "list", "--home", house).out
    told = json.loads(call("release", "list", "--json", "--home", house).out)
    assert {one["of"] for one in told["decided"]} >= {green, red}
    assert "Two licences wait" not in json.dumps(told)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("give", "nothing-1", "--to", "public", "--by", "olaf"), "nothing that is released"),
        (("give", "{}", "--to", "enemies", "--by", "olaf"), "--to is 'enemies'"),
        (("give", "{}", "--to", "person ", "--by", "olaf"), "--to is 'person '"),
        (("give", "{}", "--to", "public", "--by", "ghost"), "'ghost' is not known"),
        (("refuse", "{}", "--to", "public", "--by", "olaf"), "nobody asked"),
        (("show", "person-1"), "nothing that is released"),
    ],
)
def test_what_cannot_be_released_is_one_sentence(call, house, words, said):
    green = report(Marking.GREEN).id
    ended = call("release", *(w.format(green) for w in words), "--home", house)
    assert ended.code in (1, 2)
    assert said in ended.err
    assert ended.out == ""


# -- what rests on a stricter text stays here, released or not -----------------------------------

CABLE = "China will ban exports of magnesium to Korea from 1 August 2023. (cable)"


@pytest.fixture(scope="module")
def with_cable(tmp_path_factory):
    """A home in which a warning rests on a cable at TLP:AMBER."""
    from foreshock.desk.cli import main
    from foreshock.words.records import Document

    folder = tmp_path_factory.mktemp("cable") / "home"
    cable = Document(
        clocks=live(datetime(2023, 7, 4, tzinfo=UTC), datetime(2023, 7, 4).date(), "2023-07-04"),
        marking=Marking.AMBER, source="cable", title="Cable", publisher="Embassy", text=CABLE,
        language="en",
    ).sealed()  # fmt: skip
    with pytest.raises(SystemExit):
        main(["round", "--home", str(folder), "--as-of", "2023-07-10", "--holder", "KR"])
    let_release(folder)
    with open_archive(folder) as archive:
        archive.add([cable])
    return folder


@pytest.mark.parametrize(
    ("words", "circle"),
    [
        (("share", "stix", "--for", "public", "--out", "{}/o"), "public"),
        (("share", "stix", "--for", "community", "--out", "{}/o"), "community"),
        (("share", "cap", "--sender", "a@example.org", "--out", "{}", "--level", "1"), "public"),
    ],
)
def test_share_holds_back_what_rests_on_a_stricter_text_even_when_an_officer_would_let_it_go(
    call, with_cable, tmp_path, words, circle
):
    from foreshock import rounds
    from foreshock.words.pack import load

    with open_archive(with_cable) as archive:
        ask = rounds.Ask(as_of=datetime(2023, 7, 10).date(), holders=("KR",))
        found = rounds.look(archive, load(None), ask)
    rest = (*found.warnings, *found.measures)
    marked = [one for one in rest if one.marking is Marking.AMBER]
    kinds = {type(one).__name__ for one in marked}
    assert kinds == {"EarlyWarning", "Measure"}, "the story holds: both rest on the cable"
    ended = call(
        *(w.format(tmp_path) for w in words), "--holder", "KR", "--as-of", "2023-07-10",
        "--home", with_cable, "--release-by", "olaf",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert "are left out" in ended.err or "have no alert" in ended.err
    told = "".join(p.read_text("utf-8") for p in tmp_path.rglob("*") if p.is_file())
    assert "cable" not in told.casefold()
    assert "magnesium" not in told.casefold()
    for one in marked:
        assert one.id not in told
        assert one.id not in ended.err, "not even asked about"
