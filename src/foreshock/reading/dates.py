"""Dates in a text, resolved against the day of the document; nothing is guessed without one.

A date is a text YYYY, YYYY-Qn, YYYY-MM or YYYY-MM-DD: its length is its resolution. Month and
weekday names, relative words and the words for "from" and "until" are the language's table
`cues.dates`.
"""

import re
from datetime import date, timedelta
from typing import Any

import msgspec

from foreshock.reading.literals import Literals, Places

_NUMBER = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th|\.)?"
_BEFORE_YEAR = (
    r"(?:\b(?:in|since|early|late|mid|from|until|of|during|by|before|for|through|end|around)[\s-])"
)
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_ISO = re.compile(r"\b(?P<y>20\d\d)-(?P<mo>\d\d)(?:-(?P<d>\d\d))?\b")
#: a date that heads a dispatch or stands between bars tells when the page was made
_DATELINE = re.compile(r"\s?(?:\([^)]{1,40}\)\s?)?[-:|]\s|\s?\|")
#: so many days, weeks, months or years back are still told in numbers
_MOST_BACK = 61
#: months within which "from April" rather means the coming April
_AHEAD = 4
_STAMP = re.compile(r"\b(?:date|published|updated|posted)[:\s]{1,2}$")
_BAR = re.compile(r"\|\s?$")
_CJK = re.compile(
    r"(?:(?P<y>20\d\d)\s?[年년]\s?)?(?:(?P<mo>1[0-2]|0?[1-9])\s?[月월]\s?)(?:(?P<d>[0-3]?\d)\s?[日일])?"
    r"|(?P<y2>20\d\d)\s?[年년](?!第)"
)


class When(msgspec.Struct, frozen=True, gc=False):
    """A date found at `start`..`end`; `role` is date, effective or until."""

    start: int
    end: int
    value: str
    role: str
    #: it dates the telling ("said on Monday"), not what is told
    telling: bool = False


