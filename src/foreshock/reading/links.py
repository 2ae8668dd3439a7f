"""How the events of one text stand to each other: retaliates, causes, reverses, violates ...

A linking word joins two events of its sentence, or one of them to the nearest told before. Where
the word says that what it answers *follows* ("in answer to"), its pattern marks it by the group
`to`; else the answer itself follows ("hit back with").
"""

import re
from collections.abc import Iterable

from foreshock.reading.merge import Draft
from foreshock.reading.page import Page

#: relation -> the types between which it may hold
BETWEEN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "retaliates": (("RESTRICT", "THREATEN", "PROBE"), ("RESTRICT", "PROBE", "THREATEN")),
    "causes": (("RESTRICT",), ("DISRUPT", "FLOW", "PRICE", "RESTRICT")),
    "reverses": (("EASE",), ("RESTRICT",)),
    "violates": (("BREACH",), ("AGREE", "COMMIT")),
    "implements": (("EASE", "COMMIT", "RESTRICT", "COOPERATE"), ("AGREE",)),
}


def link(page: Page, found: list[Draft]) -> None:
    """Link the events of a page; the ends of a link are indices into `found`."""
    told: dict[int, list[int]] = {}
    for i, draft in enumerate(found):
        for index in sorted({spot[0] for spot in draft.spots}):
            told.setdefault(index, []).append(i)
    for index in sorted(told) if len(found) > 1 else ():
        here, line = told[index], page.lines[index]
        types = {found[i].type for i in here}
        for _, pattern, relation in page.cues("links", line.span.start, line.span.end):
            if types.isdisjoint((*BETWEEN[relation][0], *BETWEEN[relation][1])):
                continue
            m = pattern.search(page.low, line.span.start, line.span.end)
            if m is not None:
                pairs = _ends(found, here, m)
                if relation == "causes" and m.groupdict().get("to"):
                    pairs = [(j, i) for i, j in pairs]
                _join(found, pairs, relation)


def _ends(found: list[Draft], here: list[int], m: re.Match[str]) -> list[tuple[int, int]]:
    """Candidate pairs (subject, object) for a linking word, the likeliest first."""
    after = [i for i in here if any(start >= m.start() for _, start, _ in found[i].spots)]
    beside = [i for i in here if i not in after]
    before = list(range(here[0] - 1, -1, -1))
    if m.groupdict().get("to"):
        return [(i, j) for j in after for i in (*beside, *after[::-1], *before) if i != j]
    subjects = [*after, *beside]
    return [(i, j) for i in subjects for j in (*beside, *after, *before) if i != j]


def _join(found: list[Draft], pairs: Iterable[tuple[int, int]], relation: str) -> None:
    """Link the first pair between which the relation may hold."""
    starts, ends = BETWEEN[relation]
    for subject, other in pairs:
        a, b = found[subject], found[other]
        if a.type in starts and b.type in ends and _may(a, b, relation):
            if (relation, other) not in a.links:
                a.links.append((relation, other))
            if relation == "retaliates" and b.targets == ("all",):
                # one answers what was aimed at oneself
                b.targets = a.actors
            return


def _may(subject: Draft, other: Draft, relation: str) -> bool:
    """Retaliation is between different actors, a reversal or breach by the same one."""
    shared = bool(set(subject.actors) & set(other.actors))
    if relation == "retaliates":
        return not shared
    return shared if relation in ("reverses", "violates") else True
