"""Series held against each other before they are judged: quantity and value, both ends of a flow.

`mended` takes what is known of every series and gives it back with slips left out, with the other
side's figures where one side has stopped, and with what disagrees.
"""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from foreshock.watch import mirror, paired
from foreshock.watch.hygiene import Conflict
from foreshock.watch.signals import Known, conflict_of, judged_as
from foreshock.watch.telling import everybody
from foreshock.words.records import Signal
from foreshock.words.reference import Series
from foreshock.words.units import UNITS

Day = date


def mended(known: Sequence[Known], day: Day) -> tuple[list[Known], list[Signal]]:
    """The series as they are judged, in their order, and what is told of two sides that part."""
    found = {one.line.series.id: one for one in known}
    for quantity, value in quantities_with_value([one.line.series for one in known]):
        for one, other in ((quantity, value), (value, quantity)):
            here, there = found[one.id], found[other.id]
            kept, said = paired.slips(here.single, there.single, (one.unit, other.unit))
            if said:
                found[one.id] = judged_as(one, kept, (*here.conflicts, *said))
    told: list[Signal] = []
    for one, other in mirror.pairs([k.line.series for k in known]):
        here, there = found[one.id], found[other.id]
        told += [*_held_together(found, here, there, day)]
    return [found[one.line.series.id] for one in known], told


def _held_together(found: dict[str, Known], one: Known, other: Known, day: Day) -> list[Signal]:
    """Both sides of a flow: what parts, and each standing in for the other where that stopped."""
    sides = [(k.line.series, k.own or k.single) for k in (one, other)]
    out = mirror.pair(sides[0], sides[1])
    back = mirror.pair(sides[1], sides[0])
    if out is None or back is None:
        return []
    for way, (series, months), (_, others) in (
        (out, sides[0], sides[1]),
        (back, sides[1], sides[0]),
    ):
        more = mirror.stands_in(way, months, others, day)
        if more and not found[series.id].own:
            again = judged_as(series, (*months, *more), found[series.id].conflicts)
            found[series.id] = replace(again, own=tuple(months))
    said: list[Conflict] = mirror.parted(out, sides[0][1], sides[1][1])
    return [conflict_of(out.one, conflict, "mirror_gap") for conflict in said]


def quantities_with_value(series: Sequence[Series]) -> list[tuple[Series, Series]]:
    """The quantity of a line and its value, where both are known."""
    values = {_line(one): one for one in series if _dimension(one) == "money"}
    return [
        (one, values[_line(one)])
        for one in series
        if _dimension(one) in ("mass", "count") and _line(one) in values
    ]


def _line(series: Series) -> tuple[str, ...]:
    return (series.flow, series.reporter, everybody(series.partner), series.item, series.code)


def _dimension(series: Series) -> str:
    return UNITS.get(series.unit, ("", 1.0))[0]
