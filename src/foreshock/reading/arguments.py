"""Who does it, to whom, about what: the arguments of a trigger, found in its clause first."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from foreshock.reading.frames import Trigger
from foreshock.reading.names import Mention
from foreshock.reading.page import AGENT, OWNER, PRIVATE, Line, Page
from foreshock.reading.sentences import Clause

#: types told of both sides at once: all parties are actors
JOINT = ("NEGOTIATE", "AGREE", "COOPERATE")
#: types that only a state can do
STATE_ONLY = ("RESTRICT", "EASE", "PROBE", "THREATEN", "BREACH")
#: types told of a place, a company or a thing
PHYSICAL = ("DISRUPT", "RECOVER", "FLOW", "PRICE", "INVEST")
#: types whose object is the one addressed
ADDRESSED = ("PRESSURE", "THREATEN", "PROBE", "POSITION", "BREACH", "COMMIT")
#: prepositions before the one on whom a measure falls
ON_WHOM = ("to", "on", "against", "for", "toward", "towards", "from", "at", "hitting", "targeting",
           "affecting", "with", "into", "sent", "aimed", "in", "of")  # fmt: skip
#: what a measure covers where the text names no item
DEFAULT_ITEMS = {
    "entity_listing": "dualuse", "veu": "dualuse", "affiliates_rule": "dualuse",
    "import_tariff": "goods", "trade_deal": "goods", "truce": "goods",
}  # fmt: skip


@dataclass(slots=True)
class Memory:
    """What the text has named so far, for "it", "the ministry", "the curbs"."""

    actors: tuple[str, ...] = ()
    #: item and actor of the measures told so far, the newest last
    items: tuple[str, ...] = ()
    #: items that the document is about
    topic: tuple[str, ...] = ()
    #: who issued an official text: it acts where nobody is named
    issuer: tuple[str, ...] = ()


@dataclass(slots=True)
class Arguments:
    """What was found; `why` names the rules, `doubt` counts the guesses."""

    actors: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    why: list[str] = field(default_factory=list)
    doubt: int = 0


def arguments(page: Page, line: Line, trigger: Trigger, memory: Memory) -> Arguments:
    """The arguments of one trigger."""
    clause = line.clause_at(trigger.start)
    found = Arguments()
    found.items = _items(page, line, clause, trigger, memory, found)
    if trigger.frame.type in JOINT:
        found.actors = _parties(page, line, clause, trigger, memory, found)
        return found
    found.actors = _actors(page, line, clause, trigger, memory, found)
    found.targets = _targets(page, line, clause, trigger, found.actors)
    return found


# -- who acts ------------------------------------------------------------------------------------


def _actors(
    page: Page, line: Line, clause: Clause, trigger: Trigger, memory: Memory, found: Arguments
) -> tuple[str, ...]:
    may_act = _may_act(trigger)
    usable = [m for m in line.actors if may_act(m)]
    steps = (
        ("modifier", lambda: _modifier(page, line, usable, clause, trigger)),
        ("by", lambda: _by(page, usable, clause, trigger)),
        ("subject", lambda: _subject(page, line, usable, clause.start, trigger)),
        ("company", lambda: _company(page, line, clause, trigger)),
        ("pronoun", lambda: _taken_up(page, clause.start, trigger.start, memory)),
        ("place", lambda: _place(page, line, usable, clause, trigger)),
        ("sentence", lambda: _subject(page, line, usable, line.span.start, trigger)),
        ("owner", lambda: _owner(page, usable, line, trigger)),
        ("issuer", lambda: memory.issuer if trigger.frame.type in STATE_ONLY else ()),
        ("memory", lambda: _taken_up(page, line.span.start, line.span.end, memory)),
    )
    for doubt, (rule, step) in enumerate(steps):
        actors = step()
        if actors:
            found.why.append(f"actor:{rule}")
            found.doubt += max(0, doubt - 3)
            return actors
    return ("all",) if trigger.frame.type in ("DISRUPT",) and found.items else ()


def _may_act(trigger: Trigger):  # type: ignore[no-untyped-def]
    kind = trigger.frame.actor or ("gov" if trigger.frame.type in STATE_ONLY else "any")
    return (lambda m: m.state) if kind == "gov" else (lambda m: True)


def _ids(mentions: Iterable[Mention]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.id for m in mentions))


def _with_neighbours(page: Page, last: Mention, pool: Sequence[Mention]) -> tuple[str, ...]:
    """A mention and those coordinated with it: "Japan and the Netherlands"."""
    group, first = [last], last
    for m in reversed([m for m in pool if m.end <= last.start]):
        between = page.said(m.end, first.start)
        if not re.fullmatch(r"'?\s*(?:,|and|,\s*and|\()\s*(?:the\s)?", between):
            break
        group.append(m)
        first = m
    return _ids(reversed(group))


def _subject(
    page: Page, line: Line, usable: list[Mention], start: int, trigger: Trigger
) -> tuple[str, ...]:
    """The nearest actor to the left that no preposition governs."""
    if trigger.frame.subject != "actor":
        return ()
    pool = [
        m
        for m in usable
        if start <= m.start and m.end <= trigger.start and page.use(m) == AGENT
        and not page.preposition(line, m)
    ]
    if not pool or _passive(page, trigger, pool[-1].end):
        return ()
    return _with_neighbours(page, pool[-1], pool)


def _passive(page: Page, trigger: Trigger, start: int) -> bool:
    if trigger.frame.form != "verb":
        return False
    return page.language.re["be"].search(page.said(max(start, trigger.start - 30), trigger.start)) is not None


def _modifier(
    page: Page, line: Line, usable: list[Mention], clause: Clause, trigger: Trigger
) -> tuple[str, ...]:
    """Whose noun it is: "China's rare earth curbs", "US tariffs"."""
    if trigger.frame.form == "verb":
        return ()
    pool = [m for m in usable if clause.start <= m.start and m.end <= trigger.start]
    if not pool:
        return ()
    between = page.said(pool[-1].end, trigger.start)
    near = len(between.split()) <= 5 and not re.search(r"[,;:(]", between)
    owner = page.use(pool[-1]) in (OWNER, PRIVATE) or len(between.split()) <= 1
    if not near or not owner or page.preposition(line, pool[-1]) in ("to", "on", "against"):
        return ()
    return _with_neighbours(page, pool[-1], pool)


def _by(page: Page, usable: list[Mention], clause: Clause, trigger: Trigger) -> tuple[str, ...]:
    """The one after "by": "tariffs imposed by the United States"."""
    for m in usable:
        between = page.said(trigger.end, m.start)
        if trigger.end <= m.start <= clause.end + 1 and page.language.re["by"].match(between + ""):
            if len(between) < 60 and re.search(r"\bby\s(?:the\s|us\spresident\s|\w+\sminister\s)?$", between):
                return (m.id,)
    return ()


def _company(page: Page, line: Line, clause: Clause, trigger: Trigger) -> tuple[str, ...]:
    """A company the pack does not know, just before the verb."""
    if trigger.frame.actor not in ("org", "any") or trigger.frame.type not in (*PHYSICAL, "POSITION"):
        return ()
    pool = page.unknown_companies(line, clause.start, trigger.start)
    if not pool or len(page.said(pool[-1].end, trigger.start).split()) > 6:
        return ()
    return _with_neighbours(page, pool[-1], pool)


def _taken_up(page: Page, start: int, end: int, memory: Memory) -> tuple[str, ...]:
    """The one last named, where the clause says "it" or "the ministry"."""
    return memory.actors if page.language.re["anaphor"].search(page.low, start, end) else ()


def _place(
    page: Page, line: Line, usable: list[Mention], clause: Clause, trigger: Trigger
) -> tuple[str, ...]:
    """Where it happens, for what happens to things: "output in Taiwan", "Chinese exports"."""
    if trigger.frame.type not in PHYSICAL:
        return ()
    states = [m for m in usable if m.state and clause.start <= m.start <= clause.end]
    owners = [m for m in states if page.use(m) in (OWNER, PRIVATE)]
    inside = [m for m in states if page.preposition(line, m) in ("in", "from", "at", "of", "across")]
    return _ids((owners or inside or states)[:1])


def _owner(page: Page, usable: list[Mention], line: Line, trigger: Trigger) -> tuple[str, ...]:
    """Anybody whose possession or firms the sentence names before the trigger."""
    pool = [m for m in usable if m.state and m.end <= trigger.start and not page.preposition(line, m)]
    return _ids(pool[-1:])


def _parties(
    page: Page, line: Line, clause: Clause, trigger: Trigger, memory: Memory, found: Arguments
) -> tuple[str, ...]:
    """All parties to a joint act; one party alone is joined by the one last named."""
    only_states = trigger.frame.actor != "any"
    pool = [m for m in line.actors if m.state or not only_states]
    near = [m for m in pool if clause.start <= m.start < clause.end]
    acting = [m for m in (near if len(_ids(near)) > 1 else pool) if _is_party(page, line, m)]
    ids = _ids(acting)
    if len(ids) < 2 and page.language.re["anaphor"].search(page.low, line.span.start, line.span.end):
        ids = tuple(dict.fromkeys((*ids, *memory.actors)))
        found.doubt += 1
    if len(ids) < 2 and trigger.frame.type != "AGREE":
        ids = _ids(m for m in pool if m.state) or ids
    found.why.append("actor:parties")
    return ids


def _is_party(page: Page, line: Line, mention: Mention) -> bool:
    if page.use(mention) == PRIVATE:
        return False
    return page.preposition(line, mention) not in ("in", "at", "on", "against", "from", "to", "near")


# -- on whom -------------------------------------------------------------------------------------


def _targets(
    page: Page, line: Line, clause: Clause, trigger: Trigger, actors: tuple[str, ...]
) -> tuple[str, ...]:
    frame = trigger.frame
    ids: list[str] = []
    for m in line.actors:
        if m.id in actors or not clause.start <= m.start < clause.end:
            continue
        how = page.preposition(line, m)
        after = m.start >= trigger.start
        direct = after and not how and frame.type in ADDRESSED
        private = page.use(m) == PRIVATE and frame.type in ("RESTRICT", "EASE")
        if (how in ON_WHOM and (after or how in ("to", "on", "against"))) or direct or private:
            ids.append(m.id)
        elif frame.type in ("RESTRICT", "EASE") and not m.state and after and m.part == "company":
            ids.append(m.id)
    if frame.type in ("RESTRICT", "EASE") and not ids:
        return ("all",)
    if frame.type == "FLOW" and frame.actor == "any" and not ids:
        return ("all",) if any(not a.startswith("org:") for a in actors) else ()
    return tuple(dict.fromkeys(ids))


# -- about what ----------------------------------------------------------------------------------


def _items(
    page: Page, line: Line, clause: Clause, trigger: Trigger, memory: Memory, found: Arguments
) -> tuple[str, ...]:
    """The items of the clause, else of the sentence, else those last told of."""
    near = _unless_purpose(page, [m for m in line.items if clause.start <= m.start < clause.end], clause.start)
    after = [m for m in near if m.end > trigger.start]
    if trigger.frame.item == "after":
        near = after
    if near or trigger.frame.item in ("after", "clause"):
        return _specific(near)
    wide = _unless_purpose(page, line.items, line.span.start)
    if wide:
        found.why.append("item:sentence")
        found.doubt += 1
        return _specific(wide)
    if memory.items or memory.topic:
        found.why.append("item:memory")
        found.doubt += 2
        return memory.items or memory.topic
    return ()


def _unless_purpose(page: Page, items: list[Mention], start: int) -> list[Mention]:
    """Without the items that say what the others are for: "graphite for batteries"."""
    purpose = page.language.re["purpose"]
    kept: list[Mention] = []
    for m in items:
        since = kept[-1].end if kept else max(start, m.start - 60)
        if not kept or not purpose.search(page.low, since, m.start):
            kept.append(m)
    return kept


def _specific(items: Iterable[Mention]) -> tuple[str, ...]:
    """Ids in order of mention; a doubtful generic name gives way to any sure one."""
    found = list(items)
    sure = [m for m in found if not m.doubtful]
    return _ids(sure or found)
