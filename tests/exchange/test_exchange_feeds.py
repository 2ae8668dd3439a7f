"""What a node says reaches its partner whole, once, in order, and with an answer."""

import inspect
import json
import sys

import pytest
from exchange_nodes import both, changed, house, named, thing, tlp

from foreshock.errors import Misread, NotAllowed, WrongUse
from foreshock.exchange import corrections, feeds, parcels, partners, receipts
from foreshock.words.markings import Marking


def test_an_object_arrives_with_every_byte_and_its_receipt_comes_back(seoul, hague):
    body = thing(seoul).replace(b'"name"', b' "name" ')  # not as we would write it
    seoul.publish(hague, body)
    opened = hague.open(seoul.parcel(hague))
    assert [one.kept for one in opened.taken] == [1]
    piece = hague.keeper.versions([named(body)])[0]
    assert hague.keeper.body(piece) == body
    back = seoul.open(hague.parcel(seoul))
    assert back.given[0].kept == 1
    standing = receipts.standings([seoul.partner(hague)], seoul.me, seoul.keeper, seoul.at)
    assert (standing[0].received, standing[0].refused) == (seoul.at, "")


def test_what_was_acknowledged_is_not_sent_again(seoul, hague):
    seoul.publish(hague, thing(seoul))
    hague.open(seoul.parcel(hague))
    seoul.open(hague.parcel(seoul))
    assert seoul.segments(hague) == []
    seoul.publish(hague, thing(seoul))
    assert len(seoul.segments(hague)) == 1


def test_a_parcel_opened_twice_changes_nothing(seoul, hague):
    seoul.publish(hague, thing(seoul))
    data = seoul.parcel(hague)
    hague.open(data)
    before = hague.holds()
    again = hague.open(data)
    assert [one.outcome for one in again.taken] == ["seen"]
    assert hague.holds() == before


def test_a_parcel_cut_off_in_the_middle_keeps_the_whole_segments_before_it(seoul, hague):
    first, second = thing(seoul), thing(seoul)
    seoul.publish(hague, first)
    seoul.publish(hague, second)
    data = seoul.parcel(hague)
    opened = hague.open(data[:-20])
    assert "cut off" in opened.problems[-1]
    assert hague.fates(named(first)) == ["kept"]
    assert hague.fates(named(second)) == []
    hague.open(data)
    assert hague.fates(named(second)) == ["kept"]


@pytest.mark.parametrize("end", range(1, 60, 7))
def test_a_parcel_cut_off_near_its_beginning_is_told(seoul, hague, end):
    seoul.publish(hague, thing(seoul))
    with pytest.raises(Misread):
        hague.open(seoul.parcel(hague)[:end])
    assert hague.holds() == {}


def test_segments_that_come_in_the_wrong_order_wait_for_those_before(seoul, hague):
    bodies = [thing(seoul) for _ in range(3)]
    for body in bodies:
        seoul.publish(hague, body)
    first, second, third = seoul.segments(hague, with_state=False)
    assert hague.open_blocks(third).taken[0].outcome == "waiting"
    assert hague.open_blocks(second).taken[0].outcome == "waiting"
    assert hague.holds() == {}
    assert hague.alarms("gap")
    hague.open_blocks(first)
    assert len(hague.holds()) == 3
    assert not hague.alarms("gap")


def test_hundreds_of_segments_that_waited_are_taken_in_one_after_another(seoul, hague):
    count = 200
    for _ in range(count):
        seoul.publish(hague, thing(seoul))
    first, *rest = seoul.segments(hague, with_state=False)
    hague.open_blocks(*rest)
    assert hague.holds() == {}
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + count)  # no call within a call for each of them
    try:
        assert hague.open_blocks(first).taken[0].kept == count
    finally:
        sys.setrecursionlimit(usual)
    assert len(hague.holds()) == count


