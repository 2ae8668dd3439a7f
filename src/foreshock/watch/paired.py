"""A quantity beside its value, before either is judged: slips of the unit, and zeros that are gaps.

A line whose quantity departs by a factor of ten, a hundred ... from the usual while its value stays
as usual was counted in another unit. A quantity of 0 beside a value was not counted at all. Either
month is unknown and said so: it is neither a fall nor a rise. Where the value falls too, the
quantity stands. Values are held against their quantities in the same way.
"""

from collections.abc import Mapping, Sequence
from statistics import median

from foreshock.watch.hygiene import Conflict, Month, amount

#: factors by which units slip
TENS = (10.0, 100.0, 1e3, 1e4, 1e6)
#: how near the price of a unit must be to ten, a hundred ... times the usual one
NEAR = 1.35
#: a value within this factor of the usual one is as usual
AS_USUAL = 1.6
#: months before that tell the usual, at most and at least
MEMORY, LEAST = 24, 4


def slips(
    quantity: Sequence[Month], value: Sequence[Month], units: tuple[str, str]
) -> tuple[list[Month], list[Conflict]]:
    """The months of a quantity that agree with its value, and what is said of the others.

    `units` are those of quantity and value, or of value and quantity. Months without a value stand
    as they are; so do the first ones, which nothing tells.
    """
    paid = {month.period: month for month in value}
    kept: list[Month] = []
    said: list[Conflict] = []
    for month in quantity:
        beside = paid.get(month.period)
        why = None if beside is None else _odd(month, beside, kept, paid)
        if why is None or beside is None:
            kept.append(month)
            continue
        says = (
            f"{month.period}: {amount(month.value, units[0])} beside "
            f"{amount(beside.value, units[1])}, {why}; it counts as unknown"
        )
        said.append(Conflict(period=month.period, says=says, figures=(month.source, beside.source)))
    return kept, said


def _odd(
    month: Month, beside: Month, before: Sequence[Month], paid: Mapping[str, Month]
) -> str | None:
    """What is odd about a quantity beside its value; None: nothing."""
    both = [
        (m.value, paid[m.period].value)
        for m in before
        if m.period in paid and m.value > 0 and paid[m.period].value > 0
    ][-MEMORY:]
    if len(both) < LEAST:
        return None
    usual_value = median(v for _, v in both)
    if not 1 / AS_USUAL <= beside.value / usual_value <= AS_USUAL:
        return None
    if month.value == 0:
        return "which is as usual: not counted"
    dearer = beside.value / month.value / median(v / q for q, v in both)
    for ten in TENS:
        for factor, way in ((ten, "too small"), (1 / ten, "too large")):
            if 1 / NEAR <= dearer / factor <= NEAR:
                return f"which is as usual: {ten:,.0f} times {way}, a slip of the unit?"
    return None
