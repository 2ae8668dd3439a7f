"""Which triggers can stand in a sentence at all, told by its words.

A trigger needs one word out of each of several sets: its first words, those of its further parts,
and those that must stand beside it. It is looked up by the set whose words are met least often, so
that a sentence is held against the few triggers of its rarer words rather than against all that
begin with "is" or "export".
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")
Words = frozenset[str]


class Lookup(Generic[T]):
    """Things by the words that they need; `often` tells how often words are met.

    >>> entries = [(frozenset({"is"}), [frozenset({"banned", "barred"})], "is banned")]
    >>> lookup = Lookup(entries, {"is": 100, "banned": 2})
    >>> lookup.possible({"it", "is", "barred"}), lookup.possible({"it", "is", "so"})
    ({'is': ['is banned']}, {})
    """

    def __init__(
        self, entries: Iterable[tuple[Words, list[Words], T]], often: Mapping[str, int]
    ) -> None:
        self._bits: dict[Words, int] = {}
        #: first word, or another one needed -> what else is needed, as bits; first words; thing
        self._by_first: dict[str, list[tuple[int, T]]] = {}
        self._by_other: dict[str, list[tuple[int, int, Words, T]]] = {}
        for place, (first, sets, thing) in enumerate(entries):
            apart = dict.fromkeys((first, *sets))
            rarest, *others = sorted(apart, key=lambda s: sum(often.get(w, 0) + 1 for w in s))
            needs = 0
            for words in others:
                needs |= self._bits.setdefault(words, 1 << len(self._bits))
            for word in rarest:
                if rarest is first:
                    self._by_first.setdefault(word, []).append((needs, thing))
                else:
                    self._by_other.setdefault(word, []).append((needs, place, first, thing))
        self._every = (1 << len(self._bits)) - 1
        #: word -> the sets that it is in, as bits
        self._within: dict[str, int] = {}
        for words, bit in self._bits.items():
            for word in words:
                self._within[word] = self._within.get(word, 0) | bit
        self._known = frozenset((*self._by_first, *self._by_other, *self._within))

    def possible(self, present: Collection[str]) -> dict[str, list[T]]:
        """By first word: what can stand in a sentence of these words, in no order."""
        known = self._known.intersection(present)
        have = 0
        within = self._within
        for word in known:
            if word in within:
                have |= within[word]
        lacking = self._every ^ have
        found: dict[str, list[T]] = {}
        for word in known & self._by_first.keys():
            fitting = [thing for needs, thing in self._by_first[word] if not needs & lacking]
            if fitting:
                found[word] = fitting
        others = {
            e[1]: e
            for word in known & self._by_other.keys()
            for e in self._by_other[word]
            if not e[0] & lacking
        }
        for _, _, first, thing in others.values():
            for word in first & known:
                found.setdefault(word, []).append(thing)
        return found
