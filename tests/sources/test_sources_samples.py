"""Each source has recorded samples, and is read as we agreed to read it."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from foreshock import sources
from foreshock.sources import cards
from foreshock.sources.formats import SHEETS, TEXTS
from foreshock.words.pack import TABLES, Pack
from foreshock.words.tables import read_table

SAMPLES = Path(__file__).parent.parent / "samples"
RECEIVED = datetime(2026, 1, 2, 12, tzinfo=UTC)
FILES = sorted(
    path for path in (SAMPLES / "folder").iterdir() if not path.name.endswith(".expected.json")
)


def as_agreed(harvest: sources.Harvest) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(msgspec.json.encode(harvest))
    for document in said["documents"]:
        del document["id"]  # follows from the rest
    return said


def check(harvest: sources.Harvest, expected: Path) -> None:
    got = as_agreed(harvest)
    if os.environ.get("ACCEPT"):  # by hand, after looking at the difference
        expected.write_text(json.dumps(got, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert expected.exists(), f"{expected.name} is missing: ACCEPT=1 writes it; then read it"
    assert got == json.loads(expected.read_text("utf-8")), (
        f"look at the difference; ACCEPT=1 keeps the new reading as {expected.name}"
    )


@pytest.mark.parametrize("name", cards.names())
def test_every_source_has_a_card_and_a_recorded_sample(name: str) -> None:
    assert cards.card(name).says.endswith(".")
    assert list((SAMPLES / name).glob("*.expected.json")), f"record one under samples/{name}"


def test_every_format_has_a_sample() -> None:
    same = {".htm": ".html", ".xml": ".rss", ".md": ".txt"}
    wanted = {same.get(suffix, suffix) for suffix in (*TEXTS, *SHEETS)}
    assert wanted <= {path.suffix for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_sample_file_is_read_as_agreed(path: Path) -> None:
    harvest = sources.read_file(path, RECEIVED)
    check(harvest, path.with_name(path.name + ".expected.json"))


def test_the_sample_pack_is_read_as_agreed() -> None:
    folder, problems = SAMPLES / "pack", []
    tables: dict[str, Any] = {
        attribute: read_table(folder / file, kind, problems)
        for attribute, (file, kind, _) in TABLES.items()
        if (folder / file).exists()
    }
    assert problems == []
    harvest = sources.from_pack(Pack(**tables, folders=(folder,)), RECEIVED)
    check(harvest, folder / "pack.expected.json")
