"""Our client against servers as they are: ours, careless ones, and hostile ones."""

import json
import uuid
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from taxii_house import HOUSE, OPEN, WRITE_ONLY, Caller, marked, note, server

from foreshock.archive.shelf import open_shelf
from foreshock.errors import ForeshockError, Misread, NotAllowed, SourceError, WrongUse
from foreshock.exchange import stix
from foreshock.exchange.taxii import client
from foreshock.exchange.taxii.fetch import aside, pull, push, shelf_name
from foreshock.exchange.taxii.inbox import received, versions
from foreshock.exchange.taxii.wire import LARGEST, Login, Wire
from foreshock.words.markings import Marking
from foreshock.words.shelf import Wanted

URL = "https://peer.example/api/"
COLLECTION = f"{URL}collections/c/"
EVERYTHING = Wanted(versions=("all",), clearance=Marking.RED, limit=100_000)


def date(n):
    return f"2026-01-01T00:{n // 60:02d}:{n % 60:02d}.000000Z"


class Peer:
    """A TAXII server with objects of given dates; what is odd about it is set by its fields."""

    def __init__(self, dated, **odd):
        self.dated = list(dated)
        self.asked = []
        self.odd = {
            "next": True, "headers": True, "most": 1000, "always_more": False, "same_next": False,
            "before": lambda n, request: None, "date": lambda text: text, **odd,
        }  # fmt: skip

    def __call__(self, request):
        found = self.answered(request)
        return found() if callable(found) else found

    def answered(self, request):
        self.asked.append(request)
        early = self.odd["before"](len(self.asked), request)
        if early is not None:
            return early
        path = urlsplit(str(request.url)).path
        said = {
            "/taxii2/": {"title": "t", "api_roots": self.odd.get("roots", [URL])},
            "/api/": {"title": "r", "versions": ["x"], "max_content_length": 5000},
            "/api/collections/": {"collections": [self.collection()]},
            "/api/collections/c/": self.collection(),
        }.get(path)
        if said is None:
            return self.page(request)
        return answer(said)

    def collection(self):
        return {"id": "c", "title": "Coll", "can_read": True, "can_write": True}

    def page(self, request):
        query = {k: v[0] for k, v in parse_qs(urlsplit(str(request.url)).query).items()}
        after = query.get("added_after", "")
        rows = [row for row in self.dated if row[0] > after]
        begin = int(query.get("next", 0))
        size = min(int(query["limit"]), self.odd["most"])
        cut = rows[begin : begin + size]
        if not cut and not self.odd["always_more"]:
            return answer({})
        said = {"objects": [one for _, one in cut]} if cut else {}
        if begin + size < len(rows) or self.odd["always_more"]:
            said["more"] = True
            if self.odd["next"]:
                said["next"] = str(0 if self.odd["same_next"] else begin + size)
        headers = {}
        if self.odd["headers"] and cut:
            headers = {
                "X-TAXII-Date-Added-First": self.odd["date"](cut[0][0]),
                "X-TAXII-Date-Added-Last": self.odd["date"](cut[-1][0]),
            }
        return answer(said, headers)


def answer(said, headers=None, status=200, body=None):
    """Makes an answer, as often as it is called: one can be read only once."""
    text = json.dumps(said).encode() if body is None else body
    kind = {"Content-Type": "application/taxii+json;version=2.1", **(headers or {})}
    return lambda: httpx2.Response(status, headers=kind, stream=httpx2.ByteStream(text))


def wire_to(peer, login=None, slept=None):
    return Wire(
        URL,
        login or Login(),
        transport=httpx2.MockTransport(peer),
        sleep=lambda seconds: (slept if slept is not None else []).append(seconds),
    )


PLACE = client.Place(id="c", title="Coll", url=COLLECTION, can_read=True, can_write=True, most=5000)


@pytest.fixture
def shelf(tmp_path):
    with open_shelf(tmp_path) as opened:
        yield opened


def kept(shelf):
    return [one.id for one in shelf.page(shelf_name("peer", "c"), EVERYTHING).objects]


def fetched(peer, shelf, **more):
    return pull(wire_to(peer), shelf, PLACE, "peer", **more)


NOTES = [note(n) for n in range(10)]
RISING = [(date(n), one) for n, one in enumerate(NOTES)]


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


# -- what is hostile or broken -------------------------------------------------------------------


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
