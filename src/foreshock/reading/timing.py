"""When: which dates of a text belong to which act, and what each of them says of it.

A date belongs to the trigger that stands nearest in its clause; one that opens the sentence is
shared by its main clauses. The day of the telling ("said on Monday") is the day of the act only
where the one who acts tells it.
"""

import re
from datetime import date, timedelta
from itertools import pairwise

from foreshock.errors import RecordError
from foreshock.reading.dates import When
from foreshock.reading.frames import Trigger
from foreshock.reading.memory import Memory
from foreshock.reading.page import Line, Page
from foreshock.reading.sentences import Clause
from foreshock.reading.status import is_ahead
from foreshock.words.clocks import span

Dates = tuple[str | None, str | None, str | None]

#: types for which "since" and "from" tell when it takes effect; of other acts, when they happen
TAKES_EFFECT = ("RESTRICT", "EASE", "AGREE", "COMMIT")
MEASURES = ("RESTRICT", "EASE")
#: types that happen by being told
TOLD = ("RESTRICT", "EASE", "COMMIT", "POSITION", "PRESSURE", "THREATEN", "PROBE", "AGREE",
        "BREACH", "INVEST")  # fmt: skip
#: what a noun costs in characters of distance: a date rather belongs to the verb beside it
_NOUN_COSTS = 40
#: a date before its verb is a little further than one behind it
_BEFORE_COSTS = 10
#: a date before "and" and the verb rather belongs to the verb in front of it
_JOINED_COSTS = 40
_JOINED = re.compile(r"\s(?:and|but|or)\s")
#: a date of what the verb is about is none of the verb
_OF_OTHER = 1000
#: "the deal of May 12": a date right after a noun is the noun's
_RIGHT_AFTER = 6
#: a date that begins so near the start of a sentence holds for all of it
_OPENS = 50
#: characters before a date within which it is the day of "in place since"
_PLACED = 30
_GOING_ON = re.compile(r"\bbeen\s(?:\w+\s)?\w+ing\b")
#: lengths of a month and of a day
_MONTH, _DAY = 7, 10


def dates_of(page: Page, line: Line, trigger: Trigger, tells_itself: bool, memory: Memory) -> Dates:
    """date, effective and until of an act, as far as the text fixes them."""
    frame = trigger.frame
    found: dict[str, str] = {}
    own = [w for w in line.dates if not w.telling and _belongs(page, line, w, trigger)]
    if frame.type == "POSITION":
        own = [w for w in own if len(w.value) >= _MONTH]
    if frame.type in (
        "PRICE",
        "FLOW",
    ):  # "up 92 percent since March" tells with what it is compared
        own = [w for w in own if not _compares(page, line, w)]
    fine = frame.type == "PRICE"  # of a price the day counts on which it stood
    for when in sorted(own, key=lambda w: (fine and len(w.value) < _DAY, _distance(w, trigger))):
        found.setdefault(when.role, when.value)
    if frame.type == "FLOW":
        _period(page, own, found)
        _first_part(page, line, found)
    clause = line.clause_at(trigger.start)
    beside_news = clause.lead in page.language.cues.signpost_leads
    near = any(w.value == found.get("date") and line.clause_at(w.start) is clause for w in own)
    if tells_itself and not near and not beside_news:
        told = _told(line, trigger)
        if told:
            found["date"] = told
    _days_after(page, line, clause, found, memory)
    enters = page.search("enters", trigger.start, trigger.end)
    if enters and frame.type in MEASURES and "date" in found and "effective" not in found:
        found["effective"] = found.pop("date")
    if frame.type in TAKES_EFFECT:
        if is_ahead(found.get("date"), page.day):
            found.setdefault("effective", found.pop("date"))
    elif "effective" in found:
        found.setdefault("date", found.pop("effective"))
        found.pop("effective", None)
    if frame.type in MEASURES:
        if "date" in found and _at_once(page, line, trigger):
            found.setdefault("effective", found["date"])
        _last_for(page, clause.start, line.span.end, found)
    return found.get("date"), found.get("effective"), found.get("until")


def _compares(page: Page, line: Line, when: When) -> bool:
    """Whether a figure is only compared with a day; "has been falling since April" began then."""
    if "since " not in page.low[max(0, when.start - 6) : when.end]:
        return False
    clause = line.clause_at(when.start)
    return _GOING_ON.search(page.low, clause.start, when.start) is None


def _period(page: Page, own: list[When], found: dict[str, str]) -> None:
    """The months from which to which a flow is told: "in April and May", "from June to August"."""
    months = [w for w in own if len(w.value) == 7]
    for first, last in pairwise(months):
        between = page.said(first.end, last.start)
        if page.language.re["range"].fullmatch(between) and first.value < last.value:
            found["date"], found["until"] = first.value, last.value
            found.pop("effective", None)
            return


def _first_part(page: Page, line: Line, found: dict[str, str]) -> None:
    """The months of "in the first nine months of 2025", "in the first half of the year"."""
    m = page.search("first_part", line.span.start, line.span.end)
    if m is None or "until" in found or not (m["unit"] or m["n"] == "half"):
        return
    year = m["y"] or (str(page.day.year) if page.day else None)
    words = page.language.cues.dates.get("numbers", {})
    number = 6 if m["n"] == "half" else int(m["n"]) if m["n"].isdigit() else words[m["n"]]
    months = number * 3 if m["unit"] == "quarters" else number
    if year and months <= 12:
        found["date"], found["until"] = f"{year}-01", f"{year}-{months:02}"


