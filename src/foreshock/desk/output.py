"""What a verb leaves behind: sentences and tables for people, JSON for machines, files."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from foreshock.desk.talk import emit, say, show
from foreshock.errors import ForeshockError, WrongUse
from foreshock.words.pack import Pack

if TYPE_CHECKING:
    from foreshock.rounds import Findings

#: warnings told as sentences; the table goes on where they stop
SENTENCES = 5
#: rows of a table on a terminal
ROWS = 25


def show_findings(findings: "Findings", pack: Pack) -> None:
    """The most serious warnings in sentences, more of them in a table, and what was not seen."""
    from foreshock.desk import phrases
    from foreshock.desk import show as shown
    from foreshock.desk.evidence import Sources, fit
    from foreshock.gate import OWN

    seen = fit(findings, OWN)
    findings = seen.findings
    leading = phrases.leading(findings.warnings, pack)
    caveats = tuple(dict.fromkeys(findings.caveats))
    told = _with(findings, warnings=tuple(leading[:SENTENCES]), caveats=caveats)
    show(*shown.summary_lines(told, pack, Sources(seen, pack)))
    if leading:
        show(shown.warnings_table(findings, pack, ROWS))
        show_rest(len(leading), "warnings", "All: --json, or the desk.")
    if seen.held_back:
        say(f"{seen.held_back} record(s) are marked for named persons only and are not shown.")
    for line in shown.health_lines(findings):
        say(line)


def _with(findings: "Findings", **changes: object) -> "Findings":
    return msgspec.structs.replace(findings, **changes)


def show_rest(count: int, what: str, where: str) -> None:
    """A last line under a table that does not hold all of its `count` rows."""
    if count > ROWS:
        show(f"... and {count - ROWS} more {what}. {where}")


def plain(findings: "Findings") -> dict[str, object]:
    """What a program is told of a round: all but the texts and figures it rests on."""
    from foreshock.desk.evidence import fit
    from foreshock.gate import OWN

    seen = fit(findings, OWN)
    findings = seen.findings
    return {
        "as_of": findings.as_of,
        "live": findings.live,
        "documents": len(findings.documents),
        "observations": len(findings.observations),
        "warnings": msgspec.to_builtins(findings.warnings),
        "signals": msgspec.to_builtins(findings.signals),
        "alarms": msgspec.to_builtins(findings.alarms),
        "events": msgspec.to_builtins(findings.events),
        "measures": msgspec.to_builtins(findings.measures),
        "commitments": msgspec.to_builtins(findings.commitments),
        "health": findings.health,
        "caveats": findings.caveats,
        "held_back": seen.held_back,
    }


def as_json(value: object) -> str:
    """A value as one JSON document, indented, with a line end.

    >>> print(as_json({"level": 2}), end="")
    {
     "level": 2
    }
    """
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n"


def deliver(out: Path | None, text: str) -> None:
    """Write a file, whole or not at all; without one, to stdout.

    Raises `WrongUse` when the place cannot be written to, `ForeshockError` when the disk is full.
    """
    with delivering(out) as write:
        write(text)


@contextmanager
def delivering(out: Path | None) -> Iterator[Callable[[str], None]]:
    """Write a file part by part; it takes its place when the block ends well and wrote anything.

    Without a file the parts go to stdout as they come. Raises what `deliver` raises.
    """
    if out is None:
        yield emit
        return
    check_place(out)
    part = out if _is_only_a_way(out) else out.with_name(f".{out.name}.{os.getpid()}.part")
    begun = False
    with _saying(out):
        file = part.open("w", encoding="utf-8")

    def write(text: str) -> None:
        nonlocal begun
        begun = True
        with _saying(out):
            file.write(text)

    try:
        yield write
        with _saying(out):
            file.close()
            if part is not out and begun:
                part.replace(out)
    finally:
        with suppress(OSError):  # said above
            file.close()
        if part is not out:
            part.unlink(missing_ok=True)


@contextmanager
def _saying(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ForeshockError(
            f"{out} cannot be written: {error.strerror}",
            next_step="Make room, or choose another place.",
        ) from None


def _is_only_a_way(out: Path) -> bool:
    """Whether it is a device, a pipe or a link: to put a file in its place would destroy it."""
    return out.is_symlink() or (out.exists() and not out.is_file())


def check_place(out: Path | None) -> None:
    """Refuse a file that cannot be written, before the work that fills it; raises `WrongUse`."""
    if out is None:
        return
    if out.is_dir():
        raise WrongUse(
            f"--out names {out}, which is a folder",
            expected="a file",
            next_step=f"For example {out / 'result'}.",
        )
    if not out.parent.is_dir():
        raise WrongUse(
            f"--out names {out}, and there is no folder {out.parent}",
            expected="a file in a folder that exists",
            next_step="Make the folder, or choose another.",
        )
