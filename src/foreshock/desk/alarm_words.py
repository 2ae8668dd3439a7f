"""What is said of the alarms of a desk: which are new, which wait, and how each came about."""

from collections.abc import Sequence
from datetime import date

from foreshock.desk import phrases
from foreshock.watch.attention import CALLED, Alarm, Policy
from foreshock.words.pack import Pack

#: state -> heading of its part of the page and of the list
HEADINGS = {
    "new": "New this month",
    "held": "Held back",
    "standing": "Told before, and still so",
    "over": "Told this month, and over",
}


def title(alarm: Alarm, pack: Pack) -> str:
    """What shows, of what, from whom, and to whom where it does not show for everybody.

    >>> from datetime import date
    >>> one = Alarm(id="x", state="new", item="min.ga", actor="CN", family="less", ours=True,
    ...     partners=("KR",), since="2025-05", known=date(2025, 6, 20), told=None, score=0.9,
    ...     rank=2.0, share=0.8, uses=3, why="", says="", signs=())
    >>> title(one, Pack())
    'min.ga from CN to KR: less comes'
    """
    about = phrases.name(alarm.item, pack)
    about += f" from {phrases.name(alarm.actor, pack)}" if alarm.actor not in ("", "all") else ""
    if "all" not in alarm.partners:
        about += f" to {phrases.names(alarm.partners, pack)}"
    return f"{about}: {CALLED.get(alarm.family, alarm.family)}"


def hangs(alarm: Alarm) -> str:
    """What hangs on it for the desk."""
    share = (
        "share of the supply unknown"
        if alarm.share is None
        else f"{phrases.percent(alarm.share)} of the supply"
    )
    goods = f"goes into {alarm.uses} good(s)" if alarm.uses else "no good known that it goes into"
    others = "" if alarm.ours else "; shows for others, not for those this desk is for"
    return f"{share}, {goods}{others}"


def headline(alarms: Sequence[Alarm], day: date, policy: Policy) -> str:
    """The alarms of a month in one sentence.

    >>> headline((), date(2025, 6, 30), Policy())
    'New alarms of 2025-06: 0 of at most 10, 0 held back, 0 told before still stand.'
    """
    count = {state: sum(a.state == state for a in alarms) for state in HEADINGS}
    new = count["new"] + count["over"]
    limit = f"of at most {policy.budget}"
    if policy.rate is not None:
        limit = f"at a rate of {policy.rate:g}, {limit} of which no chance can be stated"
    return (
        f"New alarms of {day:%Y-%m}: {new} {limit}, {count['held']} held back, "
        f"{count['standing']} told before still stand."
    )


def alarm_lines(alarm: Alarm, pack: Pack, history: bool) -> list[str]:
    """An alarm in sentences: what, how sure, what hangs on it, why told or held back, its history.

    The score is of the strongest sign, 0 to 1; the rank is in nats.
    """
    told = f"told {alarm.told}" if alarm.told is not None else "not told yet"
    lines = [
        f"{title(alarm, pack)} [{alarm.id}]",
        f"  {phrases.plain(alarm.says)}.",
        f"  Score {alarm.score:.2f}, rank {alarm.rank:.1f}: {hangs(alarm)}.",
        f"  Since {alarm.since}, known {alarm.known}, {told}: {alarm.why}.",
    ]
    if history:
        lines += [f"  {line}" for line in history_lines(alarm)]
    elif len(alarm.signs) > 1:
        lines.append(f"  {len(alarm.signs)} signs make it up: --history.")
    return lines


def history_lines(alarm: Alarm) -> list[str]:
    """Each sign of an alarm, in the order in which they were first seen."""
    return [
        f"{sign.first}: {sign.signal.kind.replace('_', ' ')}, {phrases.plain(sign.signal.says)}."
        for sign in alarm.signs
    ]
