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


def start(*words, **more) -> subprocess.Popen:
    """The command in a process of its own, for what only a process has: pipes and signals."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("FORESHOCK_")}
    return subprocess.Popen(
        [sys.executable, "-m", "foreshock", *(str(word) for word in words)],
        env={**kept, "PYTHONPATH": str(SOURCE), "FORESHOCK_HOME": "no-such-home"},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more},
    )
