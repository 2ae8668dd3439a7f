"""The verbs `foreshock missions ...`, `duties` and `report ...`: who owes what, and what came."""

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from foreshock.desk import options
from foreshock.desk import settings as configured
from foreshock.desk.options import AsOf, Home, Json
from foreshock.desk.output import as_json
from foreshock.desk.talk import emit, say, show
from foreshock.errors import WrongUse
from foreshock.words.clocks import live, now, parse_day
from foreshock.words.pack import Pack, load

if TYPE_CHECKING:
    from rich.table import Table

    from foreshock.archive import Archive
    from foreshock.words.missions import Duty, Grade

missions_app = typer.Typer(help="Missions and desks, and what they owe.", no_args_is_help=True)
report_app = typer.Typer(help="Send, correct and list reports of missions.", no_args_is_help=True)

Who = Annotated[
    str | None, typer.Option("--by", help="Who does it; without it, the name you logged in with.")
]
Name = Annotated[str, typer.Argument(metavar="MISSION", help="Short name of the mission.")]
ItemWord = Annotated[str, typer.Argument(metavar="ITEM", help="Id or name of an item.")]
Cells = Annotated[
    list[str],
    typer.Argument(metavar="FIELD=VALUE", help="Fields: see `foreshock report form`."),
]


@contextmanager
def house(home: Path | None, create: bool = True) -> Iterator[tuple["Archive", Pack]]:
    """The archive and the pack that a verb works with."""
    from foreshock.archive import open_archive

    settings = configured.read(home)
    pack = load(settings.pack)
    with open_archive(settings.home, create) as archive:
        yield archive, pack


# -- missions ------------------------------------------------------------------------------------


@missions_app.command()
def add(
    name: Name,
    host: Annotated[str, typer.Option(help="Country it sits in: its id or name.")],
    title: Annotated[str, typer.Option(help="Its full name.")] = "",
    desk: Annotated[str, typer.Option(help="Desk that its reports go to.")] = "",
    desk_here: Annotated[bool, typer.Option("--desk-here", help="It is a desk itself.")] = False,
    by: Who = None,
    home: Home = None,
) -> None:
    """Write down a mission or a desk, or change what is written of it.

    Example: foreshock missions add beijing --host CN --desk minerals --title "Embassy in Beijing"
    """
    from foreshock.exchange import missions
    from foreshock.words.missions import Mission

    with house(home) as (archive, pack):
        made = missions.add_mission(
            archive,
            pack,
            Mission(
                clocks=live(now()),
                name=name,
                title=title,
                kind="desk" if desk_here else "mission",
                host=options.party(host, pack),
                desk=desk,
                by=by or getpass.getuser(),
            ),
        )
    where = f"reports to {made.desk}" if made.desk else "receives reports"
    say(f"{made.name} ({made.title}, {pack.name[made.host]}) {where}.")


@missions_app.command()
def close(name: Name, by: Who = None, home: Home = None) -> None:
    """Close a mission or a desk: nothing falls due any more; what it sent stays.

    Example: foreshock missions close beijing
    """
    from foreshock.exchange import missions

    with house(home, create=False) as (archive, _):
        missions.close_mission(archive, name, by or getpass.getuser())
    say(f"{name} is closed; what it sent stays.")


@missions_app.command()
def assign(
    name: Name,
    item: ItemWord,
    grade: Annotated[str, typer.Option(help="A weekly, B fortnightly, C monthly, D quarterly.")],
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help="First day of the first period; else today.")
    ] = None,
    by: Who = None,
    home: Home = None,
) -> None:
    """Have a mission report on an item; another grade than before holds from that day on.

    Example: foreshock missions assign beijing gallium --grade A
    """
    from foreshock.exchange import missions
    from foreshock.exchange.duties import GRADES, due_days
    from foreshock.words.missions import Assignment

    with house(home) as (archive, pack):
        day = parse_day(since, "--since") if since else now().date()
        made = missions.assign(
            archive,
            pack,
            Assignment(
                clocks=live(now()),
                mission=name,
                item=options.item(item, pack),
                grade=cast("Grade", grade.upper()),
                since=day,
                by=by or getpass.getuser(),
            ),
        )
    first = next(due_days(made, made.since))
    rhythm = GRADES[made.grade].says
    say(f"{name} reports on {pack.name[made.item]} {rhythm}, first by {first}.")


