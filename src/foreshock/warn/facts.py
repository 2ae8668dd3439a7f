"""Which item x holder pairs the new facts touch, and everything known about one such pair."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import msgspec

from foreshock.network import Cover, Network, Outlook
from foreshock.words.clocks import span
from foreshock.words.pack import Pack
from foreshock.words.records import Dependence, EarlyWarning, Event, Regime, Signal, Struct

#: a signal with a lower score says too little: of a code of which the item is a small part, say
SPEAKS_LEAST = 0.25
#: a fact older than this touches nobody any more unless a newer one renews it
FRESH_DAYS = 180
#: a reported shortage speaks of now for so many days
SHORTAGE_DAYS = 60
#: a regime in force for longer than this is the usual state, already in the usual figures
SETTLED_DAYS = 365
#: days after a cut within which a shortage that had begun would have been reported
UNHEARD_DAYS = 90
#: an end of a suspension this near ahead is news
AHEAD_DAYS = 120
#: below this share of a holder's supply a source is not worth a warning
MATERIAL_SHARE = 0.05
#: when so much of a holder's supply is told, a source that is not among it hardly matters
MOSTLY_TOLD = 0.5
#: a reported shortage raises the highest level by itself, so the reading of it must be good
SURE_OF_SHORTAGE = 0.6
#: holders looked at for each source when none is named
MOST_EXPOSED = 3

#: types of event that touch supply, by who is hit: the place that acts, or the place it befalls
_TOUCHING = ("RESTRICT", "THREATEN", "EASE", "BREACH")
_BEFALLING = ("DISRUPT", "RECOVER")


class Facts(Struct, frozen=True, kw_only=True):
    """Everything known on `day` that speaks for or against a shortage of `item` for `holder`."""

    item: str
    holder: str
    day: date
    #: dependence on the origins from which the facts come, the largest first
    dependences: tuple[Dependence, ...] = ()
    regimes: tuple[Regime, ...] = ()
    #: regimes that are news: announced, young, or whose suspension ends soon
    fresh: tuple[Regime, ...] = ()
    events: tuple[Event, ...] = ()
    signals: tuple[Signal, ...] = ()
    #: fresh regimes under which a shortage should have begun long ago, and nobody reports one
    refuted: tuple[Regime, ...] = ()
    #: what the network's stock clock says of the other fresh regimes; None: nothing
    outlook: Outlook | None = None
    #: stocks as lately reported, else a prior, else unknown; None: not asked
    stock: Cover | None = None
    consequences: tuple[str, ...] = ()
    #: warnings of partners about the pair that stand, with who gave them
    advice: tuple[tuple[str, EarlyWarning], ...] = ()

    @property
    def share(self) -> float:
        """Share of the holder's supply from the origins concerned, direct and indirect, 0..1."""
        return min(1.0, sum(d.direct + d.indirect for d in self.dependences))


class Known(Struct, frozen=True, kw_only=True):
    """What a round knows, as handed to the judge."""

    day: date
    events: tuple[Event, ...] = ()
    regimes: tuple[Regime, ...] = ()
    signals: tuple[Signal, ...] = ()
    #: warnings of partners that stand, with who gave them
    advice: tuple[tuple[str, EarlyWarning], ...] = ()


def grounded(item: str, pack: Pack, with_figures: frozenset[str]) -> str | None:
    """The item, or its nearest parent of which somebody's supply is known; else None."""
    return next((i for i in pack.ancestors(item) if i in with_figures), None)


def items_with_figures(pack: Pack, day: date) -> frozenset[str]:
    """The items of which some holder's imports or some maker's output is known on `day`."""
    imported = {r.item for r in pack.imports if r.known(day)}
    return frozenset(imported | {r.item for r in pack.provisions if r.known(day)})


