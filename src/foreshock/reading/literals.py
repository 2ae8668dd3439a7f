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
#: what a part of a pattern can be: all strings, if few; else strings of which it holds one
Told = tuple[Strings | None, Strings | None]
#: more strings than these are not multiplied out
_MOST = 120
#: how often Latin letters, spaces, other signs and other letters stand in a text, about
_LETTER, _SPACE, _SIGN, _OTHER = 0.08, 0.2, 0.003, 0.00001
#: strings met more often than this, per character, stand in most sentences: not worth a look
_COMMON = 0.01
#: as much of a sample is looked through, and so many letters of a set are told one by one
_SAMPLE, _FEW = 20_000, 12
_NOTHING: Strings = frozenset(("",))
_ODD_SPACE = re.compile(r"[^\S ]")


def needed(pattern: Pattern[str], sample: str = "") -> Strings | None:
    r"""Strings of which one stands in every match of a pattern; None where that is not known.

    In lower case; white space of any kind is told as a space. No string at all: the pattern never
    matches. Of several choices it is the one met least often: in a `sample` of the language, if
    there is one.

    >>> import re
    >>> sorted(needed(re.compile(r"\b(?:lift\w*|waivers?)(?=\s)")))
    ['lift', 'waiver']
    >>> sorted(needed(re.compile(r"(?:export\s)?licen[cs]es?|as\sof")))
    ['as of', 'licence', 'license']
    >>> needed(re.compile(r"\d+")) is None, needed(re.compile("(?!)"))
    (True, frozenset())
    """
    return _Needs(sample[:_SAMPLE]).of(pattern)


class _Needs:
    """Takes parsed patterns apart."""

    def __init__(self, sample: str) -> None:
        self._sample = sample
        self._rates: dict[str, float] = {}

    def of(self, pattern: Pattern[str]) -> Strings | None:
        if pattern.flags & re.IGNORECASE:
            return None
        told = self._rarer(*self._sequence(_parser.parse(pattern.pattern, pattern.flags)))
        if told is None:
            return None
        low = frozenset(s.lower() for s in told)
        shortest = frozenset(s for s in low if not any(o in s for o in low if o != s))
        return shortest if self._often(shortest) < _COMMON else None

    def _sequence(self, nodes: Iterable[tuple[Any, Any]]) -> Told:
        run: Strings = _NOTHING
        need: Strings | None = None
        whole = True
        for op, told in nodes:
            exact, inner = self._node(str(op), told)
            if exact is not None and len(run) * len(exact) <= _MOST:
                run = frozenset(a + b for a, b in product(run, exact))
                continue
            whole = False
            need = self._rarer(self._rarer(need, run), inner if exact is None else exact)
            run = _NOTHING
        return (run, None) if whole else (None, self._rarer(need, run))

    def _node(self, op: str, told: Any) -> Told:
        if op == "LITERAL":
            return frozenset(_letters(op, told)), None
        if op == "FAILURE" or (op == "ASSERT_NOT" and not len(told[1])):
            return frozenset(), None  # "(?!)"
        if op in ("AT", "ASSERT", "ASSERT_NOT"):
            return _NOTHING, None  # they take no letters
        if op == "IN":
            letters = [_letters(str(kind), value) for kind, value in told]
            return (frozenset("".join(letters)), None) if all(letters) else (None, None)
        if op == "SUBPATTERN":
            return (None, None) if told[1] & re.IGNORECASE else self._sequence(told[3])
        if op == "ATOMIC_GROUP":
            return self._sequence(told)
        if op == "BRANCH":
            return self._branch([self._sequence(one) for one in told[1]])
        if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, inner = told
            exact, need = self._sequence(inner)
            if exact is not None and most == 1:
                return exact | (frozenset() if least else _NOTHING), None
            return None, self._rarer(exact, need) if least else None
        return None, None

    def _branch(self, ways: list[Told]) -> Told:
        exact = [way[0] for way in ways]
        if None not in exact and sum(len(e) for e in exact if e) <= _MOST:
            return frozenset(s for e in exact if e for s in e), None
        each = [self._rarer(*way) for way in ways]
        return None, None if None in each else frozenset(s for e in each if e for s in e)

    def _rarer(self, a: Strings | None, b: Strings | None) -> Strings | None:
        """Of two sets of strings the one that is met less often; None for one that says nothing."""
        told = [s for s in (a, b) if s is not None and "" not in s]
        return min(told, key=self._often) if told else None

    def _often(self, strings: Strings) -> float:
        """How often one of these strings is met, per character, about."""
        return sum(self._rate(s) for s in strings)

    def _rate(self, string: str) -> float:
        if string not in self._rates:
            met = self._sample.count(string)
            by_letters = math.prod(map(_letter_rate, string))
            self._rates[string] = met / len(self._sample) if met else by_letters
        return self._rates[string]


def _letters(kind: str, value: Any) -> str:
    """The characters that a part of a set stands for, "" if it stands for too many."""
    if kind == "CATEGORY" and str(value) == "CATEGORY_SPACE":
        return " "
    if kind == "RANGE" and value[1] - value[0] < _FEW:
        return "".join(_letters("LITERAL", letter) for letter in range(value[0], value[1] + 1))
    if kind != "LITERAL":
        return ""
    return " " if chr(value).isspace() else chr(value)


def _letter_rate(letter: str) -> float:
    if letter == " ":
        return _SPACE
    if "a" <= letter <= "z":
        return _LETTER
    return _SIGN if letter.isascii() else _OTHER


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
    r"""Many named patterns, to be looked for in one pass.

    >>> import re
    >>> literals = Literals({"ease": re.compile(r"lift\w*|waivers?"), "any": re.compile(r"\d+")})
    >>> places = literals.find("the ban was lifted")
    >>> places.may("ease", 0, 18), places.may("ease", 0, 12), places.may("any", 0, 3)
    (True, False, True)
    """

    def __init__(self, patterns: Mapping[Any, Pattern[str]], sample: str = "") -> None:
        needs = _Needs(sample[:_SAMPLE])
        self._numbers: dict[Hashable, int] = {}
        of: dict[str, tuple[int, ...]] = {}
        for name, pattern in patterns.items():
            strings = needs.of(pattern)
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
