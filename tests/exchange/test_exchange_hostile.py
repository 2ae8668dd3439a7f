"""A partner that is hostile, or whose machine is in other hands: forty-six ways, none works.

Seoul is this house, The Hague the partner with a rightful card and key, Tokyo a third one.
"""

import asyncio
import base64
import contextlib
import json
import uuid
from datetime import timedelta

import msgspec
import pytest
import zstandard
from exchange_nodes import both, changed, forged, house, named, segment_of, thing, tlp
from starlette.testclient import TestClient

from foreshock import gate
from foreshock.errors import ForeshockError, Misread, NotAllowed, NotGenuine, TooMuch
from foreshock.exchange import (
    content,
    corrections,
    feeds,
    feeds_http,
    intake,
    jws,
    looking,
    node,
    parcels,
    partners,
    receipts,
    receive,
)
from foreshock.exchange.identity import new_key
from foreshock.exchange.mail import parcels_in, write_mail
from foreshock.exchange.parcels import Block
from foreshock.exchange.requests import prove
from foreshock.words.feeds import CardRow, Entry, TrustRow
from foreshock.words.markings import Marking
from foreshock.words.records import Receiver

CASES = []


def case(group, sentence):
    def keep(function):
        CASES.append((group, sentence, function))
        return function

    return keep


def take(us, block):
    return receive.take(block, us.me, us.keeper, us.at)


def refused(us, block, kind, match):
    """The block is refused for this reason, and leaves nothing behind but a line in the log."""
    before = us.holds()
    with pytest.raises(kind, match=match):
        take(us, block)
    assert us.holds() == before


def aside(us, hostile, body, match, **entry):
    """The object is kept aside with this reason; a sound one of the same segment is kept."""
    good = thing(hostile)
    block = segment_of(hostile, us, [body, good])
    if entry:
        inside = parcels.unpack(_header(block), block.body)
        entries = [msgspec.structs.replace(inside.entries[0], **entry), inside.entries[1]]
        block = segment_of(hostile, us, [body, good], entries)
    taken = take(us, block)
    assert [seq for seq, _ in taken.refused] == [taken.refused[0][0]]
    assert match in taken.refused[0][1]
    assert us.fates(named(good)) == ["kept"]
    assert len([key for key in us.holds() if key[0] == hostile.id]) == 1
    return taken


def _header(block):
    payload = jws.take_apart(block.jws, "segment").payload
    return msgspec.json.decode(payload, type=receive.Header)


def first(hostile, us, *objects):
    """A segment that is all right."""
    hostile.publish(us, *(objects or (thing(hostile),)))
    return hostile.segments(us)[-1]


# -- forgery (8) ---------------------------------------------------------------------------------


@case("forgery", "a signature that does not hold")
def _(us, hostile, third):
    block = first(hostile, us)
    head, payload, signature = block.jws.split(".")
    bad = "".join(reversed(signature[:-2])) + signature[-2:]
    refused(us, Block(jws=f"{head}.{payload}.{bad}", body=block.body), NotGenuine, "not that of")
    bent = forged(hostile, block, number=2)
    swapped = ".".join([*bent.jws.split(".")[:2], signature])
    refused(us, Block(jws=swapped, body=block.body), NotGenuine, "not that of")


@case("forgery", "a rightful key that signs for the feed of another")
def _(us, hostile, third):
    block = first(hostile, us)
    other = feeds.feed_id(third.id, f"partner {us.id}")
    refused(us, forged(hostile, block, feed=other), NotGenuine, "not theirs")
    refused(us, forged(hostile, block, feed=other, author=third.id), NotGenuine, "no key")
    lent = forged(hostile, block, audience=f"partner {third.id}",
                  feed=feeds.feed_id(hostile.id, f"partner {third.id}"))  # fmt: skip
    refused(us, lent, NotAllowed, "is for .partner")


@case("forgery", "a key that has expired, was revoked, or does not hold yet")
def _(us, hostile, third):
    block = first(hostile, us)
    us.at += timedelta(days=200)
    refused(us, block, NotGenuine, "expired")
    us.at -= timedelta(days=200)
    stolen = hostile.me.operating
    hostile.rotate(lost=True)
    partners.add(hostile.me.token, us.keeper, us.at, us.me.card)
    refused(us, forged(hostile, block, stolen), NotGenuine, "was revoked")
    hostile.at += timedelta(days=1)
    hostile.rotate()
    early = hostile.me
    us.keeper.add_card(  # as if the card had come early; the key on it begins tomorrow
        CardRow(root=hostile.id, counter=9, jws=early.token, at=us.at)
    )
    refused(us, forged(hostile, block), NotGenuine, "holds from")


