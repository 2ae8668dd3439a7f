"""Who we are: an Ed25519 key pair, the private half readable by its owner alone.

Partners hand their public keys over in person, and compare fingerprints when they do: nothing in
a parcel can introduce its own sender.
"""

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from foreshock.errors import NotAllowed, Unreadable, WrongUse

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}")
_HEX_KEY = re.compile(r"[0-9a-f]{64}")
_ID_LENGTH = 32  # hex digits of the key's hash: 128 bits
_GROUP = 4  # hex digits that are read aloud in one breath


@dataclass(frozen=True, slots=True)
class Identity:
    """A name and its keys; the private key never shows in a message or log."""

    name: str
    #: Ed25519 public key, 64 hex digits: what partners are given
    key: str
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    def sign(self, message: bytes) -> str:
        """The Ed25519 signature of `message` (RFC 8032), 128 hex digits."""
        return self._private.sign(message).hex()


def new_identity(name: str, home: Path) -> Identity:
    """Make a key pair and keep it under `home/keys`, the private half with mode 0600.

    Raises `WrongUse` for a name that is no plain file name, or that already has a key: an
    identity is never overwritten, for its partners would no longer know it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     made = new_identity("Seoul desk", Path(home))
    ...     load_identity("Seoul desk", Path(home)) == made
    True
    """
    path = _path(name, home)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = Ed25519PrivateKey.generate()
    try:
        # created with its final mode: there is no moment at which others could read it
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise WrongUse(
            f"{name!r} already has a key, {path.name}",
            expected="a new name",
            next_step="Use the key that is there, or choose another name.",
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(private.private_bytes_raw().hex() + "\n")
    return _identity(name, private)


def load_identity(name: str, home: Path) -> Identity:
    """The identity kept under this name.

    Raises `WrongUse` if there is none, `NotAllowed` if others may read its file, `Unreadable` if
    the file holds no key.
    """
    path = _path(name, home)
    if not path.is_file():
        raise WrongUse(
            f"{name!r} has no key in {path.parent}", next_step="Make one with new_identity."
        )
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise NotAllowed(
            f"{path.name} may be read by others",
            expected="mode 0600",
            next_step=f"Run chmod 600 on {path}; if others use this machine, make a new key.",
        )
    text = path.read_text("ascii", errors="replace").strip()
    if not _HEX_KEY.fullmatch(text):
        raise Unreadable(
            f"{path.name} holds no key",
            expected="64 hex digits",
            next_step="Restore it from a backup.",
        )
    return _identity(name, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text)))


def key_id(key: str) -> str:
    """A short name of a public key: the first 32 hex digits of its SHA-256."""
    return hashlib.sha256(_raw(key)).hexdigest()[:_ID_LENGTH]


def fingerprint(key: str) -> str:
    """A public key as two people compare it aloud: eight groups of four hex digits.

    Raises `WrongUse` for what is no key.

    >>> fingerprint("00" * 32)
    '6668 7aad f862 bd77 6c8f c18b 8e9f 8e20'
    """
    digits = key_id(key)
    return " ".join(digits[n : n + _GROUP] for n in range(0, len(digits), _GROUP))


def verifies(key: str, signature: str, message: bytes) -> bool:
    """Whether the holder of the private half of `key` signed `message`."""
    try:
        public = Ed25519PublicKey.from_public_bytes(_raw(key))
        public.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _identity(name: str, private: Ed25519PrivateKey) -> Identity:
    return Identity(name, private.public_key().public_bytes_raw().hex(), private)


def _path(name: str, home: Path) -> Path:
    if not _NAME.fullmatch(name):
        raise WrongUse(
            f"the name {name[:80]!r}",
            expected="1 to 60 letters, digits, spaces, '.', '_' or '-', beginning with a letter "
            "or digit",
        )
    return home / "keys" / f"{name}.key"


def _raw(key: str) -> bytes:
    if not _HEX_KEY.fullmatch(key):
        raise WrongUse(
            f"the public key {key[:80]!r}",
            expected="64 hex digits, in small letters",
            next_step="Ask the partner for it again.",
        )
    return bytes.fromhex(key)
