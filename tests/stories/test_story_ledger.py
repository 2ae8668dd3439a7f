"""The ledger on the three articles kept beside the project, judged apart from the reader.

Their labels are fed as if a perfect reader had found them; every measure, deal and stance that a
careful reader finds is there, and no other.
"""

import importlib.util
import json
from pathlib import Path

import pytest

from foreshock.ledger import open_book

ROOT = Path(__file__).parents[2]
BESIDE = [above / "shared" / "seeds" / "labels.jsonl" for above in ROOT.parents]
LABELS = next((file for file in BESIDE if file.is_file()), BESIDE[0])

pytestmark = pytest.mark.skipif(not LABELS.is_file(), reason="the articles are not at hand")


@pytest.fixture(scope="module")
def judge():
    file = ROOT / "benchmarks" / "ledger_labels.py"
    spec = importlib.util.spec_from_file_location("ledger_labels", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def book(judge, pack):
    lines = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    events = [event for line in lines for event in judge.events_of(line)]
    return open_book(pack, events, judge.RECEIVED.date())


def of(book, document):
    return {event.local: event.id for event in book.events if event.document == document}


def stances(book, document):
    ids = set(of(book, document).values())
    return {(s.who, s.stance, s.about) for s in book.stances if ids & set(s.evidence)}


def measures(book, document):
    ids = set(of(book, document).values())
    return {hit.measure for hit in book.matches if hit.event in ids}


def deals(book, document):
    ids = set(of(book, document).values())
    return {c.name for c in book.commitments if ids & set(c.evidence)}


def test_the_dutch_minister_of_november_2022_and_who_presses_her(book):
    article = "003_6370671ee919af42"
    assert measures(book, article) == {"US-2022-1007", "NL-2022-11-chip-export_control"}
    assert deals(book, article) == set()
    assert stances(book, article) == {
        ("NL", "undecided", "US-2022-1007"),
        ("US", "supports", "NL-2022-11-chip-export_control"),
        ("CN", "opposes", "NL-2022-11-chip-export_control"),
        ("org:ASML", "exposed", "US-2022-1007"),
        ("org:Tokyo_Electron", "exposed", "US-2022-1007"),
    }


def test_the_dutch_plan_is_a_rumour_little_believed_and_the_talks_of_that_month_are_ahead(book):
    plan = book.measure("NL-2022-11-chip-export_control")
    assert {step.step for step in plan.steps} == {"rumoured"}
    assert plan.confidence <= 0.5


def test_the_korean_dutch_early_warning_is_one_deal_of_2025_confirmed_by_both(book):
    article = "002_32358130142038f8"
    assert deals(book, article) == {"kr-nl-2025-early-warning", "kr-nl-2023-two-plus-two"}
    (deal,) = [c for c in book.commitments if c.name == "kr-nl-2025-early-warning"]
    assert set(deal.confirmed_by) == {"KR", "NL"}
    assert measures(book, article) == {"NL-2023-ASME"}
    assert stances(book, article) == {("US", "supports", "NL-2023-ASME")}


def test_the_chinese_dutch_talks_open_a_promise_of_stability_and_no_stance_of_its_own_parties(book):
    article = "000_a28a1e7236bd4d4a"
    assert deals(book, article) == {"CN-NL-2024-03-chip"}
    assert len(measures(book, article)) == 1
    assert stances(book, article) == set()
