"""How fast parcels are built, verified and stored, and a month away is made up for.

    python benchmarks/parcels.py [--objects 100000] [--month 60000] [--day 2000] [--runs 3]

One node publishes objects of 1 kB for another and packs them; the other opens the parcel and keeps
them: signature, chain, bounded unpacking, hash and form of every object, and its index. The month
is the same number of objects in days, fetched over HTTP on this machine by one call, as
`foreshock partners pull` does, receipt included. Figures are medians; every run has new nodes on
the disk of the temporary folder, and what is answered is on the disk (synchronous=FULL). Beside
them stands what the machine does with the same bytes at most: SHA-256, Zstandard, and one table of
bare rows in SQLite.
"""

import argparse
import contextlib
import hashlib
import os
import platform
import socket
import sqlite3
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import msgspec
import uvicorn
import zstandard

from foreshock.archive.feeds import SqliteFeeds
from foreshock.exchange import feeds, parcels, partners, sending
from foreshock.exchange.feeds_client import pull
from foreshock.exchange.feeds_http import make_feeds
from foreshock.exchange.node import Node, found_node, rotate
from foreshock.exchange.opening import open_parcel
from foreshock.exchange.spoken import words_of
from foreshock.words.clocks import now
from foreshock.words.feeds import TrustRow
from foreshock.words.markings import RULES, Marking

GREEN = f"marking-definition--{RULES[Marking.GREEN].stix_id}"


def objects(author: Node, count: int) -> list[bytes]:
    """Reports of about 1 kB, no two alike."""
    said = {
        "type": "report",
        "spec_version": "2.1",
        "created_by_ref": author.card.identity,
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "name": "WARNING level 2/4 caution: gallium for South Korea, 48% within 90 days",
        "report_types": ["supply-chain-warning"],
        "labels": ["level-2", "min.ga"],
        "object_marking_refs": [GREEN],
    }
    return [
        msgspec.json.encode(
            {**said, "id": f"report--{uuid.uuid4()}", "description": os.urandom(260).hex()}
        )
        for _ in range(count)
    ]


def pair(folder: Path) -> tuple[Node, SqliteFeeds, Node, SqliteFeeds]:
    """Two nodes that trust each other."""
    made = []
    for name in ("Seoul", "Hague"):
        keeper = SqliteFeeds(folder / name)
        node = found_node(name, folder / name, folder / f"{name}.root", now(), keeper)
        made.append((node, keeper))
    for (own, keeper), (other, _) in (made, made[::-1]):
        partners.add(other.token, keeper, now(), own.card)
        words = words_of(other.card.root)
        partners.confirm(other.card.name, words, "organisation", (), keeper, now())
        keeper.add_trust(
            TrustRow(root=other.id, what="quota", value="10000000 100000000000", at=now())
        )
    return (*made[0], *made[1])


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def one_parcel(count: int) -> dict[str, float]:
    """Seconds to build a parcel, and to verify and store it."""
    with tempfile.TemporaryDirectory() as folder:
        seoul, theirs, hague, ours = pair(Path(folder))
        bodies = objects(seoul, count)
        audience = feeds.audience("Hague", theirs, now())
        found: dict[str, bytes] = {}

        def build() -> None:
            feeds.publish(bodies, audience, seoul, theirs, now())
            partner = partners.named("Hague", theirs, now())
            blocks, _ = sending.for_partner(partner, seoul, theirs, now(), with_state=False)
            found["parcel"] = parcels.write(blocks)

        def keep() -> None:
            opened = open_parcel(found["parcel"], hague, ours, now())
            assert sum(one.kept for one in opened.taken) == count, opened.problems[:1]

        built, kept = timed(build), timed(keep)
        size = len(found["parcel"]) / 1e6
        theirs.close()
        ours.close()
    return {"built": built, "verified and stored": kept, "together": built + kept, "MB": size}


@contextlib.contextmanager
def served(node: Callable[[], Node], keeper: SqliteFeeds, port: int) -> Iterator[None]:
    """A node that answers on a port of this machine."""
    app = make_feeds(node, keeper)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield
    server.should_exit = True
    thread.join()


def a_month(count: int, a_day: int) -> dict[str, float]:
    """Seconds until a node that was away for a month is current, and until it has everything."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        home = Path(folder)
        seoul, theirs, hague, ours = pair(home)
        address = f"http://127.0.0.1:{port}"
        seoul = rotate(home / "Seoul", home / "Seoul.root", now(), theirs, url=address)
        partners.add(seoul.token, ours, now(), hague.card)
        audience = feeds.audience("Hague", theirs, now())
        start = now() - timedelta(hours=1)
        for day in range(0, count, a_day):
            at = start + timedelta(seconds=day // a_day)
            feeds.publish(objects(seoul, min(a_day, count - day)), audience, seoul, theirs, at)
        first: list[float] = []
        begun = time.perf_counter()

        def told(what: str, done: int, total: int) -> None:
            if not first:
                first.append(time.perf_counter() - begun)

        with served(lambda: seoul, theirs, port), httpx2.Client(trust_env=False) as client:
            partner = partners.named("Seoul", ours, now())
            seconds = timed(lambda: pull(partner, hague, ours, client, now, told))
        pieces = sum(1 for piece in ours.everything() if piece.fate == "kept")
        assert pieces == count, pieces
        theirs.close()
        ours.close()
    return {"first answer": first[0], "whole month": seconds}


def limits(count: int) -> dict[str, float]:
    """Seconds that the machine takes for the bare steps, on the same bytes."""
    bodies = [os.urandom(512).hex().encode() for _ in range(count)]
    parts = [b"\n".join(bodies[n : n + 1000]) for n in range(0, count, 1000)]
    packer = zstandard.ZstdCompressor(level=3)

    def rows() -> None:
        with tempfile.TemporaryDirectory() as folder:
            raw = sqlite3.connect(Path(folder) / "x.sqlite", isolation_level=None)
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -64000"):
                raw.execute(f"PRAGMA {pragma}")
            raw.execute("CREATE TABLE object (seq INTEGER PRIMARY KEY, id TEXT, body BLOB)")
            raw.execute("CREATE INDEX by_id ON object (id)")
            for n in range(0, count, 1000):
                raw.execute("BEGIN")
                some = [(n + k, str(uuid.uuid4()), b) for k, b in enumerate(bodies[n : n + 1000])]
                raw.executemany("INSERT INTO object VALUES (?, ?, ?)", some)
                raw.execute("COMMIT")
            raw.close()

    return {
        "SHA-256": timed(lambda: [hashlib.sha256(body).digest() for body in bodies]),
        "Zstandard": timed(lambda: [packer.compress(part) for part in parts]),
        "bare rows in SQLite": timed(rows),
    }


def shown(name: str, runs: list[dict[str, float]]) -> None:
    """The median of each figure."""
    for key in runs[0]:
        middle = statistics.median(run[key] for run in runs)
        print(f"{name:<28} {key:<22} {middle:8.2f} {'' if key == 'MB' else 's'}")


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--objects", type=int, default=100_000)
    words.add_argument("--month", type=int, default=60_000)
    words.add_argument("--day", type=int, default=2_000)
    words.add_argument("--runs", type=int, default=3)
    said = words.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    shown(f"bare steps, {said.objects}", [limits(said.objects) for _ in range(said.runs)])
    shown(f"parcel of {said.objects}", [one_parcel(said.objects) for _ in range(said.runs)])
    shown(f"month of {said.month}", [a_month(said.month, said.day) for _ in range(said.runs)])


if __name__ == "__main__":
    main()
