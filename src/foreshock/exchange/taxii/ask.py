"""What a TAXII request asks for: its headers and its query, checked word by word.

Source: TAXII Version 2.1, OASIS Standard, 10 June 2021, sections 1.6.8 (content negotiation),
3.4 (filtering) and 3.5 (paging).
"""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast, get_args

import msgspec

from foreshock.exchange.intake import instant
from foreshock.words.markings import Marking
from foreshock.words.shelf import Versions, Wanted

MEDIA = "application/taxii+json;version=2.1"
#: objects on a page that asks for no number, and the most that one can have
USUAL, MOST = 1000, 10_000

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z")
_MATCH = re.compile(r"match\[([^\]]*)\]")
#: filters that stand once, the values of each parted by commas
ONCE = ("added_after", "limit", "next")
FIELDS = ("id", "type", "version", "spec_version")


class Malformed(Exception):
    """A question that cannot be answered: 400."""


def acceptable(accept: str | None) -> bool:
    """Whether an Accept header admits what TAXII 2.1 sends.

    >>> acceptable("application/taxii+json"), acceptable("application/taxii+json;version=2.0")
    (True, False)
    >>> acceptable("text/html, */*;q=0.1"), acceptable(None), acceptable("text/html")
    (True, True, False)
    """
    if accept is None or not accept.strip():
        return True
    for part in accept.split(","):
        kind, *rest = (word.strip().lower() for word in part.split(";"))
        said = dict(word.partition("=")[::2] for word in rest)
        if said.get("q", "1").strip() in ("0", "0.0", "0.00", "0.000"):
            continue
        version = said.get("version", "2.1").strip(' "')
        if kind in ("*/*", "application/*") or (
            kind == "application/taxii+json" and version == "2.1"
        ):
            return True
    return False


def is_taxii(content_type: str | None) -> bool:
    """Whether a Content-Type is that of TAXII 2.1, with or without its version."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return kind == "application/taxii+json" and acceptable(content_type)


def wanted(query: Sequence[tuple[str, str]], clearance: Marking) -> Wanted:
    """The objects that a query asks for; raises `Malformed`.

    >>> wanted([("match[type]", "report,incident"), ("limit", "2")], Marking.CLEAR).types
    ('report', 'incident')
    """
    given: dict[str, str] = {}
    for name, value in query:
        match = _MATCH.fullmatch(name)
        key = match[1] if match else name
        if match and key not in FIELDS:
            raise Malformed(f"match[{key[:40]}] is no filter, expected one of {', '.join(FIELDS)}")
        if not match and name not in ONCE:
            continue
        if name in given:
            raise Malformed(f"{name} stands there twice, expected once, its values with commas")
        given[name] = value
    found = Wanted(
        after=max(_after(given.get("added_after")), _next(given.get("next"))),
        limit=_limit(given.get("limit")),
        ids=_values(given, "id"),
        types=_values(given, "type"),
        spec_versions=_values(given, "spec_version"),
        clearance=clearance,
    )
    return _with_versions(found, given.get("match[version]"))


def _values(given: dict[str, str], field: str) -> tuple[str, ...]:
    text = given.get(f"match[{field}]")
    if text is None:
        return ()
    values = tuple(dict.fromkeys(one.strip() for one in text.split(",")))
    if not all(values) or not all(one.isprintable() and len(one) < 400 for one in values):
        raise Malformed(f"match[{field}] is {text[:60]!r}, expected values parted by commas")
    return values


def _with_versions(found: Wanted, text: str | None) -> Wanted:
    if text is None:
        return found
    words: list[Versions] = []
    instants: list[str] = []
    for word in (one.strip() for one in text.split(",")):
        moment = instant(word)
        if word in get_args(Versions):
            words.append(cast(Versions, word))
        elif moment is not None:
            instants.append(moment)
        else:
            raise Malformed(
                f"match[version] is {text[:60]!r}, expected first, last, all or moments in UTC"
            )
    if "all" in words and len(words) + len(instants) > 1:
        raise Malformed("match[version]=all stands alone, it has all others in it")
    return msgspec.structs.replace(found, versions=tuple(words), instants=tuple(instants))


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL
    if not re.fullmatch(r"[0-9]{1,40}", text) or int(text) == 0:
        raise Malformed(f"limit is {text[:40]!r}, expected a whole number above 0")
    return min(int(text), MOST)


def _after(text: str | None) -> int:
    if text is None:
        return 0
    if not _MOMENT.fullmatch(text):
        raise Malformed(f"added_after is {text[:60]!r}, expected 2026-01-31T00:00:00.000000Z")
    seconds, _, fraction = text[:-1].partition(".")
    try:
        moment = datetime.fromisoformat(seconds).replace(tzinfo=UTC)
    except ValueError:
        raise Malformed(f"added_after is {text[:60]!r}, which is no day or time") from None
    return int(moment.timestamp()) * 1_000_000 + int(fraction.ljust(6, "0")[:6] or 0)


def token(added: int) -> str:
    """Where the next page begins, in a form nobody takes for a number to count with."""
    return base64.urlsafe_b64encode(f"n{added}".encode()).decode().rstrip("=")


def _next(text: str | None) -> int:
    if text is None:
        return 0
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        plain = ""
    if not re.fullmatch(r"n[0-9]{1,18}", plain):
        raise Malformed("next is no value that this server gave, expected one from a page before")
    return int(plain[1:])


def moment(added: int) -> str:
    """`date_added` as the standard writes it: microseconds, UTC.

    >>> moment(1_700_000_000_000_001)
    '2023-11-14T22:13:20.000001Z'
    """
    at = datetime.fromtimestamp(added // 1_000_000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{added % 1_000_000:06d}Z"