def pairs(
    known: Known,
    pack: Pack,
    network: Network,
    holders: Sequence[str] = (),
    also: Iterable[tuple[str, str]] = (),
) -> list[Facts]:
    """The facts of every item x holder pair that something known touches, by item, then holder.

    Without `holders`, the few holders that depend most on the source in question. `also` names
    pairs to look at in any case: those with a warning out.
    """
    origins: dict[str, set[str]] = {}
    befallen: list[tuple[str, str]] = []
    with_figures = items_with_figures(pack, known.day)
    for item, origin in _sources(known, pack, with_figures):
        origins.setdefault(item, set()).add(origin)
    for item, place in _befallen(known, pack, with_figures):
        befallen += [(item, place)] if not holders or place in holders else []
    named = _named(known, pack, with_figures)
    for item, origin, _ in named:
        origins.setdefault(item, set()).add(origin)
    advised = [(at, w.holder) for w, at in _advised(known, pack, with_figures)]
    befallen += [(i, h) for i, h in advised if not holders or h in holders]
    kept = {*befallen, *also, *((i, h) for i, _, h in named if not holders or h in holders)}
    wanted = set(kept)
    for item, places in origins.items():
        for origin in places:
            exposed = holders or [
                d.holder for d in network.most_exposed(item, origin, MOST_EXPOSED)
            ]
            wanted |= {(item, holder) for holder in exposed if holder != origin}
    gathered = [
        gather(known, pack, network, (item, holder), origins.get(item, set()) - {holder})
        for item, holder in sorted(wanted)
        if _uses(holder, item, pack)
    ]
    return [f for f in gathered if f.share >= MATERIAL_SHARE or (f.item, f.holder) in kept]


def _uses(holder: str, item: str, pack: Pack) -> bool:
    """Whether the item concerns the holder: a company profile may name the items that it uses."""
    row = pack.holder.get(holder)
    if row is None or not row.items:
        return True
    return any(item in pack.family(used) or used in pack.family(item) for used in row.items)


def gather(
    known: Known, pack: Pack, network: Network, pair: tuple[str, str], origins: set[str]
) -> Facts:
    """The facts of one item x holder pair, as far as they come from these origins."""
    (item, holder), day = pair, known.day
    family = pack.family(item) | set(pack.ancestors(item))
    regimes = tuple(
        r
        for r in known.regimes
        if r.origin in origins and family & set(r.items) and reaches(r.destinations, holder, pack)
    )
    shares = {d.origin: d for d in network.dependence(item, holder)}
    fresh = tuple(r for r in regimes if is_fresh(r, day) and _is_material(r, shares))
    signals = _signals_of(known, (item, holder), origins, pack)
    told = {ref for r in fresh for ref in r.evidence}
    events = tuple(
        e
        for e in known.events
        if family & set(e.items)
        and _is_current(e, told, day)
        and _concerns(e, origins, holder, pack)
    )
    acting = {r.origin for r in fresh} | {s.actor for s in signals}
    acting |= origins & {place for e in events for place in places(e, pack)}
    acting = acting or {r.origin for r in regimes}
    depends = [d for origin, d in shares.items() if origin in acting]
    felt = any(is_felt(e, frozenset(acting), pack) for e in events)
    refuted = () if felt else _refuted(fresh, network, pair)
    clock = if_it_returns((r for r in fresh if r not in refuted), day)
    return Facts(
        item=item,
        holder=holder,
        day=day,
        dependences=tuple(sorted(depends, key=lambda d: -(d.direct + d.indirect))),
        regimes=regimes,
        fresh=fresh,
        events=events,
        signals=signals,
        refuted=refuted,
        outlook=network.outlook(item, holder, clock) if clock else None,
        stock=network.stock(item, holder),
        consequences=network.consequences(item, holder),
        advice=tuple(
            (who, w) for who, w in known.advice if w.holder == holder and w.item in family
        ),
    )