class DateFinder:
    """Finds dates by the words of one language.

    >>> words = {"months": {"april": 4}, "weekdays": {"tuesday": 1},
    ...          "relative": {"last month": "month-1"},
    ...          "effective": r"(?:from|since)\\s$", "until": r"until\\s$"}
    >>> finder = DateFinder(words)
    >>> text = "from 4 april 2025, on tuesday, last month, until april"
    >>> [(w.value, w.role) for w in finder.find(text, date(2025, 6, 5))]
    [('2025-04-04', 'effective'), ('2025-06-03', 'date'), ('2025-05', 'date'), ('2026-04', 'until')]
    """

    def __init__(self, words: dict[str, Any]) -> None:
        self._months: dict[str, int] = words.get("months", {})
        self._weekdays: dict[str, int] = words.get("weekdays", {})
        self._relative: dict[str, str] = words.get("relative", {})
        self._roles = [
            (role, re.compile(words[role])) for role in ("effective", "until") if words.get(role)
        ]
        self._after = [
            (role, re.compile(words[f"{role}_after"]))
            for role in ("effective", "until")
            if words.get(f"{role}_after")
        ]
        self._telling = re.compile(words.get("telling") or "(?!)")
        self._future = re.compile(words.get("future") or "(?!)")
        self._compared = re.compile(words.get("compared") or "(?!)")
        self._same_year = re.compile(words.get("same_year") or "(?!)")
        self._doubtful = re.compile(words.get("doubtful_month") or "(?!)")
        self._numbers: dict[str, int] = words.get("numbers", {})
        self._patterns = list(self._compile(words))
        around = dict(self._roles, telling=self._telling, future=self._future,
                      compared=self._compared)  # fmt: skip
        #: all that is looked for, by name, for those who look through a text beforehand
        self.sought = {f"date:{name}": pattern for name, pattern in around.items()}
        self._named: list[tuple[str, str, re.Pattern[str]]] = []
        for place, (kind, pattern) in enumerate(self._patterns):
            self.sought[f"date:{place}"] = pattern
            self._named.append((f"date:{place}", kind, pattern))
        self._literals = Literals(self.sought)

    def _compile(self, words: dict[str, Any]) -> "list[tuple[str, re.Pattern[str]]]":
        found = [("day", _ISO), ("day", _CJK)]
        if self._months:
            months = "|".join(sorted(map(re.escape, self._months), key=len, reverse=True))
            month = rf"(?P<m>{months})\b\.?"
            found += [
                ("day", re.compile(rf"\b{_NUMBER}\s(?:of\s)?{month},?(?:\s{_YEAR})?")),
                ("day", re.compile(rf"\b{month}\s{_NUMBER}\b(?:,?\s{_YEAR})?")),
                ("month", re.compile(rf"\b{month}(?:,?\s(?:of\s)?{_YEAR})?")),
                (
                    "numbered",
                    re.compile(
                        r"\b(?:on|since|by|from|until)\sthe\s(?P<d>[0-3]?\d)(?:st|nd|rd|th)\b"
                        r"(?:\sof\sthis\smonth\b)?(?!\s(?:of|round|session|day|time|century|floor))"
                    ),
                ),
            ]
        found.append(
            (
                "quarter",
                re.compile(
                    rf"\b(?:q(?P<q>[1-4])|(?P<qw>first|second|third|fourth)\squarter)(?:\sof)?(?:\s{_YEAR})?"
                ),
            )
        )
        if self._weekdays:
            found.append(("weekday", re.compile(rf"\b(?P<w>{'|'.join(self._weekdays)})\b")))
        numbers = words.get("numbers", {})
        if words.get("ago") and numbers:
            count = "|".join(sorted(numbers, key=len, reverse=True))
            found.append(
                (
                    "ago",
                    re.compile(
                        rf"\b(?P<n>{count}|\d{{1,2}})\s(?P<unit>day|week|month|year)s?\s"
                        rf"(?P<ago>{words['ago']})"
                    ),
                )
            )
        if self._relative:
            forms = "|".join(sorted(map(re.escape, self._relative), key=len, reverse=True))
            found.append(
                (
                    "relative",
                    re.compile(rf"\b(?P<r>{forms})\b" if forms[0].isascii() else f"(?P<r>{forms})"),
                )
            )
        found.append(
            (
                "year",
                re.compile(rf"{_BEFORE_YEAR}{_YEAR}\b"),
            )
        )
        return found

    def find(
        self,
        low: str,
        day: date | None,
        start: int = 0,
        end: int | None = None,
        around: date | None = None,
        told: date | None = None,
        places: Places | None = None,
    ) -> list[When]:
        """The dates in `low[start:end]` (lower case), in order; `day` is the document's.

        Where the document has none, months without a year are taken to lie near `around`. "Three
        days earlier" counts from `told`, the day last named. `places` tells where what is `sought`
        can stand in the text, if that is known already.
        """
        end = len(low) if end is None else end
        found: list[When] = []
        taken: list[tuple[int, int]] = []
        if places is None:
            places = self._literals.find(low, start, end)
        for name, kind, pattern in self._named:
            if not places.may(name, start, end):
                continue
            for m in pattern.finditer(low, start, end):
                if m.start() == m.end() or any(a < m.end() and m.start() < b for a, b in taken):
                    continue
                at = m.start("y") if kind == "year" else m.start()
                since = max(start, at - 70)
                before = low[since:at]
                heads = m.start() - start < 40 and _DATELINE.match(low, m.end(), end)
                heads = heads or _STAMP.search(low, max(0, m.start() - 12), m.start())
                compared = places.may("date:compared", since, at) and self._compared.search(before)
                if heads or compared or _BAR.search(before):
                    taken.append((m.start(), m.end()))
                    continue
                if kind == "month" and self._doubtful.search(before + m.group()):
                    continue
                after = low[m.end() : m.end() + 8]
                role = next((r for r, p in self._after if p.search(after)), "")
                role = role or next(
                    (
                        r
                        for r, p in self._roles
                        if places.may(f"date:{r}", since, at) and p.search(before)
                    ),
                    "date",
                )
                telling = (
                    places.may("date:telling", since, at)
                    and self._telling.search(before) is not None
                )
                ahead = role == "until" or (
                    not telling
                    and places.may("date:future", since, at)
                    and self._future.search(before) is not None
                )
                near = role == "effective" and kind == "month"
                same = kind == "month" and around and self._same_year.match(low, m.end(), end)
                if kind == "ago" and m["ago"] == "later" and told is None:
                    continue  # later than a day that the text has not named
                counted = told if kind == "ago" and m["ago"] != "ago" and told else day
                anchor = counted or (around if kind == "day" else None)
                if same and around:
                    anchor = around.replace(month=12)  # "in August of the same year"
                if anchor is None and around and kind == "month":
                    anchor = around.replace(month=12)  # that year, whatever the month
                value = self._value(
                    kind, m, anchor, ahead or (near and _soon(m, self._months, day))
                )
                taken.append((m.start(), m.end()))
                if role == "effective" and value and len(value) < 10 and before.endswith("since "):
                    role = "date"  # "since February" tells when something happened
                if value and not (kind == "relative" and low.startswith("'s ", m.end())):
                    found.append(When(m.start(), m.end(), value, role, telling))
        return sorted(found, key=lambda w: w.start)

    def _value(self, kind: str, m: re.Match[str], day: date | None, ahead: bool) -> str | None:
        group = m.groupdict()
        year = group.get("y") or group.get("y2")
        if kind == "year":
            return year
        if kind == "weekday":
            return weekday(self._weekdays[m["w"]], day, ahead)
        if kind == "relative":
            return relative(self._relative[m["r"]], day)
        if kind == "numbered":
            return numbered(int(m["d"]), day)
        if kind == "ago":
            number = int(m["n"]) if m["n"].isdigit() else self._numbers[m["n"]]
            return ago(number, m["unit"], day, ahead=m["ago"] == "later")
        if kind == "quarter":
            order = ("first", "second", "third", "fourth")
            quarter = int(m["q"]) if m["q"] else order.index(m["qw"]) + 1
            known = year or (str(day.year) if day else None)
            return f"{known}-Q{quarter}" if known else None
        month = self._months.get(group.get("m") or "") or (
            int(group["mo"]) if group.get("mo") else 0
        )
        if not month:
            return year
        return nearest(int(year) if year else None, month, int(group.get("d") or 0), day, ahead)


