"""Records travel inside objects that any tool reads, and arrive as they were, or not at all."""

import json
from datetime import UTC, date, datetime

import msgspec
import pytest
from exchange_nodes import changed, named, segment_of, thing
from hypothesis import given
from hypothesis import strategies as st

from foreshock.archive import open_archive
from foreshock.errors import NotAllowed, NotGenuine, WrongUse
from foreshock.exchange import carry, corrections
from foreshock.exchange.opening import into_journal
from foreshock.words.clocks import live
from foreshock.words.markings import Marking
from foreshock.words.pack import load
from foreshock.words.records import Document, EarlyWarning, Reading, Report

THEN = datetime(2026, 6, 30, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def pack():
    return load()


@pytest.fixture(autouse=True)
def _later(seoul, hague):
    """Places and nodes are objects of a fixed date, late in 2026."""
    seoul.pass_days(155)
    hague.pass_days(155)


def report(says="Two licences wait.", **more):
    said = {
        "clocks": live(THEN, date(2026, 6, 30), "2026-06-30"), "mission": "beijing", "host": "CN",
        "items": ("min.ga",), "status": "strained", "stock_days": 21.0, "marking": Marking.GREEN,
    }  # fmt: skip
    return Report(says=says, **{**said, **more}).sealed()


def warning(**more):
    said = {
        "clocks": live(THEN), "item": "min.ga", "holder": "KR", "as_of": date(2026, 6, 30),
        "level": 3, "p30": 0.3, "p90": 0.6, "p180": 0.7, "cover_weeks": (4.0, 6.0, 9.0),
        "cover_basis": "reported", "unmet": 0.3, "onset": None, "reasons": (),
        "expires": date(2026, 7, 30), "marking": Marking.GREEN,
    }  # fmt: skip
    return EarlyWarning(**{**said, **more}).sealed()


def sent(one, to, pack, *records, **more):
    one.publish(to, *carry.objects(records, one.me, pack), **more)
    to.open(one.parcel(to))


def journaled(one, archive, at=None):
    feeds = [h.feed for h in one.keeper.feeds() if h.author != one.id]

    def erase(record, why):
        if archive.get(record) is not None:
            archive.erase(record, why)

    return into_journal(feeds, one.keeper, archive, erase, at or one.at)


def test_a_record_arrives_as_it_was_and_is_known_from_then_on(seoul, hague, pack, tmp_path):
    told = (report(), warning())
    sent(seoul, hague, pack, *told)
    with open_archive(tmp_path / "archive") as archive:
        assert journaled(hague, archive) == (2, [])
        for record in told:
            got = archive.get(record.id)
            assert got == msgspec.structs.replace(record, clocks=got.clocks)
            assert got.clocks.known_at == hague.at
            assert got.clocks.published == record.clocks.published
        assert archive.known(Report, date(2026, 6, 30)) == []  # nobody here knew it then


def test_any_tool_can_read_what_is_carried(seoul, pack):
    for body in carry.objects([report(), warning()], seoul.me, pack):
        said = json.loads(body)
        if said["type"] == "note":
            assert said["abstract"] == "STATUS 2026-06-30: gallium in China: strained"
            assert "stocks 21 days" in said["content"]
        if said["type"] == "report":
            assert said["name"].startswith("WARNING level 3/4")


def test_carried_objects_are_valid_for_the_validator_of_the_standard(seoul, pack):
    from stix2validator import ValidationOptions, validate_instance

    for body in carry.objects([report(), warning()], seoul.me, pack):
        found = validate_instance(json.loads(body), ValidationOptions(version="2.1"))
        assert found.is_valid, [str(error) for error in found.errors]


def test_what_could_not_be_put_into_the_journal_is_put_there_the_next_time(
    seoul, hague, pack, tmp_path
):
    sent(seoul, hague, pack, report())  # and the machine stops before the journal is written
    hague.open(seoul.parcel(hague))
    with open_archive(tmp_path / "archive") as archive:
        assert journaled(hague, archive)[0] == 1
        assert journaled(hague, archive)[0] == 0


def test_a_corrected_report_is_a_new_version_of_the_same_object(seoul, hague, pack, tmp_path):
    first = report()
    then = report("Three wait.", supersedes=first.id,
                  clocks=live(THEN.replace(hour=12), date(2026, 6, 30)))  # fmt: skip
    known = {first.id: first}
    ids = [
        named(carry.objects([one], seoul.me, pack, before=known.get)[-1]) for one in (first, then)
    ]
    assert ids[0] == ids[1]
    sent(seoul, hague, pack, first)
    seoul.publish(hague, *carry.objects([then], seoul.me, pack, before=known.get))
    hague.open(seoul.parcel(hague))
    with open_archive(tmp_path / "archive") as archive:
        assert journaled(hague, archive) == (2, [])
        assert [r.says for r in archive.known(Report, date(2026, 12, 31))] == ["Three wait."]


def test_a_cancelled_warning_can_be_issued_again(seoul, hague, pack):
    over = warning(state="cancelled", clocks=live(THEN.replace(hour=12)))
    again = warning(clocks=live(THEN.replace(hour=20)))
    sent(seoul, hague, pack, warning())
    sent(seoul, hague, pack, over)
    names = [json.loads(b)["name"] for b in carry.objects([over], seoul.me, pack)]
    assert names[-1].startswith("CANCELLED: WARNING")
    sent(seoul, hague, pack, again)
    pieces = [p for p in hague.keeper.everything() if p.type == "report"]
    assert [p.fate for p in pieces] == ["kept"] * 3


def test_an_erased_record_goes_from_the_journal_too(seoul, hague, pack, tmp_path):
    secret = report("nine days of gallium")
    sent(seoul, hague, pack, secret)
    with open_archive(tmp_path / "archive") as archive:
        journaled(hague, archive)
        note = next(p.entry.id for p in hague.keeper.everything() if p.type == "note")
        corrections.erase(note, "It was RED.", seoul.me, seoul.keeper, seoul.at)
        hague.open(seoul.parcel(hague))
        journaled(hague, archive)
        assert archive.get(secret.id) is None
        assert archive.erased(secret.id) == "erased by its author"


# -- what a hostile author could put there -------------------------------------------------------


def carrying(one, told, pack, /, **inside):
    body = json.loads(carry.objects([told], one.me, pack)[-1])
    body["extensions"][carry.EXTENSION].update(inside)
    return msgspec.json.encode(body)


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ({"record_kind": "round"}, "carries a 'round'"),
        ({"record_kind": "reading"}, "carries a 'reading'"),
        ({"record_kind": "nothing"}, "carries a 'nothing'"),
        ({"record_id": "report-00000000000000000000"}, "not that of its content"),
        ({"record": "{"}, "cannot be read"),
        ({"record": "[" * 100_000}, "cannot be read"),
        ({"record": 7}, "cannot be read"),
    ],
)
def test_a_forged_record_stays_out_of_the_journal(seoul, hague, pack, tmp_path, inside, told):
    body = carrying(seoul, report(), pack, **inside)
    taken = hague.open_blocks(segment_of(seoul, hague, [body])).taken[0]
    with open_archive(tmp_path / "archive") as archive:
        added, left = journaled(hague, archive)
        assert added == 0
        assert taken.kept == 0 or any(told in one for one in left)


