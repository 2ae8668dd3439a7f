"""The verbs `foreshock archive ...`: what is kept, is it sound, take it elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from foreshock.desk import settings as configured
from foreshock.desk.options import Home, Json
from foreshock.desk.output import as_json
from foreshock.desk.talk import emit, progress, say

if TYPE_CHECKING:
    from foreshock.archive import Archive

app = typer.Typer(help="Look after the archive.", no_args_is_help=True)


@app.command()
def info(home: Home = None, json: Json = False) -> None:
    """What the archive holds.

    Example: foreshock archive info --json
    """
    with _archive(home) as archive:
        held = archive.info()
    if json:
        emit(as_json(held))
        return
    for name, value in msgspec.to_builtins(held).items():
        if isinstance(value, dict):
            value = ", ".join(f"{count} {kind}" for kind, count in value.items()) or "none"
        emit(f"{name.replace('_', ' ')}: {value}\n")


@app.command()
def verify(home: Home = None, json: Json = False) -> None:
    """Recompute every hash: is what is stored what was written?

    Example: foreshock archive verify
    """
    with _archive(home) as archive, progress("verifying"):
        verdict = archive.verify()
    if json:
        emit(as_json(verdict))
    else:
        for problem in verdict.problems:
            say(problem)
        emit(
            f"checked {verdict.rows} rows of the journal and {verdict.observations} figures in "
            f"{verdict.files} file(s): {len(verdict.problems)} problem(s)\n"
        )
    if not verdict.sound:
        raise typer.Exit(1)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="File to write.")], home: Home = None
) -> None:
    """Write the whole archive into one file, also while others use it.

    Example: foreshock archive backup foreshock-backup.zip
    """
    with _archive(home) as archive, progress("backing up"):
        archive.backup(target)
    say(f"Wrote {target}.")


@app.command()
def restore(
    backup: Annotated[Path, typer.Argument(help="A file that `archive backup` wrote.")],
    home: Home = None,
) -> None:
    """Put a backup into an empty folder and verify it.

    Example: foreshock archive restore foreshock-backup.zip --home new-archive
    """
    from foreshock.archive import restore as put_back

    target = configured.read(home).home
    with progress("restoring"):
        put_back(backup, target)
    say(f"Restored into {target}; every hash holds.")


def _archive(home: Path | None) -> "Archive":
    """The archive in use; raises `ArchiveError` where there is none: looking at one makes none."""
    from foreshock.archive import open_archive

    return open_archive(configured.read(home).home, create=False)
