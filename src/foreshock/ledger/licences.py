"""How licences go in practice: what was reported about a measure, else the priors of the pack."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Literal

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


def share(row: LicenceOutcome) -> float | None:
    """Share of applications approved, 0..1; computed where both numbers are told.

    >>> share(LicenceOutcome(issuer="CN", applied=141, approved=19, published=date(2025, 9, 30)))
    0.1347...
    """
    if row.share is not None or not row.applied or row.approved is None:
        return row.share
    return row.approved / row.applied


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


class Experience:
    """What was known by a day of how licences go: the reports, and the priors of the pack.

    Made once for a day, and asked for each measure.
    """

    def __init__(self, pack: Pack, known: Day) -> None:
        self._pack = pack
        #: measure -> its reports; "" and an issuer -> its reports that name no measure
        self._rows: dict[tuple[str, str], list[LicenceOutcome]] = {}
        for row in pack.licence_outcomes:
            if row.published <= known and row.checked != "unopened":
                key = (row.measure, "" if row.measure else row.issuer)
                self._rows.setdefault(key, []).append(row)
        self._priors: dict[tuple[str, str], tuple[float, ...]] = {}
        for table, column, figure in (
            ("licence_delay", "regime", "days"),
            ("approval_share", "period", "share"),
        ):
            for entry in pack.priors.get(table, ()):
                # only what had taught it by then
                if str(entry.get("known_from", "")) <= known.isoformat() and entry.get(figure):
                    key = (table, str(entry.get(column)))
                    self._priors.setdefault(key, tuple(float(x) for x in entry[figure]))

    def outcomes(self, measure: Measure) -> tuple[LicenceOutcome, ...]:
        """What was reported about licences under the measure, newest first.

        A row without a measure counts for all measures of its issuer on the item or its kin.
        """
        rows = list(self._rows.get((measure.name, ""), ()))
        if at_large := self._rows.get(("", measure.issuer)):
            kindred = kin(self._pack, measure.items)
            rows += [row for row in at_large if not row.item or row.item in kindred]
        return tuple(sorted(rows, key=lambda row: (row.published, row.ref), reverse=True))

    def practice(
        self, asked: Asked, where: tuple[str, ...], rows: Sequence[LicenceOutcome]
    ) -> Practice:
        """Delay and approval of licences for the destinations `where`: figures before priors.

        `rows` are `outcomes`, newest first; the newest figure counts. Of several reported waits the
        newest is the likely one, the shortest and the longest are low and high; of one, all are
        equal.
        """
        near = [row for row in rows if row.destination in (*where, "all")]
        waits = [row for row in near if row.days_waited is not None]
        shares = [row for row in near if share(row) is not None and not _overtaken(row, near)]
        waited = [row.days_waited for row in waits if row.days_waited is not None]
        delay = (min(waited), waited[0], max(waited)) if waited else self._delay(asked)
        approved = share(shares[0]) if shares else self._approval(asked)
        return Practice(
            delay_days=delay,
            delay_basis=_basis(bool(waits), delay),
            approval_share=approved,
            approval_basis=_basis(bool(shares), approved),
            evidence=tuple(dict.fromkeys(row.ref for row in (*waits, *shares[:1]) if row.ref)),
        )

    def _delay(self, asked: Asked) -> Days | None:
        """The prior for days until the first licences: low, likely, high; None: there is none."""
        name = tables.DELAY_SETTLED if _age(asked) >= tables.SETTLED_DAYS else tables.DELAY_NEW
        if by_hand(asked.measure):
            name = tables.DELAY_INFORMAL
        days = self._priors.get(("licence_delay", name))
        return (days[0], days[1], days[2]) if days else None

    def _approval(self, asked: Asked) -> float | None:
        """The prior for the share approved, its likely value; None: there is none."""
        period = [name for first, name in tables.APPROVAL_PERIODS if first <= _age(asked)][-1]
        for name in (period, tables.APPROVAL_UNKNOWN):
            if shares := self._priors.get(("approval_share", name)):
                return shares[1]
        return None


def by_hand(measure: Measure) -> bool:
    """Whether the measure holds goods up at customs or by slow files, and asks for no licence."""
    return _by_hand(measure.instruments)


@lru_cache(maxsize=4096)
def _by_hand(instruments: tuple[str, ...]) -> bool:
    tools = {word for word in instruments if word in tables.TOOLS}
    return bool(tools) and tools <= tables.INFORMAL


def informal(measure: Measure) -> bool:
    """Whether the measure holds goods up without a published rule that says so.

    >>> from foreshock.words.clocks import live, now
    >>> tools = ("guidance",)
    >>> informal(Measure(clocks=live(now()), name="M", issuer="CN", title="", instruments=tools))
    True
    """
    return by_hand(measure) and not measure.official_number


def _age(asked: Asked) -> int:
    start = asked.now.effective
    return max((asked.day - start).days, 0) if start else 0
