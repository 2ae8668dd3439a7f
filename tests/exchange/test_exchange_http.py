"""The same parcels over the network: pulled, pushed, in pieces, and never to strangers."""

import contextlib
import socket
import threading
import time

import httpx2
import msgspec
import pytest
import uvicorn
from exchange_nodes import House, named, thing
from starlette.testclient import TestClient

from foreshock.errors import NotAllowed, Unreadable
from foreshock.exchange import cards, feeds_client, feeds_http, node, partners, sending
from foreshock.exchange.requests import prove
from foreshock.words.markings import Marking


@contextlib.contextmanager
def served(one: House):
    """A node that answers on a port of this machine, its address on its card."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    one.me = node.rotate(one.home, one.root, one.at, one.keeper, url=f"http://127.0.0.1:{port}")
    app = feeds_http.make_feeds(lambda: one.me, one.keeper, clock=lambda: one.at)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def pull(one: House, other: House):
    partners.add(other.me.token, one.keeper, one.at, one.me.card)
    with httpx2.Client(trust_env=False) as client:
        return feeds_client.pull(one.partner(other), one.me, one.keeper, client, lambda: one.at)


def push(one: House, other: House):
    partners.add(other.me.token, one.keeper, one.at, one.me.card)
    with httpx2.Client(trust_env=False) as client:
        return feeds_client.push(one.partner(other), one.me, one.keeper, client, lambda: one.at)


def test_a_month_is_fetched_in_one_call_in_pieces_and_the_receipt_is_given(
    seoul, hague, monkeypatch
):
    monkeypatch.setattr(sending, "MOST_SEGMENTS", 2)
    for _ in range(7):
        seoul.publish(hague, thing(seoul))
    with served(seoul):
        opened = pull(hague, seoul)
        assert not opened.problems
        assert len(hague.holds()) == 7
        assert (
            sending.acknowledged(
                seoul.keeper.feeds(seoul.id)[0].feed, seoul.partner(hague), seoul.keeper
            )
            == 7
        )
        again = pull(hague, seoul)
        assert [one for one in again.taken if one.outcome == "kept"] == []


def test_what_was_cut_off_is_taken_up_where_it_ended(seoul, hague, monkeypatch):
    monkeypatch.setattr(sending, "MOST_SEGMENTS", 2)
    for _ in range(5):
        seoul.publish(hague, thing(seoul))
    hague.open_blocks(*seoul.segments(hague, with_state=False)[:3])
    with served(seoul):
        pull(hague, seoul)
    feed = seoul.keeper.feeds(seoul.id)[0].feed
    after = [line.says for line in seoul.keeper.audit() if line.what == "read"]
    assert after[0].endswith("after 3")
    assert len(hague.keeper.headers(feed)) == 5


def test_asking_when_there_is_nothing_new_leaves_no_line(seoul, hague):
    seoul.publish(hague, thing(seoul))
    with served(seoul):
        pull(hague, seoul)
        before = seoul.keeper.audit_head(), hague.keeper.audit_head()
        assert pull(hague, seoul).taken == ()
        assert (seoul.keeper.audit_head(), hague.keeper.audit_head()) == before


def test_a_parcel_is_pushed_and_answered_with_a_receipt(seoul, hague):
    body = thing(hague, Marking.AMBER)
    hague.publish(seoul, body)
    with served(seoul):
        opened = push(hague, seoul)
    assert [given.kept for given in opened.given] == [1]
    assert seoul.fates(named(body)) == ["kept"]


def test_amber_travels_locked_also_over_the_line(seoul, hague):
    seoul.publish(hague, thing(seoul, Marking.AMBER))
    app = feeds_http.make_feeds(lambda: seoul.me, seoul.keeper, clock=lambda: seoul.at)
    feed = seoul.keeper.feeds(seoul.id)[0].feed
    path = f"/x-foreshock/feeds/{feed}/"
    proof = prove("GET", f"{path}?after=0", b"", seoul.id, hague.me, hague.at)
    answer = TestClient(app).get(f"{path}?after=0", headers={"Authorization": proof})
    assert answer.status_code == 200
    assert answer.content.startswith(b"age-encryption.org/")
    assert answer.headers["Cache-Control"] == "no-store"


def asked(us, by, method, path, body=b""):
    app = feeds_http.make_feeds(lambda: us.me, us.keeper, clock=lambda: us.at)
    headers = {"Authorization": prove(method, path, body, us.id, by.me, by.at)}
    return TestClient(app).request(method, path, content=body, headers=headers)


def test_a_feed_for_another_is_not_there(seoul, hague, tokyo):
    seoul.publish(tokyo, thing(seoul))
    feed = seoul.keeper.feeds(seoul.id)[0].feed
    assert asked(seoul, hague, "GET", f"/x-foreshock/feeds/{feed}/").status_code == 404
    listed = asked(seoul, hague, "GET", "/x-foreshock/feeds/")
    listed = msgspec.json.decode(listed.content)["feeds"]
    assert [one["audience"] for one in listed] == [f"partner {hague.id}"]


def test_who_only_pulls_can_tell_silence_from_loss(seoul, hague):
    with served(seoul):
        pull(hague, seoul)
        for one in (seoul, hague):
            one.pass_days(1)
        pull(hague, seoul)
    head = hague.keeper.feeds(seoul.id)[0]
    assert (head.number, head.created, head.last) == (2, seoul.at, 0)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/x-foreshock/feeds/feed--x/?after=-1", b"", 400),
        ("GET", "/x-foreshock/feeds/feed--x/?after=1e9", b"", 400),
        ("GET", "/x-foreshock/feeds/feed--x/", b"", 404),
        ("GET", "/x-foreshock/feeds/..%2f..%2fetc/", b"", 404),
        ("POST", "/x-foreshock/inbox/", b"", 422),
        ("POST", "/x-foreshock/inbox/", b"\0" * 1000, 422),
        ("POST", "/x-foreshock/inbox/", b"FORESHOCK PARCEL 1\n\xff\xff\xff\xff", 422),
        ("POST", "/x-foreshock/inbox/", b"age-encryption.org/v1\nx", 403),
        ("DELETE", "/x-foreshock/inbox/", b"", 405),
        ("PUT", "/x-foreshock/feeds/", b"", 405),
    ],
)
def test_odd_requests_get_a_sentence_and_never_a_crash(seoul, hague, method, path, body, status):
    answer = asked(seoul, hague, method, path, body)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_a_body_that_is_too_large_is_refused(seoul, hague, monkeypatch):
    monkeypatch.setattr(feeds_http, "MOST_BODY", 1_000)
    assert asked(seoul, hague, "POST", "/x-foreshock/inbox/", b"x" * 2_000).status_code == 413


def test_strangers_who_keep_asking_are_told_to_wait(seoul, monkeypatch):
    monkeypatch.setattr(feeds_http, "STRANGER_RATE", 3)
    app = feeds_http.make_feeds(lambda: seoul.me, seoul.keeper, clock=lambda: seoul.at)
    client = TestClient(app)
    answers = [client.get("/x-foreshock/feeds/") for _ in range(8)]
    assert answers[0].status_code == 401
    last = answers[-1]
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) >= 1


def test_nothing_is_sent_over_a_line_that_others_can_read(seoul, hague):
    told = hague.partner(seoul)
    open_line = msgspec.structs.replace(told.card, url="http://example.org")
    with pytest.raises(NotAllowed, match="not https"):
        feeds_client.Line(
            msgspec.structs.replace(told, card=open_line),
            hague.me,
            httpx2.Client(),
            lambda: hague.at,
        )
    with pytest.raises(NotAllowed, match="has no address"):
        feeds_client.Line(told, hague.me, httpx2.Client(), lambda: hague.at)


def test_a_partner_who_does_not_answer_is_told_in_one_sentence(seoul, hague):
    told = hague.partner(seoul)
    nobody = msgspec.structs.replace(told.card, url="http://127.0.0.1:9")
    line = feeds_client.Line(
        msgspec.structs.replace(told, card=nobody), hague.me, httpx2.Client(), lambda: hague.at
    )
    with pytest.raises(Unreadable, match="does not answer"):
        line.ask("GET", "/feeds/")


@pytest.mark.parametrize(
    "url", ["ftp://x.org", "https://x.org/?a=b", "javascript:x", "https://a b"]
)
def test_a_card_with_an_odd_address_is_not_issued(seoul, url):
    from foreshock.errors import WrongUse

    with pytest.raises(WrongUse, match="address"):
        cards.issue(msgspec.structs.replace(seoul.me.card, url=url), _root(seoul))


def _root(one):
    from foreshock.exchange.identity import read_root

    return read_root(one.root)
