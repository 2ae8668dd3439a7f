"""What the judge would have said on many past days: one line a day.

    python benchmarks/replay.py --from 2021-10-01 --to 2021-12-15 --every 15 --holder KR

Each line: the day, how many warnings stand at levels 1 to 4, and the three highest with p90 and
weeks of cover; kinds of an item that only repeat what is said of it stand beside it as "+2".
`--every` takes a number of days, or `half-month` for the 1st and 15th. Every day is a look at the
shipped pack alone, in an archive of its own that is thrown away; nothing is issued.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from foreshock import rounds, warn
from foreshock.archive import open_archive
from foreshock.errors import ForeshockError, WrongUse
from foreshock.words.pack import Pack, load
from foreshock.words.records import EarlyWarning

HALF_MONTH = "half-month"
#: warnings named on each line
TOP = 3


def days(first: date, last: date, every: str) -> Iterator[date]:
    """The days to look at, `first` and `last` included where the step hits them.

    >>> [str(d) for d in days(date(2021, 1, 10), date(2021, 2, 1), HALF_MONTH)]
    ['2021-01-15', '2021-02-01']
    """
    step = 1 if every == HALF_MONTH else int(every)
    day = first
    while day <= last:
        if every != HALF_MONTH or day.day in (1, 15):
            yield day
        day += timedelta(days=step)


def line(day: date, warnings: Sequence[EarlyWarning], pack: Pack) -> str:
    """One day in one line: counts by level, then the highest.

    >>> line(date(2021, 1, 1), (), Pack())
    '2021-01-01  L1:0 L2:0 L3:0 L4:0'
    """
    count = Counter(w.level for w in warnings)
    counts = " ".join(f"L{level}:{count[level]}" for level in (1, 2, 3, 4))
    same = warn.alike(warnings, pack)
    leading = [w for w in warnings if w.id in same]
    told = "; ".join(_told(w, len(same[w.id])) for w in leading[:TOP])
    return f"{day}  {counts}" + (f"  {told}" if told else "")


def _told(w: EarlyWarning, repeated: int) -> str:
    median = w.cover_weeks[1]
    weeks = "beyond two years" if median is None else f"{median} w"
    cover = "unknown" if w.cover_basis == "unknown" else f"{weeks} ({w.cover_basis})"
    item = f"{w.item} +{repeated}" if repeated else w.item
    return f"{item} {w.holder} L{w.level} p90 {w.p90:.2f} cover {cover}"


def step(text: str) -> str:
    """A number of days of at least 1, or `half-month`."""
    if text != HALF_MONTH and (not text.isdigit() or int(text) < 1):
        raise argparse.ArgumentTypeError(f"{text!r}, expected days (1 or more) or {HALF_MONTH}")
    return text


def asked(words: Sequence[str] | None) -> argparse.Namespace:
    """The words of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True)
    parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True)
    parser.add_argument("--every", type=step, default=HALF_MONTH, help="days, or half-month")
    parser.add_argument("--holder", action="append", default=[], help="may be given again")
    wanted = parser.parse_args(words)
    if wanted.last < wanted.first:
        parser.error(f"--to {wanted.last} is before --from {wanted.first}, expected it or later")
    return wanted


def main(words: Sequence[str] | None = None) -> int:
    """Print one line for each day; 2 if the pack or the archive cannot be used."""
    wanted = asked(words)
    try:
        pack = load()
        if strange := [name for name in wanted.holder if name not in pack.holder]:
            raise WrongUse(f"--holder {strange[0]!r}", expected="an id of holders.csv, such as KR")
        with (
            tempfile.TemporaryDirectory() as home,
            open_archive(Path(home)) as archive,
        ):
            rounds.prepare(archive, pack)
            for day in days(wanted.first, wanted.last, wanted.every):
                ask = rounds.Ask(as_of=day, holders=tuple(wanted.holder))
                print(line(day, rounds.look(archive, pack, ask).warnings, pack), flush=True)
    except ForeshockError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
