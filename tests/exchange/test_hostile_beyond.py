"""Hostile partners beyond the list of forty-six, and whether all of the list are tried."""

import contextlib
from datetime import timedelta

import msgspec
import pytest
import test_hostile_content
import test_hostile_flood
import test_hostile_forgery
import test_hostile_marking
import test_hostile_order
import zstandard
from exchange_nodes import changed, forged, house, named, segment_of, thing
from hostile_house import WAYS, header_of, refused, take
from starlette.testclient import TestClient

from foreshock.errors import ForeshockError, NotAllowed, NotGenuine
from foreshock.exchange import corrections, feeds_http, jws, node, parcels, partners, receipts
from foreshock.exchange.parcels import Block
from foreshock.exchange.requests import prove


def test_all_forty_six_ways_of_the_list_are_tried():
    every = [
        one.id
        for module in (
            test_hostile_content, test_hostile_flood, test_hostile_forgery, test_hostile_marking,
            test_hostile_order,
        )
        for one in module.CASES
    ]  # fmt: skip
    groups = [name.partition(":")[0] for name in every]
    assert {group: groups.count(group) for group in groups} == WAYS
    assert len(set(every)) == sum(WAYS.values()) == 46


def test_a_node_that_nobody_confirmed_is_heard_by_nobody(seoul, tmp_path):
    mallory = house("Mallory", tmp_path)
    partners.add(seoul.me.token, mallory.keeper, mallory.at, mallory.me.card)
    words = partners.words_of(seoul.me.card.root)
    partners.confirm("Seoul", words, "organisation", (), mallory.keeper, mallory.at)
    mallory.publish("Seoul", thing(mallory))
    block = mallory.segments(seoul)[0]
    refused(seoul, block, NotGenuine, "nobody here knows")
    partners.add(mallory.me.token, seoul.keeper, seoul.at, seoul.me.card)
    refused(seoul, block, NotGenuine, "is unconfirmed")
    mallory.keeper.close()


def test_words_of_another_key_confirm_nobody(seoul, tmp_path):
    mallory = house("Mallory", tmp_path)
    partners.add(mallory.me.token, seoul.keeper, seoul.at, seoul.me.card)
    with pytest.raises(NotGenuine, match="not the words"):
        words = partners.words_of(seoul.me.card.root)
        partners.confirm("Mallory", words, "own", (), seoul.keeper, seoul.at)
    assert partners.named("Mallory", seoul.keeper, seoul.at).state == "unconfirmed"
    mallory.keeper.close()


def test_a_card_that_comes_in_a_parcel_makes_no_partner(seoul, hague, tmp_path):
    mallory = house("Mallory", tmp_path)
    opened = seoul.open_blocks(Block(jws=mallory.me.token))
    assert "nobody here knows its root key" in opened.problems[0]
    assert "Mallory" not in [p.name for p in partners.everybody(seoul.keeper, seoul.at).values()]
    mallory.keeper.close()


def test_a_revoked_partner_never_comes_back(seoul, hague):
    hague.publish(seoul, thing(hague))
    partners.revoke("Hague", "Stolen.", seoul.keeper, seoul.at)
    refused(seoul, hague.segments(seoul)[0], NotGenuine, "is revoked")
    hague.rotate()
    with pytest.raises(NotGenuine, match="was revoked"):
        partners.add(hague.me.token, seoul.keeper, seoul.at, seoul.me.card)
    with pytest.raises(NotAllowed, match="Nothing takes that back"):
        partners.confirm(
            "Hague", partners.words_of(hague.me.card.root), "own", (), seoul.keeper, seoul.at
        )


def test_a_node_that_retires_itself_is_believed_for_the_last_time(seoul, hague):
    hague.publish(seoul, thing(hague))
    block = hague.segments(seoul)[0]
    last = node.retire(hague.home, hague.root, hague.at, hague.keeper)
    partners.add(last, seoul.keeper, seoul.at, seoul.me.card)
    refused(seoul, block, NotGenuine, "is revoked")


def test_the_same_version_with_another_content_is_kept_aside_with_both_proofs(seoul, hague):
    body = thing(hague)
    first_said = segment_of(hague, seoul, [body], keep=True)
    take(seoul, first_said)
    then = segment_of(hague, seoul, [changed(body, name="something else")])
    taken = take(seoul, then)
    assert "another content" in taken.refused[0][1]
    assert seoul.fates(named(body)) == ["kept", "refused"]
    alarm = seoul.alarms("equivocation")[0]
    assert alarm.proofs == (first_said.jws, then.jws)


