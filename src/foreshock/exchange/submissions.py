"""Figures that companies tell one desk in confidence: TLP:RED, told on only as aggregates."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from foreshock.errors import NotAllowed, WrongUse
from foreshock.exchange.deeds import deed
from foreshock.exchange.disclosure import Told, verdict
from foreshock.exchange.forms import fill
from foreshock.words.clocks import live, now, span
from foreshock.words.keepers import Keeper
from foreshock.words.markings import Marking, label
from foreshock.words.missions import Aggregate, Disclosure, Submission
from foreshock.words.pack import Pack
from foreshock.words.people import Person
from foreshock.words.records import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """A figure that companies are asked for."""

    says: str
    unit: str
    how: Literal["sum", "mean"]


FIGURES = {
    "stock": Figure(says="stock in hand", unit="days of own use", how="mean"),
    "lead_time": Figure(says="from order to delivery", unit="days", how="mean"),
    "use": Figure(says="used in the period", unit="USD", how="sum"),
    "orders": Figure(says="ordered in the period", unit="USD", how="sum"),
    "orders_unfilled": Figure(says="ordered and not delivered", unit="USD", how="sum"),
}


class Cell(Struct, frozen=True, kw_only=True):
    """What an aggregate is about."""

    item: str
    figure: str
    period: str


def submit(keeper: Keeper, pack: Pack, person: Person, told: Mapping[str, str]) -> Submission:
    """Keep a figure of a person's company at TLP:RED, in the place of what it told before on it.

    Raises `WrongForm` naming what is wrong, `NotAllowed` for somebody who speaks for no company.
    """
    if not person.company or not person.desk:
        raise NotAllowed(
            f"{person.name} speaks for no company", expected="somebody with the role company"
        )
    values = fill("company", told, pack)
    with keeper.transaction():
        before = [s for s in keeper.known(Submission) if _key(s) == _key_of(person, values)]
        made = Submission(
            clocks=live(now()),
            company=person.company,
            group=person.group,
            desk=person.desk,
            by=person.name,
            supersedes=before[-1].id if before else None,
            **values,
        ).sealed()
        if before and before[-1].value == made.value:
            return before[-1]
        keeper.add([made, deed(person.name, "figure_submitted", made.id)])
    return made


def _key(one: Submission) -> tuple[str, ...]:
    return (one.company, one.desk, one.item, one.figure, one.period)


def _key_of(person: Person, values: Mapping[str, str]) -> tuple[str, ...]:
    return (person.company, person.desk, values["item"], values["figure"], values["period"])


def submissions(
    keeper: Keeper, *, desk: str = "", company: str = "", day: date | None = None
) -> list[Submission]:
    """What a desk was told, or what a company told; nothing where neither is named.

    A named person of the desk or the company may see them, and nobody else.
    """
    return [
        s
        for s in keeper.known(Submission, day)
        if (desk and s.desk == desk) or (company and s.company == company)
    ]


def cells(found: Iterable[Submission]) -> dict[Cell, list[Submission]]:
    """Submissions by what an aggregate of them would be about."""
    by_cell: dict[Cell, list[Submission]] = {}
    for one in sorted(found, key=lambda s: (s.item, s.figure, s.period, s.company)):
        cell = Cell(item=one.item, figure=one.figure, period=one.period)
        by_cell.setdefault(cell, []).append(one)
    return by_cell


def aggregate(
    keeper: Keeper, pack: Pack, person: Person, cell: Cell, marking: Marking = Marking.AMBER
) -> Aggregate:
    """Make of what a desk was told the one figure that may leave, and keep it with what it hides.

    Raises `NotAllowed` if a company could be seen in it, or in a difference to what was told
    before; the reason is for the desk only.
    """
    if not person.desk or marking is Marking.RED:
        raise NotAllowed(f"{person.name} may not make it", expected="an analyst of the desk")
    if cell.figure not in FIGURES:
        raise WrongUse(f"the figure is {cell.figure!a}", expected=f"one of {', '.join(FIGURES)}")
    figure = FIGURES[cell.figure]
    with keeper.transaction():
        made_of = cells(submissions(keeper, desk=person.desk)).get(cell, [])
        told = [_told(one) for one in made_of]
        before = [d for d in keeper.history(Disclosure) if _touches(pack, d, cell)]
        other = next((d for d in before if (d.item, d.period) != (cell.item, cell.period)), None)
        if other is not None:
            raise NotAllowed(
                f"{other.figure} of {other.item} in {other.period} was told before, which overlaps "
                f"{cell.item} in {cell.period}: one could be taken from the other",
                next_step="Stay with the items and periods told before.",
            )
        said = verdict(told, [_told_before(keeper, d) for d in before])
        if not said.safe:
            raise NotAllowed(f"the aggregate is withheld: {said.why}", next_step="Wait for more.")
        total = sum(value for _, _, value in told)
        value = total / len(told) if figure.how == "mean" else total
        made = Aggregate(
            clocks=live(now(), happened=cell.period),
            item=cell.item,
            figure=cell.figure,
            period=cell.period,
            value=float(f"{value:.3g}"),
            unit=figure.unit,
            how=figure.how,
            companies=len({group for _, group, _ in told}),
            by=person.name,
            marking=marking,
        ).sealed()
        hides = Disclosure(
            clocks=live(now()),
            aggregate=made.id,
            item=cell.item,
            figure=cell.figure,
            period=cell.period,
            made_of=tuple(sorted(one.id for one in made_of)),
        ).sealed()
        if keeper.add([made, hides]):
            keeper.add([deed(person.name, "aggregate_made", made.id)])
    return made


def aggregates(keeper: Keeper, day: date | None = None) -> list[Aggregate]:
    """The aggregates known by the end of `day` (None: now), newest first."""
    return list(reversed(keeper.known(Aggregate, day)))


def in_words(one: Aggregate, pack: Pack) -> str:
    """An aggregate in one sentence, as it may leave.

    >>> in_words(Aggregate(clocks=live(now()), item="min.ga", figure="stock", period="2026-10",
    ...          value=31.0, unit="days of own use", how="mean", companies=4), Pack())
    'min.ga, stock in hand, 2026-10: mean of 4 companies 31 days of own use (TLP:AMBER)'
    """
    says = FIGURES[one.figure].says if one.figure in FIGURES else one.figure
    return (
        f"{pack.name.get(one.item, one.item)}, {says}, {one.period}: {one.how} of "
        f"{one.companies} companies {one.value:,.10g} {one.unit} ({label(one.marking)})"
    )


def _told(one: Submission) -> Told:
    return (one.company, one.group or one.company, one.value)


def _told_before(keeper: Keeper, one: Disclosure) -> frozenset[Told]:
    found = [keeper.get(id) for id in one.made_of]
    if not all(isinstance(s, Submission) for s in found):
        raise NotAllowed(
            f"what {one.aggregate} was made of is no longer whole",
            next_step="Nothing more on it can be told: its difference could not be checked.",
        )
    return frozenset(_told(s) for s in found if isinstance(s, Submission))


def _touches(pack: Pack, one: Disclosure, cell: Cell) -> bool:
    """Whether an aggregate told before is about the same figure, a related item, the same time."""
    if one.figure != cell.figure:
        return False
    related = one.item in pack.ancestors(cell.item) or cell.item in pack.ancestors(one.item)
    (first, last), (begin, end) = span(one.period), span(cell.period)
    return related and first <= end and begin <= last