def _is_material(regime: Regime, shares: dict[str, Dependence]) -> bool:
    """Whether the holder gets enough from there for the regime to matter; unknown is not nothing.

    Where most of the holder's sources are told and this is none of them, it is not why supply
    would fail.
    """
    row = shares.get(regime.origin)
    if row is not None:
        return row.direct + row.indirect >= MATERIAL_SHARE
    return sum(d.direct for d in shares.values()) < MOSTLY_TOLD


def _signals_of(
    known: Known, pair: tuple[str, str], origins: set[str], pack: Pack
) -> tuple[Signal, ...]:
    """The young signals in series of the item, from these origins to the holder or to all."""
    item, holder = pair
    family = pack.family(item) | set(pack.ancestors(item))
    return tuple(
        s
        for s in known.signals
        if s.item in family
        and s.score >= SPEAKS_LEAST
        and s.actor in origins
        and reaches((s.partner,), holder, pack)
        and (known.day - s.clocks.known_at.date()).days <= FRESH_DAYS
    )


def _is_current(event: Event, told: set[str], day: date) -> bool:
    """Whether an event is young, or tells of a regime that is still news.

    What is known of a regime, good or bad, does not lapse before the regime does: else a year-old
    licence requirement would look worse on the day its first licences turn half a year old.
    """
    return not event.background and (age_days(event, day) <= FRESH_DAYS or event.id in told)


def _refuted(
    fresh: tuple[Regime, ...], network: Network, pair: tuple[str, str]
) -> tuple[Regime, ...]:
    """The regimes by which, if the stock clock were right, a shortage would long have begun.

    What nobody reports in so many days is better explained by a wrong clock than by silence. They
    are asked about by themselves: a newer control does not make an older clock right.
    """
    old = tuple(
        r
        for r in fresh
        if r.state == "in_force"
        and r.since is not None
        and (network.day - r.since).days > UNHEARD_DAYS
    )
    outlook = network.outlook(*pair, old) if old else None
    median = outlook.shortage.days_q50 if outlook is not None else None
    return old if median is not None and median <= 0 else ()


def is_fresh(regime: Regime, day: date) -> bool:
    """Whether a regime is still news on `day`, rather than the usual state of the trade.

    >>> from datetime import date
    >>> old = Regime(measure="m", origin="CN", items=(), destinations=("all",), mode="licence",
    ...              state="in_force", since=date(2023, 8, 1))
    >>> is_fresh(old, date(2023, 9, 1)), is_fresh(old, date(2026, 9, 1))
    (True, False)
    """
    if regime.state == "announced":
        last = max((d for d in (regime.since, regime.heard) if d is not None), default=day)
        return (day - last).days <= SETTLED_DAYS  # what nobody carried out or spoke of since is off
    if regime.state == "suspended":
        return regime.until is not None and (regime.until - day).days <= AHEAD_DAYS
    return regime.since is not None and (day - regime.since).days <= SETTLED_DAYS


def if_it_returns(regimes: Iterable[Regime], day: date) -> tuple[Regime, ...]:
    """The regimes as the stock clock should see them: a suspended one as coming back at its end.

    How likely that is, the reasons weigh; the clock answers when it would be felt if it did.
    """
    return tuple(
        msgspec.structs.replace(r, state="announced", since=max(r.until, day), until=None)
        if r.state == "suspended" and r.until is not None
        else r
        for r in regimes
    )


def _sources(known: Known, pack: Pack, with_figures: frozenset[str]) -> Iterable[tuple[str, str]]:
    """The (item, origin) pairs that regimes, events and signals speak of, each once."""
    found: dict[tuple[str, str], None] = {}

    def add(items: Iterable[str], origins: Iterable[str]) -> None:
        for item in items:
            at = grounded(item, pack, with_figures)
            if at is not None:
                found.update({(at, origin): None for origin in origins})

    for regime in known.regimes:
        if is_fresh(regime, known.day):
            add(regime.items, [regime.origin])
    for event in known.events:
        young = age_days(event, known.day) <= FRESH_DAYS
        if event.type in (*_TOUCHING, *_BEFALLING) and young and not event.background:
            add(event.items, places(event, pack))
    for signal in known.signals:
        if signal.kind in ("drop", "rush") and signal.score >= SPEAKS_LEAST:
            add([signal.item], [signal.actor])
    return sorted(found)


