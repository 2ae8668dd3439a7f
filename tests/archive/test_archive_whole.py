"""Opening, holding, checking, copying: the archive as a whole."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import zipfile
from contextlib import closing

import msgspec
import pytest
from archive_samples import document, figure, on

from foreshock.archive import open_archive, restore
from foreshock.archive.tables import VERSION
from foreshock.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, WrongUse
from foreshock.words.records import Document


def tamper(home, *statements: str) -> None:
    """Change the journal as somebody with an editor would."""
    with closing(sqlite3.connect(home / "journal.sqlite")) as raw:
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            raw.execute(statement)
        raw.commit()


@pytest.fixture
def filled(archive):
    """An archive with a founding row, four documents (rows 2 to 5) and a figure (row 6)."""
    archive.add([document(text, day) for day, text in enumerate("abcd")])
    archive.add_observations([figure(7.9)])
    return archive


# -- opening -------------------------------------------------------------------------------------


def test_a_new_home_is_for_this_user_only(home, archive):
    assert home.stat().st_mode & 0o777 == 0o700


def test_the_journal_is_for_this_user_only_whatever_the_folder_allows(home):
    home.mkdir(mode=0o755)
    with open_archive(home) as archive:
        archive.add([document("a")])
        modes = {file.stat().st_mode & 0o077 for file in home.glob("journal.sqlite*")}
    assert modes == {0}


def test_an_archive_is_there_again_when_opened_again(home):
    with open_archive(home) as archive:
        archive.add([document("a")])
        archive.add_observations([figure(1.0)])
        before = archive.info()
    with open_archive(home, create=False) as archive:
        assert archive.info() == before
        assert [d.text for d in archive.known(Document)] == ["a"]
        assert len(archive.observations()) == 1


def test_opening_what_is_not_there_says_how_to_make_it(home):
    with pytest.raises(ArchiveError, match=r"there is no archive in .*Run `foreshock up`"):
        open_archive(home, create=False)
    assert not home.exists()


def test_a_home_that_is_a_file_is_refused(home):
    home.write_text("notes")
    with pytest.raises(ArchiveError, match=r"is a file, expected a folder"):
        open_archive(home)
    with pytest.raises(ArchiveError):
        open_archive(home / "below")
    assert home.read_text() == "notes"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_home_that_may_not_be_written_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ArchiveError, match="cannot be opened or written"):
        open_archive(tmp_path / "home")
    tmp_path.chmod(0o700)


def test_an_archive_of_a_newer_form_is_refused(home, archive):
    archive.close()
    newer = msgspec.json.encode({"version": VERSION + 1}).decode()
    tamper(home, f"UPDATE journal SET body = CAST('{newer}' AS BLOB) WHERE seq = 1")
    with pytest.raises(ArchiveError, match=f"has form {VERSION + 1}, expected form {VERSION} or"):
        open_archive(home)


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.write_bytes(b"this is no database, whatever its name says" * 100),
        lambda file: file.write_bytes(file.read_bytes()[:100]),
        lambda file: file.write_bytes(b""),
        lambda file: tamper(file.parent, "DELETE FROM journal WHERE seq = 1"),
        lambda file: tamper(file.parent, "ALTER TABLE journal RENAME TO diary"),
    ],
)
def test_a_damaged_journal_is_refused_when_opened(home, archive, harm):
    archive.close()
    harm(home / "journal.sqlite")
    with pytest.raises(ArchiveDamaged, match=r"is damaged: journal.sqlite .*restore a backup"):
        open_archive(home)


def test_figures_without_a_journal_are_never_taken_for_a_new_archive(home, filled):
    filled.close()
    for file in home.glob("journal.sqlite*"):
        file.unlink()
    with pytest.raises(ArchiveDamaged, match=r"journal\.sqlite is missing"):
        open_archive(home)


# -- holding -------------------------------------------------------------------------------------

HOLDER = """
import sys
from pathlib import Path
from foreshock.archive import open_archive

