"""The book of a day: every control, promise and stance known by its end, and what follows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

from msgspec.structs import replace

from foreshock.errors import UnknownWord, WrongUse
from foreshock.ledger import agenda, entries, regimes, scope, telling
from foreshock.ledger.chains import Chain, Sides, chains
from foreshock.ledger.differences import Conflict, Voices, conflicts
from foreshock.ledger.handling import Handling, Heard, handlings
from foreshock.ledger.licences import Asked
from foreshock.ledger.life import Standing, Timeline
from foreshock.ledger.match import Match, kin
from foreshock.ledger.measures import Odd, Shelf, known_measures
from foreshock.ledger.promises import Words, commitments, overdue
from foreshock.ledger.stances import Known, stances
from foreshock.words.clocks import end_of
from foreshock.words.markings import strictest
from foreshock.words.pack import Pack
from foreshock.words.records import (
    Commitment,
    Entry,
    Event,
    Measure,
    Observation,
    Regime,
    Stance,
    Struct,
)

Day = date


class Told(Struct, frozen=True, kw_only=True):
    """What a book is opened from, beside the pack and the events of documents."""

    #: what persons wrote
    entries: tuple[Entry, ...] = ()
    #: figures against which promises are held
    figures: tuple[Observation, ...] = ()
    #: document -> who published it: two texts of one publisher are one voice
    publishers: Mapping[str, str] = {}


class Book(Struct, frozen=True, kw_only=True, dict=True):
    """What the ledger knows at the end of `day`.

    Its questions take any day, also a later one: "what will hold on 1 August, as known today?"
    """

    day: Day
    #: the pack with the rows that persons had written by the day
    pack: Pack
    measures: tuple[Measure, ...]
    commitments: tuple[Commitment, ...]
    stances: tuple[Stance, ...]
    chains: tuple[Chain, ...]
    #: how rules are handled: applied, approved, returned, waiting, held at customs
    handlings: tuple[Handling, ...]
    #: statements that cannot all be true
    conflicts: tuple[Conflict, ...]
    #: which event was found to be about which measure, how surely and why
    matches: tuple[Match, ...]
    #: events that could not be taken in, one sentence each
    odd: tuple[Odd, ...]
    #: what is left out or cannot be told, one sentence each
    caveats: tuple[str, ...]
    #: the events known by the day, in the order of their stories
    events: tuple[Event, ...] = ()
    #: how each measure stands on any day, by name
    lines: Mapping[str, Timeline] = {}
    #: the rows that persons wrote, by id
    written: Mapping[str, Entry] = {}

    # -- measures --------------------------------------------------------------------------------

    @cached_property
    def named(self) -> Mapping[str, Measure]:
        """Measures by name."""
        return {measure.name: measure for measure in self.measures}

    @cached_property
    def _on_item(self) -> Mapping[str, tuple[Measure, ...]]:
        found: dict[str, list[Measure]] = {}
        for measure in self.measures:
            for item in dict.fromkeys(measure.items):
                found.setdefault(item, []).append(measure)
        return {item: tuple(measures) for item, measures in found.items()}

    @cached_property
    def _told(self) -> Mapping[str, Sequence[Event]]:
        by_id = {event.id: event for event in self.events}
        found: dict[str, list[Event]] = {}
        for hit in self.matches:
            found.setdefault(hit.measure, []).append(by_id[hit.event])
        return found

    def measure(self, name: str) -> Measure:
        """The measure with this name; raises `UnknownWord` for one that the book does not have."""
        if name not in self.named:
            raise UnknownWord(
                f"measure {name!r}",
                expected=f"a measure known by {self.day}",
                next_step="`foreshock measures` lists them.",
            )
        return self.named[name]

    def standing(self, measure: Measure, day: Day | None = None) -> Standing:
        """How the measure stands on `day` (None: the day of the book), with the reason."""
        return self.lines[measure.name].on(day or self.day)

    def state(self, measure: Measure, day: Day | None = None) -> str:
        """The state of the measure on `day`: announced, in_force, suspended, ended, ...

        "unknown" once a suspension, or a control made for a time, has run out and nobody told what
        came after; "none" before anybody spoke of it. `standing` gives the reason.
        """
        return self.standing(measure, day).state

    def on(self, item: str) -> tuple[Measure, ...]:
        """The measures on an item, on what it is part of, or on a part of it.

        Raises `UnknownWord` for an item that the pack does not list.
        """
        if item not in self.pack.item:
            raise UnknownWord(
                f"item {item!r}",
                expected="an item of the pack",
                next_step="See items.csv, or add a row to your own pack.",
            )
        wanted = kin(self.pack, [item])
        found = {m.name: m for one in wanted for m in self._on_item.get(one, ())}
        return tuple(found[name] for name in sorted(found))

    def in_force(
        self, item: str | None = None, origin: str | None = None, on: Day | None = None
    ) -> tuple[Measure, ...]:
        """The measures in force `on` a day, of an item (or its kin), issued by `origin`.

        Raises `UnknownWord` for an item that the pack does not list.
        """
        lines, day = self.lines, on or self.day
        return tuple(
            measure
            for measure in (self.measures if item is None else self.on(item))
            if (origin is None or measure.issuer == origin)
            and lines[measure.name].on(day).state == "in_force"
        )

    def scope(self, measure: Measure, day: Day | None = None) -> scope.Scope:
        """What the measure covers, reaches and lets through on `day`, each with its evidence."""
        asked = Asked(
            measure=measure,
            now=self.standing(measure, day),
            day=day or self.day,
            known=self.day,
        )
        return scope.scope(self.pack, asked, self._told.get(measure.name, ()))

    # -- for the network, and for the calendar ---------------------------------------------------

    def regimes(self, day: Day | None = None) -> tuple[Regime, ...]:
        """How flows are held up on `day`, for the network; see `ledger.regimes`."""
        held = ((measure, self.lines[measure.name]) for measure in self.measures)
        found = regimes.regimes(self.pack, held, day or self.day, self.day)
        return tuple(self._as_marked(one) for one in found) if self.written else found

    def _as_marked(self, regime: Regime) -> Regime:
        """The regime, marked as strictly as what persons wrote of its practice or scope."""
        rows = [row.ref for row in self.pack.scopes if row.measure == regime.measure]
        refs = (*regime.evidence, *rows)
        told = [self.written[ref].marking for ref in refs if ref in self.written]
        return replace(regime, marking=strictest([regime.marking, *told]))

    def due(self, day: Day | None = None, within_days: int = 90) -> tuple[agenda.Due, ...]:
        """What runs out, begins, was promised or is to be talked about, within so many days."""
        if within_days < 0:
            raise WrongUse(f"within_days is {within_days}", expected="0 or more days")
        ahead = agenda.Ahead(
            pack=self.pack,
            measures=self.measures,
            promises=self.commitments,
            events=self.events,
        )
        return agenda.due(ahead, day or self.day, within_days)

    def overdue(self, day: Day | None = None) -> tuple[Commitment, ...]:
        """The promises whose day had passed by `day`, of which no outcome is known."""
        return overdue(self.commitments, day or self.day)


def open_book(pack: Pack, events: Sequence[Event], day: Day, told: Told | None = None) -> Book:
    """The book of `day`: from what was known by its end, whatever the order of the events.

    Known are the pack's rows published by then, the events and entries whose `clocks.known_at`
    lies by then, and figures likewise. Events of exercises and tests are left out.

    >>> open_book(Pack(), [], date(2023, 7, 3)).measures
    ()
    """
    told = told or Told()
    over, wrong, written = entries.with_entries(pack, told.entries, day)
    known = _known(events, day)
    usable = telling.in_context(
        [event for event in known if event.nature == "actual" and not telling.trouble(event)]
    )
    measures, caveats = known_measures(over, day)
    shelf = Shelf(over, measures, told.publishers, written)
    for event in usable:
        if telling.tells_of_control(event):
            shelf.take(event)
    for event in usable:
        if telling.denies_a_control(event):
            shelf.deny(event)
    book = _bound(_Page(pack=over, day=day, told=told, written=written), shelf, usable)
    unusable = (Odd(event=e.id, measure="", says=text) for e in known if (text := _trouble(e)))
    return _with_caveats(book, (*unusable, *shelf.odd), (*wrong, *caveats))


class _Page(Struct, frozen=True, kw_only=True):
    pack: Pack
    day: Day
    told: Told
    written: Mapping[str, Entry]


def _bound(page: _Page, shelf: Shelf, events: Sequence[Event]) -> Book:
    """The book, from a shelf that holds all events."""
    sealed = shelf.sealed()
    by_name = {measure.name: measure for measure in sealed}
    lines = {measure.name: Timeline(measure.steps) for measure in sealed}
    of_event: dict[str, list[str]] = {}
    for hit in shelf.matches:
        of_event.setdefault(hit.event, []).append(hit.measure)
    words = Words(
        day=page.day,
        events=events,
        entries=page.written,
        measures=by_name,
        figures=tuple(f for f in page.told.figures if f.clocks.known_at <= end_of(page.day)),
        publishers=page.told.publishers,
    )
    promised = commitments(page.pack, words)
    deals = {deal.name: deal for deal in promised}
    for deal in promised:
        for ref in deal.evidence:
            of_event.setdefault(ref, []).append(deal.name)
    known = Known(
        day=page.day, measures=by_name, deals=deals, of_event=of_event, entries=page.written
    )
    heard = Heard(
        events=events,
        measures=by_name,
        of_event={e: [n for n in names if n in by_name] for e, names in of_event.items()},
        publishers=page.told.publishers,
        entries=page.written,
    )
    voices = Voices(events=shelf.events, denials=shelf.denials, publishers=page.told.publishers)
    sides = Sides(
        pack=page.pack,
        measures=by_name,
        standing=lines,
        deals=deals,
        of_event=of_event,
        sure={(hit.event, hit.measure): hit.confidence for hit in shelf.matches},
        publishers=page.told.publishers,
        day=page.day,
    )
    return Book(
        day=page.day,
        pack=page.pack,
        measures=sealed,
        commitments=promised,
        stances=stances(page.pack, events, known),
        chains=chains(events, sides),
        handlings=handlings(page.pack, heard, page.day),
        conflicts=conflicts(page.pack, sealed, promised, voices),
        matches=tuple(shelf.matches),
        odd=(),
        caveats=(),
        events=tuple(events),
        lines=lines,
        written=page.written,
    )


def _with_caveats(book: Book, odd: tuple[Odd, ...], caveats: tuple[str, ...]) -> Book:
    standings = [(m.name, book.standing(m)) for m in book.measures]
    run_out = [(name, how) for name, how in standings if how.state == "unknown"]
    lately = [f"{name}: {how.says}." for name, how in run_out if _lately(how, book.day)]
    older = len(run_out) - len(lately)
    if older:
        lately.append(
            f"{older} measure(s) ran out more than a year ago, and no later word is known: "
            "`foreshock measures` shows them as unknown."
        )
    far = agenda.far_off(book.measures, book.commitments, book.day)
    more = (*lately, *far, *_no_priors(book))
    return _replaced(book, odd, (*caveats, *more))


def _lately(how: Standing, day: Day) -> bool:
    """Whether it ran out within a year: what came after then may still be felt."""
    return how.until is not None and (day - how.until).days <= 366


def _replaced(book: Book, odd: tuple[Odd, ...], caveats: tuple[str, ...]) -> Book:
    fields = {name: getattr(book, name) for name in book.__struct_fields__}
    return Book(**{**fields, "odd": odd, "caveats": caveats})


def _known(events: Iterable[Event], day: Day) -> list[Event]:
    """The events known by the end of `day` and not corrected since, in the order of their stories.

    The order is total, so that the book does not depend on the order of arrival.
    """
    latest: dict[str, Event] = {}
    end = end_of(day)
    for event in events:
        if event.clocks.known_at > end:
            continue
        named = event if event.id else event.sealed()
        held = latest.get(named.id)
        if held is None or named.clocks.known_at < held.clocks.known_at:
            latest[named.id] = named
    corrected = {event.supersedes for event in latest.values()}
    left = [event for event in latest.values() if event.id not in corrected]
    return sorted(left, key=_story)


def _story(event: Event) -> tuple[Day, Day, str]:
    out = telling.published(event)
    return (out if telling.trouble(event) else telling.happened(event)), out, event.id


def _trouble(event: Event) -> str:
    if event.nature != "actual":
        return f"{event.id}: belongs to a {event.nature}, which never mixes with the live record"
    return telling.trouble(event)


def _no_priors(book: Book) -> list[str]:
    held = ((measure, book.lines[measure.name]) for measure in book.measures)
    lacking = regimes.unknown_delays(book.pack, held, book.day)
    if not lacking:
        return []
    return [
        f"{', '.join(lacking)}: nobody reported how long licences take and the pack has no prior "
        "for it, so the delay is unknown, not zero; add it to priors.toml."
    ]
