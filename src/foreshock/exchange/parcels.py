"""The bytes of a parcel: signed blocks, one after the other, the same by every way.

    FORESHOCK PARCEL 1 and a line end
    [4 bytes: length] [compact JWS] [4 bytes: length] [Zstandard frame, or nothing]      repeated

A block is a card or a receipt (nothing in the second half), or a segment: the JWS signs its header,
the header names hash and length of the manifest and the exact length of what the frame unpacks to.
Unpacked, a segment is the manifest (one line of JSON) and then the objects, each followed by a line
end. There are no names and no paths in it. Lengths are big-endian.

The whole may be wrapped with age for named receivers.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import accumulate
from typing import BinaryIO

import msgspec
import pyrage
import zstandard

from foreshock.errors import Misread, NotAllowed, NotGenuine
from foreshock.exchange import jws
from foreshock.words.feeds import Entry, Header
from foreshock.words.records import Struct

MAGIC = b"FORESHOCK PARCEL 1\n"
AGE = b"age-encryption.org/"

#: limits: entries and unpacked bytes of a segment, its packed bytes, bytes of a whole parcel
MOST_ENTRIES = 1_000
MOST_RAW = 32_000_000
MOST_PACKED = 33_000_000
MOST_PARCEL = 1_000_000_000
#: largest window of a Zstandard frame that is unpacked: it is memory
_WINDOW = 1 << 23
_LINE_END = ord("\n")

#: what decoding hostile bytes may raise; thousands of nested brackets end in RecursionError
NOT_DECODED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_AGAIN = "Ask the sender for it again."


class Block(Struct, frozen=True, kw_only=True):
    """A JWS and what it vouches for; nothing of it is believed yet."""

    jws: str
    body: bytes = b""

    @property
    def purpose(self) -> str:
        """card, segment or receipt; empty when it cannot be told."""
        return jws.purpose_of(self.jws)


# -- the outer form ------------------------------------------------------------------------------


def write(blocks: Iterable[Block]) -> bytes:
    """The bytes of a parcel."""
    parts = [MAGIC]
    for block in blocks:
        for part in (block.jws.encode("ascii"), block.body):
            parts += [len(part).to_bytes(4, "big"), part]
    return b"".join(parts)


def read(source: BinaryIO) -> Iterator[Block]:
    """The blocks of a parcel, each as it comes, within the limits.

    Raises `Misread` for what is no parcel or ends in the middle; blocks before that were whole.

    >>> list(read(io.BytesIO(b"hello")))
    Traceback (most recent call last):
    foreshock.errors.Misread: this is no parcel, expected a file made by Foreshock. \