def _at_once(page: Page, line: Line, trigger: Trigger) -> bool:
    """Whether it holds from the day it is told: in its clause, or in one without another act."""
    m = page.search("at_once", line.span.start, line.span.end)
    if m is None:
        return False
    there = line.clause_at(m.start())
    others = [t for t in line.triggers if line.clause_at(t.start) is there]
    return line.clause_at(trigger.start) is there or not others


def _days_after(
    page: Page, line: Line, clause: Clause, found: dict[str, str], memory: Memory
) -> None:
    """The day of what came "a day after" or "minutes after" something else."""
    if clause.lead != "after" or page.day is None:
        return
    own = [w for w in line.dates if line.clause_at(w.start) is clause]
    m = None if own else page.search("days_after", line.span.start, clause.start + 1)
    told = [w.value for w in line.dates if len(w.value) == _DAY and w.role == "date"]
    day = next(iter(told), memory.told[-1].date if memory.told else None)
    if m is None or day is None or len(day) < _DAY:
        return
    number = _number(page, m["n"]) if m["n"] else 0
    back = number * (7 if m["unit"] == "week" else 1)
    found["date"] = (date.fromisoformat(day) - timedelta(days=back)).isoformat()


def _number(page: Page, word: str) -> int:
    words = page.language.cues.dates.get("numbers", {})
    return int(word) if word.isdigit() else int(words.get(word, 1))


def _told(line: Line, trigger: Trigger) -> str | None:
    """The day on which the one who acts says so in this sentence."""
    frame = trigger.frame
    if frame.form == "noun" and frame.type not in ("PROBE", "INVEST", "AGREE"):
        return None
    own = next((w.value for w in line.dates if w.telling), None)
    return own if frame.type in TOLD or frame.mode == "shipments" else None


def _belongs(page: Page, line: Line, when: When, trigger: Trigger) -> bool:
    """Whether a date of the sentence dates this trigger."""
    at = line.clause_at(when.start)
    in_clause = [t for t in line.triggers if line.clause_at(t.start) is at]
    leads = page.language.cues.signpost_leads
    if not in_clause:
        before = [t for t in line.triggers if t.start < when.start]
        in_clause = before[-1:] or line.triggers[:1]
    nearest = min(in_clause, key=lambda t: _cost(page, when, t))
    if nearest is trigger or _cost(page, when, nearest) >= _OF_OTHER:
        return _cost(page, when, trigger) < _OF_OTHER
    own = line.clause_at(trigger.start)
    verbs = [t.start for t in line.triggers if t.frame.form != "noun"]
    opens = when.start - line.span.start < _OPENS and (not verbs or when.end <= verbs[0])
    if opens and own.lead not in leads and trigger.frame.form != "noun":
        return True
    # two triggers of one act in a clause share its dates, and a meeting those of its outcome
    one = trigger.frame.type == nearest.frame.type and trigger.frame.form != "noun"
    joint = {trigger.frame.type, nearest.frame.type} <= {"NEGOTIATE", "AGREE"}
    return own is at and (one or joint)


def _cost(page: Page, when: When, trigger: Trigger) -> int:
    other = trigger.end < when.start and page.search("of_other", trigger.end, when.end)
    if len(when.value) <= _MONTH and when.start > trigger.start and trigger.frame.form == "verb":
        other = other or page.language.re["dated_noun"].match(page.low, when.end)  # "an April ban"
    placed = when.end <= trigger.start and page.search("placed", when.start - _PLACED, when.end)
    if (other and trigger.frame.form == "verb") or placed:
        return _OF_OTHER + _distance(when, trigger)
    right_after = 0 <= when.start - trigger.end <= _RIGHT_AFTER
    noun = _NOUN_COSTS if trigger.frame.form == "noun" and not right_after else 0
    before = _BEFORE_COSTS if when.end <= trigger.start else 0
    if before and _JOINED.search(page.low, when.end, trigger.start):
        before = _JOINED_COSTS  # "stopped on Monday and will restart": the day of the stop
    return _distance(when, trigger) + noun + before


def _distance(when: When, trigger: Trigger) -> int:
    return max(when.start - trigger.end, trigger.start - when.end, 0)


def _last_for(page: Page, start: int, end: int, found: dict[str, str]) -> None:
    """Compute `until` from "for three months" where the day of the beginning is known."""
    m = page.search("lasts", start, end)
    begun = found.get("effective") or found.get("date")
    if m is None or begun is None or "until" in found or len(begun) < 10:
        return
    if until := later(begun, _number(page, m["n"]), m["unit"]):
        found["until"] = until


def later(day: str, number: int, unit: str) -> str | None:
    """A day some years, months, weeks or days after another.

    >>> later("2025-11-10", 1, "year"), later("2025-11-30", 3, "month")
    ('2026-11-10', '2026-02-28')
    """
    begin = date.fromisoformat(day)
    try:
        if unit in ("day", "week"):
            return (begin + timedelta(days=number * (7 if unit == "week" else 1))).isoformat()
        months = begin.year * 12 + begin.month - 1 + number * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        last = span(f"{year}-{month + 1:02}")[1].day
        return date(year, month + 1, min(begin.day, last)).isoformat()
    except (OverflowError, ValueError, RecordError):
        return None
