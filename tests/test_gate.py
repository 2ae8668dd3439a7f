import re
from datetime import UTC, datetime
from pathlib import Path

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


# -- the ways out --------------------------------------------------------------------------------

ROOM = Path(__file__).parent.parent / "src" / "foreshock"
#: a call by which something leaves this house: an answer, a file, a message, a request
OUTWARD = re.compile(
    r"\b(?:\w*Response|deliver|write_file|write_mail)\(|parcels\.write\(|client\.request\("
)
ASKS = re.compile(
    r"\bgate\.(?:fit_for|pass_out|passes|judge|allows|explain|MAY_SEE)\b"
    r"|from foreshock\.gate import"
)
#: each module with such a call -> the modules that ask the gate before it, or why none has to
WAYS_OUT = {
    "desk/cli.py": ("desk/bulletin.py", "desk/view.py"),
    "desk/cli_pack.py": "the reference pack is public",
    "desk/cli_parcel.py": ("exchange/feeds.py", "exchange/sending.py"),
    "desk/cli_partners.py": "our own card, made to be handed out",
    "desk/cli_alone.py": "works on files of the caller",
    "desk/cli_remind.py": ("exchange/reminding.py",),
    "desk/cli_share.py": ("desk/cli_share.py", "exchange/stix.py"),
    "desk/exchanging.py": "writes what the verbs above hand it",
    "desk/output.py": "writes what the verbs above hand it",
    "desk/web.py": ("desk/view.py", "desk/bulletin.py"),
    "desk/web_house.py": ("desk/pages_house.py",),
    "exchange/feeds_client.py": ("exchange/feeds.py", "exchange/sending.py"),
    "exchange/feeds_http.py": ("exchange/feeds.py", "exchange/sending.py"),
    "exchange/mail.py": "carries parcels that were made by the verbs above",
    "exchange/taxii/answers.py": ("exchange/taxii/accounts.py",),
    "exchange/taxii/serve.py": ("exchange/taxii/accounts.py", "exchange/taxii/serve.py"),
}


def test_every_way_out_is_listed_with_who_asks_the_gate():
    found = {
        str(file.relative_to(ROOM))
        for room in ("desk", "exchange")
        for file in (ROOM / room).rglob("*.py")
        if OUTWARD.search(file.read_text("utf-8"))
    }
    new = sorted(found - set(WAYS_OUT))
    assert new == [], f"{new} send something out: ask the gate first, then list it in WAYS_OUT"


@pytest.mark.parametrize("way", [way for way, who in WAYS_OUT.items() if isinstance(who, tuple)])
def test_whoever_sends_something_out_asks_the_gate(way):
    askers = [ROOM / name for name in WAYS_OUT[way]]
    asked = [file for file in askers if file.exists() and ASKS.search(file.read_text("utf-8"))]
    assert asked, f"nobody asks the gate on the way out by {way}"