def test_a_month_away_the_state_comes_first_with_the_gravest_warning_on_top(seoul, hague):
    low = thing(seoul, labels=["level-1"])
    old = thing(seoul, labels=["level-4"])
    seoul.publish(hague, low)
    seoul.publish(hague, old)
    new = changed(old, modified="2026-06-30T09:00:00.000Z", name="WARNING level 4/4")
    seoul.publish(hague, new)
    blocks = seoul.segments(hague, with_state=True)
    hague.open_blocks(blocks[0])
    key = (seoul.id, named(old))
    assert hague.holds()[key][0] == "2026-06-30T09:00:00.000Z"
    assert hague.fates(named(old)) == ["kept"]  # the older version is still to come
    first = hague.keeper.pieces(seoul.keeper.feeds(seoul.id)[0].feed)
    assert {p.entry.level for p in first} == {1, 4}
    hague.open_blocks(*blocks[1:])
    assert hague.fates(named(old)) == ["kept", "kept"]
    assert not hague.alarms()
    assert all(hague.keeper.body(p) for p in hague.keeper.everything())


def test_the_state_begins_with_what_is_most_urgent(seoul, hague):
    for level in (0, 4, 2):
        seoul.publish(hague, thing(seoul, labels=[f"level-{level}"]))
    from foreshock.exchange import jws, sending

    feed = seoul.keeper.feeds(seoul.id)[0].feed
    receiver = seoul.partner(hague).receiver
    state = next(sending.state(feed, seoul.me, seoul.keeper, seoul.at, receiver))
    inside = parcels.unpack(state.header, state.body)
    assert [entry.level for entry in inside.entries] == [4, 2, 0]
    assert jws.purpose_of(state.jws) == "segment"


def test_the_same_bytes_travel_by_file_mail_and_stick(seoul, hague):
    from foreshock.exchange.mail import parcels_in, write_mail

    seoul.publish(hague, thing(seoul))
    data = seoul.parcel(hague)
    message = write_mail(data, "seoul@example.org", "hague@example.org", seoul.at, "Week 27")
    assert parcels_in(message) == [data]
    hague.open(parcels_in(message)[0])
    assert len(hague.holds()) == 1


def test_amber_leaves_only_locked_for_its_receiver(seoul, hague, tokyo):
    seoul.publish(hague, thing(seoul, Marking.AMBER))
    data = seoul.parcel(hague)
    assert data.startswith(parcels.AGE)
    with pytest.raises(NotAllowed, match="locked for somebody else"):
        tokyo.open(data)
    assert hague.open(data).taken[0].kept == 1


def test_red_goes_to_a_named_person_and_to_nobody_else(seoul, hague, tokyo, tmp_path):
    with pytest.raises(NotAllowed, match="TLP:RED"):
        seoul.publish(hague, thing(seoul, Marking.RED))
    officer = house("Officer", tmp_path)
    both(seoul, officer, circle="person")
    body = thing(seoul, Marking.RED)
    seoul.publish(officer, body)
    data = seoul.parcel(officer)
    assert data.startswith(parcels.AGE)
    officer.open(data)
    assert officer.fates(named(body)) == ["kept"]
    officer.keeper.close()


def test_silence_can_be_told_from_loss(seoul, hague):
    seoul.publish(hague, thing(seoul))
    hague.open(seoul.parcel(hague))
    seoul.open(hague.parcel(seoul))
    seoul.pass_days(1)
    hague.pass_days(1)
    assert feeds.refresh(seoul.me, seoul.keeper, seoul.at)
    assert feeds.refresh(seoul.me, seoul.keeper, seoul.at) == []
    hague.open(seoul.parcel(hague))
    head = hague.keeper.feeds(seoul.id)[0]
    assert (head.number, head.created, head.last) == (2, seoul.at, 1)


def test_exercises_never_mix_with_the_live_feed(seoul, hague):
    real, drill = thing(seoul), thing(seoul)
    seoul.publish(hague, real)
    seoul.publish(hague, drill, nature="exercise")
    hague.open(seoul.parcel(hague))
    natures = {h.feed: h.nature for h in hague.keeper.feeds(seoul.id)}
    found = {p.entry.id: natures[p.feed] for p in hague.keeper.everything()}
    assert found == {named(real): "actual", named(drill): "exercise"}


# -- corrections, withdrawals, erasures, answers -------------------------------------------------


