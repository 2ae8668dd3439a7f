"""How fast the archive writes and reads as known on a day, beside a plain SQLite table.

    python benchmarks/archive.py [--rows 10000 1000000] [--runs 3] [--records 10000]

Every run of every side is a process of its own, so that its peak of memory is its own; the sides
take turns. Figures are medians. Both sides are handed the same rows one by one (making them is
part of the time of writing), keep all columns, and must answer alike: the same number of figures
known on the day, the same sum. The peer has one table with an index on the figure's key and
moment, WAL and synchronous=FULL as our journal has; it keeps no hashes and drops no repeats.
"""

import argparse
import json
import os
import platform
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from foreshock.archive import open_archive
from foreshock.words.clocks import Clocks, end_of
from foreshock.words.records import Event, Observation, Origin

MONTHS = 120
FIRST = date(2015, 1, 1)
#: the day asked about: somewhat more than half of the figures are known then
DAY = date(2021, 6, 30)
ORIGIN = Origin(publisher="Customs", url="https://example.org/trade", licence="facts")
#: series asked for alone
ONE = "series-7"


def figures(count: int) -> Iterator[Observation]:
    """Monthly figures of 120 months each, a fifth of them revised a month later."""
    made = 0
    series = 0
    while True:
        for month in range(MONTHS):
            for revision in range(2 if month % 4 == 0 else 1):
                if made == count:
                    return
                out = FIRST + timedelta(days=30 * month + 45 + 30 * revision)
                known = end_of(out)
                yield Observation(
                    series=f"series-{series}",
                    item="ga",
                    flow="exports",
                    reporter="CN",
                    partner="KR",
                    period=f"{2015 + month // 12}-{month % 12 + 1:02d}",
                    unit="t",
                    # looks like noise, so that it does not compress better than real figures do
                    value=(made * 2_654_435_761 % 1_000_003) / 7,
                    clocks=Clocks(known_at=known, received=known, published=out, backfilled=True),
                    origin=ORIGIN,
                )
                made += 1
        series += 1


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that a piece of work took, and what it gave."""
    begin = time.perf_counter()
    given = work()
    return time.perf_counter() - begin, given


def ours(home: Path, rows: int) -> dict[str, float]:
    """The archive's side."""
    with open_archive(home) as archive:
        write, kept = timed(lambda: archive.add_observations(figures(rows)))
        assert kept == rows
        again, kept = timed(lambda: archive.add_observations(figures(100)))
        assert kept == 0
    with open_archive(home) as archive:
        first, found = timed(lambda: archive.observation_columns(DAY))
        read, found = timed(lambda: archive.observation_columns(DAY))
        one, _ = timed(lambda: archive.observation_columns(DAY, series=ONE))
        size = archive.info().observation_bytes
        peak = rss()
        objects, _ = timed(lambda: archive.observations(DAY))
    return {
        "write": write, "again": again, "first": first, "read": read, "one": one,
        "objects": objects, "known": len(found["value"]), "sum": float(np.nansum(found["value"])),
        "size": size, "peak": peak,
    }  # fmt: skip


def peer(home: Path, rows: int) -> dict[str, float]:
    """A plain table of sqlite3 from the standard library."""
    home.mkdir()
    base = sqlite3.connect(home / "plain.sqlite")
    base.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
    base.execute(
        "CREATE TABLE o (series, item, flow, reporter, partner, period, unit, value REAL, status,"
        " code_system, code, purity, known_at, received, published, happened, backfilled,"
        " publisher, url, licence, checked, marking, note)"
    )
    base.execute("CREATE INDEX o_key ON o (series, period, publisher, known_at)")

    def write() -> None:
        with base:
            marks = ", ".join("?" * 23)
            base.executemany(f"INSERT INTO o VALUES ({marks})", map(flat, figures(rows)))

    query = (
        "SELECT series, period, value, known_at FROM (SELECT *, row_number() OVER (PARTITION BY"
        " series, period, publisher ORDER BY known_at DESC) AS n FROM o WHERE known_at <= ? {})"
        " WHERE n = 1"
    )

    def read(also: str = "", *words: str) -> list[np.ndarray[Any, Any]]:
        told = base.execute(query.format(also), (end_of(DAY).isoformat(), *words)).fetchall()
        kinds = ("O", "O", "f8", "O")
        return [np.array(c, dtype=k) for c, k in zip(zip(*told, strict=True), kinds, strict=True)]

    seconds, _ = timed(write)
    first, _ = timed(read)
    again, found = timed(read)
    one, _ = timed(lambda: read("AND series = ?", ONE))
    base.close()
    return {
        "write": seconds, "first": first, "read": again, "one": one, "known": len(found[0]),
        "sum": float(np.nansum(found[2])), "size": (home / "plain.sqlite").stat().st_size,
        "peak": rss(),
    }  # fmt: skip


