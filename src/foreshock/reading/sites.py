"""Who is struck or back at work: the firm of a plant, of "the pit", of a place told before."""

from collections.abc import Sequence

from foreshock.reading.frames import Trigger
from foreshock.reading.memory import Ids, Memory
from foreshock.reading.names import Mention
from foreshock.reading.page import Line, Page
from foreshock.reading.parties import together, together_after, unique
from foreshock.reading.sentences import Clause

#: types told of somebody's own sites, goods and money
OWN = ("DISRUPT", "RECOVER", "FLOW", "INVEST")
#: characters before a name with which a sentence opens: a quotation mark
_AT_ONCE = 2


def firm(
    page: Page, line: Line, clause: Clause, trigger: Trigger, usable: Sequence[Mention]
) -> Ids:
    """The company of the sentence, for what befalls a plant: "it halted lines after a fire"."""
    pool = [
        m for m in usable
        if not m.state and m.start < trigger.end
        and page.preposition(line, m) not in ("to", "like", "than", "against")
    ]  # fmt: skip
    if pool:
        return together(page, pool[-1], pool)
    after = [
        m for m in usable
        if not m.state and trigger.end <= m.start < clause.end
        and page.preposition(line, m) in ("", "of", "at", "by", "and", ",")
    ]  # fmt: skip
    return together_after(page, after)


def around(page: Page, line: Line, trigger: Trigger) -> Ids:
    """The country that the sentence is about, for a loss told without a place."""
    states = [m for m in (*line.actors, *line.places) if m.state]
    there = [m for m in states if page.preposition(line, m) in ("in", "at", "across")]
    if not there and trigger.frame.mode not in ("drought", "war"):
        return ()
    return unique((there or states)[:1])


def taken_up(page: Page, clause: Clause, kind: str, memory: Memory, items: Ids) -> Ids:
    """Whoever was told to run the site that the clause takes up: "the pit", "production"."""
    again = page.search("same_site", clause.start, clause.end)
    if not again and kind == "RECOVER":
        again = page.search("same_loss", clause.start, clause.end)
    return (memory.told_of_sites(items) or memory.company) if again else ()


def who_stopped(memory: Memory, place: Ids, items: Ids) -> Ids:
    """For a place where work comes back, the firm told to have stopped there, else the place."""
    if place[0].startswith("org:"):
        return place
    for told in reversed(memory.told):
        firms = tuple(a for a in told.actors if a.startswith("org:"))
        there = not told.targets or place[0] in told.targets
        about = not items or set(items) & set(told.items)
        if told.type == "DISRUPT" and firms and there and about:
            return firms
    return place


def same_firm(page: Page, clause: Clause, trigger: Trigger, memory: Memory) -> Ids:
    """The firm last named, of a loss told "at the chipmaker", "at its plant"."""
    if trigger.frame.type not in ("DISRUPT", "RECOVER"):
        return ()
    after = page.search("anaphor", trigger.end, clause.end)
    company = page.language.re["company_words"]
    return memory.company if after and company.search(after.group()) else ()


def opening_firm(page: Page, line: Line, end: int) -> Ids:
    """A company the pack does not know with which the sentence opens: "Acme wrote that it"."""
    start = line.span.start
    found = page.unknown_companies(line, start, end)
    hour = page.language.re["hour"].match(page.low, start)
    start = hour.end() if hour else start
    return (found[0].id,) if found and found[0].start - start <= _AT_ONCE else ()


def own_site(page: Page, line: Line, clause: Clause, trigger: Trigger, memory: Memory) -> Ids:
    """Whose site, output or money it is: "our plant", "Acme said that output at its mine"."""
    if trigger.frame.type not in OWN:
        return ()
    if page.search("we", clause.start, clause.end) and not _quoted(page, line, trigger):
        return firms_of(memory.voice) or memory.company or _first_firm(page)
    its = page.search("its_own", line.span.start, line.span.end)
    return opening_firm(page, line, min(its.start(), trigger.start)) if its else ()


def firms_of(ids: Ids) -> Ids:
    """Those of some actors that are no states."""
    return tuple(i for i in ids if i.startswith("org:"))


def _quoted(page: Page, line: Line, trigger: Trigger) -> bool:
    """Whether a quotation is open at a trigger: whoever is quoted says "we"."""
    return page.said(line.span.start, trigger.start).count('"') % 2 == 1


def _first_firm(page: Page) -> Ids:
    """The firm that a text names first, in its opening: it speaks of itself as "we"."""
    for line in page.lines[:2]:
        known = [m for m in line.actors if not m.state]
        firms = known or page.unknown_companies(line, line.span.start, line.span.end)
        if firms:
            return (firms[0].id,)
    return ()
