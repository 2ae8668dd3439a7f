from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreshock.words import clocks
from foreshock.words.markings import RULES, Marking, label, strictest
from foreshock.words.records import KINDS, Document, Event, Record

EARLY = datetime(2026, 1, 1, tzinfo=UTC)
LATE = datetime(2026, 6, 1, tzinfo=UTC)


def document(received, **more):
    fields = {"source": "test", "text": "China limits gallium.", **more}
    return Document(clocks=clocks.arrived(received, date(2023, 7, 3)), **fields).sealed()


def test_the_same_text_received_twice_is_one_record():
    assert document(EARLY).id == document(LATE).id


@pytest.mark.parametrize(
    "change",
    [{"text": "China limits germanium."}, {"url": "https://example.org/b"}, {"title": "b"}],
)
def test_another_content_is_another_record(change):
    assert document(EARLY).id != document(EARLY, **change).id


def test_a_marking_and_a_correction_change_the_id():
    plain = document(EARLY)
    assert plain.id != document(EARLY, marking=Marking.RED).id
    assert plain.id != document(EARLY, supersedes=plain.id).id


def test_a_record_comes_back_from_json_as_it_was():
    event = Event(
        clocks=clocks.arrived(EARLY, date(2023, 7, 3), "2023-07"),
        document="document-1",
        local="e1",
        type="RESTRICT",
        items=("min.ga",),
    ).sealed()
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event


def test_a_record_cannot_be_changed():
    with pytest.raises(AttributeError):
        document(EARLY).text = "other"


def test_every_kind_is_found_by_the_prefix_of_its_id():
    assert all(issubclass(kind, Record) for kind in KINDS.values())
    assert KINDS[document(EARLY).id.split("-")[0]] is Document


def test_the_markings_are_the_five_of_tlp_2():
    assert [label(m) for m in Marking] == [
        "TLP:CLEAR",
        "TLP:GREEN",
        "TLP:AMBER",
        "TLP:AMBER+STRICT",
        "TLP:RED",
    ]
    assert len({rule.stix_id for rule in RULES.values()}) == 5


@given(st.lists(st.sampled_from(Marking)))
def test_a_thing_made_of_several_bears_the_strictest_marking(markings):
    assert all(strictest(markings) >= m for m in markings)
    assert strictest(markings) in [*markings, Marking.CLEAR]
