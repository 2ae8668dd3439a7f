"""Our client against servers that are broken or hostile."""

import json
import uuid

import httpx2
import pytest
from taxii_house import note
from taxii_peer import (
    COLLECTION,
    NOTES,
    PLACE,
    RISING,
    URL,
    Peer,
    answer,
    date,
    fetched,
    kept,
    wire_to,
)

from foreshock.archive.shelf import open_shelf
from foreshock.errors import ForeshockError, Misread, NotAllowed, SourceError, WrongUse
from foreshock.exchange import stix
from foreshock.exchange.taxii import client
from foreshock.exchange.taxii.fetch import aside, pull
from foreshock.exchange.taxii.inbox import received, versions
from foreshock.exchange.taxii.wire import LARGEST, Login, Wire
from foreshock.words.markings import Marking


@pytest.fixture
def shelf(tmp_path):
    with open_shelf(tmp_path) as opened:
        yield opened


def test_a_huge_body_is_not_read_to_its_end(shelf):
    def endless():
        while True:
            yield b" " * 1_000_000
            sent.append(1_000_000)

    sent: list[int] = []

    def huge():
        return httpx2.Response(
            200, headers={"Content-Type": "application/taxii+json"}, content=endless()
        )

    with pytest.raises(Misread, match="more than 64 MB"):
        fetched(Peer(RISING, before=lambda n, request: huge), shelf)
    assert sum(sent) <= LARGEST + 1_000_000


