"""What a round sees in series and news, and which of it is put before the desk."""

import functools
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import msgspec

from foreshock import ledger, reading, warn, watch
from foreshock.archive import Archive
from foreshock.network import Network
from foreshock.words.pack import Pack
from foreshock.words.records import Document, Observation, Reading, Regime, Signal
from foreshock.words.reference import Series

#: days of news that bursts and novelty are held against: what was told before is forgotten
NEWS_DAYS = 800

#: flows whose series are watched for unusual figures; yearly production is not
WATCHED_FLOWS = ("exports", "imports", "price", "transits")


class Seen(msgspec.Struct, frozen=True):
    """What was seen on a day: every watched series, the news, and what is unusual in them."""

    pack: Pack
    day: date
    watched: tuple[watch.Watched, ...]
    mentions: tuple[watch.Mention, ...]
    signals: tuple[Signal, ...]


def see(
    archive: Archive,
    book: ledger.Book,
    documents: Sequence[Document],
    readings: Sequence[Reading],
) -> Seen:
    """What is unusual on the day of the ledger, by what was known on it."""
    pack, day = book.pack, book.day
    watched = _watched(archive, pack, book, day)
    mentions = tuple(_mentions(pack, documents, readings, day))
    figures = watch.look_at_all(watched, day, _lineage(pack))
    signals = (*figures, *watch.news(mentions, day, pack.name))
    return Seen(pack, day, tuple(watched), mentions, signals)


def _watched(archive: Archive, pack: Pack, book: ledger.Book, day: date) -> list[watch.Watched]:
    """Every watched series with all its releases, and the days on which controls hit it."""
    by_series: dict[str, list[Observation]] = {}
    for row in archive.releases(day):
        if row.flow in WATCHED_FLOWS:
            by_series.setdefault(row.series, []).append(row)
    described = {s.id: s for s in pack.series}
    regimes = [(r, _told(r, book)) for r in book.regimes() if r.since is not None]
    return [
        watch.Watched(
            series=_with_purity(described.get(name) or _described(rows[0]), pack, day),
            releases=tuple(rows),
            deadlines=tuple(
                watch.Deadline(day=regime.since, known=known)
                for regime, known in regimes
                if regime.since is not None and _hits(regime, rows[0], pack)
            ),
        )
        for name, rows in sorted(by_series.items())
    ]


def _told(regime: Regime, book: ledger.Book) -> date:
    """Since when it was known that a measure takes effect on the day of the regime."""
    steps = [s for m in book.measures if m.name == regime.measure for s in m.steps]
    of_day = [s.published for s in steps if s.date == str(regime.since)]
    return min(of_day or [s.published for s in steps], default=book.day)


def _lineage(pack: Pack) -> dict[str, Sequence[str]]:
    return {row.id: pack.ancestors(row.id)[1:] for row in pack.items if row.parent}


def choose(
    seen: Seen, network: Network, holders: Sequence[str], policy: watch.Policy
) -> tuple[watch.Alarm, ...]:
    """The new alarms of the desk, and what waits: chosen day by day from what was known on each."""
    pack, days = seen.pack, (watch.first_day(seen.day), seen.day)
    history = watch.History(seen.watched, seen.day, _lineage(pack))
    stood = list(watch.year_of_signals(history, seen.mentions, pack.name, seen.signals, days))
    desk = watch.Desk(
        policy=policy,
        weigh=functools.cache(functools.partial(_weight, network, holders)),
        concerns=lambda partner: (
            not holders or any(warn.reaches((partner,), holder, pack) for holder in holders)
        ),
        lines=history.lines(),
    )
    return watch.sit(stood, desk)


def _weight(network: Network, holders: Sequence[str], item: str, actor: str) -> watch.Weight:
    """What hangs on an item from a supplier, for the holders named or whoever depends most."""
    rows = (
        [row for holder in holders for row in network.dependence(item, holder)]
        if holders
        else network.most_exposed(item, actor, 1)
    )
    shares = [row.direct + row.indirect for row in rows if row.origin == actor]
    uses = {after for holder in holders or ("",) for after in network.consequences(item, holder)}
    return watch.Weight(share=min(1.0, max(shares)) if shares else None, uses=len(uses))


def _hits(regime: Regime, row: Observation, pack: Pack) -> bool:
    """Whether a measure is about the flow of a row: its goods, who sends them and who gets them."""
    sender, receiver = row.reporter, row.partner
    if row.flow == "imports":
        sender, receiver = receiver, sender
    goods = {row.item, *pack.ancestors(row.item)}
    to = {"all", receiver}.intersection(regime.destinations) or receiver in ("", "all", "world")
    return regime.origin == sender and bool(to) and not goods.isdisjoint(regime.items)


def _mentions(
    pack: Pack, documents: Sequence[Document], readings: Sequence[Reading], day: date
) -> Iterator[watch.Mention]:
    """What publishers told in words of their own in the last years: reprints are left out."""
    first = day - timedelta(days=NEWS_DAYS)
    of = {one.document: one.events for one in readings}
    lately = [
        (d, [e for e in of.get(d.id, ()) if not e.background])
        for d in documents
        if d.clocks.published is not None and first <= d.clocks.published <= day
    ]
    by_id = {d.id: d for d, _ in lately}
    for story in reading.stories(lately, pack):
        told: set[str] = set()
        for telling in story.tellings:
            who = telling.agency or telling.publisher
            document = by_id[telling.document]
            if telling.copy_of or not who or who in told or telling.published is None:
                continue
            told.add(who)
            for item in story.event.items:
                for actor in story.event.actors or ("",):
                    yield watch.Mention(
                        day=telling.published,
                        clocks=document.clocks,
                        publisher=who,
                        item=item,
                        actor=actor,
                        what=story.event.type,
                        evidence=(telling.event, telling.document),
                        marking=document.marking,
                    )


#: code system of a series -> the systems of the pack whose codes are written alike
SYSTEMS = {"HS": ("HS",), "CN HS": ("CNHS", "HS"), "HSK": ("HSK10", "HS"), "HTS": ("HTS10", "HS")}


def _with_purity(series: Series, pack: Pack, day: date) -> Series:
    """The series with what the pack knows of its code, where the series does not say it itself."""
    if not series.code or series.purity == "pure" or series.share_of_code is not None:
        return series
    systems = SYSTEMS.get(series.code_system, (series.code_system,))
    rows = [
        row
        for row in pack.codes
        if (row.item, row.code) == (series.item, series.code)
        and row.system in systems
        and row.known(day)
    ]
    if not rows:
        return series
    shares = [row.share_of_code for row in rows if row.share_of_code is not None]
    return msgspec.structs.replace(
        series,
        purity=series.purity or rows[0].purity,
        share_of_code=shares[0] if shares else None,
    )


def _described(row: Observation) -> Series:
    """A user's own series, of which the pack knows nothing: as its figures describe it."""
    return Series(
        id=row.series,
        item=row.item,
        title=row.series,
        flow=row.flow,
        reporter=row.reporter,
        partner=row.partner,
        unit=row.unit,
        code_system=row.code_system,
        code=row.code,
        purity="mixed" if row.purity == "mixed" else "pure" if row.purity == "pure" else "",
    )
