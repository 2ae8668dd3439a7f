"""Whatever happens in the middle of a write, the feeds hold whole segments and a whole log."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import zstandard

from foreshock.archive.feeds import SqliteFeeds
from foreshock.errors import ArchiveDamaged, ArchiveError, ArchiveFull
from foreshock.words.feeds import Entry, Header, Piece, Segment, audit_chain
from foreshock.words.markings import Marking

HERE = Path(__file__).parent
AT = datetime(2026, 7, 1, 9, tzinfo=UTC)


def segment(feed: str, number: int, objects: list[bytes]) -> tuple[Segment, list[Piece]]:
    """A segment without signatures: the keeper keeps, it does not judge."""
    import hashlib

    first = (number - 1) * len(objects) + 1
    entries = [
        Entry(seq=first + n, id=f"report--{feed}-{first + n}", version="2026", size=len(one),
              sha256=hashlib.sha256(one).hexdigest(), marking=Marking.GREEN)
        for n, one in enumerate(objects)
    ]  # fmt: skip
    manifest = msgspec.json.encode(entries) + b"\n"
    raw = manifest + b"".join(one + b"\n" for one in objects)
    header = Header(
        author="a" * 32, feed=feed, audience="partner x", number=number, first=first,
        last=first + len(objects) - 1, previous="", manifest_sha256="", raw_bytes=len(raw),
        manifest_bytes=len(manifest), marking=Marking.GREEN, created=AT, audit=(0, ""),
    )  # fmt: skip
    at, pieces = len(manifest), []
    for entry in entries:
        pieces.append(Piece(feed=feed, entry=entry, author="a" * 32, instant="2026", offset=at,
                            received=AT, refs=("location--1",)))  # fmt: skip
        at += entry.size + 1
    payload = msgspec.json.encode(header)
    body = zstandard.ZstdCompressor().compress(raw)
    return Segment(
        header=header, payload=payload, jws="x", head="h", body=body, received=AT
    ), pieces


#: keeps a segment of three objects and a line of the log in each transaction, until killed
WRITER = """
import sys
from pathlib import Path
from foreshock.archive.feeds import SqliteFeeds
from test_archive_feeds import AT, segment

home, feed, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with SqliteFeeds(home) as keeper:
    for n in range(1, rounds + 1):
        with keeper.writing():
            objects = [f"{feed} {n} {k} ".encode() * 500 for k in range(3)]
            keeper.add_segment(*segment(feed, n, objects))
            keeper.log("receive", feed, str(n), "3 kept", AT)
        print(n, flush=True)
"""


def start(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), *map(str, words)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])},
        stdout=subprocess.PIPE,
        text=True,
    )


def check_whole(keeper: SqliteFeeds, answered: dict[str, int]) -> None:
    """Every answered segment is there with all its objects and its line; nothing is half there."""
    lines = list(keeper.audit())
    before = ""
    for line in lines:
        at = line.at.isoformat(timespec="microseconds")
        fields = (line.number, at, line.what, line.who, line.about, line.says)
        assert line.chain == audit_chain(before, fields)
        before = line.chain
    told = {(line.who, line.about) for line in lines}
    for feed, count in answered.items():
        headers = keeper.headers(feed)
        assert [h.number for h in headers] == list(range(1, len(headers) + 1))
        assert len(headers) >= count
        pieces = keeper.pieces(feed)
        assert [p.entry.seq for p in pieces] == list(range(1, 3 * len(headers) + 1))
        assert all(keeper.body(p) for p in pieces)
        assert {(feed, str(h.number)) for h in headers} <= told
    assert len(lines) == sum(len(keeper.headers(feed)) for feed in answered)


def test_a_killed_writer_leaves_whole_segments(tmp_path):
    chance = random.Random(5)
    answered = {}
    for attempt in range(3):
        feed = f"feed{attempt}"
        writer = start(tmp_path, feed, 10_000)
        for _ in range(chance.randint(2, 6)):
            writer.stdout.readline()
        sum(range(chance.randint(0, 200_000)))
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split()
        writer.wait()
        answered[feed] = int(rest[-1]) if rest else 2
        with SqliteFeeds(tmp_path) as keeper:
            check_whole(keeper, answered)


def test_two_processes_write_at_once(tmp_path):
    writers = [start(tmp_path, feed, 12) for feed in ("one", "two")]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    with SqliteFeeds(tmp_path) as keeper:
        check_whole(keeper, {"one": 12, "two": 12})


def test_a_full_file_says_so_keeps_what_it_had_and_is_used_again(tmp_path):
    with SqliteFeeds(tmp_path) as keeper:
        keeper.add_segment(*segment("feed", 1, [b"before"]))
        with keeper.writing() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + 8}")
        noise = [random.Random(n).randbytes(60_000) for n in range(3)]
        with pytest.raises(ArchiveFull, match="no room is left"), keeper.writing():
            keeper.log("receive", "a", "b", "c", AT)
            keeper.add_segment(*segment("feed2", 1, noise))
        assert [h.feed for h in keeper.feeds()] == ["feed"]
        assert list(keeper.audit()) == []
        with keeper.writing() as connection:
            connection.execute("PRAGMA max_page_count = 100000")
        keeper.add_segment(*segment("feed2", 1, noise))
        assert keeper.body(keeper.pieces("feed2")[2]) == noise[2]


def test_what_fails_inside_a_block_undoes_the_whole_block(tmp_path):
    with SqliteFeeds(tmp_path) as keeper:
        with pytest.raises(ZeroDivisionError), keeper.writing():
            keeper.add_segment(*segment("feed", 1, [b"x"]))
            with keeper.writing():
                keeper.log("receive", "a", "b", "c", AT)
            1 / 0  # noqa: B018
        assert keeper.feeds() == []
        assert keeper.audit_head() == (0, "")


#: how entries were kept in files of form 1
FORM_1 = """
CREATE TABLE p1 (
    feed TEXT NOT NULL, seq INTEGER NOT NULL, author TEXT NOT NULL, id TEXT NOT NULL,
    version TEXT NOT NULL, instant TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    marking INTEGER NOT NULL, says TEXT NOT NULL, level INTEGER NOT NULL, reason TEXT NOT NULL,
    type TEXT NOT NULL, revoked INTEGER NOT NULL, refs TEXT NOT NULL, fate TEXT NOT NULL,
    why TEXT NOT NULL, place INTEGER NOT NULL, start INTEGER NOT NULL, received TEXT NOT NULL,
    PRIMARY KEY (feed, seq)
) WITHOUT ROWID;
INSERT INTO p1 SELECT f.name, p.n % (1 << 40), f.author, id, version, instant, sha256, size,
    marking, says, level, reason, type, revoked, refs, fate, why, place, start, received
    FROM piece AS p JOIN feed AS f ON f.n = p.n >> 40;