@case("forgery", "the algorithm none, or one that takes our public key for a password")
def _(us, hostile, third):
    import hashlib
    import hmac

    block = first(hostile, us)
    payload = block.jws.split(".")[1]
    for name in ("none", "HS256", "EdDSA", "ed25519"):
        header = {"alg": name, "kid": hostile.me.operating.id, "typ": "foreshock-segment"}
        head = base64.urlsafe_b64encode(json.dumps(header, separators=(",", ":")).encode())
        message = f"{head.decode().rstrip('=')}.{payload}"
        mac = hmac.new(
            bytes.fromhex(hostile.me.operating.public), message.encode(), hashlib.sha512
        ).digest()
        tail = base64.urlsafe_b64encode(mac).decode().rstrip("=")
        refused(us, Block(jws=f"{message}.{tail}", body=block.body), NotGenuine, "algorithm")
        refused(us, Block(jws=f"{message}.", body=block.body), Misread, "no form")


@case("forgery", "a key brought along in the header")
def _(us, hostile, third):
    block = first(hostile, us)
    mine = new_key()
    point = base64.urlsafe_b64encode(bytes.fromhex(mine.public)).decode().rstrip("=")
    for extra in (
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": point}},
        {"crit": ["b64"], "b64": False},
        {"jku": "https://example.org/keys"},
    ):
        header = {"alg": "Ed25519", "kid": mine.id, "typ": "foreshock-segment", **extra}
        head = base64.urlsafe_b64encode(json.dumps(header, separators=(",", ":")).encode())
        message = f"{head.decode().rstrip('=')}.{block.jws.split('.')[1]}"
        tail = base64.urlsafe_b64encode(mine.sign(message.encode())).decode().rstrip("=")
        refused(us, Block(jws=f"{message}.{tail}", body=block.body), NotGenuine, "says more")


@case("forgery", "an object whose author is another node")
def _(us, hostile, third):
    aside(us, hostile, thing(hostile, created_by_ref=third.me.card.identity), "created_by_ref")


@case("forgery", "a version of an object that is ours")
def _(us, hostile, third):
    ours = thing(us)
    us.publish(third, ours)
    stolen = changed(
        ours, created_by_ref=hostile.me.card.identity, modified="2026-07-01T08:00:00.000Z"
    )
    aside(us, hostile, stolen, "belongs to another node")
    assert us.holds()[us.id, named(ours)][0] == "2026-06-30T08:00:00.000Z"
    assert [a.about for a in us.alarms("equivocation")] == [named(ours)]


@case("forgery", "an identity object that takes the name or the id of another")
def _(us, hostile, third):
    for number, more in enumerate(
        (
            {"id": third.me.card.identity, "name": "Somebody"},
            {"name": "TOKYO"},
            {"name": "Т\u043ekyo"},  # Cyrillic letters that look the same
        )
    ):
        body = thing(
            hostile, **{"id": f"identity--{uuid.UUID(int=number, version=4)}", **more},
            type="identity", identity_class="organization",
        )  # fmt: skip
        taken = take(us, segment_of(hostile, us, [body], keep=True))
        assert len(taken.refused) == 1
        assert any(word in taken.refused[0][1] for word in ("identity of", "name of", "alphabets"))


# -- replay and order (7) ------------------------------------------------------------------------


@case("order", "an old segment again")
def _(us, hostile, third):
    block = first(hostile, us)
    take(us, block)
    assert take(us, block).outcome == "seen"
    assert len(us.holds()) == 1


@case("order", "an older head, and an older card, as if nothing had happened since")
def _(us, hostile, third):
    old_card = hostile.me.token
    one = first(hostile, us)
    two = first(hostile, us, thing(hostile))
    take(us, one), take(us, two)
    assert take(us, one).outcome == "seen"
    assert us.keeper.newest(_header(one).feed).header.number == 2
    hostile.rotate(lost=True)
    partners.add(hostile.me.token, us.keeper, us.at, us.me.card)
    with pytest.raises(NotGenuine, match="came after number 2"):
        partners.add(old_card, us.keeper, us.at, us.me.card)


