"""Who asks: a short proof in the header of each request, signed by the partner's operating key.

It names who asks whom, for what, with which body, and when; it holds for a minute and once. There
is no password to be stolen and none to be guessed.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from foreshock.errors import Misread, NotGenuine
from foreshock.exchange import jws
from foreshock.exchange.node import Node
from foreshock.exchange.partners import Partner, signed_by_partner
from foreshock.words.feeds import FeedKeeper
from foreshock.words.records import Struct

SCHEME = "Foreshock"
#: a proof older, or from further ahead, is not taken
LIFE = timedelta(seconds=60)


class Asked(Struct, frozen=True, kw_only=True):
    """What a partner signs of a request."""

    form: Literal["foreshock-request-1"] = "foreshock-request-1"
    #: root ids of who asks and of who is asked
    by: str
    to: str
    method: str
    #: path with its query, as sent
    path: str
    body_sha256: str
    at: datetime
    nonce: str


def prove(method: str, path: str, body: bytes, to: str, node: Node, at: datetime) -> str:
    """The value of the header `Authorization` for a request of ours."""
    asked = Asked(
        by=node.id, to=to, method=method, path=path, at=at, nonce=secrets.token_hex(16),
        body_sha256=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip
    return f"{SCHEME} {jws.sign(msgspec.json.encode(asked), 'request', node.operating)}"


def asker(
    header: str, method: str, path: str, body: bytes, node: Node, keeper: FeedKeeper, at: datetime
) -> Partner:
    """The confirmed partner that sent a request; `NotGenuine` or `Misread` for anybody else."""
    scheme, _, token = header.partition(" ")
    if scheme != SCHEME:
        raise Misread("the request brings no proof of who asks", expected=f"{SCHEME} JWS")
    asked, partner = signed_by_partner(token, "request", Asked, "the proof", keeper, at)
    wanted = (node.id, method, path, hashlib.sha256(body).hexdigest())
    if (asked.to, asked.method, asked.path, asked.body_sha256) != wanted:
        raise NotGenuine("the proof is for another request")
    if asked.at.tzinfo is None or not -LIFE <= at - asked.at <= LIFE:
        raise NotGenuine(
            f"the proof is of {asked.at:%H:%M:%S}, here it is {at:%H:%M:%S} UTC",
            expected="clocks that differ by less than a minute",
        )
    if not keeper.nonce(f"{asked.by} {asked.nonce}", (at + 3 * LIFE).timestamp(), at.timestamp()):
        raise NotGenuine("the proof was used before")
    return partner
