"""Our client against servers as they are: ours, and those that page in their own ways."""

import json
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from taxii_house import HOUSE, OPEN, WRITE_ONLY, Caller, marked, note, server
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
from foreshock.errors import SourceError
from foreshock.exchange.taxii import client
from foreshock.exchange.taxii.fetch import pull, push
from foreshock.exchange.taxii.inbox import received, versions
from foreshock.exchange.taxii.wire import Login, Wire
from foreshock.words.markings import Marking


@pytest.fixture
def shelf(tmp_path):
    with open_shelf(tmp_path) as opened:
        yield opened


# -- pages ---------------------------------------------------------------------------------------


PEERS = {
    "next": ({}, RISING),
    "next, all of one date": ({}, [(date(5), one) for one in NOTES]),
    "no next, the header leads on": ({"next": False}, RISING),
    "no next, dates shared across the cut": (
        {"next": False},
        [(date(n // 4), one) for n, one in enumerate(NOTES)],
    ),
    "no next, more of one date than a page holds": (
        {"next": False},
        [(date(0), NOTES[0])] + [(date(1), one) for one in NOTES[1:9]] + [(date(2), NOTES[9])],
    ),
    "dates that do not rise": ({}, list(reversed(RISING))),
    "no dates at all": ({"headers": False}, RISING),
    "dates that are none": ({"date": lambda text: "yesterday"}, RISING),
    "dates with milliseconds": ({"date": lambda text: text.replace("000Z", "Z")}, RISING),
}


@pytest.mark.parametrize("what", PEERS)
def test_every_object_comes_once_however_the_server_pages(what, shelf):
    odd, dated = PEERS[what]
    done = fetched(Peer(dated, **odd), shelf, limit=3)
    assert sorted(kept(shelf)) == sorted(one["id"] for one in NOTES)
    assert done.new == 10
    assert done.refused == ()


@pytest.mark.parametrize("what", PEERS)
def test_the_next_walk_brings_only_what_is_new_and_loses_nothing(what, shelf):
    odd, dated = PEERS[what]
    fetched(Peer(dated, **odd), shelf, limit=3)
    more = [(date(600), note(50)), (date(601), note(51))]
    if what == "dates that do not rise":
        more.reverse()
    peer = Peer([*more, *dated] if what == "dates that do not rise" else [*dated, *more], **odd)
    assert fetched(peer, shelf, limit=3).new == 2
    assert len(kept(shelf)) == 12


def test_a_walk_that_was_cut_off_goes_on_where_it_was(shelf):
    def dead(n, request):
        if n > 2:
            raise httpx2.ConnectError("gone")

    with pytest.raises(SourceError, match="cannot be reached"):
        fetched(Peer(RISING, before=dead), shelf, limit=3)
    assert len(kept(shelf)) == 6
    peer = Peer([(date(1000 + n), one) for n, one in enumerate(NOTES)])
    shelf.note(f"cursor/peer/{COLLECTION}", date(1005).encode(), 1e12)
    fetched(peer, shelf, limit=3)
    asked = parse_qs(urlsplit(str(peer.asked[0].url)).query)
    assert asked["added_after"] == [client.overlapped(date(1005), 120)]


def test_what_appears_behind_the_cursor_is_found_by_the_overlap(shelf):
    fetched(Peer(RISING), shelf)
    late = (date(8) + "").replace("08.000000", "08.500000")
    peer = Peer(sorted([*RISING, (late, note(77))], key=lambda row: row[0]))
    assert fetched(peer, shelf).new == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"always_more": True, "same_next": True},
        {"always_more": True},
        {"always_more": True, "next": False},
    ],
)
def test_a_server_that_never_ends_is_left_with_what_it_gave(odd, shelf):
    with pytest.raises(SourceError, match=r"same page again|how to come by it"):
        fetched(Peer(RISING, **odd), shelf, limit=3)
    assert kept(shelf)


def test_more_objects_of_one_date_than_any_page_holds_are_said_and_not_skipped(shelf):
    odd = {"next": False, "most": 4}
    peer = Peer([(date(0), one) for one in NOTES], **odd)
    with pytest.raises(SourceError, match="same page again"):
        fetched(peer, shelf, limit=4)
    assert shelf.noted(f"cursor/peer/{COLLECTION}", 0) == date(0).encode()


# -- with our own server -------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path):
    with server(tmp_path / "theirs", "") as http:
        yield http


@pytest.fixture(autouse=True)
def folders(tmp_path):
    (tmp_path / "theirs").mkdir()


def through(http, name="partner"):
    def ask(request):
        found = http.request(
            request.method,
            str(request.url).replace("https://taxii.example", ""),
            content=request.read(),
            headers=dict(request.headers),
        )
        whole = httpx2.ByteStream(found.content)
        return httpx2.Response(found.status_code, headers=found.headers, stream=whole)

    login = Login(user=name, secret="secret")
    return Wire(HOUSE.url, login, transport=httpx2.MockTransport(ask))


def test_from_our_server_comes_what_the_marking_allows_and_only_once(house, shelf):
    staff = Caller(house)
    staff.post(*[note(n) for n in range(25)], note(99, marking=Marking.AMBER))
    wire = through(house)
    found = client.chosen(client.places(wire, "https://taxii.example/"), [], "can_read")
    place = next(one for one in found if one.id == OPEN)
    assert pull(wire, shelf, place, "kr", limit=4).new == 25
    assert pull(wire, shelf, place, "kr").new == 0
    newer = note(3, modified="2024-05-01T00:00:00Z", content="corrected", revoked=True)
    staff.post(newer)
    assert pull(wire, shelf, place, "kr").new == 1
    withdrawn = next(one for one in received(shelf, "kr").objects if one.id == newer["id"])
    assert withdrawn.revoked
    assert withdrawn.says == "corrected"
    assert [one.revoked for one in versions(shelf, newer["id"])] == [True, False]


def test_what_is_sent_arrives_once_in_portions_that_the_server_takes(house, shelf):
    wire = through(house)
    place = next(
        one for one in client.places(wire, "https://taxii.example/") if one.id == WRITE_ONLY
    )
    small = client.Place(**{f: getattr(place, f) for f in place.__struct_fields__} | {"most": 3000})
    bodies = [json.dumps(note(n)).encode() for n in range(20)]
    done = push(wire, shelf, small, "kr", bodies)
    assert (done.taken, done.before, done.failed) == (20, 0, ())
    bad = json.dumps(note(50, marking=Marking.RED)).encode()
    again = push(wire, shelf, small, "kr", [*bodies, bad])
    assert (again.taken, again.before) == (0, 20)
    assert "RED" in again.failed[0].why
    assert marked(Marking.RED)


def test_a_post_that_is_pending_is_asked_for_until_it_is_settled(shelf, monkeypatch):
    monkeypatch.setattr("foreshock.exchange.taxii.client.time.sleep", lambda seconds: None)

    def slow(n, request):
        state = "complete" if n > 3 else "pending"
        said = {"id": "s", "status": state, "failure_count": 0}
        return answer(said, status=202 if request.method == "POST" else 200)

    peer = Peer([], before=slow)
    assert client.post(wire_to(peer), PLACE, [b"{}"]) == []
    assert str(peer.asked[-1].url) == f"{URL}status/s/"
    never = Peer([], before=lambda n, request: answer({"id": "s", "status": "pending"}))
    with pytest.raises(SourceError, match="not settled"):
        client.post(wire_to(never), PLACE, [b"{}"])
