"""Frames: the words that tell an event, as tables in `patterns/<language>.toml`.

A frame has one or more triggers, written in a small notation:

    impose*            a verb in all its forms (irregular ones stand in the table `irregular`)
    curb+              a noun, singular and plural
    a|b*|c+            one of several; an underscore stands for a space inside one of them
    {measure}          one of the words of the set `measure`
    word?              may be missing
    ..  ...  ....      up to 5 words without a comma; up to 10, commas allowed; up to 10 without

Languages written without spaces use plain regular expressions instead (`spaced = false`).
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from foreshock.errors import WrongUse
from foreshock.words.vocab import INSTRUMENTS, MODALITY, STATUS, TYPES

PATTERNS = Path(__file__).parent / "patterns"

_GAP = {
    "..": r"(?:[^\s;:,]+(?:,\d{3})*[\s]+){0,5}?",
    "...": r"(?:[^\s;:]+[\s]+){0,10}?",
    "....": r"(?:[^\s;:,]+(?:,\d{3})*[\s]+){0,10}?",
}
#: a trigger of one or two words
_SHORT = 20
_BETWEEN = r"[\s\-\"'(]+"
_WORD = re.compile(r"\w+")


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
    #: after: an item must follow the trigger in its clause; clause: in the clause; sentence: in its
    #: sentence; any: anywhere
    item: str = "any"
    #: a promise, a request, a threat: verbs that follow in its clause are its content
    governs: bool = False
    #: of two frames that share words, the higher wins; then the longer
    rank: int = 0
    #: sentences that this frame must find; the tests are made of them
    says: tuple[str, ...] = ()


class Cues(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words of a language around the triggers: regular expressions, or lists of words."""

    spaced: bool = True
    #: opens a clause; the group `lead` is the opening word
    clause: str
    #: before a name: what the name is to the verb
    prepositions: tuple[str, ...] = ()
    #: where prepositions are not words of their own: before or after the one on whom it falls
    target_before: str = "(?!)"
    target_after: str = "(?!)"
    skip_before_name: tuple[str, ...] = ()
    #: after a demonym: the country itself acts; people of the country act
    official: str = "(?!)"
    private: str = "(?!)"
    #: takes up somebody or something named before
    anaphor: str = "(?!)"
    same_measure: str = "(?!)"
    #: what follows is not told
    unsaid: str = "(?!)"
    same_loss: str = "(?!)"
    items_again: str = "(?!)"
    #: a group of things that the next sentence names
    items_ahead: str = "(?!)"
    #: what follows is what the item is for, not the item itself
    purpose: str = "(?!)"
    #: after an item: a trade or a stage of making, not the item itself
    of_trade: str = "(?!)"
    #: talk of trade or supply: a doubtful item name counts beside it
    trade: str = "(?!)"
    not_news: str = "(?!)"
    be: str = "(?!)"
    #: may stand between a subject and its verb
    auxiliaries: str = "(?!)"
    article: str = "(?!)"
    #: before a noun: it is one told before; after it: it only describes the next noun
    noun_before: str = "(?!)"
    definite: str = "(?!)"
    noun_after: str = "(?!)"
    #: in force from the day it is told; over by the day it is told; where the main clause goes on
    at_once: str = "(?!)"
    #: between the first and the last month of a period
    range: str = "(?!)"
    #: how long it lasts; groups `n` and `unit`
    lasts: str = "(?!)"
    over: str = "(?!)"
    #: before a participle: what happened still holds
    has: str = "(?!)"
    #: the first months or quarters of a year; groups `n`, `unit` and `y`
    first_part: str = "(?!)"
    #: the trigger's own first words; talks that are not over; a probe that is
    opens_considered: str = "(?!)"
    opens_announced: str = "(?!)"
    goes_on: str = "(?!)"
    concluded: str = "(?!)"
    main: str = "(?!)"
    compound: str = "(?!)"
    #: a sentence that opens so asks or advises: no news
    heading: str = "(?!)"
    #: words of the anaphors that mean a company, an office, two parties
    company_words: str = "(?!)"
    office_words: str = "(?!)"
    both: str = "(?!)"
    #: a tax on imports; before what it falls on
    tariff: str = "(?!)"
    falls_on: str = "(?!)"
    #: before a place: goods leave it; envoys come from it
    leaves: str = "(?!)"
    #: after a country: its firms; the group `who` tells which
    its_firms: str = "(?!)"
    sent_by: str = "(?!)"
    #: between a company and its verb: who or what it is
    apposition: str = "(?!)"
    #: after a country: it only tells where something is; where goods go
    of_place: str = "(?!)"
    office_in: str = "(?!)"
    #: before the one who is told something: not the one who acts
    told_whom: str = "(?!)"
    bound_for: str = "(?!)"
    #: whom "the ministry", "the government" stand for where nobody else is named with them
    home: str = ""
    home_office: str = "(?!)"
    #: where "'s" is a particle: after the one to whom what follows belongs
    owner_after: str = "(?!)"
    #: opens a text that an authority issues itself
    official_text: str = "(?!)"
    by: str = "(?!)"
    instruments: tuple[tuple[str, str], ...] = ()
    weak_instruments: tuple[str, ...] = ()
    status: tuple[tuple[str, str], ...] = ()
    modality: tuple[tuple[str, str], ...] = ()
    signpost: str = "(?!)"
    since: str = "(?!)"
    signpost_leads: tuple[str, ...] = ()
    #: a clause that opens so tells of what may or may not be
    hypothetical_leads: tuple[str, ...] = ()
    said: str = "(?!)"
    according: str = "(?!)"
    #: right before the word for an office or company: it is the subject's own
    its: str = "(?!)"
    speakers: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    #: type -> (words, mode), for frames that leave the mode open
    modes: dict[str, tuple[tuple[str, str], ...]] = {}
    #: the text speaks of licences for what is controlled
    licensing: str = "(?!)"
    #: before "needed for": it is a licence that is needed, not an input
    licence_before: str = "(?!)"
    dates: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Trigger:
    """A frame found in a text."""

    frame: Frame
    start: int
    end: int


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
            for name in ("instruments", "status", "modality", "speakers", "links")
        }
        words = _Words(table.get("irregular", {}), table.get("sets", {}), cues.spaced)
        #: type -> what its words tell of its mode
        self.modes: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
            kind: tuple((re.compile(pattern), mode) for pattern, mode in pairs)
            for kind, pairs in cues.modes.items()
        }
        self._by_word: dict[str, list[tuple[re.Pattern[str], Frame, frozenset[str]]]] = {}
        for frame in frames:
            for pattern in frame.triggers:
                compiled = re.compile(words.regex(pattern))
                needed = words.last(pattern) if cues.spaced else frozenset()
                for first in words.first(pattern) if cues.spaced else {""}:
                    self._by_word.setdefault(first, []).append((compiled, frame, needed))

    def find(self, low: str, start: int, end: int) -> list[Trigger]:
        """The triggers in `low[start:end]` (lower case); where two share words, one is kept."""
        found = self.candidates(low, start, end)
        found.sort(key=lambda t: (-t.frame.rank, t.start - t.end, t.start))
        kept: list[Trigger] = []
        for trigger in found:
            if all(trigger.end <= k.start or k.end <= trigger.start for k in kept):
                kept.append(trigger)
        return sorted(kept, key=lambda t: t.start)

    def candidates(self, low: str, start: int, end: int) -> list[Trigger]:
        """All triggers in `low[start:end]`, also those that share words."""
        search = self._spaced if self.cues.spaced else self._dense
        return [t for t in search(low, start, end) if not self._is_noun(low, t)]

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
        words = list(_WORD.finditer(low, start, end))
        present = {word.group() for word in words}
        for word in words:
            for pattern, frame, needed in self._by_word.get(word.group(), ()):
                if needed and needed.isdisjoint(present):
                    continue  # its last word is nowhere in the sentence
                if m := pattern.match(low, word.start(), end):
                    yield Trigger(frame, m.start(), m.end())

    def _dense(self, low: str, start: int, end: int) -> Iterator[Trigger]:
        for pattern, frame, _ in self._by_word.get("", ()):
            for m in pattern.finditer(low, start, end):
                yield Trigger(frame, m.start(), m.end())


