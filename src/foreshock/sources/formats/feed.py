"""RSS and Atom feeds: each entry is a document with its own day."""

import io
from datetime import date
from pathlib import PurePath
from typing import Any

from foreshock.errors import Misread, Unreadable
from foreshock.sources.dates import believed
from foreshock.sources.decode import decode
from foreshock.sources.drafts import Draft, Drafts
from foreshock.sources.formats.html import plain

_ENCODING = b"encoding="
_AS_UTF8 = {"content-type": "application/xml; charset=utf-8"}


def read(data: bytes, name: str) -> Drafts:
    """One draft for each entry of the feed, named `<file stem>-<place>` from 1.

    The day is the entry's own, in UTC, as feeds state it with a time zone.
    Raises `Unreadable` for XML that is no feed, `Misread` for a feed broken before its first entry.

    >>> feed = b"<rss version='2.0'><channel><item><title>Hold</title></item></channel></rss>"
    >>> read(feed, "f.rss").drafts[0].text
    'Hold'
    """
    import feedparser  # slow to import: only rounds with feeds pay for it

    decoded = decode(data, name, _declared(data))
    # bytes, never a str: the parser takes a str for an address and would fetch it
    parsed = feedparser.parse(io.BytesIO(decoded.text.encode()), response_headers=_AS_UTF8)
    fault = parsed.get("bozo_exception") if parsed.get("bozo") else None
    notices = list(decoded.notices)
    if not parsed.entries and fault is not None:
        raise Misread(
            f"{name}: is no whole XML ({str(fault)[:120]})",
            expected="an RSS or Atom feed",
            next_step="Get the file again.",
        )
    if not parsed.version:
        raise Unreadable(
            f"{name}: is XML but no feed",
            expected="RSS or Atom",
            next_step="Leave it out, or save its text as .txt.",
        )
    if fault is not None:
        notices.append(
            f"{name}: is broken ({str(fault)[:120]}); the {len(parsed.entries)} entries before "
            "that place were read. Get the file again."
        )
    stem = PurePath(name).stem
    found = [_draft(entry, parsed, f"{stem}-{n}") for n, entry in enumerate(parsed.entries, 1)]
    empty = sum(1 for draft in found if not draft.text)
    if empty:
        notices.append(f"{name}: {empty} entries have neither title nor text and were left out.")
    return Drafts(drafts=tuple(d for d in found if d.text), notices=tuple(notices))


def _declared(data: bytes) -> str:
    head = data[:200].partition(_ENCODING)[2]
    quoted = head[1:].partition(head[:1])[0] if head[:1] in (b'"', b"'") else b""
    return quoted.decode("ascii", "replace")


def _draft(entry: Any, parsed: Any, name: str) -> Draft:
    title = plain(entry.get("title", ""))
    contents = [part.get("value", "") for part in entry.get("content", [])]
    longest = max([*contents, entry.get("summary", "")], key=len)
    body = plain(longest)
    # many feeds repeat the title in front of the text; one that does not still needs it read
    text = body if body.startswith(title) else f"{title}\n\n{body}".strip()
    return Draft(
        name=name,
        text=text,
        title=title,
        url=entry.get("link", ""),
        language=(parsed.feed.get("language") or "").split("-")[0].lower()[:8],
        publisher=plain(entry.get("publisher", "") or parsed.feed.get("title", "")),
        published=_published(entry),
    )


def _published(entry: Any) -> date | None:
    # `updated` stands in for `published` only in the parser's own key access, never here
    for key in ("published_parsed", "updated_parsed"):
        stamp = dict.get(entry, key)
        if stamp:
            return believed(date(*stamp[:3]))
    return None
