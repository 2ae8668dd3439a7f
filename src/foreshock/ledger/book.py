"""The book of a day: every control, promise and stance known by its end, and what follows."""

from collections.abc import Iterable, Sequence
from datetime import date

from foreshock.errors import UnknownWord, WrongUse
from foreshock.ledger import agenda, promises, regimes, telling
from foreshock.ledger.chains import Chain, chains
from foreshock.ledger.life import Standing, standing
from foreshock.ledger.match import Match, kin
from foreshock.ledger.measures import Odd, Shelf, known_measures
from foreshock.ledger.stances import stances
from foreshock.words.clocks import end_of
from foreshock.words.pack import Pack
from foreshock.words.records import Commitment, Event, Measure, Regime, Stance, Struct

Day = date


class Book(Struct, frozen=True, kw_only=True):
    """What the ledger knows at the end of `day`.

    Its questions take any day, also a later one: "what will hold on 1 August, as known today?"
    """

    day: Day
    pack: Pack
    measures: tuple[Measure, ...]
    commitments: tuple[Commitment, ...]
    stances: tuple[Stance, ...]
    chains: tuple[Chain, ...]
    #: which event was found to be about which measure, how surely and why
    matches: tuple[Match, ...]
    #: events that could not be taken in, one sentence each
    odd: tuple[Odd, ...]
    #: what is left out or cannot be told, one sentence each
    caveats: tuple[str, ...]

    def standing(self, measure: Measure, day: Day | None = None) -> Standing:
        """How the measure stands on `day` (None: the day of the book), with the reason."""
        return standing(measure.steps, day or self.day)

    def state(self, measure: Measure, day: Day | None = None) -> str:
        """The state of the measure on `day`: announced, in_force, suspended, ended, ...

        "unknown" once a suspension, or a control made for a time, has run out and nobody told what
        came after; "none" before anybody spoke of it. `standing` gives the reason.
        """
        return self.standing(measure, day).state

    def in_force(
        self, item: str | None = None, origin: str | None = None, on: Day | None = None
    ) -> tuple[Measure, ...]:
        """The measures in force `on` a day, of an item (or its kin), issued by `origin`.

        Raises `UnknownWord` for an item that the pack does not list.
        """
        if item is not None and item not in self.pack.item:
            raise UnknownWord(
                f"item {item!r}",
                expected="an item of the pack",
                next_step="See items.csv, or add a row to your own pack.",
            )
        wanted = kin(self.pack, [item]) if item else None
        return tuple(
            measure
            for measure in self.measures
            if self.state(measure, on) == "in_force"
            and (origin is None or measure.issuer == origin)
            and (wanted is None or wanted & set(measure.items))
        )

    def regimes(self, day: Day | None = None) -> tuple[Regime, ...]:
        """How flows are held up on `day`, for the network; see `ledger.regimes`."""
        return regimes.regimes(self.pack, self.measures, day or self.day, self.day)

    def due(self, day: Day | None = None, within_days: int = 90) -> tuple[agenda.Due, ...]:
        """What runs out, begins or was promised from `day` to `within_days` (0 or more) later."""
        if within_days < 0:
            raise WrongUse(f"within_days is {within_days}", expected="0 or more days")
        return agenda.due(self.measures, self.commitments, day or self.day, within_days)

    def overdue(self, day: Day | None = None) -> tuple[Commitment, ...]:
        """The promises whose day had passed by `day`, of which no outcome is known."""
        return promises.overdue(self.commitments, day or self.day)


def open_book(pack: Pack, events: Sequence[Event], day: Day) -> Book:
    """The book of `day`: from what was known by its end, whatever the order of the events.

    Known are the pack's steps, promises and licence outcomes published by then, and the events
    whose `clocks.known_at` lies by then. Events of exercises and tests are left out.

    >>> open_book(Pack(), [], date(2023, 7, 3)).measures
    ()
    """
    known = _known(events, day)
    usable = telling.in_context(
        [event for event in known if event.nature == "actual" and not telling.trouble(event)]
    )
    measures, caveats = known_measures(pack, day)
    shelf = Shelf(pack, measures)
    for event in usable:
        if telling.tells_of_control(event):
            shelf.take(event)
    sealed = shelf.sealed()
    unusable = (Odd(event=e.id, measure="", says=told) for e in known if (told := _trouble(e)))
    return Book(
        day=day,
        pack=pack,
        measures=sealed,
        commitments=promises.commitments(pack, usable, day),
        stances=stances(usable),
        chains=chains(usable, shelf.matches, sealed),
        matches=tuple(shelf.matches),
        odd=(*unusable, *shelf.odd),
        caveats=(*caveats, *_run_out(sealed, day), *_no_priors(pack, sealed, day)),
    )


def _known(events: Iterable[Event], day: Day) -> list[Event]:
    """The events known by the end of `day` and not corrected since, in the order of their stories.

    The order is total, so that the book does not depend on the order of arrival.
    """
    latest: dict[str, Event] = {}
    for event in events:
        if event.clocks.known_at > end_of(day):
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


def _run_out(measures: Iterable[Measure], day: Day) -> list[str]:
    now = [(measure.name, standing(measure.steps, day)) for measure in measures]
    return [f"{name}: {how.says}." for name, how in now if how.state == "unknown"]


def _no_priors(pack: Pack, measures: Sequence[Measure], day: Day) -> list[str]:
    lacking = regimes.unknown_delays(pack, measures, day)
    if not lacking:
        return []
    return [
        f"{', '.join(lacking)}: nobody reported how long licences take and the pack has no prior "
        "for it, so the delay is unknown, not zero; add it to priors.toml."
    ]
