"""From the pack's known controls and the events of many documents to measures with a life."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from foreshock.ledger import telling
from foreshock.ledger.grading import grade
from foreshock.ledger.life import place, when
from foreshock.ledger.match import Aim, Match, aim, match
from foreshock.ledger.tables import (
    CONTROLLED,
    DATED,
    DENIED,
    HEARD_OF,
    INSTEAD,
    OPENING,
    SURE_OF_EASING,
)
from foreshock.words.clocks import Clocks, end_of
from foreshock.words.markings import strictest
from foreshock.words.pack import Pack
from foreshock.words.records import Entry, Event, Measure, Origin, Step, Struct
from foreshock.words.reference import MeasureRow, StepRow

#: why an event opens no measure, by whether its type could
_CANNOT_OPEN = {
    True: "it tells no step with which a measure can begin",
    False: "it changes a control that the book does not know",
}


class Odd(Struct, frozen=True, kw_only=True):
    """An event that the book could not take in, kept aside with the reason in one sentence."""

    event: str
    #: name of the measure it came nearest to; empty: none is known
    measure: str
    says: str


class Shelf:
    """The measures known so far, while events are added to them one by one."""

    def __init__(
        self,
        pack: Pack,
        measures: Iterable[Measure],
        publishers: Mapping[str, str] | None = None,
        entries: Mapping[str, Entry] | None = None,
    ) -> None:
        self.pack = pack
        self.publishers = publishers or {}
        self.entries = entries or {}
        #: denials, and the measure that each is about; empty: none of the shelf
        self.denials: list[tuple[Event, str]] = []
        self.matches: list[Match] = []
        self.odd: list[Odd] = []
        self.events: dict[str, Event] = {}
        self._measures: dict[str, Measure] = {}
        #: the same, without the issuer's own companies among the targets: what is matched against
        self._aimed: dict[str, Aim] = {}
        #: (issuer, item) -> names of the measures on the item or its kin
        self._of: dict[tuple[str, str], list[str]] = {}
        for measure in measures:
            self._put(measure)

    def take(self, event: Event) -> None:
        """Take in an event of a control, for each country or bloc that issues it."""
        self.events[event.id] = event
        if not telling.items(event):
            self._aside(event, "", "it names no item, so which control it means cannot be told")
            return
        if not telling.issuers(event):
            self._aside(event, "", "no country or bloc acts, and a company issues no control")
        for issuer in telling.issuers(event):
            best = self._best(event, issuer)
            if not best:
                self._open(event, issuer)
            elif event.type == "EASE" and (doubt := _doubtful(best)):
                self._aside(event, best[0].measure if len(best) == 1 else "", doubt)
            else:
                self._add(event, best[0])

    def deny(self, event: Event) -> None:
        """Note that somebody denies a control: it is kept beside what others say of it."""
        for issuer in telling.issuers(event) or ("",):
            best = self._best(event, issuer)
            self.denials.append((event, best[0].measure if best else ""))

    def sealed(self) -> tuple[Measure, ...]:
        """The measures as records, by name."""
        return tuple(self._seal(self._measures[name]) for name in sorted(self._measures))

    def _best(self, event: Event, issuer: str) -> list[Match]:
        """The measures that fit best, all equally well; the youngest, which people mean, first."""
        told = telling.steps(event, opening=False)
        heard = replace(event, targets=self._foreign(event.targets, issuer))
        near = dict.fromkeys(n for item in event.items for n in self._of.get((issuer, item), ()))
        found = [hit for name in near if (hit := match(heard, self._aimed[name], told)) is not None]
        top = max((hit.confidence for hit in found), default=0)
        best = [hit for hit in found if hit.confidence == top]
        young = {hit.measure: _begun(self._measures[hit.measure]) for hit in best}
        return sorted(best, key=lambda hit: (young[hit.measure], hit.measure), reverse=True)

    def _foreign(self, targets: tuple[str, ...], issuer: str) -> tuple[str, ...]:
        """The targets without the issuer's own companies.

        They are named as those who may not export, which tells no measure from another.
        """
        country = self.pack.country
        return tuple(t for t in targets if ":" not in t or country.get(t) != issuer)

    def _add(self, event: Event, found: Match) -> None:
        measure = self._measures[found.measure]
        told = () if telling.undated(event) else telling.steps(event, opening=False)
        latest = max(when(step) for step in measure.steps)
        life, reasons = measure.steps, list[str]()
        for step in told:
            may_add = not event.background or when(step) <= latest
            placed = place(life, step, may_add)
            if placed.odd and step.step in INSTEAD:
                placed = place(life, replace(step, step=INSTEAD[step.step]), may_add)
            life = placed.steps
            reasons.extend([placed.odd] if placed.odd else [])
        if not told:
            life = _noted(life, event)
        for odd in reasons:
            self._aside(event, measure.name, f"{measure.name}: {odd}")
        if len(reasons) < max(len(told), 1):
            self.matches.append(found)
            self._put(_believed(replace(measure, steps=life), event))

    def _open(self, event: Event, issuer: str) -> None:
        life: tuple[Step, ...] = ()
        reasons = [_CANNOT_OPEN[event.type in OPENING]]
        for step in telling.steps(event, opening=True) if event.type in OPENING else ():
            placed = place(life, step)
            life = placed.steps
            reasons.extend([placed.odd] if placed.odd else [])
        for odd in reasons[1:] or ([] if life else reasons):
            self._aside(event, "", f"{issuer} {event.type}: {odd}")
        if not life:
            return
        measure = Measure(
            clocks=event.clocks,
            name=self._free(_name(issuer, event, life)),
            issuer=issuer,
            title=_title(self.pack, issuer, event),
            instruments=event.instruments,
            items=event.items,
            targets=event.targets,
            steps=life,
            confidence=telling.confidence(event),
        )
        why = ("no known measure fits: opened by this event",)
        self.matches.append(Match(event=event.id, measure=measure.name, confidence=1.0, why=why))
        self._put(measure)

    def _put(self, measure: Measure) -> None:
        new = measure.name not in self._measures
        self._measures[measure.name] = measure
        foreign = replace(measure, targets=self._foreign(measure.targets, measure.issuer))
        # a measure keeps its items: the words for them are looked up once
        known = aim(self.pack, foreign) if new else self._aimed[measure.name]
        self._aimed[measure.name] = replace(known, measure=foreign)
        if new:
            for item in {*known.kindred, *CONTROLLED}:
                self._of.setdefault((measure.issuer, item), []).append(measure.name)

    def _free(self, name: str) -> str:
        wanted, number = name, 1
        while wanted in self._measures:
            number += 1
            wanted = f"{name}-{number}"
        return wanted

    def _aside(self, event: Event, measure: str, says: str) -> None:
        self.odd.append(Odd(event=event.id, measure=measure, says=says))

    def _seal(self, measure: Measure) -> Measure:
        ids = [ref for step in measure.steps for ref in step.evidence]
        events = [self.events[ref] for ref in ids if ref in self.events]
        entries = [self.entries[ref] for ref in ids if ref in self.entries]
        out = [step.published for step in measure.steps]
        shaping = [*self._shaping(measure), *entries]
        return replace(
            measure,
            clocks=_clocks(measure, [*events, *entries], max(out)),
            marking=strictest([record.marking for record in shaping]),
            steps=tuple(self._graded(measure, step) for step in measure.steps),
            confidence=self._doubted(measure),
        ).sealed()

    def _graded(self, measure: Measure, step: Step) -> Step:
        """The step with its Admiralty grade, from all who tell of it."""
        told: list[Event | Origin | Entry] = [
            self.events.get(ref) or self.entries[ref]
            for ref in step.evidence
            if ref in self.events or ref in self.entries
        ]
        if step.origin is not None:
            told.append(step.origin)
        denied = measure.name in self._denied and step.step in HEARD_OF
        return replace(step, grade=grade(told, measure.issuer, self.publishers, denied))

    @property
    def _denied(self) -> frozenset[str]:
        return frozenset(name for _, name in self.denials)

    def _doubted(self, measure: Measure) -> float:
        """How far the measure is believed: hearsay that a named voice denies, very little."""
        hearsay = {step.step for step in measure.steps} <= HEARD_OF
        if hearsay and measure.name in self._denied:
            return min(measure.confidence, DENIED)
        return measure.confidence

    def _shaping(self, measure: Measure) -> list[Event]:
        """The events without which the measure would say something else.

        What the pack tells of a step is public and stays so when somebody also tells it in
        confidence.
        """
        told = [step for step in measure.steps if step.origin is None]
        return [self.events[ref] for step in told for ref in step.evidence if ref in self.events]


def _doubtful(best: Sequence[Match]) -> str:
    """Why it cannot be told which control an easing eases; empty if it can.

    A wrong easing would call off a warning, so it has to be surer than a piece of evidence.
    """
    if best[0].confidence < SURE_OF_EASING and "the same targets" not in best[0].why:
        return f"it eases some control, perhaps {best[0].measure}, but too little speaks for it"
    if len(best) == 1 or DATED & set(best[0].why):
        return ""
    names = ", ".join(hit.measure for hit in best[:3]) + (" ..." if len(best) > 3 else "")
    return f"it eases one of {len(best)} controls that it fits equally well ({names})"


def known_measures(pack: Pack, day: date) -> tuple[tuple[Measure, ...], tuple[str, ...]]:
    """The pack's measures of which at least one step was public by the end of `day`.

    Also a sentence for each measure of which steps were left out, because nobody has opened their
    source. The records are not sealed yet.
    """
    by_measure: dict[str, list[StepRow]] = {}
    for row in pack.steps:
        if row.published <= day:
            by_measure.setdefault(row.measure, []).append(row)
    measures: list[Measure] = []
    caveats: list[str] = []
    for card in pack.measures:
        rows = by_measure.get(card.id, [])
        opened = [row for row in rows if row.checked in ("official", "secondary")]
        if len(opened) < len(rows):
            left = len(rows) - len(opened)
            caveats.append(f"{card.id}: {left} step(s) left out, their source was never opened.")
        if opened:
            measures.append(_known(card, opened))
    return tuple(measures), tuple(caveats)


def _known(card: MeasureRow, rows: Sequence[StepRow]) -> Measure:
    steps = tuple(
        Step(
            step=row.step,
            date=row.date,
            published=row.published,
            until=row.until or None,
            what=row.what,
            evidence=(row.ref,) if row.ref else (),
            origin=_origin(row),
        )
        for row in rows
    )
    known = end_of(max(step.published for step in steps))
    return Measure(
        clocks=Clocks(known_at=known, received=known, backfilled=True),
        name=card.id,
        issuer=card.issuer,
        title=card.title,
        official_number=card.official_number,
        instruments=card.instrument,
        items=card.items,
        codes=card.codes,
        targets=card.targets,
        steps=tuple(sorted(steps, key=lambda s: (when(s), s.published, s.step))),
    )


def _origin(row: StepRow) -> Origin:
    return Origin(publisher=row.publisher, url=row.source_url, checked=row.checked or "unopened")


def _noted(steps: tuple[Step, ...], event: Event) -> tuple[Step, ...]:
    """The event as evidence for the last step that had begun when it happened."""
    day = telling.happened(event)
    begun = [i for i, step in enumerate(steps) if when(step) <= day]
    at = begun[-1] if begun else 0
    step = steps[at]
    if event.id in step.evidence:
        return steps
    noted = replace(step, evidence=(*step.evidence, event.id))
    return (*steps[:at], noted, *steps[at + 1 :])


def _believed(measure: Measure, event: Event) -> Measure:
    best = max(measure.confidence, telling.confidence(event))
    return replace(measure, confidence=best)


def _begun(measure: Measure) -> date:
    return min(when(step) for step in measure.steps)


def _name(issuer: str, event: Event, life: Sequence[Step]) -> str:
    first = min(life, key=when)
    # no closer than it was told: "2025" stays "2025"
    month = (first.date or first.published.isoformat())[: len("2025-01")]
    tool = sorted(event.instruments)[0] if event.instruments else event.type.lower()
    return f"{issuer}-{month}-{sorted(telling.items(event))[0]}-{tool}"


def _title(pack: Pack, issuer: str, event: Event) -> str:
    tools = ", ".join(word.replace("_", " ") for word in event.instruments) or "restriction"
    items = ", ".join(pack.name.get(item, item) for item in event.items)
    return f"{pack.name.get(issuer, issuer)}: {tools} on {items}"


def _clocks(measure: Measure, told: Sequence[Event | Entry], published: date) -> Clocks:
    """Known since the last piece of evidence was; happened when its first step did."""
    rows = [end_of(step.published) for step in measure.steps if step.origin is not None]
    known = max([*rows, *(record.clocks.known_at for record in told)])
    live = any(e.clocks.known_at == known and not e.clocks.backfilled for e in told)
    out = max([published, *(telling.published(e) for e in told if isinstance(e, Event))])
    return Clocks(
        known_at=known,
        received=known,
        published=out,
        happened=_begun(measure).isoformat(),
        backfilled=not live,
    )
