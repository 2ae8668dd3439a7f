"""The reference pack: what is watched, who acts, who makes what for whom, what is already known.

The pack is a folder of plain files; `load()` reads and checks all of it, or refuses all of it with
every problem named. A user's own folder of the same form adds rows, and overrides those with the
same key.
"""

import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from foreshock.errors import PackError, RecordError
from foreshock.words import reference as ref
from foreshock.words.clocks import span
from foreshock.words.tables import read_table, refuse
from foreshock.words.vocab import INSTRUMENTS, NEXT_STEPS

#: the pack that comes with the program
SHIPPED = Path(__file__).parent.parent / "pack"

#: attribute -> (file, row class, the columns that identify a row)
TABLES: dict[str, tuple[str, type[msgspec.Struct], tuple[str, ...]]] = {
    "items": ("items.csv", ref.Item, ("id",)),
    "codes": ("codes.csv", ref.Code, ("item", "system", "edition", "code")),
    "actors": ("actors.csv", ref.Actor, ("id", "role", "since")),
    "provisions": (
        "provides.csv",
        ref.Provision,
        ("item", "stage", "country", "company", "year", "publisher", "source_date"),
    ),
    "imports": (
        "imports.csv",
        ref.Import,
        ("holder", "item", "origin", "year", "basis", "publisher", "source_date", "note"),
    ),
    "needs": ("goes_into.csv", ref.Need, ("input", "output")),
    "substitutes": ("replaces.csv", ref.Substitute, ("item", "substitute")),
    "stocks": ("stocks.csv", ref.Stock, ("item", "holder", "source_date", "source_url", "note")),
    "holders": ("holders.csv", ref.Holder, ("id",)),
    "series": ("series.csv", ref.Series, ("id",)),
    "figures": (
        "observations.csv",
        ref.Figure,
        ("series", "period", "publisher", "published", "status"),
    ),
    "production": (
        "production.csv",
        ref.Output,
        ("item", "stage", "country", "year", "publisher", "source_date", "note"),
    ),
    "measures": ("measures.csv", ref.MeasureRow, ("id",)),
    "steps": ("measure_steps.csv", ref.StepRow, ("measure", "step", "date", "published")),
    "commitments": ("commitments.csv", ref.CommitmentRow, ("id",)),
    "licence_outcomes": (
        "licence_outcomes.csv",
        ref.LicenceOutcome,
        ("measure", "item", "destination", "period", "published"),
    ),
    "stances": ("stances.csv", ref.StanceRow, ("who", "about", "since", "stance")),
    "cases": ("cases.csv", ref.CaseRow, ("id",)),
    "case_facts": ("case_facts.csv", ref.CaseFact, ("case", "published", "text")),
    "levels": ("levels.csv", ref.LevelRule, ("level", "rule")),
    "probability_words": ("probability_words.csv", ref.ProbabilityWord, ("word",)),
    "weights": ("base_rates.csv", ref.Weight, ("reason",)),
}


