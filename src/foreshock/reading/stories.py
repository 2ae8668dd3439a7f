"""Same story, many tellings: events of several documents that are one event, with all evidence.

Two events are tellings of one when type, an actor and an item agree (items may be kin: graphite and
natural graphite), nothing contradicts (dates, parties, tools, sign, denial), and they were told
within `WINDOW_DAYS` of each other or name the same day. A story joins tellings, one for each
document, and counts how many of them are independent: copies of a text, texts of one publisher and
copy of one agency count once.

This is about *tellings of an act*. That several acts belong to one measure with a life is for the
ledger to say (`ledger/match.py`); it takes events, joined or not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import urlsplit

import msgspec

from foreshock.reading.copies import Copies, agency, joined
from foreshock.words.markings import Marking
from foreshock.words.pack import Pack
from foreshock.words.records import Document, Event, Passage, Struct

#: days between two tellings that may be of one act where neither dates it
WINDOW_DAYS = 10
#: types of which one text may hold several alike: their mode must agree
BY_MODE = ("POSITION", "PRESSURE", "INVEST")
#: changes of figures: their period and their sign must agree
FIGURES = ("FLOW", "PRICE")
#: tool -> its kind; tools of different kinds are different acts
KINDS = {
    **dict.fromkeys(("import_tariff", "import_ban", "import_quota", "procurement_ban"), "import"),
    **dict.fromkeys(("takeover", "investment_screening", "nationalisation"), "ownership"),
    **dict.fromkeys(("sanctions", "visa", "port_fee"), "sanction"),
    **dict.fromkeys(("entity_listing", "affiliates_rule"), "listing"),
}
#: tool -> the one that it is another word for here
SAME = dict.fromkeys(("licence_grant", "general_licence", "licence_exception"), "export_licence")
#: stands for any other tool of exports
VAGUE = frozenset({"export_control"})

_MONTH = len("2023-07")
_COMPARED = 20  # tellings of a story that a further one is compared with

Day = date


class Telling(Struct, frozen=True, kw_only=True):
    """One document's telling of a story."""

    document: str
    #: what a person knows the document by
    name: str
    #: id of the event, and its name inside the document
    event: str
    local: str
    publisher: str = ""
    #: agency whose copy the text says it is
    agency: str = ""
    published: Day | None = None
    #: the document of which this text is a copy, "" if it is its own
    copy_of: str = ""
    confidence: float = 0.5
    evidence: tuple[Passage, ...] = ()


class Story(Struct, frozen=True, kw_only=True):
    """One event with everybody who tells it, the earliest first."""

    #: the event as its surest telling has it, with the dates that others add
    event: Event
    tellings: tuple[Telling, ...]
    #: tellings that do not lean on one another
    independent: int
    #: who tells it in words of their own
    publishers: tuple[str, ...]
    #: the strictest of the documents' markings
    marking: Marking = Marking.CLEAR


Read = tuple[Document, Iterable[Event]]


def stories(read: Iterable[Read], pack: Pack | None = None) -> tuple[Story, ...]:
    """The stories that documents tell, in the order in which they became known.

    `read` are documents with the events read in them; the pack tells which items are kin.

    >>> from datetime import UTC, datetime
    >>> from foreshock.words.clocks import live
    >>> def telling(name, publisher):
    ...     clocks = live(datetime(2023, 7, 3, 9, tzinfo=UTC), date(2023, 7, 3))
    ...     text = f"{name}: China curbs gallium."
    ...     document = Document(clocks=clocks, source="desk", text=text, name=name,
    ...                         publisher=publisher).sealed()
    ...     return document, [Event(clocks=clocks, document=document.id, local="e1",
    ...                             type="RESTRICT", actors=("CN",), items=("min.ga",)).sealed()]
    >>> found = stories([telling("a", "Daily"), telling("b", "Post"), telling("c", "Post")])
    >>> len(found), len(found[0].tellings), found[0].independent
    (1, 3, 2)
    """
    groups = _Groups(pack)
    copies = Copies()
    firsts: dict[int, str] = {}
    for document, events in sorted(read, key=lambda pair: (pair[0].clocks.known_at, pair[0].id)):
        group = copies.add(document.text)
        first = firsts.setdefault(group, document.id)
        copy_of = "" if first == document.id else first
        for event in events:
            groups.add(_Told(document, event, copy_of))
    return tuple(_story(group) for group in groups.all())


