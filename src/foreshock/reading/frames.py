"""Frames: the words that tell an event, as tables in `patterns/<language>.toml`.

A frame has one or more triggers, written in a small notation:

    impose*            a verb in all its forms (irregular ones stand in the table `irregular`)
    curb+              a noun, singular and plural
    a|b*|c+            one of several; an underscore stands for a space inside one of them
    {measure}          one of the words of the set `measure`
    word?              may be missing
    #                  a number
    ..  ...  ....      up to 5 words without a comma; up to 10, commas allowed; up to 10 without
    a & b|c &5 !d      a, with b or c beside it in its sentence, and without d within 5 words

Languages written without spaces use plain regular expressions instead (`spaced = false`).
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from foreshock.errors import WrongUse
from foreshock.reading.amounts import SOUGHT
from foreshock.reading.cues import Cues
from foreshock.reading.dates import DateFinder
from foreshock.reading.literals import Literals
from foreshock.reading.lookup import Lookup
from foreshock.reading.notation import WORD, Near, Notation, parts
from foreshock.words.vocab import INSTRUMENTS, MODALITY, STATUS, TYPES

PATTERNS = Path(__file__).parent / "patterns"

#: cues that are tried only at one place, or on a few characters: not worth a look beforehand
_HELD_AGAINST_FEW = frozenset(
    """
    clause target_before target_after official private of_trade maker be auxiliaries article
    noun_before noun_after counted_wafers law_name range has opens_considered opens_announced
    compound heading company_words signs tariff falls_on its_firms sent_by apposition of_place
    bound_for home owner_after by its licence_before
    """.split()
)
#: a cue of the table, or one of a list of them by its place
CueName = str | tuple[str, int]
#: a trigger of one or two words
_SHORT = 20


class Frame(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of telling an event, with sentences that tell it so."""

    name: str
    type: str
    triggers: tuple[str, ...]
    mode: str | None = None
    #: verb: the subject acts; noun: whoever it belongs to acts; state: told of a thing or place
    form: str = "verb"
    instruments: tuple[str, ...] = ()
    status: str | None = None
    modality: str | None = None
    direction: str | None = None
    #: what the subject is: actor, target, or nothing we can use
    subject: str = "actor"
    #: who may act: gov, org, any
    actor: str = ""
    #: before: an item is the trigger's subject; after: one must follow it in its clause; clause,
    #: sentence: one must stand there; any: anywhere
    item: str = "any"
    #: a promise, a request, a threat: verbs that follow in its clause are its content
    governs: bool = False
    #: the frame that it is where a state acts: "halted shipments" of a firm, of a country
    by_state: str = ""
    #: of two frames that share words, the higher wins; then the longer
    rank: int = 0
    #: sentences that this frame must find; the tests are made of them
    says: tuple[str, ...] = ()


class Trigger(msgspec.Struct, frozen=True):
    """A frame found in a text."""

    frame: Frame
    start: int
    end: int


def apart(a: Trigger, b: Trigger) -> bool:
    """Whether two triggers share no words."""
    return a.end <= b.start or b.end <= a.start


#: cue words that are lists of patterns, each with what it tells
_LISTS = (
    "instruments", "status", "modality", "speakers", "links", "items_made", "bodies", "regimes",
)  # fmt: skip


class _Compiled:
    """A trigger of a frame; its expression is compiled when a text first asks for it."""

    __slots__ = ("_pattern", "_source", "frame", "near", "nouns")

    def __init__(self, source: str, frame: Frame, near: tuple[Near, ...], nouns: frozenset[str]):
        self._source, self.frame, self.near = source, frame, near
        #: first words that may be nouns: not inflected as verbs, and told by what is beside them
        self.nouns = nouns
        self._pattern: re.Pattern[str] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        if self._pattern is None:
            self._pattern = re.compile(self._source)
        return self._pattern


