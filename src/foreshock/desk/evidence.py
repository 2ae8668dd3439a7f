"""What a receiver may be shown of a round, and what stands behind each statement in it.

`fit` passes the findings through the gate; everything the desk shows comes from what it returns.
`Sources` turns the ids that records name as evidence into something a person can open: a document,
an event in it, a signal, a measure, or a sourced row of the pack.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from foreshock import gate
from foreshock.desk.phrases import name, names, number, percent
from foreshock.ledger import Scope
from foreshock.rounds import Findings
from foreshock.watch import seen_by
from foreshock.words import reference as ref
from foreshock.words.pack import TABLES, Pack
from foreshock.words.records import (
    Commitment,
    Document,
    EarlyWarning,
    Entry,
    Event,
    Measure,
    Observation,
    Origin,
    Receiver,
    Record,
    Report,
    Signal,
)

#: the parts of the findings that are records, each with its own marking
RECORDS = (
    *("documents", "events", "measures", "commitments", "stances", "entries", "signals"),
    "reports",
    "advice",
    "warnings",
)


#: type of the event standard -> the noun for it, and how the items are joined to it
NOUNS = {
    "RESTRICT": ("restriction", "on"),
    "EASE": ("easing", "on"),
    "THREATEN": ("threat", "about"),
    "PROBE": ("probe", "into"),
    "PRESSURE": ("pressure", "about"),
    "NEGOTIATE": ("talks", "on"),
    "AGREE": ("agreement", "on"),
    "COMMIT": ("promise", "on"),
    "BREACH": ("breach", "about"),
    "COOPERATE": ("cooperation", "on"),
    "DISRUPT": ("disruption", "of"),
    "RECOVER": ("recovery", "of"),
    "FLOW": ("flow", "of"),
    "PRICE": ("price", "of"),
    "INVEST": ("investment", "in"),
    "POSITION": ("statement", "on"),
}


#: how a figure of the method, which is no fact, is named as evidence
_PRIOR = "pack:priors.toml:"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The findings as one receiver may see them."""

    findings: Findings
    #: ids of the records held back, and the names of measures among them
    held: frozenset[str] = frozenset()
    #: how many records, figures and caveats about them the receiver does not see
    held_back: int = 0


def fit(findings: Findings, receiver: Receiver, drafts: Collection[str] = frozenset()) -> Shown:
    """The part of the findings that the receiver may see; what is held back is counted.

    What was read out of a document is held back with the document. `drafts` are ids of records
    that nobody released to the receiver: they are held back as well.

    >>> from datetime import date
    >>> fit(Findings(as_of=date(2023, 7, 10), live=False), gate.PUBLIC).held_back
    0
    """
    passed: dict[str, tuple[Any, ...]] = {}
    held: list[Record] = []
    for part in RECORDS:
        records: tuple[Record, ...] = getattr(findings, part)
        fits, _ = gate.fit_for(records, receiver)
        passed[part] = tuple(r for r in fits if r.id not in drafts)
        held += [r for r in records if not gate.allows(r, receiver) or r.id in drafts]
    hidden = {r.id for r in held}
    held += [e for e in passed["events"] if e.document in hidden]
    passed["events"] = tuple(e for e in passed["events"] if e.document not in hidden)
    most = gate.MAY_SEE[receiver.circle]
    alarms = (seen_by(alarm, most) for alarm in findings.alarms)
    passed["alarms"] = tuple(alarm for alarm in alarms if alarm is not None)
    passed["observations"] = figures_fit(findings.observations, receiver)
    open_measures = {m.name for m in passed["measures"]}
    passed["regimes"] = tuple(r for r in findings.regimes if r.measure in open_measures)
    named = {m.name for m in (*passed["measures"], *passed["commitments"])}
    closed = {m.name for m in held if isinstance(m, Measure | Commitment)} - named
    ids = frozenset({r.id for r in held} | closed)
    passed |= _ledger_fit(findings, receiver, ids)
    passed["caveats"] = tuple(c for c in findings.caveats if not _names(c, ids))
    figures = len(findings.observations) - len(passed["observations"])
    return Shown(
        findings=msgspec.structs.replace(findings, **passed),
        held=ids,
        held_back=len(held) + figures + len(findings.caveats) - len(passed["caveats"]),
    )