class _Told(msgspec.Struct, frozen=True):
    document: Document
    event: Event
    copy_of: str

    @property
    def day(self) -> date:
        return self.document.clocks.published or self.document.clocks.known_at.date()


class _Groups:
    """Tellings gathered into stories.

    Candidates are the stories of the same type, actor and kind of item that were told lately or
    name the same month; so the work for a telling does not grow with what was told long ago.
    """

    def __init__(self, pack: Pack | None) -> None:
        self._pack = pack
        self._groups: list[list[_Told]] = []
        self._lately: dict[tuple[str, ...], dict[int, date]] = defaultdict(dict)
        self._dated: dict[tuple[str, ...], dict[int, None]] = defaultdict(dict)

    def all(self) -> list[list[_Told]]:
        return self._groups

    def add(self, told: _Told) -> None:
        keys = [
            (told.event.type, actor, root)
            for actor in told.event.actors or ("",)
            for root in {self._root(item) for item in told.event.items} or {""}
        ]
        months = {d[:_MONTH] for d in (told.event.date, told.event.effective) if d}
        dated = [(*key, month) for key in keys for month in months if len(month) == _MONTH]
        candidates = {place for key in keys for place in self._recent(key, told.day)}
        candidates.update(place for key in dated for place in self._dated[key])
        scored = [(self._fit(told, self._groups[place]), -place) for place in sorted(candidates)]
        best, place = max(scored, default=(0, 0))
        if best > 0:
            place = -place
            self._groups[place].append(told)
        else:
            place = len(self._groups)
            self._groups.append([told])
        for key in keys:
            self._lately[key][place] = told.day
        for named in dated:
            self._dated[named][place] = None

    def _recent(self, key: tuple[str, ...], day: date) -> list[int]:
        lately = self._lately[key]
        for place in [p for p, told in lately.items() if (day - told).days > WINDOW_DAYS]:
            del lately[place]
        return list(lately)

    def _root(self, item: str) -> str:
        if self._pack is not None:
            above = tuple(self._pack.ancestors(item))
            if above:
                return above[-1]
        return item.partition(".")[0]

    def _fit(self, told: _Told, group: list[_Told]) -> int:
        """How well a telling fits a story: the best of its fits, 0 if any telling rules it out."""
        if any(other.document.id == told.document.id for other in group):
            return 0
        best = 0
        for other in group[:_COMPARED]:
            fit = self._alike(told, other)
            if fit is None:
                return 0
            best = max(best, fit)
        return best

    def _alike(self, a: _Told, b: _Told) -> int | None:
        """Points for what two tellings share; None if they cannot be of one act."""
        one, other = a.event, b.event
        if contradict(one, other) or not self._kin(one.items, other.items):
            return None
        dates = _dates(one, other)
        apart = abs((a.day - b.day).days)
        if dates is None or (dates == 0 and apart > WINDOW_DAYS):
            return None
        return (
            1
            + 4 * dates
            + 2 * len(set(one.items) & set(other.items))
            + 2 * (one.instruments == other.instruments)
            + (one.targets == other.targets)
            + (one.mode == other.mode)
            + (one.background == other.background)
        )

    def _kin(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        return _shared(one, other) or any(self._related(x, y) for x in one for y in other)

    def _related(self, x: str, y: str) -> bool:
        if x.startswith(y + ".") or y.startswith(x + "."):
            return True
        if self._pack is None:
            return False
        return x in self._pack.ancestors(y) or y in self._pack.ancestors(x)


def contradict(one: Event, other: Event) -> bool:
    """Whether two events of one type cannot be one act, dates and items aside.

    >>> from foreshock.words.clocks import live, now
    >>> said = Event(clocks=live(now()), document="d", local="e1", type="RESTRICT", actors=("CN",))
    >>> denied = msgspec.structs.replace(said, status="denied")
    >>> contradict(said, said), contradict(said, denied)
    (False, True)
    """
    if one.type != other.type or not _shared(one.actors, other.actors):
        return True
    if (one.status == "denied") != (other.status == "denied"):
        return True
    if one.type in BY_MODE and one.mode and other.mode and one.mode != other.mode:
        return True
    if one.type in FIGURES and (one.direction != other.direction or one.mode != other.mode):
        return True
    if one.type == "EASE" and {one.mode, other.mode} in ({"grant", "lift"}, {"grant", "suspend"}):
        return True
    named = [set(event.targets) - {"all"} for event in (one, other)]
    if all(named) and not named[0] & named[1]:
        return True
    controls = one.type in ("RESTRICT", "EASE")
    return controls and not _tools_agree(one.instruments, other.instruments)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not one or not other or bool(set(one) & set(other))


def _tools_agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    a, b = ({SAME.get(tool, tool) for tool in tools} for tools in (one, other))
    if not a or not b or a & b:
        return True
    if not {KINDS.get(tool, "export") for tool in a} & {KINDS.get(tool, "export") for tool in b}:
        return False
    # of two exact tools one is not the other: a ban is no licence
    return bool(VAGUE & (a | b))


def _dates(one: Event, other: Event) -> int | None:
    """1 if they name the same date, 0 if they do not both name one, None if they disagree."""
    same = 0
    for key in ("date", "effective", "until"):
        a, b = getattr(one, key), getattr(other, key)
        if a and b:
            if not (a.startswith(b) or b.startswith(a)):
                return None
            same = 1
    crossed = (one.date, other.effective), (one.effective, other.date)
    return 1 if same or any(a and a == b and len(a) > 4 for a, b in crossed) else 0


def _story(group: list[_Told]) -> Story:
    surest = max(group, key=lambda told: (not told.event.background, told.event.confidence))
    tellings = tuple(_telling(told) for told in group)
    voice = _voices(group)
    own = [told for told in group if not told.copy_of]
    return Story(
        event=_filled(surest.event, [told.event for told in group]),
        tellings=tellings,
        independent=len({voice[told.document.id] for told in group}),
        publishers=tuple(dict.fromkeys(p for told in own if (p := publisher(told.document)))),
        marking=max(told.document.marking for told in group),
    )


def _telling(told: _Told) -> Telling:
    document, event = told.document, told.event
    return Telling(
        document=document.id,
        name=document.name,
        event=event.id,
        local=event.local,
        publisher=publisher(document),
        agency=agency(document.text),
        published=document.clocks.published,
        copy_of=told.copy_of,
        confidence=event.confidence,
        evidence=event.evidence,
    )


def _voices(group: list[_Told]) -> dict[object, object]:
    """Document -> what stands for all that lean on it: copies, its publisher, its agency."""

    def links() -> Iterator[tuple[object, object]]:
        for told in group:
            document = told.document
            yield document.id, document.id
            if told.copy_of:
                yield document.id, told.copy_of
            for kind, name in (
                ("publisher", publisher(document)),
                ("agency", agency(document.text)),
            ):
                if name:
                    yield document.id, (kind, name.lower())

    return joined(links())


def publisher(document: Document) -> str:
    """Who publishes a document: as stated, else the host of its address, "" if neither is known.

    >>> from foreshock.words.clocks import live, now
    >>> publisher(Document(clocks=live(now()), source="d", text="", url="https://www.a.org/x"))
    'a.org'
    """
    if document.publisher.strip():
        return document.publisher.strip()
    try:
        host = urlsplit(document.url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _filled(event: Event, told: list[Event]) -> Event:
    """The event with the longest dates that any telling gives, an exact tool for a vague one."""
    more: dict[str, object] = {}
    for key in ("date", "effective", "until"):
        given = [value for e in told if (value := getattr(e, key))]
        longest = max(given, key=len, default=None)
        if longest is not None and len(longest) > len(getattr(event, key) or ""):
            more[key] = longest
    if not event.instruments or set(event.instruments) <= VAGUE:
        exact = [e.instruments for e in told if set(e.instruments) - VAGUE]
        if exact:
            more["instruments"] = exact[0]
    if not event.magnitudes:
        more["magnitudes"] = next((e.magnitudes for e in told if e.magnitudes), ())
    return msgspec.structs.replace(event, **more).sealed() if more else event
