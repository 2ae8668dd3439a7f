"""From reasons to a warning: probability by horizon, weeks of cover, level, expiry.

probability(h) = logistic(sum of the weights at horizon h), made non-decreasing in h, and held
under what the stock clock allows: while stocks last in most draws no shortage can begin, whatever
was announced. A documented shortage is a fact and is not held under a model.

The weights are a prior (pack table `base_rates.csv`); no figure here has been scored yet.
"""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from foreshock.errors import PackError
from foreshock.warn.facts import Facts
from foreshock.warn.reasons import HORIZONS, Weighed, weigh
from foreshock.words.clocks import Clocks
from foreshock.words.markings import Marking, strictest
from foreshock.words.pack import Pack
from foreshock.words.records import EarlyWarning, Reason
from foreshock.words.reference import LevelRule

#: days until a warning lapses unless a round renews it, by level
EXPIRES_AFTER_DAYS = {0: 28, 1: 56, 2: 42, 3: 28, 4: 14}

Basis = Literal["reported", "prior", "unknown"]

#: a stock clock resting on priors alone may hold a probability down to this share of itself
_TRUST_IN_PRIOR_STOCKS = 0.5


def judge(facts: Facts, pack: Pack, clocks: Clocks) -> EarlyWarning:
    """The warning for one pair as of `facts.day`; level 0 is an answer too.

    `clocks` are those of the round that judges. Probabilities lie in 0..1 and do not fall with
    the horizon; weeks are counted from `facts.day`.
    """
    weighed = weigh(facts, pack)
    if any(w.reason.rule == "clock_refuted" for w in weighed):
        # the weeks of another regime would say nothing about the one that is judged
        facts = msgspec.structs.replace(facts, outlook=None)
    documented = any(w.reason.rule == "documented_shortage" for w in weighed)
    reasons = [w.reason for w in weighed]
    chances = probabilities(weighed)
    if facts.outlook is not None and not documented:
        chances, capped = _under_the_clock(chances, facts)
        reasons += capped
    unmet, weeks, basis = _cover(facts, documented)
    rule = level_of(chances, weeks[1], unmet, _conditions(facts, weighed), pack.levels)
    warning = EarlyWarning(
        clocks=clocks,
        marking=_marking(facts, reasons),
        item=facts.item,
        holder=facts.holder,
        as_of=facts.day,
        level=rule.level,
        p30=round(chances[0], 3),
        p90=round(chances[1], 3),
        p180=round(chances[2], 3),
        cover_weeks=weeks,
        cover_basis=basis,
        unmet=unmet,
        onset=_onset(facts),
        reasons=tuple(reasons),
        would_change=would_change(facts, pack),
        consequences=facts.consequences,
        expires=facts.day + timedelta(days=EXPIRES_AFTER_DAYS[rule.level]),
        rule=rule.rule,
    )
    return warning.sealed()


def _marking(facts: Facts, reasons: Sequence[Reason]) -> Marking:
    """The strictest of what the warning rests on: regimes, signals, and the events that are reasons
    by themselves. An event that only tells a regime again adds nothing to it."""
    used = {ref for reason in reasons for ref in reason.evidence}
    again = {ref for regime in facts.regimes for ref in regime.evidence}
    records = (*facts.events, *facts.signals, *(w for _, w in facts.advice))
    told = [r.marking for r in records if r.id in used - again]
    return strictest([*told, *(regime.marking for regime in facts.regimes)])


def probabilities(weighed: Sequence[Weighed]) -> tuple[float, float, float]:
    """P(a shortage begins within 30, 90, 180 days) from reasons alone.

    >>> from foreshock.words.records import Reason
    >>> even = Weighed(reason=Reason(rule="base", says="", weight=0.0), weights=(-1.0, 0.0, 1.0))
    >>> [round(p, 2) for p in probabilities([even])]
    [0.27, 0.5, 0.73]
    """
    p30, p90, p180 = (
        1 / (1 + math.exp(-sum(w.weights[at] for w in weighed))) for at in range(len(HORIZONS))
    )
    p90 = max(p30, p90)
    return p30, p90, max(p90, p180)


