"""The verbs of the ledger beside `measures`: licences, commitments, stances, chains, calendar."""

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
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

if TYPE_CHECKING:  # these rooms take a moment to import; a verb brings in what it needs
    from foreshock.desk.evidence import Sources
    from foreshock.ledger import Book
    from foreshock.rounds import Findings

Item = Annotated[
    str | None, typer.Option(help="Only this item (id or name), what is above and below it.")
]
By = Annotated[str | None, typer.Option(help="Only what this country or bloc did: CN, China.")]
On = Annotated[
    str | None,
    typer.Option("--on", metavar="DAY", help="How it stands on this day, also one to come."),
]
Within = Annotated[int, typer.Option("--within", metavar="DAYS", help="How many days ahead.")]


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

        in_lines(here, found, json, "commitments", lines)


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
            in_lines(here, found, json, "stances", lambda rows: [])
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

        in_lines(here, found, json, "chains", lines)


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


def in_lines(
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
