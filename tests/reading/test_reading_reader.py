"""Whole texts become events with evidence; bad input becomes a note."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from foreshock.reading import Reader, standard
from foreshock.words.clocks import arrived
from foreshock.words.markings import Marking
from foreshock.words.records import Document

NOTICE = (
    "Ministry of Commerce of China, Announcement No. 23 of 2023\n\n"
    "Export control is imposed on items related to gallium and germanium. The items shall not be\n"
    "exported without permission.\n\n"
    "The announcement was published on 3 July 2023 and takes effect on 1 August 2023."
)


def document(text: str, **more: object) -> Document:
    clocks = arrived(datetime(2026, 1, 2, tzinfo=UTC), date(2023, 7, 3))
    fields = {"clocks": clocks, "source": "test", "text": text, "name": "n23", **more}
    return Document(**fields).sealed()  # type: ignore[arg-type]


def test_the_gallium_notice_is_one_announced_measure(reader):
    (event,) = reader.read(document(NOTICE)).events
    assert (event.type, event.status, event.background) == ("RESTRICT", "announced", False)
    assert (event.actors, event.targets, event.items) == (("CN",), ("all",), ("min.ga", "min.ge"))
    assert (event.date, event.effective) == ("2023-07-03", "2023-08-01")
    assert event.instruments == ("export_licence",)
    assert (event.source.kind, event.source.who) == ("gov", ("CN",))


def test_an_event_carries_clocks_marking_and_evidence_of_its_document(reader):
    doc = document(NOTICE, marking=Marking.AMBER, nature="exercise")
    event = reader.read(doc).events[0]
    assert event.document == doc.id
    assert (event.marking, event.nature) == (Marking.AMBER, "exercise")
    assert event.clocks == msgspec.structs.replace(doc.clocks, happened="2023-07-03")
    assert event.id.startswith("event-")
    for passage in event.evidence:
        assert NOTICE[passage.start : passage.end] == passage.text
        assert 0 < len(passage.text) <= 200
    assert 0 < event.confidence <= 1
    assert any(reason.startswith("frame:") for reason in event.reasons)


def test_a_text_for_named_persons_is_not_quoted(reader):
    event = reader.read(document(NOTICE, marking=Marking.RED)).events[0]
    assert {p.text for p in event.evidence} == {""}


def test_reading_twice_gives_the_same_records(reader, pack):
    assert reader.read(document(NOTICE)) == Reader(pack).read(document(NOTICE))


def test_the_standard_form_is_plain_json(reader):
    doc = document(NOTICE)
    out = standard(doc, reader.read(doc))
    assert msgspec.json.decode(msgspec.json.encode(out)) == out
    assert (out["doc"], out["date"]) == ("n23", "2023-07-03")
    (event,) = out["events"]
    assert event["id"] == "e1"
    assert event["source"] == {"kind": "gov", "who": ["CN"]}
    assert {"start", "end"} == set(event["evidence"][0])


@pytest.mark.parametrize(
    ("text", "actors", "targets", "items"),
    [
        ("China banned exports of gallium to the United States.", ["CN"], ["US"], ["min.ga"]),
        ("Exports of gallium were banned by China.", ["CN"], ["all"], ["min.ga"]),
        ("The Dutch government restricted sales of lithography machines to China.",
         ["NL"], ["CN"], ["sme.litho"]),
        ("Tokyo tightened export controls on photoresist.", ["JP"], ["all"], ["mat.resist"]),
        ("Curbs on antimony imposed by Beijing hurt Dutch firms.", ["CN"], ["all"], ["min.sb"]),
    ],
)  # fmt: skip
def test_who_acts_on_whom_about_what(read, text, actors, targets, items):
    event = next(e for e in read(text).events if e.type == "RESTRICT")
    assert [list(event.actors), list(event.targets), list(event.items)] == [actors, targets, items]


def test_a_demonym_before_goods_is_no_actor(read):
    assert not any(
        "NL" in e.actors for e in read("China bought Dutch lithography machines.").events
    )


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("China imposed export controls on gallium.", "in_force"),
        ("China will impose export controls on gallium.", "announced"),
        ("China is considering imposing export controls on gallium.", "considered"),
        ("China did not impose export controls on gallium.", "denied"),
        (
            "China imposed export controls on gallium, which take effect on August 1, 2025.",
            "announced",
        ),
    ],
)
def test_status_is_told_by_the_words_and_dates(read, text, status):
    assert {e.status for e in read(text).events if e.type == "RESTRICT"} == {status}


def test_a_promise_to_ease_is_a_commitment(read):
    assert [e.type for e in read("China promised to lift its curbs on rare earths.").events] == [
        "COMMIT"
    ]


def test_the_curbs_are_the_measure_told_before(read):
    text = (
        "China imposed export controls on gallium. The curbs cover many firms. "
        "China said the controls stay."
    )
    events = [e for e in read(text).events if e.type == "RESTRICT"]
    assert len(events) == 1
    assert events[0].sents == (0, 1, 2)


def test_retaliation_is_a_link(read):
    text = "China restricted exports of rare earths in retaliation for US tariffs."
    events = read(text).events
    first = next(e for e in events if e.actors == ("CN",))
    assert [link.rel for link in first.links] == ["retaliates"]
    assert next(e for e in events if e.local == first.links[0].ref).actors == ("US",)


def test_old_acts_beside_the_news_are_background(read):
    text = (
        "The EU urged China to lift curbs on rare earths. "
        "China imposed export controls on rare earths in April 2024."
    )
    by_type = {e.type: e.background for e in read(text).events}
    assert by_type == {"PRESSURE": False, "RESTRICT": True}


@pytest.mark.parametrize(
    "text",
    [
        "ASML stock looks undervalued; our price target is $905 and earnings per share may rise.",
        "The best gallium charger has two ports and charges a phone in an hour.",
        "Gallium is a soft metal that melts in the hand. It was discovered in 1875.",
        "Whoever controls chips controls the world, the book argues.",
        "How do export controls on semiconductors work? They protect national security.",
        "Clean the tin with mild soap and a soft cloth.",
    ],
)
def test_what_is_no_news_gives_no_event(read, text):
    assert read(text).events == ()


def test_an_empty_text_is_noted(read):
    reading = read(" \n ")
    assert (reading.events, reading.notes) == ((), ("the text is empty: nothing was read",))


def test_an_undated_text_is_read_but_dates_nothing_relative(read):
    reading = read("China banned exports of gallium last month.", day=None)
    assert reading.events[0].date is None
    assert any(note.startswith("no date") for note in reading.notes)


def test_an_unknown_language_is_noted_and_not_guessed_at(read):
    reading = read("China banned exports of gallium.", language="tlh")
    assert reading.events == ()
    assert "no tables for language 'tlh'" in reading.notes[-1]


def test_ten_megabytes_on_one_line_are_read_in_part_and_said_so(read):
    reading = read("China banned exports of gallium. " + "x" * 10_000_000)
    assert len(reading.events) == 1
    assert "were not read" in reading.notes[0]


def test_look_alike_and_hidden_letters_invent_nothing(read):
    reading = read("China banned exports of g\u0430llium and ant\u202eimony.")
    assert reading.events == ()
    assert len(reading.notes) == 2


def test_half_characters_of_a_broken_file_do_no_harm(reader):
    clocks = arrived(datetime(2026, 1, 2, tzinfo=UTC), None)
    broken = Document(clocks=clocks, source="t", text="China \ud800 banned exports of gallium.")
    assert len(reader.read(broken).events) == 1


def test_the_same_act_told_a_thousand_times_is_one_event(read):
    (event,) = read("China banned exports of gallium. " * 1000).events
    assert 1 < len(event.evidence) <= 40
