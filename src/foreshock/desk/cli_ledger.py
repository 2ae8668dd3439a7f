"""The verbs of the ledger: measures, licences, commitments, stances, chains, calendar."""

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from foreshock.desk import options
from foreshock.desk import settings as configured
from foreshock.desk.options import AsOf, Home, Json
from foreshock.desk.output import ROWS, as_json, show_rest
from foreshock.desk.talk import emit, progress, say, show
from foreshock.errors import WrongUse
from foreshock.words.clocks import parse_day
from foreshock.words.pack import Pack, load
from foreshock.words.vocab import NEXT_STEPS

if TYPE_CHECKING:  # these rooms take a moment to import; a verb brings in what it needs
    from foreshock.desk.evidence import Sources
    from foreshock.ledger import Book
    from foreshock.rounds import Findings

measures_app = typer.Typer(help="Controls: how they stand, their life, what they cover.")

Item = Annotated[
    str | None, typer.Option(help="Only this item (id or name), what is above and below it.")
]
By = Annotated[str | None, typer.Option(help="Only what this country or bloc did: CN, China.")]
On = Annotated[
    str | None,
    typer.Option("--on", metavar="DAY", help="How it stands on this day, also one to come."),
]
Within = Annotated[int, typer.Option("--within", metavar="DAYS", help="How many days ahead.")]


#: how a measure can stand: the steps that change it, and "unknown" once the last word has run out
STATES = (
    *(step for step in NEXT_STEPS if step not in ("", "tightened", "extended", "eased")),
    "unknown",
)


class Opened(msgspec.Struct, frozen=True):
    """The ledger of a day as whoever sits at this desk may see it."""

    pack: Pack
    book: "Book"
    findings: "Findings"
    sources: "Sources"
    #: ids and names of what the gate holds back
    held: frozenset[str]


@contextmanager
def opened(home: Path | None, as_of: str | None) -> Iterator[Opened]:
    """The ledger of a day, gated; says how much is held back."""
    from foreshock import rounds
    from foreshock.archive import open_archive
    from foreshock.desk.evidence import Sources, fit
    from foreshock.gate import OWN

    day = options.day(as_of)
    settings = configured.read(home)
    pack = load(settings.pack)
    with open_archive(settings.home) as archive, progress() as told:
        rounds.prepare(archive, pack, told)
        book, findings = rounds.look_into_ledger(archive, pack, day, told)
    seen = fit(findings, OWN)
    yield Opened(book.pack, book, seen.findings, Sources(seen, book.pack), seen.held)
    if seen.held_back:
        say(f"{seen.held_back} record(s) are marked for named persons only and are not shown.")


