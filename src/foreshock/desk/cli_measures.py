"""The verbs `foreshock measures ...`: controls, how they stand, their life, what they cover."""

import difflib
from datetime import date
from typing import Annotated, Any

import msgspec
import typer

from foreshock.desk import options
from foreshock.desk.cli_ledger import By, Item, On, Opened, in_lines, opened
from foreshock.desk.options import AsOf, Home, Json
from foreshock.desk.output import ROWS, as_json, show_rest
from foreshock.desk.talk import emit, show
from foreshock.errors import WrongUse
from foreshock.words.clocks import parse_day
from foreshock.words.vocab import NEXT_STEPS

app = typer.Typer(help="Controls: how they stand, their life, what they cover.")

#: how a measure can stand: the steps that change it, and "unknown" once the last word has run out
STATES = (
    *(step for step in NEXT_STEPS if step not in ("", "tightened", "extended", "eased")),
    "unknown",
)


@app.command("list")
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


@app.callback(invoke_without_command=True)
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


@app.command("show")
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


@app.command()
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


@app.command()
def conflicts(as_of: AsOf = None, json: Json = False, home: Home = None) -> None:
    """Statements that cannot all be true, kept side by side: dates, denials, outcomes.

    Example: foreshock measures conflicts --as-of 2025-11-20
    """
    from foreshock.desk import ledger_words as words

    with opened(home, as_of) as here:
        in_lines(here, here.findings.conflicts, json, "conflicts", words.conflict_lines)


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
