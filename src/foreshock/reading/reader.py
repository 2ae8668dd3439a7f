"""The reader: one document in, its events out, each with its evidence."""

import re
from collections import Counter
from datetime import date
from typing import Any

import msgspec

from foreshock.reading.assemble import drafts
from foreshock.reading.confidence import confidence
from foreshock.reading.frames import Language, language
from foreshock.reading.links import link
from foreshock.reading.memory import Ids, Memory
from foreshock.reading.merge import Draft
from foreshock.reading.names import Names
from foreshock.reading.page import Page
from foreshock.reading.rank import judge
from foreshock.reading.sentences import HIDDEN, lookalikes, plain
from foreshock.reading.settle import known_measures, settle
from foreshock.reading.things import specific, without_purpose
from foreshock.words.markings import Marking
from foreshock.words.pack import Pack
from foreshock.words.records import Document, Event, EventLink, Passage
from foreshock.words.vocab import ITEMS

#: a longer text is read up to here; what follows is noted as unread
MOST_CHARACTERS = 200_000
#: sentences within which a text of questions asks for somebody's comment
_ASKED = 6
#: longest quotation kept as evidence
QUOTE = 200
#: languages with tables of their own
LANGUAGES = ("en", "zh", "ko", "ja", "nl")


_SCRIPTS = {
    "ko": (re.compile("[\uac00-\ud7af]"), 1),
    "ja": (re.compile("[\u3040-\u30ff]"), 3),
    "zh": (re.compile("[\u4e00-\u9fff]"), 1),
}


_DUTCH = frozenset("de het een van heeft voor niet wordt zijn met op over dat".split())
_ENGLISH = frozenset(
    "the of and to has for is on by with from its said will export exports".split()
)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What was read: events in order of mention, the language they were read in, what to know."""

    events: tuple[Event, ...] = ()
    language: str = ""
    notes: tuple[str, ...] = ()


class Reader:
    """Reads documents with the names of a pack.

    >>> from datetime import UTC, datetime
    >>> from foreshock.words.clocks import live
    >>> from foreshock.words.reference import Actor, Item
    >>> pack = Pack(items=(Item(id="min.ga", name="gallium", kind="mineral"),),
    ...             actors=(Actor(id="CN", kind="country", name="China"),))
    >>> text = "China imposed export controls on gallium on 3 July 2023."
    >>> document = Document(clocks=live(datetime(2023, 7, 4, tzinfo=UTC)), source="desk", text=text)
    >>> event = Reader(pack).read(document.sealed()).events[0]
    >>> event.type, event.actors, event.items, event.date
    ('RESTRICT', ('CN',), ('min.ga',), '2023-07-03')
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._makes = products(pack)
        self._known = known_measures(pack)
        self._homes = {a.id: a.belongs_to for a in pack.actors if a.kind == "company"}
        self._names: dict[str, Names] = {}

    def read(self, document: Document) -> Reading:
        """The events of a document. Never fails on a text; what it could not do is in the notes."""
        text, notes = document.text, []
        if not text.strip():
            return Reading(notes=("the text is empty: nothing was read",))
        if len(text) > MOST_CHARACTERS:
            notes.append(
                f"the text has {len(text)} characters: those after {MOST_CHARACTERS} were not read"
            )
            text = text[:MOST_CHARACTERS]
        if not text.isascii() and HIDDEN.search(text):
            notes.append(
                "the text holds hidden or direction-turning characters: they were read as spaces"
            )
        if lookalikes(text):
            notes.append("words that mix Latin with look-alike letters were not read")
        day = document.clocks.published
        if day is None:
            notes.append("no date: relative dates were not resolved")
        code = guess_language(text, document.language)
        tables = language(code) if code in LANGUAGES else None
        if tables is None:
            notes.append(f"no tables for language {code!r}, expected one of {', '.join(LANGUAGES)}")
            return Reading(language=code, notes=tuple(notes))
        events = self._events(document, text, tables, day)
        return Reading(events=events, language=code, notes=tuple(notes))

    def _events(
        self, document: Document, text: str, tables: Language, day: date | None
    ) -> tuple[Event, ...]:
        page, found = self.found(document, text, tables, day)
        found = judge(page, found)
        link(page, found)
        return tuple(_event(document, page, found, i) for i in range(len(found)))

    def found(
        self, document: Document, text: str, tables: Language, day: date | None
    ) -> tuple[Page, list[Draft]]:
        """What the rules find in a text, before any of it is judged."""
        code = tables.code
        if code not in self._names:
            self._names[code] = Names(self._pack, code)
        page = Page(text, tables, self._names[code], day)
        page.lay_out()
        titled = self._names[code].find(plain(document.title), day)
        topic = tuple(dict.fromkeys(m.id for m in titled if m.part == "item" and not m.doubtful))
        memory = Memory(topic=topic or _topic(page), issuer=issuer(page), voice=voice(page),
                        makes=self._makes, homes=self._homes, office=page.written_in)  # fmt: skip
        found = drafts(page, memory)
        settle(page, memory, found, self._known)
        return page, found