with open_archive(Path(sys.argv[1])) as archive, archive.hold("a watch round"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_holder_is_told_who_holds_it_and_a_killed_one_lets_go(home, archive):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        says = rf"process {other.pid} holds it for 'a watch round' since \d{{4}}-.*UTC.*--home"
        with pytest.raises(ArchiveBusy, match=says), archive.hold("mine"):
            pass
        assert archive.add([document("whoever does not hold it may still write")]) == 1
        other.send_signal(signal.SIGKILL)
        other.wait()
    with archive.hold("mine") as mine:
        assert mine.pid == os.getpid()


def test_a_hold_keeps_out_others_in_the_same_process_and_ends_with_its_block(home, archive):
    with open_archive(home) as other:
        with pytest.raises(ZeroDivisionError), archive.hold("first"):
            with pytest.raises(ArchiveBusy, match="'first'"), other.hold("second"):
                pass
            raise ZeroDivisionError
        with other.hold("second"):
            pass
    assert not (home / "lock.json").exists()


# -- append-only and checked ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM journal WHERE seq = 3",
        "UPDATE journal SET known_at = '2020' WHERE seq = 3",
        "UPDATE journal SET body = NULL WHERE seq = 3",
        "UPDATE journal SET body = CAST('x' AS BLOB) WHERE seq = 3",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 3",
    ],
)
def test_the_journal_refuses_change_by_any_program(home, filled, statement):
    with (
        closing(sqlite3.connect(home / "journal.sqlite")) as raw,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        raw.execute(statement)
    assert filled.verify().sound


def test_a_sound_archive_is_said_to_be_sound_and_how_much_was_checked(filled):
    verdict = filled.verify()
    assert verdict.sound
    assert (verdict.rows, verdict.files, verdict.observations) == (6, 1, 1)
    assert verdict.head == filled.info().head


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE journal SET body = replace(body, 'folder', 'golder') WHERE seq = 3",
         r"row 3 .*not what was written"),
        ("UPDATE journal SET known_at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 3",
         r"row 3 .*was changed"),
        ("UPDATE journal SET known_at = 'soon', published = 'then' WHERE seq = 3",
         r"row 3 .*was changed"),
        ("UPDATE journal SET marking = 4 WHERE seq = 5", r"row 5 .*was changed"),
        ("UPDATE journal SET supersedes = 'document-0' WHERE seq = 5", r"row 5 .*was changed"),
        ("DELETE FROM journal WHERE seq = 4", r"row 4 is missing"),
        ("UPDATE journal SET body = NULL WHERE seq = 2", "nothing says that it was erased"),
    ],
)  # fmt: skip
def test_a_changed_row_is_found(home, filled, statement, says):
    tamper(home, statement)
    verdict = filled.verify()
    assert not verdict.sound
    assert any(re.search(says, problem) for problem in verdict.problems)


def test_a_text_that_is_no_record_any_more_is_named_when_read(home, filled):
    tamper(home, "UPDATE journal SET body = CAST('{}' AS BLOB) WHERE seq = 3")
    with pytest.raises(ArchiveDamaged, match=r"document-\w+ cannot be read"):
        filled.known(Document)


def test_a_spoilt_list_of_files_is_found(home, filled):
    tamper(home, "UPDATE journal SET body = CAST('{}' AS BLOB) WHERE kind = 'figures'")
    assert "the list of files cannot be read" in filled.verify().problems[-1]
    with pytest.raises(ArchiveDamaged, match="the list of files"):
        filled.observations()


