"""What only a process has: pipes that close, full disks, Ctrl-C, a port to serve on."""

import contextlib
import os
import signal
import socket
import stat
import time
import urllib.request
from pathlib import Path

import pytest
from desk_cli_calls import start

from foreshock.desk import output, talk
from foreshock.errors import ForeshockError

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.is_char_device(), reason="no /dev/full on this machine")


def test_a_reader_who_has_seen_enough_ends_nothing(home):
    look = start("warnings", "--home", home, "--as-of", "2023-07-10", "--holder", "KR",
                 "--fail-on", "1")  # fmt: skip
    look.stdout.close()
    said = look.stderr.read().decode()
    assert look.wait() == 10
    assert "Traceback" not in said
    assert "Exception ignored" not in said


@needs_full
def test_a_full_disk_under_stdout_is_a_failure_in_one_sentence():
    with FULL.open("wb") as full:
        ended = start("version", stdout=full)
        said = ended.communicate()[1].decode()
    assert ended.returncode == 1
    assert said == (
        "the result cannot be written to stdout: No space left on device. "
        "Make room, or send it elsewhere.\n"
    )


def test_ctrl_c_amid_the_work_ends_with_130_and_no_traceback():
    # more JSON than a pipe holds: after the first byte the process waits for its reader
    work = start("depend", "gallium", "--json")
    assert os.read(work.stdout.fileno(), 1) == b"{"
    work.send_signal(signal.SIGINT)
    _, said = work.communicate()
    assert work.returncode == 130
    assert said.decode().startswith("Interrupted; nothing is half-written.")
    assert len(said.splitlines()) == 1


@pytest.mark.skipif(os.name != "posix", reason="groups of processes are told so on POSIX alone")
def test_ctrl_c_reaches_every_process_that_reads_and_one_sentence_is_said(tmp_path):
    text = "China imposed export controls on gallium on 3 July 2023.\n" * 40
    for number in range(40):  # more lines than a pipe holds: it waits for its reader amid the work
        (tmp_path / f"n{number}.txt").write_text(f"{text}Note {number}.")
    work = start("read", tmp_path, "--jobs", "2", start_new_session=True)
    assert os.read(work.stdout.fileno(), 1) == b"{"
    os.killpg(work.pid, signal.SIGINT)
    _, said = work.communicate()
    assert work.returncode == 130
    assert said.decode().splitlines()[-1].startswith("Interrupted; nothing is half-written.")
    assert "Traceback" not in said.decode()
    with pytest.raises(ProcessLookupError):  # nobody of the group is left
        for _ in range(100):
            os.killpg(work.pid, 0)
            time.sleep(0.1)


def test_the_desk_answers_and_closes_quietly_on_ctrl_c(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    desk = start("serve", "--home", tmp_path / "home", "--port", port)
    said = b""
    while b"is open on" not in said:
        line = desk.stderr.readline()
        assert line, "it ended before it opened"
        said = line
    for _ in range(100):  # it says so a moment before it answers
        with contextlib.suppress(OSError):
            answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30)
            break
        time.sleep(0.1)
    assert b"up" in answer.read()
    desk.send_signal(signal.SIGINT)
    out, rest = desk.communicate()
    assert desk.returncode == 0
    assert (out, rest) == (b"", b"The desk is closed.\n")


def test_a_device_is_written_to_and_never_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    output.deliver(pipe, "lines\n")
    assert os.read(reader, 100) == b"lines\n"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_leads_on_to_its_file(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    output.deliver(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path, monkeypatch):
    def no_room(*_):
        raise OSError(28, "No space left on device")

    (tmp_path / "events.jsonl").write_text("old")
    monkeypatch.setattr(Path, "replace", no_room)
    with pytest.raises(ForeshockError, match=r"cannot be written: No space left on device\. Make"):
        output.deliver(tmp_path / "events.jsonl", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]
    assert (tmp_path / "events.jsonl").read_text() == "old"


def test_a_log_hears_of_long_work_even_if_the_work_tells_nothing(monkeypatch, capsys):
    monkeypatch.setattr(talk, "PATIENCE", 0.001)
    heard = talk.threading.Event()
    said = []

    def listen(text):
        said.append(text)
        heard.set()

    monkeypatch.setattr(talk, "say", listen)
    with talk.progress("verifying"):
        assert heard.wait(30)
    assert said == ["verifying ..."]


def test_a_log_says_how_far_the_work_is(monkeypatch):
    monkeypatch.setattr(talk, "PATIENCE", 0.001)
    said = []
    log = talk._Log("starting")
    monkeypatch.setattr(talk, "say", lambda text: (said.append(text), log._over.set()))
    log.told("reading", 3, 10)
    log._speak()
    assert said == ["reading: 3 of 10"]


def test_short_work_says_nothing(capsys):
    with talk.progress("verifying") as told:
        told("verifying", 1, 2)
    assert capsys.readouterr() == ("", "")
