"""What the words around a trigger add: its mode, and several acts listed in one clause."""

import re

from foreshock.reading.dates import When
from foreshock.reading.frames import Trigger
from foreshock.reading.merge import Draft
from foreshock.reading.names import Mention
from foreshock.reading.page import Line, Page
from foreshock.reading.things import specific

#: between the items and the date of one act in a list
_LISTED = re.compile(r"[^;:]{0,45}")


def mode_of(page: Page, line: Line, trigger: Trigger) -> str | None:
    """The mode that the words of the trigger tell, else those of its clause before it."""
    kind = trigger.frame.type
    if kind not in page.language.modes:
        return None
    clause = line.clause_at(trigger.start)
    stretches = [(trigger.start, trigger.end), (clause.start, trigger.start)]
    if kind == "DISRUPT":  # "halted lines after a fire"
        stretches.append((trigger.end, line.span.end))
    for start, end in stretches:
        for _, pattern, mode in page.cues(kind, start, end):
            if pattern.search(page.low, start, end):
                return mode
    return None


def parted(page: Page, line: Line, draft: Draft) -> list[Draft]:
    """One draft for each act of a list: "photoresist in August, polyimide in September"."""
    clause = line.clause_at(draft.spots[0][1])
    dates = [w for w in line.dates if draft.spots[0][1] <= w.start and not w.telling]
    if len({w.value for w in dates}) < 2 or draft.type in ("AGREE", "NEGOTIATE"):
        return [draft]
    groups = _groups(page, line, dates)
    if len(groups) < 2 or draft.until:
        return [draft]
    found: list[Draft] = []
    for items, when in groups:
        part = _copy(draft)
        part.items = specific(items)
        part.date, part.effective = when.value, None
        found.append(part)
    return found if clause.end >= groups[0][1].start else [draft]


def _groups(page: Page, line: Line, dates: list[When]) -> list[tuple[list[Mention], When]]:
    """Items followed closely by a date of their own, where no two dates share items."""
    groups: list[tuple[list[Mention], When]] = []
    begin = line.span.start
    for when in dates:
        items = [m for m in line.items if begin <= m.start < when.start]
        near = items and _LISTED.fullmatch(page.said(items[-1].end, when.start))
        if not near:
            return []
        groups.append((items, when))
        begin = when.end
    return groups


def _copy(draft: Draft) -> Draft:
    fields = {name: getattr(draft, name) for name in Draft.__slots__}
    fields["spots"], fields["reasons"] = list(draft.spots), [*draft.reasons, "listed"]
    fields["links"] = list(draft.links)
    return Draft(**fields)
