"""One watch round, live or as of a past day: from what is known to what to warn of.

A replay is the live round with an earlier day, never a second pipeline: both see what was known by
the end of the day and nothing else. Only a live round issues: it keeps its warnings, and updates or
cancels earlier ones.
"""

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import msgspec

from foreshock import ledger, reading, sources, warn, watch
from foreshock.archive import Archive
from foreshock.exchange import arrivals, feeding
from foreshock.network import Network
from foreshock.reading.version import version as version_of_reader
from foreshock.rounds import watching
from foreshock.words import clocks as clock
from foreshock.words.clocks import Clocks
from foreshock.words.missions import Arrival
from foreshock.words.pack import Pack
from foreshock.words.records import (
    Commitment,
    Document,
    EarlyWarning,
    Entry,
    Event,
    Health,
    Measure,
    Observation,
    Reading,
    Record,
    Regime,
    Report,
    Round,
    Signal,
    Stance,
)

#: told what is being done, how much of it is done, and how much there is
Progress = Callable[[str, int, int], None]


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What a round found: everything in it was known by the end of `as_of`."""

    as_of: date
    #: False: a past day was asked for, or only a look was taken; nothing was issued
    live: bool
    documents: tuple[Document, ...] = ()
    events: tuple[Event, ...] = ()
    measures: tuple[Measure, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    stances: tuple[Stance, ...] = ()
    chains: tuple[ledger.Chain, ...] = ()
    #: how rules are handled: applied, approved, returned, waiting, held at customs
    handlings: tuple[ledger.Handling, ...] = ()
    #: statements that cannot all be true
    conflicts: tuple[ledger.Conflict, ...] = ()
    #: what each measure covers, reaches and lets through on the day
    scopes: tuple[ledger.Scope, ...] = ()
    #: what persons wrote into the ledger, corrected or not
    entries: tuple[Entry, ...] = ()
    #: what missions and partners reported, as far as the round used it
    reports: tuple[Report, ...] = ()
    #: warnings of partners that were heard
    advice: tuple[EarlyWarning, ...] = ()
    #: id of a report or warning that a partner sent -> the partner
    partners: dict[str, str] = {}
    #: the calendar of the next 90 days
    due: tuple[ledger.Due, ...] = ()
    regimes: tuple[Regime, ...] = ()
    observations: tuple[Observation, ...] = ()
    signals: tuple[Signal, ...] = ()
    #: which signals are put before the desk as new alarms, and which wait
    alarms: tuple[watch.Alarm, ...] = ()
    #: how many new alarms a month, or at which rate of false ones
    alarm_policy: watch.Policy = watch.Policy()
    warnings: tuple[EarlyWarning, ...] = ()
    health: tuple[Health, ...] = ()
    #: what is thin, missing or could not be read: one sentence each
    caveats: tuple[str, ...] = ()


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What a round is asked to do."""

    #: None: now, live
    as_of: date | None = None
    #: for whom; empty: those most exposed
    holders: tuple[str, ...] = ()
    #: folders of documents and tables to take in first
    folders: tuple[Path, ...] = ()
    #: the date of documents that carry none
    undated: date | None = None
    #: how many new alarms a month, or at which rate of false ones
    alarms: watch.Policy = watch.Policy()


def _quiet(what: str, done: int, total: int) -> None:
    """No progress is shown."""