@missions_app.command()
def unassign(name: Name, item: ItemWord, by: Who = None, home: Home = None) -> None:
    """End what a mission owes on an item, from today on.

    Example: foreshock missions unassign beijing gallium
    """
    from foreshock.exchange import missions

    with house(home, create=False) as (archive, pack):
        ended = missions.unassign(archive, name, options.item(item, pack), by or getpass.getuser())
    say(f"{ended} duty of {name} ended." if ended else f"{name} owed nothing on it.")


@missions_app.command("list")
def list_(as_of: AsOf = None, json: Json = False, home: Home = None) -> None:
    """The missions and desks, and on what each reports.

    Example: foreshock missions list
    """
    from foreshock.exchange.missions import missions
    from foreshock.words.missions import Assignment

    day = options.day(as_of)
    with house(home, create=False) as (archive, pack):
        found = missions(archive, day)
        owed = [a for a in archive.known(Assignment, day) if a.until is None]
    if json:
        emit(as_json({"missions": found, "assignments": owed}))
        return
    if not found:
        show("No mission is written down. `foreshock missions add` writes one.")
        return
    rows = [
        (
            m.name + (" (closed)" if m.closed else ""),
            m.title,
            pack.name.get(m.host, m.host),
            m.desk or "is a desk",
            ", ".join(
                f"{pack.name.get(a.item, a.item)} {a.grade}" for a in owed if a.mission == m.name
            ),
        )
        for m in found
    ]
    show(table(("mission", "title", "host", "reports to", "on"), rows))


# -- duties --------------------------------------------------------------------------------------


