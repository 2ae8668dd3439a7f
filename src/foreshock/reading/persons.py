"""Persons taken up by a part of their name: "Wang Wentao ... Wang said".

A person whom the pack knows, or one told with an office or firm ("Chile's foreign minister Alberto
van Klaveren", "VDA president Hildegard Mueller"), speaks for it under the last name too.
"""

import re

from foreshock.reading.names import Mention

_NAME = r"[A-Z][\w'\-]+"
_TITLE = (
    r"(?:[Mm]inister|[Ss]ecretary|[Pp]resident|[Pp]remier|[Cc]hancellor|[Cc]ommissioner"
    r"|[Ss]pokes(?:man|woman|person)|[Aa]mbassador|[Ee]nvoy|[Nn]egotiator|[Oo]fficial|[Dd]irector"
    r"|[Cc]hair(?:man|woman)|[Cc]hief(?:\s[Ee]xecutive)?|CEO|CFO|[Hh]ead|[Rr]epresentative|[Gg]overnor)"
)
#: after the owner: a title of some words, then the name
_OF_OWNER = re.compile(
    rf"(?:'s?)?\s(?:[A-Za-z\-]+\s){{0,4}}?{_TITLE}\s(?P<name>{_NAME}(?:\s(?:van|von|de|der|al|bin|den)\b)*(?:\s{_NAME}){{1,2}})"
)
_TITLED = re.compile(rf"\b{_TITLE}\s(?P<name>{_NAME}(?:\s{_NAME}){{1,2}})")
#: names that are told by the first word: Chinese, Korean; elsewhere by the last
_FIRST = ("CN", "KR", "TW", "HK", "VN")
_CAPITAL = re.compile(r"(?<![\w'\-])([A-Z][\w'\-]*)\.?\s$")
#: capitalised words before a name that are no part of it
_OPENERS = frozenset(
    """
    then but and or mr ms mrs dr sir minister secretary president premier chancellor chairman
    chairwoman spokesman spokeswoman spokesperson commissioner ambassador director as when while
    if meanwhile in on at for to by with after before since that still yet also so later earlier
    """.split()
)
_SHORTEST = 3
_LONGEST_GAP = 80


def persons(text: str, found: list[Mention]) -> list[Mention]:
    """The later mentions of persons by one name, for whom they speak.

    >>> wang = Mention(0, 11, "CN", "person")
    >>> [m.id for m in persons("Wang Wentao met him. Then Wang left.", [wang])]
    ['CN']
    """
    forms: dict[str, tuple[str, int]] = {}
    more: list[Mention] = []
    for mention in found:
        if mention.part == "person":
            _take(forms, text[mention.start : mention.end], mention.id, mention.end)
        elif mention.part not in ("item", "place"):
            m = _OF_OWNER.match(text, mention.end, mention.end + _LONGEST_GAP)
            if m and not any(k.start < m.end("name") and m.start("name") < k.end for k in found):
                _take(forms, m["name"], mention.id, m.end())
    if not forms:
        return []
    words = "|".join(sorted(map(re.escape, forms), key=len, reverse=True))
    taken = [(m.start, m.end) for m in found]
    for m in re.finditer(rf"(?<![\w\-'])(?:{words})(?![\w\-])(?!\s[A-Z])", text):
        owner, since = forms[m.group()]
        before = _CAPITAL.search(text[max(0, m.start() - 20) : m.start()])
        begun = before and before[1].lower() not in _OPENERS
        inside = any(a < m.end() and m.start() < b for a, b in taken)
        if m.start() >= since and not inside and not begun:
            more.append(Mention(m.start(), m.end(), owner, "person"))
    return more


def titled(text: str) -> frozenset[str]:
    """The words of the names that are told with a title somewhere in a text.

    >>> sorted(titled("Prime Minister Pham Minh Chinh came. Chinh left."))
    ['Chinh', 'Minh', 'Pham']
    """
    return frozenset(word for m in _TITLED.finditer(text) for word in m["name"].split())


def _take(forms: dict[str, tuple[str, int]], name: str, owner: str, end: int) -> None:
    words = name.split()
    if len(words) < 2:
        return
    last = words[0] if owner in _FIRST else words[-1]
    if len(last) >= _SHORTEST and last[0].isupper():
        forms.setdefault(last, (owner, end))
