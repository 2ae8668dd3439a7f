"""What holds on a day, as the network needs it: how a measure holds up a flow."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal

from msgspec.structs import replace

from foreshock.ledger import tables, telling
from foreshock.ledger.licences import Asked, Experience, Practice, informal, share
from foreshock.ledger.life import Standing, Timeline
from foreshock.ledger.periods import days
from foreshock.ledger.tables import Mode
from foreshock.words.pack import Pack
from foreshock.words.records import Measure, Regime
from foreshock.words.reference import LicenceOutcome, ScopeRow

Day = date
#: a measure, and how it stands on any day
Held = tuple[Measure, Timeline]
State = Literal["announced", "in_force", "suspended"]

#: state of a measure -> state of its regime; what has ended or is only a rumour holds up nothing
STATES: dict[str, State] = {
    "announced": "announced",
    "postponed": "announced",
    "in_force": "in_force",
    "suspended": "suspended",
}


def regimes(pack: Pack, measures: Iterable[Held], day: Day, known: Day) -> tuple[Regime, ...]:
    """How the measures hold up flows on `day`, by what was known at the end of `known`.

    A destination for which the practice of licensing was reported has a regime of its own, before
    the general one of its measure: take the first that fits. A measure whose suspension ran out
    without a word is given as suspended, with an `until` that has passed.
    """
    found: list[Regime] = []
    scopes = _scopes(pack, min(day, known))
    experience = Experience(pack, min(day, known))
    for measure, line in measures:
        now = line.on(day)
        state = STATES.get(_last_state(line, now))
        mode = mode_of(measure, now) if state is not None else None
        if mode is not None and state is not None:
            asked = Asked(measure=measure, now=now, day=day, known=min(day, known))
            rows = scopes.get(measure.name, ())
            plain = _of_measure(experience, asked, mode, state)
            found += [_reaching(regime, measure, rows, day) for regime in plain]
    return tuple(found)


#: an exemption of a destination; others ("civilian use") hold up no whole flow
_PLACE = re.compile(r"[A-Z]{2}")


def _scopes(pack: Pack, known: Day) -> dict[str, list[ScopeRow]]:
    found: dict[str, list[ScopeRow]] = {}
    for row in pack.scopes:
        if row.published <= known and row.checked != "unopened":
            found.setdefault(row.measure, []).append(row)
    return found


def _reaching(regime: Regime, measure: Measure, rows: Sequence[ScopeRow], day: Day) -> Regime:
    """The regime with what the rule lets through, and how far it reaches abroad."""
    told = [tables.REACH[tool] for tool in measure.instruments if tool in tables.REACH]
    apart = {row.value for row in rows if row.part == "reach" and row.change == "adds"}
    reach = [value for part, value in told if part == "reach" and value not in apart]
    exempt: list[str] = []
    for row in rows:
        if (row.date and days(row.date)[0] > day) or (row.until and days(row.until)[1] < day):
            continue
        values = {"reach": reach, "exemption": exempt}.get(row.part)
        if values is not None and row.change == "adds":
            values.append(row.value)
        elif values is not None and row.value in values:
            values.remove(row.value)
    exempt = [place for place in exempt if _PLACE.fullmatch(place)]
    if not reach and not exempt:
        return regime
    return replace(regime, reach=tuple(dict.fromkeys(reach)), exempt=tuple(dict.fromkeys(exempt)))


def mode_of(measure: Measure, now: Standing) -> Mode | None:
    """What the measure does to a flow; None where it holds up no whole flow.

    Of several instruments the hardest decides; a ban that lets exemptions through is a licence.
    Rules that reach only companies on a list hold up no whole flow.
    """
    return _mode(measure.instruments, now.eased)


@lru_cache(maxsize=4096)
def _mode(instruments: tuple[str, ...], eased: bool) -> Mode | None:
    words = set(instruments)
    reach = words - tables.NARROW if words & tables.NAMED_ONLY else words
    modes = {tables.TOOLS[word].mode for word in reach if word in tables.TOOLS}
    mode = next((mode for mode in tables.HARDEST if mode in modes), None)
    return tables.ONCE_EASED.get(mode, mode) if mode and eased else mode


def unknown_delays(pack: Pack, measures: Iterable[Held], day: Day) -> tuple[str, ...]:
    """The measures whose licences take nobody knows how long: no figure, no prior."""
    found: list[str] = []
    experience = Experience(pack, day)
    for measure, line in measures:
        now = line.on(day)
        asked = Asked(measure=measure, now=now, day=day, known=day)
        if mode_of(measure, now) == "licence" and _last_state(line, now) in STATES:
            how = experience.practice(asked, ("all",), experience.outcomes(measure))
            found += [measure.name] if how.delay_days is None else []
    return tuple(found)


def _last_state(line: Timeline, now: Standing) -> str:
    if now.state != "unknown" or now.until is None:
        return now.state
    return line.on(now.until).state


def _of_measure(experience: Experience, asked: Asked, mode: Mode, state: State) -> list[Regime]:
    rows = experience.outcomes(asked.measure) if mode == "licence" else ()
    return [
        _regime(
            asked,
            Regime(
                measure=asked.measure.name,
                origin=origin,
                items=asked.measure.items,
                destinations=where,
                mode=mode,
                state=state,
                since=asked.now.effective,
                until=asked.now.until,
                heard=asked.now.heard,
                instruments=asked.measure.instruments,
                informal=informal(asked.measure),
                marking=asked.measure.marking,
            ),
            experience.practice(asked, where, rows) if mode == "licence" else None,
        )
        for origin, destinations in _flows(asked.measure)
        for where in _apart(destinations, rows)
    ]


def _regime(asked: Asked, plain: Regime, how: Practice | None) -> Regime:
    steps = [ref for step in asked.measure.steps for ref in step.evidence]
    evidence = tuple(dict.fromkeys([*steps, *(how.evidence if how else ())]))
    regime = replace(plain, evidence=evidence)
    if how is None:
        return regime
    return replace(
        regime,
        delay_days=how.delay_days,  # None: unknown, which the caveats of the book say too
        delay_basis=how.delay_basis,
        approval_share=how.approval_share,
        approval_basis=how.approval_basis,
        basis=_both(how),
    )


def _both(how: Practice) -> Literal["reported", "prior"]:
    both = (how.delay_basis, how.approval_basis)
    return "reported" if both == ("reported", "reported") else "prior"


def _flows(measure: Measure) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Origin and destinations of the flows concerned; imports are held up on their way in."""
    return _between(measure.issuer, measure.targets, measure.instruments)


@lru_cache(maxsize=4096)
def _between(
    issuer: str, aims: tuple[str, ...], instruments: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    targets = tuple(sorted(telling.places(aims)))
    if aims and not targets:
        return ()  # named companies only: no whole flow
    reach = ("all",) if "all" in targets or not targets else targets
    tools = (tables.TOOLS.get(word) for word in instruments)
    if "import" in {tool.family for tool in tools if tool is not None and tool.mode}:
        return tuple((origin, (issuer,)) for origin in reach)
    return ((issuer, reach),)


def _apart(destinations: tuple[str, ...], rows: Sequence[LicenceOutcome]) -> list[tuple[str, ...]]:
    """The destinations, those of which somebody reported the practice apart and first."""
    told = {row.destination for row in rows if share(row) is not None or row.days_waited}
    own = sorted(told - {"all"} if "all" in destinations else told & set(destinations))
    rest = tuple(place for place in destinations if place not in own)
    return [*((place,) for place in own), *([rest] if rest else [])]
