"""Every way out of the house is listed here, and passes the gate.

A verb, a route of the desk, a module that opens a connection or writes a file for others, a logger:
whoever adds one has to add it to a table below and say how it is held.
"""

import ast
import importlib.util
import json
import sys
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from taxii_served import prepared, served

from foreshock.archive import open_archive
from foreshock.archive.feeds import SqliteFeeds
from foreshock.archive.shelf import open_shelf
from foreshock.desk.cli import main
from foreshock.exchange import partners
from foreshock.exchange.node import found_node
from foreshock.exchange.people import write_person
from foreshock.exchange.spoken import words_of
from foreshock.words.clocks import live, now
from foreshock.words.markings import Marking
from foreshock.words.missions import Submission
from foreshock.words.people import Person
from foreshock.words.records import Document, Entry, Report, Stance
from foreshock.words.shelf import Wanted

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "foreshock"

#: verbs that show what the archive holds: tried below with records of every marking
SHOWING = {
    "alarms": ("--as-of", "{day}", "--history"),
    "warnings": ("--holder", "KR", "--as-of", "{day}"),
    "bulletin": ("--for", "own", "--holder", "KR", "--as-of", "{day}"),
    "share stix": ("--for", "own", "--holder", "KR", "--as-of", "{day}"),
    "share cap": ("--sender", "a@example.org", "--out", "{tmp}/caps", "--as-of", "{day}",
                  "--release-by", "olaf"),
    "release list": (),
    "licences": (), "commitments": (), "stances": (), "chains": (), "calendar": (),
    "measures list": (), "measures conflicts": (),
    "record list": (), "report list": (), "duties": (), "missions list": (), "people list": (),
    "archive info": (), "archive verify": (),
}  # fmt: skip

#: of these, the verbs that know no --json, which shows more than a table does
PLAIN = {"share stix", "share cap"}

#: verbs that let out what is chosen, each held by the gate in tests of its own
SENDING = {
    "taxii serve": "tests/exchange/test_taxii_standard.py",
    "taxii publish": "tests/exchange/test_taxii_standard.py",
    "taxii list": "tests/exchange/test_taxii_client.py",
    "taxii push": "tests/exchange/test_taxii_client.py",
    "missions remind": "tests/desk/test_desk_cli_missions.py",
    "parcel publish": "tests/exchange/test_exchange_feeds.py",
    "parcel make": "tests/exchange/test_exchange_feeds.py",
    "parcel answer": "tests/exchange/test_exchange_feeds.py",
    "partners push": "tests/exchange/test_exchange_http.py",
    "partners serve": "tests/exchange/test_exchange_http.py",
    "serve": "tests/desk/test_desk_doors.py",
    "up": "tests/desk/test_desk_doors.py",
}

#: verbs by which a draft could leave -> words with which they are tried below: without a release
#: nothing goes. `own` stays in this house
DEMANDING = {
    "share stix": ("--for", "public", "--holder", "KR", "--as-of", "{day}"),
    "share cap": ("--sender", "a@example.org", "--out", "{tmp}/caps", "--as-of", "{day}"),
    "bulletin": ("--for", "community", "--out", "{tmp}/b.html", "--as-of", "{day}"),
    "taxii publish": ("Warnings",),
    "taxii push": ("{url}", "--collection", "Warnings", "--from", "nl", "--user", "partner",
                   "--secret-file", "{secret}"),
    "parcel publish": ("--to", "Hague desk", "--warnings", "--reports", "--as-of", "{day}"),
}  # fmt: skip

#: of the verbs that send, those that need no release of their own, and why
NO_RELEASE = {
    "taxii serve": "serves what `taxii publish` put there",
    "taxii list": "shows what others sent, in this house",
    "missions remind": "tells missions of this house what they owe it; drafts, sent by a person",
    "parcel make": "carries what `parcel publish` put there",
    "parcel answer": "a word on what the partner itself said",
    "partners push": "carries what `parcel publish` put there",
    "partners serve": "carries what `parcel publish` put there",
    "serve": "in this house; to readers of another house shows what was released: desk/releasing",
    "up": "as serve",
}

