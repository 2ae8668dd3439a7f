"""A regime becomes a hold on a flow: when it bites, when the first licences come, what passes.

| mode    | from its day on                                              |
|---------|--------------------------------------------------------------|
| ban     | nothing passes                                               |
| licence | nothing until the first licences, then the share approved    |
| quota   | the share approved; without a figure the regime is left out  |
| tariff  | everything: it moves the price, and nobody here guesses more |
| free    | everything                                                   |

An announced regime bites from its day; one without a day is left out. A suspended one bites again
after its `until`; without one it is left out. Goods under way when it bites still arrive.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import numpy as np

from foreshock.network.draws import Floats, Three, even, triangular
from foreshock.network.stocks import prior, three
from foreshock.network.supply import Supply
from foreshock.words.pack import Pack
from foreshock.words.records import Regime, Struct

NEW_LICENCES = "first licences after a new rule"
NO_EXPERIENCE = "without experience"
#: (where from, where to) -> the prior for days under way; other routes are unknown: 0 days
EAST_ASIA = frozenset({"CN", "HK", "JP", "KR", "MO", "TW"})
WITHIN_EAST_ASIA = "transit by sea within East Asia, days"
TO_EUROPE = "transit by sea, East Asia to Europe, days"
EUROPE = "EU"


class Drawing(Struct, frozen=True, kw_only=True):
    """What a set of draws rests on."""

    pack: Pack
    day: date
    draws: int = 2000
    seed: int = 0


class Hold(NamedTuple):
    """A hold on a flow, one entry a draw, in days from the day asked."""

    #: nothing new arrives from `bites` on, the share `passes` from `opens` on, all from `ends` on
    bites: Floats
    opens: Floats
    ends: Floats
    passes: Floats

    def lets(self, at: Floats) -> Floats:
        """Share of the usual flow that arrives at a time, 0..1."""
        held = np.where(at < self.opens, 0.0, self.passes)
        return np.where((at < self.bites) | (at >= self.ends), 1.0, held)


def applying(
    regimes: Iterable[Regime], pack: Pack, supply: Supply, item: str, holder: str
) -> tuple[Regime, ...]:
    """The regimes that hold up the item on its way to the holder.

    Of several regimes of one measure the first that reaches the holder counts. A regime on a part
    of a family (one rare earth of all) counts for the family: how large the part is, nobody says.
    """
    kin = pack.family(item) | set(pack.ancestors(item))
    found: dict[tuple[str, str], Regime] = {}
    for regime in regimes:
        if (
            kin & set(regime.items)
            and supply.covers(regime.destinations, holder)
            and holder not in regime.exempt
            and _bites(regime)
        ):
            found.setdefault((regime.measure, regime.origin), regime)
    return tuple(found.values())


def _bites(regime: Regime) -> bool:
    if regime.mode == "quota" and regime.approval_share is None:
        return False
    dated = {"announced": regime.since, "suspended": regime.until, "in_force": True}
    return regime.mode in ("ban", "licence", "quota") and bool(dated[regime.state])


def hold(regime: Regime, supply: Supply, holder: str, drawing: Drawing) -> Hold:
    """The hold that a regime puts on the flow from its origin to the holder."""
    name = f"{regime.measure}|{regime.origin}|"
    under_way = drawn(transit(regime.origin, supply.circle(holder), drawing), name + "way", drawing)
    start = regime.until if regime.state == "suspended" else regime.since
    end = None if regime.state == "suspended" else regime.until
    bites = under_way + ((start - drawing.day).days if start is not None else 0)
    never = np.full(drawing.draws, np.inf)
    ends = never if end is None else under_way + (end - drawing.day).days
    if regime.mode == "ban":
        return Hold(bites, never, ends, np.zeros(drawing.draws))
    passes = drawn(approval(regime, drawing), name + "approval", drawing)
    if regime.mode == "quota":
        return Hold(bites, bites, ends, passes)
    waits = drawn(delay(regime, drawing), name + "delay", drawing)
    return Hold(bites, bites + waits, ends, passes)


def transit(origin: str, circle: Iterable[str], drawing: Drawing) -> Three:
    """Days under way from origin to holder: the prior of the route, 0 where there is none."""
    name = ""
    if origin in EAST_ASIA and EAST_ASIA & set(circle):
        name = WITHIN_EAST_ASIA
    elif origin in EAST_ASIA and EUROPE in circle:
        name = TO_EUROPE
    entry = prior(drawing.pack, "lag", ("name", name), drawing.day)
    return three(entry, "days") if entry else (0.0, 0.0, 0.0)


def delay(regime: Regime, drawing: Drawing) -> Three:
    """Days until the first licences: the regime's own, else the prior, else 0: at once."""
    if regime.delay_days is not None:
        return regime.delay_days
    entry = prior(drawing.pack, "licence_delay", ("regime", NEW_LICENCES), drawing.day)
    return three(entry, "days") if entry else (0.0, 0.0, 0.0)


def approval(regime: Regime, drawing: Drawing) -> Three:
    """Share of applications approved: as reported, else the spread of the prior it was taken from.

    Where neither is known every share is held equally likely: 0 to 1.
    """
    known = regime.approval_share
    if known is not None and regime.basis == "reported":
        return known, known, known
    for entry in drawing.pack.priors.get("approval_share", ()):
        taught = str(entry.get("known_from", "")) <= drawing.day.isoformat()
        if taught and known is not None and three(entry, "share")[1] == known:
            return three(entry, "share")
    if known is not None:
        return known, known, known
    entry = prior(drawing.pack, "approval_share", ("period", NO_EXPERIENCE), drawing.day)
    return three(entry, "share") if entry else (0.0, 0.5, 1.0)


def drawn(figures: Three, name: str, drawing: Drawing) -> Floats:
    """Draws between low and high, most often near likely, from the stream of this name."""
    return triangular(figures, even(drawing.seed, name, drawing.draws))
