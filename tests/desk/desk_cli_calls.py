"""Calls of the command line, as a test makes them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parents[2] / "src"


class Ended(NamedTuple):
    code: int
    out: str
    err: str


def let_release(home, name="olaf") -> str:
    """Write down a releasing officer in an archive, without a password; the name."""
    from foreshock.archive import open_archive
    from foreshock.exchange.people import write_person
    from foreshock.words.clocks import live, now
    from foreshock.words.people import Person

    with open_archive(home) as archive:
        write_person(archive, Person(clocks=live(now()), name=name, roles=("officer",), by="test"))
    return name


def start(*words, **more) -> subprocess.Popen:
    """The command in a process of its own, for what only a process has: pipes and signals."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("FORESHOCK_")}
    return subprocess.Popen(
        [sys.executable, "-m", "foreshock", *(str(word) for word in words)],
        env={**kept, "PYTHONPATH": str(SOURCE), "FORESHOCK_HOME": "no-such-home"},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more},
    )