#: verbs that show one thing by its id, or ids and states alone
NAMING = {
    *(
        "release show",
        "share explain",
        "partners explain",
        "partners list",
        "partners alarms",
        "partners card",
    ),
    *("parcel list", "parcel diff", "parcel status", "audit show", "audit verify"),
    *(
        "taxii show",
        "taxii aside",
        "measures show",
        "measures diff",
        "taxii describe",
        "people roles",
        "report form",
    ),
}

#: verbs that take in or change, and repeat only what the caller told them
TAKING = {
    *("round", "taxii add-collection", "taxii add-account", "taxii remove-account"),
    *("partners add", "partners confirm", "partners rotate", "partners revoke"),
    *(
        "taxii pull",
        "partners settle",
        "partners pull",
        "parcel open",
        "parcel withdraw",
        "parcel erase",
    ),
    *("parcel renew", "record withdraw", "record measure", "record step", "record scope"),
    *("record licence", "record commitment", "record promise", "record answer", "record stance"),
    *("missions add", "missions close", "missions assign", "missions unassign"),
    *("report status", "report disruption", "report nothing", "report correct"),
    *("release give", "release refuse", "release facts"),
    *("people add", "people reset", "people close", "people unlock", "people log-out"),
}

#: verbs that work on files of the caller or on the shipped pack, or copy the whole archive for
#: whoever has it in hand
OWN = {
    *("read", "detect", "version", "depend", "pack check", "pack info", "pack cases", "pack case"),
    *("archive backup", "archive restore"),
}

#: modules that may log, and what
LOGGING: dict[str, str] = {}

DAY = date(2023, 7, 10)
SECRET = "wordthatleavesnowhere"