def _beside(
    low: str, words: list[tuple[int, str]], at: int, end: int, near: tuple[Near, ...]
) -> bool:
    """Whether what must stand beside the match from word `at` to offset `end` does."""
    last = at
    while last < len(words) and words[last][0] < end:
        last += 1
    inside = words[at + 1 : last - 1]  # between the first and the last word of the match
    for some in near:
        around = words[max(0, at - some.reach) : at] + inside + words[last : last + some.reach]
        found = {word for _, word in around}
        text = low[around[0][0] : around[-1][0] + len(around[-1][1])] if around else ""
        if not some.holds(found, text):
            return False
    return True


class Language:
    """The frames and cue words of one language, compiled."""

    def __init__(self, code: str, cues: Cues, frames: tuple[Frame, ...], table: dict[str, Any]):
        self.code = code
        self.cues = cues
        self.frames = frames
        self.re = {
            name: re.compile(value)
            for name in Cues.__struct_fields__
            if isinstance(value := getattr(cues, name), str)
        }
        self.pairs: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
            name: tuple((re.compile(pattern), word) for pattern, word in getattr(cues, name))
            for name in _LISTS
        }
        #: type -> what its words tell of its mode
        self.modes: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
            kind: tuple((re.compile(pattern), mode) for pattern, mode in pairs)
            for kind, pairs in cues.modes.items()
        }
        self.named = {frame.name: frame for frame in frames}
        self._order = {frame.name: place for place, frame in enumerate(frames)}
        notation = Notation(table.get("irregular", {}), table.get("sets", {}), cues.spaced)
        said = " ".join(sentence.lower() for frame in frames for sentence in frame.says)
        self.dates = DateFinder(cues.dates)
        cue_words = {n: p for n, p in self.cue_patterns().items() if n not in _HELD_AGAINST_FEW}
        self.literals = Literals({**cue_words, **self.dates.sought, **SOUGHT}, said)
        often = Counter(WORD.findall(said))
        told = [self._compile(notation, f, p, often) for f in frames for p in f.triggers]
        self._triggers = [trigger for _, _, trigger in told]
        self._lookup = Lookup(told if cues.spaced else (), often)

    def cue_patterns(self) -> dict[CueName, re.Pattern[str]]:
        """All patterns of cue words: by name, those of a list by its name and their place."""
        found: dict[CueName, re.Pattern[str]] = dict(self.re.items())
        for group, pairs in (*self.pairs.items(), *self.modes.items()):
            found.update({(group, place): pattern for place, (pattern, _) in enumerate(pairs)})
        return found

    def _compile(
        self, notation: Notation, frame: Frame, pattern: str, often: Mapping[str, int]
    ) -> tuple[frozenset[str], list[frozenset[str]], _Compiled]:
        """A trigger, its first words, and the sets of which it needs a word each."""
        told, beside = parts(pattern)
        near = tuple(notation.near(element, reach) for element, reach in beside)
        sets = [n.opening for n in near if n.wanted and n.opening]
        sets += notation.needs(told, often) if self.cues.spaced else []
        nouns = notation.uninflected(told) if near else frozenset()
        first = frozenset(notation.first(told) if self.cues.spaced else ())
        return first, sets, _Compiled(notation.regex(told), frame, near, nouns)

    def find(self, low: str, start: int, end: int) -> list[Trigger]:
        """The triggers in `low[start:end]` (lower case); where two share words, one is kept."""
        return self.ranked(low, start, end)[0]

    def ranked(self, low: str, start: int, end: int) -> tuple[list[Trigger], list[Trigger]]:
        """The triggers kept, in order, and those that gave way to them, the best first."""
        found = self.candidates(low, start, end)
        order = self._order
        found.sort(key=lambda t: (-t.frame.rank, t.start - t.end, t.start, order[t.frame.name]))
        kept: list[Trigger] = []
        spare: list[Trigger] = []
        for trigger in found:
            free = all(apart(trigger, k) for k in kept)
            (kept if free else spare).append(trigger)
        return sorted(kept, key=lambda t: t.start), spare

    def candidates(self, low: str, start: int, end: int) -> list[Trigger]:
        """All triggers in `low[start:end]`, also those that share words."""
        search = self._spaced if self.cues.spaced else self._dense
        return list(search(low, start, end))

    def _is_noun(self, low: str, trigger: Trigger) -> bool:
        """Whether a verb frame's first word is a noun here: "its ban on", "the lifting of"."""
        if trigger.frame.form != "verb" or not self.cues.spaced:
            return False
        short = trigger.end - trigger.start < _SHORT or low.startswith("end", trigger.start)
        if short and self.re["noun_after"].match(low, trigger.start):
            return True
        before = low[max(0, trigger.start - 12) : trigger.start]
        if not self.re["noun_before"].search(before):
            return False
        word, _, rest = low[trigger.start : trigger.end].partition(" ")
        return not word.endswith(("ed", "ing")) or (word.endswith("ing") and rest.startswith("of"))

    def _spaced(self, low: str, start: int, end: int) -> Iterator[Trigger]:
        words = [(m.start(), m[0]) for m in WORD.finditer(low, start, end)]
        possible = self._lookup.possible([word for _, word in words])
        if not possible:
            return
        for at, (begin, word) in enumerate(words):
            if word not in possible:
                continue
            for told in possible[word]:
                m = told.pattern.match(low, begin, end)
                if m is None or (told.near and not _beside(low, words, at, m.end(), told.near)):
                    continue
                trigger = Trigger(told.frame, begin, m.end())
                if word in told.nouns or not self._is_noun(low, trigger):
                    yield trigger

    def _dense(self, low: str, start: int, end: int) -> Iterator[Trigger]:
        for told in self._triggers:
            for m in told.pattern.finditer(low, start, end):
                yield Trigger(told.frame, m.start(), m.end())


