"""Official notices in Chinese, Korean, Japanese and Dutch: what they order, of whom, since when."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from foreshock.reading import Reader, standard
from foreshock.words.clocks import arrived
from foreshock.words.pack import load
from foreshock.words.records import Document

NOTICES = [
    (path.stem, notice)
    for path in sorted((Path(__file__).parent / "notices").glob("*.toml"))
    for notice in tomllib.loads(path.read_text("utf-8"))["notice"]
]


@pytest.fixture(scope="module")
def reader():
    return Reader(load())


def events(reader, notice):
    clocks = arrived(datetime(2026, 3, 1, tzinfo=UTC), date.fromisoformat(notice["day"]))
    document = Document(clocks=clocks, source="test", text=notice["text"].strip(), name="n")
    found = reader.read(document.sealed())
    return found.language, standard(document, found, reader._pack)["events"]


def fits(event, wanted):
    """What is missing or other than wanted; lists must hold what is wanted of them."""
    wrong = {}
    for key, value in wanted.items():
        told = event[key]
        if isinstance(value, list):
            # what the pack parts more finely is of the kind wanted
            fine = all(any(t == v or t.startswith(v + ".") for t in told) for v in value)
        else:
            fine = value == told
        if not fine:
            wrong[key] = told
    return wrong


@pytest.mark.parametrize(
    ("language", "notice"), NOTICES, ids=[f"{code}-{n['name']}" for code, n in NOTICES]
)
def test_a_notice_is_read_as_it_orders(reader, language, notice):
    told, found = events(reader, notice)
    assert told == language
    if not notice["expect"]:
        assert found == []
    for wanted in notice["expect"]:
        same = [e for e in found if e["type"] == wanted["type"]]
        assert any(not fits(e, wanted) for e in same), [fits(e, wanted) for e in same] or [
            e["type"] for e in found
        ]


@pytest.mark.parametrize("language", ["zh", "ko", "ja", "nl"])
def test_there_are_a_dozen_notices_in_each_language(language):
    assert sum(code == language for code, _ in NOTICES) >= 12