def verbs():
    spec = importlib.util.spec_from_file_location("ref", ROOT / "docs" / "make_reference.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.verbs()


def test_every_verb_is_in_one_table_and_every_row_is_a_verb():
    tables = [set(SHOWING), set(SENDING), NAMING, TAKING, OWN]
    listed = [verb for table in tables for verb in table]
    assert sorted(listed) == sorted(set(listed)), "a verb stands in two tables"
    missing = sorted(set(verbs()) - set(listed))
    assert missing == [], "say how each is held: put it into a table of this file"
    assert sorted(set(listed) - set(verbs())) == []


@pytest.mark.parametrize("verb", SENDING)
def test_what_is_sent_on_purpose_has_a_test_that_holds_it_to_the_gate(verb):
    assert (ROOT / SENDING[verb]).is_file()


def test_every_verb_that_sends_demands_a_release_or_says_why_not():
    assert set(SENDING) <= set(DEMANDING) | set(NO_RELEASE)
    assert set(DEMANDING).isdisjoint(NO_RELEASE)


@cache
def trees():
    """Every module of the package, parsed once."""
    return [(file, ast.parse(file.read_text("utf-8"))) for file in PACKAGE.rglob("*.py")]


def test_nothing_is_logged_but_by_modules_that_are_listed():
    found = {
        str(file.relative_to(PACKAGE))
        for file, tree in trees()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(n.name == "logging" for n in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "logging")
        or (isinstance(node, ast.ImportFrom) and node.module == "warnings")
    }
    assert found == set(LOGGING), "logs hold ids, never texts: list the module and say what it logs"


def test_nothing_is_printed_but_by_the_two_functions_that_talk():
    prints = [
        f"{file.relative_to(PACKAGE)}:{node.lineno}"
        for file, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert prints == [], "results go through `talk.emit`, talk through `talk.say`"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An archive in which every kind of record that a verb shows holds a secret at TLP:RED."""
    folder = tmp_path_factory.mktemp("ways") / "home"
    with pytest.raises(SystemExit):
        main(["round", "--home", str(folder), "--as-of", str(DAY), "--holder", "KR"])
    clocks = live(datetime(2023, 7, 5, tzinfo=UTC), date(2023, 7, 5), "2023-07-05")
    red = {"clocks": clocks, "marking": Marking.RED}
    text = f"China will restrict exports of gallium from 1 August 2023 ({SECRET})."
    with open_archive(folder) as archive:
        write_person(archive, Person(clocks=clocks, name="olaf", roles=("officer",), by="test"))
        archive.add([
            Document(source="cable", title=SECRET, name=SECRET, publisher=SECRET, text=text,
                     language="en", **red).sealed(),
            Report(mission="beijing", host="CN", items=("min.ga",), status="disrupted",
                   says=SECRET, impact=SECRET, by="lee", **red).sealed(),
            Submission(company=SECRET, desk="minerals", item="min.ga", figure="use",
                       period="2023-Q2", value=987654321.0, **red).sealed(),
            Stance(who="NL", about="min.ga", stance="opposes", says=SECRET, **red).sealed(),
            Entry(by="lee", table="licence_outcomes", why=SECRET, row={
                "issuer": "CN", "measure": "CN-2023-23", "item": "min.ga", "destination": "KR",
                "applied": "3", "what": SECRET, "published": "2023-07-05", "publisher": SECRET,
                "source_date": "2023-07-05", "checked": "secondary"}, **red).sealed(),
        ])  # fmt: skip
    return folder


@pytest.mark.parametrize("verb", SHOWING)
def test_no_verb_shows_a_word_of_a_record_for_named_persons(verb, home, tmp_path, capsys):
    words = [w.format(day=DAY, tmp=tmp_path) for w in SHOWING[verb]]
    more = [] if verb in PLAIN else ["--json"]
    with pytest.raises(SystemExit) as ended:
        main([*verb.split(), *words, "--home", str(home), *more])
    told = capsys.readouterr()
    assert ended.value.code in (0, None), told.err
    files = "".join(p.read_text("utf-8") for p in tmp_path.rglob("*") if p.is_file())
    for where in (told.out, told.err, files):
        assert SECRET not in where
        assert "987654321" not in where
    if more:
        json.loads(told.out)


# -- without a release nothing leaves ------------------------------------------------------------


@pytest.fixture(scope="module")
def sending(tmp_path_factory):
    """A house that has issued warnings, with a partner it trusts, a collection, and drafts."""
    folder = tmp_path_factory.mktemp("sending")
    ours, theirs = folder / "ours", folder / "theirs"
    (folder / "stick").mkdir()
    nodes = {}
    for home, name in ((ours, "Seoul desk"), (theirs, "Hague desk")):
        home.mkdir()
        with SqliteFeeds(home) as keeper:
            nodes[name] = found_node(name, home, folder / "stick" / name, now(), keeper)
    with SqliteFeeds(ours) as keeper:
        hague = nodes["Hague desk"]
        partners.add(hague.token, keeper, now(), nodes["Seoul desk"].card)
        words = words_of(hague.card.root)
        partners.confirm("Hague desk", words, "organisation", (), keeper, now())
    with pytest.raises(SystemExit):
        main(["round", "--home", str(ours), "--holder", "KR"])
    prepared(ours)
    clocks = live(datetime(2023, 7, 5, tzinfo=UTC))
    draft = Report(mission="beijing", host="CN", items=("min.ga",), status="strained",
                   says=SECRET, clocks=clocks, marking=Marking.GREEN).sealed()  # fmt: skip
    with open_archive(ours) as archive:
        archive.add([draft])
    with served(theirs) as to:
        (folder / "secret").write_text(to.secret)
        yield ours, theirs, {"url": to.url, "secret": folder / "secret", "day": DAY}


@pytest.mark.parametrize("verb", DEMANDING)
def test_without_a_release_nothing_leaves_by_any_verb(verb, sending, tmp_path, capsys):
    ours, theirs, names = sending
    words = [w.format(**names, tmp=tmp_path) for w in DEMANDING[verb]]
    with pytest.raises(SystemExit) as ended:
        main([*verb.split(), *words, "--home", str(ours)])
    told = capsys.readouterr()
    assert ended.value.code == 1, told.err
    assert "were not released to" in told.err
    assert "--release-by NAME" in told.err
    assert told.out == ""
    assert SECRET not in told.err
    assert list(tmp_path.iterdir()) == []
    with SqliteFeeds(ours) as keeper:
        assert list(keeper.everything()) == []
    for home in (ours, theirs):
        with open_shelf(home) as shelf:
            assert not any(shelf.page(h.collection, Wanted()).objects for h in shelf.held())
