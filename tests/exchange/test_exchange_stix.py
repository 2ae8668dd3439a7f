"""Our records in the forms of other tools: readable, valid in shape, never above their marking."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from foreshock import gate
from foreshock.errors import NotAllowed, RecordError
from foreshock.exchange import cap, intake, stix
from foreshock.words.clocks import Clocks
from foreshock.words.markings import Marking
from foreshock.words.pack import load
from foreshock.words.records import (
    Acknowledgement,
    Commitment,
    EarlyWarning,
    Event,
    Measure,
    Origin,
    Reason,
    Receiver,
    Step,
)
from foreshock.words.shelf import Item

PACK = load()
PARTNER = Receiver(name="partner", circle="community")
ID = re.compile(r"[a-z-]+--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def clocks(day):
    at = datetime(2023, 7, day, 12, tzinfo=UTC)
    return Clocks(known_at=at, received=at, published=at.date())


def warning(day=10, **changes):
    said = {
        "clocks": clocks(day), "item": "min.ga", "holder": "KR", "as_of": date(2023, 7, day),
        "level": 2, "p30": 0.05, "p90": 0.38, "p180": 0.5, "cover_weeks": (6.0, 16.0, 30.0),
        "cover_basis": "prior", "unmet": 0.4, "onset": (date(2023, 8, 1), date(2023, 12, 1)),
        "reasons": (Reason(rule="r", says="China announced <licences> & more", weight=1.0),),
        "would_change": ("licences are granted",), "expires": date(2023, 9, 1),
    }  # fmt: skip
    return EarlyWarning(**{**said, **changes}).sealed()


MEASURE = Measure(
    clocks=clocks(3), name="CN-2023-23", issuer="CN", title="Export control on gallium",
    official_number="No. 23 of 2023", instruments=("export_licence",), items=("min.ga",),
    codes=("8112929090",), targets=("all",),
    steps=(
        Step(step="announced", date="2023-07-03", published=date(2023, 7, 3), what="Announced.",
             origin=Origin(publisher="商务部", url="https://example.org/公告/23")),
        Step(step="in_force", date="2023-08-01", published=date(2023, 7, 3)),
    ),
).sealed()  # fmt: skip
PROMISE = Commitment(
    clocks=clocks(4), name="p-1", who_says=("CN",), who_promises=("CN",), what="To grant licences.",
    made="2023-07", due="2023-12-31",
).sealed()  # fmt: skip
EVENT = Event(
    clocks=clocks(3), document="document-1", local="e1", type="RESTRICT", mode="new",
    actors=("CN",), items=("min.ga",), date="2023-07-03",
).sealed()  # fmt: skip
ALL = (warning(), MEASURE, PROMISE, EVENT)


def objects(records=ALL, receiver=gate.PUBLIC, **more):
    return stix.bundle(records, receiver, "Test house", PACK, **more).get("objects", [])


def test_a_warning_is_readable_in_the_plain_properties_alone():
    (report,) = [o for o in objects() if o["type"] == "report"]
    for fact in ("level 2/4", "gallium", "South Korea", "38%"):
        assert fact in report["name"]
    for fact in ("2023-07-10", "about 16 weeks (prior)", "licences", "Would change it"):
        assert fact in report["description"]
    assert report["confidence"] == 38


def test_every_object_is_sound_by_our_own_intake_and_of_the_form_of_stix():
    found = objects()
    assert {o["type"] for o in found} == {
        "identity", "extension-definition", "location", "report", "incident"
    }  # fmt: skip
    ids = {o["id"] for o in found}
    for one in found:
        assert ID.fullmatch(one["id"]), one["id"]
        assert one["created"] <= one["modified"]
        assert one["created_by_ref"] in ids
        assert set(one.get("object_refs", [])) <= ids
        taken = intake.examine(json.dumps(one).encode(), datetime(2030, 1, 1, tzinfo=UTC))
        assert isinstance(taken, Item), taken
        assert taken.marking is Marking.CLEAR
        for reference in one.get("external_references", []):
            assert reference["url"].isascii()


def test_the_extension_keeps_to_its_schema():
    schema = json.loads(Path(stix.__file__).with_name("stix_extension.schema.json").read_text())
    for one in objects():
        for said in one.get("extensions", {}).values():
            assert set(said) <= set(schema["properties"]), one["type"]
            assert all(len(name) >= 3 for name in said)
            assert None not in said.values()
            assert [] not in said.values()


def test_a_later_warning_is_a_new_version_of_the_same_object():
    first, later = warning(10), warning(12, level=3)
    begun = {stix.about(first): first.clocks.known_at}
    (old,) = [o for o in objects([first], first=begun) if o["type"] == "report"]
    (new,) = [o for o in objects([later], first=begun) if o["type"] == "report"]
    assert old["id"] == new["id"]
    assert old["created"] == new["created"]
    assert old["modified"] < new["modified"]


def test_a_warning_that_is_over_is_revoked_and_an_exercise_says_so_first():
    (report,) = [o for o in objects([warning(state="cancelled")]) if o["type"] == "report"]
    assert report["revoked"] is True
    (drill,) = [o for o in objects([warning(nature="exercise")]) if o["type"] == "report"]
    assert drill["description"].startswith("THIS IS AN EXERCISE")
    (live,) = [o for o in objects() if o["type"] == "report"]
    assert drill["id"] != live["id"], "an exercise is never a version of the real thing"


@pytest.mark.parametrize("marking", Marking)
@pytest.mark.parametrize("circle", gate.MAY_SEE)
def test_nothing_leaves_above_its_marking(marking, circle):
    held = [msgspec.structs.replace(record, marking=marking) for record in ALL]
    found = objects(held, Receiver(name="x", circle=circle))
    if marking > gate.MAY_SEE[circle]:
        assert found == []
    else:
        marked = [o for o in found if o["type"] in ("report", "incident")]
        assert len(marked) == len(ALL)
        for one in marked:
            assert intake.marking_of(one) is marking


def test_a_dispute_is_an_opinion_and_mere_seeing_is_none():
    report = stix.name_of("report", "x")
    for says, count in (("disputed", 1), ("acting", 1), ("seen", 0)):
        word = Acknowledgement(clocks=clocks(11), of=report, by="NL", says=says).sealed()
        made = [o for o in objects([word]) if o["type"] == "opinion"]
        assert len(made) == count


def test_the_same_records_give_the_same_bytes():
    made = [stix.as_lines(stix.bundle(ALL, gate.PUBLIC, "House", PACK)) for _ in range(2)]
    assert made[0] == made[1]


# -- CAP -----------------------------------------------------------------------------------------

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
#: the order in which the schema wants the parts of an alert
ORDER = ("identifier", "sender", "sent", "status", "msgType", "scope", "references", "info")


def parts(text):
    root = ET.fromstring(text)
    return root, {child.tag.removeprefix(CAP): child.text for child in root}


def test_an_alert_has_the_parts_of_cap_in_their_order():
    root, said = parts(cap.alert(warning(), PACK, "w@example.org"))
    names = [child.tag.removeprefix(CAP) for child in root]
    assert names == [name for name in ORDER if name in names]
    assert (said["status"], said["msgType"], said["scope"]) == ("Actual", "Alert", "Public")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-00:00", said["sent"])
    info = {child.tag.removeprefix(CAP): child.text for child in root.find(f"{CAP}info")}
    assert info["severity"] == "Moderate"
    assert info["certainty"] == "Possible"
    assert info["urgency"] == "Future"
    assert "<licences> & more" in info["description"]


def test_updates_and_cancellations_name_the_alert_before():
    first, later = warning(10), warning(12, state="cancelled")
    _, said = parts(cap.alert(later, PACK, "w@example.org", before=first))
    assert said["msgType"] == "Cancel"
    assert said["references"] == f"w@example.org,{first.id},2023-07-10T12:00:00-00:00"
    _, said = parts(cap.alert(warning(12), PACK, "w@example.org", before=first))
    assert said["msgType"] == "Update"


def test_an_exercise_is_an_exercise_in_cap_too():
    _, said = parts(cap.alert(warning(nature="exercise"), PACK, "w@example.org"))
    assert said["status"] == "Exercise"


@pytest.mark.parametrize("marking", [m for m in Marking if m > Marking.CLEAR])
def test_only_what_everybody_may_see_becomes_an_alert(marking):
    with pytest.raises(NotAllowed):
        cap.alert(warning(marking=marking), PACK, "w@example.org")


def test_a_sender_that_cap_forbids_is_refused_and_control_characters_are_left_out():
    with pytest.raises(RecordError, match="without spaces"):
        cap.alert(warning(), PACK, "the mission")
    odd = warning(reasons=(Reason(rule="r", says="a\x00b\x1bc", weight=0.0),))
    root, _ = parts(cap.alert(odd, PACK, "w@example.org"))
    assert root.find(f"{CAP}info/{CAP}description").text == "Abc."
