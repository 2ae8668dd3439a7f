"""`foreshock detect`: a CSV of figures in, a CSV of scores out."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from foreshock import sources, watch


def scored_csv(path: Path, say: Callable[[str], None]) -> str:
    """The table `timestamp,value,score,alarm` for a table `timestamp,value`.

    `score` lies in 0..1, `alarm` is 0 or 1; a missing value stays empty and scores 0. Raises
    `Unreadable` or `Misread` where the table cannot be understood.
    """
    timestamps, values = sources.read_series(path)
    if not timestamps:
        say(f"{path.name} has no rows: nothing to score.")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["timestamp", "value", "score", "alarm"])
    for one in watch.detect(timestamps, values):
        value = "" if one.value is None else f"{one.value:.12g}"
        writer.writerow([one.timestamp, value, f"{one.score:.6f}", int(one.alarm)])
    return out.getvalue()
