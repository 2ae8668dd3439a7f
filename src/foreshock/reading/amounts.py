"""Numbers stated for an event: value, unit, what they are compared with, and bounds."""

import re

from foreshock.words.records import Magnitude

_NUMBER = r"(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_SCALE = {"thousand": 1e3, "million": 1.0, "billion": 1.0, "m": 1.0, "bn": 1.0}
_MONEY = re.compile(rf"(?:us)?\$\s?{_NUMBER}\s?(?P<s>million|billion|m\b|bn\b)?(?P<per>\s(?:a|per)\s(?:ton(?:ne)?|kilogram|kg|kilo))?")
_PERCENT = re.compile(rf"{_NUMBER}\s?(?:%|per\s?cent\b)")
_TONNES = re.compile(rf"{_NUMBER}\s(?:metric\s)?(?P<u>tonnes|tons|kilograms|kg)\b(?P<year>\s(?:a|per)\syear)?")
_COUNTED = re.compile(rf"{_NUMBER}\s(?:\w+\s){{0,2}}(?P<u>entities|companies|firms|items|applications|aliases|entries)\b")
_BASIS = (
    (re.compile(r"\b(?:on the year|year[- ]on[- ]year|from a year|a year (?:ago|earlier)|annually|yoy)\b"), "yoy"),
    (re.compile(r"\b(?:month[- ]on[- ]month|below \w+ember|of those of|from the month before|previous month|mom)\b"), "mom"),
    (re.compile(r"\bthis year\b"), "ytd"),
)
_BOUND = ((re.compile(r"(?:about|around|roughly|some|nearly|almost|approximately|just over)\s$"), "~"),
          (re.compile(r"(?:more than|over|at least|above)\s$"), ">"),
          (re.compile(r"(?:less than|under|below|at most|up to)\s$"), "<"))  # fmt: skip


def amounts(low: str, start: int, end: int, *, falling: bool = False) -> tuple[Magnitude, ...]:
    """The numbers in `low[start:end]` (lower case); percentages of a fall are negative.

    Tonnes are "t", money "mUSD", "bnUSD" or "USD", as in the event standard.

    >>> [(m.value, m.unit, m.basis) for m in amounts("fell about 74 % on the year", 0, 27, falling=True)]
    [(-74.0, '%', 'yoy')]
    >>> [(m.value, m.unit) for m in amounts("18,000 tonnes for $1.3 billion", 0, 30)]
    [(1.3, 'bnUSD'), (18000.0, 't')]
    """
    found: list[Magnitude] = []
    for m in _MONEY.finditer(low, start, end):
        if m["per"]:
            found.append(Magnitude(value=_value(m), unit="USD", basis="t" if "ton" in m["per"] else "kg"))
        else:
            unit = {"million": "mUSD", "m": "mUSD", "billion": "bnUSD", "bn": "bnUSD"}.get(m["s"] or "", "USD")
            found.append(Magnitude(value=_value(m), unit=unit, bound=_bound(low, m.start())))
    for m in _PERCENT.finditer(low, start, end):
        basis = next((name for pattern, name in _BASIS if pattern.search(low, start, end)), None)
        sign = -1.0 if falling else 1.0
        found.append(Magnitude(value=sign * _value(m), unit="%", basis=basis, bound=_bound(low, m.start())))
    for m in _TONNES.finditer(low, start, end):
        kilos = m["u"].startswith("k")
        found.append(
            Magnitude(value=_value(m), unit="kg" if kilos else "t", basis="year" if m["year"] else None, bound=_bound(low, m.start()))
        )
    for m in _COUNTED.finditer(low, start, end):
        unit = {"companies": "entities", "firms": "entities", "entries": "entities"}.get(m["u"], m["u"])
        found.append(Magnitude(value=_value(m), unit=unit, bound=_bound(low, m.start())))
    return tuple(found)


def _value(m: re.Match[str]) -> float:
    return float(m["n"].replace(",", ""))


def _bound(low: str, start: int) -> str | None:
    before = low[max(0, start - 16) : start]
    return next((word for pattern, word in _BOUND if pattern.search(before)), None)
