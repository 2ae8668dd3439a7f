"""One round at a time on one archive.

The lock is the operating system's, so it goes with the process that held it, however that ends.
Who holds it stands in a file beside it, which is read only while the lock is held by another.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from foreshock.archive.trouble import busy, disk_troubles
from foreshock.words.clocks import now
from foreshock.words.records import Struct

LOCK, HOLDER = "lock", "lock.json"


class Hold(Struct, frozen=True, kw_only=True):
    """Who holds an archive: process number, what for, since when (UTC)."""

    pid: int
    what: str
    since: datetime


@contextmanager
def hold(home: Path, what: str, patience: float = 0) -> Iterator[Hold]:
    """Keep every other holder out until the block ends, also one in this process.

    Waits `patience` seconds, then `ArchiveBusy`, which says who holds it, what for, since when.
    """
    lock = FileLock(home / LOCK)
    mine = Hold(pid=os.getpid(), what=what, since=now())
    with disk_troubles(home):
        try:
            lock.acquire(timeout=patience)
        except Timeout:
            raise busy(home, _who(home)) from None
    try:
        with disk_troubles(home):
            (home / HOLDER).write_bytes(msgspec.json.encode(mine))
        yield mine
    finally:
        (home / HOLDER).unlink(missing_ok=True)
        lock.release()


def holder(home: Path) -> Hold | None:
    """What the last holder wrote down; None if it wrote nothing that can be read."""
    try:
        return msgspec.json.decode((home / HOLDER).read_bytes(), type=Hold)
    except (OSError, msgspec.MsgspecError):
        return None


def _who(home: Path) -> str:
    found = holder(home)
    if found is None:
        return "another process holds it"
    since = found.since.strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"process {found.pid} holds it for {found.what!r} since {since}"
