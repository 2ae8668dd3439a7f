"""What a user may set, where, and what goes before what."""

import os
from pathlib import Path

import pytest

from foreshock.desk import settings
from foreshock.errors import WrongUse


@pytest.fixture(autouse=True)
def nobody_has_set_anything(monkeypatch):
    for name in [name for name in os.environ if name.startswith("FORESHOCK_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path):
    def write(text):
        (tmp_path / settings.FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write


def test_nothing_has_to_be_set():
    found = settings.read()
    assert found.home.name == "foreshock"
    assert (found.pack, found.holders, found.documents, found.port) == (None, (), (), 8421)


def test_the_command_line_goes_before_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("FORESHOCK_HOME", str(tmp_path / "environment"))
    assert settings.read().home == tmp_path / "environment"
    assert settings.read(tmp_path / "words").home == tmp_path / "words"


def test_the_environment_goes_before_the_file(file, monkeypatch):
    home = file('holders = ["KR"]\nport = 9000\n')
    monkeypatch.setenv("FORESHOCK_PORT", "9001")
    found = settings.read(home)
    assert (found.holders, found.port) == (("KR",), 9001)


def test_lists_in_the_environment_are_parted_by_commas(tmp_path, monkeypatch):
    monkeypatch.setenv("FORESHOCK_HOLDERS", " KR, NL,,")
    monkeypatch.setenv("FORESHOCK_DOCUMENTS", "/srv/a,/srv/b c")
    found = settings.read(tmp_path)
    assert found.holders == ("KR", "NL")
    assert found.documents == (Path("/srv/a"), Path("/srv/b c"))


def test_an_empty_variable_sets_nothing(file, monkeypatch):
    monkeypatch.setenv("FORESHOCK_PORT", "")
    assert settings.read(file("port = 9000")).port == 9000


def test_folders_are_taken_as_they_are_written(file):
    found = settings.read(file('documents = ["news", "~/texts"]\npack = "/srv/pack"\n'))
    assert found.documents == (Path("news"), Path.home() / "texts")
    assert found.pack == Path("/srv/pack")


def test_a_tilde_is_the_users_own_folder(monkeypatch):
    monkeypatch.setenv("FORESHOCK_HOME", "~/early")
    assert settings.read().home == Path.home() / "early"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 'x'", "port is 'x', expected a port from 1 to 65535"),
        ("port = '8000'", "port is '8000', expected a port from 1 to 65535"),
        ("port = 0", "port is 0, expected a port"),
        ("port = 70000", "port is 70000, expected a port"),
        ("holders = 'KR'", "holders is 'KR', expected a list of ids"),
        ("holders = [1]", r"holders is \[1\], expected a list of ids"),
        ("documents = [3]", r"documents is \[3\], expected a list of folders"),
        ("pack = 3", "pack is 3, expected a folder"),
        ("home = '/srv'", "home is no setting of this file, expected one of pack"),
        ("prot = 8000", "prot is no setting of this file, expected one of .*port"),
        ("holders = ['KR'", "foreshock.toml: Unclosed array"),
        (b"holders = ['\xff']", "foreshock.toml: .*decode"),
    ],
    ids=str,
)
def test_a_line_of_the_file_that_cannot_be_understood_is_named(file, text, said):
    home = file(text)
    with pytest.raises(WrongUse, match=said) as told:
        settings.read(home)
    assert settings.FILE in str(told.value)


@pytest.mark.parametrize("text", ["x", "0", "65536", "80.5"])
def test_a_variable_that_cannot_be_understood_is_named(tmp_path, monkeypatch, text):
    monkeypatch.setenv("FORESHOCK_PORT", text)
    with pytest.raises(WrongUse, match=f"^FORESHOCK_PORT is '{text}', expected a port"):
        settings.read(tmp_path)


def test_a_variable_misspelt_is_told_and_not_passed_over(tmp_path, monkeypatch):
    monkeypatch.setenv("FORESHOCK_HOLDER", "KR")
    with pytest.raises(WrongUse, match=r"FORESHOCK_HOLDER is no setting.*FORESHOCK_HOLDERS"):
        settings.read(tmp_path)


def test_a_variable_of_somebody_else_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("FORESHOCK_SERVICE_ADDRESS", "10.0.0.1")
    assert settings.read(tmp_path).port == 8421


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read_is_told(file):
    home = file("port = 9000")
    (home / settings.FILE).chmod(0)
    with pytest.raises(WrongUse, match="cannot be read: Permission denied"):
        settings.read(home)
