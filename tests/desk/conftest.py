"""Calls of the command line from within a test, and an archive for them to work on."""

import os

import pytest
from desk_cli_calls import Ended

from foreshock.desk.cli import main


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    """`call("warnings", "--holder", "KR")` in this process, without settings of whoever tests."""
    for name in [name for name in os.environ if name.startswith("FORESHOCK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FORESHOCK_HOME", str(tmp_path / "home"))

    def run(*words) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        return Ended(ended.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """An archive that has taken in the shipped pack: to be looked at, not changed."""
    folder = tmp_path_factory.mktemp("cli") / "home"
    with pytest.raises(SystemExit):
        main(["round", "--home", str(folder), "--as-of", "2023-07-10", "--holder", "KR"])
    return folder
