"""Run the benchmarks that belong into docs/benchmarks.md, and write that page.

    python benchmarks/measure.py [--corpus DIR] [--data DIR] [--panel-peers PYTHON] [--runs 2]

The labelled corpus of the event standard and the figures of real cases are not shipped; without
--corpus and --data the sections on them say so. --panel-peers names an interpreter that has polars,
ruptures and statsforecast; without it nothing is said of them. Each benchmark has its own limit of
time; one that fails or takes too long is named with its last words, and the rest goes on. Takes 15
to 20 minutes on two quiet cores.
"""

import argparse
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
#: libraries whose version bears on the figures
LIBRARIES = ("duckdb", "msgspec", "numba", "numpy", "sqlalchemy")


class Benchmark(NamedTuple):
    """One script and what the page says of it."""

    script: str
    title: str
    about: str
    #: seconds after which it is given up
    limit: int
    #: True: prints Markdown; False: plain lines
    markdown: bool
    #: what it is started with besides the number of runs
    words: tuple[str, ...] = ()
    #: what is said of peers where an interpreter for them is given
    peers: str = ""


BENCHMARKS = (
    Benchmark(
        "start.py",
        "Start",
        "A clone, one command, nothing prepared: install, archive, pack, a round; then the same "
        "again. The peer is the bare interpreter. Packages come over the network or from a cache "
        "of the installer, whichever it has.",
        160,
        True,
    ),
    Benchmark(
        "archive.py",
        "Archive",
        "Figures written, and read as known on a past day, beside one plain SQLite table with an "
        "index. The peer keeps no hashes and drops no repeats; both gave the same answer.",
        400,
        True,
    ),
    Benchmark(
        "ledger.py",
        "Ledger",
        "10^5 events to some 10^4 measures, and questions for one day over them. The peers judge "
        "nothing: a dictionary for the events, an SQLite table of intervals for the question.",
        240,
        True,
    ),
    Benchmark(
        "exchange.py",
        "Exchange",
        "Objects posted to the TAXII server and fetched from it, 100,000 of 1 kB, by one client on "
        "the same machine. With `--peer-python` the reference server of the committee beside it.",
        300,
        True,
    ),
    Benchmark(
        "exchange.py",
        "Exchange on PostgreSQL",
        "The same with the objects in a PostgreSQL of its own, with its usual settings and "
        "everything answered on the disk; beside it what that database does with bare rows.",
        400,
        True,
        ("--postgres",),
    ),
    Benchmark(
        "parcels.py",
        "Parcels",
        "100,000 objects of 1 kB published, packed, opened, verified and stored, and a month of "
        "60,000 fetched over HTTP by one call. The peer checks nothing: rows into SQLite.",
        300,
        True,
    ),
    Benchmark(
        "reading.py",
        "Reading",
        "Events found against the labels of the event standard's corpus, by the standard's own "
        "scorer. What was tuned on the same texts flatters: new texts will give less.",
        60,
        False,
    ),
    Benchmark(
        "reading_speed.py",
        "Reading speed",
        "Texts of 4,000 characters and pages of 50 kB to events on one core. Peers: a keyword "
        "coder, and the trafilatura article finder in front of our reader.",
        240,
        True,
    ),
    Benchmark(
        "panel_speed.py",
        "Panel of supply lines",
        "120 months, five recipients a line, sorted in memory: one month as known, then 78.",
        600,
        True,
        peers=" Peers in the same run, on as many series as they can take: polars gives a "
        "year-on-year ratio and a z-score, ruptures change points, statsforecast a forecast with "
        "its interval.",
    ),
    Benchmark(
        "watch_worlds.py",
        "Early detection on made panels",
        "Early score over that of an oracle that knows every expected value, at a number of false "
        "alarms per 100 line-years, on seeds that nothing was chosen on; then what an e-value is "
        "worth on lines where nothing happens, and the share of false lines among those told.",
        900,
        True,
    ),
    Benchmark(
        "watch_cases.py",
        "Real cases",
        "Graphite from China (UN Comtrade, monthly by recipient, figures taken as out a month "
        "later) and ships through Suez, Bab el-Mandeb and round the Cape (IMF PortWatch, daily).",
        300,
        False,
    ),
)


#: files of real cases in the folder named by --data
CASES = {
    "--graphite": "china_hs6_monthly/graphite_hs6_monthly.csv",
    "--portwatch": "portwatch/chokepoint_transits_daily.csv",
}


class Given(NamedTuple):
    """What a run may use."""

    runs: int
    corpus: Path | None = None
    data: Path | None = None
    panel_peers: str = ""


