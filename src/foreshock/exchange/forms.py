"""The forms that missions and companies fill in, as a table, and what may stand in each field.

The table is `forms.csv` beside this file: the desk draws its forms from it, the command line its
words, and both are checked here. Everything wrong with a form is told at once, a sentence a field.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from foreshock.errors import PackError, RecordError, WrongUse
from foreshock.exchange.plain import line, text_of
from foreshock.words.clocks import now, parse_day, span
from foreshock.words.pack import Pack
from foreshock.words.records import Struct
from foreshock.words.tables import read_table

FILE = Path(__file__).parent / "forms.csv"

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_COUNT = re.compile(r"[0-9]{1,15}")
_GRADE = re.compile(r"[A-F][1-6]")
_PERIOD = re.compile(r"[0-9]{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?")


#: what may stand in a field
Kind = Literal[
    "item", "items", "choice", "day", "number", "count", "line", "lines", "text", "grade", "period"
]


class Field(Struct, frozen=True, kw_only=True):
    """One field of a form."""

    form: str
    field: str
    kind: Kind
    needed: Literal["yes", ""] = ""
    #: the lowest number
    least: float = 0
    #: the highest number, the most characters, the most entries of a list, the most days back
    most: float = 0
    choices: tuple[str, ...] = ()
    label: str
    help: str = ""


class WrongForm(WrongUse):
    """A form that cannot be taken; `problems` has one sentence for each field that is wrong.

    >>> WrongForm("status", {"grade": "grade is 'Z9', expected B2."}).problems
    {'grade': "grade is 'Z9', expected B2."}
    """

    def __init__(self, form: str, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(
            f"the {form} form has {len(problems)} field(s) that cannot be: "
            + " ".join(problems.values()),
            next_step="Nothing was kept; correct them and send it again.",
        )


@cache
def fields(form: str) -> tuple[Field, ...]:
    """The fields of a form in their order; raises `WrongUse` for a form that is not there.

    >>> [f.field for f in fields("company")]
    ['item', 'figure', 'period', 'value']
    """
    problems: list[str] = []
    table = read_table(FILE, Field, problems)
    if problems:
        raise PackError(problems)
    found = tuple(row for row in table if row.form == form)
    if not found:
        known = ", ".join(dict.fromkeys(row.form for row in table))
        raise WrongUse(f"there is no form {form!r}", expected=f"one of {known}")
    return found


def fill(form: str, told: Mapping[str, str], pack: Pack) -> dict[str, Any]:
    """The values of a form by field, those left empty left out; raises `WrongForm`.

    Days are `date`, numbers `float`, counts `int`, lists tuples, items ids of the pack.

    >>> from foreshock.words.pack import load
    >>> told = {"item": "gallium", "figure": "stock", "period": "2026-10", "value": "12.5"}
    >>> fill("company", told, load())
    {'item': 'min.ga', 'figure': 'stock', 'period': '2026-10', 'value': 12.5}
    """
    known = {field.field: field for field in fields(form)}
    problems = {
        name[:40]: f"{name[:40]!a} is no field of this form, expected one of {', '.join(known)}."
        for name in told
        if name not in known
    }
    values: dict[str, Any] = {}
    for name, field in known.items():
        text = told.get(name, "").strip()
        try:
            if text:
                values[name] = _READ[field.kind](field, text, pack)
            elif field.needed:
                raise WrongUse(f"{name} is empty", expected="a value")
        except (WrongUse, RecordError) as error:
            problems[name] = str(error)
    if not problems:
        problems = _together(values)
    if problems:
        raise WrongForm(form, problems)
    return values


def _together(values: Mapping[str, Any]) -> dict[str, str]:
    """What cannot be said together, by the field to look at."""
    found = {}
    if ("price" in values) != ("price_unit" in values):
        found["price_unit"] = "price and price_unit go together, as 412 and USD/kg."
    if values.get("status") == "quiet" and values.get("level", "0") in ("3", "4"):
        found["level"] = f"level is {values['level']}, and the status quiet: one of them is wrong."
    if len(values.get("items", ())) > 1 and "stock_days" in values:
        found["stock_days"] = "stock_days is told for several items, expected one item."
    return found


def _item(field: Field, text: str, pack: Pack) -> str:
    plain = line(text, 120, field.field)
    found = _named(pack).get(plain.casefold())
    if found is None:
        raise WrongUse(
            f"{field.field} is {plain[:60]!r}", expected="the id or name of an item in the pack"
        )
    return found


def _items(field: Field, text: str, pack: Pack) -> tuple[str, ...]:
    parts = [part for part in re.split(r"[,|\n]", text) if part.strip()]
    if not 0 < len(parts) <= 20:
        raise WrongUse(f"{field.field} names {len(parts)} items", expected="1 to 20")
    return tuple(dict.fromkeys(_item(field, part, pack) for part in parts))


def _named(pack: Pack) -> dict[str, str]:
    by_name = {row.name.casefold(): row.id for row in reversed(pack.items)}
    return by_name | {row.id.casefold(): row.id for row in pack.items}


def _choice(field: Field, text: str, pack: Pack) -> str:
    if text not in field.choices:
        raise WrongUse(
            f"{field.field} is {text[:40]!a}", expected=f"one of {', '.join(field.choices)}"
        )
    return text


def _day(field: Field, text: str, pack: Pack) -> date:
    day, today = parse_day(text[:40], field.field), now().date()
    first = today - timedelta(days=int(field.most))
    if not first <= day <= today:
        raise WrongUse(f"{field.field} is {day}", expected=f"a day from {first} to {today} (UTC)")
    return day


def _number(field: Field, text: str, pack: Pack) -> float:
    number = float(text) if _NUMBER.fullmatch(text) else None
    if number is None or not field.least <= number <= field.most:
        raise WrongUse(
            f"{field.field} is {text[:40]!a}",
            expected=f"a number from {field.least:g} to {field.most:g}, as 12.5",
        )
    return number


def _count(field: Field, text: str, pack: Pack) -> int:
    if not _COUNT.fullmatch(text) or int(text) > field.most:
        raise WrongUse(
            f"{field.field} is {text[:40]!a}", expected=f"a whole number from 0 to {field.most:g}"
        )
    return int(text)


def _lines(field: Field, text: str, pack: Pack) -> tuple[str, ...]:
    parts = [line(p, 120, field.field) for p in re.split(r"[,\n]", text) if p.strip()]
    if len(parts) > field.most:
        raise WrongUse(
            f"{field.field} has {len(parts)} entries", expected=f"at most {field.most:g}"
        )
    return tuple(dict.fromkeys(parts))


def _grade(field: Field, text: str, pack: Pack) -> str:
    if not _GRADE.fullmatch(text.upper()):
        raise WrongUse(f"{field.field} is {text[:40]!a}", expected="A1 to F6, as B2")
    return text.upper()


def _period(field: Field, text: str, pack: Pack) -> str:
    if not _PERIOD.fullmatch(text):
        raise WrongUse(f"{field.field} is {text[:40]!a}", expected="YYYY, YYYY-Qn or YYYY-MM")
    if span(text)[0] > now().date():
        raise WrongUse(f"{field.field} is {text}, a time to come", expected="one that has begun")
    return text


_READ: dict[str, Callable[[Field, str, Pack], Any]] = {
    "item": _item,
    "items": _items,
    "choice": _choice,
    "day": _day,
    "number": _number,
    "count": _count,
    "line": lambda field, text, pack: line(text, int(field.most), field.field),
    "lines": _lines,
    "text": lambda field, text, pack: text_of(text, int(field.most), field.field),
    "grade": _grade,
    "period": _period,
}
