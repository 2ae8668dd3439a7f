"""The reference pack: what is watched, who acts, who makes what for whom, what is already known.

The pack is a folder of plain files; `load()` reads and checks all of it, or refuses all of it with
every problem named. A user's own folder of the same form adds rows, and overrides those with the
same key.
"""

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from foreshock.errors import PackError
from foreshock.words import reference as ref
from foreshock.words.pack_rules import check
from foreshock.words.tables import at, read_table, refuse

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
    "lead_times": (
        "lead_times.csv",
        ref.LeadTime,
        ("item", "period", "kind", "publisher", "source_date"),
    ),
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
    "scopes": (
        "measure_scopes.csv",
        ref.ScopeRow,
        ("measure", "part", "value", "change", "date", "published"),
    ),
    "commitment_steps": (
        "commitment_steps.csv",
        ref.CommitmentStepRow,
        ("commitment", "step", "date", "who", "due", "published"),
    ),
    "checks": ("commitment_checks.csv", ref.CheckRow, ("commitment", "measure", "series")),
    "answers": ("answers.csv", ref.AnswerRow, ("answer", "relation", "to", "date")),
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
    lead_times: tuple[ref.LeadTime, ...] = ()
    holders: tuple[ref.Holder, ...] = ()
    series: tuple[ref.Series, ...] = ()
    figures: tuple[ref.Figure, ...] = ()
    production: tuple[ref.Output, ...] = ()
    measures: tuple[ref.MeasureRow, ...] = ()
    steps: tuple[ref.StepRow, ...] = ()
    commitments: tuple[ref.CommitmentRow, ...] = ()
    licence_outcomes: tuple[ref.LicenceOutcome, ...] = ()
    scopes: tuple[ref.ScopeRow, ...] = ()
    commitment_steps: tuple[ref.CommitmentStepRow, ...] = ()
    checks: tuple[ref.CheckRow, ...] = ()
    answers: tuple[ref.AnswerRow, ...] = ()
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

    def waits(self, item: str, day: date) -> tuple[ref.LeadTime, ...]:
        """Lead times of the item known on `day`, newest period first; else those of a wider item.

        >>> [row.item for row in load().waits("sme.duv.krf", date(2022, 1, 1))]
        ['sme.duv']
        """
        for one in self.ancestors(item):
            known = [row for row in self.lead_times if row.item == one and row.known(day)]
            if known:
                return tuple(sorted(known, key=lambda row: row.period, reverse=True))
        return ()

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
    gathered = _gather(own)
    refuse(gathered.problems)
    return gathered.pack


class TableSurvey(msgspec.Struct, frozen=True, kw_only=True):
    """How a table of the pack, or of a user's own folder, stands."""

    file: str
    rows: int
    #: rows that take the place of a shipped one
    replacing: int
    #: rows by who has read the source; empty for tables that state no facts
    checked: dict[str, int]


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack folder holds and everything that is wrong with it."""

    folder: str
    tables: tuple[TableSurvey, ...]
    problems: tuple[str, ...]


def survey(own: Path | None = None) -> Survey:
    """Look at a folder of one's own laid over the shipped pack, or at the shipped pack itself.

    Says every problem instead of raising; raises `PackError` only for a folder that is not there.

    >>> survey().problems
    ()
    """
    gathered = _gather(own)
    return Survey(
        folder=own.name if own is not None else "shipped pack",
        tables=tuple(gathered.tables),
        problems=tuple(gathered.problems),
    )


class _Gathered(msgspec.Struct):
    pack: Pack
    tables: list[TableSurvey]
    problems: list[str]


def _gather(own: Path | None) -> _Gathered:
    problems: list[str] = []
    broken: set[str] = set()
    if own is not None and not own.is_dir():
        raise PackError([f"{own}: is no folder"])
    folders = (SHIPPED,) if own is None else (SHIPPED, own)
    if own is not None:
        problems.extend(_strangers(own))
    tables: dict[str, Any] = {}
    surveyed: list[TableSurvey] = []
    for attribute, (file, kind, key) in TABLES.items():
        rows: dict[tuple[Any, ...], Any] = {}
        before = len(problems)
        for folder in folders:
            if folder == SHIPPED or (folder / file).exists():
                found = tuple(_read(folder / file, kind, problems))
                replaced = _merge(rows, found, key, file, problems)
                if folder == folders[-1]:
                    surveyed.append(_surveyed(file, found, replaced))
        if len(problems) > before:
            broken.add(attribute)
        tables[attribute] = tuple(rows.values())
    priors: dict[str, Any] = {}
    for folder in folders:
        priors.update(_priors(folder / "priors.toml", problems))
    pack = Pack(**tables, priors=priors, folders=folders)
    return _Gathered(pack, surveyed, problems + check(pack, broken))


def _strangers(own: Path) -> list[str]:
    """Tables that the pack does not know: a misspelt name would otherwise be no news."""
    known = {file for file, _, _ in TABLES.values()}
    return [
        f"{path.name}: is no table of the pack, expected one of {', '.join(sorted(known))}"
        for path in sorted(own.glob("*.csv"))
        if path.name not in known
    ]


def _surveyed(file: str, rows: tuple[Any, ...], replaced: int) -> TableSurvey:
    words = [row.checked for row in rows if getattr(row, "checked", "")]
    counted = {word: words.count(word) for word in dict.fromkeys(words)}
    return TableSurvey(file=file, rows=len(rows), replacing=replaced, checked=counted)


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
) -> int:
    """Lay the rows found over those before, by key; how many were replaced."""
    seen: set[tuple[Any, ...]] = set()
    replaced = 0
    for row in found:
        identity = tuple(getattr(row, column) for column in key)
        if identity in seen:
            problems.append(f"{at(row, file)}: a second row for {identity}")
        elif identity in rows:
            replaced += 1
        seen.add(identity)
        rows[identity] = row
    return replaced


def _priors(path: Path, problems: list[str]) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: {error}")
        return {}


def newest(rows: Iterable[Any], day: date) -> list[Any]:
    """Rows known on `day`, the newest source first."""
    known = [row for row in rows if row.known(day)]
    return sorted(known, key=lambda row: row.source_date, reverse=True)