def flat(row: Observation) -> tuple[Any, ...]:
    """The 23 columns of a figure."""
    clocks, origin = row.clocks, row.origin
    return (
        row.series, row.item, row.flow, row.reporter, row.partner, row.period, row.unit, row.value,
        row.status, row.code_system, row.code, row.purity, clocks.known_at.isoformat(),
        clocks.received.isoformat(), str(clocks.published), clocks.happened, clocks.backfilled,
        origin.publisher, origin.url, origin.licence, origin.checked, int(row.marking), row.note,
    )  # fmt: skip


def journal(home: Path, records: int) -> dict[str, float]:
    """The journal's side: events in one batch, then one commit each, read back, checked, opened."""

    def events(name: str, count: int) -> list[Event]:
        known = end_of(FIRST)
        clocks = Clocks(known_at=known, received=known, published=FIRST)
        return [
            Event(
                clocks=clocks, document=name, local=f"e{n}", type="RESTRICT", mode="new",
                actors=("CN",), targets=("all",), items=("ga", "ge"), date="2023-07-03",
                instruments=("export_licence",), sents=(1, 4),
            ).sealed()
            for n in range(count)
        ]  # fmt: skip

    batch, single = events("batch", records), events("single", 200)
    with open_archive(home) as archive:
        write, _ = timed(lambda: archive.add(batch))
        commits, _ = timed(lambda: [archive.add([event]) for event in single])
        read, known = timed(lambda: archive.known(Event, DAY))
        assert len(known) == records + len(single)
        check, verdict = timed(archive.verify)
        assert verdict.sound
    opened, archive = timed(lambda: open_archive(home, create=False))
    archive.close()
    return {
        "write": write, "commit": commits / len(single), "read": read, "check": check,
        "open": opened, "peak": rss(),
    }  # fmt: skip


def rss() -> float:
    """Peak of resident memory of this process so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


SIDES = {"ours": ours, "peer": peer, "journal": journal}


def run_apart(side: str, count: int) -> dict[str, float]:
    """One run of one side in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, __file__, "--side", side, "--count", str(count), "--at", folder]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure over the runs."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def report_figures(rows: int, runs: int) -> None:
    """Print the table of one size."""
    told: dict[str, list[dict[str, float]]] = {"ours": [], "peer": []}
    for _ in range(runs):
        for side, results in told.items():
            results.append(run_apart(side, rows))
    our, other = medians(told["ours"]), medians(told["peer"])
    if (our["known"], our["sum"]) != (other["known"], other["sum"]):
        raise SystemExit(f"the two sides differ: {our} {other}")
    known = int(our["known"])
    print(f"\n**{rows:,} figures, {known:,} of them known on {DAY}** (same answer on both sides)\n")
    print("| | archive | plain sqlite3 |\n|---|---|---|")
    lines: list[tuple[str, Callable[[dict[str, float]], str]]] = [
        ("written, rows/s", lambda r: f"{rows / r['write']:,.0f}"),
        ("read as known on the day, rows/s", lambda r: f"{known / r['read']:,.0f}"),
        ("the same, ms", lambda r: f"{r['read'] * 1e3:,.0f}"),
        ("the same for the first time after opening, ms", lambda r: f"{r['first'] * 1e3:,.0f}"),
        ("one series, ms", lambda r: f"{r['one'] * 1e3:,.1f}"),
        ("size on disk, MB", lambda r: f"{r['size'] / 1e6:,.2f}"),
        ("peak of memory, MB", lambda r: f"{r['peak'] / 1e6:,.0f}"),
    ]
    for name, figure in lines:
        print(f"| {name} | {figure(our)} | {figure(other)} |")
    print(f"| as Observation records, rows/s | {known / our['objects']:,.0f} | - |")
    print(f"| 100 known rows offered again, ms | {our['again'] * 1e3:,.0f} | - |")


def report_journal(records: int, runs: int) -> None:
    """Print the journal's table."""
    our = medians([run_apart("journal", records) for _ in range(runs)])
    both = records + 200
    print(f"\n**Journal, {both:,} events**\n\n| | archive |\n|---|---|")
    print(f"| written in one batch, records/s | {records / our['write']:,.0f} |")
    print(f"| one record and one commit, ms | {our['commit'] * 1e3:,.2f} |")
    print(f"| read as known on a day, records/s | {both / our['read']:,.0f} |")
    print(f"| every hash checked, records/s | {both / our['check']:,.0f} |")
    print(f"| opened warm, ms | {our['open'] * 1e3:,.1f} |")
    print(f"| peak of memory, MB | {our['peak'] / 1e6:,.0f} |")


def main() -> None:
    """Run what was asked for and print Markdown."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ask.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    ask.add_argument("--records", type=int, default=10_000)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    ask.add_argument("--count", type=int, help=argparse.SUPPRESS)
    ask.add_argument("--at", type=Path, help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.side:
        print(json.dumps(SIDES[asked.side](asked.at / "home", asked.count)))
        return
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f} at the start, median of {asked.runs} runs each"
    )
    for rows in asked.rows:
        report_figures(rows, asked.runs)
    report_journal(asked.records, asked.runs)


if __name__ == "__main__":
    main()