def test_who_carries_a_segment_cannot_make_an_object_vanish(seoul, hague):
    bodies = [thing(hague), thing(hague)]
    hague.publish(seoul, *bodies)
    block = hague.segments(seoul)[0]
    raw = zstandard.ZstdDecompressor().decompress(block.body)
    stripped = raw.replace(bodies[0], b" " * len(bodies[0]))
    thin = Block(jws=block.jws, body=zstandard.ZstdCompressor().compress(stripped))
    opened = seoul.open_blocks(thin)
    assert "came without their bytes" in opened.problems[0]
    assert seoul.fates(named(bodies[0])) == ["hollow"]
    assert seoul.fates(named(bodies[1])) == ["kept"]
    hague.open(seoul.parcel(hague))  # the receipt says so, and all of it is sent again
    again = seoul.open(hague.parcel(seoul))
    assert not again.problems
    assert seoul.fates(named(bodies[0])) == ["kept"]
    assert seoul.keeper.body(seoul.keeper.versions([named(bodies[0])])[0]) == bodies[0]


def test_what_was_erased_in_one_feed_does_not_come_back_by_another(seoul, hague):
    body = thing(hague)
    hague.publish(seoul, body)
    hague.publish("community minerals", body)
    alone, shared = sorted(hague.segments(seoul), key=lambda b: header_of(b).audience, reverse=True)
    seoul.open_blocks(alone)
    corrections.erase(named(body), "It was RED.", hague.me, hague.keeper, hague.at)
    request = [b for b in hague.segments(seoul) if header_of(b).number == 2]
    seoul.open_blocks(*[b for b in request if header_of(b).audience == header_of(alone).audience])
    seoul.open_blocks(shared)  # it left before the erasure, and comes after it
    assert seoul.fates(named(body)) == ["erased", "erased"]
    assert all(seoul.keeper.body(p) == b"" for p in seoul.keeper.versions([named(body)]))


def test_a_withdrawal_holds_in_whatever_order_things_come(seoul, hague):
    body = thing(hague)
    gone = changed(body, modified="2026-06-30T09:00:00.000Z", revoked=True)
    later = changed(body, modified="2026-06-30T10:00:00.000Z")
    take(seoul, segment_of(hague, seoul, [body, later]))
    assert seoul.holds()[hague.id, named(body)][1] is False
    take(seoul, segment_of(hague, seoul, [gone], audience="community minerals"))
    assert seoul.holds()[hague.id, named(body)][:2] == ("2026-06-30T09:00:00.000Z", True)


def test_a_state_that_the_history_contradicts_is_a_fork(seoul, hague):
    true, false = thing(hague), thing(hague)
    history = segment_of(hague, seoul, [true])
    head = header_of(history)
    take(seoul, segment_of(hague, seoul, [false], kind="state", previous="x"))
    assert seoul.fates(named(false)) == ["kept"]
    refused(seoul, history, NotGenuine, "told entry 1 in two ways")
    assert [a.feed for a in seoul.alarms("fork")] == [head.feed]


def test_a_receipt_for_what_we_never_sent_is_refused(seoul, hague):
    hague.publish(seoul, thing(hague))
    seoul.open(hague.parcel(seoul))
    token = receipts.receipts_for(seoul.partner(hague), seoul.me, seoul.keeper, seoul.at)[0]
    said = receipts.payload_of(token)
    for more in ({"head": "0" * 64}, {"number": 9}, {"feed": "feed--x"}, {"by": "0" * 32}):
        payload = msgspec.json.encode(msgspec.structs.replace(said, **more))
        bent = jws.sign(payload, "receipt", seoul.me.operating)
        with pytest.raises(NotGenuine):
            receipts.accept(bent, hague.me, hague.keeper, hague.at)
    assert hague.keeper.receipts() == []
    receipts.accept(token, hague.me, hague.keeper, hague.at)


def test_a_proof_of_a_request_holds_for_one_request_and_once(seoul, hague):
    app = feeds_http.make_feeds(lambda: seoul.me, seoul.keeper, clock=lambda: seoul.at)
    client = TestClient(app)
    path = "/x-foreshock/feeds/"
    proof = prove("GET", path, b"", seoul.id, hague.me, seoul.at)
    ask = lambda proof, path=path: client.get(path, headers={"Authorization": proof}).status_code  # noqa: E731
    assert ask(proof) == 200
    assert ask(proof) == 401  # again
    assert ask(prove("GET", path, b"", seoul.id, hague.me, seoul.at), path + "?x=1") == 401
    assert ask(prove("GET", path, b"", hague.id, hague.me, seoul.at)) == 401
    late = seoul.at + timedelta(minutes=2)
    assert ask(prove("GET", path, b"", seoul.id, hague.me, late)) == 401
    assert ask("") == 401
    assert ask("Basic YTpi") == 401


