"""What tests of a hostile partner share: how a case is told, and what "refused" has to mean."""

import msgspec
import pytest
from exchange_nodes import named, segment_of, thing

from foreshock.exchange import jws, parcels, receive
from foreshock.exchange.audit import verify

#: the list of the notes: groups of ways, and how many each has
WAYS = {"forgery": 8, "order": 7, "marking": 7, "flood": 7, "shape": 9, "content": 8}


def cases():
    """A list of cases, and what puts a function there: `@case(group, sentence)`."""
    kept = []

    def case(group, sentence):
        def keep(function):
            kept.append(pytest.param(function, id=f"{group}: {sentence}"))
            return function

        return keep

    return kept, case


def achieves_nothing(function, houses):
    """The case passes, and the audit log of this house is whole after it."""
    function(houses["Seoul"], houses["Hague"], houses["Tokyo"])
    assert verify(houses["Seoul"].keeper, houses["Seoul"].id).sound


def take(us, block):
    return receive.take(block, us.me, us.keeper, us.at)


def refused(us, block, kind, match):
    """The block is refused for this reason, and leaves nothing behind but a line in the log."""
    before = us.holds()
    with pytest.raises(kind, match=match):
        take(us, block)
    assert us.holds() == before


def aside(us, hostile, body, match, **entry):
    """The object is kept aside with this reason; a sound one of the same segment is kept."""
    good = thing(hostile)
    block = segment_of(hostile, us, [body, good])
    if entry:
        inside = parcels.unpack(header_of(block), block.body)
        entries = [msgspec.structs.replace(inside.entries[0], **entry), inside.entries[1]]
        block = segment_of(hostile, us, [body, good], entries)
    taken = take(us, block)
    assert [seq for seq, _ in taken.refused] == [taken.refused[0][0]]
    assert match in taken.refused[0][1]
    assert us.fates(named(good)) == ["kept"]
    assert len([key for key in us.holds() if key[0] == hostile.id]) == 1
    return taken


def header_of(block):
    payload = jws.take_apart(block.jws, "segment").payload
    return msgspec.json.decode(payload, type=receive.Header)


def first(hostile, us, *objects):
    """A segment that is all right."""
    hostile.publish(us, *(objects or (thing(hostile),)))
    return hostile.segments(us)[-1]
