"""E-mail: one message, its own words without those it quotes; attachments are named, not read."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from foreshock.errors import Unreadable
from foreshock.sources.dates import believed
from foreshock.sources.decode import decode
from foreshock.sources.drafts import Draft, Drafts
from foreshock.sources.formats import html

if TYPE_CHECKING:
    Mail = Message[Any, Any]
else:
    Mail = Message

#: parts inside parts; a message nested deeper is not looked into further
MOST_DEPTH = 10
_QUOTED = re.compile(r"^\s?>.*$", re.MULTILINE)
_SHOWN = 8  # attachments named in full


def read(data: bytes, name: str) -> Drafts:
    """The one draft that a message holds: its plain text, else its page; lines after ">" are left.

    Subject, sender and date are taken from the header; the date as the sender's clock had it.
    Raises `Unreadable` for what is no message, or has no text of its own.

    >>> head = b"From: Desk <d@e.org>\\nSubject: Hold\\nDate: Mon, 3 Jul 2023 09:00:00 +0800"
    >>> draft = read(head + b"\\n\\nLicences from August.\\n> What now?\\n", "m.eml").drafts[0]
    >>> draft.title, draft.publisher, draft.published.isoformat(), draft.text
    ('Hold', 'Desk', '2023-07-03', 'Licences from August.')
    """
    message = message_from_bytes(data, policy=policy.default)
    if not message.keys():
        raise Unreadable(
            f"{name}: is no e-mail",
            expected="a message with a header",
            next_step="Save it as .txt.",
        )
    notices: list[str] = []
    text, attached = _text(message, name, notices)
    own = _QUOTED.sub("", text).strip()
    quoted = len(_QUOTED.findall(text))
    if quoted:
        notices.append(f"{name}: {quoted} quoted line(s) of earlier messages were left out.")
    if attached:
        shown = ", ".join(attached[:_SHOWN]) + (", ..." if len(attached) > _SHOWN else "")
        notices.append(
            f"{name}: {len(attached)} attachment(s) were not read: {shown}. Save them as files."
        )
    if not own:
        raise Unreadable(
            f"{name}: has no text of its own" + (f", only {attached[0]}" if attached else ""),
            expected="a message with text",
            next_step="Save its attachments as files.",
        )
    draft = Draft(
        name=PurePath(name).stem,
        text=own,
        title=_header(message, "subject"),
        publisher=_sender(_header(message, "from")),
        published=_day(_header(message, "date")),
    )
    return Drafts(drafts=(draft,), notices=tuple(notices))


def _text(message: Mail, name: str, notices: list[str]) -> tuple[str, list[str]]:
    """The words of a message, and the names of what is attached."""
    plain: list[str] = []
    pages: list[str] = []
    attached: list[str] = []
    for part in _parts(message, 0):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            try:
                words = _decoded(part, name)
                plain.append(words) if kind == "text/plain" else pages.append(_page(words, name))
            except Unreadable as error:
                notices.append(str(error))
        else:
            attached.append(_file(part) or kind)
    return "\n\n".join(t for t in (plain if any(plain) else pages) if t), attached


def _parts(message: Mail, depth: int) -> Iterator[Mail]:
    """The leaves of a message; an attached message is a leaf."""
    inside = message.get_payload() if message.get_content_maintype() == "multipart" else None
    if not isinstance(inside, list) or depth >= MOST_DEPTH:
        yield message
        return
    for part in inside:
        if isinstance(part, Message):
            yield from _parts(part, depth + 1)


def _decoded(part: Mail, name: str) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or not content.strip():
        return ""
    try:
        declared = part.get_content_charset() or ""
    except (ValueError, LookupError):
        declared = ""
    return decode(content, name, declared if declared != "us-ascii" else "").text


def _page(words: str, name: str) -> str:
    return html.read(words.encode("utf-8", "replace"), name).drafts[0].text if words else ""


def _file(part: Mail) -> str:
    try:
        return " ".join((part.get_filename() or "").split())[:60]
    except (ValueError, LookupError, AttributeError):  # broken names are told by their kind
        return ""


def _header(message: Mail, key: str) -> str:
    try:
        return " ".join(str(message.get(key, "")).split())
    except Exception:  # the library's header parser fails in many ways on broken ones
        return ""


def _sender(stated: str) -> str:
    name, address = parseaddr(stated)
    return name or address.partition("@")[2]


def _day(stated: str) -> date | None:
    try:
        moment: datetime = parsedate_to_datetime(stated)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return believed(moment.date())
