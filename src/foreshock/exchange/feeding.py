"""What reports of missions and partners tell a round: stocks, disruptions, warnings of others.

A report counts from the moment it came, until it is corrected or its author takes it back. It is
used as it is: a figure of stocks becomes a reported stock of the host country, a disruption an
event there. Nothing is made of what a report does not say, and whatever rests on a report is marked
at least as strictly. What a partner said counts as the partner's, once, and not at all where it
rests on what this house said itself.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec.structs import replace

from foreshock.exchange.arrivals import OURS_ALONE, Others
from foreshock.words.markings import Marking, strictest
from foreshock.words.pack import Pack
from foreshock.words.records import EarlyWarning, Event, Report, Said, Struct
from foreshock.words.reference import Stock

#: the information grade of a report -> the probability that what it says is so; ungraded: 3, and
#: 6 (cannot be judged) where it is a partner's
BELIEVED = {"1": 0.95, "2": 0.85, "3": 0.7, "4": 0.45, "5": 0.2, "6": 0.5}


class Advice(Struct, frozen=True, kw_only=True):
    """A warning of a partner that stands."""

    partner: str
    warning: EarlyWarning


class Heard(Struct, frozen=True, kw_only=True):
    """What reports add to what is known on a day."""

    pack: Pack
    events: tuple[Event, ...] = ()
    #: the reports in use
    reports: tuple[Report, ...] = ()
    #: warnings of partners that stand
    advice: tuple[Advice, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all reports and warnings in use."""
        return frozenset((*(r.id for r in self.reports), *(a.warning.id for a in self.advice)))

    @property
    def markings(self) -> dict[str, Marking]:
        """The marking of each report in use, by its id."""
        return {r.id: r.marking for r in self.reports}


def heard(
    reports: Iterable[Report],
    pack: Pack,
    others: Others = OURS_ALONE,
    warnings: Iterable[EarlyWarning] = (),
    day: date | None = None,
) -> Heard:
    """The pack with the stocks that reports tell, and the disruptions as events.

    `reports` and `warnings` are the newest versions known on the day, `others` tells which came
    from partners. Those of exercises, those for named persons (TLP:RED), and what a partner took
    back or only repeated are left out.

    >>> heard([], Pack()).events
    ()
    """
    used = [
        r
        for r in reports
        if r.nature == "actual" and r.marking < Marking.RED and others.counts(r.id)
    ]
    stocks = [
        _stock(r, others.of.get(r.id, ""))
        for r in used
        if r.stock_days is not None and len(r.items) == 1
    ]
    advice = [
        Advice(partner=others.of[w.id], warning=w)
        for w in warnings
        if w.id in others.of and w.nature == "actual" and w.marking < Marking.RED
        and w.state in ("issued", "updated") and w.level > 0
        and (day is None or w.expires >= day)
    ]  # fmt: skip
    return Heard(
        pack=replace(pack, stocks=(*pack.stocks, *stocks)) if stocks else pack,
        events=tuple(event_of(r, others.of.get(r.id, "")) for r in used if r.form == "disruption"),
        reports=tuple(used),
        advice=tuple(advice),
    )


def _stock(report: Report, partner: str) -> Stock:
    days = float(report.stock_days or 0)
    return Stock(
        item=report.items[0],
        holder=report.host,
        days_low=days,
        days_likely=days,
        days_high=days,
        publisher=f"{report.mission} ({partner})" if partner else report.mission,
        source_date=report.clocks.known_at.date(),
        checked="official",
        ref=report.id,
    )


def event_of(report: Report, partner: str = "") -> Event:
    """The event that a report of a disruption tells; `partner` is who sent it, empty for us."""
    ungraded = "6" if partner else "3"
    return Event(
        clocks=report.clocks,
        marking=report.marking,
        document=report.id,
        local="e1",
        type="DISRUPT",
        mode=report.mode or "other",
        actors=(report.host,),
        items=report.items,
        date=report.clocks.happened,
        source=Said(kind="gov", who=(report.mission, partner) if partner else (report.mission,)),
        confidence=BELIEVED.get(report.grade[1:], BELIEVED[ungraded]),
    ).sealed()


def as_strict(
    warning: EarlyWarning, evidence: Iterable[str], markings: Mapping[str, Marking]
) -> EarlyWarning:
    """The warning, marked at least as strictly as the reports among its evidence."""
    told = [markings[key] for key in evidence if key in markings]
    strict = strictest([warning.marking, *told])
    if strict == warning.marking:
        return warning
    return replace(warning, marking=strict, id="").sealed()