def test_who_is_no_partner_learns_not_even_what_there_is(seoul, tmp_path):
    app = feeds_http.make_feeds(lambda: seoul.me, seoul.keeper, clock=lambda: seoul.at)
    mallory = house("Mallory", tmp_path)
    path = "/x-foreshock/feeds/feed--x/"
    proof = prove("GET", path, b"", seoul.id, mallory.me, seoul.at)
    answer = TestClient(app).get(path, headers={"Authorization": proof})
    assert (answer.status_code, answer.text) == (401, "Not a confirmed partner.\n")
    mallory.keeper.close()


def test_two_partners_that_trust_each_other_anew_after_a_lost_key_lose_nothing(seoul, hague):
    hague.publish(seoul, thing(hague))
    hague.rotate(lost=True)
    opened = seoul.open(hague.parcel(seoul))
    assert opened.cards == ("Hague",)
    assert [one.kept for one in opened.taken] == [1]


def test_no_byte_of_a_parcel_can_change_unnoticed(seoul, hague):
    import random

    bodies = [thing(hague) for _ in range(3)]
    for body in bodies:
        hague.publish(seoul, body)
    data = hague.parcel(seoul, with_state=False)
    truth = {(hague.id, named(body)): body for body in bodies}
    chance = random.Random(11)
    for _ in range(150):
        bent = bytearray(data)
        place = chance.randrange(len(bent))
        bent[place] ^= 1 << chance.randrange(8)
        if chance.random() < 0.3:
            del bent[place : place + chance.randrange(1, 50)]
        with contextlib.suppress(ForeshockError):
            seoul.open(bytes(bent))
        for piece in seoul.keeper.everything():
            assert seoul.keeper.body(piece) == truth[piece.author, piece.entry.id]
    assert not seoul.open(data).problems
    assert len(seoul.holds()) == 3
    assert not seoul.alarms("fork")


@pytest.mark.parametrize("field", ["number", "first", "last", "epoch", "part", "raw_bytes"])
def test_numbers_that_no_store_can_hold_are_refused_and_the_next_block_is_read(seoul, hague, field):
    good, other = thing(hague), thing(hague)
    hague.publish(seoul, good)
    block = hague.segments(seoul)[0]
    for number in (1 << 63, 1 << 80, -1):
        opened = seoul.open_blocks(forged(hague, block, **{field: number}))
        assert "header of a segment cannot be read" in opened.problems[0], number
        early = forged(hague, block, kind="state", **{field: number})
        assert seoul.open_blocks(early, block).problems, number
        assert seoul.fates(named(good)) == ["kept"]
    hague.publish(seoul, other)
    seoul.open(hague.parcel(seoul))
    assert seoul.fates(named(other)) == ["kept"]


def test_a_level_that_there_is_not_makes_nothing_unreadable_but_its_segment(seoul, hague):
    body, good = thing(hague), thing(hague)
    inside = parcels.unpack(header_of(block := segment_of(hague, seoul, [body])), block.body)
    blocks = []
    for level in (5, -1, 1 << 80):
        entries = [msgspec.structs.replace(inside.entries[0], level=level)]
        blocks.append(segment_of(hague, seoul, [body], entries))
    opened = seoul.open_blocks(*blocks, segment_of(hague, seoul, [good]))
    assert len(opened.taken) == 1
    assert all("the manifest cannot be read" in one for one in opened.problems)
    assert seoul.fates(named(good)) == ["kept"]


def test_what_is_wrong_with_one_block_undoes_none_of_those_it_reaches_the_disk_with(seoul, hague):
    one, two = thing(hague), thing(hague)
    hague.publish(seoul, one)
    hague.publish(seoul, two)
    first_block, second = hague.segments(seoul, with_state=False)
    torn = Block(jws=second.jws, body=second.body[:-9])
    own = Block(jws=seoul.me.token)
    opened = seoul.open_blocks(first_block, torn, own, Block(jws="nonsense"), second)
    assert len(opened.problems) == 3
    assert [t.kept for t in opened.taken] == [1, 1]
    assert seoul.fates(named(one)) == seoul.fates(named(two)) == ["kept"]
    refusals = [line for line in seoul.keeper.audit() if line.what == "refuse"]
    assert len(refusals) >= 2