def _soon(m: re.Match[str], months: dict[str, int], day: date | None) -> bool:
    """Whether a month that opens a term is rather one of the next few than one gone by."""
    number = months.get(m.groupdict().get("m") or "", 0)
    return day is not None and 0 < (number - day.month) % 12 <= _AHEAD


def nearest(year: int | None, month: int, number: int, day: date | None, ahead: bool) -> str | None:
    """A month, or a day of it, in the year given, else the nearest past (or, ahead, coming) one.

    >>> nearest(None, 11, 0, date(2025, 2, 4), False), nearest(None, 8, 1, date(2023, 7, 7), True)
    ('2024-11', '2023-08-01')
    """
    if year is None:
        if day is None:
            return None
        year = day.year
        if number and not ahead:
            # a day named without a year is the closest one: "on August 1" in July is ahead
            candidates = [y for y in (year - 1, year, year + 1) if _real(y, month, number)]
            year = min(
                candidates, key=lambda y: abs((date(y, month, number) - day).days), default=year
            )
        elif month > day.month and not ahead:
            year -= 1
        elif month < day.month and ahead:
            year += 1
    if number and not _real(year, month, number):
        return None
    return f"{year}-{month:02}-{number:02}" if number else f"{year}-{month:02}"


def _real(year: int, month: int, number: int) -> bool:
    try:
        date(year, month, number)
    except ValueError:
        return False
    return True


def weekday(number: int, day: date | None, ahead: bool) -> str | None:
    """The last such weekday up to the document's day, or the coming one.

    >>> weekday(0, date(2025, 6, 5), ahead=False)
    '2025-06-02'
    """
    if day is None:
        return None
    back = (day.weekday() - number) % 7
    return _moved(day, (-day.weekday() + number) % 7 if ahead else -back)


def _moved(day: date, days: int) -> str | None:
    try:
        return (day + timedelta(days=days)).isoformat()
    except OverflowError:  # a text dated at the end of the calendar
        return None


def numbered(number: int, day: date | None) -> str | None:
    """The last day of that number: "on the 24th".

    >>> numbered(24, date(2021, 11, 25)), numbered(30, date(2021, 3, 4))
    ('2021-11-24', None)
    """
    if day is None:
        return None
    months = day.year * 12 + day.month - 1 - (number > day.day)
    year, month = divmod(months, 12)
    return f"{year}-{month + 1:02}-{number:02}" if _real(year, month + 1, number) else None


def ago(number: int, unit: str, day: date | None, *, ahead: bool = False) -> str | None:
    """So many days, weeks, months or years before (or after) a day, as finely as words tell it.

    >>> ago(3, "day", date(2023, 10, 20)), ago(2, "week", date(2024, 12, 18))
    ('2023-10-17', '2024-12')
    """
    step = {"day": "day", "week": "week", "month": "month", "year": "year"}[unit]
    sign = "+" if ahead else "-"
    return relative(f"{step}{sign}{number}", day) if number < _MOST_BACK else None


def _month_of_week(day: date, step: int) -> str | None:
    """The month in which the whole of a week lies, so many weeks from the one of `day`.

    >>> _month_of_week(date(2025, 10, 14), -1), _month_of_week(date(2025, 10, 2), 0)
    ('2025-10', None)
    """
    first = _moved(day, 7 * step - day.weekday())
    last = first and _moved(date.fromisoformat(first), 6)
    return first[:7] if first and last and first[:7] == last[:7] else None


def relative(what: str, day: date | None) -> str | None:
    """A relative date of the tables: "day-1", "week-1", "month-1", "year+0", "quarter-1", "end+0".

    A week is told by its month; "end+0" is the last day of the year.

    >>> relative("month-1", date(2025, 1, 9)), relative("day+0", date(2025, 1, 9))
    ('2024-12', '2025-01-09')
    """
    if day is None:
        return None
    unit, sign, count = re.split(r"([+-])", what, maxsplit=1)
    step = int(sign + count)
    if unit == "week":
        return _month_of_week(day, step)
    if unit == "day":
        return _moved(day, step)
    if unit == "year":
        return str(day.year + step)
    if unit == "end":
        return f"{day.year + step}-12-31"
    months = day.year * 12 + day.month - 1 + step * (3 if unit == "quarter" else 1)
    year, month = divmod(months, 12)
    return f"{year}-Q{month // 3 + 1}" if unit == "quarter" else f"{year}-{month + 1:02}"
