"""The verbs of missions, duties and reports, as a user calls them."""

import json
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from foreshock.exchange.intake import look_into
from foreshock.words.clocks import now
from foreshock.words.markings import Marking

TODAY = now().date()


@pytest.fixture
def house(call):
    """The command line, with a desk, a mission, and one report owed since nine days."""
    call("missions", "add", "minerals", "--host", "KR", "--desk-here", "--by", "boss")
    call("missions", "add", "beijing", "--host", "China", "--desk", "minerals", "--by", "boss")
    since = TODAY - timedelta(days=9)
    call("missions", "assign", "beijing", "gallium", "--grade", "a", "--since", since, "--by", "b")
    return call


def test_who_owes_what_is_listed_and_overdue_is_said(house):
    listed = house("missions", "list")
    assert listed.code == 0
    assert "gallium A" in listed.out
    overdue = house("duties", "--overdue")
    assert "OVERDUE for 3 days" in overdue.out
    reminder = house("duties", "--remind").out
    assert f"overdue since {TODAY - timedelta(days=3)}: gallium (A)" in reminder


def test_a_report_is_sent_listed_and_corrected(house):
    sent = house("report", "status", "beijing", "item=gallium", "status=strained", "stock_days=25")
    assert sent.code == 0
    assert "3 days late" in sent.err
    listed = json.loads(house("report", "list", "--json").out)["reports"]
    (one,) = listed
    fixed = house("report", "correct", one["id"], "stock_days=18")
    assert f"in the place of {one['id']}" in fixed.err
    (now_stands,) = json.loads(house("report", "list", "--json").out)["reports"]
    assert now_stands["stock_days"] == 18
    found = json.loads(house("duties", "--json").out)["duties"]
    assert [d["state"] for d in found] == ["late", "open"]


def test_nothing_to_report_is_one_word(house):
    assert "quiet" in house("report", "nothing", "beijing").err
    again = house("report", "nothing", "beijing")
    assert again.code == 2
    assert "owes no report" in again.err


def test_a_form_that_cannot_be_is_refused_with_every_field_and_code_2(house):
    ended = house("report", "status", "beijing", "item=gallium", "status=x", "grade=Z", "nonsense")
    assert ended.code == 2
    assert "FIELD=VALUE" in ended.err
    ended = house("report", "status", "beijing", "item=gallium", "status=x", "grade=Z")
    assert ended.code == 2
    assert "status is 'x'" in ended.err
    assert "grade is 'Z'" in ended.err
    assert json.loads(house("report", "list", "--json").out)["reports"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("missions", "add", "B eijing", "--host", "CN", "--desk", "minerals"),
        ("missions", "add", "tokyo", "--host", "Atlantis", "--desk", "minerals"),
        ("missions", "assign", "beijing", "galliumm", "--grade", "A"),
        ("missions", "assign", "beijing", "gallium", "--grade", "E"),
        ("missions", "assign", "beijing", "gallium", "--grade", "A", "--since", "2999-01-01"),
        ("missions", "close", "nowhere"),
        ("duties", "--mission", "nowhere"),
        ("report", "form", "letter"),
        ("report", "correct", "report-0", "stock_days=1"),
    ],
)
def test_a_word_that_cannot_be_is_one_sentence_and_code_2(house, words):
    ended = house(*words)
    assert ended.code == 2
    assert "expected" in ended.err
    assert "Traceback" not in ended.err


def test_the_fields_of_every_form_are_shown(call):
    for form in ("status", "disruption", "company"):
        assert "needed" in call("report", "form", form).out


# -- reminders -----------------------------------------------------------------------------------


def test_a_reminder_is_a_draft_for_each_mission_and_each_duty_is_told_once(house, tmp_path):
    outbox = tmp_path / "outbox"
    words = ("missions", "remind", "--outbox", outbox)
    first = house(*words, "--to", "beijing=desk@beijing.example")
    assert first.code == 0, first.err
    (file,) = outbox.iterdir()
    assert str(file) in first.out
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == "desk@beijing.example"
    assert message["X-Unsent"] == "1"
    assert "TLP:AMBER+STRICT" in message["Subject"]
    assert f"overdue since {TODAY - timedelta(days=3)}: gallium (A)" in message.get_content()
    again = house(*words)
    assert (again.code, again.out) == (0, "")
    assert "that was not given" in again.err
    assert len(list(outbox.iterdir())) == 1


def test_a_mission_without_an_address_is_named_and_its_draft_has_none(house, tmp_path):
    ended = house("missions", "remind", "--outbox", tmp_path / "outbox")
    assert "beijing has no address" in ended.err
    (file,) = (tmp_path / "outbox").iterdir()
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] is None


@pytest.mark.parametrize("told", ["beijing", "nowhere=a@b.example", "beijing=a@b\n.example"])
def test_an_address_that_is_none_is_refused_and_nothing_is_noted(house, tmp_path, told):
    ended = house("missions", "remind", "--outbox", tmp_path / "outbox", "--to", told)
    assert ended.code == 2
    assert "expected MISSION=ADDRESS" in ended.err
    assert not (tmp_path / "outbox").exists()
    assert house("missions", "remind", "--outbox", tmp_path / "outbox").out != ""


def test_a_reminder_is_a_sound_note_for_the_feed_of_a_mission_with_a_node(house, tmp_path):
    house("partners", "card", "--new", "Own desk", "--root", tmp_path / "own.root", "--out",
          tmp_path / "own.card")  # fmt: skip
    notes = tmp_path / "reminders.jsonl"
    ended = house("missions", "remind", "--outbox", tmp_path / "outbox", "--objects", notes)
    assert ended.code == 0, ended.err
    said, item = look_into(notes.read_bytes().strip())
    assert item.marking is Marking.AMBER_STRICT
    assert "gallium" in said["content"]
