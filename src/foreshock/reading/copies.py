"""Which texts are copies of one another: reprints, wire copy with another headline, cut versions.

Texts are compared by MinHash over their word runs (Broder 1997, "On the resemblance and containment
of documents"), found by locality-sensitive hashing. From the resemblance of two texts and their
lengths follows how much of the shorter stands in the longer; a share of `COPIED` makes it a copy. A
reprint that cut half of the text is one, a new text with a shared quotation is not.
"""

import re
from collections.abc import Iterable, Sequence

from foreshock.reading.sentences import lowered, plain

#: share of the shorter text's word runs that stand in the longer one
COPIED = 0.5
#: words in a run; texts without spaces are cut into runs of characters
RUN_WORDS = 4
RUN_CHARACTERS = 6
#: a shorter text has too few runs to be told from another
LEAST_RUNS = 12
#: characters of a text that are compared; agencies' copy is shorter
MOST_CHARACTERS = 20_000

_PERMUTATIONS = 128
#: two values to a band: pairs down to a resemblance of about 0.15 become candidates
_BANDS = 64
_SEED = 1
_WORD = re.compile(r"\w+")
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


class Copies:
    """Groups of copies, grown one text at a time; keeps half a kilobyte of each text.

    >>> wire = ("Exports of gallium need a licence from August, the ministry said on Monday, and "
    ...         "companies have four weeks to apply for one or to stop their shipments abroad.")
    >>> copies = Copies()
    >>> [copies.add(text) for text in (wire, "UPDATE: " + wire, wire[:90], "Copper rose." * 9)]
    [0, 0, 0, 3]
    """

    def __init__(self) -> None:
        from rensa import RMinHashLSH  # told in docs/why/stories.md

        self._index = RMinHashLSH(threshold=0.15, num_perm=_PERMUTATIONS, num_bands=_BANDS)
        self._kept: list[tuple[object, int] | None] = []
        self._group: list[int] = []

    def add(self, text: str) -> int:
        """The number of the group that the text falls into: the place of the group's first text."""
        place = len(self._kept)
        found = runs(text)
        if len(found) < LEAST_RUNS:
            self._kept.append(None)
            self._group.append(place)
            return place
        from rensa import RMinHash

        hashed = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
        hashed.update(sorted(found))
        group, best = place, 0.0
        for other in self._index.query(hashed):
            kept = self._kept[other]
            if kept is not None:
                share = contained(hashed.jaccard(kept[0]), len(found), kept[1])
                if share >= COPIED and share > best:
                    group, best = self._group[other], share
        self._index.insert(place, hashed)
        self._kept.append((hashed, len(found)))
        self._group.append(group)
        return group


def runs(text: str) -> set[str]:
    """The runs of words of a text, or of characters where words are not parted by spaces.

    >>> sorted(runs("China curbs gallium exports again"))
    ['china curbs gallium exports', 'curbs gallium exports again']
    """
    low = lowered(plain(text[:MOST_CHARACTERS]))
    if len(_DENSE.findall(low)) * 3 > len(low):
        letters = "".join(_WORD.findall(low))
        return _windows(letters, RUN_CHARACTERS, "")
    return _windows(_WORD.findall(low), RUN_WORDS, " ")


def _windows(parts: Sequence[str], width: int, between: str) -> set[str]:
    return {between.join(parts[i : i + width]) for i in range(len(parts) - width + 1)}


def contained(resemblance: float, one: int, other: int) -> float:
    """Share of the smaller of two sets that lies in the larger, from their Jaccard resemblance.

    >>> contained(0.5, 100, 200)
    1.0
    >>> contained(0.0, 100, 200)
    0.0
    """
    if not one or not other:
        return 0.0
    shared = resemblance * (one + other) / (1 + resemblance)
    return min(1.0, shared / min(one, other))


#: agencies by the credits that papers print: "(Reuters)", "Reporting by", "- AP"
AGENCIES: tuple[tuple[str, str], ...] = (
    ("Reuters", r"\(Reuters\)|\bReporting by [A-Z]|\bEditing by [A-Z]|\bThomson Reuters\b"),
    ("Associated Press", r"\(AP\)|\bAssociated Press\b - |\(Associated Press\)"),
    ("AFP", r"\(AFP\)|\bAFP\)? ?[-–—]|(?m:^AFP$)"),
    ("Bloomberg", r"\(Bloomberg\)|\bSource: Bloomberg\b"),
    ("Yonhap", r"\(Yonhap\)|연합뉴스"),
    ("Kyodo", r"\(Kyodo\)|\bKYODO\b"),
    ("Jiji", r"\(Jiji Press\)"),
    ("Xinhua", r"\(Xinhua\)|新华社"),
    ("dpa", r"\(dpa(?:-AFX)?\)"),
    ("ANP", r"\(ANP\)"),
)
_CREDITS = tuple((name, re.compile(pattern)) for name, pattern in AGENCIES)
_EDGE = 400  # characters at either end in which credits stand


def agency(text: str) -> str:
    """The agency whose copy a text says it is, "" for none.

    >>> agency("BEIJING (Reuters) - China will require permits."), agency("China spoke.")
    ('Reuters', '')
    """
    edges = text[:_EDGE] + "\n" + text[-_EDGE:]
    return next((name for name, pattern in _CREDITS if pattern.search(edges)), "")


def joined(pairs: Iterable[tuple[object, object]]) -> dict[object, object]:
    """For each thing named in pairs, one that stands for all those joined with it.

    >>> one = joined([("a", "b"), ("b", "c"), ("d", "d")])
    >>> one["a"] == one["c"], one["a"] == one["d"]
    (True, False)
    """
    above: dict[object, object] = {}

    def top(thing: object) -> object:
        above.setdefault(thing, thing)
        while above[thing] != thing:
            above[thing] = above[above[thing]]
            thing = above[thing]
        return thing

    for a, b in pairs:
        above[top(a)] = top(b)
    return {thing: top(thing) for thing in list(above)}