def test_a_spoilt_page_of_the_journal_is_found(home, filled):
    filled.add(document(f"long {n} " * 200) for n in range(50))
    filled.close()
    with closing(sqlite3.connect(home / "journal.sqlite")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (home / "journal.sqlite").open("r+b") as file:
        file.seek(12 * 4096)
        file.write(b"\xff" * 4096)
    with open_archive(home) as again:
        verdict = again.verify()
    assert not verdict.sound
    assert "journal.sqlite" in verdict.problems[0]


def test_bytes_that_are_put_back_after_an_erasure_are_found(home, filled):
    one = filled.known(Document, on(0))[0]
    filled.erase(one.id, "wrong marking")
    body = msgspec.json.encode(one).decode().replace("'", "''")
    tamper(home, f"UPDATE journal SET body = CAST('{body}' AS BLOB) WHERE id = '{one.id}'")
    assert "its text is there again" in filled.verify().problems[0]


def test_info_tells_what_is_there(filled):
    old = filled.known(Document, on(0))[0]
    filled.add([document("new", 7, supersedes=old.id)])
    filled.erase(old.id, "wrong marking")
    info = filled.info()
    assert info.records == {"document": 4}
    assert (info.erased, info.observations, info.observation_files) == (1, 1, 1)
    assert info.last_known.date() == on(7)
    assert info.first_known.date() == on(0)
    assert info.journal_bytes > 0
    assert info.observation_bytes > 0


# -- copying -------------------------------------------------------------------------------------


def test_a_backup_brings_back_the_same_archive(filled, tmp_path):
    filled.erase(filled.known(Document, on(0))[0].id, "wrong marking")
    target = tmp_path / "backup.zip"
    filled.backup(target)
    assert target.stat().st_mode & 0o077 == 0
    verdict = restore(target, tmp_path / "again")
    assert verdict == filled.verify()
    with open_archive(tmp_path / "again") as again:
        assert again.known(Document) == filled.known(Document)
        assert again.observations() == filled.observations()
        assert again.add([document("e")]) == 1
        assert again.verify().sound
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again", "backup.zip", "home"]


def test_a_backup_made_while_others_write_is_whole(filled, tmp_path):
    enough = threading.Event()

    def write() -> None:
        count = 0
        while not enough.is_set():
            count += 1
            with filled.transaction():
                filled.add([document(f"during {count}")])
                filled.add_observations([figure(1.0, series=f"during.{count}")])
            if count % 3 == 0:
                filled.compact()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            filled.backup(tmp_path / f"{n}.zip")
    finally:
        enough.set()
        writer.join()
    for n in range(3):
        assert restore(tmp_path / f"{n}.zip", tmp_path / f"again{n}").sound
        with open_archive(tmp_path / f"again{n}") as again:
            during = [d for d in again.known(Document) if d.text.startswith("during")]
            assert len(during) == len(again.observations()) - 1


def test_a_backup_never_overwrites(filled, tmp_path):
    target = tmp_path / "backup.zip"
    target.write_text("mine")
    with pytest.raises(WrongUse, match="expected a new file"):
        filled.backup(target)
    with pytest.raises(WrongUse, match="expected a new file"):
        filled.backup(tmp_path / "nowhere" / "backup.zip")
    assert target.read_text() == "mine"


def test_a_damaged_archive_is_not_backed_up(home, filled, tmp_path):
    (file,) = (home / "observations").glob("*.parquet")
    data = file.read_bytes()
    file.write_bytes(data[:-1])
    with pytest.raises(ArchiveDamaged, match="not what was written"):
        filled.backup(tmp_path / "backup.zip")
    file.unlink()
    with pytest.raises(ArchiveDamaged, match="is missing"):
        filled.backup(tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()


def test_restoring_never_touches_a_folder_in_use(filled, home, tmp_path):
    filled.backup(tmp_path / "backup.zip")
    with pytest.raises(WrongUse, match="is not empty"):
        restore(tmp_path / "backup.zip", home)
    with pytest.raises(WrongUse, match="there is no backup"):
        restore(tmp_path / "other.zip", tmp_path / "again")
    assert filled.verify().sound


def repacked(source, target, change) -> None:
    """The same backup with the contents of some files changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))


@pytest.mark.parametrize(
    "change",
    [
        lambda name, data: (name, data[:-1] + b"!" if name.endswith(".parquet") else data),
        lambda name, data: (name, data.replace(b"folder", b"golder")),
        lambda name, data: (name, data.replace(b"journal.sqlite", b"../../evil.sqlite")),
        lambda name, data: (name.replace("backup.json", "else.json"), data),
    ],
)
def test_a_spoilt_backup_is_refused_and_nothing_is_restored(filled, tmp_path, change):
    filled.backup(tmp_path / "backup.zip")
    repacked(tmp_path / "backup.zip", tmp_path / "spoilt.zip", change)
    (tmp_path / "again").mkdir()
    with pytest.raises(ArchiveDamaged, match="is no whole backup"):
        restore(tmp_path / "spoilt.zip", tmp_path / "again")
    assert list((tmp_path / "again").iterdir()) == []
    assert not (tmp_path / "again.part").exists()


def test_a_file_that_is_no_backup_is_refused(tmp_path):
    (tmp_path / "b.zip").write_bytes(b"PK no")
    with pytest.raises(ArchiveDamaged, match="is no whole backup"):
        restore(tmp_path / "b.zip", tmp_path / "again")
