"""Which signals are put before a desk as new alarms, and which wait: nothing is dropped.

Signals of one item, one supplier and one family (less comes, a rush, reports, news, a day) are one
alarm with its history, whichever partners and series show it; what concerns the desk's own holders
is apart from what concerns others. A desk is told so many new alarms a month, the surest and most
material first; the rest is held back, stays listed, and comes up again while it stands. With a
*rate* those alarms whose chance can be stated are told by e-BH instead, items first and then the
lines inside (`alarms.by_item`); those whose chance cannot be stated share the budget.

The choice is made anew for each day on which something became known, from what was known on it
(`sit`): the same day looked at later gives the same choice. It says where to look first. It changes
no evidence: a warning is judged from all signals, told or held back.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from math import log
from typing import Literal

import numpy as np

from foreshock.watch import alarms
from foreshock.words.markings import Marking, strictest
from foreshock.words.records import Signal, Struct

#: kind of signal -> the family in which it is merged with others. What is not in it is no alarm:
#: a recovery is good news, a silence or a conflict says what is not known
FAMILIES = {
    "drop": "less",
    "dearer": "less",
    "rerouting": "less",
    "other_source": "less",
    "code_shift": "less",
    "masked_stop": "less",
    "rush": "rush",
    "stopped_reports": "reports",
    "unusual_day": "day",
    "burst": "news",
    "novelty": "news",
}
#: what a person calls a family
CALLED = {
    "less": "less comes",
    "rush": "a rush",
    "reports": "reports stop",
    "day": "an unusual day",
    "news": "in the news",
}
#: an alarm that was calm for longer is a new one when it comes back
MERGED_DAYS = 183
#: the share of supply times what depends on it that neither lifts nor lowers an alarm; also taken
#: where the share is unknown, which is not nothing
USUAL_MATERIAL = 0.5
#: goods that an item goes into beyond which more make no difference
USES_MOST = 20
#: nats that materiality adds or takes at most
MATERIAL_MOST = 3.0
#: what happens to others is taken for so much of the desk's own share
ELSEWHERE = 0.2
#: a score of 1 counts as this many nats
SUREST = 14.0
#: e-value of a line of which nothing unusual is told: the least that `e_value` gives
QUIET = log(0.5)

Day = date
State = Literal["new", "standing", "held", "over"]
Key = tuple[str, str, str, bool]


class Policy(Struct, frozen=True, kw_only=True):
    """How many new alarms a desk is told in a month."""

    #: new alarms a month at most
    budget: int = 10
    #: share of false ones among the alarms whose chance can be stated, 0..1; None: the budget alone
    rate: float | None = None


class Weight(Struct, frozen=True, kw_only=True):
    """What hangs on an item from a supplier, for the desk."""

    #: share of the desk's supply that comes from there, 0..1; None: unknown
    share: float | None = None
    #: goods that it goes into, one after the other
    uses: int = 0


class Sign(Struct, frozen=True, kw_only=True):
    """One signal in the history of an alarm, with its newest words."""

    #: the day on which it was first seen
    first: Day
    #: the day on which it was last seen
    last: Day
    signal: Signal


class Alarm(Struct, frozen=True, kw_only=True):
    """One alarm of a desk: what shows, since when it is known, whether it was told."""

    #: what a person may ask for it by: item, supplier, family, whose
    id: str
    #: new: told this month; standing: told before; held: waits; over: told this month, and gone
    state: State
    item: str
    actor: str
    family: str
    #: who gets the goods, "all" for everybody, those of the strongest signs first
    partners: tuple[str, ...]
    #: whether it concerns the desk's own holders
    ours: bool
    #: the earliest period of the signs
    since: str
    known: Day
    told: Day | None
    #: 0..1, of the strongest sign that stands
    score: float
    #: nats by which it is ranked: of the evidence, and of what hangs on it
    rank: float
    share: float | None
    uses: int
    #: why it was told or is held back
    why: str
    says: str
    signs: tuple[Sign, ...]
    marking: Marking = Marking.CLEAR


#: the weight of an item from a supplier
Weigh = Callable[[str, str], Weight]
#: whether a partner of a flow is one of the desk's holders, or everybody
Concerns = Callable[[str], bool]


class Desk(Struct, frozen=True, kw_only=True):
    """For whom alarms are chosen."""

    policy: Policy = Policy()
    weigh: Weigh = lambda item, actor: Weight()
    concerns: Concerns = lambda partner: True
    #: item -> lines whose chance can be stated, unusual or not: what a rate is taken over
    lines: Mapping[str, int] = {}


class _Chain:
    """One alarm as it goes on."""

    def __init__(self, day: Day) -> None:
        self.known = self.seen = day
        self.told: Day | None = None
        self.why = ""
        self.signs: dict[tuple[str, str, str], Sign] = {}
        self.standing: tuple[Signal, ...] = ()

    def see(self, day: Day, signals: Sequence[Signal]) -> None:
        self.seen, self.standing = day, tuple(signals)
        for one in signals:
            key = (one.kind, one.series, one.since)
            before = self.signs.get(key)
            first = day if before is None else before.first
            self.signs[key] = Sign(first=first, last=day, signal=one)

    @property
    def score(self) -> float:
        return max(signal.score for signal in self.standing)


def sit(days: Iterable[tuple[Day, Sequence[Signal]]], desk: Desk) -> tuple[Alarm, ...]:
    """The alarms of a desk on the last of the days, those told this month first, best first.

    `days` are what stood on each day, by what was known by its end, oldest first. What stands on
    the first is taken for told before: nobody knows what was known before it. No days, no alarms.
    """
    chains: dict[Key, _Chain] = {}
    spent: dict[tuple[int, int], int] = {}
    last: Day | None = None
    for day, signals in days:
        groups: dict[Key, list[Signal]] = {}
        for one in signals:
            if one.kind in FAMILIES:
                groups.setdefault(_key(one, desk), []).append(one)
        for key, found in groups.items():
            old = chains.get(key)
            calm = 0 if old is None or old.standing else (day - old.seen).days
            if old is None or calm > MERGED_DAYS:
                chains[key] = _Chain(day)
            chains[key].see(day, found)
        for key, chain in chains.items():
            if key not in groups:
                chain.standing = ()
        if last is None:
            for key in groups:
                chains[key].told = day
                chains[key].why = f"stood on {day} already, where this history begins"
        else:
            _choose(day, chains, spent, desk)
        last = day
    if last is None:
        return ()
    shown = [_alarm(key, chain, last, desk) for key, chain in chains.items()]
    order = {"new": 0, "held": 1, "standing": 2, "over": 3}
    listed = [one for one in shown if one is not None]
    return tuple(sorted(listed, key=lambda a: (order[a.state], -a.rank, a.id)))


def _key(signal: Signal, desk: Desk) -> Key:
    family = FAMILIES[signal.kind]
    if family == "day":
        family = f"day {signal.series}"
    return signal.item, signal.actor, family, desk.concerns(signal.partner)


def _choose(
    day: Day, chains: Mapping[Key, _Chain], spent: dict[tuple[int, int], int], desk: Desk
) -> None:
    """Tell the best of what stands untold, as far as the rate or the month's budget lets."""
    standing = {key: chain for key, chain in chains.items() if chain.standing}
    waiting = [key for key, chain in standing.items() if chain.told is None]
    policy, month = desk.policy, (day.year, day.month)
    if policy.rate is not None:
        surely = _by_rate(standing, policy.rate, desk)
        for key in waiting:
            chance = _chance(chains[key])
            if chance is None:
                continue
            enough = key in surely
            chains[key].told = day if enough else None
            said = f"at a rate of {policy.rate:g} its evidence is {'' if enough else 'not '}enough"
            tested = sum(desk.lines.values())
            chains[key].why = f"{said} among {tested} lines (chance alone: {chance:.2g})"
        waiting = [key for key in waiting if _chance(chains[key]) is None]
    waiting.sort(key=lambda key: (-rank(key, chains[key].standing, desk), key))
    named = f"{month[0]}-{month[1]:02d}"
    for key in waiting:
        taken = spent.get(month, 0)
        if taken < policy.budget:
            spent[month] = taken + 1
            chains[key].told = day
            chains[key].why = f"number {taken + 1} of the {policy.budget} of {named}"
        else:
            chains[key].why = (
                f"the {policy.budget} new alarms of {named} had been told; it comes up again while "
                "it stands"
            )


