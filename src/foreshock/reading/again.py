"""What later sentences take up: who acted, and "the curbs", "the stoppage" told before."""

import re

from foreshock.reading.memory import Ids, Memory
from foreshock.reading.merge import Draft, spot
from foreshock.reading.page import AGENT, Line, Page
from foreshock.reading.said import said
from foreshock.reading.things import GENERIC

#: sentences over which "the curbs" takes up a measure
_REACH = 5
#: characters after "the ban" within which a thing is what it falls on
_ON_IT = 20
#: characters after "the stoppage" within which a date is its own
_NEXT_TO = 90


def remember(page: Page, line: Line, memory: Memory) -> None:
    """Keep the acting names of a sentence for the pronouns of the next, and the day it was told."""
    told = next((w.value for w in line.dates if w.telling and len(w.value) == 10), None)
    if told and line.index < 3 and memory.spoke is None:
        memory.spoke = told
        when = next(w for w in line.dates if w.telling and w.value == told)
        kind = said(page, line, when.start, memory.issuer)
        known = memory.company if kind.kind == "company" else memory.office or memory.state
        memory.spoke_by = kind.who or tuple(x.removeprefix("org:") for x in known)
    acting = [m for m in line.actors if page.use(m) == AGENT and not page.preposition(line, m)]
    states = [m for m in acting if m.state]
    offices = [m for m in states if m.part in ("agency", "person") or page.is_office(m)]
    companies = [m for m in acting if not m.state]
    if acting:
        memory.latest = (acting[0].id,)
    if states:
        memory.state = (states[0].id,)
    if offices:
        memory.office = (offices[0].id,)
    for m in offices:
        near = re.split(r"[,.;:()]", page.said(m.start, m.end + 40))[0]
        for word in page.language.re["office_words"].findall(near):
            memory.offices[word] = (m.id,)
    if companies:
        memory.company = (companies[0].id,)
    part = line.span.start, line.span.end
    titled = page.may("titled", *part) and page.language.re["titled"].search(page.text, *part)
    people = [m for m in acting if m.part == "person"]
    if people:
        memory.person = (people[0].id,)
    elif titled:
        memory.person = memory.company if titled["firm"] else memory.office or memory.state


def _about(items: list[str], told: Ids) -> bool:
    """Whether some of these items are those of what was told, or of one kind with them."""
    return any(
        a == b or a.startswith(b + ".") or b.startswith(a + ".") or b in GENERIC
        for a in items
        for b in told
    )


def loss_again(page: Page, line: Line, found: list[Draft]) -> None:
    """ "The stoppage", "Friday's fire": one more sentence of the last loss told, and its dates."""
    m = page.search("same_loss", line.span.start, line.span.end)
    losses = [d for d in found if d.type == "DISRUPT" and d.spots[0][0] < line.index]
    if m is None or not losses or line.index - losses[-1].spots[-1][0] > _REACH:
        return
    told = losses[-1]
    spot(told, (line.index, m.start(), m.end()))
    for when in line.dates:
        role = "until" if when.role == "until" else "date"
        if getattr(told, role) is None and not when.telling and when.start - m.end() < _NEXT_TO:
            setattr(told, role, when.value)


def mention_again(page: Page, line: Line, found: list[Draft]) -> None:
    """ "The curbs", "exporters must": one more sentence of the last measure told before.

    Where the sentence tells an act of its own, only a mention before that act counts.
    """
    m = page.search("same_measure", line.span.start, line.span.end)
    if m is None:
        return
    own = [
        place[1] for d in found if d.trigger.frame.triggers  # not one that is only likely
        for place in d.spots if place[0] == line.index
    ]  # fmt: skip
    if own and (m.start() > min(own) or line.clause_at(m.start()) is line.clause_at(min(own))):
        return
    measures = [
        d for d in found
        if d.type in ("RESTRICT", "EASE") and d.status not in ("denied", "considered")
        and d.spots[0][0] < line.index
    ]  # fmt: skip
    if page.language.re["relief"].search(m.group()):
        measures = [d for d in measures if d.type == "EASE"]
    official = any("official" in d.reasons for d in measures)
    if measures and (official or line.index - measures[-1].spots[-1][0] <= _REACH):
        told = measures[0] if official else measures[-1]
        on = [i.id for i in line.items if 0 <= i.start - m.end() < _ON_IT]
        if on and not _about(on, told.items):
            return  # "unlike the ban on gallium": another measure than the one told
        spot(told, (line.index, m.start(), m.end()))
        for when in line.dates:
            taken = own and line.clause_at(when.start) is line.clause_at(min(own))
            if getattr(told, when.role) is None and not when.telling and not taken:
                setattr(told, when.role, when.value)
        if page.search("at_once", line.span.start, line.span.end):
            told.effective = told.effective or told.date
