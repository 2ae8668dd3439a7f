"""What must hold in a reference pack, one function for each rule, one sentence for each breach.

`check` runs them all. A rule looks at the whole pack, the user's own rows among the shipped ones.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from foreshock.errors import RecordError
from foreshock.words import pack_numbers
from foreshock.words import reference as ref
from foreshock.words.clocks import span
from foreshock.words.nomenclature import fault
from foreshock.words.tables import at
from foreshock.words.vocab import INSTRUMENTS, NEXT_STEPS

if TYPE_CHECKING:
    from foreshock.words.pack import Pack

#: tables of the ledger whose rows say since when they are public
LEDGER = ("scopes", "commitment_steps", "answers")

Rule = Callable[["Pack"], Iterator[str]]

#: a page may bear the date of the evening before, where the sun rises earlier
EVENING = timedelta(days=1)
#: links that use something up: along them nothing can go into itself. A chip tool holds chips, and
#: chips need the tool, so capital goods may go in a circle
USED_UP = ("consumable", "component")


def check(pack: "Pack", broken: Iterable[str] = ()) -> list[str]:
    """Everything in the pack that cannot be true, one sentence each.

    `broken` names the tables of which rows are missing because they could not be read: what points
    into them is not held against the pack.

    >>> from foreshock.words.pack import load
    >>> check(load())
    []
    """
    unread = frozenset(broken)
    problems = [*_ids_exist(pack, unread)]
    for rule in RULES:
        problems.extend(rule(pack))
    return problems


# -- what is named exists ------------------------------------------------------------------------

#: table -> its columns that name something -> what they may name, any of these
NAMED: dict[str, dict[str, tuple[str, ...]]] = {
    "items": {"parent": ("item",)},
    "codes": {"item": ("item",)},
    "actors": {"belongs_to": ("place", "actor"), "parent": ("actor",)},
    "provisions": {"item": ("item",), "country": ("place",)},
    "imports": {"holder": ("holder",), "item": ("item",), "origin": ("place",)},
    "needs": {"input": ("item",), "output": ("item",)},
    "substitutes": {"item": ("item",), "substitute": ("item",)},
    "stocks": {"item": ("item",), "holder": ("holder",)},
    "lead_times": {"item": ("item",)},
    "holders": {"members": ("place",), "items": ("item",), "country": ("place",)},
    "series": {
        "item": ("item",),
        "reporter": ("place", "world"),
        "partner": ("place", "world"),
    },
    "figures": {"series": ("series",)},
    "production": {"item": ("item",), "country": ("place",)},
    "measures": {
        "issuer": ("place",),
        "items": ("item",),
        "instrument": ("instrument",),
        "targets": ("place", "actor"),
    },
    "steps": {"measure": ("measure",)},
    "commitments": {
        "items": ("item",),
        "who_says": ("place", "actor"),
        "who_promises": ("place", "actor"),
        "to_whom": ("place", "actor"),
        "confirmed_by": ("place", "actor"),
    },
    "licence_outcomes": {
        "issuer": ("place",),
        "measure": ("measure",),
        "item": ("item",),
        "destination": ("place", "actor"),
    },
    "scopes": {"measure": ("measure",)},
    "commitment_steps": {"commitment": ("commitment",), "who": ("place", "actor")},
    "checks": {"commitment": ("commitment",), "measure": ("measure",), "series": ("series",)},
    "answers": {"answer": ("measure", "commitment"), "to": ("measure", "commitment")},
    "stances": {"who": ("place", "actor"), "about": ("measure", "commitment", "item")},
    "cases": {
        "items": ("item",),
        "origins": ("place",),
        "holders_hit": ("holder", "actor"),
        "holders_not_hit": ("holder", "actor"),
    },
    "case_facts": {"case": ("case",)},
}
#: what may be named -> the tables that hold it
HELD_IN = {
    "item": ("items",),
    "place": ("actors", "holders"),
    "holder": ("holders", "actors"),
    "actor": ("actors",),
    "series": ("series",),
    "measure": ("measures",),
    "commitment": ("commitments",),
    "case": ("cases",),
}


def _ids_exist(pack: "Pack", unread: frozenset[str]) -> Iterator[str]:
    countries = {a.id for a in pack.actors if a.kind in ("country", "bloc")}
    known: dict[str, set[str]] = {
        "item": set(pack.item),
        "place": countries | set(pack.holder) | {"all"},
        "holder": set(pack.holder) | countries,
        "actor": {a.id for a in pack.actors},
        "series": {s.id for s in pack.series},
        "measure": {m.id for m in pack.measures},
        "commitment": {c.id for c in pack.commitments},
        "case": {c.id for c in pack.cases},
        "instrument": set(INSTRUMENTS),
        "world": {"world"},
    }
    for table, columns in NAMED.items():
        for column, kinds in columns.items():
            if unread & {held for kind in kinds for held in HELD_IN.get(kind, ())}:
                continue
            allowed = set().union(*(known[kind] for kind in kinds))
            for row in getattr(pack, table):
                cell = getattr(row, column)
                for value in (cell,) if isinstance(cell, str) else cell:
                    if value and value not in allowed:
                        what = " or ".join(kinds)
                        yield f"{at(row, table)}: {column} {value!r} is no {what} of the pack"


#: parts of a scope that have ids -> what they may name
SCOPED = {"item": "item", "destination": "place", "entity": "actor"}


def _scopes_name_what_exists(pack: "Pack") -> Iterator[str]:
    countries = {a.id for a in pack.actors if a.kind in ("country", "bloc")}
    known: dict[str, set[str]] = {
        "item": set(pack.item),
        "place": countries | {"all"},
        "actor": {a.id for a in pack.actors},
    }
    for row in pack.scopes:
        what = SCOPED.get(row.part)
        if what is not None and row.value not in known[what]:
            yield f"{at(row, 'scopes')}: {row.part} {row.value!r} is no {what} of the pack"


# -- sources -------------------------------------------------------------------------------------


def _facts_have_sources(pack: "Pack") -> Iterator[str]:
    for table in ("codes", "provisions", "imports", "needs", "substitutes", "stocks", "lead_times",
                  "production",
                  "measures", "steps", "commitments", "licence_outcomes", "stances", "cases",
                  "case_facts", "items", "actors", "scopes", "commitment_steps", "checks",
                  "answers"):  # fmt: skip
        for row in getattr(pack, table):
            missing = [c for c in ("publisher", "source_date", "checked") if not getattr(row, c)]
            if missing:
                yield f"{at(row, table)}: no {', '.join(missing)}"
    for row in pack.figures:
        if not row.publisher:
            yield f"{at(row, 'observations.csv')}: {row.series} {row.period}: no publisher"


def _nothing_is_known_before_it_was_published(pack: "Pack") -> Iterator[str]:
    for table in ("steps", "licence_outcomes", "commitments", "case_facts", *LEDGER):
        for row in getattr(pack, table):
            if row.source_date and row.published - row.source_date > EVENING:
                yield (
                    f"{at(row, table)}: published {row.published}, but the source is older "
                    f"({row.source_date})"
                )
    for promise in pack.commitments:
        settled = promise.outcome_published
        if settled is not None and settled < promise.published:
            yield f"{at(promise)}: outcome public on {settled}, before the promise itself"
        if promise.outcome != "open" and settled is None:
            yield (
                f"{at(promise)}: outcome {promise.outcome!r} without outcome_published: from "
                "which day was it known?"
            )
    for figure in pack.figures:
        end = _end(figure.period)
        if end is not None and figure.published < end and figure.status != "provisional":
            yield (
                f"{at(figure, 'observations.csv')}: {figure.series} {figure.period} was published "
                f"{figure.published}, before the period ended; if it is one, call it provisional"
            )


# -- dates ---------------------------------------------------------------------------------------


def _begin(text: str) -> date | None:
    try:
        return span(text)[0] if text else None
    except RecordError:
        return None


def _end(text: str) -> date | None:
    try:
        return span(text)[1] if text else None
    except RecordError:
        return None


def _dates_are_dates(pack: "Pack") -> Iterator[str]:
    for table, columns in (
        ("steps", ("date", "until")),
        ("commitments", ("made", "due", "outcome_date")),
        ("figures", ("period",)),
        ("lead_times", ("period",)),
        ("scopes", ("date", "until")),
        ("commitment_steps", ("date", "due")),
        ("checks", ("since",)),
        ("answers", ("date",)),
        ("stances", ("since", "until")),
        ("cases", CASE_ORDER),
        ("case_facts", ("happened",)),
    ):
        for row in getattr(pack, table):
            for column in columns:
                text = getattr(row, column)
                try:
                    if text:
                        span(text)
                except RecordError as error:  # every problem is listed, none stops the check
                    yield f"{at(row, table)}: {column}: {error}"


def _steps_follow_the_table(pack: "Pack") -> Iterator[str]:
    by_measure: dict[str, list[ref.StepRow]] = {}
    for row in pack.steps:
        if _begin(row.date):
            by_measure.setdefault(row.measure, []).append(row)
    for rows in by_measure.values():
        before = ""
        for row in sorted(rows, key=lambda r: (span(r.date)[0], r.published)):
            if row.step not in NEXT_STEPS.get(before, frozenset()):
                may_be = ", ".join(sorted(NEXT_STEPS[before]))
                yield (
                    f"{at(row, 'steps')}: {row.measure} is {row.step!r} after "
                    f"{before or 'nothing'!r}, expected one of {may_be}"
                )
            if row.step in NEXT_STEPS:
                before = row.step


#: the dates of an episode in the order in which they can come; what somebody announces may follow
#: its effect (a stop that is admitted later), so `announced` is not among them
CASE_ORDER = ("first_sign", "effect", "first_shortage", "peak", "easing", "end")
#: columns that cannot come after one another: table, earlier, later
NOT_AFTER = (
    ("steps", "date", "until"),
    ("commitments", "made", "due"),
    ("commitments", "made", "outcome_date"),
    ("stances", "since", "until"),
    ("actors", "since", "until"),
    ("cases", "first_sign", "announced"),
)


def _dates_are_in_order(pack: "Pack") -> Iterator[str]:
    for table, earlier, later in NOT_AFTER:
        for row in getattr(pack, table):
            yield from _in_order(row, table, earlier, later)
    for case in pack.cases:
        told = [name for name in CASE_ORDER if getattr(case, name)]
        for earlier, later in pairwise(told):
            yield from _in_order(case, "cases", earlier, later)


def _in_order(row: Any, table: str, earlier: str, later: str) -> Iterator[str]:
    one, other = getattr(row, earlier), getattr(row, later)
    begin = one if isinstance(one, date) else _begin(one or "")
    end = other if isinstance(other, date) else _end(other or "")
    if begin is not None and end is not None and end < begin:
        yield f"{at(row, table)}: {later} {other} lies before {earlier} {one}"


# -- codes ---------------------------------------------------------------------------------------


def _codes_exist(pack: "Pack") -> Iterator[str]:
    for row in pack.codes:
        wrong = fault(row.system, row.edition, row.code)
        if wrong:
            yield f"{at(row, 'codes')}: {wrong}"
    for item in pack.items:
        for code in item.hs2022:
            wrong = fault("HS", "2022", code)
            if wrong:
                yield f"{at(item, 'items')}: hs2022: {wrong}"
        for code in item.eccn:
            wrong = fault("ECCN", "", code)
            if wrong:
                yield f"{at(item, 'items')}: eccn: {wrong}"
    for actor in pack.actors:
        if actor.lei and not genuine_lei(actor.lei):
            yield f"{at(actor, 'actors')}: lei {actor.lei!r} fails its own check digits"


def genuine_lei(lei: str) -> bool:
    """Whether a Legal Entity Identifier holds its check digits (ISO 17442, ISO 7064 MOD 97-10).

    >>> genuine_lei("5493001KJTIIGC8Y1R12"), genuine_lei("5493001KJTIIGC8Y1R13")
    (True, False)
    """
    if len(lei) != 20 or not lei.isascii() or not lei.isalnum() or lei != lei.upper():
        return False
    return int("".join(str(int(letter, 36)) for letter in lei)) % 97 == 1


# -- circles -------------------------------------------------------------------------------------


def _nothing_is_its_own_ancestor(pack: "Pack") -> Iterator[str]:
    for row in pack.items:
        top = pack.item.get(pack.ancestors(row.id)[-1])
        if top is not None and top.parent in pack.item:
            yield f"{at(row, 'items')}: {row.id} is its own ancestor"
    owner = {row.id: row.parent for row in pack.actors if row.parent}
    for actor in pack.actors:
        seen, one = {actor.id}, owner.get(actor.id, "")
        while one and one not in seen:
            seen.add(one)
            one = owner.get(one, "")
        if one == actor.id:
            yield f"{at(actor, 'actors')}: {actor.id} owns itself, through {owner[actor.id]}"


def _nothing_answers_itself(pack: "Pack") -> Iterator[str]:
    for row in pack.answers:
        if row.answer == row.to:
            yield f"{at(row, 'answers')}: {row.answer} answers itself, expected another"


def _nothing_is_made_of_itself(pack: "Pack") -> Iterator[str]:
    """Along consumables and components no item goes into itself."""
    onward: dict[str, list[ref.Need]] = {}
    for row in pack.needs:
        if row.kind in USED_UP:
            onward.setdefault(row.input, []).append(row)
    done: set[str] = set()
    for start in onward:
        path: list[str] = []
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            item, nth = stack.pop()
            rows = onward.get(item, [])
            if nth == 0:
                path.append(item)
            if nth >= len(rows) or item in done:
                done.add(item)
                path.pop()
                continue
            stack.append((item, nth + 1))
            into = rows[nth].output
            if into in path:
                circle = " > ".join((*path[path.index(into) :], into))
                yield f"{at(rows[nth], 'needs')}: goes into itself: {circle}"
            elif into not in done:
                stack.append((into, 0))


RULES: tuple[Rule, ...] = (
    _scopes_name_what_exists,
    _facts_have_sources,
    _nothing_is_known_before_it_was_published,
    _dates_are_dates,
    _steps_follow_the_table,
    _dates_are_in_order,
    *pack_numbers.RULES,
    _codes_exist,
    _nothing_is_its_own_ancestor,
    _nothing_is_made_of_itself,
    _nothing_answers_itself,
)
