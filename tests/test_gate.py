from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreshock import gate
from foreshock.errors import NotAllowed
from foreshock.words.clocks import live
from foreshock.words.markings import Marking
from foreshock.words.records import Document, Receiver

WHEN = live(datetime(2026, 1, 1, tzinfo=UTC))
SECRET = "the plant has nine days of gallium"


def document(marking):
    return Document(clocks=WHEN, marking=marking, source="test", text=SECRET).sealed()


@given(st.sampled_from(Marking), st.sampled_from(sorted(gate.MAY_SEE)))
def test_nobody_sees_what_is_marked_stricter_than_the_circle_allows(marking, circle):
    receiver = Receiver(name="x", circle=circle)
    passed, held = gate.fit_for([document(marking)], receiver)
    assert (len(passed), held) == ((1, 0) if marking <= gate.MAY_SEE[circle] else (0, 1))


def test_one_record_too_strict_stops_the_whole_sending():
    records = [document(Marking.CLEAR), document(Marking.RED)]
    with pytest.raises(NotAllowed, match="1 of 2"):
        gate.pass_out(records, Receiver(name="partner", circle="community"))


def test_the_refusal_names_the_record_and_never_its_content():
    with pytest.raises(NotAllowed) as error:
        gate.pass_out([document(Marking.AMBER)], gate.PUBLIC)
    assert SECRET not in str(error.value)
    assert document(Marking.AMBER).id in str(error.value)
    assert "TLP:AMBER" in str(error.value)


def test_what_may_pass_passes_unchanged():
    records = (document(Marking.CLEAR), document(Marking.GREEN))
    assert gate.pass_out(records, Receiver(name="partner", circle="community")) == records


def test_the_gate_explains_itself_without_the_content():
    said = gate.explain(document(Marking.AMBER), gate.PUBLIC)
    assert "TLP:AMBER" in said
    assert "held back" in said
    assert "passes" in gate.explain(document(Marking.CLEAR), gate.PUBLIC)