@case("order", "two histories of one feed")
def _(us, hostile, third):
    take(us, segment_of(hostile, us, [thing(hostile)]))
    other = segment_of(hostile, us, [thing(hostile)])
    refused(us, other, NotGenuine, "two histories")
    alarm = us.alarms("fork")[0]
    assert len([proof for proof in alarm.proofs if proof]) == 2
    assert other.jws in alarm.proofs
    refused(us, other, NotAllowed, "is stopped")  # until a person has looked


@case("order", "a gap in the chain")
def _(us, hostile, third):
    one, two = first(hostile, us), first(hostile, us, thing(hostile))
    assert take(us, two).outcome == "waiting"
    assert us.holds() == {}
    assert us.alarms("gap")
    take(us, one)
    assert len(us.holds()) == 2
    bent = forged(hostile, two, number=3, first=3, last=3, previous="0" * 64)
    refused(us, bent, NotGenuine, "two histories")


@case("order", "a head frozen in time")
def _(us, hostile, third):
    take(us, first(hostile, us))
    us.pass_days(3)
    from foreshock.desk.cli_partners import _row
    from foreshock.desk.exchanging import Exchange

    ours = Exchange(None, us.me, us.keeper, us.at)
    assert _row(us.partner(hostile), ours)["silent"] is True
    take(us, _fresh_head(hostile, us, us.at))
    assert _row(us.partner(hostile), ours)["silent"] is False


def _fresh_head(hostile, us, at):
    hostile.at = at
    feeds.refresh(hostile.me, hostile.keeper, at)
    return hostile.segments(us)[-1]


@case("order", "a version dated in the future, to be the newest for ever")
def _(us, hostile, third):
    late = "2099-01-01T00:00:00.000Z"
    aside(us, hostile, thing(hostile, modified=late), "lies in the future")
    block = segment_of(hostile, us, [thing(hostile, modified=late)], created=us.at.replace(2099))
    refused(us, block, Misread, "yet to come")


@case("order", "a version after its withdrawal")
def _(us, hostile, third):
    body = thing(hostile)
    gone = changed(body, modified="2026-06-30T09:00:00.000Z", revoked=True)
    back = changed(body, modified="2026-06-30T10:00:00.000Z")
    take(us, segment_of(hostile, us, [body, gone, back]))
    assert us.fates(named(body)) == ["kept", "kept", "refused"]
    assert us.holds()[hostile.id, named(body)][1] is True


# -- marking (7) ---------------------------------------------------------------------------------


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


# -- flooding (7) --------------------------------------------------------------------------------


@case("flood", "too many objects in a day")
def _(us, hostile, third):
    us.keeper.add_trust(TrustRow(root=hostile.id, what="quota", value="3 1000000", at=us.at))
    bodies = [thing(hostile) for _ in range(4)]
    refused(us, segment_of(hostile, us, bodies), TooMuch, "within a day")
    take(us, segment_of(hostile, us, bodies[:3]))


@case("flood", "too many bytes in a day")
def _(us, hostile, third):
    us.keeper.add_trust(TrustRow(root=hostile.id, what="quota", value="1000 5000", at=us.at))
    block = segment_of(hostile, us, [thing(hostile, description="x" * 6_000)])
    refused(us, block, TooMuch, "within a day")
    us.pass_days(0)


@case("flood", "too many requests: told when to come again")
def _(us, hostile, third):
    rate, feeds_http.PARTNER_RATE = feeds_http.PARTNER_RATE, 3
    try:
        app = feeds_http.make_feeds(lambda: us.me, us.keeper, clock=lambda: us.at)
    finally:
        feeds_http.PARTNER_RATE = rate
    client = TestClient(app)
    path = "/x-foreshock/feeds/"
    codes = []
    for _ in range(12):
        proof = prove("GET", path, b"", us.id, hostile.me, us.at)
        answer = client.get(path, headers={"Authorization": proof})
        codes.append(answer.status_code)
    assert codes[0] == 200
    assert 429 in codes
    assert all(code in (200, 429) for code in codes)


