"""What goes wrong with an archive, each in one sentence with the next step."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foreshock.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveFull

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
UNWRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def full(home: Path) -> ArchiveFull:
    """No room is left."""
    return ArchiveFull(
        f"no room is left on the disk at {home}; nothing of this step was kept",
        next_step="Make room and run again; what was kept before is whole.",
    )


def busy(home: Path, who: str = "another process is writing to it") -> ArchiveBusy:
    """Somebody else has it."""
    return ArchiveBusy(
        f"the archive {home} is busy: {who}",
        next_step="Wait until it has finished, or give another folder with --home.",
    )


def damaged(home: Path, what: str) -> ArchiveDamaged:
    """What is stored is not what was written."""
    return ArchiveDamaged(
        f"the archive {home} is damaged: {what}",
        next_step="Run `foreshock archive verify`, then restore a backup into a new folder.",
    )


def unwritable(home: Path, why: str) -> ArchiveError:
    """The folder cannot be used."""
    return ArchiveError(
        f"the archive {home} cannot be opened or written: {why}",
        expected="a folder that this user may write to",
        next_step="Change its permissions, or give another folder with --home.",
    )


@contextmanager
def disk_troubles(home: Path) -> Iterator[None]:
    """Say what an `OSError` inside the block means for the archive.

    >>> with disk_troubles(Path("a-home")):
    ...     raise OSError(errno.ENOSPC, "no space")
    Traceback (most recent call last):
    foreshock.errors.ArchiveFull: no room is left on the disk at a-home; ...
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise full(home) from error
        if error.errno in UNWRITABLE:
            raise unwritable(home, error.strerror or str(error)) from error
        raise ArchiveError(
            f"the archive {home} met an error of the disk: {error}",
            next_step="Check the disk, then run `foreshock archive verify`.",
        ) from error