def _by_rate(standing: Mapping[Key, _Chain], rate: float, desk: Desk) -> frozenset[Key]:
    """The alarms that a rate of false ones lets through: items first, then the lines inside."""
    keys = [key for key, chain in standing.items() if _chance(chain) is not None]
    of_item: dict[str, int] = {}
    for key in keys:
        of_item[key[0]] = of_item.get(key[0], 0) + 1
    items = sorted({*desk.lines, *of_item})
    place = {item: number for number, item in enumerate(items)}
    evidence = [e_value(_chance(standing[key]) or 1.0) for key in keys]
    item = [place[key[0]] for key in keys]
    weight = [_material(key, desk) for key in keys]
    for name in items:  # the lines of which nothing is told are tested as well
        quiet = max(0, desk.lines.get(name, 0) - of_item.get(name, 0))
        evidence += [QUIET] * quiet
        item += [place[name]] * quiet
        weight += [USUAL_MATERIAL] * quiet
    told = alarms.by_item(
        np.array(evidence, dtype=np.float64),
        np.array(item, dtype=np.int64),
        rate,
        np.sqrt(np.array(weight, dtype=np.float64)),
    )
    return frozenset(key for key, loud in zip(keys, told, strict=False) if loud)


def e_value(chance: float) -> float:
    """The log of an e-value from a chance in 0..1, by 1 / (2 sqrt(p)) (Vovk & Wang 2021).

    What is made so from an honest p-value is at most 1 on average where nothing happens.

    >>> round(e_value(1.0), 2), round(e_value(1e-6), 2)
    (-0.69, 6.21)
    """
    return log(0.5) - 0.5 * log(max(chance, 1e-300))


