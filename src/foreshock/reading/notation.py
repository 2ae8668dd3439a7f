"""The notation of triggers (told in frames.py), turned into regular expressions and word sets."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from foreshock.errors import WrongUse

_GAP = {
    "..": r"(?:[^\s;:,]+(?:,\d{3})*[\s]+){0,5}?",
    "...": r"(?:[^\s;:]+[\s]+){0,10}?",
    "....": r"(?:[^\s;:,]+(?:,\d{3})*[\s]+){0,10}?",
}
_FIGURE = r"[^\w\s]{0,2}\d[\d.,]*(?:\s(?:million|billion|trillion))?(?:[\s\-]|(?=[^\w\s]|$))"
_BETWEEN = r"[\s\-\"'(]+"
#: a word; signs of per cent and money count as words beside a trigger
WORD = re.compile(r"\w+|[%$€£¥]")
#: words on either side of a match within which what it needs beside it must stand
REACH = 14
_AND = re.compile(r"\s&(\d*)\s")


@dataclass(frozen=True, slots=True)
class Near:
    """Words of which one must stand beside a match, or none of them where they are not wanted."""

    words: frozenset[str]
    phrases: tuple[str, ...]
    #: the words and the first words of the phrases; empty where one has no word: "%"
    opening: frozenset[str]
    wanted: bool = True
    #: words on either side of the match within which it must stand
    reach: int = REACH

    def holds(self, words: Collection[str], text: str) -> bool:
        """Whether it is so beside a match: `words` and `text` of the stretch around it.

        >>> Near(frozenset({"plant"}), (), frozenset({"plant"})).holds({"a", "plant"}, "a plant")
        True
        """
        there = not self.words.isdisjoint(words) or any(p in text for p in self.phrases)
        return there is self.wanted


def parts(pattern: str) -> tuple[str, list[tuple[str, str]]]:
    """A trigger and what it needs beside it, each with its reach in words.

    >>> parts("fire & plant &4 !up")
    ('fire', [('plant', ''), ('!up', '4')])
    """
    told, *rest = _AND.split(pattern)
    return told, list(zip(rest[1::2], rest[::2], strict=True))


class Notation:
    """Turns the notation of triggers into regular expressions."""

    def __init__(self, irregular: dict[str, str], sets: dict[str, list[str]], spaced: bool):
        self._irregular = {base: forms.split() for base, forms in irregular.items()}
        self._sets = sets
        self._found: dict[str, frozenset[str]] = {}
        self._spaced = spaced

    def regex(self, pattern: str) -> str:
        """The regular expression of a trigger, for text in lower case."""
        if not self._spaced:
            return re.sub(r"\{(\w+)\}", lambda m: f"(?:{'|'.join(self._sets[m[1]])})", pattern)
        elements = pattern.split()
        parts: list[str] = []
        for i, element in enumerate(elements):
            if element in _GAP:
                parts.append(_GAP[element])
                continue
            if element == "#":
                parts.append(_FIGURE)
                continue
            forms = sorted(self._forms(element.rstrip("?")), key=len, reverse=True)
            body = "|".join(re.escape(form).replace(r"\ ", r"[\s\-]+") for form in forms)
            follow = _BETWEEN if i < len(elements) - 1 else ""
            part = rf"(?:{body})(?!\w){follow}"
            parts.append(f"(?:{part})?" if element.endswith("?") else part)
        return "".join(parts)

    def first(self, pattern: str) -> set[str]:
        """The words with which a match can begin."""
        found: set[str] = set()
        for element in pattern.split():
            for form in self._forms(element.rstrip("?")):
                word = WORD.search(form)
                found.add(word.group() if word else form)
            if not element.endswith("?"):
                break
        return found

    def uninflected(self, pattern: str) -> frozenset[str]:
        """Of these words, those that the first element does not inflect as verbs."""
        plain = "|".join(a for a in pattern.split()[0].split("|") if "*" not in a)
        return frozenset(self.first(plain)) if plain else frozenset()

    def needs(self, pattern: str, often: Mapping[str, int]) -> list[frozenset[str]]:
        """Words of which one must stand in any match: of each element one of each of its forms.

        Of the words of a form it is the one met least often.
        """
        elements = [
            e for e in pattern.split() if e not in _GAP and e != "#" and not e.endswith("?")
        ]
        found = [[WORD.findall(form) for form in self._forms(element)] for element in elements]
        return [
            frozenset(min(words, key=lambda w: often.get(w, 0)) for words in forms)
            for forms in found
            if all(forms)
        ]

    def near(self, element: str, reach: str = "") -> "Near":
        """What must (or, with "!", must not) stand beside a match."""
        forms = self._forms(element.removeprefix("!"))
        single = frozenset(form for form in forms if WORD.fullmatch(form))
        several = tuple(sorted(forms - single))
        words = [WORD.search(form) for form in forms]
        opening = frozenset(w.group() for w in words if w) if all(words) else frozenset()
        return Near(single, several, opening, wanted=not element.startswith("!"),
                    reach=int(reach or REACH))  # fmt: skip

    def _forms(self, element: str) -> frozenset[str]:
        """The ways of writing an element; found out once."""
        if element not in self._found:
            self._found[element] = frozenset(self._forms_of(element))
        return self._found[element]

    def _forms_of(self, element: str) -> set[str]:
        found: set[str] = set()
        for alternative in element.split("|"):
            if alternative.startswith("{"):
                name = alternative.strip("{}")
                if name not in self._sets:
                    raise WrongUse(
                        f"trigger {element!r}: no set {name!r}", expected="one of the table's"
                    )
                for phrase in self._sets[name]:
                    found |= self._phrase(phrase.replace("_", " "))
            else:
                found |= self._phrase(alternative.replace("_", " "))
        return found

    def _phrase(self, phrase: str) -> set[str]:
        forms = {""}
        for word in phrase.split():
            forms = {f"{f} {w}".strip() for f in forms for w in self._inflected(word)}
        return forms

    def _inflected(self, word: str) -> set[str]:
        if word.endswith("*"):
            base = word[:-1]
            return {base, *self._irregular[base]} if base in self._irregular else verb_forms(base)
        if word.endswith("+"):
            return {word[:-1], plural(word[:-1])}
        return {word}


def verb_forms(base: str) -> set[str]:
    """All forms of a regular English verb.

    >>> sorted(verb_forms("impose")), sorted(verb_forms("levy"))
    (['impose', 'imposed', 'imposes', 'imposing'], ['levied', 'levies', 'levy', 'levying'])
    """
    if base.endswith("e"):
        return {base, base + "s", base + "d", base[:-1] + "ing"}
    if base.endswith("y") and base[-2] not in "aeiou":
        return {base, base[:-1] + "ies", base[:-1] + "ied", base + "ing"}
    ending = "es" if base.endswith(("s", "sh", "ch", "x", "z")) else "s"
    return {base, base + ending, base + "ed", base + "ing"}


def plural(noun: str) -> str:
    """The plural of a regular English noun.

    >>> plural("duty"), plural("curb"), plural("tax")
    ('duties', 'curbs', 'taxes')
    """
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "sh", "ch", "x", "z")) else "s")
