"""The reasons for and against a shortage, each found by one small rule, weighed by a table.

A rule says *that* something holds and on what evidence; what it weighs stands in the pack's table
of weights, in added log-odds by horizon. The table is a prior, written down before any scoring.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import msgspec

from foreshock.warn.facts import (
    SETTLED_DAYS,
    SHORTAGE_DAYS,
    Facts,
    age_days,
    is_felt,
    is_reported_shortage,
    places,
)
from foreshock.words.pack import Pack
from foreshock.words.records import Dependence, Event, Reason, Regime, Signal

HORIZONS = (30, 90, 180)

#: days without newer evidence after which that is a reason itself
STALE_DAYS = 60

#: parts of an item that a sentence names
PARTS_NAMED = 3


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """A reason with its weight at every horizon."""

    reason: Reason
    weights: tuple[float, float, float]


#: a rule: what it found as (row of the table, sentence, evidence)
Found = tuple[str, str, tuple[str, ...]]


def weigh(facts: Facts, pack: Pack) -> list[Weighed]:
    """All reasons for one pair: first the news, then how things stand, the heaviest first.

    Raises KeyError naming the row if the table of weights lacks one: a reason without a weight is
    a fault of the table, never a zero.
    """
    found = [one for rule in _RULES for one in rule(facts, pack)]
    weighed = []
    for row, says, evidence in found:
        weight = pack.weight[row]
        values = (weight.weight_logodds_30, weight.weight_logodds_90, weight.weight_logodds_180)
        reason = Reason(rule=row, says=says, weight=values[1], evidence=evidence)
        weighed.append(Weighed(reason=reason, weights=values))
    return sorted(weighed, key=lambda w: (_rank(w.reason.rule), -abs(w.reason.weight)))


#: reasons that say how things stand rather than what happened: told after the news, the base last
STANDING = {
    "dependence_over_80": 1,
    "dependence_over_50": 1,
    "dependence_under_20": 1,
    "dependence_unknown": 1,
    "no_substitute": 1,
    "substitute_easy": 1,
    "capital_good": 1,
    "targeted": 1,
    "base": 2,
    "stock_clock": 3,
}


def _rank(rule: str) -> int:
    return STANDING.get(rule, 0)


def _name(pack: Pack, one: str) -> str:
    return pack.name.get(one, one.removeprefix("org:").replace("_", " "))


# -- rules ---------------------------------------------------------------------------------------


def _base(facts: Facts, pack: Pack) -> Iterable[Found]:
    yield "base", "how often a watched item runs short in any 90 days", ()


#: state and mode of a regime -> row of the table
_REGIME_ROWS = {
    ("announced", "ban"): "announced",
    ("announced", "licence"): "announced",
    ("announced", "quota"): "announced",
    ("announced", "tariff"): "in_force_tariff",
    ("in_force", "ban"): "in_force_ban",
    ("in_force", "licence"): "in_force_licence",
    ("in_force", "quota"): "in_force_quota",
    ("in_force", "tariff"): "in_force_tariff",
    ("suspended", "ban"): "suspended",
    ("suspended", "licence"): "suspended",
    ("suspended", "quota"): "suspended",
    ("suspended", "tariff"): "suspended",
}


class _Lead(msgspec.Struct, frozen=True, kw_only=True):
    """The regime that a judgement rests on, with its row of the table of weights."""

    regime: Regime
    row: str
    #: it names the holder, or its bloc, rather than everybody
    named: bool
    #: its stock clock rang long ago, unheard
    refuted: bool


def _lead(facts: Facts, pack: Pack) -> _Lead | None:
    """The regime that weighs most, all told, of the largest source.

    Two papers do not stop one ship twice: what names the holder, what refutes a clock and what
    eases a control counts only where it is said of the regime that counts.
    """
    general = {r.measure for r in facts.fresh if "all" in r.destinations}
    shares = {d.origin: d.direct + d.indirect for d in facts.dependences}
    best: tuple[tuple[float, float], _Lead] | None = None
    for regime in facts.fresh:
        row = _REGIME_ROWS.get((regime.state, regime.mode))
        if row == "suspended" and _ends_soon(regime, facts):
            row = "suspension_ends"
        if row is None or row not in pack.weight:
            continue
        one = _Lead(
            regime=regime,
            row=row,
            named=regime.state != "suspended" and regime.measure not in general,
            refuted=regime in facts.refuted,
        )
        rows = [row, *["targeted"] * one.named, *["clock_refuted"] * one.refuted]
        total = sum(pack.weight[name].weight_logodds_90 for name in rows)
        rank = (total, shares.get(regime.origin, 0.0))
        if best is None or rank > best[0]:
            best = (rank, one)
    return best[1] if best is not None else None


def _regimes(facts: Facts, pack: Pack) -> Iterable[Found]:
    """The regime that weighs most, whether it names the holder, whether its clock is refuted."""
    lead = _lead(facts, pack)
    if lead is None:
        return
    regime = lead.regime
    evidence = (regime.measure, *regime.evidence)
    says = _regime_sentence(regime, facts.day, pack) + _on_a_part(regime, facts.item, pack)
    yield lead.row, says, evidence
    if lead.named:
        own = _on_the_way_in(regime)
        says = f"{regime.measure} is {'a rule of' if own else 'aimed at'} "
        says += f"{_name(pack, facts.holder)}{' itself' if own else ''}"
        yield "targeted", says, (regime.measure,)
    if lead.refuted:
        yield "clock_refuted", pack.weight["clock_refuted"].says, (regime.measure,)


def _ends_soon(regime: Regime, facts: Facts) -> bool:
    return regime.until is not None and (regime.until - facts.day).days <= STALE_DAYS


def _on_a_part(regime: Regime, item: str, pack: Pack) -> str:
    """That the regime is about a part of the item only, and which; empty if it is about all."""
    parts = [one for one in regime.items if one in pack.family(item)]
    if item in parts or not parts or set(pack.ancestors(item)) & set(regime.items):
        return ""
    named = ", ".join(_name(pack, one) for one in parts[:PARTS_NAMED])
    more = len(parts) - PARTS_NAMED
    return f", on a part of it: {named}" + (f" and {more} more" if more > 0 else "")


#: tools that hold goods up and ask for no licence -> what is applied
_BY_HAND = {
    "customs_check": "checks at customs",
    "licence_delay": "slow files",
    "guidance": "guidance behind doors",
}


#: tools of whoever takes the goods: its own rule holds them up, not that of their origin
_IMPORT_TOOLS = frozenset(("import_ban", "import_tariff", "import_quota", "procurement_ban"))


def _on_the_way_in(regime: Regime) -> bool:
    return bool(_IMPORT_TOOLS.intersection(regime.instruments)) and "all" not in regime.destinations


def _regime_sentence(regime: Regime, day: date, pack: Pack) -> str:
    who = _name(pack, regime.origin)
    what = {
        "ban": "a ban",
        "licence": "a licence requirement",
        "quota": "a quota",
        "tariff": "a duty",
        "free": "no control",
    }[regime.mode]
    tools = set(regime.instruments)
    if tools and tools <= set(_BY_HAND):
        what = " and ".join(says for tool, says in _BY_HAND.items() if tool in tools)
    if _on_the_way_in(regime):
        what += f" on imports from {who}"
        who = " and ".join(_name(pack, one) for one in regime.destinations)
    if regime.informal:
        what += " without a published rule"
    if regime.state == "announced":
        when = f" from {regime.since}" if regime.since else ", no day given"
        return f"{who} announced {what}{when} ({regime.measure})"
    if regime.state == "suspended":
        until = f" until {regime.until}" if regime.until else ""
        over = regime.until is not None and regime.until < day
        since = "; nothing is known of what followed" if over else ""
        return f"{who} suspended {what}{until}{since} ({regime.measure})"
    since = f" since {regime.since}" if regime.since else ""
    return f"{who} applies {what}{since} ({regime.measure})"


def _settled(facts: Facts, pack: Pack) -> Iterable[Found]:
    old = [r for r in facts.regimes if r.state == "in_force" and r not in facts.fresh]
    if old and not facts.fresh:
        oldest = min((r.since for r in old if r.since), default=None)
        yield (
            "settled",
            f"the control has been in force for over {SETTLED_DAYS} days (since {oldest}): "
            "it is in the usual figures by now",
            tuple(r.measure for r in old),
        )


#: (type, mode or "", status) of an event -> row of the table; the first that fits
_EVENT_ROWS: tuple[tuple[tuple[str, str, str], str], ...] = (
    (("THREATEN", "", ""), "threat"),
    (("RESTRICT", "", "considered"), "drafted"),
    (("RESTRICT", "enforce", "in_force"), "informal_tightening"),
    (("EASE", "grant", "in_force"), "licence_granted"),
    (("EASE", "", "in_force"), "eased"),
    (("EASE", "", "announced"), "eased"),
    (("RECOVER", "", "in_force"), "recovered"),
    (("DISRUPT", "shortage", "in_force"), ""),  # a rule of its own, below
    (("DISRUPT", "", "in_force"), "disruption"),
)


def _events(facts: Facts, pack: Pack) -> Iterable[Found]:
    """One reason for each kind of event, resting on all events of that kind."""
    by_row: dict[str, list[Event]] = {}
    lead = _lead(facts, pack)
    origins = frozenset(d.origin for d in facts.dependences)
    for event in facts.events:
        row = _row_of(event)
        if row == "disruption" and is_felt(event, origins, pack):
            row = "report_tight" if age_days(event, facts.day) <= SHORTAGE_DAYS else ""
        if row and _adds(event, facts, lead):
            by_row.setdefault(row, []).append(event)
    for row, events in by_row.items():
        newest = max(events, key=lambda e: (e.clocks.known_at, e.id))
        who = " and ".join(_name(pack, a) for a in newest.actors[:3]) or "somebody unnamed"
        when = newest.date or str(newest.clocks.known_at.date())
        says = f"{pack.weight[row].says}: {who}, {when}"
        yield row, says, tuple(e.id for e in events)


def _adds(event: Event, facts: Facts, lead: _Lead | None) -> bool:
    """Whether an event says more than the regime that counts already does.

    Told of another regime only, it does not: an easing of one control eases no other. Told of
    this one, it does unless it is what made the regime what it is: its beginning, its suspension.
    """
    told = {r.measure for r in facts.regimes if event.id in r.evidence}
    if lead is None or not told:
        return True
    if lead.regime.measure not in told:
        return False
    if event.type == "EASE":
        return (event.mode, lead.regime.state) != ("suspend", "suspended")
    happened = facts.day - timedelta(days=age_days(event, facts.day))
    return lead.regime.since is not None and happened > lead.regime.since


def _row_of(event: Event) -> str:
    return next((row for key, row in _EVENT_ROWS if _fits(event, key)), "")


def _fits(event: Event, key: tuple[str, str, str]) -> bool:
    if event.modality == "conditional":
        return False
    actual = (event.type, event.mode or "", event.status)
    return all(wanted in ("", got) for wanted, got in zip(key, actual, strict=True))


def _documented(facts: Facts, pack: Pack) -> Iterable[Found]:
    here = {facts.holder, *_members(facts.holder, pack)}
    hit = [
        e
        for e in facts.events
        if is_reported_shortage(e)
        and here & places(e, pack)
        and age_days(e, facts.day) <= SHORTAGE_DAYS
    ]
    if hit:
        yield (
            "documented_shortage",
            f"a shortage is reported in {_name(pack, facts.holder)}",
            tuple(e.id for e in hit),
        )


def _members(holder: str, pack: Pack) -> tuple[str, ...]:
    row = pack.holder.get(holder)
    return row.members if row is not None else ()


def _advice(facts: Facts, pack: Pack) -> Iterable[Found]:
    """That partners warn of the pair too: one reason, however many they are.

    They read the same notices as we do, so their warnings are not as many pieces of evidence.
    """
    if not facts.advice:
        return
    who, worst = max(facts.advice, key=lambda one: (one[1].level, one[1].p90, one[1].id))
    names = sorted({name for name, _ in facts.advice} - {who})
    also = f" (also {', '.join(names)})" if names else ""
    says = f"{who} warns of it at level {worst.level}, {100 * worst.p90:.0f} % within 90 days{also}"
    yield "partner_warns", says, tuple(w.id for _, w in facts.advice)


def _dependence(facts: Facts, pack: Pack) -> Iterable[Found]:
    if not facts.dependences:
        if facts.fresh:
            yield "dependence_unknown", pack.weight["dependence_unknown"].says, ()
        return
    share = facts.share
    row = next((row for least, row in _SHARE_ROWS if share >= least), "dependence_under_20")
    if row:
        yield row, _dependence_sentence(facts.dependences[0], share, pack), _refs(facts.dependences)


#: the least share for each row, the highest first; between 20 and 50 % the base rate stands
_SHARE_ROWS = ((0.8, "dependence_over_80"), (0.5, "dependence_over_50"), (0.2, ""))


def _dependence_sentence(main: Dependence, share: float, pack: Pack) -> str:
    rest = {
        "imports": f"of its imports ({main.year})",
        "supply": f"of its supply ({main.year})",
        "world": f"of the world's output ({main.year}); no figure of its own is known",
    }[main.basis]
    via = (
        f", {100 * main.indirect:.0f} points of it through others" if main.indirect > 0.005 else ""
    )
    return (
        f"{_name(pack, main.holder)} gets {100 * share:.0f} % of it from "
        f"{_name(pack, main.origin)}{via}, {rest}"
    )


def _refs(dependences: tuple[Dependence, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref for d in dependences for ref in d.evidence))


#: kind of a signal -> row of the table
_SIGNAL_ROWS = {"drop": "series_drop", "rush": "series_rush", "recovery": "series_quiet"}


def _signals(facts: Facts, pack: Pack) -> Iterable[Found]:
    """The strongest signal of each kind; what concerns the holder alone before the world."""
    by_row: dict[str, list[Signal]] = {}
    for signal in facts.signals:
        if signal.kind in _SIGNAL_ROWS:
            by_row.setdefault(_SIGNAL_ROWS[signal.kind], []).append(signal)
    for row, signals in by_row.items():
        best = max(signals, key=lambda s: (s.partner not in ("all", "world"), s.score, s.id))
        yield row, best.says, (best.id, *best.evidence)


def _stale(facts: Facts, pack: Pack) -> Iterable[Found]:
    """No bad news for two months of something that was news is weak good news.

    Good news does not make it fresh again: an easing must never raise a probability.
    """
    bad = {row for row, weight in pack.weight.items() if weight.weight_logodds_90 > 0}
    days = [e.clocks.known_at.date() for e in facts.events if _is_bad(e, bad)]
    days += [s.clocks.known_at.date() for s in facts.signals if _SIGNAL_ROWS.get(s.kind, "") in bad]
    days += [r.since for r in facts.fresh if r.since is not None and r.since <= facts.day]
    ahead = any(r.state != "in_force" for r in facts.fresh)
    if days and not ahead and (facts.day - max(days)).days > STALE_DAYS:
        yield "stale_evidence", f"the newest bad news about it is of {max(days)}", ()


def _is_bad(event: Event, bad: set[str]) -> bool:
    begins = event.type == "RESTRICT" and event.status in ("announced", "in_force")
    return begins or is_reported_shortage(event) or _row_of(event) in bad


def _capital(facts: Facts, pack: Pack) -> Iterable[Found]:
    item = pack.item.get(facts.item)
    if item is not None and item.kind in ("equipment", "software", "technology"):
        yield "capital_good", f"{pack.weight['capital_good'].says} ({item.name})", (item.ref,)


def _substitutes(facts: Facts, pack: Pack) -> Iterable[Found]:
    item = pack.item.get(facts.item)
    rows = {"none": "no_substitute", "easy": "substitute_easy"}
    if item is not None and item.substitutability in rows:
        row = rows[item.substitutability]
        yield row, f"{pack.weight[row].says} ({item.name})", (item.ref,)


#: days of reported stock: no more than the first is short, more than the second is long
STOCK_SHORT_DAYS, STOCK_LONG_DAYS = 28, 90


def _stock(facts: Facts, pack: Pack) -> Iterable[Found]:
    """Stocks as lately reported; how long they last in a cut is the stock clock's to say."""
    stock = facts.stock
    if stock is None or stock.basis != "reported" or stock.days is None:
        return
    _, likely, _ = stock.days
    says = f"stocks reported for {stock.on} cover about {likely:.0f} days"
    if likely <= STOCK_SHORT_DAYS:
        yield "stock_short", says, stock.evidence
    elif likely > STOCK_LONG_DAYS:
        yield "stock_long", says, stock.evidence


_RULES: tuple[Callable[[Facts, Pack], Iterable[Found]], ...] = (
    _base,
    _regimes,
    _settled,
    _events,
    _documented,
    _advice,
    _dependence,
    _signals,
    _stale,
    _capital,
    _substitutes,
    _stock,
)