@case("flood", "a million objects of one line")
def _(us, hostile, third):
    entry = Entry(seq=1, id="a", version="b", sha256="0" * 64, size=0, marking=Marking.GREEN)
    entries = [msgspec.structs.replace(entry, seq=n) for n in range(1, 1_002)]
    block = segment_of(hostile, us, [b""] * 1_001, entries)
    refused(us, block, Misread, "names 1001 objects")
    claimed = forged(hostile, block, last=1_000_000)
    refused(us, claimed, TooMuch, "within a day")


@case("flood", "ten thousand versions of one object")
def _(us, hostile, third):
    body = json.loads(thing(hostile))
    most, looking.MOST_VERSIONS = looking.MOST_VERSIONS, 50
    try:
        bodies = [
            json.dumps({**body, "modified": f"2026-06-30T09:{n // 60:02d}:{n % 60:02d}.000Z"})
            for n in range(60)
        ]
        taken = take(us, segment_of(hostile, us, [b.encode() for b in bodies]))
    finally:
        looking.MOST_VERSIONS = most
    assert most <= 1_000
    assert (taken.kept, len(taken.refused)) == (50, 10)
    assert "50 versions already" in taken.refused[0][1]


@case("flood", "a hundred thousand references in one report")
def _(us, hostile, third):
    refs = [f"location--{uuid.UUID(int=n, version=4)}" for n in range(1_001)]
    aside(us, hostile, thing(hostile, object_refs=refs), "expected at most 1000")
    long = [f"location--{uuid.UUID(int=n, version=4)}" for n in range(100_000)]
    found = intake.look_into(thing(hostile, object_refs=long), us.at)
    assert "expected at most 262144" in found.why


@case("flood", "a body that never ends")
def _(us, hostile, third):
    app = feeds_http.make_feeds(lambda: us.me, us.keeper, clock=lambda: us.at)
    proof = prove("POST", "/x-foreshock/inbox/", b"", us.id, hostile.me, us.at)
    said = []

    async def slow():
        await asyncio.sleep(3_600)
        return {}

    async def send(message):
        said.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/x-foreshock/inbox/", "query_string": b"",
        "headers": [(b"authorization", proof.encode())], "http_version": "1.1",
        "scheme": "https", "server": ("x", 443), "client": ("y", 1), "root_path": "",
    }  # fmt: skip
    patience, feeds_http.BODY_SECONDS = feeds_http.BODY_SECONDS, 0.05
    try:
        asyncio.run(app(scope, slow, send))
    finally:
        feeds_http.BODY_SECONDS = patience
    assert said[0]["status"] == 408


# -- size and shape (9) --------------------------------------------------------------------------


@case("shape", "an object larger than 256 kB")
def _(us, hostile, third):
    aside(us, hostile, thing(hostile, description="x" * 300_000), "bytes, expected at most")


@case("shape", "a bomb: a small frame that unpacks to a gigabyte")
def _(us, hostile, third):
    bomb = zstandard.ZstdCompressor().compress(b"\0" * 200_000_000)
    assert len(bomb) < 20_000
    block = first(hostile, us)
    refused(us, Block(jws=block.jws, body=bomb), NotGenuine, "its length")
    claimed = forged(hostile, Block(jws=block.jws, body=bomb), raw_bytes=200_000_000)
    refused(us, claimed, Misread, "would unpack to 200 MB")
    writer = zstandard.ZstdCompressor().compressobj()  # a frame that does not state its size
    unsized = writer.compress(b"\0" * 50_000_000) + writer.flush()
    refused(us, Block(jws=block.jws, body=unsized), NotGenuine, "its length")


@case("shape", "brackets nested beyond all use")
def _(us, hostile, third):
    deep = b'{"a":' * 40 + b"1" + b"}" * 40
    body = thing(hostile).replace(b'"level-3"', deep)
    aside(us, hostile, body, "nested")
    fatal = b"[" * 100_000
    entry = Entry(
        seq=1, id="x", version="", size=len(fatal), marking=Marking.GREEN,
        sha256=__import__("hashlib").sha256(fatal).hexdigest(),
    )  # fmt: skip
    third_take = take(third, segment_of(hostile, third, [fatal], [entry]))
    assert "nested" in third_take.refused[0][1]
    nested_header = base64.urlsafe_b64encode(b"[" * 40_000).decode().rstrip("=")
    head, _, signature = first(hostile, us).jws.split(".")
    refused(us, Block(jws=f"{head}.{nested_header}.{signature}"), ForeshockError, "header")


