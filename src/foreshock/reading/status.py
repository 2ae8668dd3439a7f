"""How real an act is by the words of the text, how sure the teller, and whether it is the news."""

from datetime import date, timedelta

from foreshock.errors import RecordError
from foreshock.reading.frames import Trigger
from foreshock.reading.page import Line, Page
from foreshock.words.clocks import span

#: an act older than this is context, not news (event standard, section 4)
NEWS_DAYS = 30
#: acts that a noun may only name beside the news, and from which sentence on it does
NAMED = ("RESTRICT", "EASE", "AGREE")
_LATE = 3
_NOUN_WINDOW = 40
_WINDOW = 80  # characters before the trigger in which the verb group and its auxiliaries stand


def status_of(page: Page, line: Line, trigger: Trigger, ahead: bool) -> str:
    """considered, announced, in_force, ended or denied.

    The frame's own status wins; then the words before the trigger; then a date `ahead`.
    """
    if trigger.frame.status:
        return trigger.frame.status
    clause = line.clause_at(trigger.start)
    window = _WINDOW if trigger.frame.form != "noun" else _NOUN_WINDOW
    since = max(clause.start, trigger.start - window)
    before = page.said(since, trigger.start)
    for _, pattern, status in page.cues("status", since, trigger.start):
        if pattern.search(before):
            return status
    opens = page.said(trigger.start, trigger.end)
    for word in ("considered", "announced"):
        if page.language.re[f"opens_{word}"].match(opens):
            return word
    if ahead:
        return "announced"
    if trigger.frame.type == "NEGOTIATE":
        on = page.search("goes_on", clause.start, clause.end)
        return "in_force" if on else "ended"
    if trigger.frame.type == "PROBE" and page.search("concluded", trigger.start, line.span.end):
        return "ended"
    if trigger.frame.type == "DISRUPT" and page.search("over", clause.start, clause.end):
        return "ended"
    return "in_force"


def is_ahead(value: str | None, day: date | None) -> bool:
    """Whether a date lies after the day of the document.

    >>> is_ahead("2023-08-01", date(2023, 7, 7)), is_ahead("2023-08-01", None)
    (True, False)
    """
    if value is None or day is None:
        return False
    try:
        return span(value)[0] > day
    except RecordError:
        return False


def modality_of(page: Page, line: Line, trigger: Trigger, status: str) -> str:
    """fact, alleged, forecast or conditional."""
    if trigger.frame.modality:
        return trigger.frame.modality
    clause = line.clause_at(trigger.start)
    for _, pattern, word in page.cues("modality", line.span.start, line.span.end):
        whole = word == "alleged"
        a, b = (line.span.start, line.span.end) if whole else (clause.start, trigger.start)
        if pattern.search(page.low, a, b) and (word != "forecast" or status == "considered"):
            return word
    return "fact"


def is_background(
    page: Page, line: Line, trigger: Trigger, happened: str | None, status: str
) -> bool:
    """Whether the act is context: older than 30 days, signposted, or named beside the news.

    The opening clause of a text is its news, whatever the signposts; what is still to come is news,
    and so is what goes on since an old date.
    """
    frame = trigger.frame
    clause = line.clause_at(trigger.start)
    measured = frame.type in ("FLOW", "PRICE")
    goes_on = measured and page.search("since", clause.start, clause.end)
    if happened and page.day and not goes_on:
        if last_day(happened) < page.day - timedelta(days=NEWS_DAYS):
            return True
        if len(happened) == 10:
            return False
    if frame.form == "noun" and status == "in_force" and frame.type in NAMED:
        beside = trigger is not line.triggers[0] and frame.type != "EASE"
        if beside or line.index >= _LATE:
            return True
    if clause.lead in page.language.cues.signpost_leads:
        return status != "denied"
    if line.index == 0 or status in ("considered", "announced", "denied") or measured:
        return False
    return page.search("signpost", clause.start, clause.end) is not None


def last_day(value: str) -> date:
    """The last day of a period; far off where it is none."""
    try:
        return span(value)[1]
    except RecordError:
        return date.max
