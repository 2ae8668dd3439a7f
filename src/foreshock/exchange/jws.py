"""Signatures as compact JWS (RFC 7515) with Ed25519 (RFC 8037, RFC 9864) and nothing else.

Only one form of header is read: algorithm, id of the key, purpose, in this order and spelling. No
header can therefore name another algorithm, bring its own key or ask for an extension. The key is
looked up by whoever calls, under the id, among keys that were handed over before.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from foreshock.errors import Misread, NotGenuine
from foreshock.exchange.identity import Key

Purpose = Literal["card", "segment", "receipt", "request"]

#: longer ones are refused unread: what is large travels beside the signature, by its hash
LONGEST = 65_536

_HEADER = re.compile(
    rb'\{"alg":"Ed25519","kid":"([0-9a-f]{32})","typ":"foreshock-(card|segment|receipt|request)"\}'
)
_PARTS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})")
_ALGORITHM = re.compile(rb'"alg"\s*:\s*"?([A-Za-z0-9._-]{0,20})')


@dataclass(frozen=True, slots=True)
class Signed:
    """A JWS taken apart; nothing of it is believed yet."""

    key_id: str
    purpose: str
    payload: bytes
    #: what the signature is made of
    message: bytes
    signature: bytes


def sign(payload: bytes, purpose: Purpose, key: Key) -> str:
    """The payload as a compact JWS, signed for one purpose."""
    header = b'{"alg":"Ed25519","kid":"%s","typ":"foreshock-%s"}' % (
        key.id.encode(), purpose.encode(),
    )  # fmt: skip
    message = f"{_encoded(header)}.{_encoded(payload)}"
    return f"{message}.{_encoded(key.sign(message.encode()))}"


def take_apart(token: str, purpose: Purpose) -> Signed:
    """A JWS in its parts, in the one form that is read; not verified yet.

    Raises `Misread` for another form, `NotGenuine` for another algorithm or purpose.

    >>> take_apart("e30.e30.e30", "card")
    Traceback (most recent call last):
    foreshock.errors.Misread: the signature is of no form that is read, expected a compact JWS. \
Ask the sender for it again.
    """
    found = _PARTS.fullmatch(token) if len(token) <= LONGEST else None
    if found is None:
        raise _unread()
    header, payload, signature = (_decoded(part) for part in found.groups())
    known = _HEADER.fullmatch(header)
    if known is None:
        algorithm = _ALGORITHM.search(header)
        named = algorithm[1].decode() if algorithm else "none"
        if named != "Ed25519":
            raise NotGenuine(
                f"the signature names the algorithm {named!r}",
                expected="Ed25519, whatever a header says",
                next_step="Do not use it.",
            )
        raise NotGenuine(
            "the header of the signature says more than algorithm, key id and purpose",
            expected="no key and no extension in it",
            next_step="Do not use it.",
        )
    if known[2].decode() != purpose:
        raise NotGenuine(
            f"the signature was made for a {known[2].decode()}", expected=f"one for a {purpose}"
        )
    message = token.rpartition(".")[0].encode()
    return Signed(known[1].decode(), purpose, payload, message, signature)


def holds(signed: Signed, key: str) -> bool:
    """Whether the holder of the private half of `key` (64 hex digits) signed it."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(signed.signature, signed.message)
    except (InvalidSignature, ValueError):
        return False
    return True


def purpose_of(token: str) -> str:
    """For what a JWS says it was made; empty when that cannot be told."""
    head = token.partition(".")[0]
    try:
        known = _HEADER.fullmatch(_decoded(head)) if len(head) <= 400 else None
    except Misread:
        return ""
    return known[2].decode() if known else ""


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise _unread() from None
    if _encoded(data) != text:  # one way to write it only
        raise _unread()
    return data


def _unread() -> Misread:
    return Misread(
        "the signature is of no form that is read",
        expected="a compact JWS",
        next_step="Ask the sender for it again.",
    )
