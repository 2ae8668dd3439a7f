"""What holds on a day, as the network needs it: how a measure holds up a flow."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

from foreshock.ledger import tables, telling
from foreshock.ledger.life import Standing, standing
from foreshock.ledger.match import kin
from foreshock.ledger.tables import Mode
from foreshock.words.pack import Pack
from foreshock.words.records import Measure, Regime, Struct
from foreshock.words.reference import LicenceOutcome

Day = date
State = Literal["announced", "in_force", "suspended"]

#: standing of a measure -> state of its regime. A suspension that ran out without a word stays a
#: suspension whose `until` has passed; what has ended or was only rumoured holds up nothing.
STATES: dict[str, State] = {
    "announced": "announced",
    "postponed": "announced",
    "in_force": "in_force",
    "suspended": "suspended",
}


class Practice(Struct, frozen=True, kw_only=True):
    """How licences go, as reported or else as the priors have it."""

    delay_days: tuple[float, float, float] | None
    approval_share: float | None
    basis: Literal["reported", "prior"]
    #: rows of licence outcomes that it rests on
    evidence: tuple[str, ...]


def regimes(pack: Pack, measures: Iterable[Measure], day: Day, known: Day) -> tuple[Regime, ...]:
    """How the measures hold up flows on `day`, by what was known at the end of `known`.

    A destination for which the practice of licensing was reported has a regime of its own, before
    the general one of its measure: take the first that fits.
    """
    found: list[Regime] = []
    for measure in measures:
        now = standing(measure.steps, day)
        mode = mode_of(measure, now)
        state = STATES.get(_before_running_out(measure, now, day))
        if mode is None or state is None:
            continue
        for origin, destinations in _flows(measure):
            outcomes = _outcomes(pack, measure, min(day, known)) if mode == "licence" else ()
            for where in _own_practice(destinations, outcomes):
                practice = practised(pack, measure, where, outcomes, (now, day, known))
                found.append(_regime(measure, origin, where, (mode, state), now, practice))
    return tuple(found)


def mode_of(measure: Measure, now: Standing) -> Mode | None:
    """What the measure does to a flow; None where it holds up no whole flow.

    Of several instruments the hardest decides; a ban that lets exemptions through is a licence.
    """
    tools = (tables.TOOLS.get(word) for word in measure.instruments)
    modes = {tool.mode for tool in tools if tool is not None}
    mode = next((mode for mode in tables.HARDEST if mode in modes), None)
    return tables.ONCE_EASED.get(mode, mode) if mode and now.eased else mode


def _before_running_out(measure: Measure, now: Standing, day: Day) -> str:
    if now.state != "unknown" or now.until is None:
        return now.state
    return standing(measure.steps, now.until).state


def _flows(measure: Measure) -> list[tuple[str, tuple[str, ...]]]:
    """Origin and destinations of the flows concerned: imports are held up on their way in."""
    targets = tuple(sorted(telling.places(measure.targets)))
    if measure.targets and not targets:
        return []  # named companies only: no whole flow
    tools = (tables.TOOLS.get(word) for word in measure.instruments)
    if "import" in {tool.family for tool in tools if tool is not None and tool.mode}:
        return [(origin, (measure.issuer,)) for origin in targets or ("all",)]
    return [(measure.issuer, ("all",) if "all" in targets else targets or ("all",))]


def _outcomes(pack: Pack, measure: Measure, known: Day) -> tuple[LicenceOutcome, ...]:
    """How licences went under the measure, newest first."""
    kindred = kin(pack, measure.items)
    rows = [
        row
        for row in pack.licence_outcomes
        if row.published <= known
        and row.checked != "unopened"
        and (row.measure == measure.name if row.measure else row.issuer == measure.issuer)
        and (row.measure or not row.item or row.item in kindred)
    ]
    return tuple(sorted(rows, key=lambda row: (row.published, row.ref), reverse=True))


def _own_practice(
    destinations: tuple[str, ...], outcomes: Sequence[LicenceOutcome]
) -> list[tuple[str, ...]]:
    told = {row.destination for row in outcomes if _share(row) is not None or row.days_waited}
    own = sorted(told - {"all"} if "all" in destinations else told & set(destinations))
    rest = tuple(place for place in destinations if place not in own)
    return [*((place,) for place in own), *([rest] if rest else [])]


def practised(
    pack: Pack,
    measure: Measure,
    where: tuple[str, ...],
    outcomes: Sequence[LicenceOutcome],
    at: tuple[Standing, Day, Day],
) -> Practice:
    """Delay and approval of licences for the destinations: reported figures before priors.

    `basis` is "reported" only if both are. A reported wait is one number: low, likely and high are
    the same. Without a figure and without a prior, delay and share are None: unknown.
    """
    near = [row for row in outcomes if row.destination in (*where, "all")]
    waits = [row for row in near if row.days_waited is not None]
    shares = [row for row in near if _share(row) is not None and not _overtaken(row, near)]
    days = waits[0].days_waited if waits else None
    share = _share(shares[0]) if shares else None
    now, day, known = at
    return Practice(
        delay_days=(days, days, days) if days is not None else _delay(pack, measure, now, at),
        approval_share=share if share is not None else _approval(pack, now, day, known),
        basis="reported" if waits and shares else "prior",
        evidence=tuple(dict.fromkeys(row.ref for row in (*waits[:1], *shares[:1]) if row.ref)),
    )


def _share(row: LicenceOutcome) -> float | None:
    if row.share is not None or not row.applied or row.approved is None:
        return row.share
    return row.approved / row.applied


def _overtaken(row: LicenceOutcome, rows: Sequence[LicenceOutcome]) -> bool:
    # "none so far" no longer holds once somebody tells of the first licences
    return _share(row) == 0 and any(
        later.approved and later.destination == row.destination and later.published > row.published
        for later in rows
    )


def _delay(
    pack: Pack, measure: Measure, now: Standing, at: tuple[Standing, Day, Day]
) -> tuple[float, float, float] | None:
    _, day, known = at
    tools = {word for word in measure.instruments if word in tables.TOOLS}
    if tools and tools <= tables.INFORMAL:
        name = tables.DELAY_INFORMAL
    else:
        settled = now.effective and (day - now.effective).days >= tables.SETTLED_DAYS
        name = tables.DELAY_SETTLED if settled else tables.DELAY_NEW
    days = _prior(pack, "licence_delay", "regime", name, known).get("days")
    return (float(days[0]), float(days[1]), float(days[2])) if days else None


def _approval(pack: Pack, now: Standing, day: Day, known: Day) -> float | None:
    age = max((day - now.effective).days, 0) if now.effective else 0
    period = [name for first, name in tables.APPROVAL_PERIODS if first <= age][-1]
    for name in (period, tables.APPROVAL_UNKNOWN):
        share = _prior(pack, "approval_share", "period", name, known).get("share")
        if share:
            return float(share[1])
    return None


def _prior(pack: Pack, table: str, column: str, name: str, known: Day) -> dict[str, Any]:
    """The entry of the priors that one could have had on `known`; empty if there is none."""
    for entry in pack.priors.get(table, ()):
        if entry.get(column) == name and str(entry.get("known_from", "")) <= known.isoformat():
            return dict(entry)
    return {}


def _regime(
    measure: Measure,
    origin: str,
    where: tuple[str, ...],
    kind: tuple[Mode, State],
    now: Standing,
    practice: Practice,
) -> Regime:
    licence = kind[0] == "licence"
    refs = [ref for step in measure.steps for ref in step.evidence]
    return Regime(
        measure=measure.name,
        origin=origin,
        items=measure.items,
        destinations=where,
        mode=kind[0],
        state=kind[1],
        since=now.effective,
        until=now.until,
        delay_days=(practice.delay_days if licence else None) or (0.0, 0.0, 0.0),
        approval_share=practice.approval_share if licence else None,
        basis=practice.basis,
        evidence=tuple(dict.fromkeys([*refs, *practice.evidence])),
    )
