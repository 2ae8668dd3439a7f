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
    once = _once(timestamps, values, notices)
    stamps, amounts = [timestamps[n] for n in once], [once[n] for n in once]
    judged = watch.plausible(stamps, amounts, now().date(), notices)
    for notice in notices[:TOLD_MOST]:
        say(notice)
    if len(notices) > TOLD_MOST:
        say(f"{path.name}: {len(notices) - TOLD_MOST} more oddities like these.")
    found = dict(zip(once, watch.detect(stamps, judged), strict=True))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["timestamp", "value", "score", "alarm"])
    for place, (stamp, given) in enumerate(zip(timestamps, values, strict=True)):
        one = found.get(place)
        score, alarm = (one.score, one.alarm) if one is not None else (0.0, False)
        value = "" if given is None else f"{given:.12g}"
        writer.writerow([stamp, value, f"{score:.6f}", int(alarm)])
    return out.getvalue()


def _once(
    timestamps: list[str], values: list[float | None], said: list[str]
) -> dict[int, float | None]:
    """Place -> value of the rows to judge: in slow series each period once.

    The first of several rows of a period is judged, the others score 0. Where they differ nobody
    knows which is true: all of them are unknown, and it is said.
    """
    rows: dict[str, list[int]] = {}
    for place, stamp in enumerate(timestamps):
        rows.setdefault(stamp, []).append(place)
    if len(rows) == len(timestamps) or not watch.is_slow(list(rows)):
        return dict(enumerate(values))
    once: dict[int, float | None] = {}
    for stamp, places in rows.items():
        known = list(dict.fromkeys(v for n in places if (v := values[n]) is not None))
        once[places[0]] = known[0] if len(known) == 1 else None
        if len(known) > 1:
            said.append(
                f"{stamp}: {' and '.join(f'{v:g}' for v in known[:5])} are given for one period; "
                "which is true is unknown, so none is judged."
            )
    return once