def _ledger_fit(
    findings: Findings, receiver: Receiver, held: frozenset[str]
) -> dict[str, tuple[Any, ...]]:
    """What the ledger tells beside its records, without what names or rests on a record held."""
    most = gate.MAY_SEE[receiver.circle]
    return {
        "handlings": tuple(
            h
            for h in findings.handlings
            if h.marking <= most and held.isdisjoint((h.measure, *h.evidence))
        ),
        "chains": tuple(
            c
            for c in findings.chains
            if held.isdisjoint((*c.names, *(ref for a in c.answers for ref in a.evidence)))
            and held.isdisjoint(n for a in c.answers for h in a.held for n in h.measures)
        ),
        "conflicts": tuple(
            c
            for c in findings.conflicts
            if held.isdisjoint((c.about, *(ref for side in c.sides for ref in side.evidence)))
        ),
        "scopes": tuple(scope_fit(s, held) for s in findings.scopes if s.measure not in held),
        "due": tuple(d for d in findings.due if held.isdisjoint((d.name, *d.evidence))),
    }


def scope_fit(scope: Scope, held: frozenset[str]) -> Scope:
    """The scope without the facts that rest on a record held back."""
    facts = tuple(fact for fact in scope.facts if held.isdisjoint(fact.evidence))
    return msgspec.structs.replace(scope, facts=facts)


def _names(caveat: str, held: frozenset[str]) -> bool:
    """Whether the sentence names a record that is held back: it tells what the record says."""
    return not held.isdisjoint(word.strip(",:;.") for word in caveat.split())


def figures_fit(figures: Iterable[Observation], receiver: Receiver) -> tuple[Observation, ...]:
    """The figures that the receiver may see: they are rows, not records, but marked all the same.

    >>> figures_fit((), gate.PUBLIC)
    ()
    """
    return tuple(f for f in figures if f.marking <= gate.MAY_SEE[receiver.circle])