def words_of(benchmark: Benchmark, given: Given) -> list[str] | None:
    """The command of a benchmark; None where it cannot be run without files not shipped."""
    command = [sys.executable, str(ROOT / "benchmarks" / benchmark.script)]
    if benchmark.script == "reading.py":
        return None if given.corpus is None else [*command, "--corpus", str(given.corpus)]
    if benchmark.script == "watch_cases.py":
        if given.data is None:
            return None
        return command + [word for k, v in CASES.items() for word in (k, str(given.data / v))]
    if benchmark.script == "watch_worlds.py":
        return command
    peers = ["--peer-python", given.panel_peers] if benchmark.peers and given.panel_peers else []
    return [*command, "--runs", str(given.runs), *benchmark.words, *peers]


def outcome(benchmark: Benchmark, given: Given) -> str:
    """What a benchmark printed, or one sentence on why there is nothing."""
    command = words_of(benchmark, given)
    if command is None:
        option = "--corpus" if benchmark.script == "reading.py" else "--data"
        return f"Not measured: the files it needs were not named (`{option}`)."
    if not Path(command[1]).is_file():
        return f"Not measured: there is no `benchmarks/{benchmark.script}`."
    print(f"{benchmark.script}: at most {benchmark.limit} s ...", file=sys.stderr, flush=True)
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    ) as process:
        try:
            printed, complaint = process.communicate(timeout=benchmark.limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its own children too
            return f"Not measured: not done after {benchmark.limit} seconds."
    if process.returncode != 0:
        last = (complaint.strip().splitlines() or ["no word"])[-1]
        kind = last.partition(":")[0][:80]  # the rest may hold paths of this machine
        return f"Not measured: `{benchmark.script}` failed with `{kind}`. Run it alone to see why."
    return printed.strip() if benchmark.markdown else f"```text\n{printed.strip()}\n```"


def machine() -> Iterator[str]:
    """The lines that say where and with what was measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    yield "| | |"
    yield "|---|---|"
    yield f"| measured | {datetime.now(UTC):%Y-%m-%d %H:%M} UTC |"
    yield f"| version | {commit()} |"
    yield f"| processor | {processor()}, {os.cpu_count()} cores |"
    yield f"| memory | {memory:.0f} GB |"
    yield f"| system | {platform.system()} {platform.release()} |"
    yield f"| Python | {platform.python_version()} |"
    yield f"| libraries | {libraries} |"
    yield f"| load at the start | {os.getloadavg()[0]:.1f} |"


def commit() -> str:
    """The commit measured, and whether files had been changed since."""
    said = [
        subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        for words in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain"])
    ]
    if any(one.returncode for one in said):
        return "unknown (no git repository)"
    return said[0].stdout.strip() + (", with changes" if said[1].stdout.strip() else "")


def processor() -> str:
    """The name of the processor, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def page(given: Given) -> str:
    """The whole page, with every benchmark run."""
    parts = [
        "# Measured",
        "<!-- Made by benchmarks/measure.py; run it again instead of changing this page. -->",
        "Run it on your machine:",
        "```sh\npython benchmarks/measure.py                 # what needs no files of others\n"
        "python benchmarks/measure.py --corpus DIR    # with a labelled corpus\n"
        "python benchmarks/measure.py --data DIR      # with the figures of real cases\n```",
        f"Figures are medians of {given.runs} runs unless a section says otherwise. A machine that "
        "does other work at the same time gives worse ones.",
        "\n".join(machine()),
    ]
    for benchmark in BENCHMARKS:
        result = outcome(benchmark, given)
        run = " ".join([f"benchmarks/{benchmark.script}", *benchmark.words])
        about = benchmark.about + (benchmark.peers if given.panel_peers else "")
        parts += [f"## {benchmark.title}", about, f"`{run}`"]
        parts.append(result)
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Measure, then write the page."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ask.add_argument("--corpus", type=Path, help="folder of the labelled corpus")
    ask.add_argument("--data", type=Path, help="folder with the figures of real cases")
    ask.add_argument("--panel-peers", default="", help="interpreter with polars, ruptures, ...")
    ask.add_argument("--runs", type=int, default=2, help="runs of each figure")
    ask.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    asked = ask.parse_args()
    text = page(Given(asked.runs, asked.corpus, asked.data, asked.panel_peers))
    asked.out.write_text(text, "utf-8")
    print(f"Wrote {asked.out}.", file=sys.stderr)


if __name__ == "__main__":
    main()
