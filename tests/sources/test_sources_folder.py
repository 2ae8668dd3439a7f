"""A folder of anything is read to its end; what could not be read is said, one sentence each."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from foreshock import sources
from foreshock.errors import Misread, SourceError, Unreadable, WrongUse
from foreshock.sources import limits
from foreshock.words.markings import Marking

RECEIVED = datetime(2026, 1, 2, 12, tzinfo=UTC)


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_an_empty_folder_is_quiet(tmp_path: Path) -> None:
    health = sources.read_folder(tmp_path, RECEIVED).health
    assert (health.state, health.read, health.trouble) == ("quiet", 0, ())


def test_a_folder_of_which_nothing_could_be_read_is_broken_not_quiet(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", b"")
    health = sources.read_folder(tmp_path, RECEIVED).health
    assert health.state == "broken"
    assert health.trouble == ("a.txt: is empty, expected some content. Get the file again.",)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_may_not_be_looked_into_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o000)
    assert sources.read_folder(tmp_path, RECEIVED).health.state == "unknown"


def test_a_path_that_is_no_folder_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="is no folder"):
        sources.read_folder(tmp_path / "nowhere", RECEIVED)


def test_one_bad_file_never_stops_the_others(tmp_path: Path) -> None:
    put(tmp_path, "1.txt", b"\x00\x01\x02")
    put(tmp_path, "2.pdf", b"%PDF-1.7 cut off")
    put(tmp_path, "3.xlsx", b"PK\x03\x04 cut off")
    put(tmp_path, "4.xml", "<page><a>no feed</a></page>")
    put(tmp_path, "5.rss", "<rss version='2.0'><channel><item>")
    put(tmp_path, "6.html", "<html><body></body></html>")
    put(tmp_path, "7.csv", "a,b\n1,2\n")
    put(tmp_path, "8.docx", "PK")
    put(tmp_path, "sub/9.md", "date: 2025-04-04\n\nChina announced controls.")
    put(tmp_path, ".hidden.txt", b"\x00")
    told: list[tuple[int, int]] = []
    harvest = sources.read_folder(tmp_path, RECEIVED, progress=lambda *done: told.append(done))
    assert [document.name for document in harvest.documents] == ["9"]
    assert harvest.health.state == "fine"
    assert harvest.health.newest == date(2025, 4, 4)
    said_of = dict.fromkeys(line.split(":")[0].split(" ")[0] for line in harvest.health.trouble)
    assert list(said_of) == [
        "1.txt", "2.pdf", "3.xlsx", "4.xml", "5.rss", "6.html", "7.csv", "8.docx",
    ]  # fmt: skip
    assert told[-1] == (9, 9)


def test_a_dated_text_is_history_known_since_its_day(tmp_path: Path) -> None:
    path = put(tmp_path, "notice.txt", "title: Notice\ndate: 2023-07-03\n\nLicences.\n\nMore.")
    document = sources.read_document(path, RECEIVED)
    assert document.text == "Licences.\n\nMore."
    assert (document.name, document.title) == ("notice", "Notice")
    assert document.clocks.backfilled
    assert document.clocks.known_at.date() == date(2023, 7, 3)
    assert document.id == document.sealed().id


def test_an_undated_text_is_known_from_now_on_and_said(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "Exports fell.")
    harvest = sources.read_folder(tmp_path, RECEIVED)
    assert harvest.documents[0].clocks.known_at == RECEIVED
    assert "a.txt: has no date" in harvest.health.trouble[0]
    dated = sources.read_folder(tmp_path, RECEIVED, day=date(2025, 4, 4))
    assert dated.documents[0].clocks.published == date(2025, 4, 4)
    assert dated.health.trouble == ()


def test_a_date_of_its_own_beats_the_day_given(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "date: 2023-07-03\n\nLicences.")
    found = sources.read_document(path, RECEIVED, date(2025, 1, 1))
    assert found.clocks.published == date(2023, 7, 3)


def test_a_date_in_the_future_is_said_and_does_not_move_the_clock(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "date: 2026-03-01\n\nLicences.")
    harvest = sources.read_file(path, RECEIVED)
    assert harvest.documents[0].clocks.known_at == RECEIVED
    assert "a date after the day of receipt (2026-03-01)" in harvest.health.trouble[0]
    assert harvest.health.newest is None


def test_a_date_that_can_be_read_in_two_ways_is_said(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "date: 03/04/2023\n\nLicences.")
    trouble = sources.read_file(path, RECEIVED).health.trouble
    assert trouble[0] == "a.txt: its date is '03/04/2023', expected YYYY-MM-DD. Correct it."


def test_a_dateline_before_the_text_is_its_date(tmp_path: Path) -> None:
    text = " date 2024-03-28 In a pivotal meeting, officials spoke."
    document = sources.read_document(put(tmp_path, "a.txt", text), RECEIVED)
    assert (document.clocks.published, document.text) == (date(2024, 3, 28), text)


def test_a_text_that_begins_with_a_colon_line_has_no_header(tmp_path: Path) -> None:
    text = "Beijing: exports fell.\n\nMore."
    assert sources.read_document(put(tmp_path, "a.txt", text), RECEIVED).text == text


def test_unknown_header_lines_are_said_and_an_unknown_marking_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "title: A\ndate: 2023-07-03\nauthor: B\n\nText.")
    assert (
        "header line(s) author are not known" in sources.read_file(path, RECEIVED).health.trouble[0]
    )
    path = put(tmp_path, "b.txt", "title: A\nmarking: secret\n\nText.")
    with pytest.raises(Misread, match="its marking is 'secret', expected one of TLP:CLEAR"):
        sources.read_document(path, RECEIVED)
    path = put(tmp_path, "c.txt", "title: A\nmarking: tlp:amber\n\nText.")
    assert sources.read_document(path, RECEIVED).marking == Marking.AMBER


def test_a_header_without_a_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="ends with its header"):
        sources.read_document(put(tmp_path, "a.txt", "title: A\ndate: 2023-07-03\n"), RECEIVED)


def test_a_file_over_its_limit_is_refused_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(limits.DEFAULT_MAX_BYTES + 1)  # sparse: takes no room on the disk

    def never(self: Path) -> bytes:
        raise AssertionError(f"{self.name} was read")

    monkeypatch.setattr(Path, "read_bytes", never)
    with pytest.raises(Unreadable, match=r"big\.txt: has 20\.0 MB, expected at most 20 MB"):
        sources.read_document(path, RECEIVED)


def test_ten_megabytes_in_one_line_are_one_document(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", b"exports " * 1_250_000)
    assert len(sources.read_document(path, RECEIVED).text) == 10_000_000


@pytest.mark.parametrize("name", ["nowhere.txt", "."])
def test_a_path_that_is_no_file_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError):
        sources.read_document(tmp_path / name, RECEIVED)


def test_the_same_file_read_twice_is_the_same_record(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "date: 2023-07-03\n\nLicences.")
    later = datetime(2026, 5, 6, tzinfo=UTC)
    assert sources.read_document(path, RECEIVED).id == sources.read_document(path, later).id


def test_a_feed_is_several_documents(tmp_path: Path) -> None:
    items = "<item><title>A</title></item><item><title>B</title></item>"
    path = put(tmp_path, "f.xml", f"<rss version='2.0'><channel>{items}</channel></rss>")
    assert [d.name for d in sources.read_documents(path, RECEIVED)] == ["f-1", "f-2"]
    with pytest.raises(Misread, match="holds 2 documents"):
        sources.read_document(path, RECEIVED)


def test_a_folder_below_that_may_not_be_looked_into_never_stops_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.txt", "date: 2025-04-04\n\nChina announced controls.")
    (tmp_path / "closed").mkdir()
    look = Path.iterdir

    def shut(folder: Path) -> object:
        if folder.name == "closed":
            raise PermissionError(13, "Permission denied")
        return look(folder)

    monkeypatch.setattr(Path, "iterdir", shut)
    harvest = sources.read_folder(tmp_path, RECEIVED)
    assert [document.name for document in harvest.documents] == ["a"]
    (said,) = harvest.health.trouble
    assert said.startswith("closed: cannot be looked into (Permission denied)")


def test_a_file_name_that_is_no_text_is_read_and_shown_with_marks(tmp_path: Path) -> None:
    try:
        put(tmp_path, os.fsdecode(b"caf\xe9.txt"), "date: 2025-04-04\n\nControls.")
        put(tmp_path, os.fsdecode(b"bad\xff.txt"), b"")
    except OSError:
        pytest.skip("this file system takes no such names")
    harvest = sources.read_folder(tmp_path, RECEIVED)
    assert [document.name for document in harvest.documents] == ["caf\ufffd"]
    assert harvest.health.trouble[0].startswith("bad\ufffd.txt: is empty")


@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01", "1970-01-01"])
def test_the_day_that_programs_print_for_none_is_no_day(tmp_path: Path, day: str) -> None:
    path = put(tmp_path, "a.txt", f"date: {day}\n\nChina announced controls.")
    harvest = sources.read_file(path, RECEIVED)
    assert harvest.documents[0].clocks.known_at == RECEIVED
    assert any(f"its date is '{day}'" in said for said in harvest.health.trouble)