@cache
def language(code: str) -> Language | None:
    """The tables of a language, or None where there are none yet.

    Raises `WrongUse` naming the frame when a table uses a word outside the standard.

    >>> language("en").frames[0].type
    'RESTRICT'
    >>> language("tlh") is None
    True
    """
    path = PATTERNS / f"{code}.toml"
    if not path.is_file():
        return None
    table = tomllib.loads(path.read_text("utf-8"))
    cues = msgspec.convert(table["cues"], Cues)
    places = tomllib.loads((PATTERNS / "places.toml").read_text("utf-8"))["places"]
    #: cities, mines and works, to be named in a trigger: "closed San Ciprian"
    table.setdefault("sets", {})["place"] = [p.lower() for some in places.values() for p in some]
    frames: list[Frame] = []
    for file in (path, *sorted(PATTERNS.glob(f"{code}_*.toml"))):
        further = tomllib.loads(file.read_text("utf-8"))
        for words in ("irregular", "sets"):
            table.setdefault(words, {}).update(further.get(words, {}))
        for frame in msgspec.convert(further["frame"], tuple[Frame, ...]):
            _check(frame, file.name)
            frames.append(frame)
    return Language(code, cues, tuple(frames), table)


def _check(frame: Frame, file: str) -> None:
    known = {
        "type": frame.type in TYPES,
        "mode": frame.mode is None or frame.mode in TYPES.get(frame.type, ()),
        "form": frame.form in ("verb", "noun", "state"),
        "item": frame.item in ("before", "after", "clause", "sentence", "any"),
        "instruments": set(frame.instruments) <= set(INSTRUMENTS),
        "status": frame.status is None or frame.status in STATUS,
        "modality": frame.modality is None or frame.modality in MODALITY,
    }
    for field, fine in known.items():
        if not fine:
            raise WrongUse(
                f"{file}: frame {frame.name!r}: {field} is {getattr(frame, field)!r}",
                expected="a word of the event standard",
                next_step="Correct the table.",
            )
