"""Which of many patterns can match in a part of a text, told by the strings they cannot do without.

Most cue words of a language are not in most sentences. Instead of trying every regular expression
on every clause, one pass finds a string that each of them needs ("licen" for licences), and only
where it stands is the expression tried. The strings are taken from the parsed expression, as
regular expression engines of search tools do, so that a table may be changed without care for this.
"""

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from itertools import product
from re import Pattern, _parser  # type: ignore[attr-defined]
from typing import Any

import ahocorasick

Strings = frozenset[str]
#: more strings than these are not multiplied out
_MOST = 120
#: how often Latin letters, spaces, other signs and other letters stand in a text, about
_LETTER, _SPACE, _SIGN, _OTHER = 0.08, 0.2, 0.003, 0.0005
#: strings met more often than this, per character, stand in most sentences: not worth a look
_COMMON = 0.01
_NOTHING: Strings = frozenset(("",))
_ODD_SPACE = re.compile(r"[^\S ]")


def needed(pattern: Pattern[str]) -> Strings | None:
    """Strings of which one stands in every match of a pattern; None where that is not known.

    White space of any kind is told as a space. No string at all: the pattern never matches.

    >>> import re
    >>> sorted(needed(re.compile(r"\\b(?:lift\\w*|waivers?)(?=\\s)")))
    ['lift', 'waiver']
    >>> sorted(needed(re.compile(r"(?:export\\s)?licen[cs]es?|as\\sof")))
    ['as of', 'licence', 'license']
    >>> needed(re.compile(r"\\d+")) is None, needed(re.compile("(?!)"))
    (True, frozenset())
    """
    if pattern.flags & re.IGNORECASE:
        return None
    whole, need = _of(_parser.parse(pattern.pattern, pattern.flags))
    return _shortest(_rarer(whole, need))


def _of(nodes: Iterable[tuple[Any, Any]]) -> tuple[Strings | None, Strings | None]:
    """All strings that a sequence can be, if few; else strings of which it holds one, if known."""
    run: Strings = _NOTHING
    need: Strings | None = None
    whole = True
    for op, told in nodes:
        exact, inner = _node(str(op), told)
        if exact is not None and len(run) * len(exact) <= _MOST:
            run = frozenset(a + b for a, b in product(run, exact))
            continue
        whole = False
        need = _rarer(_rarer(need, run), inner if exact is None else exact)
        run = _NOTHING
    return (run, None) if whole else (None, _rarer(need, run))


def _node(op: str, told: Any) -> tuple[Strings | None, Strings | None]:
    if op == "LITERAL":
        return frozenset((" " if chr(told).isspace() else chr(told),)), None
    if op == "FAILURE" or (op == "ASSERT_NOT" and not len(told[1])):
        return frozenset(), None  # "(?!)"
    if op in ("AT", "ASSERT", "ASSERT_NOT"):
        return _NOTHING, None  # they take no letters
    if op == "IN":
        letters = [_letter(str(kind), value) for kind, value in told]
        return (frozenset(letters), None) if all(letters) else (None, None)
    if op == "SUBPATTERN":
        return (None, None) if told[1] & re.IGNORECASE else _of(told[3])
    if op == "ATOMIC_GROUP":
        return _of(told)
    if op == "BRANCH":
        return _branch([_of(one) for one in told[1]])
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = told
        exact, need = _of(inner)
        if exact is not None and most == 1:
            return exact | (frozenset() if least else _NOTHING), None
        return None, _rarer(exact, need) if least else None
    return None, None


def _letter(kind: str, value: Any) -> str:
    """The one character that a part of a set stands for, "" if it stands for several."""
    if kind == "CATEGORY" and str(value) == "CATEGORY_SPACE":
        return " "
    if kind != "LITERAL":
        return ""
    return " " if chr(value).isspace() else chr(value)


def _branch(ways: list[tuple[Strings | None, Strings | None]]) -> tuple[Any, Any]:
    exact = [way[0] for way in ways]
    if None not in exact and sum(len(e) for e in exact if e) <= _MOST:
        return frozenset(s for e in exact if e for s in e), None
    each = [_rarer(*way) for way in ways]
    return None, None if None in each else frozenset(s for e in each if e for s in e)


def _rarer(a: Strings | None, b: Strings | None) -> Strings | None:
    """Of two sets of strings the one that is met less often; None for one that says nothing."""
    told = [s for s in (a, b) if s is not None and "" not in s]
    return min(told, key=_often) if told else None


def _often(strings: Strings) -> float:
    """How often one of these strings is met, per character, about."""
    return sum(math.prod(_rate(c) for c in s) for s in strings)


def _rate(letter: str) -> float:
    if letter == " ":
        return _SPACE
    if "a" <= letter <= "z":
        return _LETTER
    return _SIGN if letter.isascii() else _OTHER


def _shortest(strings: Strings | None) -> Strings | None:
    """Without those that hold another one; None if they are too common to be worth a look."""
    if strings is None:
        return None
    kept = frozenset(s for s in strings if not any(o in s for o in strings if o != s))
    return kept if _often(kept) < _COMMON else None


class Places:
    """Where, in a text or a part of it, the strings stand that patterns need."""

    __slots__ = ("_lasts", "_numbers", "_shift")

    def __init__(
        self, numbers: Mapping[Hashable, int], lasts: Mapping[int, list[int]], shift: int
    ) -> None:
        self._numbers, self._lasts, self._shift = numbers, lasts, shift

    def may(self, name: Hashable, start: int, end: int) -> bool:
        """Whether a pattern can match between two offsets; if not, it need not be tried."""
        number = self._numbers.get(name)
        if number is None:
            return True
        lasts = self._lasts.get(number)
        if lasts is None:
            return False
        at = bisect_left(lasts, start - self._shift)
        return at < len(lasts) and lasts[at] < end - self._shift


class Literals:
    """Many named patterns, to be looked for in one pass.

    >>> import re
    >>> literals = Literals({"ease": re.compile(r"lift\w*|waivers?"), "any": re.compile(r"\d+")})
    >>> places = literals.find("the ban was lifted")
    >>> places.may("ease", 0, 18), places.may("ease", 0, 12), places.may("any", 0, 3)
    (True, False, True)
    """

    def __init__(self, patterns: Mapping[Any, Pattern[str]]) -> None:
        self._numbers: dict[Hashable, int] = {}
        of: dict[str, tuple[int, ...]] = {}
        for name, pattern in patterns.items():
            strings = needed(pattern)
            if strings is None:
                continue  # it may stand anywhere
            number = self._numbers.setdefault(name, len(self._numbers))
            for string in strings:
                of[string] = (*of.get(string, ()), number)
        self._automaton = ahocorasick.Automaton()
        for string, numbers in of.items():
            self._automaton.add_word(string, numbers)
        if of:
            self._automaton.make_automaton()
        self._some = bool(of)

    def find(self, low: str, start: int = 0, end: int | None = None) -> Places:
        """Where the patterns can match in a text."""
        lasts: defaultdict[int, list[int]] = defaultdict(list)
        part = low[start:end].replace("\n", " ")
        if _ODD_SPACE.search(part):
            part = _ODD_SPACE.sub(" ", part)
        for last, numbers in self._automaton.iter(part) if self._some else ():
            for number in numbers:
                lasts[number].append(last)
        return Places(self._numbers, lasts, start)