def _named(known: Known, pack: Pack, with_figures: frozenset[str]) -> list[tuple[str, str, str]]:
    """The (item, origin, holder) of fresh regimes that name the holder, where nobody has figures.

    How much the holder gets from there is unknown, which is not nothing: who is named is told.
    """
    found = {
        (item, regime.origin, holder)
        for regime in known.regimes
        if is_fresh(regime, known.day) and regime.mode in ("ban", "licence", "quota")
        for holder in regime.destinations
        if holder in pack.holder
        for item in regime.items
        if grounded(item, pack, with_figures) is None and not _is_generic(item, pack)
    }
    return sorted(found)


def _is_generic(item: str, pack: Pack) -> bool:
    return item not in pack.item or pack.item[item].kind == "generic"


def _befallen(known: Known, pack: Pack, with_figures: frozenset[str]) -> Iterable[tuple[str, str]]:
    """The (item, holder) pairs of which a shortage has been reported."""
    for event in known.events:
        if is_reported_shortage(event) and age_days(event, known.day) <= SHORTAGE_DAYS:
            for item in event.items:
                at = grounded(item, pack, with_figures)
                for place in sorted(places(event, pack)):
                    if at is not None and place in pack.holder:
                        yield at, place


def _advised(
    known: Known, pack: Pack, with_figures: frozenset[str]
) -> Iterable[tuple[EarlyWarning, str]]:
    """The warnings of partners for known holders, each with the item of which figures are told."""
    for _, warning in known.advice:
        at = grounded(warning.item, pack, with_figures)
        if at is not None and warning.holder in pack.holder:
            yield warning, at


def is_reported_shortage(event: Event) -> bool:
    """Whether the event says, read with enough confidence, that somebody is running short."""
    return (
        (event.type, event.mode, event.status) == ("DISRUPT", "shortage", "in_force")
        and event.modality == "fact"
        and not event.background
        and event.confidence >= SURE_OF_SHORTAGE
    )


def is_felt(event: Event, origins: frozenset[str], pack: Pack) -> bool:
    """Whether an event tells of lack at the user's end: a stop there is no cut of supply."""
    happens = (event.type, event.status) == ("DISRUPT", "in_force")
    return happens and event.modality != "conditional" and not places(event, pack) & origins


def reaches(destinations: Iterable[str], holder: str, pack: Pack) -> bool:
    """Whether everybody ("all", in figures "world"), the holder or its bloc is among them."""
    row = pack.holder.get(holder)
    country = row.country if row is not None and row.country else holder
    blocs = {h.id for h in pack.holders if h.kind == "bloc" and country in h.members}
    return bool({"all", "world", holder, country, *blocs} & set(destinations))


def _concerns(event: Event, origins: set[str], holder: str, pack: Pack) -> bool:
    """Whether an event is about the sources in question, or befalls the holder itself."""
    if event.type in _BEFALLING:
        struck = places(event, pack)
        return bool(struck & origins) or reaches(struck, holder, pack)
    if not places(event, pack) & origins:
        return False
    aimed_at = {t for t in event.targets if not t.startswith("org:")}
    return not aimed_at or reaches(aimed_at, holder, pack)


def places(event: Event, pack: Pack) -> frozenset[str]:
    """Where an event happens: the countries and blocs of who acts, or of what it befalls."""
    actors = event.actors + (event.targets if event.type in _BEFALLING else ())
    return frozenset(place for a in actors if (place := pack.country.get(a, "")) != "all" and place)


def age_days(event: Event, day: date) -> int:
    """Days between an event (or, undated, the day it became known) and `day`."""
    when = event.clocks.known_at.date()
    if event.date is not None:
        when = min(when, span(event.date)[1])
    return max(0, (day - when) // timedelta(days=1))
