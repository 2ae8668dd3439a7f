"""The bytes of a parcel: Zstandard over lines of JSON.

    line 1     the header: from whom, for whom, number, hash of what follows
    line 2     the sender's Ed25519 signature of line 1
    the rest   one record a line, with its kind

The signature covers the header, and the header the rest by its SHA-256. The hash of a parcel, by
which the next one refers to it, is that of its header: packing the same lines anew changes nothing.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
import zstandard

from foreshock.errors import Misread, WrongUse
from foreshock.words.markings import Marking
from foreshock.words.records import Nature, Record, Struct

FORMAT = "foreshock-parcel-1"

#: limits of a parcel: packed and unpacked bytes, records, bytes of the header line
MAX_PACKED = 20_000_000
MAX_UNPACKED = 100_000_000
MAX_RECORDS = 100_000
MAX_HEADER = 10_000

# one way to write it only, so that no byte of a parcel can change unnoticed
_SIGNATURE_LINE = re.compile(rb'\{"signature":"([0-9a-f]{128})"\}')

#: what decoding hostile bytes may raise; thousands of nested brackets end in RecursionError
NOT_DECODED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_AGAIN = "Ask the sender for it again."


class Header(Struct, frozen=True, kw_only=True):
    """What the sender signs."""

    format: Literal["foreshock-parcel-1"] = "foreshock-parcel-1"
    sender: str
    #: ids of the keys: names may be shared, keys are not
    sender_key: str
    receiver: str
    receiver_key: str
    #: from 1, in the sender's own chain of parcels to this receiver
    number: int
    #: SHA-256 of the header of the parcel before; empty for the first
    previous: str
    count: int
    #: of everything after the second line
    sha256: str
    made_at: datetime
    #: the strictest marking of the records
    marking: Marking
    nature: Nature


class Line(Struct, frozen=True, kw_only=True):
    """One record on its way, as the exact bytes that its sender encoded."""

    kind: str
    record: msgspec.Raw


class Envelope(Struct, frozen=True, kw_only=True):
    """A parcel taken apart; nothing of it is believed yet."""

    header: Header
    #: the header as it was signed
    signed: bytes
    signature: str
    body: bytes


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def to_sign(header: bytes) -> bytes:
    """What the signature is made of: the header, with the format in front.

    A signature made for another purpose can then never pass for one of a parcel.
    """
    return FORMAT.encode() + b"\n" + header


def write_lines(records: Sequence[Record]) -> bytes:
    """The records as lines of JSON, each with its kind."""
    lines = [
        Line(kind=type(r).__name__.lower(), record=msgspec.Raw(msgspec.json.encode(r)))
        for r in records
    ]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def read_lines(body: bytes) -> list[Line]:
    """The lines of a body; `Misread` for one that is none, or too many of them."""
    count = body.count(b"\n")
    if count > MAX_RECORDS or (body and not body.endswith(b"\n")):
        raise Misread(f"the parcel holds {count} whole lines", expected=f"at most {MAX_RECORDS}")
    try:
        return [msgspec.json.decode(line, type=Line) for line in body.split(b"\n")[:-1]]
    except NOT_DECODED as error:
        raise Misread(f"a line of the parcel is no record ({error})", next_step=_AGAIN) from None


def wrap(header: bytes, signature: str, body: bytes) -> bytes:
    """The bytes of a parcel; `WrongUse` when they are too many to be opened again."""
    whole = b'%s\n{"signature":"%s"}\n%s' % (header, signature.encode(), body)
    packed = zstandard.ZstdCompressor(level=9, write_checksum=True).compress(whole)
    if len(whole) > MAX_UNPACKED or len(packed) > MAX_PACKED:
        raise WrongUse(
            f"the records fill {len(whole) / 1e6:.0f} MB",
            expected=f"at most {MAX_UNPACKED / 1e6:.0f} MB, {MAX_PACKED / 1e6:.0f} MB packed",
            next_step="Send them in several parcels.",
        )
    return packed


def unwrap(data: bytes) -> Envelope:
    """A parcel taken apart, within the limits; `Misread` for what is no whole parcel.

    >>> unwrap(b"hello")
    Traceback (most recent call last):
    foreshock.errors.Misread: this is no whole parcel (no Zstandard frame of a stated size), \
expected a file that was sealed by Foreshock. Ask the sender for it again.
    """
    head, _, rest = _unpack(data).partition(b"\n")
    second, _, body = rest.partition(b"\n")
    if len(head) > MAX_HEADER or len(second) > MAX_HEADER:
        raise _no_parcel("its header is too long")
    try:
        stated = msgspec.json.decode(head, type=dict[str, msgspec.Raw]).get("format")
        if stated is not None and bytes(stated) != msgspec.json.encode(FORMAT):
            raise Misread(
                f"the parcel has the format {bytes(stated)[:40].decode('utf-8', 'replace')}",
                expected=FORMAT,
                next_step="Update Foreshock, or ask the sender for the older format.",
            )
        header = msgspec.json.decode(head, type=Header)
    except NOT_DECODED as error:
        raise _no_parcel(f"its header cannot be read: {str(error)[:100]}") from None
    found = _SIGNATURE_LINE.fullmatch(second)
    if found is None:
        raise _no_parcel("its second line is no signature")
    return Envelope(header=header, signed=head, signature=found[1].decode(), body=body)


def _unpack(data: bytes) -> bytes:
    if len(data) > MAX_PACKED:
        raise _no_parcel(f"{len(data) / 1e6:.0f} MB, at most {MAX_PACKED / 1e6:.0f} are opened")
    try:
        # the size is read from the frame first: a small file may claim to hold terabytes
        size = zstandard.get_frame_parameters(data).content_size
        if not 0 < size < zstandard.CONTENTSIZE_UNKNOWN:
            raise _no_parcel("no Zstandard frame of a stated size")
        if size > MAX_UNPACKED:
            raise _no_parcel(
                f"it would unpack to {size / 1e6:.0f} MB, at most {MAX_UNPACKED / 1e6:.0f} are"
            )
        unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        return unpacker.decompress(data, max_output_size=MAX_UNPACKED, allow_extra_data=False)
    except (zstandard.ZstdError, ValueError):
        raise _no_parcel("no Zstandard frame of a stated size") from None


def _no_parcel(reason: str) -> Misread:
    return Misread(
        f"this is no whole parcel ({reason})",
        expected="a file that was sealed by Foreshock",
        next_step=_AGAIN,
    )
