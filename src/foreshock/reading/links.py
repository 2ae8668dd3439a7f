"""How the events of one text stand to each other: retaliates, causes, reverses, violates ..."""

from foreshock.reading.assemble import Draft
from foreshock.reading.page import Page

#: relation -> the types between which it may hold
BETWEEN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "retaliates": (("RESTRICT", "THREATEN", "PROBE"), ("RESTRICT", "PROBE", "THREATEN")),
    "causes": (("RESTRICT", "DISRUPT"), ("DISRUPT", "FLOW", "PRICE", "RESTRICT")),
    "reverses": (("EASE",), ("RESTRICT",)),
    "violates": (("BREACH",), ("AGREE", "COMMIT")),
    "implements": (("EASE", "COMMIT", "RESTRICT", "COOPERATE"), ("AGREE",)),
}


def link(page: Page, found: list[Draft]) -> None:
    """Link events that a linking word joins in one sentence; ends are indices into `found`."""
    for line in page.lines:
        here = [i for i, d in enumerate(found) if any(s[0] == line.index for s in d.spots)]
        if not here:
            continue
        for pattern, relation in page.language.pairs["links"]:
            if pattern.search(page.low, line.span.start, line.span.end):
                _join(found, here, relation)


def _join(found: list[Draft], here: list[int], relation: str) -> None:
    """The first fitting pair: both in the sentence, or one of them the nearest told before."""
    starts, ends = BETWEEN[relation]
    for subject in (i for i in here if found[i].type in starts):
        others = [j for j in (*here, *range(here[0] - 1, -1, -1)) if j != subject]
        for other in others:
            if found[other].type in ends and _may(found[subject], found[other], relation):
                entry = (relation, other)
                if entry not in found[subject].links:
                    found[subject].links.append(entry)
                return


def _may(subject: Draft, other: Draft, relation: str) -> bool:
    """Retaliation is between different actors, a reversal by the same one."""
    shared = bool(set(subject.actors) & set(other.actors))
    if relation == "retaliates":
        return not shared
    return shared if relation in ("reverses", "violates") else True
