"""Whatever happens in the middle of a write, the next opening finds whole transactions."""

import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from archive_samples import document, figure, on

from foreshock.archive import open_archive
from foreshock.errors import ArchiveBusy, ArchiveFull
from foreshock.words.records import Document

HERE = Path(__file__).parent

#: keeps a pair of documents and a pair of figures in each transaction, and says so, until killed
WRITER = """
import sys
from pathlib import Path
from archive_samples import document, figure
from foreshock.archive import open_archive

home, name, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with open_archive(home) as archive:
    for n in range(rounds):
        with archive.transaction():
            archive.add([document(f"{name} {n} first"), document(f"{name} {n} second")])
            series = f"{name}.{n}"
            archive.add_observations(
                [figure(1.0, series=series), figure(2.0, series=series, period="2023")]
            )
        print(n, flush=True)
"""


def start(program: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        stdout=subprocess.PIPE,
        text=True,
    )


def check_whole(archive, answered: dict[str, int]) -> None:
    """Every answered transaction is there, each whole, and nothing is left lying about."""
    texts = {d.text for d in archive.known(Document)}
    series = [row.series for row in archive.observations()]
    for name, count in answered.items():
        for n in range(count):
            assert {f"{name} {n} first", f"{name} {n} second"} <= texts
            assert series.count(f"{name}.{n}") == 2
    assert len(texts) == len(series)  # two and two in each transaction, kept or not at all
    assert all(series.count(one) == 2 for one in series)
    assert archive.verify().problems == ()
    left = {p.suffix for p in (archive.home / "observations").iterdir() if p.is_file()}
    assert left <= {".parquet"}


def test_a_killed_writer_leaves_whole_transactions(home):
    chance = random.Random(3)
    answered = {}
    for attempt in range(3):
        writer = start(WRITER, home, f"w{attempt}", 10_000)
        for _ in range(chance.randint(1, 4)):
            writer.stdout.readline()
        sum(range(chance.randint(0, 200_000)))  # strike at no chosen point of the next ones
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split()
        writer.wait()
        with open_archive(home) as archive:
            series = {row.series for row in archive.observations()}
            answered[f"w{attempt}"] = int(rest[-1]) + 1 if rest else 1
            assert f"w{attempt}.0" in series
            check_whole(archive, answered)


#: kills itself at the n-th call of a step of a write
STRUCK = """
import os, signal, sys
from pathlib import Path
from archive_samples import document, figure
from foreshock.archive import observations, open_archive
from foreshock.archive.journal import Journal

place, when = {"sync": observations, "_commit": Journal}[sys.argv[2]], int(sys.argv[3])
step, calls = getattr(place, sys.argv[2]), []

def struck(*words):
    calls.append(words)
    if len(calls) == when:
        os.kill(os.getpid(), signal.SIGKILL)
    step(*words)
    if len(calls) == -when:
        os.kill(os.getpid(), signal.SIGKILL)

with open_archive(Path(sys.argv[1])) as archive:
    setattr(place, sys.argv[2], struck)
    with archive.transaction():
        archive.add([document("w 0 first"), document("w 0 second")])
        batch = [figure(1.0, series="w.0"), figure(2.0, series="w.0", period="2023")]
        archive.add_observations(batch)
"""


@pytest.mark.parametrize(
    ("step", "when", "kept"),
    [("sync", 1, 0), ("sync", 2, 0), ("sync", -2, 0), ("_commit", 1, 0), ("_commit", -1, 1)],
)
def test_a_writer_killed_at_a_chosen_step_keeps_all_or_nothing(home, step, when, kept):
    writer = start(STRUCK, home, step, when)
    writer.communicate()
    assert writer.returncode == -signal.SIGKILL
    with open_archive(home) as archive:
        assert len(archive.known(Document)) == 2 * kept
        check_whole(archive, {"w": kept})
        batch = [figure(1.0, series="w.0"), figure(2.0, series="w.0", period="2023")]
        assert archive.add_observations(batch) == 2 * (1 - kept)
        assert archive.verify().sound