def test_a_correction_shows_what_changed_and_why(seoul, hague):
    body = thing(seoul)
    seoul.publish(hague, body)
    newer = changed(body, modified="2026-07-01T08:00:00.000Z", name="WARNING level 2/4")
    seoul.publish(hague, newer, why="The quota was raised.")
    hague.open(seoul.parcel(hague))
    old, new = hague.keeper.versions([named(body)])
    assert new.entry.why == "The quota was raised."
    change = corrections.difference(hague.keeper.body(old), hague.keeper.body(new))
    assert [(c.field, c.after) for c in change] == [("name", '"WARNING level 2/4"')]


def test_a_withdrawal_reaches_everybody_and_flags_what_rests_on_it(seoul, hague, tokyo):
    body = thing(seoul)
    for to in (hague, tokyo):
        seoul.publish(to, body)
        to.open(seoul.parcel(to))
    derived = thing(hague, object_refs=[named(body)])
    hague.publish(tokyo, derived)
    done = corrections.withdraw(named(body), "Misread.", seoul.me, seoul.keeper, seoul.at)
    assert len(done) == 2
    for to in (hague, tokyo):
        to.open(seoul.parcel(to))
        assert to.holds()[seoul.id, named(body)][1] is True
    assert [a.about for a in hague.alarms("withdrawn")] == [named(derived)]


def test_what_was_withdrawn_cannot_be_published_again(seoul, hague):
    body = thing(seoul)
    seoul.publish(hague, body)
    corrections.withdraw(named(body), "Misread.", seoul.me, seoul.keeper, seoul.at)
    seoul.pass_days(1)
    with pytest.raises(WrongUse, match="nothing brings it back"):
        seoul.publish(hague, changed(body, modified="2026-07-02T08:00:00.000Z"))


def test_an_erasure_drops_the_bytes_everywhere_keeps_the_hash_and_is_confirmed(seoul, hague):
    body = thing(seoul, description="the plant has nine days of gallium")
    seoul.publish(hague, body)
    hague.open(seoul.parcel(hague))
    corrections.erase(named(body), "It was RED.", seoul.me, seoul.keeper, seoul.at)
    hague.open(seoul.parcel(hague))
    for one in (seoul, hague):
        piece = next(p for p in one.keeper.versions([named(body)]) if p.entry.says == "object")
        assert (piece.fate, one.keeper.body(piece)) == ("erased", b"")
        assert len(piece.entry.sha256) == 64
        assert not [f for f in one.home.iterdir() if f.is_file() and b"nine days" in f.read_bytes()]
    assert hague.holds() == {}
    seoul.open(hague.parcel(seoul))
    standing = receipts.standings([seoul.partner(hague)], seoul.me, seoul.keeper, seoul.at)
    assert standing[0].erased


def test_what_was_erased_reaches_a_newcomer_without_its_bytes(seoul, hague):
    kept, gone = thing(seoul), thing(seoul)
    seoul.publish(hague, kept, gone)
    corrections.erase(named(gone), "It was RED.", seoul.me, seoul.keeper, seoul.at)
    hague.open(seoul.parcel(hague))
    assert hague.fates(named(kept)) == ["kept"]
    assert hague.fates(named(gone)) == ["erased"]
    assert not hague.alarms()


def test_answers_of_people_come_back_with_the_receipt(seoul, hague):
    body = thing(seoul)
    seoul.publish(hague, body)
    hague.open(seoul.parcel(hague))
    for what, role, remark in (
        ("opened", "analyst", ""),
        ("acting", "releasing officer", ""),
        ("disputed", "mission", "Our figures differ."),
    ):
        receipts.say(named(body), what, role, hague.me, hague.keeper, hague.at, remark)
    seoul.open(hague.parcel(seoul))
    one = receipts.standings([seoul.partner(hague)], seoul.me, seoul.keeper, seoul.at)[0]
    assert one.opened == ("analyst",)
    assert one.acknowledged == hague.at
    assert one.disputed == "Our figures differ."


