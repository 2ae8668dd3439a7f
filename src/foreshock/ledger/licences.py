"""How licences go in practice: what was reported about a measure, else the priors of the pack."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from foreshock.ledger import tables
from foreshock.ledger.life import Standing
from foreshock.ledger.match import kin
from foreshock.words.pack import Pack
from foreshock.words.records import Measure, Struct
from foreshock.words.reference import LicenceOutcome

Day = date
Days = tuple[float, float, float]
Basis = Literal["reported", "prior", "unknown"]


class Asked(Struct, frozen=True, kw_only=True):
    """The measure asked about, how it stands on `day`, and what may be `known`."""

    measure: Measure
    now: Standing
    day: Day
    #: only what was published by the end of this day counts
    known: Day


class Practice(Struct, frozen=True, kw_only=True):
    """How long licences take and how many are granted; None: neither reported nor in the priors."""

    delay_days: Days | None
    delay_basis: Basis
    #: 0..1
    approval_share: float | None
    approval_basis: Basis
    #: rows of licence outcomes that it rests on
    evidence: tuple[str, ...] = ()


def outcomes(pack: Pack, asked: Asked) -> tuple[LicenceOutcome, ...]:
    """What was reported about licences under the measure, newest first.

    A row without a measure counts for all measures of its issuer on the item or its kin.
    """
    measure = asked.measure
    kindred = kin(pack, measure.items)
    rows = [
        row
        for row in pack.licence_outcomes
        if row.published <= asked.known
        and row.checked != "unopened"
        and (row.measure == measure.name if row.measure else row.issuer == measure.issuer)
        and (row.measure or not row.item or row.item in kindred)
    ]
    return tuple(sorted(rows, key=lambda row: (row.published, row.ref), reverse=True))


def share(row: LicenceOutcome) -> float | None:
    """Share of applications approved, 0..1; computed where both numbers are told.

    >>> share(LicenceOutcome(issuer="CN", applied=141, approved=19, published=date(2025, 9, 30)))
    0.1347...
    """
    if row.share is not None or not row.applied or row.approved is None:
        return row.share
    return row.approved / row.applied


def practice(
    pack: Pack, asked: Asked, where: tuple[str, ...], rows: Sequence[LicenceOutcome]
) -> Practice:
    """Delay and approval of licences for the destinations `where`: figures before priors.

    `rows` are `outcomes`, newest first; the newest figure counts. Of several reported waits the
    newest is the likely one, the shortest and the longest are low and high; of one, all are equal.
    """
    near = [row for row in rows if row.destination in (*where, "all")]
    waits = [row for row in near if row.days_waited is not None]
    shares = [row for row in near if share(row) is not None and not _overtaken(row, near)]
    waited = [row.days_waited for row in waits if row.days_waited is not None]
    delay = (min(waited), waited[0], max(waited)) if waited else prior_delay(pack, asked)
    approved = share(shares[0]) if shares else prior_approval(pack, asked)
    return Practice(
        delay_days=delay,
        delay_basis=_basis(bool(waits), delay),
        approval_share=approved,
        approval_basis=_basis(bool(shares), approved),
        evidence=tuple(dict.fromkeys(row.ref for row in (*waits, *shares[:1]) if row.ref)),
    )


def _basis(reported: bool, figure: object) -> Basis:
    if reported:
        return "reported"
    return "unknown" if figure is None else "prior"


def _overtaken(row: LicenceOutcome, rows: Sequence[LicenceOutcome]) -> bool:
    # "none so far" no longer holds once somebody tells of the first licences
    return share(row) == 0 and any(
        later.approved and later.destination == row.destination and later.published > row.published
        for later in rows
    )


def prior_delay(pack: Pack, asked: Asked) -> Days | None:
    """The prior for days until the first licences: low, likely, high; None: the pack has none."""
    tools = {word for word in asked.measure.instruments if word in tables.TOOLS}
    name = tables.DELAY_SETTLED if _age(asked) >= tables.SETTLED_DAYS else tables.DELAY_NEW
    if tools and tools <= tables.INFORMAL:
        name = tables.DELAY_INFORMAL
    days = _prior(pack, "licence_delay", ("regime", name), asked.known).get("days")
    return (float(days[0]), float(days[1]), float(days[2])) if days else None


def prior_approval(pack: Pack, asked: Asked) -> float | None:
    """The prior for the share approved, its likely value; None: the pack has none."""
    period = [name for first, name in tables.APPROVAL_PERIODS if first <= _age(asked)][-1]
    for name in (period, tables.APPROVAL_UNKNOWN):
        shares = _prior(pack, "approval_share", ("period", name), asked.known).get("share")
        if shares:
            return float(shares[1])
    return None


def _age(asked: Asked) -> int:
    start = asked.now.effective
    return max((asked.day - start).days, 0) if start else 0


def _prior(pack: Pack, table: str, wanted: tuple[str, str], known: Day) -> dict[str, Any]:
    """The entry of the priors, if what taught it had happened by `known`; else nothing."""
    column, name = wanted
    for entry in pack.priors.get(table, ()):
        if entry.get(column) == name and str(entry.get("known_from", "")) <= known.isoformat():
            return dict(entry)
    return {}
