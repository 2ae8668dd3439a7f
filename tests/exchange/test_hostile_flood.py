"""Too much of everything: seven ways, none works."""

import asyncio
import json
import uuid

import msgspec
import pytest
from exchange_nodes import forged, segment_of, thing
from hostile_house import achieves_nothing, aside, cases, refused, take
from starlette.testclient import TestClient

from foreshock.errors import Misread, TooMuch
from foreshock.exchange import (
    feeds_http,
    intake,
    looking,
)
from foreshock.exchange.requests import prove
from foreshock.words.feeds import Entry, TrustRow
from foreshock.words.markings import Marking

CASES, case = cases()


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


@pytest.mark.parametrize("function", CASES)
def test_a_hostile_partner_achieves_nothing_by(function, houses):
    achieves_nothing(function, houses)
