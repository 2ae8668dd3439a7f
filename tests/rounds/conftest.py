from pathlib import Path

import pytest

from foreshock.archive import open_archive
from foreshock.words.pack import load


@pytest.fixture(scope="session")
def pack():
    return load()


@pytest.fixture
def archive(tmp_path):
    with open_archive(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def news(tmp_path):
    """A folder of texts: `news("2023-07-03", "China ...")` adds one."""
    folder = tmp_path / "news"
    folder.mkdir()

    def add(day: str | None, body: str, name: str = "") -> Path:
        number = len(list(folder.iterdir()))
        date = f"date: {day}\n" if day else ""
        path = folder / (name or f"{number:03}.txt")
        path.write_text(f"title: A text\nlanguage: en\n{date}\n{body}\n", "utf-8")
        return folder

    return add
