"""Which triggers can stand in a sentence at all, told by its words.

A trigger needs one word out of each of several sets: its first words, those of its further parts,
and those that must stand beside it. It is looked up by the set whose words are met least often, so
that a sentence is held against the few triggers of its rarer words rather than against all that
begin with "is" or "export".
"""

from collections.abc import Iterable, Mapping
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
        #: word -> what it may stand for: further needs as bits, place in the order, first words
        self._by_key: dict[str, list[tuple[int, int, Words, T]]] = {}
        for place, (first, sets, thing) in enumerate(entries):
            rarest, *others = sorted((first, *sets), key=lambda s: sum(often.get(w, 1) for w in s))
            needs = 0
            for words in others:
                needs |= self._bits.setdefault(words, 1 << len(self._bits))
            for word in rarest:
                self._by_key.setdefault(word, []).append((needs, place, first, thing))
        self._every = (1 << len(self._bits)) - 1
        #: word -> the sets that it is in, as bits
        self._within: dict[str, int] = {}
        for words, bit in self._bits.items():
            for word in words:
                self._within[word] = self._within.get(word, 0) | bit

    def possible(self, present: set[str]) -> dict[str, list[T]]:
        """By first word, in the order given: what can stand in a sentence of these words."""
        keys = self._by_key.keys() & present
        if not keys:
            return {}
        have = 0
        for word in self._within.keys() & present:
            have |= self._within[word]
        lacking = self._every ^ have
        fitting = {e[1]: e for word in keys for e in self._by_key[word] if not e[0] & lacking}
        found: dict[str, list[T]] = {}
        for place in sorted(fitting):
            _, _, first, thing = fitting[place]
            for word in first & present:
                found.setdefault(word, []).append(thing)
        return found
