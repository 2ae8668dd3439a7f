"""The status exchange of three nodes, as the page tells it, command by command."""

import io
import re
import shlex
import string
from pathlib import Path

import pytest

from foreshock.desk import cli

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "status-exchange.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PIPED = re.compile(r"echo \"([^\"]*)\" \| (.*)")
_TAKEN = re.compile(r"(\w+)=\$\((.*?)( \| head -1)?\)")


class Shell:
    """As much of a shell as the page needs: variables, quotes, `$(...)`, `echo |` and `mkdir`."""

    def __init__(self, capsys, monkeypatch) -> None:
        self.capsys, self.monkeypatch, self.names = capsys, monkeypatch, {}
        self.said: dict[str, str] = {}

    def run(self, line: str) -> str:
        taken = _TAKEN.fullmatch(line)
        if taken:
            out = self.run(taken[2]).strip()
            self.names[taken[1]] = out.split("\n")[0] if taken[3] else out
            return out
        piped = _PIPED.fullmatch(line)
        if piped:
            self.monkeypatch.setattr("sys.stdin", io.StringIO(piped[1] + "\n"))
            line = piped[2]
        words = shlex.split(string.Template(line).substitute(self.names))
        if words[0] == "mkdir":
            Path(words[1]).mkdir()
            return ""
        assert words.pop(0) == "foreshock"
        self.capsys.readouterr()
        try:
            cli.main(words)
            code = 0
        except SystemExit as end:
            code = end.code or 0
        out, err = self.capsys.readouterr()
        assert code == 0, f"{line}\n{out}{err}"
        self.said[line] = out + err
        return out


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("three-nodes")


def test_the_page_of_the_status_exchange_does_what_it_says(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    monkeypatch.delenv("FORESHOCK_HOME", raising=False)
    shell = Shell(capsys, monkeypatch)
    blocks = _BLOCK.findall(PAGE.read_text("utf-8"))
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    assert len(lines) > 40
    for line in lines:
        shell.run(line)
    said = shell.said
    status = said['foreshock parcel status --to "Hague desk" --home seoul']
    assert re.search(r"level 2: sent .*, received .*, acknowledged", status)
    lists = [text for line, text in said.items() if line.startswith("foreshock parcel list --home")]
    hague, tokyo = lists[0], lists[-1]
    assert "gallium in China: strained" in hague
    assert "WITHDRAWN: The notice was misread." in hague
    assert "disrupted" in tokyo
    assert "WARNING" not in tokyo  # those went to The Hague alone
    assert "12" in shell.run("foreshock report list --home tokyo")
    explained = next(text for line, text in said.items() if "partners explain" in line)
    assert "in a feed for another partner, which Tokyo desk is not sent" in explained
    diff = next(text for line, text in said.items() if "parcel diff" in line)
    assert "Three weeks more of waiting." in diff
    assert "level" in diff or "name" in diff
    for home in ("seoul", "hague"):
        verified = said[f"foreshock audit verify --home {home}"]
        assert "NOT WHOLE" not in verified
    assert shell.run("foreshock partners alarms --home tokyo") == ""
