"""What may be told of figures that companies gave in confidence, so that none can be worked out.

An aggregate is safe when no company can be seen in it, nor in any difference of it and what was
told before. Held are, in this order:

1. at least three companies told a figure above 0 (companies of one group count as one);
2. none makes up more than 80 % of the sum, and what all but the two largest told is at least 10 %
   of the largest: else the second largest could work out the first by subtracting itself (the
   p % rule of statistical offices: Hundepool and others, Handbook on Statistical Disclosure
   Control, 2010, section 4.2);
3. no sum or difference of any aggregates told so far rests on fewer than three companies. Whoever
   knows them all and subtracts cleverly still has three strangers before him;
4. the difference to an earlier aggregate of which it holds all, or which holds all of it, keeps
   rule 2 as well.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations

from foreshock.words.records import Struct

LEAST = 3
DOMINANT = 0.8
NEAR = 0.1

#: the company, the group that counts for it, the value: what a company told, told again, is one
Told = tuple[str, str, float]


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether figures may leave together; the reason is for the desk only, and names nobody."""

    safe: bool
    why: str = ""


def verdict(told: Iterable[Told], before: Iterable[frozenset[Told]]) -> Verdict:
    """Whether the sum (or mean) of what was told may leave, after all that left before it.

    >>> three = [("a", "a", 5.0), ("b", "b", 4.0), ("c", "c", 3.0)]
    >>> verdict(three, []).safe
    True
    >>> verdict([*three, ("d", "d", 2.0)], [frozenset(three)]).why
    'with what was told before, it would show the figures of fewer than 3 companies'
    """
    fresh = frozenset(told)
    past = [one for one in before if one]
    by_group = _by_group(fresh)
    if sum(value > 0 for value in by_group.values()) < LEAST:
        return Verdict(safe=False, why=f"fewer than {LEAST} companies told a figure above 0")
    if _dominated(by_group.values()):
        return Verdict(safe=False, why="one company makes up most of it")
    if fresh in past:
        return Verdict(safe=True)
    if _shows_few([*dict.fromkeys(past), fresh]):
        why = (
            f"with what was told before, it would show the figures of fewer than {LEAST} companies"
        )
        return Verdict(safe=False, why=why)
    for one in past:
        apart = fresh - one if one <= fresh else one - fresh if fresh <= one else frozenset()
        if apart and _dominated(_by_group(apart).values()):
            return Verdict(
                safe=False, why="in the difference to what was told before, one company is most"
            )
    return Verdict(safe=True)


def _by_group(told: Iterable[Told]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for _, group, value in told:
        sums[group] = sums.get(group, 0.0) + value
    return sums


def _dominated(values: Iterable[float]) -> bool:
    """Whether the largest shows through, by share or to the second largest."""
    ranked = sorted(values, reverse=True)
    total = sum(ranked)
    rest = total - sum(ranked[:2])
    return total <= 0 or ranked[0] > DOMINANT * total or rest < NEAR * ranked[0]


def _shows_few(sums: Sequence[frozenset[Told]]) -> bool:
    """Whether some combination of the sums rests on one or two companies alone.

    Columns are what was told, rows the sums. A combination that rests on the companies R alone
    exists if, and only if, the rank falls when the columns of R are taken out.
    """
    groups: dict[tuple[bool, ...], set[str]] = {}
    for told in frozenset().union(*sums):
        pattern = tuple(told in one for one in sums)
        groups.setdefault(pattern, set()).add(told[1])
    columns = list(groups)
    whole = _rank(columns)
    few = sorted({g for members in groups.values() if len(members) < LEAST for g in members})
    for size in range(1, LEAST):
        for taken in combinations(few, size):
            left = [column for column in columns if not groups[column] <= set(taken)]
            if len(left) < len(columns) and _rank(left) < whole:
                return True
    return False


def _rank(columns: Sequence[Sequence[bool]]) -> int:
    """The rank of 0/1 columns, exactly."""
    rows = [[Fraction(cell) for cell in column] for column in columns]
    rank = 0
    for place in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in range(rank, len(rows)) if rows[r][place]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for other in range(rank + 1, len(rows)):
            factor = rows[other][place] / rows[rank][place]
            if factor:
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[rank], strict=True)]
        rank += 1
    return rank