class _Words:
    """Turns the notation of triggers into regular expressions."""

    def __init__(self, irregular: dict[str, str], sets: dict[str, list[str]], spaced: bool):
        self._irregular = {base: forms.split() for base, forms in irregular.items()}
        self._sets = sets
        self._spaced = spaced

    def regex(self, pattern: str) -> str:
        if not self._spaced:
            return re.sub(r"\{(\w+)\}", lambda m: f"(?:{'|'.join(self._sets[m[1]])})", pattern)
        elements = pattern.split()
        parts: list[str] = []
        for i, element in enumerate(elements):
            if element in _GAP:
                parts.append(_GAP[element])
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
                word = _WORD.search(form)
                found.add(word.group() if word else form)
            if not element.endswith("?"):
                break
        return found

    def last(self, pattern: str) -> frozenset[str]:
        """Words of which one must stand in any match beyond its first: of the last element."""
        elements = [e for e in pattern.split()[1:] if e not in _GAP and not e.endswith("?")]
        found = (_WORD.search(form) for form in (self._forms(elements[-1]) if elements else ()))
        return frozenset(word.group() for word in found if word)

    def _forms(self, element: str) -> set[str]:
        found: set[str] = set()
        for alternative in element.split("|"):
            if alternative.startswith("{"):
                name = alternative.strip("{}")
                if name not in self._sets:
                    raise WrongUse(
                        f"trigger {element!r}: no set {name!r}", expected="one of the table's"
                    )
                for phrase in self._sets[name]:
                    found |= self._phrase(phrase)
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
    frames: list[Frame] = []
    for file in (path, *sorted(PATTERNS.glob(f"{code}_*.toml"))):
        further = tomllib.loads(file.read_text("utf-8"))["frame"]
        for frame in msgspec.convert(further, tuple[Frame, ...]):
            _check(frame, file.name)
            frames.append(frame)
    return Language(code, cues, tuple(frames), table)


def _check(frame: Frame, file: str) -> None:
    known = {
        "type": frame.type in TYPES,
        "mode": frame.mode is None or frame.mode in TYPES.get(frame.type, ()),
        "form": frame.form in ("verb", "noun", "state"),
        "item": frame.item in ("after", "clause", "sentence", "any"),
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