Ask the sender for it again.
    """
    if source.read(len(MAGIC)) != MAGIC:
        raise Misread("this is no parcel", expected="a file made by Foreshock", next_step=_AGAIN)
    total = 0
    while True:
        length = source.read(4)
        if not length:
            return
        token = _part(source, length, jws.LONGEST)
        body = _part(source, source.read(4), MOST_PACKED)
        total += len(token) + len(body)
        if total > MOST_PARCEL:
            raise Misread(f"the parcel is larger than {MOST_PARCEL / 1e6:.0f} MB")
        yield Block(jws=token.decode("ascii", "replace"), body=body)


def _part(source: BinaryIO, length: bytes, most: int) -> bytes:
    size = int.from_bytes(length, "big")
    if len(length) != 4 or size > most:
        raise Misread(
            "the parcel is cut off or a part of it too long",
            expected=f"at most {most} bytes",
            next_step=_AGAIN,
        )
    data = source.read(size)
    if len(data) != size:
        raise Misread("the parcel is cut off", next_step=_AGAIN)
    return data


# -- age -----------------------------------------------------------------------------------------


def lock(parcel: bytes, receivers: Sequence[str]) -> bytes:
    """The parcel so that only these receivers (age1...) can open it."""
    return bytes(
        pyrage.encrypt(parcel, [pyrage.x25519.Recipient.from_str(one) for one in receivers])
    )


def unlock(data: bytes, identity: "pyrage.x25519.Identity") -> bytes:
    """The parcel inside; data that is not wrapped is given back. `NotAllowed` if not for us."""
    if not data.startswith(AGE):
        return data
    try:
        return bytes(pyrage.decrypt(data, [identity]))
    except pyrage.DecryptError:
        raise NotAllowed(
            "the parcel is locked for somebody else, or damaged",
            next_step="Ask the sender to lock it for the age recipient of your present card.",
        ) from None


# -- the inside of a segment ---------------------------------------------------------------------


class Laid(Struct, frozen=True, kw_only=True):
    """The inside of a segment before it is packed, and what its header has to say of it."""

    raw: bytes
    manifest_sha256: str
    manifest_bytes: int
    #: where each object begins in it
    offsets: tuple[int, ...]


def lay_out(entries: Sequence[Entry], objects: Sequence[bytes]) -> Laid:
    """Manifest and objects as the inside of a segment; the bytes of an erase request are empty."""
    manifest = msgspec.json.encode(entries)
    lengths = [len(one) + 1 for one in objects]  # each is followed by a line end
    return Laid(
        raw=b"\n".join((manifest, *objects, b"")),
        manifest_sha256=sha256(manifest + b"\n").hexdigest(),
        manifest_bytes=len(manifest) + 1,
        offsets=tuple(accumulate(lengths[:-1], initial=len(manifest) + 1)) if lengths else (),
    )


def squeeze(raw: bytes) -> bytes:
    """The inside of a segment, packed: the body that is sent and kept."""
    return zstandard.ZstdCompressor(level=3).compress(raw)


class Inside(Struct, frozen=True, kw_only=True):
    """An unpacked segment: what its manifest says, and the bytes it holds."""

    entries: tuple[Entry, ...]
    objects: tuple[bytes, ...]
    offsets: tuple[int, ...]


def unpack(header: Header, body: bytes) -> Inside:
    """The inside of a segment whose signature held, checked against its header.

    Unpacks no byte more than was signed. Objects are checked by their hash; one that is all spaces
    has been erased by its author and comes as empty bytes. `Misread` for what is no such inside,
    `NotGenuine` for one that is not what was signed.
    """
    if header.raw_bytes > MOST_RAW or not 0 < header.manifest_bytes <= header.raw_bytes:
        raise Misread(
            f"the segment would unpack to {header.raw_bytes / 1e6:.0f} MB", next_step=_AGAIN
        )
    raw = _unpacked(body, header.raw_bytes)
    manifest = raw[: header.manifest_bytes]
    if sha256(manifest).hexdigest() != header.manifest_sha256:
        raise _not_signed("its manifest")
    try:
        entries = tuple(msgspec.json.decode(manifest, type=list[Entry]))
    except NOT_DECODED as error:
        raise Misread(
            f"the manifest cannot be read ({str(error)[:100]})", next_step=_AGAIN
        ) from None
    if len(entries) > MOST_ENTRIES:
        raise Misread(f"the manifest names {len(entries)} objects", expected=f"{MOST_ENTRIES}")
    sizes = [entry.size if entry.says == "object" else 0 for entry in entries]
    if header.manifest_bytes + sum(sizes) + len(sizes) != header.raw_bytes:
        raise _not_signed("its length")
    objects, offsets, at = [], [], header.manifest_bytes
    for entry, size in zip(entries, sizes, strict=True):
        offsets.append(at)
        data = raw[at : at + size]
        at += size + 1
        if raw[at - 1] != _LINE_END:
            raise _not_signed(f"object {entry.seq}")
        if entry.says == "object" and sha256(data).hexdigest() != entry.sha256:
            if data.strip(b" "):
                raise _not_signed(f"object {entry.seq}")
            data = b""
        objects.append(data)
    return Inside(entries=entries, objects=tuple(objects), offsets=tuple(offsets))


def _unpacked(body: bytes, size: int) -> bytes:
    try:
        stated = zstandard.get_frame_parameters(body).content_size
        if stated != size:
            raise _not_signed("its length")
        unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        raw = unpacker.decompress(body, max_output_size=size, allow_extra_data=False)
    except (zstandard.ZstdError, ValueError, MemoryError) as error:
        raise Misread(
            f"a segment cannot be unpacked ({str(error)[:80]})", next_step=_AGAIN
        ) from None
    if len(raw) != size:
        raise _not_signed("its length")
    return raw


def _not_signed(what: str) -> NotGenuine:
    return NotGenuine(
        f"the segment is not what its author signed ({what})",
        next_step="Do not use it; " + _AGAIN[0].lower() + _AGAIN[1:],
    )


def opened(data: bytes, identity: "pyrage.x25519.Identity | None") -> Iterator[Block]:
    """The blocks of a parcel, unlocked first if it is locked."""
    if data.startswith(AGE) and identity is None:
        raise NotAllowed("the parcel is locked, and there is no key here", next_step=_AGAIN)
    return read(io.BytesIO(data if identity is None else unlock(data, identity)))
