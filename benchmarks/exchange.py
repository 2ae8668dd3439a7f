"""How fast the TAXII server takes objects in and gives them out; beside a peer where there is one.

    python benchmarks/exchange.py [--count 100000] [--runs 1] [--database DSN | --postgres]
                                  [--peer-python PYTHON --peer-count 1000]

One client, one server process on the same machine, objects of about 1 kB of six types, posts of
500, pages of 1000. The client is the standard library's HTTP client and does not parse what it
gets; it counts objects on the manifest afterwards. `--postgres` starts a PostgreSQL of its own with
its usual settings (what is answered is on the disk), and measures beside it what that does at most:
rows by COPY, bodies by SELECT, an empty question. `--peer-python` names an interpreter that has
`medallion` (with Flask) installed: the same objects are posted to it and fetched from it. It keeps
them in memory, and its time for a page grows with the square of what it holds: hence fewer.
Prints Markdown.
"""

import argparse
import base64
import http.client
import json
import os
import platform
import random
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from foreshock.exchange.taxii import book as books
from foreshock.words.markings import RULES, Marking
from foreshock.words.records import Receiver

MEDIA = "application/taxii+json;version=2.1"
GREEN = f"marking-definition--{RULES[Marking.GREEN].stix_id}"
BATCH, PAGE = 500, 1000
TYPES = ("incident", "note", "report", "opinion", "course-of-action", "relationship")


def made(count: int, seed: int = 7) -> Iterator[bytes]:
    """Objects of about 1 kB, the same for the same seed."""
    rng = random.Random(seed)
    words = [f"w{rng.getrandbits(40):x}" for _ in range(400)]
    for n in range(count):
        kind = TYPES[n % len(TYPES)]
        moment = f"2026-0{1 + n % 9}-{1 + n % 28:02d}T{n % 24:02d}:00:00.{n % 1000:03d}Z"
        said: dict[str, Any] = {
            "type": kind,
            "spec_version": "2.1",
            "id": f"{kind}--{uuid.UUID(int=rng.getrandbits(128), version=4)}",
            "created": moment,
            "modified": moment,
            "name": f"object {n}",
            "description": " ".join(rng.choices(words, k=52)),
            "labels": ["level-2", "min.ga", "KR"],
            "object_marking_refs": [GREEN],
        }
        if kind in ("note", "report", "opinion"):
            said["object_refs"] = [f"location--{uuid.UUID(int=n % 50, version=4)}"]
        yield json.dumps(said, separators=(",", ":")).encode()


class Client:
    """One connection, kept open."""

    def __init__(self, port: int, secret: str, root: str) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        mark = base64.b64encode(f"bench:{secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {mark}", "Accept": MEDIA}
        self._root = root

    def ask(self, path: str, body: bytes | None = None) -> tuple[bytes, str]:
        """The body of an answer, and its X-TAXII-Date-Added-Last."""
        headers = self._headers if body is None else {**self._headers, "Content-Type": MEDIA}
        self._http.request("GET" if body is None else "POST", self._root + path, body, headers)
        answer = self._http.getresponse()
        said = answer.read()
        if answer.status not in (200, 202):
            raise SystemExit(f"{path}: {answer.status} {said[:300]!r}")
        return said, answer.headers.get("X-TAXII-Date-Added-Last", "")