def test_a_record_that_is_stricter_than_its_object_stays_out(seoul, hague, pack, tmp_path):
    record = report(marking=Marking.AMBER)
    body = changed(
        carry.objects([record], seoul.me, pack)[-1],
        object_marking_refs=json.loads(thing(seoul))["object_marking_refs"],
    )
    hague.open_blocks(segment_of(seoul, hague, [body]))
    with open_archive(tmp_path / "archive") as archive:
        added, left = journaled(hague, archive)
        assert (added, "more strictly" in left[0]) == (0, True)


def test_an_exercise_never_reaches_the_live_record(seoul, hague, pack, tmp_path):
    drill = carry.objects([report(nature="exercise")], seoul.me, pack)[-1]
    hague.open_blocks(segment_of(seoul, hague, [drill]))
    with open_archive(tmp_path / "archive") as archive:
        added, left = journaled(hague, archive)
        assert (added, "is not actual" in left[0]) == (0, True)


def test_nobody_replaces_a_record_that_is_not_theirs(seoul, hague, pack, tmp_path):
    with open_archive(tmp_path / "archive") as archive:
        ours = report("Our own judgement.")
        archive.add([ours])
        sent(seoul, hague, pack, report("Replaced.", supersedes=ours.id))
        added, left = journaled(hague, archive)
        assert (added, "did not come from its author" in left[0]) == (0, True)
        assert [r.says for r in archive.known(Report)] == ["Our own judgement."]


@pytest.mark.parametrize("record", [Reading(clocks=live(THEN), document="d", reader="r").sealed()])
def test_own_books_do_not_travel(seoul, pack, record):
    with pytest.raises(WrongUse, match="is a reading"):
        carry.objects([record], seoul.me, pack)


def test_a_record_that_was_changed_since_it_was_sealed_does_not_travel(seoul, pack):
    bent = msgspec.structs.replace(report(), says="something else")
    with pytest.raises(WrongUse, match="was changed"):
        carry.objects([bent], seoul.me, pack)


def test_a_record_too_strict_for_its_receiver_is_held_back(seoul, hague, pack):
    red = Document(clocks=live(THEN), source="x", text="y", marking=Marking.RED).sealed()
    with pytest.raises(NotAllowed, match="TLP:RED"):
        seoul.publish(hague, *carry.objects([red], seoul.me, pack))


@given(st.binary(max_size=200))
def test_noise_in_place_of_a_record_is_no_record(noise):
    said = {"extensions": {carry.EXTENSION: {"record_id": "x", "record_kind": "report",
                                             "record": noise.decode("latin-1")}}}  # fmt: skip
    with pytest.raises(NotGenuine):
        carry.record_in(msgspec.json.encode(said), Marking.GREEN, "actual", THEN)


def test_an_object_without_a_record_is_no_fault(seoul):
    assert carry.record_in(thing(seoul), Marking.GREEN, "actual", THEN) is None
