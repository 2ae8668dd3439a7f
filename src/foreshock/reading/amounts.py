"""Numbers stated for an event: value, unit, what they are compared with, and bounds.

Units are written as in the event standard: "t", "kg", "%", "mUSD", "bnUSD", "USD", "entities".
The words around the numbers are English; other languages give their figures with the signs alone.
"""

import re
from collections.abc import Iterator

from foreshock.reading.literals import Literals, Places
from foreshock.words.records import Magnitude

_NUMBER = r"(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_MONEY = re.compile(
    rf"(?:us)?\$\s?{_NUMBER}\s?(?P<unit>million|billion|m\b|bn\b)?"
    r"(?P<per>\s(?:a|per)\s(?:ton(?:ne)?|kilogram|kg|kilo))?"
)
_PERCENT = re.compile(rf"{_NUMBER}\s?(?P<unit>%|per\s?cent\b)")
_WEIGHT = re.compile(
    rf"{_NUMBER}\s(?:metric\s)?(?P<unit>tonnes|tons|kilograms|kg)\b(?P<per>\s(?:a|per)\syear)?"
)
_COUNT = re.compile(
    rf"{_NUMBER}\s(?:\w+\s){{0,2}}"
    r"(?P<unit>entities|companies|firms|entries|items|applications|aliases)\b"
)
#: all that is looked for, by name, for those who look through a text beforehand
SOUGHT = {
    "amount:money": _MONEY, "amount:percent": _PERCENT, "amount:weight": _WEIGHT,
    "amount:count": _COUNT,
}  # fmt: skip
_LITERALS = Literals(SOUGHT)
_UNITS = {
    "million": "mUSD", "m": "mUSD", "billion": "bnUSD", "bn": "bnUSD", "tonnes": "t", "tons": "t",
    "kilograms": "kg", "companies": "entities", "firms": "entities", "entries": "entities",
}  # fmt: skip
#: words anywhere in the clause -> what a percentage is compared with
_BASIS = (
    (r"on the year|year[- ]on[- ]year|from a year|a year (?:ago|earlier)|annually|yoy", "yoy"),
    (r"month[- ]on[- ]month|below \w+ember|those of|from the month before|previous month", "mom"),
    (r"this year", "ytd"),
)
#: words right before a number -> bound
_BOUND = (
    (r"about|around|roughly|some|nearly|almost|approximately|just over", "~"),
    (r"more than|over|at least|above", ">"),
    (r"less than|under|below|at most|up to", "<"),
)
_BASIS_RE = tuple((re.compile(rf"\b(?:{words})\b"), name) for words, name in _BASIS)
_BOUND_RE = tuple((re.compile(rf"\b(?:{words})\s$"), sign) for words, sign in _BOUND)


def amounts(
    low: str, start: int, end: int, *, falling: bool = False, places: Places | None = None
) -> tuple[Magnitude, ...]:
    """The numbers in `low[start:end]` (lower case); percentages of a fall are negative.

    `places` tells where what is `SOUGHT` can stand in the text, where that is known already.

    >>> low = "fell about 74 % on the year"
    >>> [(m.value, m.unit, m.basis, m.bound) for m in amounts(low, 0, len(low), falling=True)]
    [(-74.0, '%', 'yoy', '~')]
    >>> [(m.value, m.unit) for m in amounts("18,000 tonnes for $1.3 billion", 0, 30)]
    [(1.3, 'bnUSD'), (18000.0, 't')]
    """
    places = _LITERALS.find(low, start, end) if places is None else places
    there = [name for name in SOUGHT if places.may(name, start, end)]
    return tuple(_found(low, start, end, there, -1.0 if falling else 1.0)) if there else ()


def _found(low: str, start: int, end: int, there: list[str], sign: float) -> Iterator[Magnitude]:
    found = {name: list(SOUGHT[name].finditer(low, start, end)) for name in there}
    for m in found.get("amount:money", ()):
        basis = ("t" if "ton" in m["per"] else "kg") if m["per"] else None
        yield _magnitude(low, m, _UNITS.get(m["unit"] or "", "USD"), basis)
    for m in found.get("amount:percent", ()):
        basis = next((name for words, name in _BASIS_RE if words.search(low, start, end)), None)
        yield _magnitude(low, m, "%", basis, sign)
    for m in found.get("amount:weight", ()):
        yield _magnitude(low, m, _UNITS.get(m["unit"], m["unit"]), "year" if m["per"] else None)
    for m in found.get("amount:count", ()):
        yield _magnitude(low, m, _UNITS.get(m["unit"], m["unit"]), None)


def _magnitude(
    low: str, m: re.Match[str], unit: str, basis: str | None, sign: float = 1.0
) -> Magnitude:
    before = low[max(0, m.start() - 16) : m.start()]
    bound = next((mark for words, mark in _BOUND_RE if words.search(before)), None)
    return Magnitude(
        value=sign * float(m["n"].replace(",", "")), unit=unit, basis=basis, bound=bound
    )
