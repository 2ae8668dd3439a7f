"""Replays, forks, gaps, dates and withdrawals out of order: seven ways, none works."""

import pytest
from exchange_nodes import changed, forged, named, segment_of, thing
from hostile_house import achieves_nothing, aside, cases, first, header_of, refused, take

from foreshock.errors import Misread, NotAllowed, NotGenuine
from foreshock.exchange import (
    feeds,
    partners,
)

CASES, case = cases()


@case("order", "an old segment again")
def _(us, hostile, third):
    block = first(hostile, us)
    take(us, block)
    assert take(us, block).outcome == "seen"
    assert len(us.holds()) == 1


@case("order", "an older head, and an older card, as if nothing had happened since")
def _(us, hostile, third):
    old_card = hostile.me.token
    one = first(hostile, us)
    two = first(hostile, us, thing(hostile))
    take(us, one), take(us, two)
    assert take(us, one).outcome == "seen"
    assert us.keeper.newest(header_of(one).feed).header.number == 2
    hostile.rotate(lost=True)
    partners.add(hostile.me.token, us.keeper, us.at, us.me.card)
    with pytest.raises(NotGenuine, match="came after number 2"):
        partners.add(old_card, us.keeper, us.at, us.me.card)


@case("order", "two histories of one feed")
def _(us, hostile, third):
    take(us, segment_of(hostile, us, [thing(hostile)]))
    other = segment_of(hostile, us, [thing(hostile)])
    refused(us, other, NotGenuine, "two histories")
    alarm = us.alarms("fork")[0]
    assert len([proof for proof in alarm.proofs if proof]) == 2
    assert other.jws in alarm.proofs
    refused(us, other, NotAllowed, "is stopped")  # until a person has looked


@case("order", "a gap in the chain")
def _(us, hostile, third):
    one, two = first(hostile, us), first(hostile, us, thing(hostile))
    assert take(us, two).outcome == "waiting"
    assert us.holds() == {}
    assert us.alarms("gap")
    take(us, one)
    assert len(us.holds()) == 2
    bent = forged(hostile, two, number=3, first=3, last=3, previous="0" * 64)
    refused(us, bent, NotGenuine, "two histories")


@case("order", "a head frozen in time")
def _(us, hostile, third):
    take(us, first(hostile, us))
    us.pass_days(3)
    from foreshock.desk.cli_partners import _row
    from foreshock.desk.exchanging import Exchange

    ours = Exchange(None, us.me, us.keeper, us.at)
    assert _row(us.partner(hostile), ours)["silent"] is True
    take(us, _fresh_head(hostile, us, us.at))
    assert _row(us.partner(hostile), ours)["silent"] is False


def _fresh_head(hostile, us, at):
    hostile.at = at
    feeds.refresh(hostile.me, hostile.keeper, at)
    return hostile.segments(us)[-1]


@case("order", "a version dated in the future, to be the newest for ever")
def _(us, hostile, third):
    late = "2099-01-01T00:00:00.000Z"
    aside(us, hostile, thing(hostile, modified=late), "lies in the future")
    block = segment_of(hostile, us, [thing(hostile, modified=late)], created=us.at.replace(2099))
    refused(us, block, Misread, "yet to come")


@case("order", "a version after its withdrawal")
def _(us, hostile, third):
    body = thing(hostile)
    gone = changed(body, modified="2026-06-30T09:00:00.000Z", revoked=True)
    back = changed(body, modified="2026-06-30T10:00:00.000Z")
    take(us, segment_of(hostile, us, [body, gone, back]))
    assert us.fates(named(body)) == ["kept", "kept", "refused"]
    assert us.holds()[hostile.id, named(body)][1] is True


@pytest.mark.parametrize("function", CASES)
def test_a_hostile_partner_achieves_nothing_by(function, houses):
    achieves_nothing(function, houses)