class Cited(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence as it is shown."""

    #: shown; held: its marking forbids it; unknown: the id leads nowhere
    state: str
    label: str
    #: document, event, signal, figure, measure, pack row
    kind: str = ""
    #: where the desk shows more; empty where it has no page for it
    path: str = ""
    publisher: str = ""
    url: str = ""
    #: the day on which the source made it public
    day: str = ""
    quote: str = ""


class Sources:
    """Finds what an id of evidence stands for."""

    def __init__(self, shown: Shown, pack: Pack) -> None:
        self.pack = pack
        self.held = shown.held
        findings = shown.findings
        self.documents = {d.id: d for d in findings.documents}
        self.events = {e.id: e for e in findings.events}
        self.signals = {s.id: s for s in findings.signals}
        self.measures = {key: m for m in findings.measures for key in (m.id, m.name)}
        self.rows: dict[str, ref.Sourced] = {row.id: row for row in pack.measures}
        self.rows |= rows_by_ref(pack)
        self.entries = {e.id: e for e in findings.entries}
        self.reports = {r.id: r for r in findings.reports}
        self.advice = {w.id: w for w in findings.advice}
        self.partners = findings.partners
        self.figures = figures_by_key(findings, pack)

    def cite(self, key: str) -> Cited:
        """The evidence with this id; never raises, an id that leads nowhere says so."""
        if key in self.held:
            return Cited(state="held", label="held back by its marking")
        if key in self.documents:
            return of_document(self.documents[key])
        if key in self.events:
            return self._of_event(self.events[key])
        if key in self.signals:
            return self.of_signal(self.signals[key])
        if key in self.measures:
            return _of_measure(self.measures[key])
        if key in self.entries:
            return of_entry(self.entries[key])
        if key in self.reports:
            return of_report(self.reports[key], self.partners)
        if key in self.advice:
            return of_advice(self.advice[key], self.partners)
        if key in self.rows:
            return self._of_row(self.rows[key])
        if key in self.figures:
            return self.figures[key]
        if key.startswith(_PRIOR):
            says = "a prior of the method: " + key.removeprefix(_PRIOR).replace(":", " ")
            return Cited(state="shown", kind="prior", label=says)
        return Cited(state="unknown", label=key)

    def cite_all(self, keys: Iterable[str]) -> list[Cited]:
        """The evidence with these ids, in their order."""
        return [self.cite(key) for key in keys]

    def _of_event(self, event: Event) -> Cited:
        document = self.documents.get(event.document)
        about = describe(event, self.pack)
        if event.document in self.reports:
            told = of_report(self.reports[event.document], self.partners)
            return msgspec.structs.replace(told, kind="event", label=f"{about}, by {told.label}")
        if document is None:
            return Cited(state="shown", kind="event", label=about, path=_item_path(event))
        base = of_document(document)
        quote = event.evidence[0] if event.evidence else None
        return msgspec.structs.replace(
            base,
            kind="event",
            label=about,
            path=f"{base.path}#{event.local}",
            quote=quote.text or document.text[quote.start : quote.end] if quote else "",
        )

    def of_signal(self, signal: Signal) -> Cited:
        """A signal, with the newest text or figure that it rests on as its source."""
        texts = [self.documents[key] for key in signal.evidence if key in self.documents]
        if texts:
            newest_text = max(texts, key=lambda text: text.clocks.known_at)
            cited = of_document(newest_text)
            return msgspec.structs.replace(cited, kind="signal", label=signal.says)
        known = [self.figures[key] for key in signal.evidence if key in self.figures]
        newest = known[-1] if known else None
        return Cited(
            state="shown",
            kind="signal",
            label=signal.says,
            path=f"/items/{signal.item}" if signal.item else "",
            publisher=newest.publisher if newest else "",
            url=newest.url if newest else "",
            day=newest.day if newest else signal.clocks.known_at.date().isoformat(),
        )

    def _of_row(self, row: ref.Sourced) -> Cited:
        return Cited(
            state="shown",
            kind="pack row",
            label=row_says(row, self.pack),
            path=_row_path(row),
            publisher=row.publisher,
            url=row.source_url,
            day=row.source_date.isoformat() if row.source_date else "",
        )


def of_document(document: Document) -> Cited:
    """A document as evidence: title, publisher, address, day of publication."""
    published = document.clocks.published
    return Cited(
        state="shown",
        kind="document",
        label=document.title or document.name or document.id,
        path=f"/documents/{document.id}",
        publisher=document.publisher or document.source,
        url=document.url,
        day=published.isoformat() if published else "",
    )


def of_entry(entry: Entry) -> Cited:
    """What a person wrote as evidence: by whom, on what source, when it was written."""
    row = entry.row
    said = row.get("what") or row.get("title") or ", ".join(filter(None, row.values()))
    return Cited(
        state="shown",
        kind="entry",
        label=f"written by {entry.by}: {said}",
        publisher=row.get("publisher", "") or entry.by,
        url=row.get("source_url", ""),
        day=entry.clocks.known_at.date().isoformat(),
    )


def of_report(report: Report, partners: Mapping[str, str] = {}) -> Cited:
    """A report of a mission as evidence: whose, and when it came; `partners` tells who sent it."""
    partner = partners.get(report.id, "")
    grade = f", graded {report.grade}" if report.grade and partner else ""
    return Cited(
        state="shown",
        kind="report",
        label=f"report of {report.mission}" + (f", sent by {partner}{grade}" if partner else ""),
        publisher=partner or report.mission,
        day=report.clocks.known_at.date().isoformat(),
    )


def of_advice(warning: EarlyWarning, partners: Mapping[str, str]) -> Cited:
    """A partner's warning as evidence."""
    partner = partners.get(warning.id, "a partner")
    return Cited(
        state="shown",
        kind="warning",
        label=f"warning of {partner}, level {warning.level}, as of {warning.as_of}",
        publisher=partner,
        day=warning.clocks.known_at.date().isoformat(),
    )


def _of_measure(measure: Measure) -> Cited:
    told = next((step for step in measure.steps if step.origin), None)
    origin = told.origin if told else None
    return Cited(
        state="shown",
        kind="measure",
        label=measure.title,
        path=f"/measures/{measure.name}",
        publisher=origin.publisher if origin else "",
        url=origin.url if origin else "",
        day=told.published.isoformat() if told else "",
    )


def _item_path(event: Event) -> str:
    return f"/items/{event.items[0]}" if event.items else ""


def describe(event: Event, pack: Pack) -> str:
    """An event in a few words: who does what about which items to whom.

    >>> from foreshock.words.clocks import live, now
    >>> describe(Event(clocks=live(now()), document="d", local="e1", type="RESTRICT",
    ...                items=("min.ga",), actors=("CN",)), Pack())
    'restriction on min.ga by CN'
    """
    noun, joint = NOUNS.get(event.type, (event.type.lower(), "on"))
    parts = [noun + (f" ({event.mode})" if event.mode else "")]
    parts += [f"{joint} {names(event.items, pack)}"] if event.items else []
    parts += [f"by {names(event.actors, pack)}"] if event.actors else []
    parts += [f"towards {names(event.targets, pack)}"] if event.targets else []
    return " ".join(parts)


def rows_by_ref(pack: Pack) -> dict[str, ref.Sourced]:
    """Every sourced row of the pack by its "pack:file:line".

    >>> rows_by_ref(Pack())
    {}
    """
    return {
        row.ref: row
        for attribute in TABLES
        for row in getattr(pack, attribute)
        if isinstance(row, ref.Sourced) and row.ref
    }


def figures_by_key(findings: Findings, pack: Pack) -> dict[str, Cited]:
    """Figures by "series:period:publisher", as signals name them: those of the round, and those
    of the pack that were published by its day.

    >>> from datetime import date
    >>> figures_by_key(Findings(as_of=date(2023, 7, 10), live=False), Pack())
    {}
    """
    cited = {}
    described = {row.id: row for row in pack.series}
    for figure in pack.figures:
        row = described.get(figure.series)
        if row is not None and figure.published <= findings.as_of:
            origin = Origin(publisher=figure.publisher, url=figure.source_url)
            says = _figure_says(row.title, figure.period, figure.value, row.unit)
            key = f"{figure.series}:{figure.period}:{figure.publisher}"
            cited[key] = _of_figure(says, row.item, origin, figure.published.isoformat())
    for seen in findings.observations:
        row = described.get(seen.series)
        published = seen.clocks.published
        says = _figure_says(row.title if row else seen.series, seen.period, seen.value, seen.unit)
        key = f"{seen.series}:{seen.period}:{seen.origin.publisher}"
        day = published.isoformat() if published else ""
        cited[key] = _of_figure(says, seen.item, seen.origin, day)
    return cited


def _figure_says(title: str, period: str, value: float | None, unit: str) -> str:
    return f"{title}, {period}: {'none' if value is None else f'{number(value)} {unit}'}"


def _of_figure(says: str, item: str, origin: Origin, day: str) -> Cited:
    return Cited(
        state="shown",
        kind="figure",
        label=says,
        path=f"/items/{item}" if item else "",
        publisher=origin.publisher,
        url=origin.url,
        day=day,
    )


def row_says(row: ref.Sourced, pack: Pack) -> str:
    """A sourced row of the pack in a few words."""
    match row:
        case ref.Provision():
            share = "a share not told" if row.share is None else percent(row.share)
            what = f"{share} of the world's {name(row.item, pack)} ({row.stage})"
            return f"{row.company or name(row.country, pack)} makes {what}, {row.year}"
        case ref.Import():
            source = f"{name(row.item, pack)} from {name(row.origin, pack)}"
            share = f"{percent(row.share)} of its {row.basis}, {row.year}"
            return f"{name(row.holder, pack)} gets {source}: {share}"
        case ref.Stock():
            days = f"{row.days_likely:.0f} days"
            return f"{name(row.holder, pack)} has {days} of {name(row.item, pack)} in store"
        case ref.StepRow():
            step = row.step.replace("_", " ")
            return f"{row.measure}: {step} {row.date}" + (f", {row.what}" if row.what else "")
        case ref.MeasureRow():
            return row.title
        case ref.CommitmentRow():
            return "the promise as reported"
        case ref.LicenceOutcome() | ref.ScopeRow() | ref.AnswerRow() | ref.CheckRow():
            return row.what
        case ref.CommitmentStepRow() | ref.StanceRow():
            return row.what
        case ref.Item():
            return f"{row.name}, as the pack describes it"
        case ref.Need():
            return f"{name(row.input, pack)} goes into {name(row.output, pack)}"
        case _:
            return row.note or row.ref


def _row_path(row: ref.Sourced) -> str:
    match row:
        case ref.StepRow():
            return f"/measures/{row.measure}"
        case ref.MeasureRow():
            return f"/measures/{row.id}"
        case ref.CommitmentRow():
            return "/commitments"
        case ref.Provision() | ref.Import() | ref.Stock():
            return f"/items/{row.item}"
        case _:
            return ""
