"""Partners, parcels and the audit log from the command line, used wrongly and rightly."""

import contextlib
import io
import json
import shutil
from datetime import UTC, datetime

import httpx2
import pytest
from desk_cli_calls import let_release
from taxii_served import served

from foreshock.archive import open_archive
from foreshock.desk.cli import main
from foreshock.words.clocks import live
from foreshock.words.markings import Marking
from foreshock.words.records import Report

BY = ("--release-by", "olaf")


@pytest.fixture(scope="module")
def trusting(tmp_path_factory):
    """A folder with two nodes whose words were compared: to be copied, not changed."""
    folder = tmp_path_factory.mktemp("two-nodes")
    (folder / "stick").mkdir()

    def run(*words):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        assert not ended.value.code, words
        return out.getvalue().strip()

    for name in ("seoul", "hague"):
        run("partners", "card", "--new", f"{name} desk", "--root", folder / f"stick/{name}.root",
            "--out", folder / f"{name}.card", "--home", folder / name)  # fmt: skip
    for name, other in (("seoul", "hague"), ("hague", "seoul")):
        words = run("partners", "card", "--words", "--home", folder / other)
        run("partners", "add", folder / f"{other}.card", "--home", folder / name)
        run("partners", "confirm", f"{other} desk", "--words", words, "--circle", "organisation",
            "--home", folder / name)  # fmt: skip
    return folder


@pytest.fixture
def two(call, trusting, tmp_path, monkeypatch):
    """Two nodes that trust each other; gives a way to call each."""
    shutil.copytree(trusting, tmp_path, dirs_exist_ok=True)
    let_release(tmp_path / "seoul")
    monkeypatch.chdir(tmp_path)
    return lambda home, *words: call(*words, "--home", home)


OBJECT = {
    "type": "report",
    "spec_version": "2.1",
    "id": "report--6d2e7a2c-30c5-4d8e-9b0f-0c3b8a1f4e55",
    "created": "2026-07-01T08:00:00.000Z",
    "modified": "2026-07-01T08:00:00.000Z",
    "name": "WARNING level 3/4",
    "labels": ["level-3"],
    "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
}


def objects(path, **more):
    from foreshock.exchange.stix import identity

    said = {**OBJECT, "created_by_ref": identity("seoul desk")["id"], **more}
    path.write_text(json.dumps(said) + "\n")
    return path


def test_a_house_without_a_card_is_told_how_to_make_one(call, tmp_path):
    for words in (("partners", "list"), ("parcel", "list"), ("audit", "verify")):
        ended = call(*words, "--home", tmp_path / "new")
        assert ended.code == 2
        assert "foreshock partners card --new" in ended.err


def test_the_root_key_needs_a_place_of_its_own(call, tmp_path):
    ended = call("partners", "card", "--new", "X", "--home", tmp_path)
    assert (ended.code, "no place for the root key" in ended.err) == (2, True)
    ended = call("partners", "card", "--new", "X", "--root", tmp_path / "r.key", "--home", tmp_path)
    assert (ended.code, "may not lie unlocked" in ended.err) == (1, True)


def test_an_object_goes_there_is_answered_and_shows_who_got_it(two, tmp_path):
    file = objects(tmp_path / "o.jsonl")
    shown = two("seoul", "parcel", "publish", "--to", "hague desk", "--objects", file, "--preview")
    assert "passes" in shown.out
    assert two("seoul", "parcel", "list").out == ""
    assert two("seoul", "parcel", "publish", "--to", "hague desk", "--objects", file, *BY).code == 0
    assert two("seoul", "parcel", "make", "--to", "hague desk", "--out", "a.fsp").code == 0
    opened = two("hague", "parcel", "open", "a.fsp")
    assert "1 object(s) in 1 segment(s)" in opened.out
    two("hague", "parcel", "answer", OBJECT["id"], "seen")
    two("hague", "parcel", "make", "--to", "seoul desk", "--out", "b.fsp")
    assert "1 kept, 0 refused" in two("seoul", "parcel", "open", "b.fsp").out
    status = two("seoul", "parcel", "status", "--json")
    row = json.loads(status.out)["standing"][0]
    assert row["acknowledged"]
    assert row["received"]
    assert "received" in two("seoul", "partners", "explain", OBJECT["id"], "hague desk").out


def test_whether_a_record_was_let_go_to_a_partner_is_explained(two, tmp_path):
    found = Report(
        clocks=live(datetime(2026, 7, 1, tzinfo=UTC)), marking=Marking.GREEN, mission="beijing",
        host="CN", items=("min.ga",), status="disrupted", says="Two licences wait.", by="lee",
    ).sealed()  # fmt: skip
    with open_archive(tmp_path / "seoul") as archive:
        archive.add([found])
    asked = ("partners", "explain", found.id, "hague desk")
    assert "No officer has let it go" in two("seoul", *asked).out
    two("seoul", "release", "give", found.id, "--to", "organisation", "--by", "olaf")
    told = two("seoul", *asked).out
    assert "An officer let it go to hague desk." in told
    assert "Two licences wait" not in told