@pytest.mark.parametrize("name", ["0123.part", "0123.parquet.part"])
def test_half_written_files_are_cleared_when_nobody_is_writing(home, name):
    with open_archive(home) as archive:
        archive.add_observations([figure(1.0)])
        left = home / "observations" / name
        left.write_bytes(b"half")
        with archive.transaction(), open_archive(home):
            assert left.exists()  # it may be the writer's
        with open_archive(home):
            assert not left.exists()


def test_a_whole_file_that_was_never_named_is_set_aside(home):
    with open_archive(home) as archive:
        archive.add_observations([figure(1.0)])
        stray = home / "observations" / ("a" * 32 + ".parquet")
        stray.write_bytes(b"whole, perhaps")
    with open_archive(home) as archive:
        assert not stray.exists()
        assert (home / "observations" / "unclaimed" / stray.name).read_bytes() == b"whole, perhaps"
        assert archive.verify().sound


def test_two_processes_add_at_once(home):
    writers = [start(WRITER, home, name, 6) for name in ("a", "b")]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    with open_archive(home) as archive:
        check_whole(archive, {"a": 6, "b": 6})
        assert archive.info().records == {"document": 24}


def test_two_processes_may_make_the_archive_at_once(home):
    writers = [start(WRITER, home, f"p{n}", 1) for n in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    for writer in writers:
        writer.stdout.close()
    with open_archive(home) as archive:
        check_whole(archive, {f"p{n}": 1 for n in range(3)})


def test_a_writer_that_may_not_wait_is_told_that_the_archive_is_busy(home):
    with open_archive(home) as archive, open_archive(home) as other, archive.transaction():
        archive.add([document("a")])
        assert other.known(Document) == []  # readers never wait
        with pytest.raises(ArchiveBusy, match="is busy"), other._journal.writing(patience=0):
            pass


def test_a_full_journal_says_so_and_keeps_what_it_had(archive):
    archive.add([document("before")])
    with archive._journal.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(ArchiveFull, match="no room is left"):
        archive.add(document("x" * 20_000 + str(n)) for n in range(20))
    assert [d.text for d in archive.known(Document)] == ["before"]
    with archive._journal.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 100000")
    assert archive.add([document("after")]) == 1
    assert archive.verify().sound


@pytest.fixture
def small_disk(tmp_path):
    """A disk of two megabytes, where the system lets us make one."""
    place = tmp_path / "small"
    place.mkdir()
    try:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("no mount command here")
    if made.returncode:
        pytest.skip("this user may not mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_says_so_loses_nothing_and_is_used_again_when_there_is_room(small_disk):
    ballast = small_disk / "ballast"
    with open_archive(small_disk / "home") as archive:
        archive.add([document("before")])
        archive.add_observations([figure(1.0)])
        with ballast.open("wb", buffering=0) as out, pytest.raises(OSError):
            while True:
                out.write(b"\0" * 4096)
        with pytest.raises(ArchiveFull, match="no room is left"):
            archive.add([document("x" * 300_000)])
        with pytest.raises(ArchiveFull, match="no room is left"):
            archive.add_observations(figure(float(n), series=f"s{n}") for n in range(2_000))
        with pytest.raises(ArchiveFull, match="no room is left"):
            archive.backup(small_disk / "backup.zip")
        assert [d.text for d in archive.known(Document)] == ["before"]
        assert len(archive.observations(on(0))) == 1
        ballast.unlink()
        assert archive.add([document("after")]) == 1
        assert archive.add_observations([figure(2.0, 5)]) == 1
        assert archive.verify().sound
        assert sorted(p.name for p in small_disk.iterdir()) == ["home"]
    with pytest.raises(ArchiveFull), ballast.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(b"\0" * 4096)
        except OSError:
            open_archive(small_disk / "another")