class Pack(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Everything the pack says. Rows that state facts are asked with `.known(day)`."""

    items: tuple[ref.Item, ...] = ()
    codes: tuple[ref.Code, ...] = ()
    actors: tuple[ref.Actor, ...] = ()
    provisions: tuple[ref.Provision, ...] = ()
    imports: tuple[ref.Import, ...] = ()
    needs: tuple[ref.Need, ...] = ()
    substitutes: tuple[ref.Substitute, ...] = ()
    stocks: tuple[ref.Stock, ...] = ()
    holders: tuple[ref.Holder, ...] = ()
    series: tuple[ref.Series, ...] = ()
    figures: tuple[ref.Figure, ...] = ()
    production: tuple[ref.Output, ...] = ()
    measures: tuple[ref.MeasureRow, ...] = ()
    steps: tuple[ref.StepRow, ...] = ()
    commitments: tuple[ref.CommitmentRow, ...] = ()
    licence_outcomes: tuple[ref.LicenceOutcome, ...] = ()
    stances: tuple[ref.StanceRow, ...] = ()
    cases: tuple[ref.CaseRow, ...] = ()
    case_facts: tuple[ref.CaseFact, ...] = ()
    levels: tuple[ref.LevelRule, ...] = ()
    probability_words: tuple[ref.ProbabilityWord, ...] = ()
    weights: tuple[ref.Weight, ...] = ()
    #: priors.toml as it stands: parameters of the method, not facts
    priors: dict[str, Any] = msgspec.field(default_factory=dict)
    #: the folders it was read from, the shipped one first
    folders: tuple[Path, ...] = ()

    @cached_property
    def item(self) -> dict[str, ref.Item]:
        """Items by id."""
        return {row.id: row for row in self.items}

    @cached_property
    def holder(self) -> dict[str, ref.Holder]:
        """Holders by id."""
        return {row.id: row for row in self.holders}

    @cached_property
    def weight(self) -> dict[str, ref.Weight]:
        """Weights by the reason they belong to."""
        return {row.reason: row for row in self.weights}

    @cached_property
    def name(self) -> dict[str, str]:
        """A readable name for every id of an item, actor or holder."""
        named = {row.id: row.name for row in self.holders}
        named.update({row.id: row.name for row in self.actors})
        named.update({row.id: row.name for row in self.items})
        return named

    @cached_property
    def country(self) -> dict[str, str]:
        """The country or bloc to which every actor belongs; a country belongs to itself."""
        return {row.id: row.belongs_to or row.id for row in self.actors}

    def ancestors(self, item: str) -> tuple[str, ...]:
        """The item itself and its parents, nearest first: ree.dy, ree.heavy, ree."""
        chain: list[str] = []
        while item and item not in chain:
            chain.append(item)
            item = self.item[item].parent if item in self.item else ""
        return tuple(chain)

    def family(self, item: str) -> frozenset[str]:
        """The item and everything below it: ree -> ree, ree.heavy, ree.dy, ..."""
        return self._families.get(item, frozenset({item}))

    @cached_property
    def _families(self) -> dict[str, frozenset[str]]:
        below: dict[str, set[str]] = {}
        for row in self.items:
            for parent in self.ancestors(row.id):
                below.setdefault(parent, set()).add(row.id)
        return {item: frozenset(found) for item, found in below.items()}

    def documents(self) -> tuple[Path, ...]:
        """The texts that come with the pack, oldest first by name."""
        return tuple(
            sorted(
                (path for folder in self.folders for path in (folder / "documents").glob("*.txt")),
                key=lambda path: path.name,
            )
        )


def load(own: Path | None = None) -> Pack:
    """The shipped pack, with a user's own rows on top if a folder is given.

    Raises `PackError` naming every problem with file and line; nothing is loaded by halves.

    >>> load().item["min.ga"].name
    'gallium'
    """
    problems: list[str] = []
    folders = (SHIPPED,) if own is None else (SHIPPED, own)
    if own is not None and not own.is_dir():
        raise PackError([f"{own}: is no folder"])
    tables: dict[str, Any] = {}
    for attribute, (file, kind, key) in TABLES.items():
        rows: dict[tuple[Any, ...], Any] = {}
        for folder in folders:
            if folder == SHIPPED or (folder / file).exists():
                _merge(rows, _read(folder / file, kind, problems), key, file, problems)
        tables[attribute] = tuple(rows.values())
    priors: dict[str, Any] = {}
    for folder in folders:
        priors.update(_priors(folder / "priors.toml", problems))
    refuse(problems)
    pack = Pack(**tables, priors=priors, folders=folders)
    refuse(check(pack))
    return pack


def _read(path: Path, kind: type[msgspec.Struct], problems: list[str]) -> Iterable[Any]:
    if not path.is_file():
        problems.append(f"{path.name}: is missing from {path.parent.name}/")
        return ()
    return read_table(path, kind, problems)


def _merge(
    rows: dict[tuple[Any, ...], Any],
    found: Iterable[Any],
    key: tuple[str, ...],
    file: str,
    problems: list[str],
) -> None:
    seen: set[tuple[Any, ...]] = set()
    for row in found:
        identity = tuple(getattr(row, column) for column in key)
        if identity in seen:
            where = getattr(row, "ref", "") or file
            problems.append(f"{where.removeprefix('pack:')}: a second row for {identity}")
        seen.add(identity)
        rows[identity] = row


def _priors(path: Path, problems: list[str]) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: {error}")
        return {}


def check(pack: Pack) -> list[str]:
    """Everything in the pack that cannot be true, one sentence each.

    >>> check(load())
    []
    """
    problems: list[str] = []
    for rule in _RULES:
        rule(pack, problems)
    return problems


def _at(row: Any, fallback: str) -> str:
    return str(getattr(row, "ref", "") or fallback).removeprefix("pack:")


def _ids_exist(pack: Pack, problems: list[str]) -> None:
    countries = {a.id for a in pack.actors if a.kind in ("country", "bloc")}
    known = {
        "item": set(pack.item),
        "place": countries | set(pack.holder) | {"all"},
        "holder": set(pack.holder) | countries,
        "series": {s.id for s in pack.series},
        "measure": {m.id for m in pack.measures},
        "instrument": set(INSTRUMENTS),
    }
    columns: list[tuple[tuple[Any, ...], dict[str, str]]] = [
        (pack.items, {"parent": "item"}),
        (pack.provisions, {"item": "item", "country": "place"}),
        (pack.imports, {"holder": "holder", "item": "item", "origin": "place"}),
        (pack.needs, {"input": "item", "output": "item"}),
        (pack.substitutes, {"item": "item"}),
        (pack.stocks, {"item": "item", "holder": "holder"}),
        (pack.series, {"item": "item"}),
        (pack.figures, {"series": "series"}),
        (pack.measures, {"issuer": "place", "items": "item", "instrument": "instrument"}),
        (pack.steps, {"measure": "measure"}),
        (pack.commitments, {"items": "item"}),
        (pack.licence_outcomes, {"measure": "measure", "item": "item"}),
    ]
    for rows, kinds in columns:
        for row in rows:
            for column, kind in kinds.items():
                cell = getattr(row, column)
                problems.extend(
                    f"{_at(row, column)}: {column} {value!r} is no {kind}"
                    for value in ((cell,) if isinstance(cell, str) else cell)
                    if value and value not in known[kind]
                )


def _shares_are_fractions(pack: Pack, problems: list[str]) -> None:
    totals: dict[tuple[object, ...], float] = {}
    shares: tuple[ref.Provision | ref.Import, ...] = (*pack.provisions, *pack.imports)
    problems.extend(
        f"{_at(row, 'share')}: share {row.share} lies outside 0..1"
        for row in shares
        if row.share is not None and not 0 <= row.share <= 1
    )
    for provision in pack.provisions:
        at = (provision.item, provision.stage, provision.year, provision.publisher)
        whole = ("world output", *at, provision.source_date, bool(provision.company))
        totals[whole] = totals.get(whole, 0) + (provision.share or 0)
    for row in pack.imports:
        into = (row.holder, row.item, row.year, row.basis, row.publisher, row.source_date)
        totals[into] = totals.get(into, 0) + row.share
    problems.extend(
        f"shares of {' '.join(map(str, what))} add up to {total:.2f}, expected at most 1.05"
        for what, total in totals.items()
        if total > 1.05
    )


def _steps_follow_the_table(pack: Pack, problems: list[str]) -> None:
    by_measure: dict[str, list[ref.StepRow]] = {}
    for row in pack.steps:
        by_measure.setdefault(row.measure, []).append(row)
    for rows in by_measure.values():
        before = ""
        for row in sorted(rows, key=lambda r: (span(r.date)[0], r.published)):
            if row.step not in NEXT_STEPS.get(before, frozenset()):
                problems.append(
                    f"{_at(row, 'steps')}: {row.measure} is {row.step!r} after "
                    f"{before or 'nothing'!r}, expected one of {', '.join(NEXT_STEPS[before])}"
                )
            if row.step in NEXT_STEPS:
                before = row.step


def _facts_have_sources(pack: Pack, problems: list[str]) -> None:
    facts = (pack.provisions, pack.imports, pack.stocks, pack.production, pack.measures, pack.steps)
    for rows in facts:
        for row in rows:
            missing = [c for c in ("publisher", "source_date", "checked") if not getattr(row, c)]
            if missing:
                problems.append(f"{_at(row, 'row')}: no {', '.join(missing)}")


def _dates_are_dates(pack: Pack, problems: list[str]) -> None:
    for rows, columns in (
        (pack.steps, ("date", "until")),
        (pack.commitments, ("made", "due", "outcome_date")),
        (pack.figures, ("period",)),
    ):
        for row in rows:
            for column in columns:
                text = getattr(row, column)
                try:
                    if text:
                        span(text)
                except RecordError as error:  # every problem is listed, none stops the check
                    problems.append(f"{_at(row, 'row')}: {column}: {error}")


def _no_item_is_its_own_ancestor(pack: Pack, problems: list[str]) -> None:
    for row in pack.items:
        top = pack.item.get(pack.ancestors(row.id)[-1])
        if top is not None and top.parent in pack.item:
            problems.append(f"{_at(row, 'items')}: {row.id} is its own ancestor")


_RULES: tuple[Callable[[Pack, list[str]], None], ...] = (
    _ids_exist,
    _shares_are_fractions,
    _facts_have_sources,
    _dates_are_dates,
    _steps_follow_the_table,
    _no_item_is_its_own_ancestor,
)


def newest(rows: Iterable[Any], day: date) -> list[Any]:
    """Rows known on `day`, the newest source first."""
    known = [row for row in rows if row.known(day)]
    return sorted(known, key=lambda row: row.source_date, reverse=True)
