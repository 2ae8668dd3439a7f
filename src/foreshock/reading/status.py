"""How real an act is by the words of the text, how sure the teller, and whether it is the news."""

from datetime import date, timedelta

from foreshock.errors import RecordError
from foreshock.reading.dates import When
from foreshock.reading.frames import Trigger
from foreshock.reading.page import Line, Page
from foreshock.words.clocks import span

#: an act older than this is context, not news (event standard, section 4)
NEWS_DAYS = 30
_WINDOW = 80  # characters before the trigger in which the verb group and its auxiliaries stand


def status_of(page: Page, line: Line, trigger: Trigger, effective: str | None) -> str:
    """considered, announced, in_force or denied, from the verb group and the dates.

    The frame's own status wins; then the words before the trigger; then a date ahead.
    """
    if trigger.frame.status:
        return trigger.frame.status
    clause = line.clause_at(trigger.start)
    before = page.said(max(clause.start, trigger.start - _WINDOW), trigger.start)
    for pattern, status in page.language.pairs["status"]:
        if pattern.search(before):
            return status
    if effective and page.day and _begin(effective) > page.day:
        return "announced"
    return "in_force"


def _begin(value: str) -> date:
    try:
        return span(value)[0]
    except RecordError:
        return date.min


def modality_of(page: Page, line: Line, trigger: Trigger, status: str) -> str:
    """fact, alleged, forecast or conditional."""
    if trigger.frame.modality:
        return trigger.frame.modality
    clause = line.clause_at(trigger.start)
    for pattern, word in page.language.pairs["modality"]:
        whole = word == "alleged"
        a, b = (line.span.start, line.span.end) if whole else (clause.start, trigger.start)
        if pattern.search(page.low, a, b) and (word != "forecast" or status == "considered"):
            return word
    return "fact"


def is_background(page: Page, line: Line, trigger: Trigger, happened: str | None) -> bool:
    """Whether the act is context: older than 30 days, or signposted in its clause.

    The opening clause of a text is its news, whatever the signposts.
    """
    if happened and page.day:
        if _last(happened) < page.day - timedelta(days=NEWS_DAYS):
            return True
        if len(happened) == 10:
            return False
    clause = line.clause_at(trigger.start)
    if line.index == 0 and clause.start == line.clauses[0].start:
        return False
    if clause.lead in page.language.cues.signpost_leads:
        return True
    return page.language.re["signpost"].search(page.low, clause.start, clause.end) is not None


def _last(value: str) -> date:
    try:
        return span(value)[1]
    except RecordError:
        return date.max


def dates_of(line: Line, trigger: Trigger) -> tuple[str | None, str | None, str | None]:
    """date, effective and until of an act: the dates of its clause, else those next to it.

    A date that only dates the telling is no date of the act, save where telling is the act.
    """
    clause = line.clause_at(trigger.start)
    own = [w for w in line.dates if clause.start <= w.start < clause.end]
    if not own and len({t.frame.type for t in line.triggers}) == 1:
        own = line.dates
    telling_counts = trigger.frame.type in ("POSITION", "COMMIT", "PRESSURE", "THREATEN")
    found: dict[str, str] = {}
    for when in sorted(own, key=lambda w: _distance(w, trigger)):
        if not when.telling or telling_counts:
            found.setdefault(when.role, when.value)
    return found.get("date"), found.get("effective"), found.get("until")


def _distance(when: When, trigger: Trigger) -> int:
    return max(when.start - trigger.end, trigger.start - when.end)
