"""Plain text: optional leading `key: value` lines, an empty line, then the text as it stands."""

import re
from datetime import date
from pathlib import PurePath

from foreshock.errors import Misread, Unreadable
from foreshock.sources.dates import read_day
from foreshock.sources.decode import decode
from foreshock.sources.drafts import Draft, Drafts
from foreshock.words.markings import RULES, Marking

#: header lines that are taken
TAKEN = ("url", "title", "date", "language", "publisher", "marking")
#: header lines that are known and left
LEFT = ("kind", "licence", "retrieved")

MARKINGS = {rule.label: marking for marking, rule in RULES.items()}

_HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z_-]{0,30}):(?:\s+(.*)|\s*)")
#: a text without header whose first words are its date: " date 2024-03-28 In a pivotal ..."
_DATELINE = re.compile(r"\s*date:? (\d{4}-\d{2}-\d{2})\b", re.IGNORECASE)


def read(data: bytes, name: str) -> Drafts:
    """The one draft that a text file holds; its text is what follows the header, unchanged.

    Raises `Unreadable` when the file is no text or ends with its header, `Misread` when the
    header states a marking that is none.

    >>> read(b"title: Notice\\ndate: 2023-07-03\\n\\nBody.", "n.txt").drafts[0].published
    datetime.date(2023, 7, 3)
    """
    decoded = decode(data, name)
    header, body = split(decoded.text)
    if header and not body.strip():
        raise Unreadable(
            f"{name}: ends with its header",
            expected="an empty line and then the text",
            next_step="Add the text.",
        )
    notices = list(decoded.notices)
    unknown = [key for key in header if key not in TAKEN + LEFT]
    if unknown:
        notices.append(
            f"{name}: header line(s) {', '.join(unknown)} are not known and were left; "
            f"known are {', '.join(TAKEN)}."
        )
    draft = Draft(
        name=PurePath(name).stem,
        text=body,
        title=header.get("title", ""),
        url=header.get("url", ""),
        language=header.get("language", ""),
        publisher=header.get("publisher", ""),
        published=_published(header.get("date", ""), body, name, notices),
        marking=_marking(header.get("marking", ""), name),
    )
    return Drafts(drafts=(draft,), notices=tuple(notices))


def split(text: str) -> tuple[dict[str, str], str]:
    """Header and body; the header is empty when the first line is no header line we know.

    >>> split("title: A\\n\\nBody.")
    ({'title': 'A'}, 'Body.')
    >>> split("Beijing: exports fell.\\n\\nMore.")[0]
    {}
    """
    head, _, body = text.partition("\n\n")
    lines = [_HEADER_LINE.fullmatch(line) for line in head.strip("\n").split("\n")]
    first = lines[0]
    if first is None or first[1].lower() not in TAKEN + LEFT or None in lines:
        return {}, text
    return {m[1].lower(): (m[2] or "").strip() for m in lines if m}, body


def _published(stated: str, body: str, name: str, notices: list[str]) -> date | None:
    dateline = _DATELINE.match(body)
    if not stated and dateline:
        stated = dateline[1]
    day = read_day(stated)
    if stated and day is None:
        notices.append(f"{name}: its date is {stated[:40]!r}, expected YYYY-MM-DD. Correct it.")
    return day


def _marking(stated: str, name: str) -> Marking:
    if not stated:
        return Marking.CLEAR
    if stated.upper() not in MARKINGS:
        # taking it for CLEAR could let a text out that somebody meant to keep in
        raise Misread(
            f"{name}: its marking is {stated[:40]!r}",
            expected=f"one of {', '.join(MARKINGS)}",
            next_step="Correct the header.",
        )
    return MARKINGS[stated.upper()]
