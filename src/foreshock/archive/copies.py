"""Backups: one file with everything in it, made while others read and write.

A ZIP file, so that any tool can open it: `backup.json` (what is in it, with hashes), the journal,
the files of observations and of the exchange. It holds texts of every marking: keep it as you keep
the archive.
"""

import re
import shutil
import tempfile
import zipfile
import zlib
from datetime import datetime
from pathlib import Path

import msgspec

from foreshock.archive import feeds_books, sqlite
from foreshock.archive.checking import Verdict, verify
from foreshock.archive.journal import FILE, Journal
from foreshock.archive.observations import FOLDER, File, Observations, hash_file, listed, sync
from foreshock.archive.shelf_sqlite import FILE as SHELF
from foreshock.archive.tables import VERSION
from foreshock.archive.trouble import damaged, disk_troubles
from foreshock.errors import ArchiveDamaged, WrongUse
from foreshock.words.clocks import now
from foreshock.words.records import Struct

MANIFEST = "backup.json"
#: what a backup may hold
NAMES = re.compile(rf"[a-z]+\.sqlite|{FOLDER}/[0-9a-f]{{32}}\.parquet")
#: files of the exchange, where a house takes part in it; its keys are kept apart
BESIDE = (feeds_books.FILE, SHELF)


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds: the SHA-256 of each file by its name."""

    version: int
    made: datetime
    files: dict[str, str]


def backup(home: Path, target: Path) -> Manifest:
    """Write a consistent copy of the archive into one new file, readable by this user only.

    `WrongUse` if the target exists or its folder does not; `ArchiveDamaged` if a file of the
    archive is not what was written. The target appears whole or not at all.
    """
    if target.exists() or not target.parent.is_dir():
        raise WrongUse(
            f"the backup cannot be written to {target}", expected="a new file in a folder there is"
        )
    part = target.with_name(target.name + ".part")
    aside = tempfile.TemporaryDirectory(dir=target.parent, prefix=".copy-")
    with disk_troubles(target.parent), aside as folder:
        try:
            manifest = _gather(home, Path(folder))
            part.touch(mode=0o600)
            _pack(Path(folder), manifest, part)
            sync(part)
            part.rename(target)
            sync(target.parent)
        finally:
            part.unlink(missing_ok=True)
    return manifest


def _gather(home: Path, folder: Path) -> Manifest:
    """Bring the journal and the files it names to `folder`, as they were at one moment."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    (folder / FOLDER).mkdir()
    with sqlite.troubles(home):
        sqlite.copy(home / FILE, folder / FILE)
    hashes = {FILE: hash_file(folder / FILE)}
    for name in BESIDE:
        if (home / name).is_file():
            with sqlite.troubles(home):
                sqlite.copy(home / name, folder / name)
            hashes[name] = hash_file(folder / name)
    for file in _named(folder):
        name = f"{FOLDER}/{file.name}"
        try:
            shutil.copyfile(home / name, folder / name)
        except FileNotFoundError:
            if file in _named(home):
                raise damaged(home, f"{name} is missing") from None
            return _gather(home, folder)  # the files were put together meanwhile: begin again
        hashes[name] = hash_file(folder / name)
        if hashes[name] != file.sha256:
            raise damaged(home, f"{name} is not what was written (other hash)")
    return Manifest(version=VERSION, made=now(), files=hashes)


def _named(home: Path) -> list[File]:
    """The files of observations that the journal in `home` names."""
    journal = Journal(home)
    try:
        return listed(journal)
    finally:
        journal.close()


def _pack(folder: Path, manifest: Manifest, target: Path) -> None:
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        for name in manifest.files:
            # Parquet is compressed already
            how = zipfile.ZIP_STORED if name.startswith(FOLDER) else zipfile.ZIP_DEFLATED
            packed.write(folder / name, name, compress_type=how)


def restore(backup: Path, home: Path) -> Verdict:
    """Unpack a backup into a new archive and check all of it.

    `WrongUse` if there is no such backup or `home` is there and not empty; `ArchiveDamaged` if
    the backup is not whole. Until everything is checked, `home` is not touched.
    """
    home = home.absolute()
    if not backup.is_file():
        raise WrongUse(f"there is no backup {backup}", expected="a file made by a backup")
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise WrongUse(
            f"{home} is not empty", expected="a new or empty folder to restore the archive into"
        )
    part = home.with_name(home.name + ".part")
    with disk_troubles(home.parent):
        shutil.rmtree(part, ignore_errors=True)
        try:
            verdict = _unpacked(backup, part)
            if home.exists():
                home.rmdir()
            part.rename(home)
            sync(home.parent)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return verdict


def _unpacked(backup: Path, folder: Path) -> Verdict:
    folder.mkdir(mode=0o700, parents=True)
    (folder / FOLDER).mkdir(mode=0o700)
    try:
        with zipfile.ZipFile(backup) as packed:
            manifest = msgspec.json.decode(packed.read(MANIFEST), type=Manifest)
            for name, expected in manifest.files.items():
                _unpack(packed, name, expected, folder)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, msgspec.MsgspecError) as error:
        raise _spoilt(backup, str(error)) from error
    with sqlite.troubles(folder):
        for name in (FILE, *BESIDE):
            if (folder / name).is_file():
                sqlite.settle(folder / name)
    journal = Journal(folder)
    observations = Observations(journal)
    try:
        verdict = verify(journal, observations)
    finally:
        observations.close()
        journal.close()
    if not verdict.sound:
        raise _spoilt(backup, "; ".join(verdict.problems[:3]))
    return verdict


def _unpack(packed: zipfile.ZipFile, name: str, expected: str, folder: Path) -> None:
    known = NAMES.fullmatch(name) and (name in (FILE, *BESIDE) or name.startswith(FOLDER))
    if not known:  # never a path that leads out of the folder
        raise zipfile.BadZipFile(f"it names a file {name!r}")
    with packed.open(name) as source, (folder / name).open("xb") as out:
        shutil.copyfileobj(source, out)
    sync(folder / name)
    if hash_file(folder / name) != expected:
        raise zipfile.BadZipFile(f"{name} is not what was packed")


def _spoilt(backup: Path, why: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"{backup} is no whole backup of an archive: {why}",
        next_step="Nothing was restored; take another backup.",
    )
