"""What reports of missions tell a round: stocks as somebody reported them, and disruptions.

A report counts from the moment it came, until it is corrected. It is used as it is: a figure of
stocks becomes a reported stock of the host country, a disruption an event there. Nothing is made of
what a report does not say, and whatever rests on a report is marked at least as strictly.
"""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from foreshock.words.markings import Marking, strictest
from foreshock.words.pack import Pack
from foreshock.words.records import EarlyWarning, Event, Report, Said, Struct
from foreshock.words.reference import Stock

#: the information grade of a report -> the probability that what it says is so; ungraded: 3
BELIEVED = {"1": 0.95, "2": 0.85, "3": 0.7, "4": 0.45, "5": 0.2, "6": 0.5}


class Heard(Struct, frozen=True, kw_only=True):
    """What reports add to what is known on a day."""

    pack: Pack
    events: tuple[Event, ...] = ()
    #: the reports in use
    reports: tuple[Report, ...] = ()

    @property
    def markings(self) -> dict[str, Marking]:
        """The marking of each report in use, by its id."""
        return {r.id: r.marking for r in self.reports}


def heard(reports: Iterable[Report], pack: Pack) -> Heard:
    """The pack with the stocks that reports tell, and the disruptions as events.

    `reports` are the newest versions known on the day. Those of exercises and those for named
    persons (TLP:RED) are left out.

    >>> heard([], Pack()).events
    ()
    """
    used = [r for r in reports if r.nature == "actual" and r.marking < Marking.RED]
    stocks = [_stock(r) for r in used if r.stock_days is not None and len(r.items) == 1]
    return Heard(
        pack=replace(pack, stocks=(*pack.stocks, *stocks)) if stocks else pack,
        events=tuple(_event(r) for r in used if r.form == "disruption"),
        reports=tuple(used),
    )


def _stock(report: Report) -> Stock:
    days = float(report.stock_days or 0)
    return Stock(
        item=report.items[0],
        holder=report.host,
        days_low=days,
        days_likely=days,
        days_high=days,
        publisher=report.mission,
        source_date=report.clocks.known_at.date(),
        checked="official",
        ref=report.id,
    )


def _event(report: Report) -> Event:
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
        source=Said(kind="gov", who=(report.mission,)),
        confidence=BELIEVED.get(report.grade[1:], BELIEVED["3"]),
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
