"""`foreshock detect`: a CSV of figures in, a CSV of scores out."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from foreshock import sources, watch
from foreshock.errors import WrongUse
from foreshock.words.clocks import now

#: sentences on what is odd that are told one by one
TOLD_MOST = 20


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
    judged = watch.plausible(timestamps, values, now().date(), notices)
    for notice in notices[:TOLD_MOST]:
        say(notice)
    if len(notices) > TOLD_MOST:
        say(f"{path.name}: {len(notices) - TOLD_MOST} more oddities like these.")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["timestamp", "value", "score", "alarm"])
    for one, given in zip(watch.detect(timestamps, judged), values, strict=True):
        value = "" if given is None else f"{given:.12g}"
        writer.writerow([one.timestamp, value, f"{one.score:.6f}", int(one.alarm)])
    return out.getvalue()