def timed(once: Callable[[], object], times: int) -> list[float]:
    """Milliseconds that each of several calls took."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        once()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def spread(taken: list[float]) -> str:
    """Median and 99th of a hundred, in milliseconds."""
    ordered = sorted(taken)
    return f"{statistics.median(ordered):.2f} / {ordered[int(len(ordered) * 0.99)]:.2f}"


def run(client: Client, objects: list[bytes], path: str, often: int = 500) -> dict[str, str]:
    """Post all, fetch all, poll so often; the rows of the table."""
    rows: dict[str, str] = {}
    bodies = [
        b'{"objects":[' + b",".join(objects[n : n + BATCH]) + b"]}"
        for n in range(0, len(objects), BATCH)
    ]
    client.ask(path)  # the password is worked out once
    posts = iter(bodies)
    begun = time.perf_counter()
    taken = timed(lambda: client.ask(path, next(posts)), len(bodies))
    rows["in, objects/s"] = f"{len(objects) / (time.perf_counter() - begun):,.0f}"
    rows[f"a post of {BATCH}, ms (median / 99 %)"] = spread(taken)

    after, got, taken = "", 0, []
    begun = time.perf_counter()
    while True:
        query = f"?limit={PAGE}" + (f"&added_after={after}" if after else "")
        one = time.perf_counter()
        body, last = client.ask(path + query)
        taken.append((time.perf_counter() - one) * 1000)
        if not last:
            break
        got += body.count(b'"spec_version"')
        after = last
    rows["out, objects/s"] = f"{got / (time.perf_counter() - begun):,.0f}"
    rows[f"a page of {PAGE}, ms (median / 99 %)"] = spread(taken[:-1])
    assert got == len(objects), f"posted {len(objects)}, got {got}"
    rows["a poll with nothing new, ms (median / 99 %)"] = spread(
        timed(lambda: client.ask(f"{path}?added_after={after}"), often)
    )
    name = json.loads(objects[len(objects) // 2])["id"]
    rows["one object by its id, ms (median / 99 %)"] = spread(
        timed(lambda: client.ask(f"{path}{name}/"), often)
    )
    fresh = list(made(often // 2, seed=11))
    one_by_one = iter(fresh)
    begun = time.perf_counter()
    timed(lambda: client.ask(path, b'{"objects":[' + next(one_by_one) + b"]}"), len(fresh))
    rows["posts of one object, a second"] = f"{len(fresh) / (time.perf_counter() - begun):,.0f}"
    return rows


@contextmanager
def ours(database: str) -> Iterator[tuple[Client, str, Callable[[], float]]]:
    """Our server in a process of its own, as its user starts it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        collection = books.new_collection("Bench", "community")
        secret = secrets.token_hex(12)
        rights = frozenset({collection.id})
        account = books.new_account(
            Receiver(name="bench", circle="community"), secret, read=rights, write=rights
        )
        book = books.with_account(books.with_collection(books.Book(), collection), account)
        books.change_book(home, lambda _: book)
        port = _free()
        words = ["-m", "foreshock", "taxii", "serve", "--home", folder, "--port", str(port)]
        words += ["--database", database] if database else []
        with _running([sys.executable, *words], port) as process:
            path = f"{books.ROOT}collections/{collection.id}/objects/"
            yield Client(port, secret, ""), path, lambda: _memory(process.pid)


#: as it is installed, but reached by a socket in a folder of its own
POSTGRES = {"listen_addresses": "", "shared_buffers": "128MB"}


@contextmanager
def own_postgres() -> Iterator[str]:
    """A PostgreSQL that is thrown away afterwards; its DSN."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "archive"))
    import postgres_house  # type: ignore[import-not-found]

    programs = postgres_house.programs()
    if programs is None:
        raise SystemExit("there is no PostgreSQL here: install one, or name one with --database")
    with postgres_house.cluster(programs, POSTGRES) as database:
        yield database


def bare_postgres(database: str, objects: list[bytes]) -> dict[str, str]:
    """What the database does with the same bytes at most, without a server in front of it."""
    import psycopg

    rows: dict[str, str] = {}
    with psycopg.connect(database, autocommit=True) as there:
        there.execute("CREATE TABLE bare (n BIGINT PRIMARY KEY, id TEXT UNIQUE, body BYTEA)")
        begun = time.perf_counter()
        for start in range(0, len(objects), BATCH):
            with there.cursor().copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(("int8", "text", "bytea"))
                for n, body in enumerate(objects[start : start + BATCH], start=start):
                    copy.write_row((n, str(uuid.UUID(int=n)), body))
        rows["in, objects/s"] = f"{len(objects) / (time.perf_counter() - begun):,.0f}"
        ask = "SELECT n, id, body FROM bare WHERE n > %s ORDER BY n LIMIT %s"
        cursor = there.cursor(binary=True)
        after, got, begun = -1, 0, time.perf_counter()
        while page := cursor.execute(ask, (after, PAGE)).fetchall():
            got, after = got + len(page), page[-1][0]
        rows["out, objects/s"] = f"{got / (time.perf_counter() - begun):,.0f}"
        rows["a poll with nothing new, ms (median / 99 %)"] = spread(
            timed(lambda: cursor.execute(ask, (after, PAGE)).fetchall(), 500)
        )
        there.execute("DROP TABLE bare")
    return rows


MEDALLION = """
import sys
from medallion import load_app
load_app(sys.argv[1]).run(port=int(sys.argv[2]), threaded=True)
"""


@contextmanager
def medallion(python: str) -> Iterator[tuple[Client, str, Callable[[], float]]]:
    """The reference server of the standard's committee, with its store in memory."""
    with tempfile.TemporaryDirectory() as folder:
        collection = str(uuid.uuid4())
        data = {
            "/discovery": {"title": "m", "default": "http://127.0.0.1/t/", "api_roots": ["/t/"]},
            "t": {
                "information": {
                    "title": "t",
                    "versions": [MEDIA],
                    "max_content_length": 104857600,
                },
                "status": [],
                "collections": [
                    {
                        "id": collection,
                        "title": "c",
                        "can_read": True,
                        "can_write": True,
                        "media_types": ["application/stix+json;version=2.1"],
                        "manifest": [],
                        "objects": [],
                        "responses": {},
                    }
                ],
            },
        }
        secret, port = secrets.token_hex(12), _free()
        file, config = Path(folder) / "data.json", Path(folder) / "config.json"
        file.write_text(json.dumps(data))
        backend = "medallion.backends.memory_backend"
        said = {
            "users": {"bench": secret},
            "taxii": {"max_page_size": PAGE},
            "backend": {"module": backend, "module_class": "MemoryBackend", "filename": str(file)},
        }
        config.write_text(json.dumps(said))
        with _running([python, "-c", MEDALLION, str(config), str(port)], port) as process:
            path = f"/t/collections/{collection}/objects/"
            yield Client(port, secret, ""), path, lambda: _memory(process.pid)


