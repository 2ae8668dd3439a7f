"""What a careless or hostile partner may post, and what becomes of it."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxii_house import marked, note

from foreshock.exchange import intake
from foreshock.exchange.taxii.accounts import TRIES, Account, Door, hashed
from foreshock.words.markings import Marking
from foreshock.words.records import Receiver
from foreshock.words.shelf import Item

GOOD = json.dumps(note(1))
AT = datetime(2026, 1, 1, tzinfo=UTC)


def with_part(text):
    return (GOOD[:-1] + ", " + text + "}").encode()


HOSTILE = {
    "a key told twice": (with_part('"id": "note--x"'), "'id'"),
    "a key told twice, deep inside": (with_part('"x_a": [{"b": 1, "b": 2}]'), "'b'"),
    "NaN": (with_part('"x_a": NaN'), "no JSON"),
    "a number beyond all bounds": (with_part('"x_a": 1e400'), "no JSON"),
    "an integer of 5,000 digits": (with_part('"x_a": ' + "9" * 5000), "no JSON"),
    "half a character": (with_part('"x_a": "\\ud800"'), "no JSON"),
    "the other half": (with_part('"x_a": "\\udc00x"'), "no JSON"),
    "bytes that are no UTF-8": (with_part('"x_a": "') + b'\xff"}', "no JSON"),
    "nested 100 deep": (with_part('"x_a": ' + "[" * 100 + "]" * 100), "nested 10"),
    "nested 100,000 deep": (with_part('"x_a": ' + "[" * 50_000 + "]" * 50_000), "nested 5"),
    "too many bytes": (with_part(f'"x_a": "{"y" * 300_000}"'), "expected at most 262144"),
    "a list": (b"[1]", "no JSON object"),
    "an id of 400 characters": (json.dumps({**note(1), "id": "a" * 400}).encode(), "id is"),
    "an id with a path in it": (
        json.dumps({**note(1), "id": "../../note--1"}).encode(),
        "expected type--UUID",
    ),
    "a type that is not its id's": (json.dumps({**note(1), "type": "report"}).encode(), "type is"),
    "the day after tomorrow": (
        json.dumps(note(1, modified="2026-01-03T00:00:00Z")).encode(),
        "lies in the future",
    ),
    "the year 9999": (
        json.dumps(note(1, modified="9999-12-31T23:59:59Z")).encode(),
        "lies in the future",
    ),
    "a day that is none": (
        json.dumps(note(1, modified="2024-02-31T00:00:00Z")).encode(),
        "expected a moment",
    ),
    "100,000 references": (
        json.dumps({**note(1), "object_refs": [f"x--{n}" for n in range(2_000)]}).encode(),
        "points to 2000 objects",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_not_sound_is_refused_with_a_reason(what):
    body, said = HOSTILE[what]
    found = intake.examine(body, AT)
    assert isinstance(found, intake.Refused)
    assert said in found.why
    assert len(found.why) < 400


def test_what_is_sound_is_kept_as_the_bytes_that_came():
    body = with_part(
        '"x_text": "a \\" : { [ \\\\ \\u00e9 漢 \\ud83d\\ude42", "x_n": [1.5, {"a": {}}]'
    )
    found = intake.examine(body, AT)
    assert isinstance(found, Item)
    assert found.body == body
    assert found.marking is Marking.GREEN


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(min_size=1, max_size=6).map("x_".__add__), values, max_size=4))
def test_no_sound_object_is_taken_for_one_with_a_key_told_twice(extra):
    for ascii_only in (True, False):
        text = json.dumps({**note(1), **extra}, ensure_ascii=ascii_only)
        try:
            body = text.encode()
        except UnicodeEncodeError:
            continue
        found = intake.examine(body, AT)
        assert isinstance(found, Item) or "no JSON" in found.why, found


@given(st.binary(max_size=60))
def test_any_bytes_are_taken_or_refused_and_never_break_anything(body):
    assert isinstance(intake.examine(body, AT), Item | intake.Refused)


MARKINGS = {
    "all parts open": ({"granular_markings": []}, Marking.GREEN),
    "a part for fewer": (
        {"granular_markings": [{"marking_ref": marked(Marking.AMBER)[0], "selectors": ["a"]}]},
        Marking.AMBER,
    ),
    "a part in another language": (
        {"granular_markings": [{"lang": "nl", "selectors": ["content"]}]},
        Marking.GREEN,
    ),
    "two markings": (
        {"object_marking_refs": marked(Marking.CLEAR) + marked(Marking.AMBER_STRICT)},
        Marking.AMBER_STRICT,
    ),
    "a marking of its own making": (
        {"object_marking_refs": [f"marking-definition--{uuid.uuid4()}"]},
        Marking.RED,
    ),
    "markings that are no list": ({"object_marking_refs": "TLP:CLEAR"}, Marking.RED),
    "a part that is no part": ({"granular_markings": ["x"]}, Marking.RED),
    "markings of another kind": ({"object_marking_refs": [1]}, Marking.RED),
    "none": ({"object_marking_refs": []}, Marking.AMBER_STRICT),
}


@pytest.mark.parametrize("what", MARKINGS)
def test_the_strictest_marking_counts_and_the_unknown_counts_as_red(what):
    changes, expected = MARKINGS[what]
    assert intake.marking_of({**note(1), **changes}) is expected


def test_a_definition_cannot_make_a_fixed_id_mean_something_else():
    """A partner's object under the id of TLP:RED changes nothing: ids are constants here."""
    red = marked(Marking.RED)[0]
    forged = {"type": "marking-definition", "id": red, "name": "TLP:CLEAR"}
    assert intake.marking_of(forged) is Marking.CLEAR  # it hides nothing itself
    assert intake.marking_of({**note(1), "object_marking_refs": [red]}) is Marking.RED


# -- the door ------------------------------------------------------------------------------------


def test_whoever_tries_passwords_has_to_wait_and_the_right_one_is_worked_out_once(monkeypatch):
    worked = []

    def counted(password, salt=None):
        worked.append(password)
        return hashed(password, salt)

    monkeypatch.setattr("foreshock.exchange.taxii.accounts.hashed", counted)
    who = Account(receiver=Receiver(name="a", circle="community"), secret=hashed("right"))
    door = Door(lambda: (who,))

    def knock(password):
        import base64

        return door.who("Basic " + base64.b64encode(f"a:{password}".encode()).decode())

    assert knock("right") is who
    assert knock("right") is who
    assert worked == ["right"]
    for n in range(TRIES + 5):
        assert knock(f"wrong {n}") is None
    assert len(worked) == 1 + TRIES
    for odd in (None, "", "Basic", "Basic ???", "Bearer x", "Basic YQ=="):
        assert door.who(odd) is None


def test_the_clock_of_an_author_may_run_ahead_a_little():
    ahead = (AT + timedelta(minutes=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert isinstance(intake.examine(json.dumps(note(1, modified=ahead)).encode(), AT), Item)
