"""`foreshock read`: every kind of text in, one line for each out, and what is said of the rest."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from foreshock.desk import reader

SAID = "China will require licences for exports of gallium from 1 August 2023."
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

TEXTS = {
    "gb18030": "商务部公告，自2023年8月1日起对镓、锗相关物项实施出口管制。",
    "euc-kr": "중국 상무부는 2023년 8월 1일부터 갈륨과 게르마늄 수출을 통제한다고 발표했다.",
    "shift-jis": "中国商務省は2023年8月1日からガリウムとゲルマニウムの輸出を規制すると発表した。",
}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "texts"
    made.mkdir()
    return made


def lines(ended):
    return [json.loads(line) for line in ended.out.splitlines()]


def test_a_text_gives_one_line_by_the_event_standard(call, folder):
    text = folder / "notice.txt"
    text.write_text(f"title: Notice\ndate: 2023-07-03\nlanguage: en\n\n{SAID}")
    (line,) = lines(call("read", text))
    assert (line["doc"], line["date"]) == ("notice", "2023-07-03")
    (event,) = line["events"]
    assert (event["type"], event["actors"], event["items"]) == ("RESTRICT", ["CN"], ["min.ga"])
    assert event["effective"] == "2023-08-01"


def test_a_text_without_a_date_takes_the_one_given_or_none(call, folder):
    text = folder / "notice.txt"
    text.write_text(SAID)
    assert lines(call("read", text, "--date", "2023-07-03"))[0]["date"] == "2023-07-03"
    ended = call("read", text)
    assert lines(ended)[0]["date"] is None
    assert "notice.txt: has no date" in ended.err


def test_a_date_given_does_not_replace_one_that_is_printed(call, folder):
    text = folder / "notice.txt"
    text.write_text(f"date: 2023-07-03\n\n{SAID}")
    assert lines(call("read", text, "--date", "2024-01-01"))[0]["date"] == "2023-07-03"


def test_pages_and_pdfs_are_read_like_texts(call, folder):
    page = f"<html><meta name=date content=2023-07-03><article><p>{SAID}</p></article></html>"
    (folder / "page.html").write_text(page)
    canvas = Canvas(str(folder / "print.pdf"))
    canvas.drawString(40, 800, SAID)
    canvas.save()
    found = lines(call("read", folder))
    assert [line["doc"] for line in found] == ["page", "print"]
    assert [line["events"][0]["items"] for line in found] == [["min.ga"], ["min.ga"]]


def test_a_feed_gives_a_line_for_each_entry(call, folder):
    entries = "".join(f"<item><title>{SAID} {n}</title></item>" for n in "abc")
    (folder / "news.xml").write_text(f"<rss version='2.0'><channel>{entries}</channel></rss>")
    assert [line["doc"] for line in lines(call("read", folder))] == ["news-1", "news-2", "news-3"]


@pytest.mark.parametrize("encoding", TEXTS)
def test_east_asian_encodings_are_told_by_their_characters(call, folder, encoding):
    text = folder / "notice.txt"
    text.write_bytes(f"date: 2023-07-03\n\n{TEXTS[encoding]}".encode(encoding))
    (line,) = lines(call("read", text))
    assert {item for event in line["events"] for item in event["items"]} == {"min.ga", "min.ge"}


BAD = {
    "empty.txt": (b"", "is empty"),
    "blank.txt": (b" \n\n ", "holds nothing but space"),
    "binary.txt": (bytes(range(256)) * 4, "expected a text"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n....", "is a PNG picture"),
    "holes.txt": (b"Notice of gallium. " + b"\xff\xfe\xfd" * 40, "Get the file again"),
    "broken.pdf": (b"%PDF-1.7 nothing follows", "broken.pdf"),
    "unknown.zip": (b"PK\x03\x04", "is of a kind we do not read"),
    "large.txt": (b"gallium " * 2_600_000, "expected at most 20 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_costs_a_sentence_and_the_rest_goes_on(call, folder, tmp_path, name):
    data, said = BAD[name]
    (folder / name).write_bytes(data)
    (folder / "z-good.txt").write_text(f"date: 2023-07-03\n\n{SAID}")
    out = tmp_path / "events.jsonl"
    ended = call("read", folder, "--out", out)
    assert ended.code == 0
    assert [json.loads(line)["doc"] for line in out.read_text().splitlines()] == ["z-good"]
    assert name in ended.err
    assert said in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("name", ["empty.txt", "binary.txt"])
def test_where_nothing_could_be_read_the_old_file_stays_and_the_exit_code_is_1(
    call, folder, tmp_path, name
):
    (folder / name).write_bytes(BAD[name][0])
    out = tmp_path / "events.jsonl"
    out.write_text("of yesterday")
    ended = call("read", folder, "--out", out)
    assert ended.code == 1
    assert "no text could be read" in ended.err
    assert out.read_text() == "of yesterday"


def test_an_empty_folder_is_told(call, folder):
    ended = call("read", folder)
    assert ended.code == 1
    assert "is an empty folder" in ended.err


def test_a_path_that_is_not_there_is_told_before_anything_is_written(call, folder, tmp_path):
    (folder / "good.txt").write_text(SAID)
    ended = call("read", folder / "good.txt", folder / "gone.txt", "--out", tmp_path / "e.jsonl")
    assert ended.code == 2
    assert "gone.txt is not there" in ended.err
    assert not (tmp_path / "e.jsonl").exists()


def test_nothing_is_half_written_when_the_work_breaks_off(call, folder, tmp_path, monkeypatch):
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(SAID)
    read_file = reader.sources.read_file

    def breaks_off(path, *rest, **more):
        if path.name == "b.txt":
            raise MemoryError
        return read_file(path, *rest, **more)

    monkeypatch.setattr(reader.sources, "read_file", breaks_off)
    with pytest.raises(MemoryError):
        from foreshock.desk.cli import main

        main(["read", str(folder), "--out", str(tmp_path / "events.jsonl")])
    assert [path.name for path in tmp_path.iterdir()] == ["texts"]


def test_a_text_that_trips_the_reader_costs_a_sentence_and_the_rest_goes_on(
    call, folder, monkeypatch
):
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(SAID)
    read = reader.reading.Reader.read

    def trips(self, document):
        if document.name == "a":
            raise IndexError("of the text, which is nobody's business")
        return read(self, document)

    monkeypatch.setattr(reader.reading.Reader, "read", trips)
    ended = call("read", folder)
    assert [line["doc"] for line in lines(ended)] == ["b"]
    assert ended.code == 0
    assert "a.txt: the reader failed on it (IndexError)" in ended.err
    assert "nobody" not in ended.err


def test_no_two_lines_carry_one_name(call, folder):
    (folder / "below").mkdir()
    for path in (folder / "notice.txt", folder / "below" / "notice.txt"):
        path.write_text(f"date: 2023-07-03\n\n{SAID}")
    ended = call("read", folder)
    assert sorted(line["doc"] for line in lines(ended)) == ["notice", "notice-2"]
    assert "it is called notice-2" in ended.err


def test_a_text_for_named_persons_has_no_line(call, folder):
    text = folder / "secret.txt"
    text.write_text(f"marking: TLP:RED\ndate: 2023-07-03\n\n{SAID}")
    ended = call("read", text)
    assert (ended.code, ended.out) == (1, "")
    assert "secret.txt: is for named persons only" in ended.err


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the annotated corpus is not on this machine")
def test_the_scorer_of_the_annotated_corpus_takes_what_is_written(call, tmp_path):
    texts, out = sorted((CORPUS / "texts").glob("*.txt"))[:40], tmp_path / "events.jsonl"
    assert call("read", *texts, "--out", out).code == 0
    scorer = [sys.executable, str(CORPUS / "score.py"), "--gold", str(CORPUS / "labels.jsonl")]
    done = subprocess.run(
        [*scorer, "--pred", str(out), "--boot", "1", "--json", str(tmp_path / "scores.json")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert len(out.read_text("utf-8").splitlines()) == len(texts)
    assert json.loads((tmp_path / "scores.json").read_text())


def told_by(folder, name, publisher, text=SAID):
    (folder / f"{name}.txt").write_text(f"date: 2023-07-03\npublisher: {publisher}\n\n{text}")


def test_several_papers_that_tell_one_event_give_one_story_with_evidence(call, folder):
    told_by(folder, "a", "Daily")
    told_by(folder, "b", "Post", f"Traders in Rotterdam wait. {SAID}")
    told_by(folder, "c", "Post", "The price of copper did not move.")
    (line,) = lines(call("read", folder, "--stories"))
    assert (line["type"], line["items"], line["independent"]) == ("RESTRICT", ["min.ga"], 2)
    assert {t["doc"] for t in line["tellings"]} == {"a", "b"}
    assert all(t["evidence"] for t in line["tellings"])


def test_texts_without_events_give_no_story_and_no_failure(call, folder, tmp_path):
    told_by(folder, "a", "Daily", "The price of bread did not move.")
    out = tmp_path / "stories.jsonl"
    ended = call("read", folder, "--stories", "--out", out)
    assert (ended.code, out.read_text()) == (0, "")
    assert "0 stories" in ended.err


def test_several_processes_write_the_lines_of_one(call, folder):
    for number in range(reader.SHARE + 3):
        told_by(folder, f"n{number:02}", "Daily", f"{SAID} Note {number}.")
    (folder / "n05.txt").write_bytes(b"")
    one, two = call("read", folder), call("read", folder, "--jobs", "2")
    assert two.out == one.out
    assert "n05.txt: is empty" in two.err


def test_a_number_of_processes_that_is_none_is_refused(call, folder):
    told_by(folder, "a", "Daily")
    ended = call("read", folder, "--jobs", "-1")
    assert ended.code == 2
    assert "--jobs is -1" in ended.err


def test_names_stay_apart_however_files_are_called():
    names, said = {}, []
    given = [reader._own(stem, names, said.append) for stem in ("n", "n", "n-2", "n", "n-2")]
    assert len(set(given)) == 5
    assert given[0] == "n"