def _under_the_clock(
    chances: tuple[float, float, float], facts: Facts
) -> tuple[tuple[float, float, float], list[Reason]]:
    """Hold the probabilities under what the stocks allow; say so where that changed them much."""
    outlook = facts.outlook
    assert outlook is not None
    ceilings = (outlook.p30, outlook.p90, outlook.p180)
    if outlook.shortage.cover_basis == "unknown":
        return chances, []
    keep = 0.0 if outlook.shortage.cover_basis == "reported" else _TRUST_IN_PRIOR_STOCKS
    held = tuple(
        max(keep * p, min(p, ceiling)) for p, ceiling in zip(chances, ceilings, strict=True)
    )
    p30, p90 = held[0], max(held[0], held[1])
    after = (p30, p90, max(p90, held[2]))
    if chances[1] - after[1] < 0.01:
        return after, []
    says = (
        f"stocks ({outlook.shortage.cover_basis}) and goods under way bridge the gap at first: in "
        f"{100 * (1 - outlook.p90):.0f} % of the draws nothing runs short within 90 days"
    )
    weight = round(_logit(after[1]) - _logit(chances[1]), 2)
    reason = Reason(
        rule="stock_clock", says=says, weight=weight, evidence=outlook.shortage.evidence
    )
    return after, [reason]


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def _cover(
    facts: Facts, documented: bool
) -> tuple[float, tuple[float | None, float | None, float | None], Basis]:
    """Unmet share, weeks until the shortage (low, median, high), and what they rest on."""
    if documented:
        unmet = facts.outlook.shortage.unmet if facts.outlook is not None else facts.share
        return round(unmet, 3), (0.0, 0.0, 0.0), "reported"
    if facts.outlook is None:
        return 0.0, (None, None, None), "unknown"
    short = facts.outlook.shortage
    weeks = tuple(
        None if d is None else round(max(0.0, d) / 7, 1)
        for d in (short.days_q10, short.days_q50, short.days_q90)
    )
    return round(short.unmet, 3), (weeks[0], weeks[1], weeks[2]), short.cover_basis


def _onset(facts: Facts) -> tuple[date, date] | None:
    """First and last likely day of the beginning: the 10 and 90 % quantiles of the stock clock."""
    if facts.outlook is None:
        return None
    first, last = facts.outlook.shortage.days_q10, facts.outlook.shortage.days_q90
    if first is None or last is None:
        return None
    return facts.day + timedelta(days=int(first)), facts.day + timedelta(days=int(last))


def _conditions(facts: Facts, weighed: Sequence[Weighed]) -> set[str]:
    """The conditions of the levels table that no figure tells."""
    rows = {w.reason.rule for w in weighed}
    found = set()
    if rows & {"threat", "announced", "drafted"} and facts.share >= 0.5:
        found.add("announced_on_half")
    if "documented_shortage" in rows:
        found.add("under_way")
    return found


def level_of(
    chances: tuple[float, float, float],
    weeks: float | None,
    unmet: float,
    conditions: set[str],
    rules: Sequence[LevelRule],
) -> LevelRule:
    """The highest rule of the levels table whose every condition holds.

    Raises `PackError` if none does: the table must end in a rule without conditions.
    """
    for rule in sorted(rules, key=lambda r: -r.level):
        if (
            (rule.p30_min is None or chances[0] >= rule.p30_min)
            and (rule.p90_min is None or chances[1] >= rule.p90_min)
            and (
                rule.cover_weeks_max is None
                or (weeks is not None and weeks <= rule.cover_weeks_max)
            )
            and (rule.unmet_min is None or unmet >= rule.unmet_min)
            and (not rule.requires or rule.requires in conditions)
        ):
            return rule
    raise PackError(["levels.csv: no rule holds; the table needs one without conditions"])


def would_change(facts: Facts, pack: Pack) -> tuple[str, ...]:
    """What would change our mind, from what the judgement rests on: one sentence each."""
    item = pack.name.get(facts.item, facts.item)
    holder = pack.name.get(facts.holder, facts.holder)
    said = []
    for regime in facts.fresh:
        origin = pack.name.get(regime.origin, regime.origin)
        if regime.state == "announced":
            said.append(f"down: {origin} drops, postpones or narrows {regime.measure}")
        elif regime.state == "suspended":
            said.append(
                f"up: the suspension of {regime.measure} is not renewed"
                + (f" by {regime.until}" if regime.until else "")
            )
        else:
            let = (
                f"exemptions for {holder} from {regime.measure} are seen to be made"
                if regime.mode == "ban"
                else f"licences for {holder} under {regime.measure} are seen to be granted"
            )
            said.append(f"down: {let}")
            said.append(f"up: {origin}'s exports of {item} stay under half of the usual two months")
    if facts.outlook is None or facts.outlook.shortage.cover_basis != "reported":
        said.append(f"either way: a reported figure for stocks of {item} in {holder}")
    if facts.dependences and facts.dependences[0].basis == "world":
        said.append(f"either way: import figures of {holder} itself for {item}")
    return tuple(dict.fromkeys(said))
