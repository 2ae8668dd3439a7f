"""Markings bent to let more be seen than may be: seven ways, none works."""

import json
import uuid

import msgspec
import pytest
from exchange_nodes import changed, named, segment_of, thing, tlp
from hostile_house import achieves_nothing, aside, cases, take

from foreshock import gate
from foreshock.errors import NotAllowed
from foreshock.exchange import (
    intake,
)
from foreshock.words.feeds import Entry
from foreshock.words.markings import Marking

CASES, case = cases()


@case("marking", "our own data, sent back to us and on with a looser marking")
def _(us, hostile, third):
    ours = thing(us, Marking.AMBER)
    us.publish(hostile, ours)
    loose = changed(ours, object_marking_refs=[tlp(Marking.CLEAR)])
    taken = take(us, segment_of(hostile, us, [loose]))
    assert "created_by_ref" in taken.refused[0][1]
    kept = [p for p in us.keeper.versions([named(ours)]) if p.fate == "kept"]
    assert [p.author for p in kept] == [us.id]
    kept = gate.Marked(marking=kept[0].entry.marking)
    assert not gate.judge("x", kept, gate.PUBLIC).passes
    assert take(third, segment_of(hostile, third, [loose])).kept == 0


@case("marking", "the id of a TLP marking with another content")
def _(us, hostile, third):
    body = thing(
        hostile, type="marking-definition", id=tlp(Marking.RED), name="TLP:CLEAR",
        definition_type="statement", definition={"statement": "public"},
    )  # fmt: skip
    aside(us, hostile, body, "taken from nobody")
    aside_marked = thing(hostile, object_marking_refs=[tlp(Marking.RED)])
    assert intake.look_into(aside_marked, us.at)[1].marking == Marking.RED


@case("marking", "a marking of one's own that is named TLP:CLEAR")
def _(us, hostile, third):
    mine = f"marking-definition--{uuid.uuid4()}"
    body = thing(hostile, type="marking-definition", id=mine, name="TLP:CLEAR")
    aside(us, hostile, body, "may not be named like TLP")
    item = intake.look_into(thing(hostile, object_marking_refs=[mine]), us.at)[1]
    assert item.marking == Marking.RED  # what cannot be read is shown to nobody


@case("marking", "a new version without any marking")
def _(us, hostile, third):
    body = thing(hostile)
    bare = changed(body, modified="2026-06-30T09:00:00.000Z")
    bare = msgspec.json.encode(
        {k: v for k, v in json.loads(bare).items() if k != "object_marking_refs"}
    )
    entry = Entry(
        seq=2, id=named(body), version="2026-06-30T09:00:00.000Z", size=len(bare),
        sha256=__import__("hashlib").sha256(bare).hexdigest(), marking=Marking.CLEAR,
    )  # fmt: skip
    take(us, segment_of(hostile, us, [body], keep=True))
    taken = take(us, segment_of(hostile, us, [bare], [entry]))
    assert "the manifest says TLP:CLEAR, the object TLP:AMBER+STRICT" in taken.refused[0][1]


@case("marking", "a stricter marking hidden in a granular one")
def _(us, hostile, third):
    body = thing(
        hostile, granular_markings=[{"selectors": ["name"], "marking_ref": tlp(Marking.RED)}]
    )
    aside(us, hostile, body, "the object TLP:RED", marking=Marking.GREEN)


@case("marking", "a red object quoted in a green report")
def _(us, hostile, third):
    red = thing(hostile, Marking.RED)
    quoting = thing(us, object_refs=[named(red)])
    take(us, segment_of(hostile, us, [red]))
    with pytest.raises(NotAllowed, match="because it refers to"):
        us.publish(third, quoting)


@case("marking", "passing on what is for one organisation only")
def _(us, hostile, third):
    strict = thing(hostile, Marking.AMBER_STRICT)
    label = "community minerals"
    take(us, segment_of(hostile, us, [strict], audience=label))
    with pytest.raises(NotAllowed, match=r"holds TLP:AMBER\+STRICT"):
        us.segments(third)
    assert us.keeper.sent(third.id) == []


@pytest.mark.parametrize("function", CASES)
def test_a_hostile_partner_achieves_nothing_by(function, houses):
    achieves_nothing(function, houses)
