"""Who we are: an offline root key, an operating key, and a key by which others seal for us alone.

The *root* key (Ed25519) signs partner cards and nothing else. It is kept apart: as a file locked
by a passphrase, or plain on a stick that lies in a drawer. The *operating* key (Ed25519) signs
what leaves day by day, and is replaced by a new card when it grows old or is lost. The *age* key
(X25519) opens what was encrypted for us.
"""

import hashlib
import os
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from foreshock.errors import NotAllowed, Unreadable, WrongUse

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}")
_HEX_KEY = re.compile(r"[0-9a-f]{64}")
_ID_LENGTH = 32  # hex digits of the key's hash: 128 bits
_LOCKED = b"age-encryption.org/"
FOLDER = "keys"


@dataclass(frozen=True, slots=True)
class Key:
    """An Ed25519 key pair; the private half never shows in a message or log."""

    #: public key, 64 hex digits
    public: str
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """A short name of the key: the first 32 hex digits of its SHA-256."""
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of `message` (RFC 8032), 64 bytes."""
        return self._private.sign(message)


def new_key() -> Key:
    """A new key pair, not kept anywhere yet.

    >>> new_key() == new_key()
    False
    """
    return _key(Ed25519PrivateKey.generate())


@lru_cache(1024)
def key_id(public: str) -> str:
    """A short name of a public key: the first 32 hex digits of its SHA-256.

    Raises `WrongUse` for what is no key.

    >>> key_id("00" * 32)
    '66687aadf862bd776c8fc18b8e9f8e20'
    """
    if not _HEX_KEY.fullmatch(public):
        raise WrongUse(
            f"the public key {public[:80]!r}",
            expected="64 hex digits, in small letters",
            next_step="Ask the partner for it again.",
        )
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:_ID_LENGTH]


def checked_name(name: str) -> str:
    """A name of a node; `WrongUse` for one that is hard to tell from others or to write down."""
    if not _NAME.fullmatch(name):
        raise WrongUse(
            f"the name {name[:80]!r}",
            expected="1 to 60 letters, digits, spaces, '.', '_' or '-', beginning with a letter "
            "or digit",
        )
    return name


# -- root ----------------------------------------------------------------------------------------


def keep_root(key: Key, place: Path, home: Path, passphrase: str = "") -> None:
    """Write the root key into a new file of mode 0600, locked by a passphrase if one is given.

    Raises `NotAllowed` for a plain file inside `home`: whoever copies the archive must not get the
    root key with it; `WrongUse` if the file exists.
    """
    inside = home.absolute() in place.absolute().parents
    if inside and not passphrase:
        raise NotAllowed(
            f"the root key may not lie unlocked in {home}",
            expected="a file on a stick, or a passphrase",
            next_step="Give --root with a path outside, or a passphrase.",
        )
    plain = f"{_raw_private(key)}\n".encode()
    _write_new(place, pyrage.passphrase.encrypt(plain, passphrase) if passphrase else plain)


def read_root(place: Path, passphrase: str = "") -> Key:
    """The root key in a file; `NotAllowed` when others may read it or the passphrase is wrong."""
    data = _read_own(place)
    if data.startswith(_LOCKED):
        try:
            data = pyrage.passphrase.decrypt(data, passphrase)
        except pyrage.DecryptError:
            raise NotAllowed(
                f"the passphrase does not open {place}", next_step="Try again."
            ) from None
    return _key_of(data, place)


# -- operating and age keys ----------------------------------------------------------------------


def keep_operating(key: Key, home: Path) -> Path:
    """Keep an operating key in `home/keys`, beside those before it."""
    place = home / FOLDER / f"operating-{key.id}.key"
    _write_new(place, f"{_raw_private(key)}\n".encode())
    return place


def read_operating(home: Path) -> dict[str, Key]:
    """The operating keys in `home/keys`, by their ids."""
    found = (home / FOLDER).glob("operating-*.key")
    keys = [_key_of(_read_own(place), place) for place in sorted(found)]
    return {key.id: key for key in keys}


def age_identity(home: Path) -> pyrage.x25519.Identity:
    """The key that opens what was encrypted for us, made on first use."""
    place = home / FOLDER / "age.key"
    if not place.is_file():
        _write_new(place, f"{pyrage.x25519.Identity.generate()}\n".encode())
    try:
        return pyrage.x25519.Identity.from_str(_read_own(place).decode("ascii").strip())
    except (pyrage.IdentityError, UnicodeDecodeError):
        raise _no_key(place) from None


# -- files ---------------------------------------------------------------------------------------


def _write_new(place: Path, data: bytes) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        # created with its final mode: there is no moment at which others could read it
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise WrongUse(
            f"there is a key in {place}",
            expected="a new file: a key is never overwritten",
            next_step="Choose another place, or use the key that is there.",
        ) from None
    except OSError as error:
        raise WrongUse(f"no key can be written to {place}: {error.strerror}") from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _read_own(place: Path) -> bytes:
    if not place.is_file():
        raise WrongUse(
            f"there is no key in {place}", next_step="Make one: foreshock partners card --new NAME"
        )
    if os.name == "posix" and place.stat().st_mode & 0o077:
        raise NotAllowed(
            f"{place} may be read by others",
            expected="mode 0600",
            next_step=f"Run chmod 600 on {place} (a stick: mount it with umask=077); if others use "
            "this machine, make a new key.",
        )
    return place.read_bytes()


def _key_of(data: bytes, place: Path) -> Key:
    text = data.decode("ascii", errors="replace").strip()
    if not _HEX_KEY.fullmatch(text):
        raise _no_key(place)
    return _key(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text)))


def _no_key(place: Path) -> Unreadable:
    return Unreadable(f"{place} holds no key", next_step="Restore it from a backup.")


def _key(private: Ed25519PrivateKey) -> Key:
    return Key(private.public_key().public_bytes_raw().hex(), private)


def _raw_private(key: Key) -> str:
    return key._private.private_bytes_raw().hex()
