"""Partner cards: who somebody is and by which keys, signed by a root key that stays offline.

A card is handed over by any way, and believed only after a person has compared its eight words
with its owner by another one. From then on a newer card of the same root key replaces it: that is
how operating keys are rotated and revoked. The counter in it never goes back.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

import msgspec
import pyrage

from foreshock.errors import Misread, NotGenuine, WrongUse
from foreshock.exchange import jws
from foreshock.exchange.identity import Key, checked_name, key_id
from foreshock.words.records import Struct

#: how long a card, and an operating key, hold unless told otherwise
CARD_LIFE = timedelta(days=365)
KEY_LIFE = timedelta(days=180)
#: clocks of two honest nodes differ by no more than this
SKEW = timedelta(minutes=5)

_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~/-]*)?")
_IDENTITY = re.compile(r"identity--[0-9a-f-]{36}")


class KeySpan(Struct, frozen=True, kw_only=True):
    """An operating key and when it holds."""

    #: Ed25519 public key, 64 hex digits
    key: str
    since: datetime
    until: datetime
    #: from then on nothing signed with it is taken, whenever it says it was made
    revoked_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether what was signed with it is taken at a moment."""
        return self.since - SKEW <= at <= self.until and self.revoked_at is None


class Card(Struct, frozen=True, kw_only=True):
    """What a node says of itself."""

    form: Literal["foreshock-card-1"] = "foreshock-card-1"
    name: str
    #: STIX id under which it is the author of objects
    identity: str
    #: Ed25519 public key that signs the card, 64 hex digits
    root: str
    #: grows with each card of this root
    counter: int
    keys: tuple[KeySpan, ...]
    #: X25519 recipient (age1...) for parcels that only this node can open
    age: str
    #: where it can be reached; empty: by files and mail only
    url: str = ""
    issued: datetime
    expires: datetime
    #: the node itself is no longer to be trusted; nothing after this takes it back
    revoked_at: datetime | None = None

    @property
    def id(self) -> str:
        """A short name of the root key."""
        return key_id(self.root)


def issue(card: Card, root: Key) -> str:
    """The card, signed by its root key; `WrongUse` for one that nobody would take."""
    if root.public != card.root:
        raise WrongUse("the card names another root key than the one that is to sign it")
    fault = _fault(card)
    if fault:
        raise WrongUse(f"the card cannot be issued: {fault}")
    return jws.sign(msgspec.json.encode(card), "card", root)


@lru_cache(256)
def read_card(token: str) -> Card:
    """A card, whose signature is that of the root key it names.

    Whether that root key is the one of whom the name says is for people to find out. Raises
    `Misread` for what is no card, `NotGenuine` for one that its root key did not sign.
    """
    signed = jws.take_apart(token.strip(), "card")
    try:
        card = msgspec.json.decode(signed.payload, type=Card)
        root = card.id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, WrongUse) as error:
        raise Misread(f"this is no partner card ({str(error)[:120]})") from None
    if signed.key_id != root or not jws.holds(signed, card.root):
        raise NotGenuine(
            f"the card of {card.name[:60]!r} is not signed by the root key it names",
            next_step="Do not use it; ask the partner by another way.",
        )
    fault = _fault(card)
    if fault:
        raise Misread(f"the card of {card.name[:60]!r} cannot be used: {fault}")
    return card


def _fault(card: Card) -> str:
    try:
        checked_name(card.name)
        for span in card.keys:
            key_id(span.key)
        pyrage.x25519.Recipient.from_str(card.age)
    except WrongUse as error:
        return str(error)
    except pyrage.RecipientError:
        return "it has no age recipient"
    moments = [card.issued, card.expires, *(s.since for s in card.keys)]
    if any(moment.tzinfo is None for moment in moments):
        return "a moment in it has no time zone"
    if not _IDENTITY.fullmatch(card.identity):
        return f"its identity is {card.identity[:60]!r}, expected identity--UUID"
    if not 0 < len(card.keys) <= 20 or card.counter < 1:
        return "it has no operating key, more than 20, or no counter"
    if card.url and not _URL.fullmatch(card.url):
        return f"its address is {card.url[:80]!r}, expected http(s)://host/path"
    if any(span.key == card.root for span in card.keys):
        return "its operating key is the root key, which has to stay offline"
    return ""


def renewed(
    before: Card, at: datetime, *, operating: Key | None = None, revoke: bool = False,
    url: str | None = None,
) -> Card:  # fmt: skip
    """The next card of a node: the counter one higher, expiry anew.

    With `operating` that key is added, and those before it hold for another two weeks, or, with
    `revoke`, no longer.
    """
    keys = before.keys
    if operating is not None:
        keys = tuple(
            msgspec.structs.replace(
                span,
                until=min(span.until, at + timedelta(days=14)),
                revoked_at=span.revoked_at or (at if revoke else None),
            )
            for span in keys[-5:]
        )
        keys = (*keys, KeySpan(key=operating.public, since=at, until=at + KEY_LIFE))
    return msgspec.structs.replace(
        before,
        counter=before.counter + 1,
        keys=keys,
        url=before.url if url is None else url,
        issued=at,
        expires=at + CARD_LIFE,
    )