def guess_language(text: str, told: str = "") -> str:
    """The language told, else the one that the letters of the text give away.

    >>> [guess_language(text) for text in ("中国商务部公告", "수출 통제", "De minister heeft het")]
    ['zh', 'ko', 'nl']
    """
    if told:
        return told.lower().replace("_", "-").partition("-")[0]
    sample = text[:1500]
    if not sample.isascii():
        counts = {
            code: weight * len(script.findall(sample))
            for code, (script, weight) in _SCRIPTS.items()
        }
        best = max(counts, key=lambda code: counts[code])
        if counts[best] > 0.15 * len(sample):
            return best
    words = sample.lower().split()
    dutch, english = (sum(w in common for w in words) for common in (_DUTCH, _ENGLISH))
    if dutch > english:
        return "nl"
    if english:
        return "en"
    return _by_model(sample)


def _by_model(sample: str) -> str:
    import py3langid  # loading its model takes a moment; few texts need it

    return str(py3langid.classify(sample)[0])


#: a text that names an item so often is about it
_OFTEN = 3


def _topic(page: Page) -> Ids:
    """The items of the first sentence that names any: what "it" is about before any event.

    Where the text comes back to none of them and names another item often, that one's.
    """
    named = [[m for m in line.items if not m.doubtful] for line in page.lines]
    counts = Counter(m.id for sure in named for m in sure)
    often, times = counts.most_common(1)[0] if counts else ("", 0)
    for line, sure in zip(page.lines, named, strict=True):
        aside = times >= _OFTEN and all(counts[m.id] == 1 for m in sure)
        if sure and (not aside or any(m.id == often for m in sure)):
            return specific(without_purpose(page, sure, line.span.start) or sure)
    return ()


def issuer(page: Page) -> Ids:
    """Who issued an official text, told by its opening: an office that speaks of its own rule."""
    for line in page.lines[:3]:
        states = [m for m in line.actors if m.state]
        offices = [m for m in states if m.part == "agency" or page.is_office(m)]
        if page.search("office_words", line.span.start, line.span.end):
            offices = offices or states  # "Ministry of Mines, Malaysia"
        if offices and page.language.re["official_text"].search(
            page.low, line.span.start, line.span.end
        ):
            return (offices[0].id,)
    return ()


def voice(page: Page) -> Ids:
    """Who says "we" in a text: whose statement it is, or whose comment it is asked for."""
    for line in page.lines[:_ASKED]:
        asked = page.search("comment_of", line.span.start, line.span.end)
        if asked:
            named = [m for m in line.actors if asked.start() <= m.start < asked.end()]
            if named:
                return (named[0].id,)
    for line in page.lines[:2]:
        head = page.search("statement", line.span.start, line.span.end)
        if head:
            firms = page.unknown_companies(line, head.end(), line.span.end)
            after = [m for m in (*line.actors, *firms) if m.start >= head.end()]
            named = sorted(after, key=lambda m: m.start) or line.actors
            if named:
                return (named[0].id,)
    return ()


