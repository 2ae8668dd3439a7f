"""The verbs `foreshock people ...`: who may come to the desk, written down on the machine."""

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from foreshock.desk.cli_missions import Who, house, table
from foreshock.desk.options import Home, Json
from foreshock.desk.output import as_json
from foreshock.desk.talk import emit, say, show
from foreshock.errors import WrongUse
from foreshock.words.clocks import live, now

if TYPE_CHECKING:
    from foreshock.archive import Archive
    from foreshock.archive.people import SqliteSecrets

app = typer.Typer(help="Who may come to the desk, and as what.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Short name by which they log in.")]
Stdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
]


@app.command()
def add(
    name: Name,
    role: Annotated[list[str], typer.Option(help="See `foreshock people roles`; may repeat.")],
    title: Annotated[str, typer.Option(help="Full name.")] = "",
    mission: Annotated[str, typer.Option(help="The mission they report for.")] = "",
    desk: Annotated[str, typer.Option(help="The desk whose submissions they read.")] = "",
    company: Annotated[str, typer.Option(help="Short name of the company they speak for.")] = "",
    group: Annotated[str, typer.Option(help="The group that the company belongs to.")] = "",
    password_stdin: Stdin = False,
    by: Who = None,
    home: Home = None,
) -> None:
    """Write down a person; a new one gets a password and a second factor, shown once.

    The first one is written down here as well. From then on the desk asks everybody to log in.

    Example: foreshock people add mina --role analyst --role officer --desk minerals
    """
    from foreshock.exchange import people
    from foreshock.words.people import Person

    who = by or getpass.getuser()
    with house(home) as (archive, _), _secrets(archive) as secrets:
        ready = secrets.secret(name) is not None
        fresh = Person(
            clocks=live(now()), name=name, title=title, roles=tuple(role), mission=mission,
            desk=desk, company=company, group=group, by=who,
        )  # fmt: skip
        if not ready:  # before a password is asked for
            people.check_person(archive, fresh)
            password = people.checked_password(_password(password_stdin), name)
        made = people.write_person(archive, fresh)
        say(f"{made.name} is {', '.join(made.roles)}.")
        if not ready:
            _hand_over(name, people.set_secret(archive, secrets, name, password, who))


@app.command()
def reset(name: Name, password_stdin: Stdin = False, by: Who = None, home: Home = None) -> None:
    """Give a person a new password and second factor; all their sessions end.

    For somebody who lost one of them. Make sure in person that it is they who ask.

    Example: foreshock people reset mina
    """
    from foreshock.exchange import people

    with house(home, create=False) as (archive, _), _secrets(archive) as secrets:
        people.person_named(archive, name)
        password = people.checked_password(_password(password_stdin), name)
        seed = people.set_secret(archive, secrets, name, password, by or getpass.getuser())
    _hand_over(name, seed)


@app.command()
def close(name: Name, by: Who = None, home: Home = None) -> None:
    """Close a person: their sessions end and they can no longer log in; what they did stays.

    Example: foreshock people close mina
    """
    from foreshock.exchange import people

    with house(home, create=False) as (archive, _), _secrets(archive) as secrets:
        people.close_person(archive, secrets, name, by or getpass.getuser())
    say(f"{name} is closed.")


@app.command()
def unlock(name: Name, by: Who = None, home: Home = None) -> None:
    """Let a person try again at once who gave wrong passwords or codes.

    Example: foreshock people unlock mina
    """
    from foreshock.exchange import people
    from foreshock.exchange.deeds import deed

    with house(home, create=False) as (archive, _), _secrets(archive) as secrets:
        people.person_named(archive, name)
        secrets.forget_tries(name)
        archive.add([deed(by or getpass.getuser(), "unlocked", name)])
    say(f"{name} may try again.")


@app.command("log-out")
def log_out(name: Name, by: Who = None, home: Home = None) -> None:
    """End all sessions of a person, for example after a device was lost.

    Example: foreshock people log-out mina
    """
    from foreshock.exchange import people
    from foreshock.exchange.deeds import deed

    with house(home, create=False) as (archive, _), _secrets(archive) as secrets:
        people.person_named(archive, name)
        ended = secrets.end_sessions(name)
        archive.add([deed(by or getpass.getuser(), "sessions_ended", name)])
    say(f"{ended} session(s) of {name} ended.")


@app.command("list")
def list_(json: Json = False, home: Home = None) -> None:
    """The people, their roles, and who is logged in.

    Example: foreshock people list
    """
    from foreshock.exchange import people

    with house(home, create=False) as (archive, _), _secrets(archive) as secrets:
        found = people.people(archive)
        open_now = [s.person for s in secrets.sessions() if s.expires > now()]
    if json:
        emit(as_json({"people": found}))
        return
    if not found:
        show(
            "Nobody is written down: the desk asks nobody to log in and answers this machine only."
        )
        return
    rows = [
        (
            p.name + (" (closed)" if p.closed else ""),
            p.title,
            ", ".join(p.roles),
            ", ".join(filter(None, (p.mission, p.desk, p.company))),
            str(open_now.count(p.name)),
        )
        for p in found
    ]
    show(table(("person", "name", "roles", "for", "sessions"), rows))


@app.command()
def roles() -> None:
    """What each role may do.

    Example: foreshock people roles
    """
    from foreshock.exchange.roles import ROLES
    from foreshock.words.markings import label

    rows = [
        (name, role.says, label(role.sees), ", ".join(sorted(role.rights)))
        for name, role in ROLES.items()
    ]
    show(table(("role", "who", "reads up to", "rights"), rows))


def _secrets(archive: "Archive") -> "SqliteSecrets":
    from foreshock.archive.people import SqliteSecrets

    return SqliteSecrets(archive.home)


def _password(from_stdin: bool) -> str:
    """The password, asked for twice at the terminal, or the first line of stdin."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise WrongUse(
            "there is no terminal to ask for the password",
            expected="a terminal, or --password-stdin",
        )
    first = getpass.getpass("Password (12 characters or more): ")
    if getpass.getpass("The same again: ") != first:
        raise WrongUse("the two passwords differ", next_step="Nothing was kept; try again.")
    return first


def _hand_over(name: str, seed: str) -> None:
    from foreshock.exchange.people import seed_address

    say(f"Second factor of {name}, shown this once. Enter it in a program for one-time codes:")
    emit(f"{seed}\n{seed_address(name, seed)}\n")
    say("Hand over both in person. The desk asks for name, password and the code that shows.")
