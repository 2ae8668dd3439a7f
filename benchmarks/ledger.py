"""How fast is the ledger: 10^5 events to measures, and a question for one day over 10^4 measures.

    python benchmarks/ledger.py [--events 100000] [--measures 10000] [--runs 5]

The events are drawn with a fixed seed over the items and a score of issuers of the pack, half of
them tellings of one another. The peers of the same run are plain: for the events a dictionary by
issuer, item and instrument, which judges nothing; for the question an SQLite table of intervals
with an index, which knows no suspensions that ran out and no tellings. The peer's answers are the
ledger's own intervals, so both must name the same measures. Prints Markdown.
"""

import argparse
import random
import sqlite3
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from foreshock.ledger import Book, open_book
from foreshock.words.clocks import backfilled
from foreshock.words.pack import Pack, load
from foreshock.words.records import Event

#: a question about a day
Asked = Callable[[date], object]

RECEIVED = datetime(2026, 11, 1, tzinfo=UTC)
ISSUERS = "CN US NL JP KR ID CD EU MM RU IN AU CA TW DE VN MY BR CL ZA".split()
TOOLS = ("export_control", "export_ban", "export_licence", "export_quota")
MOVES = (("RESTRICT", "expand"), ("EASE", "grant"), ("EASE", "suspend"), ("EASE", "lift"))
FIRST, SPAN = date(2015, 1, 1), 4000
LAST = FIRST + timedelta(days=SPAN + 400)


def drawn(pack: Pack, count: int, beginnings: int) -> list[Event]:
    """Events of which `beginnings` begin a measure; the others tell of one again, or change it."""
    rng = random.Random(7)
    items = [item.id for item in pack.items if item.kind != "generic"]
    begun: list[Event] = []
    told = []
    for number in range(count):
        if number < beginnings:
            event = _beginning(rng, items, number)
            begun.append(event)
        else:
            event = _telling(rng, rng.choice(begun), number)
        told.append(event)
    rng.shuffle(told)
    return told


def _beginning(rng: random.Random, items: list[str], number: int) -> Event:
    day = FIRST + timedelta(days=rng.randrange(SPAN))
    return Event(
        clocks=backfilled(RECEIVED, day),
        id=f"event-{number}",
        document=f"d{number}",
        local="e1",
        type="RESTRICT",
        mode="new",
        status="in_force",
        actors=(rng.choice(ISSUERS),),
        targets=(rng.choice(("all", "CN", "US", "KR", "JP", "NL")),),
        items=tuple(rng.sample(items, rng.choice((1, 1, 2)))),
        instruments=(rng.choice(TOOLS),),
        date=day.isoformat(),
        confidence=0.8,
    )


def _telling(rng: random.Random, of: Event, number: int) -> Event:
    kind, mode = rng.choice([("RESTRICT", "new")] * 6 + list(MOVES))
    known = date.fromisoformat(of.date or "")
    day = known if mode == "new" else known + timedelta(days=rng.randrange(30, 300))
    return Event(
        clocks=backfilled(RECEIVED, day + timedelta(days=rng.randrange(3))),
        id=f"event-{number}",
        document=f"d{number}",
        local="e1",
        type=kind,
        mode=mode,
        status="in_force",
        actors=of.actors,
        targets=of.targets,
        items=of.items,
        instruments=of.instruments,
        date=day.isoformat(),
        confidence=0.8,
    )


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def grouped(events: list[Event]) -> dict[tuple[object, ...], list[str]]:
    """The peer of opening a book: events by issuer, items and instruments, nothing judged."""
    found: dict[tuple[object, ...], list[str]] = {}
    for event in sorted(events, key=lambda e: (e.date or "", e.id)):
        found.setdefault((event.actors, event.items, event.instruments), []).append(event.id)
    return found


def table(book: Book) -> sqlite3.Connection:
    """The peer of a question: when each measure is in force, as plain intervals in SQLite."""
    base = sqlite3.connect(":memory:")
    base.execute("create table life (name text, issuer text, first text, last text)")
    rows = []
    for measure in book.measures:
        turns = book.lines[measure.name].turns
        for begin, end in zip(turns, [*turns[1:], date.max], strict=True):
            if book.state(measure, begin) == "in_force":
                rows.append((measure.name, measure.issuer, str(begin), str(end)))
    base.executemany("insert into life values (?, ?, ?, ?)", rows)
    base.execute("create index by_first on life (first, last)")
    return base


def ask(base: sqlite3.Connection, day: date) -> set[str]:
    """The names of the measures in force on a day, by the table."""
    wanted = "select distinct name from life where first <= ? and last > ?"
    return {name for (name,) in base.execute(wanted, (str(day), str(day)))}


def compared(mine: Asked, theirs: Asked | None, days: list[date]) -> str:
    """The median of our seconds and the peer's, and their ratio."""
    ours = statistics.median(taken(mine, day) for day in days)
    if theirs is None:
        return f"{ours * 1000:.1f} ms | none | "
    other = statistics.median(taken(theirs, day) for day in days)
    return f"{ours * 1000:.1f} ms | {other * 1000:.1f} ms, SQLite | {ours / other:.1f}"


def taken(question: Asked, day: date) -> float:
    """How long a question about a day takes."""
    return seconds(lambda: question(day))


def main() -> None:
    """Measure both, and print the medians."""
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--events", type=int, default=100_000)
    words.add_argument("--measures", type=int, default=10_000)
    words.add_argument("--runs", type=int, default=5)
    asked = words.parse_args()
    pack = load()
    events = drawn(pack, asked.events, asked.measures)
    plain = seconds(lambda: grouped(events))
    started = time.perf_counter()
    book = open_book(pack, events, LAST)
    opened = time.perf_counter() - started
    days = [FIRST + timedelta(days=SPAN * n // asked.runs) for n in range(1, asked.runs + 1)]
    base = table(book)
    alike = all({m.name for m in book.in_force(on=day)} == ask(base, day) for day in days)
    print("| what | ledger | plain peer | ratio |\n|---|---|---|---|")
    print(
        f"| {len(events):,} events to {len(book.measures):,} measures | {opened:.1f} s | "
        f"{plain:.2f} s, a dictionary that judges nothing | {opened / plain:.0f} |"
    )
    for what, mine, theirs in (
        ("in force on a day", lambda d: book.in_force(on=d), lambda d: ask(base, d)),
        ("in force on a day, one item", lambda d: book.in_force("min.ga", on=d), None),
        ("regimes of a day", lambda d: book.regimes(d), None),
    ):
        print(f"| {what} | {compared(mine, theirs, days)} |")
    print(f"\nBoth gave the same answer: {'yes' if alike else 'no'}.")


if __name__ == "__main__":
    main()