@contextmanager
def _running(words: list[str], port: int) -> Iterator["subprocess.Popen[bytes]"]:
    log = tempfile.TemporaryFile()  # noqa: SIM115 - read below if the server does not start
    process = subprocess.Popen(words, stdout=log, stderr=log, env=os.environ)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                log.seek(0)
                raise SystemExit(f"{words[:4]} did not start: {log.read()[-600:]!r}")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _memory(pid: int) -> float:
    import psutil  # type: ignore[import-untyped]

    return float(psutil.Process(pid).memory_info().rss) / 1e6


def main() -> None:
    """Measure, and print a table."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--count", type=int, default=100_000)
    words.add_argument("--runs", type=int, default=1)
    words.add_argument("--database", default="")
    words.add_argument("--postgres", action="store_true")
    words.add_argument("--peer-python", default="")
    words.add_argument("--peer-count", type=int, default=1_000)
    given = words.parse_args()
    objects = list(made(given.count))
    size = sum(map(len, objects)) / len(objects)
    columns: list[tuple[str, dict[str, str]]] = []
    for _ in range(given.runs):
        with own_postgres() if given.postgres else nullcontext(given.database) as database:
            with ours(database) as (client, path, memory):
                rows = run(client, objects, path)
                rows["memory of the server, MB"] = f"{memory():.0f}"
            columns.append((f"Foreshock, {given.count:,}", rows))
            if given.postgres:
                columns.append(("bare rows of PostgreSQL", bare_postgres(database, objects)))
    if given.peer_python:
        few = objects[: given.peer_count]
        with ours(given.database) as (client, path, memory):
            rows = run(client, few, path)
            rows["memory of the server, MB"] = f"{memory():.0f}"
        columns.append((f"Foreshock, {len(few):,}", rows))
        with medallion(given.peer_python) as (client, path, memory):
            rows = run(client, few, path, 10)
            rows["memory of the server, MB"] = f"{memory():.0f}"
        columns.append((f"medallion (peer), {len(few):,}", rows))
    load = os.getloadavg()[0]
    store = "PostgreSQL" if given.database or given.postgres else "SQLite"
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} at the end, "
        f"objects of {size:.0f} bytes, store: {store}\n"
    )
    print(f"| | {' | '.join(name for name, _ in columns)} |")
    print("|---" * (len(columns) + 1) + "|")
    for key in columns[0][1]:
        print(f"| {key} | {' | '.join(rows.get(key, '-') for _, rows in columns)} |")


if __name__ == "__main__":
    main()
