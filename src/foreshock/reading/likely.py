"""What a sentence likely tells where no frame finds anything: a small linear model over its words.

The frames know the idioms that somebody wrote down. For the rest, `patterns/likely_<language>.tsv`
holds a weight for each word, pair and triple of words and each type of event, fitted by
`benchmarks/fit_reading.py` on sentences made for it, on those of the frames and on labelled texts.
Names are masked (ITEM, STATE, ORG, PLACE, NUM), so it learns how things are told, not of whom.
Nothing is learned at run time. An event found so has the frame `likely_<type>` among its reasons,
and less confidence.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from foreshock.reading.frames import PATTERNS, Frame, Trigger
from foreshock.reading.names import Mention
from foreshock.words.vocab import TYPES

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d[\d.,]*|[%$€]")
_ENDINGS = ("ing", "ed", "es", "s")
_STEM = 4
#: types that happen to things or are told of them; of the others somebody is the subject
_STATES = ("DISRUPT", "RECOVER", "FLOW", "PRICE")
#: words of a sentence that is read so; shorter ones are headings, longer ones are lists
_LEAST, _MOST = 5, 60
#: how likely a type must be to be tried
ENOUGH = 0.35


class Token(NamedTuple):
    """A word, or a name by its kind, at `start`..`end`."""

    word: str
    start: int
    end: int


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """A word without the commonest endings; not a root, only the same for most of its forms.

    >>> [stem(word) for word in ("halted", "halting", "halts", "prices", "as")]
    ['halt', 'halt', 'halt', 'pric', 'as']
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            word = word[: -len(ending)]
            break
    return word[:-1] if word.endswith("e") and len(word) > _STEM else word


def tokens(low: str, start: int, end: int, names: Iterable[Mention]) -> list[Token]:
    """The words of a sentence in lower case, its names by their kind.

    >>> found = tokens("china halted 20 sales", 0, 21, [Mention(0, 5, "CN", "name")])
    >>> [token.word for token in found]
    ['STATE', 'halt', 'NUM', 'sale']
    """
    found: list[Token] = []
    at = start
    for m in sorted(names, key=lambda m: m.start):
        if m.start < at or m.end > end:
            continue
        found.extend(_words(low, at, m.start))
        found.append(Token(_kind(m), m.start, m.end))
        at = m.end
    found.extend(_words(low, at, end))
    return found


def _words(low: str, start: int, end: int) -> Iterator[Token]:
    for m in _WORD.finditer(low, start, end):
        word = m.group()
        yield Token("NUM" if word[0].isdigit() else stem(word), m.start(), m.end())


def _kind(mention: Mention) -> str:
    if mention.part in ("item", "place"):
        return mention.part.upper()
    return "STATE" if mention.state else "ORG"


def features(found: Sequence[Token]) -> Iterator[str]:
    """Words, pairs, triples, and pairs with up to two words between.

    >>> list(features([Token("curb", 0, 4), Token("on", 5, 7), Token("ITEM", 8, 15)]))
    ['curb', 'curb on', 'curb on ITEM', 'curb _ ITEM', 'on', 'on ITEM', 'ITEM']
    """
    words = [token.word for token in found]
    for i, word in enumerate(words):
        yield word
        for feature, _ in _opened(words, i):
            yield feature


def _opened(words: list[str], i: int) -> Iterator[tuple[str, int]]:
    """The pairs and triples that begin with a word, with the place of their last."""
    word, left = words[i], len(words) - i
    if left > 1:
        yield f"{word} {words[i + 1]}", i + 1
    if left > 2:
        yield f"{word} {words[i + 1]} {words[i + 2]}", i + 2
        yield f"{word} _ {words[i + 2]}", i + 2
    if left > 3:
        yield f"{word} _ {words[i + 3]}", i + 3


#: probability, type, and from where to where the words stand that speak for it
Told = list[tuple[float, str, tuple[int, int]]]


class Likely:
    """The weights of a language: `bias` by type, and word -> (index of a type, weight) pairs."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.bias = [0.0] * len(KINDS)
        self.weights: dict[str, tuple[tuple[int, float], ...]] = {}
        #: words with which a pair or triple that has weights begins: after others none is looked up
        self.opens: set[str] = set()
        for line in lines:
            word, *pairs = line.split("\t")
            told = tuple(
                (KINDS.index(kind), float(weight))
                for kind, weight in (pair.split("=") for pair in pairs)
            )
            if word:
                self.weights[word] = told
                if " " in word:
                    self.opens.add(word.partition(" ")[0])
            else:
                for index, weight in told:
                    self.bias[index] = weight

    def told(self, low: str, span: tuple[int, int], names: Iterable[Mention]) -> Told:
        """What a sentence of `low` tells; nothing of headings and of endless sentences."""
        found = tokens(low, *span, names)
        return self.of(found) if _LEAST <= len(found) <= _MOST else []

    def of(self, found: Sequence[Token]) -> Told:
        """Every type with its probability, the likeliest first, and the words that speak for it."""
        scale = 1 / math.sqrt(max(1, len(found)))
        total = list(self.bias)
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)] * len(KINDS)
        for pairs, first, last in self._weighed([token.word for token in found]):
            for index, weight in pairs:
                total[index] += weight * scale
                if weight > best[index][0] and not _masked(found[first : last + 1]):
                    best[index] = (weight, first, last)
        told: Told = []
        for index, score in enumerate(total):
            _, first, last = best[index]
            where = (found[first].start, found[last].end) if found else (0, 0)
            probability = 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
            told.append((probability, KINDS[index], where))
        return sorted(told, reverse=True)

    def _weighed(
        self, words: list[str]
    ) -> Iterator[tuple[tuple[tuple[int, float], ...], int, int]]:
        """The weights of the features of a sentence that have any, each feature once."""
        known, opens = self.weights, self.opens
        seen: set[str] = set()
        for i, word in enumerate(words):
            if word in known and word not in seen:
                seen.add(word)
                yield known[word], i, i
            if word not in opens:
                continue
            for feature, last in _opened(words, i):
                if feature in known and feature not in seen:
                    seen.add(feature)
                    yield known[feature], i, last


def _masked(found: Sequence[Token]) -> bool:
    """Whether these are only names and numbers, which tell of nothing."""
    return all(token.word.isupper() for token in found)


#: the types in the order of the table
KINDS = tuple(sorted(TYPES))
FRAMES = {
    kind: Frame(
        name=f"likely_{kind.lower()}", type=kind, triggers=(), rank=-9,
        form="state" if kind in _STATES else "verb",
    )
    for kind in KINDS
}  # fmt: skip


@cache
def likely(code: str) -> Likely | None:
    """The model of a language, None where there is none.

    >>> likely("nl") is None
    True
    """
    path = PATTERNS / f"likely_{code}.tsv"
    if not path.is_file():
        return None
    lines = path.read_text("utf-8").splitlines()
    return Likely(line for line in lines if not line.startswith("#"))


def guessed(told: tuple[float, str, tuple[int, int]]) -> Trigger:
    """The trigger of a type that a sentence likely tells."""
    _, kind, (start, end) = told
    return Trigger(FRAMES[kind], start, end)
