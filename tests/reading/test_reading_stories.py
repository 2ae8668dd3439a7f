"""Many tellings of one act become one story, and whoever leans on another is not counted twice."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreshock.reading import stories
from foreshock.reading.copies import Copies, agency, contained, runs
from foreshock.words.clocks import arrived
from foreshock.words.markings import Marking
from foreshock.words.records import Document, Event

DAY = date(2023, 7, 4)
RECEIVED = datetime(2026, 1, 2, tzinfo=UTC)
WIRE = (
    "BEIJING (Reuters) - China will require licences for exports of gallium from 1 August, the "
    "commerce ministry said on Monday. Companies must name the buyer and use of each shipment, "
    "and the ministry passes applications on to the State Council where it thinks that needed. "
    "Traders in Rotterdam said that buyers were looking for material before the rule begins."
)
OWN = (
    "Chip makers are counting their stocks of gallium after Beijing's notice. From 1 August an "
    "export licence will be needed, China announced on Monday, without saying how long it takes."
)


def document(text: str, publisher: str = "", day: date = DAY, **more: object) -> Document:
    more.setdefault("name", publisher or "d")
    return Document(
        clocks=arrived(RECEIVED, day), source="test", text=text, publisher=publisher, **more
    ).sealed()


def event(doc: Document, **more: object) -> Event:
    told = {
        "type": "RESTRICT",
        "actors": ("CN",),
        "items": ("min.ga",),
        "targets": ("all",),
        **more,
    }
    return Event(clocks=doc.clocks, document=doc.id, local="e1", **told).sealed()


def told(publisher: str, day: date = DAY, text: str = "", **more: object):
    doc = document(text or f"{publisher} writes of China.", publisher, day)
    return doc, [event(doc, **more)]


def test_a_text_read_by_several_papers_is_one_story_with_all_evidence(read, pack):
    texts = [(WIRE, "Post"), (WIRE[:260], "Herald"), (OWN, "Times")]
    documents = [document(text, publisher) for text, publisher in texts]
    found = stories([(d, read(d.text, DAY).events) for d in documents], pack)
    restrict = [s for s in found if s.event.type == "RESTRICT"]
    assert len(restrict) == 1
    (story,) = restrict
    assert {t.name for t in story.tellings} == {"Post", "Herald", "Times"}
    assert story.independent == 2
    assert all(t.evidence for t in story.tellings)
    assert sum(bool(t.copy_of) for t in story.tellings) == 1


def test_copies_and_publishers_and_agencies_count_once():
    by_agency = [
        told("A", text="Minister spoke. (Yonhap) x"),
        told("B", text="Other words (Yonhap)"),
    ]
    assert stories(by_agency)[0].independent == 1
    assert stories([told("A"), told("A", text="Another text of A.")])[0].independent == 1
    assert stories([told("A"), told("B")])[0].independent == 2


def test_a_publisher_that_nobody_names_is_told_by_its_address():
    one, other = (
        document(f"China {n}.", url=f"https://www.a.org/{n}", name=str(n)) for n in (1, 2)
    )
    (story,) = stories([(one, [event(one)]), (other, [event(other)])])
    assert (story.independent, story.publishers) == (1, ("a.org",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": "EASE"}, {}),
        ({"actors": ("US",)}, {}),
        ({"items": ("min.ge",)}, {}),
        ({"status": "denied"}, {}),
        ({"effective": "2023-08-01"}, {"effective": "2023-12-01"}),
        ({"targets": ("JP",)}, {"targets": ("US",)}),
        ({"instruments": ("export_ban",)}, {"instruments": ("export_licence",)}),
        ({"instruments": ("import_tariff",)}, {"instruments": ("export_control",)}),
        ({"type": "FLOW", "direction": "up"}, {"type": "FLOW", "direction": "down"}),
        ({"type": "POSITION", "mode": "condemn"}, {"type": "POSITION", "mode": "welcome"}),
    ],
)
def test_acts_that_contradict_stay_two_stories(one, other):
    assert len(stories([told("A", **one), told("B", **other)])) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"items": ("min.graphite",)}, {"items": ("min.graphite.flake",)}),
        ({"date": "2023-07"}, {"date": "2023-07-03"}),
        ({"status": "announced"}, {"status": "in_force"}),
        ({"instruments": ("export_control",)}, {"instruments": ("export_ban",)}),
        ({"actors": ("CN", "US")}, {"actors": ("US", "CN")}),
    ],
)
def test_tellings_that_only_differ_in_detail_are_one_story(one, other):
    assert len(stories([told("A", **one), told("B", **other)])) == 1


def test_undated_acts_far_apart_are_two_stories_and_dated_ones_are_one():
    later = DAY + timedelta(days=90)
    assert len(stories([told("A"), told("B", later)])) == 2
    dated = {"effective": "2023-08-01"}
    assert len(stories([told("A", **dated), told("B", later, background=True, **dated)])) == 1


def test_two_events_of_one_document_never_join():
    doc = document("China acted twice.")
    twice = [event(doc), msgspec.structs.replace(event(doc), local="e2").sealed()]
    assert len(stories([(doc, twice)])) == 2


def test_a_story_takes_over_the_dates_and_the_tool_that_others_add():
    vague = told("A", instruments=("export_control",), date="2023-07", confidence=0.9)
    exact = told("B", instruments=("export_licence",), date="2023-07-03", confidence=0.6)
    (story,) = stories([vague, exact])
    assert (story.event.date, story.event.instruments) == ("2023-07-03", ("export_licence",))


def test_a_story_is_as_secret_as_its_most_secret_telling():
    open_, held = told("A"), told("B")
    secret = msgspec.structs.replace(held[0], marking=Marking.AMBER)
    (story,) = stories([open_, (secret, held[1])])
    assert story.marking == Marking.AMBER


def test_a_shared_quotation_makes_no_copy():
    quote = '"This does not target any country," the spokesman said.'
    copies = Copies()
    one = copies.add(f"{OWN} {quote}")
    other = copies.add(
        f"{quote} In Seoul officials met to list what factories hold, and asked companies for "
        "figures by Friday; nobody would say what comes after that."
    )
    assert one != other


def test_chinese_copies_are_found():
    text = (
        "商务部发言人表示，中方依法对镓、锗相关物项实施出口管制，不针对任何特定国家，"
        "符合规定的申请将予以许可。"
    )
    copies = Copies()
    assert copies.add(text) == copies.add("新华社电 " + text + "完")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SEOUL, Nov. 11 (Yonhap) -- China", "Yonhap"),
        ("China spoke.\n(Reporting by Amy Lv; Editing by Jo Sun)", "Reuters"),
        ("The agency said.", ""),
    ],
)
def test_an_agency_is_told_by_its_credit(text, name):
    assert agency(text) == name


@given(st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=6))
def test_no_more_voices_than_publishers_and_no_telling_is_lost(publishers):
    read = [told(p, text=f"{p} {n}") for n, p in enumerate(publishers)]
    found = stories(read)
    assert sum(len(s.tellings) for s in found) == len(read)
    assert all(1 <= s.independent <= len(set(publishers)) for s in found)
    assert stories(read[::-1]) == found


@given(st.floats(0, 1), st.integers(0, 500), st.integers(0, 500))
def test_what_is_contained_is_a_share(resemblance, one, other):
    assert 0 <= contained(resemblance, one, other) <= 1


@given(st.text(max_size=300))
def test_any_text_can_be_compared(text):
    assert Copies().add(text) == 0
    assert isinstance(runs(text), set)