def test_one_server_answers_taxii_and_partners_who_catch_up_in_one_command(two, tmp_path):
    with served(tmp_path / "seoul") as to:
        url = f"http://127.0.0.1:{to.port}"
        two("seoul", "partners", "rotate", "--root", "stick/seoul.root", "--url", url,
            "--out", "seoul-2.card")  # fmt: skip
        two("hague", "partners", "add", "seoul-2.card")
        for n in range(3):
            file = objects(tmp_path / "o.jsonl", id=OBJECT["id"][:-1] + str(n))
            two("seoul", "parcel", "publish", "--to", "hague desk", "--objects", file, *BY)
        pulled = two("hague", "partners", "pull", "seoul desk")
        assert (pulled.code, "in 4 segment(s)" in pulled.out) == (0, True), pulled
        assert len(two("hague", "parcel", "list", "--ids").out.split()) == 3
        assert "received" in two("seoul", "parcel", "status").out, "and the receipt was given"
        taxii = two("hague", "taxii", "pull", to.url, "--from", "seoul", "--user", "partner",
                    "--secret-file", _secret(tmp_path, to))  # fmt: skip
        assert taxii.out == "Warnings: 0 new, 0 here already, 0 set aside\n"
        stranger = httpx2.get(f"{url}/x-foreshock/feeds/", trust_env=False)
        assert stranger.status_code == 401


def _secret(folder, to):
    (folder / "secret").write_text(to.secret)
    return folder / "secret"


def test_what_the_gate_holds_back_is_said_and_nothing_is_published(two, tmp_path):
    red = ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]
    file = objects(tmp_path / "o.jsonl", object_marking_refs=red)
    ended = two("seoul", "parcel", "publish", "--to", "hague desk", "--objects", file)
    assert ended.code == 1
    assert "sees at most TLP:AMBER: held back" in ended.err
    assert OBJECT["name"] not in ended.err
    ended = two(
        "seoul", "parcel", "publish", "--to", "hague desk", "--objects", file, "--leave-out"
    )
    assert ended.code == 0
    assert "Left out" in ended.err
    assert two("seoul", "parcel", "list").out == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("parcel", "open", "nowhere.fsp"), "cannot be read"),
        (("parcel", "open", "seoul.card"), "this is no parcel"),
        (("parcel", "make", "--to", "nobody", "--out", "x.fsp"), "there is no partner 'nobody'"),
        (("parcel", "make", "--to", "hague desk", "--out", "no/x.fsp"), "there is no folder"),
        (("parcel", "publish", "--to", "hague desk"), "nothing to publish"),
        (("parcel", "publish", "--to", "hague desk", "--record", "x"), "is not in the archive"),
        (("parcel", "publish", "--to", "community x", "--warnings"), "has no members"),
        (("parcel", "answer", "report--1", "seen"), "there is no object"),
        (("parcel", "answer", "report--1", "maybe"), "is no answer"),
        (("parcel", "answer", "report--1", "disputed"), "needs a reason"),
        (("parcel", "withdraw", "report--1", "--why", "x"), "was not published by this node"),
        (("parcel", "erase", "report--1", "--why", " "), "needs a reason"),
        (("parcel", "diff", "report--1"), "there is no object"),
        (("partners", "add", "nowhere.card"), "cannot be read"),
        (("partners", "add", "seoul.card"), "our own card"),
        (("partners", "confirm", "hague desk", "--words", "a b"), "2 words were given"),
        (("partners", "confirm", "hague desk", "--words", "x", "--circle", "all"), "--circle is"),
        (("partners", "revoke", "hague desk", "--why", " "), "no reason"),
        (("partners", "rotate", "--root", "nowhere.key"), "there is no key in"),
        (("partners", "settle", "7", "--how", "x"), "no open alarm 7"),
        (("partners", "pull"), "no confirmed partner has an address"),
        (("partners", "pull", "hague desk"), "has no address"),
        (("partners", "explain", "report--1", "nobody"), "there is no partner"),
        (("audit", "verify", "--head", "x"), "NUMBER:HASH"),
    ],
)
def test_wrong_words_get_one_sentence(two, words, told):
    ended = two("seoul", *words)
    assert ended.code in (1, 2)
    assert told in ended.err + ended.out
    assert "Traceback" not in ended.err


def test_the_log_is_verified_and_a_false_head_is_told(two):
    ended = two("seoul", "audit", "verify")
    assert ended.code == 0
    head = ended.out.split("Head ")[1].strip()
    assert two("seoul", "audit", "verify", "--head", head).code == 0
    number = head.split(":")[0]
    ended = two("seoul", "audit", "verify", "--head", f"{number}:{'0' * 64}")
    assert ended.code == 1
    assert "NOT WHOLE" in ended.err
    assert "trust" in two("seoul", "audit", "show").out


def test_keys_are_changed_and_the_partner_takes_the_card_from_the_parcel(two, tmp_path):
    file = objects(tmp_path / "o.jsonl")
    two("seoul", "parcel", "publish", "--to", "hague desk", "--objects", file, *BY)
    assert two("seoul", "partners", "rotate", "--root", "stick/seoul.root", "--lost").code == 0
    two("seoul", "parcel", "make", "--to", "hague desk", "--out", "a.fsp")
    opened = two("hague", "parcel", "open", "a.fsp")
    assert "a newer card" in opened.out
    assert "1 object(s)" in opened.out
    row = json.loads(two("hague", "partners", "list", "--json").out)[0]
    assert (row["card"], row["silent"], row["state"]) == (2, False, "confirmed")


def test_a_backup_holds_what_was_exchanged(two, call, tmp_path):
    file = objects(tmp_path / "o.jsonl")
    two("seoul", "parcel", "publish", "--to", "hague desk", "--objects", file, *BY)
    from foreshock.archive import open_archive

    open_archive(tmp_path / "seoul").close()
    assert two("seoul", "archive", "backup", "b.zip").code == 0
    ended = call("archive", "restore", "b.zip", "--home", "again")
    assert ended.code == 0, ended.err
    shutil.copytree("seoul/keys", "again/keys")
    assert OBJECT["id"] in call("parcel", "list", "--ids", "--home", "again").out
    assert call("audit", "verify", "--home", "again").code == 0
    assert call("parcel", "renew", "--to", "hague desk", "--home", "again").code == 0
