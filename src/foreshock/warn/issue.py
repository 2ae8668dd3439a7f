"""The life of a warning: issued, left standing, updated, cancelled; never overwritten."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from foreshock.words.clocks import Clocks
from foreshock.words.records import EarlyWarning, Reason

#: a warning is updated when its level changes, or its 90-day probability moves this much
MOVED = 0.05
#: ... or when it would lapse within this many days
RENEW_WITHIN_DAYS = 7
#: the rule of a reason that tells what an earlier version rested on and does no more
WITHDRAWN = "withdrawn"
NOTHING: Mapping[str, str] = {}


def settle(
    judged: Sequence[EarlyWarning],
    before: Iterable[EarlyWarning],
    clocks: Clocks,
    gone: Mapping[str, str] = NOTHING,
) -> tuple[EarlyWarning, ...]:
    """What stands after a round: new warnings, those left standing, updates and cancellations.

    `before` are the newest versions of earlier warnings, cancelled ones too: a pair that is warned
    of again supersedes its cancellation. A pair judged at level 0 is cancelled if a warning was
    out, and left out if none was. `gone` tells by id what was taken back, and why: a warning that
    rested on it never stands as it is, and what follows it says so.
    """
    before = tuple(before)
    ended = {(w.item, w.holder): w for w in before if w.state == "cancelled"}
    out = {(w.item, w.holder): w for w in before if w.state in ("issued", "updated")}
    settled: list[EarlyWarning] = []
    for new in judged:
        old = out.get((new.item, new.holder))
        over = ended.get((new.item, new.holder))
        if old is None:
            again = new if over is None else _follow(over, new, "issued")
            settled += [again] if new.level else []
        elif new.level == 0:
            settled.append(_follow(old, _told(new, old, gone), "cancelled"))
        elif _stands(old, new) and not _lost(old, gone):
            settled.append(old)
        else:
            settled.append(_follow(old, _told(new, old, gone), "updated"))
    seen = {(w.item, w.holder) for w in judged}
    settled += [
        _told(cancel(old, clocks), old, gone) for pair, old in out.items() if pair not in seen
    ]
    return tuple(sorted(settled, key=lambda w: (-w.level, -w.p90, w.item, w.holder)))


def _lost(old: EarlyWarning, gone: Mapping[str, str]) -> dict[str, str]:
    """What an earlier warning rested on and was taken back since, each with why."""
    rested = (ref for r in old.reasons if r.rule != WITHDRAWN for ref in r.evidence)
    return {ref: gone[ref] for ref in rested if ref in gone}


def _told(new: EarlyWarning, old: EarlyWarning, gone: Mapping[str, str]) -> EarlyWarning:
    """The warning, with a reason for each thing that the earlier one rested on and lost."""
    lost = _lost(old, gone)
    why = [
        Reason(rule=WITHDRAWN, says=f"no longer counted: {says}", weight=0.0, evidence=(ref,))
        for ref, says in lost.items()
    ]
    if not why:
        return new
    return msgspec.structs.replace(new, reasons=(*new.reasons, *why)).sealed()


def _stands(old: EarlyWarning, new: EarlyWarning) -> bool:
    return (
        old.level == new.level
        and old.marking == new.marking  # what was marked too low does not stay out as it is
        and abs(old.p90 - new.p90) < MOVED
        and (old.expires - new.as_of).days > RENEW_WITHIN_DAYS
    )


def _follow(old: EarlyWarning, new: EarlyWarning, state: str) -> EarlyWarning:
    return msgspec.structs.replace(new, state=state, supersedes=old.id).sealed()


def cancel(old: EarlyWarning, clocks: Clocks) -> EarlyWarning:
    """The cancellation of a warning that nothing known supports any more."""
    reason = Reason(rule="cancelled", says="nothing known touches this pair any more", weight=0.0)
    return msgspec.structs.replace(
        old,
        clocks=clocks,
        state="cancelled",
        supersedes=old.id,
        level=0,
        rule="cancelled",
        reasons=(reason,),
        as_of=clocks.known_at.date(),
    ).sealed()
