"""The book of the TAXII server: what it offers and to whom, in one file of the archive's folder.

A file and not the journal: it holds secrets (hashed), changes, and is this house's own business.
It is replaced whole, readable by this user only, and a server that runs takes a change at once.
"""

import os
import secrets
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from filelock import FileLock

from foreshock.errors import ForeshockError, Misread, WrongUse
from foreshock.exchange.taxii.accounts import Account, Collection, House, hashed
from foreshock.gate import MAY_SEE, own_name
from foreshock.words.records import Receiver, Struct

FILE = "taxii.json"
#: the path of the one API root
ROOT = "/foreshock/"
#: shortest secret that a person may choose
SHORTEST = 12


class Book(Struct, frozen=True, kw_only=True):
    """What the server offers, and to whom."""

    #: the name of this house; what it publishes is made by the identity of that name
    title: str = ""
    #: address of the API root as partners reach it; empty: where the server listens
    url: str = ""
    contact: str = ""
    collections: tuple[Collection, ...] = ()
    accounts: tuple[Account, ...] = ()

    def house(self, listens: str) -> House:
        """What the server says of itself; `listens` is the address it has on this machine."""
        return House(
            title=self.title or "Foreshock",
            url=self.url or f"{listens}{ROOT}",
            contact=self.contact,
            collections=self.collections,
        )


def read_book(home: Path) -> Book:
    """The book as it stands; an empty one where nothing was written. Raises `Misread`."""
    path = home / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Book)
    except FileNotFoundError:
        return Book()
    except OSError as error:
        raise ForeshockError(f"{path} cannot be read: {error.strerror}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Misread(
            f"{path}: {error}", next_step="Mend the file, or put back a copy of it."
        ) from None


def change_book(home: Path, change: Callable[[Book], Book]) -> Book:
    """Change the book; whoever else changes it waits. The book as it then stands."""
    path = home / FILE
    part = home / f".{FILE}.part"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(home / f".{FILE}.lock", timeout=10):
            book = change(read_book(home))
            part.unlink(missing_ok=True)
            part.touch(mode=0o600)
            with part.open("wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(book), indent=1) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
    except OSError as error:
        raise ForeshockError(
            f"{path} cannot be written: {error.strerror or error}", next_step="Make room, or check."
        ) from None
    return book


class Watched:
    """The book, read anew whenever its file has changed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._seen: tuple[int, int] | None = None
        self._book = Book()

    def __call__(self) -> Book:
        """The book as it stands now."""
        try:
            at = (self._home / FILE).stat()
            seen = (at.st_mtime_ns, at.st_ino)
        except OSError:
            seen = None  # removed: nothing is offered to anybody any more
        if seen != self._seen:
            self._book = read_book(self._home)
            self._seen = seen
        return self._book


# -- what can be changed -------------------------------------------------------------------------


def with_collection(book: Book, one: Collection) -> Book:
    """The book with one more collection; raises `WrongUse` where its title is taken."""
    if not one.title.strip() or len(one.title) > 200:
        raise WrongUse(f"the title is {one.title[:60]!r}", expected="1 to 200 characters")
    if any(other.title == one.title for other in book.collections):
        raise WrongUse(
            f"there is a collection {one.title!r} already", next_step="Choose another title."
        )
    return msgspec.structs.replace(book, collections=(*book.collections, one))


def new_collection(title: str, circle: str, description: str = "") -> Collection:
    """A collection for a circle of receivers, under an id of its own.

    >>> new_collection("Warnings", "community").marking.name
    'GREEN'
    """
    return Collection(
        id=str(uuid.uuid4()), title=own_name(title, "collection"), description=description,
        marking=MAY_SEE[circle],
    )  # fmt: skip


def find_collection(book: Book, wanted: str) -> Collection:
    """The collection with this id or title; raises `WrongUse` for none."""
    for one in book.collections:
        if wanted in (one.id, one.title):
            return one
    there = ", ".join(repr(one.title) for one in book.collections) or "none yet"
    raise WrongUse(
        f"there is no collection {wanted!r}",
        expected=f"an id or title of one there is ({there})",
        next_step="Make one: foreshock taxii add-collection TITLE",
    )


def with_account(book: Book, account: Account) -> Book:
    """The book with an account; one of the same name is replaced."""
    name = account.name
    if not name or len(name) > 100 or ":" in name or not name.isprintable():
        raise WrongUse(
            f"the name of the account is {name[:60]!r}",
            expected="1 to 100 printable characters without a colon",
        )
    others = tuple(one for one in book.accounts if one.name != name)
    return msgspec.structs.replace(book, accounts=(*others, account))


def without_account(book: Book, name: str) -> Book:
    """The book without an account; raises `WrongUse` where there is none of that name."""
    others = tuple(one for one in book.accounts if one.name != name)
    if len(others) == len(book.accounts):
        there = ", ".join(one.name for one in book.accounts) or "none yet"
        raise WrongUse(f"there is no account {name!r}", expected=f"one of those there are: {there}")
    return msgspec.structs.replace(book, accounts=others)


def new_account(
    receiver: Receiver, secret: str, read: frozenset[str], write: frozenset[str]
) -> Account:
    """An account with a secret as it is kept; raises `WrongUse` for a short one."""
    if len(secret) < SHORTEST:
        raise WrongUse(
            f"the secret has {len(secret)} characters",
            expected=f"at least {SHORTEST}",
            next_step="Leave it out, and one is made.",
        )
    return Account(receiver=receiver, secret=hashed(secret), read=read, write=write)


def new_secret() -> str:
    """A secret that nobody guesses: 192 bits."""
    return secrets.token_urlsafe(24)


def address(text: str) -> str:
    """The address of an API root, checked: absolute, no query, a slash at its end.

    >>> address("https://warn.example.org/taxii")
    'https://warn.example.org/taxii/'
    """
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise WrongUse(
            f"the address is {text[:80]!r}", expected="one like https://warn.example.org/foreshock/"
        )
    if parts.path.strip("/") in ("", "taxii2"):
        raise WrongUse(
            f"the address is {text[:80]!r}",
            expected="a path of its own for the API root, such as /foreshock/",
        )
    return text.rstrip("/") + "/"
