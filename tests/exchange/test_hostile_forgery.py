"""Forged signatures, keys and authors: eight ways, none works.

Seoul is this house, The Hague the partner with a rightful card and key, Tokyo a third one.
"""

import base64
import json
import uuid
from datetime import timedelta

import pytest
from exchange_nodes import changed, forged, named, segment_of, thing
from hostile_house import achieves_nothing, aside, cases, first, refused, take

from foreshock.errors import Misread, NotAllowed, NotGenuine
from foreshock.exchange import (
    partners,
    segments,
)
from foreshock.exchange.identity import new_key
from foreshock.exchange.parcels import Block
from foreshock.words.feeds import CardRow

CASES, case = cases()


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
    other = segments.feed_id(third.id, f"partner {us.id}")
    refused(us, forged(hostile, block, feed=other), NotGenuine, "not theirs")
    refused(us, forged(hostile, block, feed=other, author=third.id), NotGenuine, "no key")
    lent = forged(hostile, block, audience=f"partner {third.id}",
                  feed=segments.feed_id(hostile.id, f"partner {third.id}"))  # fmt: skip
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


@pytest.mark.parametrize("function", CASES)
def test_a_hostile_partner_achieves_nothing_by(function, houses):
    achieves_nothing(function, houses)