def duties(
    mission: Annotated[str | None, typer.Option(help="Only this mission.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue.")] = False,
    remind: Annotated[
        bool, typer.Option("--remind", help="A reminder for each mission that needs one.")
    ] = False,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Who owes which report by when: open, overdue, missed, done, late.

    Example: foreshock duties --overdue
    """
    from foreshock.exchange import duties as rules
    from foreshock.exchange.missions import duties_known, missions

    day = options.day(as_of)
    today = day or now().date()
    with house(home, create=False) as (archive, pack):
        found = [d for d in duties_known(archive, day) if mission in (None, d.mission)]
        named = missions(archive, day)
    if mission is not None and mission not in {m.name for m in named}:
        raise WrongUse(f"the mission {mission[:60]!a} is not known", expected="one of the list")
    if remind:
        due = rules.reminders(found, named, today)
        emit(as_json(due) if json else "".join(reminder_text(r, pack, today) for r in due))
        if not due and not json:
            say("Nobody needs a reminder.")
        return
    if overdue:
        found = [d for d in found if d.overdue]
    if json:
        emit(as_json({"as_of": today, "duties": found}))
        return
    if not found:
        show(
            "Nothing is overdue."
            if overdue
            else "Nothing is owed. See `foreshock missions assign`."
        )
        return
    rows = [_duty_row(d, pack, today) for d in found]
    show(table(("due", "mission", "item", "grade", "state"), rows))


def _duty_row(duty: "Duty", pack: Pack, day: Any) -> tuple[str, ...]:
    from foreshock.exchange.duties import GRADES

    state = duty.state
    said = {
        "open": f"open, in {(duty.due - day).days} days",
        "overdue": f"OVERDUE for {(day - duty.due).days} days",
        "missed": "missed",
        "done": f"done {duty.came}",
        "late": f"late, came {duty.came}",
    }[state]
    rhythm = f"{duty.grade} {GRADES[duty.grade].says}"
    return (str(duty.due), duty.mission, pack.name.get(duty.item, duty.item), rhythm, said)


def reminder_text(one: Any, pack: Pack, day: Any) -> str:
    """A reminder as it can be sent: to the mission that owes, with items and days only."""
    lines = [f"To {one.title} ({one.mission}); desk {one.desk or 'none'}; {day}"]
    lines += [
        f"  overdue since {d.due}: {pack.name.get(d.item, d.item)} ({d.grade})" for d in one.overdue
    ]
    lines += [f"  due {d.due}: {pack.name.get(d.item, d.item)} ({d.grade})" for d in one.due_soon]
    lines += [f"  Nothing to say is a report too: foreshock report nothing {one.mission}", ""]
    return "\n".join(lines) + "\n"


# -- reports -------------------------------------------------------------------------------------


@report_app.command()
def status(name: Name, cells: Cells, by: Who = None, home: Home = None) -> None:
    """Send the status of an item in the host country.

    Example: foreshock report status beijing item=gallium status=strained stock_days=25 grade=B2
    """
    _file(home, name, by, "status", cells)


@report_app.command()
def disruption(name: Name, cells: Cells, by: Who = None, home: Home = None) -> None:
    """Send the six facts of a disruption; each may be "unknown".

    Example: foreshock report disruption beijing items=urea status=disrupted mode=border
    impact="no export"
    cause="inspection" expected_duration=unknown sectors=lorries measures_taken=none
    help_wanted="who else sells"
    """
    _file(home, name, by, "disruption", cells)


@report_app.command()
def nothing(name: Name, by: Who = None, home: Home = None) -> None:
    """Say for everything that is owed: looked, nothing to report.

    Example: foreshock report nothing beijing
    """
    from foreshock.exchange import reports

    with house(home, create=False) as (archive, pack):
        sender = reports.Sender(mission=name, by=by or getpass.getuser())
        filed = reports.nothing_to_report(archive, pack, sender)
    for one in filed:
        _tell(one, pack)


@report_app.command()
def correct(
    report: Annotated[str, typer.Argument(help="Id of the report to correct.")],
    cells: Cells,
    by: Who = None,
    home: Home = None,
) -> None:
    """Put a corrected report in the place of an earlier one: only the fields that change.

    Example: foreshock report correct report-0123456789abcdef0123 stock_days=18
    """
    from foreshock.exchange import reports
    from foreshock.words.missions import Report

    with house(home, create=False) as (archive, pack):
        old = archive.get(report)
        if not isinstance(old, Report):
            raise WrongUse(f"{report[:60]!a} is no report", expected="an id of `report list`")
        sender = reports.Sender(mission=old.mission, by=by or getpass.getuser())
        filed = reports.correct_report(archive, pack, sender, report, _told(cells))
        _tell(filed, pack)


@report_app.command("list")
def list_reports(
    mission: Annotated[str | None, typer.Option(help="Only this mission.")] = None,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """What missions reported, the newest first.

    Example: foreshock report list --mission beijing
    """
    from foreshock.exchange.reports import reports
    from foreshock.gate import OWN, fit_for

    with house(home, create=False) as (archive, pack):
        found, held = fit_for(reports(archive, options.day(as_of)), OWN)
    found = tuple(r for r in found if mission in (None, r.mission))
    if json:
        emit(as_json({"reports": found}))
    elif not found:
        show("No report came.")
    else:
        rows = [
            (
                r.clocks.happened or "",
                r.mission,
                ", ".join(pack.name.get(i, i) for i in r.items),
                r.status,
                "" if r.stock_days is None else f"{r.stock_days:g}",
                r.grade,
                r.id,
            )
            for r in found
        ]
        show(table(("day", "mission", "items", "status", "stock days", "grade", "id"), rows))
    if held:
        say(f"{held} report(s) are marked for named persons only and are not shown.")


@report_app.command()
def form(
    which: Annotated[str, typer.Argument(help="status, disruption or company.")] = "status",
) -> None:
    """Show the fields of a form and what may stand in each.

    Example: foreshock report form disruption
    """
    from foreshock.exchange.forms import fields

    rows = [
        (f.field, "needed" if f.needed else "", ", ".join(f.choices) or f.kind, f.help)
        for f in fields(which)
    ]
    show(table(("field", "", "takes", "what"), rows))


def _told(cells: Sequence[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for cell in cells:
        name, equals, text = cell.partition("=")
        if not equals:
            raise WrongUse(
                f"{cell[:60]!a} is no field",
                expected="FIELD=VALUE",
                next_step="`foreshock report form` lists the fields.",
            )
        told[name] = text
    return told


def _file(home: Path | None, name: str, by: str | None, kind: Any, cells: Sequence[str]) -> None:
    from foreshock.exchange import reports

    told = _told(cells)
    with house(home, create=False) as (archive, pack):
        sender = reports.Sender(mission=name, by=by or getpass.getuser())
        _tell(reports.file_report(archive, pack, sender, kind, told), pack)


def _tell(filed: Any, pack: Pack) -> None:
    report = filed.report
    items = ", ".join(pack.name.get(item, item) for item in report.items)
    if not filed.new:
        say(f"This came before, as {report.id}: {report.mission} on {items}.")
        return
    due = f", for {report.due}" if report.due else ", though none was due"
    late = f", {filed.days_late} days late" if filed.days_late else ""
    corrected = f" in the place of {report.supersedes}" if report.supersedes else ""
    say(f"Kept as {report.id}: {report.mission} on {items}, {report.status}{due}{late}{corrected}.")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
    """A plain table for the terminal; ids are never cut."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, no_wrap=column == "id", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made