class _Stopwatch:
    """Seconds by step of a round."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def over(self, step: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[step] = round(time.perf_counter() - started, 4)


def run(archive: Archive, pack: Pack, ask: Ask, progress: Progress = _quiet) -> Findings:
    """Take in what is new, look at all that is known, and, if live, issue warnings.

    Raises `ArchiveBusy` when another round holds the archive. What was taken in is kept even when
    a later step fails; a warning is kept together with everything it rests on, or not at all.
    """
    watchclock = _Stopwatch()
    with archive.hold("a round"):
        moment = clock.now()
        with watchclock.over("take in"):
            health = take_in(archive, pack, ask, moment, progress)
        findings = _look(archive, pack, ask, progress, watchclock)
        findings = msgspec.structs.replace(
            findings,
            live=ask.as_of is None,
            health=tuple(health),
            caveats=(*_trouble(health), *findings.caveats),
        )
        if ask.as_of is None:
            archive.add(_to_keep(findings, clock.live(moment), watchclock.seconds))
    return findings


def prepare(archive: Archive, pack: Pack, progress: Progress = _quiet) -> None:
    """Take in the pack if this archive has never held a text: a first look then sees something."""
    if not archive.info().records.get("document", 0):
        with archive.hold("taking in the pack"):
            take_in(archive, pack, Ask(), clock.now(), progress)


def look(archive: Archive, pack: Pack, ask: Ask, progress: Progress = _quiet) -> Findings:
    """The same answer as `run` without taking anything in and without issuing anything."""
    return _look(archive, pack, ask, progress, _Stopwatch())


def take_in(
    archive: Archive, pack: Pack, ask: Ask, moment: datetime, progress: Progress = _quiet
) -> list[Health]:
    """Keep the pack's texts and figures, and those of the folders named; the health of each."""
    progress("taking in the pack", 0, 1)
    described = {series.id: series for series in pack.series}
    harvests = [sources.from_pack(pack, moment)]
    for folder in ask.folders:
        told = functools.partial(progress, f"taking in {folder.name}")
        harvests.append(
            sources.read_folder(folder, moment, day=ask.undated, series=described, progress=told)
        )
    health = []
    for harvest in harvests:
        # figures first: `prepare` takes documents that are there for a pack that is there whole
        new = archive.add_observations(harvest.observations)
        new += archive.add(harvest.documents)
        health.append(_quiet_if_nothing_new(_with_strange_items(harvest, pack), new))
    return health


def _with_strange_items(harvest: sources.Harvest, pack: Pack) -> Health:
    """The health of a harvest, with a sentence on figures of items that nobody watches."""
    strange = {row.item: row.series for row in harvest.observations if row.item not in pack.item}
    if not strange:
        return harvest.health
    named = ", ".join(
        f"{item[:40]!r} ({series[:40]})" for item, series in sorted(strange.items())[:5]
    )
    says = (
        f"{harvest.health.source}: figures of {len(strange)} item(s) that the pack does not list "
        f"were kept but warn of nothing: {named}. Correct the item, or add it to items.csv."
    )
    return msgspec.structs.replace(harvest.health, trouble=(*harvest.health.trouble, says))


def _quiet_if_nothing_new(health: Health, new: int) -> Health:
    if health.state == "fine" and new == 0:
        return msgspec.structs.replace(health, state="quiet")
    return health


# -- looking -------------------------------------------------------------------------------------


def _look(
    archive: Archive, pack: Pack, ask: Ask, progress: Progress, watchclock: _Stopwatch
) -> Findings:
    day = ask.as_of or clock.now().date()
    with watchclock.over("recall"):
        # an exercise never mixes with the live record
        others = arrivals.others(archive.history(Arrival, day))
        documents = [
            d for d in archive.known(Document, day) if d.nature == "actual" and others.counts(d.id)
        ]
    with watchclock.over("read"):
        readings = read_all(archive, pack, documents, day, progress)
        events = tuple(event for one in readings for event in one.events)
    with watchclock.over("ledger"):
        book = open_ledger(archive, pack, documents, events, day)
        regimes = book.regimes(day)
    with watchclock.over("watch"):
        observations = tuple(archive.observations(day))
        seen = watching.see(archive, book, documents, readings)
    with watchclock.over("warn"):
        # what missions report counts as events and stocks do; of companies nothing is used
        every = archive.known(EarlyWarning, day) if others.of else ()
        told = feeding.heard(archive.known(Report, day), pack, others, every, day)
        network = Network(told.pack, day)
        alarms = watching.choose(seen, network, ask.holders, ask.alarms)
        known = warn.Known(
            day=day,
            events=(*events, *told.events),
            regimes=regimes,
            signals=seen.signals,
            advice=tuple((one.partner, one.warning) for one in told.advice),
        )
        before = _before(archive, day, ask, others)
        moment = _judged_at(day, ask)
        judged = []
        out = [(w.item, w.holder) for w in before if w.state != "cancelled"]
        facts = warn.pairs(known, pack, network, ask.holders, out)
        for number, one in enumerate(facts):
            progress("judging", number, len(facts))
            rests_on = _stocks_behind(one)
            judged.append(feeding.as_strict(warn.judge(one, pack, moment), rests_on, told.markings))
        warnings = warn.settle(judged, before, moment, others.gone)
    return msgspec.structs.replace(
        _of_book(book, archive, documents, known.events),
        reports=told.reports,
        advice=tuple(one.warning for one in told.advice),
        partners={key: who for key, who in others.of.items() if key in told.ids},
        regimes=regimes,
        observations=observations,
        signals=seen.signals,
        alarms=alarms,
        alarm_policy=ask.alarms,
        warnings=warnings,
        health=_health_as_known(documents, observations),
        caveats=tuple(_caveats(documents, readings, book, day)),
    )


