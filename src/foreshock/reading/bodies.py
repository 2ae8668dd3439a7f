"""Associations, chambers and lobbies by the form of their names, known to the pack or not.

"The Korea Display Industry Association", "the mining association Sonami", "the BDI federation": a
country or a trade inside such a name neither acts nor is traded.
"""

import re
from collections.abc import Iterable

from foreshock.reading.names import Mention

#: without one of these a text names no such body
_HINT = re.compile(
    r"Association|Federation|Confederation|Chamber|Society|Institute|Council|Alliance|Union"
    r"|\b(?:association|federation|lobby|chamber|union|group|body|alliance)\s[A-Z]"
    r"|[A-Z]\s(?:federation|association|lobby|union|industry\sgroup|trade\sgroup)"
)
_WORD = r"[A-Z][\w&'\-]*\s"
_OF = (
    r"\s(?:of|for|in)\s(?:the\s)?[A-Z][\w&'\-]*"
    r"(?:\s(?:(?:and|of|in|for)\s(?:the\s)?)?[A-Z][\w&'\-]*)*"
)
_FORMS = (
    re.compile(
        rf"(?P<name>(?:{_WORD}){{1,5}}(?:(?:Trade\s|Industry\s)?Association|Federation"
        rf"|Confederation|Chamber|Society|(?:Business|Industry|Mining|Minerals)\sCouncil)"
        rf"(?:{_OF})?)(?!\w)"
    ),
    re.compile(
        rf"(?P<name>(?:Association|Federation|Confederation|Chamber|Society|Alliance|Council)"
        rf"{_OF})"
    ),
    re.compile(
        r"\b(?:association|federation|confederation|lobby|lobby\sgroup|industry\sgroup"
        r"|trade\sgroup|umbrella\sgroup|trade\sbody|industry\sbody|business\sgroup|chamber|union)"
        r"\s(?P<name>[A-Z][\w\-]{2,})(?!['\w])"
    ),
    re.compile(
        r"\b(?P<name>[A-Z]{2,6})(?=\s(?:federation|association|lobby|union|industry\sgroup"
        r"|trade\sgroup|business\sgroup|chamber)\b)"
    ),
)
_OPENERS = frozenset("the in at on but and for from by as when while meanwhile a an also".split())


def bodies(text: str, known: Iterable[Mention]) -> list[Mention]:
    """The bodies named in a text that the pack does not know as such.

    >>> [m.id for m in bodies("The Korea Display Association asked for help.", [])]
    ['org:Korea_Display_Association']
    >>> [m.id for m in bodies("The mining association Sonami spoke of a bad signal.", [])]
    ['org:Sonami']
    """
    if not _HINT.search(text):
        return []
    taken = [(m.start, m.end, m.part, m.id) for m in known]
    found: list[Mention] = []
    for form in _FORMS:
        for m in form.finditer(text):
            start, name = m.start("name"), m["name"]
            while name.split(" ", 1)[0].lower() in _OPENERS and " " in name:
                head, _, name = name.partition(" ")
                start += len(head) + 1
            end = start + len(name)
            inside = [t for t in taken if t[0] < end and start < t[1]]
            whole = any(t[0] <= start and end <= t[1] for t in inside)
            firm = any(t[3].startswith("org:") for t in inside)
            if whole or firm or any(f.start < end and start < f.end for f in found):
                continue
            found.append(Mention(start, end, "org:" + name.replace(" ", "_"), "company"))
    return found
