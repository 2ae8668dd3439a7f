"""The notation of triggers: what must stand beside a word, and what must not."""

import pytest

from foreshock.reading.frames import Cues, Frame, Language
from foreshock.reading.notation import Notation, parts

SETS = {"site": ["plant+", "chip line+"]}


def found(trigger: str, text: str) -> list[str]:
    frame = Frame(name="f", type="DISRUPT", triggers=(trigger,), form="state")
    language = Language("xx", Cues(clause=r";(?P<lead>)"), (frame,), {"sets": SETS})
    return [text[t.start : t.end] for t in language.find(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("the fire gutted a plant", ["fire"]),
        ("two chip lines stopped after a fire", ["fire"]),
        ("a fire in a wood", []),
        ("they fire up the plant", []),
        ("the plant" + " very" * 20 + " fire", []),
    ],
)
def test_a_word_counts_only_beside_what_it_needs(text, hit):
    assert found("fire & {site} & !up", text) == hit


def test_how_near_it_must_stand_can_be_told():
    assert found("fell &2 exports", "exports of tin fell") == []
    assert found("fell &3 exports", "exports of tin fell") == ["fell"]


@pytest.mark.parametrize("figure", ["5", "13,885", "$1.3 million", "€40"])
def test_a_number_may_be_asked_for(figure):
    text = f"it ships {figure} tonnes"
    assert found("ship* # .. tonnes", text) == [text[3:]]
    assert found("ship* # .. tonnes", "it ships some tonnes") == []


def test_a_sign_that_is_no_word_does_not_hide_a_trigger():
    assert found("fell .. %|percent", "it fell 3 % more") == ["fell 3 %"]


def test_a_sign_that_is_no_word_may_be_asked_for_beside_a_trigger():
    assert found("raised & %|percent", "it raised them to 3 % more") == ["raised"]
    assert found("raised & %|percent", "it raised them") == []


def test_only_what_is_no_verb_form_may_be_a_noun():
    notation = Notation({}, SETS, spaced=True)
    assert notation.uninflected("exempt*|waiver|waivers for") == {"waiver", "waivers"}
    assert parts("a|b & c &3 !d") == ("a|b", [("c", ""), ("!d", "3")])