def _stocks_behind(facts: warn.Facts) -> tuple[str, ...]:
    """The ids of what a pair's cover rests on."""
    stock = facts.stock.evidence if facts.stock is not None else ()
    return (*stock, *(facts.outlook.shortage.evidence if facts.outlook is not None else ()))


def open_ledger(
    archive: Archive,
    pack: Pack,
    documents: Sequence[Document],
    events: Sequence[Event],
    day: date,
) -> ledger.Book:
    """The ledger of the day: from the pack, the events, the figures, and what persons wrote."""
    told = ledger.Told(
        entries=tuple(archive.known(Entry, day)),
        figures=tuple(archive.observations(day)) if pack.checks else (),
        publishers={d.id: d.publisher or d.source for d in documents},
    )
    return ledger.open_book(pack, events, day, told)


def look_into_ledger(
    archive: Archive, pack: Pack, day: date | None = None, progress: Progress = _quiet
) -> tuple[ledger.Book, Findings]:
    """The ledger alone, as known on a day (None: now): nothing is judged and nothing issued.

    The book, for its questions, and what is in it as findings, for the gate.
    """
    day = day or clock.now().date()
    documents = [d for d in archive.known(Document, day) if d.nature == "actual"]
    readings = read_all(archive, pack, documents, day, progress)
    events = [event for one in readings for event in one.events]
    book = open_ledger(archive, pack, documents, events, day)
    caveats = tuple(_caveats(documents, readings, book, day))
    findings = _of_book(book, archive, documents, events)
    return book, msgspec.structs.replace(findings, caveats=caveats)


def _of_book(
    book: ledger.Book, archive: Archive, documents: Sequence[Document], events: Sequence[Event]
) -> Findings:
    return Findings(
        as_of=book.day,
        live=False,
        documents=tuple(documents),
        events=tuple(events),
        measures=book.measures,
        commitments=book.commitments,
        stances=book.stances,
        chains=book.chains,
        handlings=book.handlings,
        conflicts=book.conflicts,
        scopes=tuple(book.scope(measure) for measure in book.measures),
        entries=tuple(e for e in archive.known(Entry, book.day) if e.nature == "actual"),
        due=book.due(),
        regimes=book.regimes(),
    )


def read_all(
    archive: Archive,
    pack: Pack,
    documents: Sequence[Document],
    day: date,
    progress: Progress = _quiet,
) -> list[Reading]:
    """The readings of these documents by today's reader, each read once and then kept."""
    version = version_of_reader(pack)
    kept = {r.document: r for r in archive.known(Reading, day) if r.reader == version}
    waiting = [d for d in documents if d.id not in kept]
    if waiting:
        reader = reading.Reader(pack)
        fresh = []
        for number, document in enumerate(waiting):
            progress("reading", number, len(waiting))
            fresh.append(_read(reader, document, version))
        archive.add(r for r in fresh if r.reader)  # a text that was not read is tried again
        kept.update({r.document: r for r in fresh})
    return [kept[d.id] for d in documents]


