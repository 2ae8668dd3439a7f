"""Warnings that tell one story: kinds of an item that only repeat what is said of the item.

Each warning stays a record of its own, updated and scored apart. Who shows a list may show the
leading one with the names of the others beside it.
"""

from collections.abc import Iterable

from foreshock.warn.issue import MOVED
from foreshock.warn.reasons import STANDING
from foreshock.words.pack import Pack
from foreshock.words.records import EarlyWarning


def alike(warnings: Iterable[EarlyWarning], pack: Pack) -> dict[str, tuple[EarlyWarning, ...]]:
    """The id of each leading warning -> the warnings that only repeat it; () where none does.

    A warning repeats that of a parent of its item if the holder, the level and the news are the
    same and p90 differs by less than what would make an update. Together they are all warnings.

    >>> alike([], Pack())
    {}
    """
    all_of = {(w.item, w.holder): w for w in warnings}
    groups: dict[str, list[EarlyWarning]] = {}
    for warning in all_of.values():
        lead = _lead(warning, all_of, pack)
        groups.setdefault(lead.id, [])
        if lead is not warning:
            groups[lead.id].append(warning)
    return {lead: tuple(others) for lead, others in groups.items()}


def _lead(
    warning: EarlyWarning, all_of: dict[tuple[str, str], EarlyWarning], pack: Pack
) -> EarlyWarning:
    """The farthest parent's warning that this one repeats, step by step; itself if none."""
    for parent in pack.ancestors(warning.item):
        above = all_of.get((parent, warning.holder))
        if above is None or parent == warning.item:
            continue
        return _lead(above, all_of, pack) if _repeats(warning, above) else warning
    return warning


def _repeats(warning: EarlyWarning, above: EarlyWarning) -> bool:
    return (
        warning.level == above.level
        and abs(warning.p90 - above.p90) < MOVED
        and _news(warning) == _news(above)
    )


def _news(warning: EarlyWarning) -> set[tuple[str, tuple[str, ...]]]:
    return {(r.rule, r.evidence) for r in warning.reasons if r.rule not in STANDING}
