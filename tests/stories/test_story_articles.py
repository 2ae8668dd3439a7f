"""The three real articles kept beside the project: sensible events, a sensible bulletin."""

from pathlib import Path

import pytest

from foreshock import rounds
from foreshock.archive import open_archive
from foreshock.desk import bulletin as bulletins
from foreshock.gate import PUBLIC

ARTICLES = Path(__file__).parents[3] / "shared" / "seeds"

pytestmark = pytest.mark.skipif(not ARTICLES.is_dir(), reason="the articles are not at hand")


@pytest.fixture(scope="module")
def found(tmp_path_factory, pack):
    with open_archive(tmp_path_factory.mktemp("articles")) as archive:
        yield rounds.run(archive, pack, rounds.Ask(folders=(ARTICLES,)))


def events_of(found, name):
    (document,) = [d for d in found.documents if d.name == name]
    return [e for e in found.events if e.document == document.id]


def test_the_korean_dutch_agreement_on_early_warning_is_found(found):
    agreed = [e for e in events_of(found, "002_32358130142038f8") if e.type == "AGREE"]
    assert any({"KR", "NL"} <= set(e.actors) for e in agreed)
    assert any("early_warning" in e.instruments for e in agreed)
    assert any(e.date == "2025-04-17" for e in agreed)


def test_the_chinese_dutch_talks_on_lithography_are_found(found):
    events = events_of(found, "000_a28a1e7236bd4d4a")
    assert any(e.type == "NEGOTIATE" and {"CN", "NL"} <= set(e.actors) for e in events)
    assert any(e.type == "RESTRICT" and "NL" in e.actors and "CN" in e.targets for e in events)


def test_the_dutch_minister_and_the_american_rules_of_october_are_found(found):
    events = events_of(found, "003_6370671ee919af42")
    assert any(e.type == "RESTRICT" and "US" in e.actors and e.background for e in events)
    assert any("NL" in e.actors for e in events)


def test_a_bulletin_of_them_can_be_made(found, pack):
    page = bulletins.html(bulletins.compose(found, pack, PUBLIC), pack)
    assert "Netherlands" in page