def _read(reader: reading.Reader, document: Document, version: str) -> Reading:
    try:
        found = reader.read(document)
    except Exception as error:  # the text is kept: one that trips the reader would end every round
        return _unread(document, type(error).__name__)  # no more: it could quote the text
    return Reading(
        clocks=document.clocks,
        marking=document.marking,
        nature=document.nature,
        document=document.id,
        reader=version,
        language=found.language,
        events=found.events,
        notes=found.notes,
    ).sealed()


def _unread(document: Document, fault: str) -> Reading:
    """What stands for a text on which the reader failed: no reader, no events, the reason."""
    says = (
        f"{document.id}: the reader failed on this text ({fault}); what it tells is unknown here, "
        "not quiet. Report it."
    )
    return Reading(
        clocks=document.clocks,
        marking=document.marking,
        nature=document.nature,
        document=document.id,
        reader="",
        notes=(says,),
    ).sealed()


def _before(archive: Archive, day: date, ask: Ask, others: arrivals.Others) -> list[EarlyWarning]:
    """Our own earlier warnings; a replay knows none, it shows what it would have said."""
    if ask.as_of is not None:
        return []
    out = [
        w
        for w in archive.known(EarlyWarning, day)
        if w.state in ("issued", "updated", "cancelled")
        and w.nature == "actual"
        and w.id not in others.every
    ]
    return [w for w in out if not ask.holders or w.holder in ask.holders]


def _judged_at(day: date, ask: Ask) -> Clocks:
    """The clocks of what is judged: now if live; in a replay the end of the day asked for."""
    if ask.as_of is None:
        return clock.live(clock.now())
    return Clocks(known_at=clock.end_of(day), received=clock.end_of(day), backfilled=True)


def _to_keep(findings: Findings, moment: Clocks, seconds: dict[str, float]) -> list[Record]:
    """What a live round leaves in the journal, all of it in one transaction."""
    done = Round(
        clocks=moment,
        as_of=findings.as_of,
        live=True,
        documents=len(findings.documents),
        events=len(findings.events),
        signals=len(findings.signals),
        warnings=len(findings.warnings),
        health=findings.health,
        seconds=seconds,
    )
    return [*findings.measures, *findings.signals, *findings.warnings, done.sealed()]


# -- what could not be seen ----------------------------------------------------------------------


def _trouble(health: Sequence[Health]) -> list[str]:
    return [sentence for one in health for sentence in one.trouble]


def _health_as_known(
    documents: Sequence[Document], observations: Sequence[Observation]
) -> tuple[Health, ...]:
    """How far the content of each source reaches, from what is kept; whether it could be read
    today only a round can tell."""
    newest: dict[str, date] = {}
    count: dict[str, int] = {}
    for document in documents:
        count[document.source] = count.get(document.source, 0) + 1
        if document.clocks.published is not None:
            known = newest.get(document.source, date.min)
            newest[document.source] = max(known, document.clocks.published)
    if observations:
        count["figures"] = len(observations)
        newest["figures"] = max(row.clocks.known_at.date() for row in observations)
    return tuple(
        Health(source=name, state="unknown", newest=newest.get(name), read=read)
        for name, read in sorted(count.items())
    )


#: days without a newer text after which a round says so
SILENT_AFTER_DAYS = 14


def _caveats(
    documents: Sequence[Document], readings: Sequence[Reading], book: ledger.Book, day: date
) -> Iterator[str]:
    newest = max((d.clocks.published for d in documents if d.clocks.published), default=None)
    if newest is None:
        yield "no dated text is known by this day: nothing can be said about measures or events"
    elif (day - newest).days > SILENT_AFTER_DAYS:
        yield (
            f"the newest text known is of {newest}, {(day - newest).days} days before: what "
            "happened since is unknown here, not quiet"
        )
    for one in readings:
        yield from one.notes if not one.reader else ()
    yield from book.caveats