@measures_app.command("list")
def list_(
    item: Item = None,
    by: By = None,
    on: On = None,
    state: Annotated[str | None, typer.Option(help="Only in this state: in_force.")] = None,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Which controls are known, and how they stand.

    `foreshock measures` alone lists them too; the words of this verb go before or after `list`.

    Example: foreshock measures list --item gallium --by CN --as-of 2023-07-10 --on 2023-08-01
    """
    from foreshock.desk import ledger_words as words

    if state is not None and state.replace(" ", "_") not in STATES:
        raise WrongUse(f"--state is {state!r}", expected=f"one of {', '.join(STATES)}")
    with opened(home, as_of) as here:
        day = parse_day(on, "--on") if on else here.book.day
        seen = {measure.name for measure in here.findings.measures}
        near = here.book.on(options.item(item, here.pack)) if item else here.book.measures
        who = options.party(by, here.pack) if by else None
        found = [
            m
            for m in near
            if m.name in seen
            and (who is None or m.issuer == who)
            and here.book.state(m, day) != "none"
            and (state is None or here.book.state(m, day) == state.replace(" ", "_"))
        ]
        found.sort(key=lambda m: max(step.published for step in m.steps), reverse=True)
        if json:
            rows = [_with_state(here, m, day) for m in found]
            emit(as_json({"as_of": here.book.day, "on": day, "measures": rows}))
        elif not found:
            show(f"No such measure is known by {here.book.day}.")
        else:
            show(*words.measures_lines(here.book, found[:ROWS], day))
            show_rest(len(found), "measures", "All: --json; fewer: --item, --by, --state.")


def _with_state(here: Opened, measure: Any, day: date) -> dict[str, object]:
    return {
        **msgspec.to_builtins(measure),
        "standing": msgspec.to_builtins(here.book.standing(measure, day)),
    }


@measures_app.callback(invoke_without_command=True)
def measures(
    context: typer.Context,
    item: Item = None,
    by: By = None,
    on: On = None,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Controls: how they stand, their life, what they cover.

    Example: foreshock measures --item gallium --as-of 2023-07-10
    """
    if context.invoked_subcommand is None:
        list_(item, by, on, None, as_of, json, home)


@measures_app.command("show")
def show_(
    name: Annotated[str, typer.Argument(help="Name of a measure: CN-2023-23.")],
    on: On = None,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """One control in full: scope, life with evidence and grades, handling, what it answers.

    Example: foreshock measures show CN-2023-23 --as-of 2023-10-01
    """
    from foreshock.desk import ledger_words as words

    with opened(home, as_of) as here:
        measure = _measure(here, name)
        day = parse_day(on, "--on") if on else here.book.day
        scope = _scope(here, measure, day)
        handled = [h for h in here.findings.handlings if h.measure == measure.name]
        voices = [c for c in here.findings.conflicts if c.about == measure.name]
        near = [c for c in here.findings.chains if measure.name in c.names]
        sides = [s for s in here.findings.stances if s.about == measure.name]
        if json:
            parts = {"scope": scope, "handlings": handled, "conflicts": voices, "chains": near}
            told = _with_state(here, measure, day) | msgspec.to_builtins(
                {**parts, "stances": sides}
            )
            emit(as_json({"as_of": here.book.day, "on": day, **told}))
            return
        show(*words.measure_lines(here.book, scope, here.sources))
        if handled:
            show("How it is handled:", *words.handlings_lines(handled, here.pack))
        if sides:
            show("Who stands where:", *words.stances_lines(sides, here.pack))
        show(*words.conflict_lines(voices))
        answers = [a for c in near for a in c.answers if measure.name in (a.answer, a.to)]
        if answers:
            show("What it answers, and what answers it:")
            seen = {measure.name}
            show(*(f"  {words.answers_line([a], here.book, seen)}" for a in answers))


@measures_app.command()
def diff(
    first: Annotated[str, typer.Argument(help="Name of a measure.")],
    second: Annotated[
        str | None, typer.Argument(help="Another measure; without it, the first on another day.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The earlier day.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The later day.")] = None,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """What differs between two versions of a rule: two measures, or one on two days.

    Example: foreshock measures diff US-2022-1007 US-2023-1017
    """
    from foreshock.desk import ledger_words as words
    from foreshock.ledger import differences
    from foreshock.ledger.differences import steps_between

    with opened(home, as_of) as here:
        one = _measure(here, first)
        other = _measure(here, second) if second else one
        last = parse_day(until, "--to") if until else here.book.day
        start = parse_day(since, "--from") if since else _start(one, last, second)
        if start > last:
            raise WrongUse(f"--from {start} lies after --to {last}", expected="an earlier day")
        found = differences(_scope(here, one, start), _scope(here, other, last))
        steps = steps_between(one, start, last) if one is other else ()
        if json:
            told = {"from": start, "to": last, "differences": found, "steps": steps}
            emit(as_json({"as_of": here.book.day, "first": first, "second": other.name, **told}))
            return
        show(f"{one.name} on {start}, and {other.name} on {last}:")
        show(*(words.difference_lines(found, here.pack) or ["No difference in what is known."]))
        show(*(line for step in steps for line in words.step_lines(step, here.sources)))


def _start(measure: Any, last: date, second: str | None) -> date:
    """The day from which a rule is compared: its first, or of two rules the same day for both."""
    from foreshock.ledger.life import when

    return last if second else min(min(when(step) for step in measure.steps), last)


@measures_app.command()
def conflicts(as_of: AsOf = None, json: Json = False, home: Home = None) -> None:
    """Statements that cannot all be true, kept side by side: dates, denials, outcomes.

    Example: foreshock measures conflicts --as-of 2025-11-20
    """
    from foreshock.desk import ledger_words as words

    with opened(home, as_of) as here:
        _list(here, here.findings.conflicts, json, "conflicts", words.conflict_lines)


def licences(
    item: Item = None, by: By = None, as_of: AsOf = None, json: Json = False, home: Home = None
) -> None:
    """How rules are handled: applied, approved, returned, waiting, days against the legal clock.

    Example: foreshock licences --item magnet --by CN --as-of 2025-10-01
    """
    from foreshock.desk import ledger_words as words

    with opened(home, as_of) as here:
        near = _near(here, item)
        who = options.party(by, here.pack) if by else None
        found = [
            h
            for h in here.findings.handlings
            if (who is None or h.issuer == who) and (near is None or near & set(h.items))
        ]
        if json:
            rows = [{**msgspec.to_builtins(h), "over_clock": h.over_clock} for h in found]
            emit(as_json({"as_of": here.book.day, "licences": rows}))
        elif not found:
            show(f"No report on licences or customs is known by {here.book.day}.")
        else:
            show(*words.handlings_lines(found[::-1][:ROWS], here.pack))
            show_rest(len(found), "reports", "All: --json; fewer: --item, --by.")


def commitments(
    due: Annotated[bool, typer.Option("--due", help="Only those open or overdue.")] = False,
    item: Item = None,
    by: By = None,
    life: Annotated[bool, typer.Option("--life", help="With every step and its evidence.")] = False,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Who promised what to whom by when, confirmed or one-sided, and what became of it.

    Example: foreshock commitments --due --as-of 2025-07-01
    """
    from foreshock.desk import ledger_words as words

    with opened(home, as_of) as here:
        near = _near(here, item)
        who = options.party(by, here.pack) if by else None
        found = [
            c
            for c in here.findings.commitments
            if (not due or c.outcome == "open")
            and (who is None or who in c.who_promises)
            and (near is None or near & set(c.items))
        ]
        found.sort(key=lambda c: (c.outcome != "open", c.due or "9999", c.name))

        def lines(rows: Iterable[Any]) -> list[str]:
            return [
                line
                for one in rows
                for line in (
                    *words.commitment_lines(one, here.pack, here.book.day),
                    *(x for s in one.steps if life for x in words.step_lines(s, here.sources)),
                )
            ]

        _list(here, found, json, "commitments", lines)


def stances(
    about: Annotated[
        str | None, typer.Option(help="Only on this measure, promise or item.")
    ] = None,
    by: By = None,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Who stands where on a measure, a deal or an item, since when, and how it moved.

    Example: foreshock stances --about CN-2023-23 --as-of 2023-10-01
    """
    from foreshock.desk import ledger_words as words

    with opened(home, as_of) as here:
        who = options.party(by, here.pack) if by else None
        on = _about(here, about, items=True) if about else None
        found = [
            s
            for s in here.findings.stances
            if (who is None or s.who == who) and (on is None or s.about == on)
        ]
        found.sort(key=lambda s: s.since or "", reverse=True)
        if json or not found:
            _list(here, found, json, "stances", lambda rows: [])
        else:
            show(*words.stances_lines(found[:ROWS], here.pack))
            show_rest(len(found), "stances", "All: --json; fewer: --about, --by.")


def chains(
    about: Annotated[str | None, typer.Option(help="Only with this measure or promise.")] = None,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """What answered what: retaliation and concession, the days between, what each side held.

    Example: foreshock chains --as-of 2025-11-20
    """
    from foreshock.desk import ledger_words as words

    with opened(home, as_of) as here:
        if about is not None:
            about = _about(here, about)
        found = [c for c in here.findings.chains if about is None or about in c.names]

        def lines(rows: Iterable[Any]) -> list[str]:
            return [line for chain in rows for line in words.chain_lines(chain, here.book)]

        _list(here, found, json, "chains", lines)


def calendar(
    within: Within = 90,
    on: On = None,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """What lies ahead: ends, beginnings, deadlines, legal clocks, talks; and what is overdue.

    Example: foreshock calendar --within 400 --as-of 2025-11-20
    """
    from foreshock.desk import ledger_words as words

    with opened(home, as_of) as here:
        day = parse_day(on, "--on") if on else here.book.day
        hidden = {m.name for m in here.book.measures} - {m.name for m in here.findings.measures}
        found = [d for d in here.book.due(day, within) if d.name not in hidden]
        late = [c for c in here.book.overdue(day) if c in here.findings.commitments]
        if json:
            emit(as_json({"as_of": here.book.day, "from": day, "due": found, "overdue": late}))
            return
        if found:
            show(*words.calendar_lines(found))
        else:
            show(f"Nothing that is known by {here.book.day} falls due within {within} days.")
        for one in late:
            show(*(f"Overdue: {line}" for line in words.commitment_lines(one, here.pack, day)[:1]))


def _measure(here: Opened, name: str) -> Any:
    found = [m for m in here.findings.measures if m.name.casefold() == name.casefold()]
    if not found:
        near = difflib.get_close_matches(name.upper(), [m.name for m in here.findings.measures])
        raise WrongUse(
            f"the measure {name!r} is not shown as known by {here.book.day}",
            expected="the name of one that is" + (f", perhaps {', '.join(near)}" if near else ""),
            next_step="`foreshock measures` lists them.",
        )
    return found[0]


def _scope(here: Opened, measure: Any, day: date) -> Any:
    from foreshock.desk.evidence import scope_fit

    return scope_fit(here.book.scope(measure, day), here.held)


def _near(here: Opened, item: str | None) -> frozenset[str] | None:
    from foreshock.ledger.match import kin

    return kin(here.pack, [options.item(item, here.pack)]) if item else None


def _about(here: Opened, word: str, items: bool = False) -> str:
    """The measure, promise or, with `items`, item that a word names; whatever its capitals.

    Raises `WrongUse` for a word that names none as known by the day: that is not the same as one of
    which nothing is told.
    """
    known = [m.name for m in here.findings.measures] + [c.name for c in here.findings.commitments]
    named = {name.casefold(): name for name in known}
    if word.casefold() in named:
        return named[word.casefold()]
    if items:
        with suppress(WrongUse):
            return options.item(word, here.pack)
    near = difflib.get_close_matches(word.casefold(), list(named))
    what = "measure, promise or item" if items else "measure or promise"
    raise WrongUse(
        f"{word!r} is no {what} known by {here.book.day}",
        expected="the name of one"
        + (f", perhaps {', '.join(named[n] for n in near)}" * bool(near)),
        next_step="`foreshock measures` and `foreshock commitments` list them.",
    )


def _list(
    here: Opened,
    found: Iterable[Any],
    json: bool,
    what: str,
    lines: Callable[[Iterable[Any]], list[str]],
) -> None:
    """What was found, for machines or in lines; that nothing is known is said."""
    rows = list(found)
    if json:
        emit(as_json({"as_of": here.book.day, what: rows}))
    elif not rows:
        show(f"No such {what} are known by {here.book.day}.")
    else:
        show(*lines(rows))
