"""What a user types: help, wrong words, exit codes."""

import json
import socket
import subprocess
import sys

import msgspec
import pytest
import typer
from desk_cli_calls import SOURCE

from foreshock import __version__, rounds
from foreshock.desk.cli import app

HEAVY = (
    "duckdb fastapi trafilatura numpy sqlalchemy uvicorn feedparser pypdfium2 python_calamine "
    "ahocorasick rich.console"
).split()


def verbs(command, before=()):
    for name, below in getattr(command, "commands", {}).items():
        if hasattr(below, "commands"):
            yield from verbs(below, (*before, name))
        else:
            yield (*before, name)


VERBS = list(verbs(typer.main.get_command(app)))


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_explains_itself_with_an_example(call, verb):
    ended = call(*verb, "--help")
    assert ended.code == 0
    assert f"Example: foreshock {' '.join(verb)}" in " ".join(ended.out.split())


def test_all_verbs_of_the_first_part_are_there():
    assert {" ".join(verb) for verb in VERBS} >= {
        *"up round read detect warnings depend bulletin serve version".split(),
        *(f"archive {verb}" for verb in ("info", "verify", "backup", "restore")),
    }


def test_version_and_help_import_nothing_heavy():
    code = f"""
import contextlib, sys
from foreshock.desk.cli import main
for words in (["version"], ["--help"], ["round", "--help"], ["archive", "--help"]):
    with contextlib.suppress(SystemExit):
        main(words)
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(SOURCE)},
    )
    assert "foreshock round" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version_is_said_to_people_and_machines(call):
    assert call("version").out == f"foreshock {__version__}\n"
    assert json.loads(call("version", "--json").out)["version"] == __version__


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["round", "--bogus"], "No such option: --bogus"),
        (["warnings", "--holder", "Atlantis"], "the holder 'Atlantis' is not known"),
        (["warnings", "--item", "unobtainium"], "the item 'unobtainium' is not known"),
        (["warnings", "--item", "galium"], "perhaps gallium"),
        (["warnings", "--as-of", "2999-01-01"], "expected a day that has come"),
        (["warnings", "--as-of", "last week"], "expected a calendar day written YYYY-MM-DD"),
        (["warnings", "--as-of", "2023-02-30"], "expected a calendar day"),
        (["warnings", "--fail-on", "5"], "expected a level from 0 to 4"),
        (["warnings", "--fail-on", "high"], "--fail-on"),
        (["round", "--documents", "no-such-folder"], "the documents no-such-folder are not there"),
        (["round", "--documents", __file__], "are a file, expected a folder"),
        (["round", "--date", "soon"], "--date is 'soon'"),
        (["depend", "unobtainium"], "the item 'unobtainium' is not known"),
        (["bulletin", "--for", "enemies"], "expected one of public, community"),
        (["bulletin", "--for", "person"], "expected one of public, community"),
        (["bulletin", "--out", "no/such/folder/b.html"], "there is no folder no/such/folder"),
        (["serve", "--port", "0"], "--port is 0, expected a port from 1 to 65535"),
        (["up", "--port", "65536"], "--port is 65536, expected a port"),
        (["read", "no-such-text.txt"], "no-such-text.txt is not there"),
        (["detect", "no-such-series.csv"], "no-such-series.csv is not there"),
        (["archive", "frobnicate"], "No such command"),
        (["archive", "restore", "no-such-backup.zip"], "no-such-backup.zip"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_wrong_words_are_told_in_a_sentence_and_end_with_2(call, words, said):
    ended = call(*words)
    assert ended.code == 2
    assert said in ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err


def test_a_port_that_is_taken_is_told(call, home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = call("serve", "--home", home, "--port", port)
    assert ended.code == 2
    assert f"port {port} on 127.0.0.1 is taken" in ended.err


def test_a_folder_given_as_a_file_to_write_is_refused_before_the_work(call, tmp_path, monkeypatch):
    monkeypatch.setattr(rounds, "look", None)
    ended = call("bulletin", "--out", tmp_path)
    assert ended.code == 2
    assert "which is a folder, expected a file" in ended.err


def test_a_home_that_is_a_file_is_a_failure(call, tmp_path):
    (tmp_path / "taken").write_text("text")
    ended = call("warnings", "--home", tmp_path / "taken")
    assert (ended.code, ended.out) == (1, "")
    assert "is a file, expected a folder for the archive" in ended.err


def test_a_damaged_journal_is_a_failure_and_is_left_as_it_is(call, tmp_path):
    folder = tmp_path / "home"
    assert call("round", "--holder", "KR", "--as-of", "2023-07-10").code == 0
    for extra in folder.glob("journal.sqlite-*"):
        extra.unlink()
    (folder / "journal.sqlite").write_bytes(b"no database" * 500)
    for verb in (["warnings"], ["round"], ["archive", "verify"], ["archive", "info"]):
        ended = call(*verb)
        assert ended.code == 1, verb
        assert "is damaged" in ended.err
    assert (folder / "journal.sqlite").read_bytes() == b"no database" * 500


def test_looking_at_an_archive_that_is_not_there_makes_none(call, tmp_path):
    for verb in ("info", "verify"):
        ended = call("archive", verb)
        assert ended.code == 1
        assert "there is no archive" in ended.err
    assert not (tmp_path / "home").exists()


def test_a_pack_of_ones_own_with_problems_is_told_whole(call, monkeypatch, tmp_path):
    own = tmp_path / "pack"
    own.mkdir()
    (own / "items.csv").write_text("id,name\nmin.xx,\nmin.yy,thing,too much\n")
    (own / "imports.csv").write_text("holder,item,origin\nKR,min.ga,CN\n")
    monkeypatch.setenv("FORESHOCK_PACK", str(own))
    ended = call("warnings")
    assert ended.code == 1
    for line in ("items.csv:2", "items.csv:3", "imports.csv:2"):
        assert line in ended.err
    assert not (tmp_path / "home").exists()


def test_an_error_nobody_foresaw_is_not_dressed_up(monkeypatch, call):
    monkeypatch.setattr(msgspec.json, "encode", None)
    with pytest.raises(TypeError):
        from foreshock.desk.cli import main

        main(["version", "--json"])
