"""`foreshock detect`: a CSV of figures in, a CSV of scores out."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from foreshock import sources, watch
from foreshock.errors import WrongUse


def scored_csv(path: Path, say: Callable[[str], None]) -> str:
    """The table `timestamp,value,score,alarm` for a table `timestamp,value`, in order of time.

    `score` lies in 0..1, `alarm` is 0 or 1; a missing value stays empty and scores 0. What is odd
    about the table (figures withheld, stamps repeated, periods missing) is told to `say`, one
    sentence each. Raises `WrongUse` for a file that is not there, `Unreadable` or `Misread` for a
    table that cannot be understood.
    """
    if not path.exists():
        raise WrongUse(f"{path} is not there", next_step="Check the path.")
    notices: list[str] = []
    timestamps, values = sources.read_series(path, notices)
    for notice in notices:
        say(notice)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["timestamp", "value", "score", "alarm"])
    for one in watch.detect(timestamps, values):
        value = "" if one.value is None else f"{one.value:.12g}"
        writer.writerow([one.timestamp, value, f"{one.score:.6f}", int(one.alarm)])
    return out.getvalue()
