"""Who may read and write which collection, up to which marking; and whether it is really them."""

import base64
import binascii
import hashlib
import hmac
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from foreshock.gate import MAY_SEE
from foreshock.words.markings import Marking
from foreshock.words.records import Receiver, Struct

#: cost of a password (RFC 7914): 16 MiB and about 50 ms each time
N, R, P = 2**14, 8, 1
#: a password that was found right is not worked out again for this many seconds
FRESH = 300.0
#: wrong passwords from one account within a minute, after which it has to wait
TRIES = 10
_KEPT = 256


class Collection(Struct, frozen=True, kw_only=True):
    """A collection of objects that the server offers."""

    #: a version 4 UUID
    id: str
    title: str
    description: str = ""
    #: the strictest marking that may lie in it for others; TLP:RED never travels this way
    marking: Marking = Marking.AMBER


class House(Struct, frozen=True, kw_only=True):
    """What a server says of itself."""

    title: str
    #: absolute address of the one API root, with a slash at its end
    url: str
    collections: tuple[Collection, ...] = ()
    description: str = ""
    contact: str = ""
    max_content_length: int = 10_000_000
    #: how much one account may ask and send, at each server
    requests_a_minute: int = 6_000
    objects_a_day: int = 1_000_000
    bytes_a_day: int = 4_000_000_000


class Account(Struct, frozen=True, kw_only=True):
    """A partner's access: its receiver decides what it may see, the sets where."""

    receiver: Receiver
    #: made by `hashed`
    secret: str
    read: frozenset[str] = frozenset()
    write: frozenset[str] = frozenset()
    #: deleting needs reading and writing too; off for partners, who withdraw by revoking
    delete: bool = False

    @property
    def name(self) -> str:
        """By which name it logs in."""
        return self.receiver.name

    def clearance(self, collection: Collection) -> Marking:
        """The strictest marking that it may see there; TLP:RED goes to nobody this way."""
        return min(MAY_SEE[self.receiver.circle], collection.marking, Marking.AMBER_STRICT)


def hashed(password: str, salt: bytes | None = None) -> str:
    """A password as it is kept: scrypt with a salt of its own.

    >>> hashed("correct horse", b"0" * 16)[:20]
    'scrypt$MDAwMDAwMDAwM'
    """
    salt = os.urandom(16) if salt is None else salt
    digest = hashlib.scrypt(password.encode(), salt=salt, n=N, r=R, p=P, dklen=32)
    return "$".join(["scrypt", *(base64.b64encode(part).decode() for part in (salt, digest))])


class Door:
    """Lets in who shows the right name and password.

    Working a password out is slow on purpose. One that was right is remembered for a while under a
    key that only this process has, so that a partner who polls pays once. An account that was
    changed or taken away is so from the next request on.
    """

    def __init__(self, accounts: Callable[[], tuple[Account, ...]]) -> None:
        self._accounts = accounts
        self._key = os.urandom(32)
        #: digest of name and password -> until when it counts, and the secret it was right for
        self._right: OrderedDict[bytes, tuple[float, str]] = OrderedDict()
        self._wrong: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def known(self, header: str | None) -> Account | None:
        """The account of a header that was found right a while ago; None: it has to be worked out.

        Takes microseconds, `who` some fifty milliseconds.
        """
        given = _basic(header)
        if given is None:
            return None
        account = self._account(given[0])
        until, secret = self._right.get(self._mark(given), (0.0, ""))
        if account is None or until < time.monotonic() or secret != account.secret:
            return None
        return account

    def who(self, header: str | None) -> Account | None:
        """The account that an Authorization header shows; None for none or a wrong one."""
        given = _basic(header)
        if given is None:
            return None
        if (known := self.known(header)) is not None:
            return known
        name, password = given
        account = self._account(name)
        at = time.monotonic()
        with self._lock:
            tries = [t for t in self._wrong.get(name, []) if t > at - 60]
            if len(tries) >= TRIES:
                return None
        # an unknown name takes as long as a wrong password, so that names cannot be tried out
        secret = account.secret if account is not None else hashed("nobody", b"0" * 16)
        _, salt, _ = secret.split("$")
        right = hmac.compare_digest(secret, hashed(password, base64.b64decode(salt)))
        with self._lock:
            if right and account is not None:
                self._right[self._mark(given)] = (at + FRESH, account.secret)
                while len(self._right) > _KEPT:
                    self._right.popitem(last=False)
                return account
            if len(self._wrong) > _KEPT:
                self._wrong.clear()
            self._wrong[name] = [*tries, at]
        return None

    def _account(self, name: str) -> Account | None:
        return next((one for one in self._accounts() if one.name == name), None)

    def _mark(self, given: tuple[str, str]) -> bytes:
        name, password = given
        return hmac.digest(self._key, f"{len(name)}:{name}{password}".encode(), "sha256")


def _basic(header: str | None) -> tuple[str, str] | None:
    scheme, _, value = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = (
            base64.b64decode(value.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password) if colon else None
