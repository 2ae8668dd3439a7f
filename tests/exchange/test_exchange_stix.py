"""Our records in the forms of other tools: readable, valid in shape, never above their marking."""

import json
import re
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest
import stix2
import stix2validator
from hypothesis import given
from hypothesis import strategies as st

from foreshock import gate
from foreshock.errors import NotAllowed, RecordError
from foreshock.exchange import cap, intake, stix, stix_places, stix_read
from foreshock.words.clocks import Clocks
from foreshock.words.markings import Marking
from foreshock.words.missions import Report
from foreshock.words.pack import load
from foreshock.words.records import (
    Acknowledgement,
    Bulletin,
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
BREACH = msgspec.structs.replace(EVENT, type="BREACH", local="e2", id="").sealed()
REPORT = Report(
    clocks=clocks(9), mission="mission-nl", host="NL", items=("min.ga",), form="disruption",
    status="disrupted", says="Deliveries stopped.", level=3, stock_days=21.0, price=540.0,
    price_unit="USD/kg", licences_applied=4, licences_approved=0, outlook="worse", grade="B2",
    sectors=("chips",), measures_taken="Stocks of the state are released.", cause="The licences.",
).sealed()  # fmt: skip
ALL = (warning(), MEASURE, PROMISE, EVENT, BREACH, REPORT)


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
        "identity", "extension-definition", "location", "report", "incident", "sighting",
        "course-of-action", "relationship",
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
    schema = json.loads(stix.extension()["schema"])
    for one in objects():
        for said in one.get("extensions", {}).values():
            jsonschema.validate(said, schema)
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


@pytest.mark.parametrize("state", ["cancelled", "expired"])
def test_a_warning_that_is_over_says_so_and_can_come_back_under_its_id(state):
    issued, over, again = warning(10), warning(11, state=state), warning(12, state="updated")
    said = [o for one in (issued, over, again) for o in objects([one]) if o["type"] == "report"]
    assert len({o["id"] for o in said}) == 1
    assert not any("revoked" in o for o in said)
    there, gone, back = said
    assert there["modified"] < gone["modified"] < back["modified"]
    assert gone["name"].startswith(f"{state.upper()}: WARNING level")
    assert gone["description"].startswith(f"This warning is {state}.")
    assert state in gone["labels"]
    assert gone["extensions"][stix.EXTENSION]["state"] == state
    assert not set(there["labels"]) & {"cancelled", "expired"}
    assert back["name"].startswith("WARNING level")
    at = clocks(13).known_at
    assert [stix_read.read(o, at).state for o in said] == ["issued", state, "updated"]


def test_an_exercise_says_so_first():
    (drill,) = [o for o in objects([warning(nature="exercise")]) if o["type"] == "report"]
    assert drill["description"].startswith("THIS IS AN EXERCISE")
    (live,) = [o for o in objects() if o["type"] == "report"]
    assert drill["id"] != live["id"], "an exercise is never a version of the real thing"


#: names of places and houses, and what the fields mean: no secret of anybody
PUBLIC_TYPES = ("identity", "location", "extension-definition")


@pytest.mark.parametrize("marking", Marking)
@pytest.mark.parametrize("circle", gate.MAY_SEE)
def test_nothing_leaves_above_its_marking(marking, circle):
    held = [msgspec.structs.replace(record, marking=marking) for record in ALL]
    found = objects(held, Receiver(name="x", circle=circle))
    if marking > gate.MAY_SEE[circle]:
        assert found == []
    else:
        marked = [o for o in found if o["type"] not in PUBLIC_TYPES]
        assert len([o for o in marked if o["type"] in ("report", "incident")]) == len(ALL)
        for one in marked:
            assert intake.marking_of(one) is marking


def test_a_dispute_is_an_opinion_and_mere_seeing_a_note():
    there = stix.name_of("report", "x")
    for says, kind in (("disputed", "opinion"), ("acting", "opinion"), ("seen", "note")):
        word = Acknowledgement(clocks=clocks(11), of=there, by="NL", says=says).sealed()
        (made,) = [o for o in objects([word]) if o["type"] in ("opinion", "note")]
        assert made["type"] == kind
        assert made["object_refs"] == [there]
    ours = Acknowledgement(clocks=clocks(11), of="earlywarning-1", by="NL", says="seen").sealed()
    assert [o for o in objects([ours]) if o["type"] == "note"] == []


def test_what_a_mission_saw_is_an_incident_a_sighting_and_what_was_done():
    found = {o["type"]: o for o in objects([REPORT])}
    incident, sighting, action = (found[k] for k in ("incident", "sighting", "course-of-action"))
    assert incident["name"] == "DISRUPTED: gallium in Netherlands"
    for fact in ("Deliveries stopped.", "Stock: 21 days", "Licences applied for: 4", "approved: 0"):
        assert fact in incident["description"]
    assert sighting["sighting_of_ref"] == incident["id"]
    assert found["location"]["id"] in sighting["where_sighted_refs"]
    assert action["description"] == "Stocks of the state are released."
    links = {o["relationship_type"] for o in objects([REPORT]) if o["type"] == "relationship"}
    assert links == {"mitigates", "related-to"}
    quiet = msgspec.structs.replace(REPORT, status="quiet", measures_taken="")
    assert not {"sighting", "course-of-action"} & {o["type"] for o in objects([quiet])}


def test_a_bulletin_points_to_what_it_tells_and_leaves_out_what_may_not_be_seen():
    held = warning(11, marking=Marking.AMBER, item="min.ge", p90=0.77)
    said = Bulletin(
        clocks=clocks(12), as_of=date(2023, 7, 12), title="Weekly minerals",
        warnings=(warning(), held), measures=(MEASURE,),
    ).sealed()  # fmt: skip
    made = objects([said])
    (bulletin,) = [o for o in made if o.get("report_types") == ["status-bulletin"]]
    assert set(bulletin["object_refs"]) <= {o["id"] for o in made}
    assert len(bulletin["object_refs"]) == 2
    assert "1 record(s) left out" in bulletin["description"]
    assert "germanium" not in json.dumps(made)
    none = msgspec.structs.replace(said, warnings=(), measures=())
    (quiet,) = [o for o in objects([none]) if o["type"] == "report"]
    assert "Nothing to report" in quiet["description"]


def test_places_have_their_region_and_no_place_is_made_up():
    places = {
        holder: next(o for o in objects([warning(holder=holder)]) if o["type"] == "location")
        for holder in ("KR", "EU", "NL", "XX")
    }
    assert (places["KR"]["country"], places["KR"]["region"]) == ("KR", "eastern-asia")
    assert (places["EU"].get("country"), places["EU"]["region"]) == (None, "europe")
    assert places["NL"]["region"] == "western-europe"
    assert "country" not in places["XX"]
    assert "region" not in places["XX"]


def test_every_country_of_the_pack_has_a_region():
    missing = [h.id for h in PACK.holders if h.kind == "country" and not stix_places.region(h.id)]
    assert missing == []


# -- valid by the validator of the standard's committee ------------------------------------------


@pytest.mark.parametrize("record", ALL, ids=lambda record: type(record).__name__)
def test_objects_are_valid_stix(record):
    made = stix.bundle([record], gate.PUBLIC, "Test house", PACK)
    found = stix2validator.validate_instance(made, stix2validator.ValidationOptions(version="2.1"))
    assert found.is_valid, [str(error) for error in found.errors]
    for one in made["objects"]:
        stix2.parse(one, allow_custom=False)


# -- there and back ------------------------------------------------------------------------------

AT = datetime(2024, 1, 1, tzinfo=UTC)


def back(record, **more):
    made = json.loads(stix.as_lines(stix.bundle([record], gate.PUBLIC, "House", PACK, **more)))
    return [found for one in made["objects"] if (found := stix_read.read(one, AT)) is not None]


def bare(record, **changes):
    """A record without what only its own archive knows: clocks, evidence, origin, id."""
    dropped = {"clocks": CLOCKS, "id": "", **changes}
    fields = record.__struct_fields__
    if "evidence" in fields:
        dropped["evidence"] = ()
    if "reasons" in fields and isinstance(record, EarlyWarning):
        dropped["reasons"] = tuple(msgspec.structs.replace(r, evidence=()) for r in record.reasons)
    if isinstance(record, Measure):
        dropped["steps"] = tuple(
            msgspec.structs.replace(s, evidence=(), origin=None, grade="") for s in record.steps
        )
    return msgspec.structs.replace(record, **dropped)


CLOCKS = Clocks(known_at=AT, received=AT)
shares = st.floats(0, 1, allow_nan=False)
weeks = st.none() | st.floats(0, 500, allow_nan=False)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(
    st.tuples(shares, shares, shares, shares),
    st.tuples(weeks, weeks, weeks),
    st.none() | st.tuples(days, days),
    st.sampled_from(["issued", "updated", "cancelled"]),
    st.lists(st.text(max_size=30).filter(str.strip), max_size=3),
)
def test_a_warning_read_back_says_what_was_said(p, cover, onset, state, texts):
    said = warning(
        p30=p[0], p90=p[1], p180=p[2], unmet=p[3], cover_weeks=cover, onset=onset, state=state,
        would_change=tuple(texts), consequences=("chip",), rule="x",
        reasons=tuple(Reason(rule="r", says=text, weight=-0.5, evidence=("e",)) for text in texts),
    )  # fmt: skip
    (found,) = back(said)
    assert bare(found) == bare(said)
    assert found.clocks.known_at == AT, "known here from its arrival on"


@pytest.mark.parametrize("record", [MEASURE, PROMISE, REPORT], ids=lambda r: type(r).__name__)
def test_other_records_read_back_say_what_was_said(record):
    (found,) = back(record)
    only_there = {
        Report: {"says": "", "cause": "", "measures_taken": "", "by": ""},
        Measure: {},
        Commitment: {},
    }[type(record)]
    assert bare(found, **only_there) == bare(record, **only_there)


def test_an_event_read_back_points_to_the_object_it_came_from():
    for event in (EVENT, BREACH):
        (found,) = back(event)
        assert found.document.startswith("incident--")
        assert (found.type, found.actors, found.items) == (event.type, event.actors, event.items)


@pytest.mark.parametrize(
    "changes",
    [
        {"level": 9e9}, {"level": "high"}, {"probability": 1}, {"as_known_on": "soon"},
        {"reasons": [{}]}, {"cover": ["none"]}, {"event_kind": ["x"]}, {"event_kind": "unheard"},
    ],
)  # fmt: skip
def test_an_extension_that_does_not_keep_to_its_form_gives_no_record(changes):
    (report,) = [o for o in objects() if o["type"] == "report"]
    report["extensions"][stix.EXTENSION].update(changes)
    if "level" not in changes or changes["level"] == "high":
        assert stix_read.read(report, AT) is None
    for odd in ({}, {"extensions": []}, {"extensions": {stix.EXTENSION: 1}}):
        assert stix_read.read({**report, "extensions": None, **odd}, AT) is None


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


def test_a_warning_that_is_over_is_no_alert_of_its_own():
    with pytest.raises(RecordError, match="the alert before it is not known"):
        cap.alert(warning(12, state="cancelled"), PACK, "w@example.org")


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
    odd = warning(reasons=(Reason(rule="r", says="a\x00b\x1bc\uffff\ufffe", weight=0.0),))
    root, _ = parts(cap.alert(odd, PACK, "w@example.org"))
    assert root.find(f"{CAP}info/{CAP}description").text == "Abc."
