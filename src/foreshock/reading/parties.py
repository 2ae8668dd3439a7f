"""Names told together: lists of one kind, and the parties to a joint act."""

import re
from collections.abc import Iterable, Sequence

from foreshock.reading.frames import Trigger
from foreshock.reading.memory import Ids, Memory
from foreshock.reading.names import Mention
from foreshock.reading.page import PRIVATE, Line, Page

#: between two names of one list
_LISTED = re.compile(r"'?\s*(?:,|and|,\s*and|\()\s*(?:the\s)?")


def unique(mentions: Iterable[Mention]) -> Ids:
    """The ids of mentions, each once, in order."""
    return tuple(dict.fromkeys(m.id for m in mentions))


def together(page: Page, last: Mention, pool: Sequence[Mention]) -> Ids:
    """A mention and those coordinated with it: "Japan and the Netherlands"."""
    group = [last]
    for m in reversed([m for m in pool if m.end <= last.start]):
        between = page.said(m.end, group[-1].start)
        if not _LISTED.fullmatch(between):
            break
        group.append(m)
    return unique(reversed(group))


def together_after(page: Page, pool: Sequence[Mention]) -> Ids:
    """The first of some mentions and those listed with it: "plants of Samsung, NXP and Bosch"."""
    group = list(pool[:1])
    for m in pool[1:]:
        if not _LISTED.fullmatch(page.said(group[-1].end, m.start)):
            break
        group.append(m)
    return unique(group)


def parties(page: Page, line: Line, trigger: Trigger, memory: Memory) -> tuple[Ids, str]:
    """All parties to a joint act; one party alone is joined by the one last named."""
    clause = line.clause_at(trigger.start)
    pool = [m for m in line.actors if m.state or trigger.frame.actor == "any"]
    if trigger.frame.actor == "any":
        pool += page.unknown_companies(line, line.span.start, line.span.end)
        pool.sort(key=lambda m: m.start)
    begun = clause.start if clause.begun < 0 else clause.begun
    near = [m for m in pool if begun <= m.start < clause.end]
    ids = unique(m for m in near if _is_party(page, line, m, trigger))
    if len(ids) < 2:
        ids = unique(m for m in pool if _is_party(page, line, m, trigger))
    if len(ids) < 2 and trigger.frame.type == "NEGOTIATE":
        # "sent a team to Beijing", "are in Kuala Lumpur": the place stands for who receives them
        hosts = [m for m in pool if page.preposition(line, m) in ("to", "in", "with")]
        ids = tuple(dict.fromkeys((*ids, *unique(hosts))))[:2]
    whole = (line.span.start, line.span.end)
    taken_up = page.search("both", *whole) or (len(ids) < 2 and page.search("same_deal", *whole))
    if taken_up and memory.parties() and len(unique(m for m in pool if m.state)) < 2:
        return memory.parties(), "parties"
    if len(ids) < 2 and page.search("anaphor", line.span.start, line.span.end):
        ids = tuple(dict.fromkeys((*ids, *memory.state, *memory.company)))[:2]
    signs = page.language.re["signs"].match(page.low, trigger.start)
    return (ids, "parties") if len(ids) > 1 or (ids and signs) else ((), "")


def _is_party(page: Page, line: Line, mention: Mention, trigger: Trigger) -> bool:
    if page.use(mention) == PRIVATE:
        return False
    how = page.preposition(line, mention)
    after = mention.start >= trigger.end and trigger.frame.type == "AGREE"
    if after and trigger.frame.form == "verb" and how not in ("with", "between", "by", "and"):
        return False  # "agreed to let tonnes go that Korean firms had ordered"
    if mention.part == "unknown" and how and how not in ("with", "between", "by", "and"):
        return False
    before = page.said(max(line.span.start, mention.start - 40), mention.start)
    if page.language.re["sent_by"].search(before):
        return True
    return page.preposition(line, mention) not in (
        "in",
        "at",
        "on",
        "against",
        "from",
        "to",
        "near",
        "for",
        "about",
        "under",
    )
