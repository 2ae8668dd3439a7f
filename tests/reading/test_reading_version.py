"""The reader's fingerprint, and its output in the words of the standard alone."""

from datetime import UTC, date, datetime

import msgspec

from foreshock.reading import Reading, standard
from foreshock.reading.version import version
from foreshock.words.clocks import live
from foreshock.words.pack import Pack
from foreshock.words.records import Document, Event
from foreshock.words.reference import Item
from foreshock.words.vocab import ITEMS

CLOCKS = live(datetime(2026, 1, 1, tzinfo=UTC))
GRAPHITE = Item(id="min.graphite", name="graphite", kind="mineral")
SPHERICAL = Item(id="min.graphite.sph", name="spherical", kind="mineral", parent="min.graphite")
UREA = Item(id="mat.urea", name="urea", kind="material")
PACK = Pack(items=(GRAPHITE, SPHERICAL, UREA))


def test_another_name_in_the_pack_makes_another_reader():
    renamed = msgspec.structs.replace(PACK, items=(GRAPHITE, UREA))
    assert version(PACK) == version(Pack(items=PACK.items))
    assert version(PACK) != version(renamed)


def test_an_item_that_only_the_pack_knows_is_told_as_that_of_the_standard():
    event = Event(
        clocks=CLOCKS,
        document="document-1",
        local="e1",
        type="RESTRICT",
        items=("min.graphite.sph", "min.graphite", "mat.urea"),
    )
    document = Document(clocks=CLOCKS, source="test", text="", name="n1")
    said = standard(document, Reading(events=(event,)), PACK)
    assert said["events"][0]["items"] == ["min.graphite", "mat.urea"], "urea has no better word"


def test_the_standard_has_its_hundred_and_one_items():
    assert len(set(ITEMS)) == len(ITEMS) == 101


def test_a_text_dated_at_the_end_of_the_calendar_is_read_without_inventing_a_day(read):
    text = "China will ban exports of gallium from tomorrow, the ministry said on Friday."
    found = read(text, day=date.max)
    assert [e.type for e in found.events] == ["RESTRICT"]
    assert found.events[0].effective is None
