"""What an object of a partner may say, beyond its form: whose it is, and nothing that lures.

A rule that is broken gives a reason; the object is then kept aside and shown to nobody, and the
reason goes back in the receipt.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from foreshock.exchange.cards import Card
from foreshock.exchange.intake import TLP
from foreshock.words.feeds import Entry
from foreshock.words.markings import label
from foreshock.words.shelf import Item

#: characters that turn the direction of a text or hide in it: names read otherwise than they are
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2028\u2029\ufeff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_INSIDE = (".local", ".internal", ".lan", ".localhost", ".home", ".corp")
#: a spreadsheet takes what begins so for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LIKE_TLP = re.compile(r"\bT\W?L\W?P\b", re.IGNORECASE)


def fault(
    said: dict[str, Any], item: Item, entry: Entry, author: Card, others: Iterable[Card]
) -> str:
    """Why an object of this author may not be taken; empty when it may."""
    if (item.id, item.version) != (entry.id, entry.version):
        return f"the manifest calls it {entry.id} of {entry.version}, it says otherwise"
    if item.marking > entry.marking:
        return f"the manifest says {label(entry.marking)}, the object {label(item.marking)}"
    if not item.version:
        return "it has no date of its version"
    if said.get("created_by_ref") != author.identity:
        return f"created_by_ref is not the identity of {author.name}"
    if item.type == "marking-definition":
        return _marking_fault(said, item)
    if item.type == "identity":
        wrong = _identity_fault(said, item, author, others)
        if wrong:
            return wrong
    return _text_fault(said)


def _marking_fault(said: dict[str, Any], item: Item) -> str:
    if item.id in TLP:
        return "the five TLP markings are known everywhere and taken from nobody"
    if _LIKE_TLP.search(str(said.get("name", "")) + str(said.get("definition", ""))):
        return "a marking of one's own may not be named like TLP"
    return ""


def _identity_fault(said: dict[str, Any], item: Item, author: Card, others: Iterable[Card]) -> str:
    name = _skeleton(str(said.get("name", "")))
    for other in others:
        if item.id == other.identity:
            return f"it is the identity of {other.name}"
        if name == _skeleton(other.name):
            return f"it bears the name of {other.name}"
    if _mixed(str(said.get("name", ""))):
        return "its name mixes alphabets that look alike"
    return ""


def _text_fault(said: dict[str, Any]) -> str:
    name = str(said.get("name", ""))
    if not name.isascii() and _TURNING.search(name):
        return "its name holds characters that turn or hide text"
    references = said.get("external_references", [])
    for one in references if isinstance(references, list) else [None]:
        if not isinstance(one, dict):
            return "an external reference is none"
        address = one.get("url")
        if address is not None and not _harmless(address):
            return f"it points to {clean(str(address))[:60]}, which is no public address"
    return ""


def _harmless(address: object) -> bool:
    """Whether an address is a public web page; nothing is ever fetched from it by itself."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or "." not in host or host.endswith(_INSIDE):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return not host.replace(".", "").isdigit()


def _skeleton(name: str) -> str:
    """A name as the eye takes it: without case, accents, spaces, and with look-alikes as Latin."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(_ALIKE.get(c, c) for c in plain if c.isalnum())


#: Cyrillic and Greek letters that pass for Latin ones
_ALIKE = dict(zip("аеорсухіјѕԁһкмтвнαοριντκυχ", "aeopcyxijsdhkmtbhaopivtkyx", strict=True))


def _mixed(name: str) -> bool:
    scripts = {
        unicodedata.name(c, "").split(" ")[0]
        for c in name
        if c.isalpha() and unicodedata.name(c, "").split(" ")[0] in ("LATIN", "CYRILLIC", "GREEK")
    }
    return len(scripts) > 1


# -- what is shown or written to a file ----------------------------------------------------------


def clean(text: str) -> str:
    """A partner's text for one line of a terminal or page: nothing that turns, hides or commands.

    >>> clean("a\\x1b[2Jb\\u202ec")
    'a[2Jbc'
    """
    return _CONTROL.sub("", _TURNING.sub("", text.replace("\n", " ").replace("\t", " ")))


def cell(text: str) -> str:
    """A partner's text for a cell of a spreadsheet: never a formula.

    >>> cell("=HYPERLINK(1)"), cell("gallium")
    ("'=HYPERLINK(1)", 'gallium')
    """
    flat = clean(text)
    return f"'{flat}" if flat.startswith(_FORMULA) else flat
