"""Less is delivered and more is paid: the price of a unit tells what a lumpy quantity cannot.

Quantity and value of a line vary together with its shipments; their ratio does not. It is held
against its own past, and counts where the quantity fell and the value rose over the same months.
"""

from collections.abc import Iterator, Sequence
from math import exp, log
from statistics import median

from foreshock.watch.hygiene import amount
from foreshock.watch.telling import Judged, Line, Told, everybody, month_number, signal_of
from foreshock.words.records import Signal
from foreshock.words.units import UNITS

#: the unit value is at this multiple of the usual or more, and beyond so many usual departures
RISEN, BEYOND = 1.4, 3.0
#: departures below this log ratio are taken for this
FLOOR = 0.05
#: the quantity is at this share of the usual or less, the value at that one or more
LEFT_MOST, PAID_LEAST = 0.8, 1.1
#: newest months that are added up, at most; months before them that tell the usual, most and least
MONTHS, MEMORY, LEAST = 3, 24, 8

Both = tuple[Judged, Judged]
Dear = tuple[Sequence[Both], float, float, float]


def dearer(lines: Sequence[Line]) -> Iterator[Signal]:
    """A signal for each line of which the newest months known are fewer and dearer than usual."""
    values = {_line(line): line for line in lines if _dimension(line) == "money"}
    for quantity in lines:
        value = values.get(_line(quantity))
        if value is None or _dimension(quantity) not in ("mass", "count"):
            continue
        signal = _signal(quantity, value)
        if signal is not None:
            yield signal


def _signal(quantity: Line, value: Line) -> Signal | None:
    paid = {row.month.period: row for row in value.judged}
    both = [
        (row, beside)
        for row in quantity.judged
        if (beside := paid.get(row.month.period)) and row.month.value > 0 and beside.month.value > 0
    ]
    newest = max(quantity.newest, value.newest)
    if not both or month_number(newest) - month_number(both[-1][0].month.period) > 1:
        return None
    found = next((dear for n in range(MONTHS, 0, -1) if (dear := _told(both, n))), None)
    if found is None:
        return None
    run, left, reached, price = found
    first, last = run[0][0].month.period, run[-1][0].month.period
    when = first if first == last else f"{first} to {last}"
    unit, money = quantity.series.unit, value.series.unit
    fewer = amount(sum(q.month.value for q, _ in run), unit)
    more = amount(sum(v.month.value for _, v in run), money)
    says = (
        f"{quantity.series.title}: {fewer} in {when}, {100 * left:.0f} % of the usual, for {more}, "
        f"{100 * reached:.0f} % of the usual: less is delivered and more is paid for it, "
        f"{price:.1f} times the usual price of a unit: scarce, not unwanted"
    )
    told = Told(
        kind="dearer",
        since=first,
        score=min(0.95, (1 - left) * (1 - exp(-3 * (price - 1)))),
        direction="down",
        says=says,
        left=left,
    )
    return signal_of(quantity.series, told, [row.month.source for pair in run for row in pair])


def _told(both: Sequence[Both], months: int) -> Dear | None:
    """The newest months if each is dear and all are few; what is left, what is paid, the price."""
    run, before = both[-months:], both[:-months][-MEMORY:]
    if len(before) < LEAST:
        return None
    usual = median(_price(pair) for pair in before)
    off = 1.4826 * median(abs(log(_price(pair) / usual)) for pair in before)
    least = max(log(RISEN), BEYOND * max(FLOOR, off))
    if any(log(_price(pair) / usual) < least for pair in run):
        return None
    left, reached = (
        sum(pair[side].month.value for pair in run)
        / (months * median(pair[side].month.value for pair in before))
        for side in (0, 1)
    )
    if left > LEFT_MOST or reached < PAID_LEAST:
        return None
    return run, left, reached, median(_price(pair) for pair in run) / usual


def _price(pair: Both) -> float:
    return pair[1].month.value / pair[0].month.value


def _line(line: Line) -> tuple[str, ...]:
    one = line.series
    return (one.flow, one.reporter, everybody(one.partner), one.item, one.code)


def _dimension(line: Line) -> str:
    return UNITS.get(line.series.unit, ("", 1.0))[0]