def _chance(chain: _Chain) -> float | None:
    """The smallest stated chance of the signs that stand; None: none of them states one."""
    return min((s.chance for s in chain.standing if s.chance is not None), default=None)


def rank(key: Key, standing: Sequence[Signal], desk: Desk) -> float:
    """Nats of the strongest sign, more or less what hangs on it: 3 at most either way."""
    score = max(signal.score for signal in standing)
    evidence = min(SUREST, -log(max(1.0 - score, 1e-12)))
    lift = log(_material(key, desk) / USUAL_MATERIAL)
    return evidence + min(MATERIAL_MOST, max(-MATERIAL_MOST, lift))


def _material(key: Key, desk: Desk) -> float:
    item, actor, _, ours = key
    weight = desk.weigh(item, actor)
    if weight.share is None:
        material = USUAL_MATERIAL
    else:
        material = max(weight.share, 1e-3) * (1 + min(weight.uses, USES_MOST) / USES_MOST)
    return material if ours else material * ELSEWHERE


def _alarm(key: Key, chain: _Chain, day: Day, desk: Desk) -> Alarm | None:
    """The alarm as it is on the day; None for one that is over and was not told this month."""
    this_month = chain.told is not None and (chain.told.year, chain.told.month) == (
        day.year,
        day.month,
    )
    begun = chain.why.startswith("stood on")
    if not chain.standing:
        if not this_month or begun:
            return None
        state: State = "over"
    elif chain.told is None:
        state = "held"
    else:
        state = "new" if this_month and not begun else "standing"
    signs = tuple(sorted(chain.signs.values(), key=lambda s: (s.first, -s.signal.score)))
    shown = chain.standing or tuple(sign.signal for sign in signs)
    item, actor, family, ours = key
    weight = desk.weigh(item, actor)
    best = sorted(shown, key=lambda s: (-s.score, s.id))
    return Alarm(
        id="/".join((item, actor, family.replace(" ", ":"), "ours" if ours else "others")),
        state=state,
        item=item,
        actor=actor,
        family=family.split()[0],
        partners=tuple(dict.fromkeys(s.partner for s in best)),
        ours=ours,
        since=min(s.since for s in shown),
        known=chain.known,
        told=chain.told,
        score=best[0].score,
        rank=round(rank(key, shown, desk), 3),
        share=weight.share,
        uses=weight.uses,
        why=chain.why,
        says=best[0].says,
        signs=signs,
        marking=strictest([sign.signal.marking for sign in signs]),
    )


def seen_by(alarm: Alarm, most: Marking) -> Alarm | None:
    """The alarm as far as signs marked `most` or less show it; None where none does."""
    if alarm.marking <= most:
        return alarm
    signs = tuple(sign for sign in alarm.signs if sign.signal.marking <= most)
    if not signs:
        return None
    best = max(signs, key=lambda sign: (sign.last, sign.signal.score)).signal
    return Alarm(
        **{
            **{name: getattr(alarm, name) for name in Alarm.__struct_fields__},
            "signs": signs,
            "partners": tuple(dict.fromkeys(sign.signal.partner for sign in signs)),
            "since": min(sign.signal.since for sign in signs),
            "known": min(sign.first for sign in signs),
            "score": best.score,
            "says": best.says,
            "marking": strictest([sign.signal.marking for sign in signs]),
        }
    )


def first_day(day: Day) -> Day:
    """The day on which the history behind a day begins: the last of the month a year before.

    >>> first_day(date(2024, 2, 10))
    datetime.date(2023, 2, 28)
    """
    return date(day.year - 1, day.month, monthrange(day.year - 1, day.month)[1])
