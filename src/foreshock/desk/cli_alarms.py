"""The verb of alarms: which signals are new for the desk this month, and which wait."""

from typing import Annotated

import msgspec
import typer

from foreshock.desk import options
from foreshock.desk import settings as configured
from foreshock.desk.options import AsOf, Holders, Home, Json
from foreshock.desk.output import ROWS, as_json, show_rest
from foreshock.desk.talk import emit, progress, say, show
from foreshock.errors import WrongUse
from foreshock.words.pack import load

STATES = ("new", "held", "standing", "over")


def alarms(
    as_of: AsOf = None,
    holder: Holders = None,
    state: Annotated[
        str | None,
        typer.Option(help="Only these: new, held (back), standing (told before), over."),
    ] = None,
    budget: Annotated[
        int | None, typer.Option(help="As if so many new alarms a month were set.")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(help="As if this share of false ones, such as 0.1, were set (e-BH)."),
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="With every sign that makes an alarm up.")
    ] = False,
    json: Json = False,
    home: Home = None,
) -> None:
    """Show the new alarms of the month, best first, those held back, and those told before.

    Which is which was decided day by day, by what was known on each: a past day shows the same.

    Example: foreshock alarms --as-of 2025-06-30 --holder KR --state held
    """
    from foreshock import rounds
    from foreshock.archive import open_archive
    from foreshock.desk import alarm_words
    from foreshock.desk.evidence import fit
    from foreshock.gate import OWN

    if state is not None and state not in STATES:
        raise WrongUse(f"--state is {state!r}", expected=f"one of {', '.join(STATES)}")
    settings = configured.changed(configured.read(home), alarm_budget=budget, alarm_rate=rate)
    policy = configured.alarm_policy(settings)
    pack = load(settings.pack)
    ask = rounds.Ask(
        as_of=options.day(as_of),
        holders=options.holders(holder or settings.holders, pack),
        alarms=policy,
    )
    with open_archive(settings.home) as archive, progress() as told:
        rounds.prepare(archive, pack, told)
        findings = rounds.look(archive, pack, ask, told)
    seen = fit(findings, OWN)
    found = [a for a in seen.findings.alarms if state is None or a.state == state]
    if json:
        rows = msgspec.to_builtins(found)
        head = {"as_of": findings.as_of, "budget": policy.budget, "rate": policy.rate}
        emit(as_json({**head, "alarms": rows, "held_back": seen.held_back}))
        return
    lines = [alarm_words.headline(seen.findings.alarms, findings.as_of, policy)]
    for one in found[:ROWS]:
        if one is found[0] or one.state != found[found.index(one) - 1].state:
            lines.append(f"{alarm_words.HEADINGS[one.state]}:")
        lines += alarm_words.alarm_lines(one, pack, history)
    show(*lines)
    show_rest(len(found), "alarms", "All: --json; fewer: --state, --holder.")
    if seen.held_back:
        say(f"{seen.held_back} record(s) are marked for named persons only and are not shown.")
