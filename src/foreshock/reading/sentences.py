"""Text -> sentences -> clauses, by offsets: nothing is copied, moved or lost.

A clause is the stretch that tells one thing; frames look for their arguments inside it first.
Abbreviations and the words that open a clause are general-language tables of this file.
"""

import re

import msgspec

#: a longer "sentence" is a table or a page without stops; it is cut at a space
LONGEST_SENTENCE = 1500
#: a line at least this wide that ends without a stop is taken to be wrapped
WRAPPED_FROM = 60

_PLAIN = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ", "\t": " ", "\r": " ",
    }
)  # fmt: skip
#: characters that turn or hide text; a reader cannot see them, so they are reported
HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_GREEK_OR_CYRILLIC = re.compile(r"[\u0370-\u03ff\u0400-\u04ff]")
#: one word that mixes Latin with letters that only look Latin
_LOOKALIKE = re.compile(
    r"[A-Za-z][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][A-Za-z]"
)

_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof sen rep gov gen st jr sr inc corp co ltd llc plc no nos vs e.g i.e etc al
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun approx est dept
    u.s u.k u.n u.a.e a.m p.m okla calif fig art sec vol bv b.v n.v dhr mw nr bijv
    """.split()
)
#: after "U.S." a capital letter opens a new sentence only in one of these words
_OPENERS = frozenset(
    "The A An In It They He She This These That Those But And On At For With However Meanwhile "
    "While When After Before If As Last Earlier Since".split()
)
#: each stop begins with one of these
_MARK = re.compile(r"[.!?…。！？]")
_STOP = re.compile(
    r"[.!?…]+[\"')\]]*(?=\s|$)|(?<=[a-z0-9\"'])[.!?][\"']?(?=[A-Z][a-z])|[。！？]+[」』”\"]?"
)
_LINE = re.compile(r"\n")
#: before a stop: what parts words; after it: a word; the number of a point in a list
_SPLIT, _WORD = re.compile(r"[\s(\"]"), re.compile(r"\w+")
#: the number of a point in a list, not a day: "Feb. 25."
_NUMBERED = re.compile(
    r"(?:^|[\n!?]\s*|(?<!\bjan)(?<!\bfeb)(?<!\bmar)(?<!\bapr)(?<!\baug)(?<!\bsep)(?<!sept)(?<!\boct)"
    r"(?<!\bnov)(?<!\bdec)\.\s*)\d{1,2}$",
    re.IGNORECASE,
)
_WIDE = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uff60]")


class Span(msgspec.Struct, frozen=True, gc=False):
    """Characters `start`..`end` of the document's text."""

    start: int
    end: int


class Clause(msgspec.Struct, frozen=True, gc=False):
    """A clause; `lead` is the word that opened it, lower case, "" for the first."""

    start: int
    end: int
    lead: str
    #: where the clause began that goes on here after one set between commas; -1: here
    begun: int = -1


def plain(text: str) -> str:
    """The text with typographic quotes, dashes and spaces made plain; the same length.

    >>> plain("China’s \u201ccurbs\u201d")
    'China\\'s "curbs"'
    """
    return HIDDEN.sub(" ", text.translate(_PLAIN))


def lowered(text: str) -> str:
    """Lower case of the same length: letters whose lower case is longer stay as they are.

    >>> len(lowered("İZMİR")) == 5
    True
    """
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def lookalikes(text: str) -> bool:
    """Whether a word mixes Latin letters with Greek or Cyrillic ones.

    >>> lookalikes("g\u0430llium"), lookalikes("gallium")
    (True, False)
    """
    return not text.isascii() and bool(_GREEK_OR_CYRILLIC.search(text) and _LOOKALIKE.search(text))


def sentences(text: str) -> list[Span]:
    """The sentences of a text, in order, without the white space around them.

    >>> text = "The U.S. Commerce Dept. acted. China replied.Seoul waited."
    >>> [text[s.start:s.end] for s in sentences(text)]
    ['The U.S. Commerce Dept. acted.', 'China replied.', 'Seoul waited.']
    """
    return cut(plain(text))


def cut(text: str) -> list[Span]:
    """The sentences of a text that is plain already."""
    cuts = sorted(_stops(text) | _line_ends(text) | {len(text)})
    found: list[Span] = []
    begin = 0
    for end in cuts:
        found.extend(_trimmed(text, begin, end))
        begin = max(begin, end)
    return found


def _stops(text: str) -> set[int]:
    found: set[int] = set()
    mark = _MARK.search(text)
    while mark is not None:
        end = mark.end()
        stop = _STOP.match(text, mark.start())
        if stop is not None:
            end = stop.end()
            if _is_end(text, stop):
                found.add(end)
        mark = _MARK.search(text, end)
    return found


def _is_end(text: str, stop: re.Match[str]) -> bool:
    if stop.group()[0] in "。！？":
        return True
    after = text[stop.end() : stop.end() + 40].lstrip()
    if not after:
        return True
    if after[0].islower() or after[0] in ",;:)":
        return False
    if stop.group()[0] != "." or len(stop.group()) > 1:
        return True
    before = text[max(0, stop.start() - 12) : stop.start()]
    word = _SPLIT.split(before)[-1]
    first = _WORD.match(after)
    if (len(word) == 1 and word.isupper()) or (word[-1:].isdigit() and _NUMBERED.search(before)):
        return False
    if ("." in word and word[-1].isalpha()) or word.lower() in _ABBREVIATIONS:
        return first is not None and first.group() in _OPENERS
    return True


def _line_ends(text: str) -> set[int]:
    """Line ends that end a sentence: before an empty line or a list mark, or after a short line."""
    cuts: set[int] = set()
    begin = 0
    for m in _LINE.finditer(text):
        line, begin = text[begin : m.start()].strip(), m.end()
        after = text[m.end() : m.end() + 4].lstrip(" ")
        width = len(line) + (0 if line.isascii() else len(_WIDE.findall(line)))
        if (
            not line
            or not after
            or after[0] in "\n-*•·"
            or (width < WRAPPED_FROM and not after[0].islower())
        ):
            cuts.add(m.end())
    return cuts


def _trimmed(text: str, begin: int, end: int) -> list[Span]:
    while begin < end and text[begin].isspace():
        begin += 1
    while end > begin and text[end - 1].isspace():
        end -= 1
    found: list[Span] = []
    while end - begin > LONGEST_SENTENCE:
        cut = text.rfind(" ", begin + 1, begin + LONGEST_SENTENCE)
        cut = cut if cut > begin else begin + LONGEST_SENTENCE
        found.append(Span(begin, cut))
        begin = cut
    if end > begin:
        found.append(Span(begin, end))
    return found


def clauses(low: str, span: Span, openers: re.Pattern[str]) -> list[Clause]:
    """The clauses of one sentence; `openers` is the language's pattern of clause openings.

    The group of the pattern that matched is the opening word.

    >>> import re
    >>> low = "china replied, after washington acted; seoul waited"
    >>> pattern = re.compile(r"[;,]\\s*(?P<lead>after)?")
    >>> [(low[c.start:c.end], c.lead) for c in clauses(low, Span(0, len(low)), pattern)]
    [('china replied', ''), (', after washington acted', 'after'), ('; seoul waited', '')]
    """
    found: list[Clause] = []
    begin, lead = span.start, ""
    for m in openers.finditer(low, span.start, span.end):
        if m.start() > begin:
            found.append(Clause(begin, m.start(), lead))
            begin = m.start()
        lead = (m[m.lastgroup] or "").strip() if m.lastgroup else ""
    found.append(Clause(begin, span.end, lead))
    return found