BROKEN = {
    "a packed answer": (answer({}, {"Content-Encoding": "gzip"}), "packed answer"),
    "a page of HTML": (answer({}, {"Content-Type": "text/html"}), "text/html"),
    "no JSON": (answer({}, body=b"{nonsense"), "no envelope"),
    "an envelope that is a list": (answer([]), "no envelope"),
    "objects that are no list": (answer({"objects": {"a": 1}}), "no envelope"),
    "nested beyond all use": (answer({}, body=b"[" * 200_000), "no envelope"),
    "a redirect": (answer({}, {"Location": "https://evil.example/"}, 302), "sends us to"),
    "an error of TAXII": (
        answer({"title": "No\x1b[2J", "description": "gone"}, status=500),
        r"500: No \[2J: gone",
    ),
    "an error that is none": (answer({}, status=404, body=b"<html>"), "no reason given"),
    "credentials refused": (answer({}, status=401), "does not let us in"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_an_answer_that_is_none_is_said_in_one_sentence(what, shelf):
    broken, said = BROKEN[what]
    with pytest.raises(ForeshockError, match=said) as error:
        fetched(Peer(RISING, before=lambda n, request: broken), shelf)
    assert "\x1b" not in str(error.value)
    assert kept(shelf) == []


def test_whoever_says_not_now_is_asked_again_when_it_wants(shelf):
    slept: list[float] = []

    def busy(n, request):
        return answer({}, {"Retry-After": "7"}, 429) if n <= 2 else None

    assert pull(wire_to(Peer(RISING, before=busy), slept=slept), shelf, PLACE, "peer").new == 10
    assert slept == [7.0, 7.0]


@pytest.mark.parametrize("wait", ["86400", "Fri, 01 Jan 2100 00:00:00 GMT", "9" * 4000])
def test_whoever_wants_us_away_for_long_is_left(wait, shelf):
    later = answer({}, {"Retry-After": wait}, 503)
    with pytest.raises(SourceError, match="come again in"):
        fetched(Peer(RISING, before=lambda n, request: later), shelf)


@pytest.mark.parametrize("wait", ["", "soon", "-1", "٣"])
def test_a_wait_that_is_none_is_a_second_and_not_for_ever(wait, shelf):
    slept: list[float] = []
    never = answer({}, {"Retry-After": wait.encode()} if wait else {}, 429)
    with pytest.raises(SourceError, match="429"):
        wire = wire_to(Peer(RISING, before=lambda n, request: never), slept=slept)
        pull(wire, shelf, PLACE, "peer")
    assert len(slept) == 4
    assert set(slept) == {1.0}


def test_our_secret_goes_to_the_one_server_only_and_never_in_the_clear(shelf):
    login = Login(user="us", secret="hush")
    peer = Peer(RISING, roots=["https://evil.example/api/"])
    with pytest.raises(NotAllowed, match=r"evil\.example"):
        client.places(wire_to(peer, login), "https://peer.example/")
    with pytest.raises(NotAllowed, match="in the clear") as error:
        Wire("http://peer.example/", login)
    assert "hush" not in str(error.value)
    with pytest.raises(WrongUse, match="holds a name"):
        Wire("https://us:hush@peer.example/", Login())
    Wire("http://127.0.0.1:1/", login).close()
    assert all(one.url.host == "peer.example" for one in peer.asked)


def test_collections_are_found_from_a_server_a_root_or_a_collection(shelf):
    peer = Peer(RISING, roots=["/api/"])
    for url in ("https://peer.example/", "https://peer.example/taxii2/", URL, COLLECTION):
        (place,) = client.places(wire_to(peer), url)
        assert (place.url, place.most) == (COLLECTION, 5000)
    with pytest.raises(WrongUse, match="'Nowhere'"):
        client.chosen([place], ["Nowhere"], "can_read")


@pytest.mark.parametrize(
    "said", [{}, {"api_roots": "x"}, {"api_roots": [1]}, [], {"title": "just some JSON"}]
)
def test_what_is_no_taxii_server_is_said(said):
    peer = Peer([], before=lambda n, request: answer(said))
    with pytest.raises(Misread):
        client.places(wire_to(peer), "https://peer.example/")


@pytest.mark.parametrize("name", ["../../x", "..", "a b\n", "", None, "漢"])
def test_a_collection_whose_id_leads_elsewhere_is_refused(name):
    listed = answer({"versions": [], "collections": [{"id": name}]})
    peer = Peer([], before=lambda n, request: listed)
    with pytest.raises(Misread, match="expected a UUID"):
        client.places(wire_to(peer), URL)


def test_an_object_that_is_unsound_is_set_aside_with_its_reason_and_the_rest_is_kept(shelf):
    bad = [{**note(20), "type": "report"}, note(21, modified="2999-01-01T00:00:00Z"), {"x": 1}]
    peer = Peer([*RISING, *((date(20 + n), one) for n, one in enumerate(bad))])
    done = fetched(peer, shelf)
    assert (done.new, len(done.refused)) == (10, 3)
    whys = sorted(one.why for one in aside(shelf, "peer"))
    assert "modified is 2999-01-01T00:00:00Z, which lies in the future" in whys
    assert len(whys) == 3
    again = fetched(peer, shelf)
    assert (again.new, again.refused) == (0, ())  # told once
    assert aside(shelf, "pee") == []


def test_another_content_under_the_same_version_is_set_aside_and_the_first_stays(shelf):
    fetched(Peer(RISING[:1]), shelf)
    done = fetched(Peer([(date(0), {**NOTES[0], "content": "other"})]), shelf)
    assert "it stays" in done.refused[0].why
    (found,) = received(shelf).objects
    assert found.says == "number 0"


def test_a_partner_cannot_speak_in_our_name_and_our_own_come_back_is_no_news(shelf):
    ours = stix.identity("Mission X")["id"]
    genuine, forged = note(30, created_by_ref=ours), note(31, created_by_ref=ours)
    from foreshock.exchange.intake import sort_out

    body = json.dumps(genuine).encode()
    shelf.put("our collection", sort_out([body])[0])
    peer = Peer([(date(0), genuine), (date(1), forged), (date(2), note(32))])
    done = fetched(peer, shelf, ours=ours)
    assert kept(shelf) == [note(32)["id"]]
    assert [one.id for one in done.refused] == [forged["id"]]
    assert "this house did not publish it" in done.refused[0].why


def test_what_a_partner_marks_for_named_persons_is_kept_and_not_shown(shelf):
    red = note(40, marking=Marking.RED)
    unknown = note(41, object_marking_refs=[f"marking-definition--{uuid.uuid4()}"])
    fetched(Peer([(date(0), red), (date(1), unknown), (date(2), note(42))]), shelf)
    found = received(shelf)
    assert [one.id for one in found.objects] == [note(42)["id"]]
    assert found.held == 2
    assert versions(shelf, red["id"]) == []


def test_words_of_others_cannot_move_the_cursor_of_a_terminal(shelf):
    tricky = note(1, content="red\x1b[31m \u202eevil\nline", name="a\nb\u202e")
    fetched(Peer([(date(0), tricky)]), shelf)
    (found,) = received(shelf).objects
    assert found.title == "a b"
    (found,) = versions(shelf, tricky["id"])
    assert "\x1b" not in found.says
    assert "\u202e" not in found.says
