"""Units as a table: what may be added to what, and by which factor.

Amounts are compared only within a dimension; a number without a known unit is never converted.
"""

from foreshock.errors import UnknownWord

#: unit -> (dimension, factor to the dimension's first unit)
UNITS: dict[str, tuple[str, float]] = {
    "t": ("mass", 1.0),
    "kg": ("mass", 1e-3),
    "kt": ("mass", 1e3),
    "Mt": ("mass", 1e6),
    "piece": ("count", 1.0),
    "entities": ("count", 1.0),
    "usd": ("money", 1.0),
    "usd_m": ("money", 1e6),
    "usd_bn": ("money", 1e9),
    "usd/t": ("price", 1.0),
    "usd/kg": ("price", 1e3),
    "share": ("ratio", 1.0),
    "%": ("ratio", 1e-2),
    "days": ("time", 1.0),
    "weeks": ("time", 7.0),
    "months": ("time", 365.25 / 12),
}


def convert(value: float, unit: str, into: str) -> float:
    """`value` in another unit of the same dimension.

    >>> convert(8630, "kg", "t")
    8.63
    >>> convert(1, "t", "usd")
    Traceback (most recent call last):
    foreshock.errors.UnknownWord: cannot turn 't' into 'usd', expected two units of one dimension.
    """
    if unit == into:
        return value
    known, wanted = UNITS.get(unit), UNITS.get(into)
    if known is None or wanted is None or known[0] != wanted[0]:
        raise UnknownWord(
            f"cannot turn {unit!r} into {into!r}", expected="two units of one dimension"
        )
    return value * known[1] / wanted[1]
