"""On whom it falls or where it goes: by grammar, else as told before of the same measure."""

import re

from foreshock.reading.actors import ON_WHOM
from foreshock.reading.frames import Trigger
from foreshock.reading.memory import Ids, Memory
from foreshock.reading.names import Mention
from foreshock.reading.page import PRIVATE, Line, Page

#: types whose object is the one addressed
ADDRESSED = ("PRESSURE", "THREATEN", "PROBE", "POSITION", "BREACH", "COMMIT")
#: types (and modes) that are aimed at whoever took the measure they are about
ANSWERS = ("PRESSURE", "BREACH", "THREATEN", "condemn", "protest", "urge")
MEASURE = ("RESTRICT", "EASE")
#: bodies before which one complains: nothing falls on them
NOBODY = ("org:WTO",)


def targets(page: Page, line: Line, trigger: Trigger, actors: Ids, memory: Memory) -> Ids:
    """On whom it falls or where it goes; "all" for a measure or flow that names nobody."""
    frame = trigger.frame
    if frame.mode == "impact":
        return ()
    clause = line.clause_at(trigger.start)
    ids = _in(page, line, trigger, actors, (clause.start, clause.end))
    if frame.subject == "target" and frame.type in ADDRESSED:
        told = [
            m.id for m in line.actors
            if clause.start <= m.start < trigger.start and m.id not in actors
            and not page.preposition(line, m)
        ]  # fmt: skip
        ids = told[-1:] or ids
    if not ids and frame.type in MEASURE and _alone(line, trigger):
        ids = _in(page, line, trigger, actors, (line.span.start, line.span.end))
    if not ids:
        ids = list(_otherwise(page, line, trigger, actors, memory))
    return tuple(dict.fromkeys(ids))


def _in(page: Page, line: Line, trigger: Trigger, actors: Ids, part: tuple[int, int]) -> list[str]:
    """The names in a part of the sentence that the act falls on."""
    frame = trigger.frame
    ids: list[str] = []
    for m in (*line.actors, *line.places):
        if m.id in actors or not part[0] <= m.start < part[1]:
            continue
        if any(t is not trigger and _owns(page, m, t) for t in line.triggers):
            continue
        if m.id in NOBODY:
            continue
        how, after = page.preposition(line, m), m.start >= trigger.start
        if m.part == "place" and how not in ("to", "into"):
            continue
        if frame.mode == "litigate" and not m.state:
            continue  # the court or panel is not the one complained of
        direct = after and not how and frame.type in ADDRESSED
        direct = direct or (after and not how and not m.state and frame.type == "INVEST")
        measure = frame.type in MEASURE
        beside = after and m.start - trigger.end < 15
        hit = measure and ((page.use(m) == PRIVATE and beside) or (not m.state and after))
        if (how in ON_WHOM and (after or how in ("to", "on", "against"))) or direct or hit:
            ids.append(m.id)
    return ids


def _alone(line: Line, trigger: Trigger) -> bool:
    """Whether no other measure of the sentence could own its names."""
    return not any(t is not trigger and t.frame.type in MEASURE for t in line.triggers)


def _otherwise(page: Page, line: Line, trigger: Trigger, actors: Ids, memory: Memory) -> Ids:
    """Where the sentence names nobody: from the measure told before, the place, or "all"."""
    frame = trigger.frame
    if frame.type in ANSWERS or frame.mode in ANSWERS:
        anywhere = frame.type in ("THREATEN", "BREACH")
        owners = [
            m.id for m in line.actors
            if m.state and m.id not in actors and (anywhere or m.start > trigger.start)
        ]  # fmt: skip
        return tuple(owners[:1]) or memory.answered(actors)
    if frame.type in ("DISRUPT", "RECOVER") and actors and actors[0].startswith("org:"):
        return _whereabouts(page, line, memory.homes.get(actors[0], ""))
    if frame.type in MEASURE:
        return memory.aimed_at(actors) or ("all",)
    states = any(not a.startswith("org:") for a in actors)
    if frame.type == "COMMIT":
        return memory.aimed_at(actors)
    if frame.type == "PROBE" or (frame.type == "FLOW" and states and frame.mode != "output"):
        return ("all",)
    return ()


def _owns(page: Page, mention: Mention, trigger: Trigger) -> bool:
    """Whether a name belongs to another act's noun: "in answer to US tariffs"."""
    between = page.said(mention.end, trigger.start)
    near = mention.end <= trigger.start and len(between) < 25
    return near and trigger.frame.form == "noun" and not re.search(r"[,;:(]", between)


def _whereabouts(page: Page, line: Line, home: str) -> Ids:
    """Where something is: as the sentence says, else where the firm is at home, else the text."""
    for m in (*line.places, *line.actors):
        if m.state and (page.preposition(line, m) in ("in", "at") or page.is_seat(m)):
            return (m.id,)
    if home:
        return (home,)
    for near in page.lines:
        for m in (*near.places, *near.actors):
            if m.state and page.preposition(near, m) == "in":
                return (m.id,)
    return ()