@case("shape", "a key that stands there twice")
def _(us, hostile, third):
    body = thing(hostile)
    twice = body[:-1] + b',"name":"another"}'
    aside(us, hostile, twice, "stands there twice")


@case("shape", "numbers that are none")
def _(us, hostile, third):
    for bad in (b"NaN", b"1e400", b"-Infinity"):
        body = thing(hostile).replace(b'"level-3"', bad)
        entry = _entry(body, us, hostile)
        taken = take(us, segment_of(hostile, us, [body], [entry], keep=True))
        assert len(taken.refused) == 1


def _entry(body, us, hostile):
    import hashlib

    newest = hostile.keeper.newest(feeds.feed_id(hostile.id, f"partner {us.id}"))
    return Entry(
        seq=newest.header.last + 1 if newest else 1, id="report--x", version="2026",
        size=len(body), marking=Marking.GREEN, sha256=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip


@case("shape", "half a character")
def _(us, hostile, third):
    body = thing(hostile).replace(b"gallium", b"\\ud800")
    taken = take(us, segment_of(hostile, us, [body], [_entry(body, us, hostile)]))
    assert "no JSON" in taken.refused[0][1]


@case("shape", "bytes that are no UTF-8")
def _(us, hostile, third):
    body = thing(hostile).replace(b"gallium", b"\xff\xfe\xc0\xaf")
    taken = take(us, segment_of(hostile, us, [body], [_entry(body, us, hostile)]))
    assert "no JSON" in taken.refused[0][1]


@case("shape", "a number of five thousand digits")
def _(us, hostile, third):
    body = thing(hostile).replace(b'"level-3"', b"9" * 5_000)
    taken = take(us, segment_of(hostile, us, [body], [_entry(body, us, hostile)]))
    assert "no JSON" in taken.refused[0][1]


@case("shape", "an id of three hundred characters")
def _(us, hostile, third):
    long = f"{'x' * 300}--{uuid.uuid4()}"
    aside(us, hostile, thing(hostile, id=long, type="x" * 300), "expected type--UUID")


# -- content (8) ---------------------------------------------------------------------------------


@case("content", "markup and scripts in a text")
def _(us, hostile, third):
    body = thing(hostile, name="<script>alert(1)</script>\x1b[2Jx")
    take(us, segment_of(hostile, us, [body]))
    piece = us.keeper.versions([named(body)])[0]
    shown = content.clean(json.loads(us.keeper.body(piece))["name"])
    assert "\x1b" not in shown
    from markupsafe import escape

    assert "<script>" not in escape(shown)
    assert us.keeper.body(piece) == body  # the bytes stay what they were


@case("content", "names that turn round or look like another's")
def _(us, hostile, third):
    aside(us, hostile, thing(hostile, name="gallium \u202emuillag"), "turn or hide")
    mixed = thing(
        hostile, type="identity", id=f"identity--{uuid.uuid4()}", name="Min\u0456stry of Trade"
    )
    taken = take(third, segment_of(hostile, third, [mixed]))
    assert "alphabets that look alike" in taken.refused[0][1]


@case("content", "addresses that lead into a house or run something")
def _(us, hostile, third):
    for address in (
        "file:///etc/passwd", "javascript:alert(1)", "http://localhost/x", "http://10.0.0.8/",
        "http://169.254.169.254/latest", "http://[::1]/", "http://printer.local/", "http://2130706433/",
        "data:text/html,x", "http://intranet/", "ftp://example.org/a",
    ):  # fmt: skip
        said = {"external_references": [{"source_name": "x", "url": address}]}
        assert content._text_fault(said), address
    body = thing(hostile, external_references=[{"source_name": "x", "url": "file:///etc/passwd"}])
    aside(us, hostile, body, "no public address")
    assert not content._text_fault({"external_references": [{"url": "https://example.org/a?b=c"}]})


@case("content", "an address that tells when it is opened: none is ever fetched")
def _(us, hostile, third):
    import socket

    body = thing(
        hostile, external_references=[{"source_name": "x", "url": "https://example.org/b"}]
    )
    before, asked = socket.getaddrinfo, []
    socket.getaddrinfo = lambda *words, **more: asked.append(words) or before(*words, **more)
    try:
        assert take(us, segment_of(hostile, us, [body])).kept == 1
    finally:
        socket.getaddrinfo = before
    assert asked == []


@case("content", "formulas for the spreadsheet of the reader")
def _(us, hostile, third):
    for text in ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1"):
        assert content.cell(text)[:1] not in ("=", "+", "-", "@", "\t"), text


@case("content", "paths in the name of an attachment")
def _(us, hostile, third):
    hostile.publish(us, thing(hostile))
    data = hostile.parcel(us)
    message = write_mail(data, "a@example.org", "b@example.org", us.at, "x\r\nBcc: y")
    message = message.replace(b"parcel.fsp", b"../../../etc/x")
    before = sorted(p for p in us.home.parent.rglob("*"))
    assert parcels_in(message) == [data]
    assert b"\r\nBcc:" not in message
    assert sorted(p for p in us.home.parent.rglob("*")) == before


@case("content", "an object whose bytes are not those of its hash")
def _(us, hostile, third):
    body = thing(hostile)
    block = segment_of(hostile, us, [body])
    inside = parcels.unpack(_header(block), block.body)
    other = body.replace(b"gallium", b"Gallium")
    packed = parcels.pack(inside.entries, [other])
    refused(us, Block(jws=block.jws, body=packed.body), NotGenuine, "not what its author signed")
    take(us, block)


@case("content", "one poisoned object among many: the others can be read")
def _(us, hostile, third):
    bodies = [thing(hostile) for _ in range(20)]
    bodies[7] = b'{"id": 1, "type": ['
    taken = take(us, segment_of(hostile, us, bodies))
    assert (taken.kept, len(taken.refused)) == (19, 1)
    assert all(us.keeper.body(p) for p in us.keeper.everything() if p.fate == "kept")
    receiver = Receiver(name="here", circle="own")
    from foreshock.exchange.view import visible

    assert len(visible(us.keeper.everything(), receiver)) == 19


@pytest.mark.parametrize(
    ("function",), [(f,) for _, _, f in CASES], ids=[f"{g}: {s}" for g, s, _ in CASES]
)
def test_a_hostile_partner_achieves_nothing_by(function, houses):
    function(houses["Seoul"], houses["Hague"], houses["Tokyo"])
    from foreshock.exchange.audit import verify

    assert verify(houses["Seoul"].keeper, houses["Seoul"].id).sound


def test_all_forty_six_ways_of_the_list_are_tried():
    groups = [g for g, _, _ in CASES]
    counts = {g: groups.count(g) for g in dict.fromkeys(groups)}
    assert counts == {
        "forgery": 8, "order": 7, "marking": 7, "flood": 7, "shape": 9, "content": 8
    }  # fmt: skip
    assert len({s for _, s, _ in CASES}) == 46


# -- beyond the list -----------------------------------------------------------------------------


def test_a_node_that_nobody_confirmed_is_heard_by_nobody(seoul, tmp_path):
    mallory = house("Mallory", tmp_path)
    partners.add(seoul.me.token, mallory.keeper, mallory.at, mallory.me.card)
    words = partners.words_of(seoul.me.card.root)
    partners.confirm("Seoul", words, "organisation", (), mallory.keeper, mallory.at)
    mallory.publish("Seoul", thing(mallory))
    block = mallory.segments(seoul)[0]
    refused(seoul, block, NotGenuine, "nobody here knows")
    partners.add(mallory.me.token, seoul.keeper, seoul.at, seoul.me.card)
    refused(seoul, block, NotGenuine, "is unconfirmed")
    mallory.keeper.close()


def test_words_of_another_key_confirm_nobody(seoul, tmp_path):
    mallory = house("Mallory", tmp_path)
    partners.add(mallory.me.token, seoul.keeper, seoul.at, seoul.me.card)
    with pytest.raises(NotGenuine, match="not the words"):
        words = partners.words_of(seoul.me.card.root)
        partners.confirm("Mallory", words, "own", (), seoul.keeper, seoul.at)
    assert partners.named("Mallory", seoul.keeper, seoul.at).state == "unconfirmed"
    mallory.keeper.close()


def test_a_card_that_comes_in_a_parcel_makes_no_partner(seoul, hague, tmp_path):
    mallory = house("Mallory", tmp_path)
    opened = seoul.open_blocks(Block(jws=mallory.me.token))
    assert "nobody here knows its root key" in opened.problems[0]
    assert "Mallory" not in [p.name for p in partners.everybody(seoul.keeper, seoul.at).values()]
    mallory.keeper.close()


def test_a_revoked_partner_never_comes_back(seoul, hague):
    hague.publish(seoul, thing(hague))
    partners.revoke("Hague", "Stolen.", seoul.keeper, seoul.at)
    refused(seoul, hague.segments(seoul)[0], NotGenuine, "is revoked")
    hague.rotate()
    with pytest.raises(NotGenuine, match="was revoked"):
        partners.add(hague.me.token, seoul.keeper, seoul.at, seoul.me.card)
    with pytest.raises(NotAllowed, match="Nothing takes that back"):
        partners.confirm(
            "Hague", partners.words_of(hague.me.card.root), "own", (), seoul.keeper, seoul.at
        )


def test_a_node_that_retires_itself_is_believed_for_the_last_time(seoul, hague):
    hague.publish(seoul, thing(hague))
    block = hague.segments(seoul)[0]
    last = node.retire(hague.home, hague.root, hague.at, hague.keeper)
    partners.add(last, seoul.keeper, seoul.at, seoul.me.card)
    refused(seoul, block, NotGenuine, "is revoked")


def test_the_same_version_with_another_content_is_kept_aside_with_both_proofs(seoul, hague):
    body = thing(hague)
    first_said = segment_of(hague, seoul, [body], keep=True)
    take(seoul, first_said)
    then = segment_of(hague, seoul, [changed(body, name="something else")])
    taken = take(seoul, then)
    assert "another content" in taken.refused[0][1]
    assert seoul.fates(named(body)) == ["kept", "refused"]
    alarm = seoul.alarms("equivocation")[0]
    assert alarm.proofs == (first_said.jws, then.jws)


def test_who_carries_a_segment_cannot_make_an_object_vanish(seoul, hague):
    bodies = [thing(hague), thing(hague)]
    hague.publish(seoul, *bodies)
    block = hague.segments(seoul)[0]
    raw = zstandard.ZstdDecompressor().decompress(block.body)
    stripped = raw.replace(bodies[0], b" " * len(bodies[0]))
    thin = Block(jws=block.jws, body=zstandard.ZstdCompressor().compress(stripped))
    opened = seoul.open_blocks(thin)
    assert "came without their bytes" in opened.problems[0]
    assert seoul.fates(named(bodies[0])) == ["hollow"]
    assert seoul.fates(named(bodies[1])) == ["kept"]
    hague.open(seoul.parcel(hague))  # the receipt says so, and all of it is sent again
    again = seoul.open(hague.parcel(seoul))
    assert not again.problems
    assert seoul.fates(named(bodies[0])) == ["kept"]
    assert seoul.keeper.body(seoul.keeper.versions([named(bodies[0])])[0]) == bodies[0]


def test_what_was_erased_in_one_feed_does_not_come_back_by_another(seoul, hague):
    body = thing(hague)
    hague.publish(seoul, body)
    hague.publish("community minerals", body)
    alone, shared = sorted(hague.segments(seoul), key=lambda b: _header(b).audience, reverse=True)
    seoul.open_blocks(alone)
    corrections.erase(named(body), "It was RED.", hague.me, hague.keeper, hague.at)
    request = [b for b in hague.segments(seoul) if _header(b).number == 2]
    seoul.open_blocks(*[b for b in request if _header(b).audience == _header(alone).audience])
    seoul.open_blocks(shared)  # it left before the erasure, and comes after it
    assert seoul.fates(named(body)) == ["erased", "erased"]
    assert all(seoul.keeper.body(p) == b"" for p in seoul.keeper.versions([named(body)]))


def test_a_withdrawal_holds_in_whatever_order_things_come(seoul, hague):
    body = thing(hague)
    gone = changed(body, modified="2026-06-30T09:00:00.000Z", revoked=True)
    later = changed(body, modified="2026-06-30T10:00:00.000Z")
    take(seoul, segment_of(hague, seoul, [body, later]))
    assert seoul.holds()[hague.id, named(body)][1] is False
    take(seoul, segment_of(hague, seoul, [gone], audience="community minerals"))
    assert seoul.holds()[hague.id, named(body)][:2] == ("2026-06-30T09:00:00.000Z", True)


def test_a_state_that_the_history_contradicts_is_a_fork(seoul, hague):
    true, false = thing(hague), thing(hague)
    history = segment_of(hague, seoul, [true])
    head = _header(history)
    take(seoul, segment_of(hague, seoul, [false], kind="state", previous="x"))
    assert seoul.fates(named(false)) == ["kept"]
    refused(seoul, history, NotGenuine, "told entry 1 in two ways")
    assert [a.feed for a in seoul.alarms("fork")] == [head.feed]


def test_a_receipt_for_what_we_never_sent_is_refused(seoul, hague):
    hague.publish(seoul, thing(hague))
    seoul.open(hague.parcel(seoul))
    token = receipts.receipts_for(seoul.partner(hague), seoul.me, seoul.keeper, seoul.at)[0]
    said = receipts.payload_of(token)
    for more in ({"head": "0" * 64}, {"number": 9}, {"feed": "feed--x"}, {"by": "0" * 32}):
        payload = msgspec.json.encode(msgspec.structs.replace(said, **more))
        bent = jws.sign(payload, "receipt", seoul.me.operating)
        with pytest.raises(NotGenuine):
            receipts.accept(bent, hague.me, hague.keeper, hague.at)
    assert hague.keeper.receipts() == []
    receipts.accept(token, hague.me, hague.keeper, hague.at)


def test_a_proof_of_a_request_holds_for_one_request_and_once(seoul, hague):
    app = feeds_http.make_feeds(lambda: seoul.me, seoul.keeper, clock=lambda: seoul.at)
    client = TestClient(app)
    path = "/x-foreshock/feeds/"
    proof = prove("GET", path, b"", seoul.id, hague.me, seoul.at)
    ask = lambda proof, path=path: client.get(path, headers={"Authorization": proof}).status_code  # noqa: E731
    assert ask(proof) == 200
    assert ask(proof) == 401  # again
    assert ask(prove("GET", path, b"", seoul.id, hague.me, seoul.at), path + "?x=1") == 401
    assert ask(prove("GET", path, b"", hague.id, hague.me, seoul.at)) == 401
    late = seoul.at + timedelta(minutes=2)
    assert ask(prove("GET", path, b"", seoul.id, hague.me, late)) == 401
    assert ask("") == 401
    assert ask("Basic YTpi") == 401


def test_who_is_no_partner_learns_not_even_what_there_is(seoul, tmp_path):
    app = feeds_http.make_feeds(lambda: seoul.me, seoul.keeper, clock=lambda: seoul.at)
    mallory = house("Mallory", tmp_path)
    path = "/x-foreshock/feeds/feed--x/"
    proof = prove("GET", path, b"", seoul.id, mallory.me, seoul.at)
    answer = TestClient(app).get(path, headers={"Authorization": proof})
    assert (answer.status_code, answer.text) == (401, "Not a confirmed partner.\n")
    mallory.keeper.close()


def test_two_partners_that_trust_each_other_anew_after_a_lost_key_lose_nothing(seoul, hague):
    hague.publish(seoul, thing(hague))
    hague.rotate(lost=True)
    opened = seoul.open(hague.parcel(seoul))
    assert opened.cards == ("Hague",)
    assert [one.kept for one in opened.taken] == [1]


_ = both


def test_no_byte_of_a_parcel_can_change_unnoticed(seoul, hague):
    import random

    bodies = [thing(hague) for _ in range(3)]
    for body in bodies:
        hague.publish(seoul, body)
    data = hague.parcel(seoul, with_state=False)
    truth = {(hague.id, named(body)): body for body in bodies}
    chance = random.Random(11)
    for _ in range(150):
        bent = bytearray(data)
        place = chance.randrange(len(bent))
        bent[place] ^= 1 << chance.randrange(8)
        if chance.random() < 0.3:
            del bent[place : place + chance.randrange(1, 50)]
        with contextlib.suppress(ForeshockError):
            seoul.open(bytes(bent))
        for piece in seoul.keeper.everything():
            assert seoul.keeper.body(piece) == truth[piece.author, piece.entry.id]
    assert not seoul.open(data).problems
    assert len(seoul.holds()) == 3
    assert not seoul.alarms("fork")