def test_a_grave_warning_that_nobody_answers_is_told_after_a_day(seoul, hague):
    grave, mild = thing(seoul), thing(seoul, labels=["level-2"])
    seoul.publish(hague, grave, mild)
    hague.open(seoul.parcel(hague))
    every = lambda: receipts.standings(  # noqa: E731
        [seoul.partner(hague)], seoul.me, seoul.keeper, seoul.at
    )
    assert receipts.overdue(every(), seoul.at, 24) == []
    seoul.pass_days(2)
    assert [one.id for one in receipts.overdue(every(), seoul.at, 24)] == [named(grave)]
    receipts.say(named(grave), "seen", "analyst", hague.me, hague.keeper, hague.at)
    seoul.open(hague.parcel(seoul))
    assert receipts.overdue(every(), seoul.at, 24) == []


# -- communities ---------------------------------------------------------------------------------


def test_a_community_has_one_feed_and_its_members_pass_it_on(seoul, hague, tokyo):
    body = thing(seoul, Marking.AMBER)
    seoul.publish("community minerals", body)
    hague.open(seoul.parcel(hague))
    tokyo.open(hague.parcel(tokyo))  # Tokyo never heard from Seoul itself
    assert tokyo.fates(named(body)) == ["kept"]
    assert tokyo.keeper.versions([named(body)])[0].author == seoul.id


def test_nothing_of_a_node_that_is_not_trusted_any_more_is_passed_on(seoul, hague, tokyo):
    seoul.publish("community minerals", thing(seoul))
    hague.open(seoul.parcel(hague))
    assert len(hague.segments(tokyo)) == 1
    partners.revoke("Seoul", "Stolen.", hague.keeper, hague.at)
    assert hague.segments(tokyo) == []


def test_what_is_for_a_partner_alone_is_not_passed_on(seoul, hague, tokyo):
    seoul.publish(hague, thing(seoul))
    hague.open(seoul.parcel(hague))
    assert hague.segments(tokyo) == []


# -- words of the call ---------------------------------------------------------------------------


def test_one_id_and_date_with_two_contents_is_refused_before_it_leaves(seoul, hague):
    body = thing(seoul)
    seoul.publish(hague, body)
    with pytest.raises(WrongUse, match="same `modified` and another content"):
        seoul.publish(hague, changed(body, name="another"))


def test_objects_of_others_are_not_said_anew(seoul, hague):
    with pytest.raises(WrongUse, match="is not ours"):
        seoul.publish(hague, thing(hague))


def test_a_thousand_and_one_objects_make_two_segments(seoul, hague):
    body = json.loads(thing(seoul))
    many = [
        json.dumps({**body, "id": f"report--{n:08x}-0000-4000-8000-000000000000"}).encode()
        for n in range(1_001)
    ]
    assert len(seoul.publish(hague, *many).segments) == 2
    assert len(seoul.segments(hague, with_state=False)) == 2
    hague.open(seoul.parcel(hague))
    assert len(hague.holds()) == 1_001


def test_what_refers_to_something_stricter_is_held_back(seoul, hague, tmp_path):
    officer = house("Officer", tmp_path)
    both(seoul, officer, circle="person")
    red = thing(seoul, Marking.RED)
    seoul.publish(officer, red)
    quoting = thing(seoul, object_refs=[named(red)])
    with pytest.raises(NotAllowed, match="because it refers to"):
        seoul.publish(hague, quoting)
    made = seoul.publish(hague, quoting, thing(seoul), leave_out=True)
    assert (len(made.entries), len(made.held)) == (1, 1)
    officer.keeper.close()


def test_what_refers_to_something_unknown_is_held_back(seoul, hague):
    with pytest.raises(NotAllowed, match="not known here"):
        seoul.publish(
            hague, thing(seoul, object_refs=["report--00000000-0000-4000-8000-000000000000"])
        )


def test_a_chain_of_references_counts_as_a_whole(seoul, hague):
    green = thing(seoul)
    amber = thing(seoul, Marking.AMBER, object_refs=[named(green)])
    top = thing(seoul, object_refs=[named(amber)])
    seoul.publish(hague, green, amber, top)
    marked = {p.entry.id: p.entry.marking for p in seoul.keeper.everything()}
    assert marked[named(top)] == Marking.AMBER
    assert tlp(Marking.GREEN).encode() in top