CREATE TABLE r1 (ref TEXT NOT NULL, feed TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (ref, feed, seq)) WITHOUT ROWID;
INSERT INTO r1 SELECT ref, f.name, r.piece % (1 << 40)
    FROM ref AS r JOIN feed AS f ON f.n = r.piece >> 40;
DROP TABLE piece; DROP TABLE ref; DROP TABLE feed;
ALTER TABLE p1 RENAME TO piece;
ALTER TABLE r1 RENAME TO ref;
CREATE INDEX piece_id ON piece (id, received);
CREATE TRIGGER piece_stays BEFORE DELETE ON piece
    BEGIN SELECT RAISE(ABORT, 'piece is append-only'); END;
CREATE TRIGGER piece_keeps BEFORE UPDATE ON piece
    BEGIN SELECT RAISE(ABORT, 'piece is append-only'); END;
PRAGMA user_version = 1;
"""


def test_a_file_of_the_form_before_is_brought_into_this_one_with_all_it_holds(tmp_path):
    with SqliteFeeds(tmp_path) as keeper:
        keeper.add_segment(*segment("one", 1, [b"a", b"b"]))
        keeper.add_segment(*segment("two", 1, [b"c"]))
        keeper.add_segment(*segment("one", 2, [b"d", b"e"]))
        keeper.erase(keeper.pieces("one")[1])
        before = list(keeper.everything())
        cited = keeper.citing("location--1")
    with sqlite3.connect(tmp_path / "feeds.sqlite") as raw:
        raw.executescript(FORM_1)
    raw.close()
    with SqliteFeeds(tmp_path) as keeper:
        assert list(keeper.everything()) == before
        assert keeper.citing("location--1") == cited != []
        assert [keeper.body(p) for p in keeper.pieces("one")] == [b"a", b"", b"d", b"e"]
        assert keeper.versions(["report--two-1"]) == keeper.pieces("two")
        keeper.add_segment(*segment("two", 2, [b"f"]))
        keeper.erase(keeper.pieces("two")[0])
        with pytest.raises(ArchiveError, match="append-only"), keeper.writing() as connection:
            connection.execute("DELETE FROM piece")


def test_an_object_whose_bytes_were_changed_on_the_disk_is_told(tmp_path):
    with SqliteFeeds(tmp_path) as keeper:
        keeper.add_segment(*segment("feed", 1, [b"the truth"]))
        other, _ = segment("feed", 1, [b"the trust"])
        with keeper.writing() as connection:
            connection.execute("UPDATE body SET bytes = ?", (other.body,))
        with pytest.raises(ArchiveDamaged, match="is not what was written"):
            keeper.body(keeper.pieces("feed")[0])


def test_the_log_of_writes_is_moved_into_the_file_beside_the_work_and_nothing_is_lost(tmp_path):
    noise = [random.Random(n).randbytes(900_000) for n in range(3)]
    with SqliteFeeds(tmp_path) as keeper:
        for number in range(1, 5):
            keeper.add_segment(*segment("feed", number, noise))
        keeper._moved()
        with sqlite3.connect(f"file:{tmp_path}/feeds.sqlite?immutable=1", uri=True) as alone:
            (there,) = alone.execute("SELECT COUNT(*) FROM segment").fetchone()
        alone.close()
        assert there >= 2, "in the file itself, without its log"
        assert [keeper.body(p) for p in keeper.pieces("feed")] == noise * 4


def test_a_file_of_a_later_form_is_left_alone(tmp_path):
    with SqliteFeeds(tmp_path) as keeper, keeper.writing() as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(ArchiveError, match="has form 9"):
        SqliteFeeds(tmp_path)


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "feeds.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(ArchiveDamaged, match="is damaged"):
        SqliteFeeds(tmp_path)


def test_the_file_is_readable_by_its_owner_alone(tmp_path):
    with SqliteFeeds(tmp_path / "home") as keeper:
        keeper.log("key", "a", "b", "c", AT)
        for file in (tmp_path / "home").iterdir():
            assert file.stat().st_mode & 0o077 == 0, file
