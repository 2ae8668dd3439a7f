"""History replayed: one archive with the pack's texts and figures, looked at on many days."""

import functools
from datetime import date

import msgspec
import pytest

from foreshock import rounds
from foreshock.archive import open_archive
from foreshock.words.pack import load


def _replayer(archive, pack):
    @functools.cache
    def replay(day: str, holder: str = "") -> rounds.Findings:
        ask = rounds.Ask(as_of=date.fromisoformat(day), holders=(holder,) if holder else ())
        return rounds.look(archive, pack, ask)

    rounds.prepare(archive, pack)
    return replay


@pytest.fixture(scope="session")
def pack():
    return load()


@pytest.fixture(scope="session")
def on(tmp_path_factory, pack):
    """`on("2023-07-10", "KR")`: what a round says as of that day."""
    with open_archive(tmp_path_factory.mktemp("history")) as archive:
        yield _replayer(archive, pack)


@pytest.fixture(scope="session")
def from_texts_alone(tmp_path_factory, pack):
    """The same with a pack that knows no measure, promise or licence outcome: texts must do."""
    bare = msgspec.structs.replace(pack, measures=(), steps=(), commitments=(), licence_outcomes=())
    with open_archive(tmp_path_factory.mktemp("texts")) as archive:
        yield _replayer(archive, bare)


@pytest.fixture(scope="session")
def warning():
    """`warning(findings, "min.ga")`: the warning on an item; None when there is none."""

    def find(findings, item, holder=None):
        found = [
            w
            for w in findings.warnings
            if w.item == item and (holder is None or w.holder == holder)
        ]
        return found[0] if found else None

    return find