def products(pack: Pack) -> dict[str, Ids]:
    """What companies make, by the ids that the event standard gives them."""
    ids = {a.name: a.id for a in pack.actors if a.kind == "company"}
    made: dict[str, Ids] = {}
    names = Names(pack, "en")
    for actor in pack.actors:
        items = tuple(dict.fromkeys(m.id for m in names.find(f"{actor.role}s") if m.part == "item"))
        if actor.kind == "company" and items:
            made[ids[actor.name]] = items
    return made


def _event(document: Document, page: Page, found: list[Draft], i: int) -> Event:
    draft = found[i]
    clocks = msgspec.structs.replace(document.clocks, happened=draft.date or draft.effective)
    reasons = tuple(draft.reasons)
    return Event(
        clocks=clocks, marking=document.marking, nature=document.nature, document=document.id,
        local=f"e{i + 1}", type=draft.type, mode=draft.mode, status=draft.status,
        actors=draft.actors, targets=draft.targets, items=draft.items,
        instruments=draft.instruments, date=draft.date, effective=draft.effective,
        until=draft.until, direction=draft.direction, magnitudes=draft.magnitudes,
        modality=draft.modality, source=draft.source, background=draft.background,
        links=tuple(EventLink(rel=rel, ref=f"e{j + 1}") for rel, j in draft.links),
        sents=tuple(s[0] for s in draft.spots), evidence=_evidence(document, page, draft),
        confidence=confidence(reasons) if draft.confidence is None else draft.confidence,
        reasons=reasons,
    ).sealed()  # fmt: skip


def _evidence(document: Document, page: Page, draft: Draft) -> tuple[Passage, ...]:
    """The sentences that tell the event; the words themselves unless the marking forbids it."""
    found: list[Passage] = []
    for index, start, _ in draft.spots:
        span = page.lines[index].span
        begin, end = span.start, min(span.end, span.start + QUOTE)
        if start >= end:
            begin = max(span.start, start - QUOTE // 2)
            end = min(span.end, begin + QUOTE)
        quote = document.text[begin:end] if document.marking < Marking.RED else ""
        quote = quote.encode("utf-8", "replace").decode("utf-8")  # half characters of broken files
        found.append(Passage(document=document.id, start=begin, end=end, text=quote))
    return tuple(found)


def standard(document: Document, reading: Reading, pack: Pack | None = None) -> dict[str, Any]:
    """A reading in the form of the event standard 1.0, ready for JSON.

    Extra keys: `evidence` (offsets into the body), `confidence`, `reasons`. With the pack, an item
    that only the pack knows is told as the item of the standard that it belongs to, if there is
    one: spherical graphite as graphite.

    >>> from datetime import UTC, datetime
    >>> from foreshock.words.clocks import live
    >>> clocks = live(datetime(2023, 7, 4, tzinfo=UTC))
    >>> document = Document(clocks=clocks, source="desk", text="", name="n1")
    >>> standard(document, Reading())
    {'doc': 'n1', 'date': None, 'events': []}
    """
    day = document.clocks.published
    return {
        "doc": document.name or document.id,
        "date": day.isoformat() if day else None,
        "events": [standard_event(e, pack) for e in reading.events],
    }


#: the legal form of a firm is no part of its name in the standard
_SUFFIX = re.compile(r"_(?:Ltd|Limited|Inc|Incorporated|PLC|Plc|LLC)\.?$")
_AS_IS = (
    "type mode status actors targets items instruments date effective until direction magnitudes "
    "modality source background links sents"
).split()


def standard_event(event: Event, pack: Pack | None = None) -> dict[str, Any]:
    """An event in the form of the event standard 1.0, with the extra keys of `standard`."""
    said = msgspec.json.decode(msgspec.json.encode(event))
    out: dict[str, Any] = {"id": event.local}
    out.update((key, said[key]) for key in _AS_IS)
    for party in ("actors", "targets"):
        out[party] = [_SUFFIX.sub("", x) if x.startswith("org:") else x for x in out[party]]
    if pack is not None:
        told = (next((i for i in pack.ancestors(x) if i in ITEMS), x) for x in event.items)
        out["items"] = list(dict.fromkeys(told))
    out["evidence"] = [{"start": p.start, "end": p.end} for p in event.evidence]
    out["confidence"] = event.confidence
    out["reasons"] = list(event.reasons)
    return out
