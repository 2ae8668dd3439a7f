"""Who owes which report when: due days by grade, what answers them, who is to be reminded.

A period begins on the day of the assignment and is as long as its grade says; the report on it is
due on its last day (UTC). A report answers one due day: the one it names, else the one in whose
period it came. What was due is never forgiven: it is done, late, overdue, or missed once the next
one is due.
"""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from foreshock.words.missions import Assignment, Duty, DutyState, Grade, Mission, Report
from foreshock.words.records import Struct


class Rhythm(Struct, frozen=True, kw_only=True):
    """How often a grade reports."""

    says: str
    days: int = 0
    months: int = 0
    #: days before the due day on which the mission is reminded
    remind: int


GRADES: dict[Grade, Rhythm] = {
    "A": Rhythm(says="weekly", days=7, remind=1),
    "B": Rhythm(says="fortnightly", days=14, remind=2),
    "C": Rhythm(says="monthly", months=1, remind=5),
    "D": Rhythm(says="quarterly", months=3, remind=14),
}

#: how far back due days are listed
LOOK_BACK_DAYS = 400


def due_days(assignment: Assignment, until: date) -> Iterator[date]:
    """The due days of an assignment, from the first to the first one after `until`.

    >>> from foreshock.words.clocks import live, now
    >>> since = date(2026, 1, 31)
    >>> a = Assignment(clocks=live(now()), mission="m", item="i", grade="C", since=since)
    >>> [day.isoformat() for day in due_days(a, date(2026, 3, 30))]
    ['2026-02-27', '2026-03-30', '2026-04-29']
    """
    rhythm = GRADES[assignment.grade]
    number = 0
    while True:
        number += 1
        begins = _later(assignment.since, rhythm, number)
        due = begins - timedelta(days=1)
        if assignment.until is not None and due > assignment.until:
            return
        yield due
        if due > until:
            return


def _later(since: date, rhythm: Rhythm, periods: int) -> date:
    """The first day of a later period; a month that lacks the day takes its last one."""
    if rhythm.days:
        return since + timedelta(days=rhythm.days * periods)
    month = since.month - 1 + rhythm.months * periods
    year, month = since.year + month // 12, month % 12 + 1
    return date(year, month, min(since.day, calendar.monthrange(year, month)[1]))


def duties(
    assignments: Iterable[Assignment], reports: Iterable[Report], day: date
) -> tuple[Duty, ...]:
    """Every duty of the last 400 days and the next one of each assignment, as known on `day`.

    `reports` are all versions known by then, corrected ones too: what counts is when the first
    version came. Ordered by due day, mission, item.
    """
    answers = _answers(reports)
    found = []
    for one in assignments:
        days = list(due_days(one, day))
        for before, due, following in zip(
            [one.since - timedelta(days=1), *days], days, [*days[1:], None], strict=False
        ):
            if (day - due).days <= LOOK_BACK_DAYS:
                duty = _duty(one, (before, due), answers, day)
                # once the next one is due too, this one will not come any more
                if duty.state == "overdue" and following is not None and following < day:
                    duty = replace(duty, state="missed")
                found.append(duty)
    return tuple(sorted(found, key=lambda d: (d.due, d.mission, d.item)))


_Answer = tuple[date, str]  # day on which it came, id of the newest version


def _answers(reports: Iterable[Report]) -> dict[tuple[str, str], list[tuple[Report, _Answer]]]:
    """By mission and item: each report in its newest version, with the day its first one came."""
    versions = {r.id: r for r in reports if r.nature == "actual"}
    replaced = {r.supersedes for r in versions.values()}
    found: dict[tuple[str, str], list[tuple[Report, _Answer]]] = {}
    for newest in sorted(versions.values(), key=lambda r: (r.clocks.known_at, r.id)):
        if newest.id in replaced:
            continue
        first, seen = newest, {newest.id}
        while first.supersedes in versions and first.supersedes not in seen:
            first = versions[first.supersedes]
            seen.add(first.id)
        for item in newest.items:
            came = (first.clocks.known_at.date(), newest.id)
            found.setdefault((newest.mission, item), []).append((newest, came))
    return found


def _duty(
    one: Assignment,
    period: tuple[date, date],
    answers: dict[tuple[str, str], list[tuple[Report, _Answer]]],
    day: date,
) -> Duty:
    before, due = period
    at_hand = answers.get((one.mission, one.item), [])
    fitting = [
        came
        for report, came in at_hand
        if report.due == due or (report.due is None and before < came[0] <= due)
    ]
    came, report = min(fitting, default=(None, ""))
    state: DutyState = "open" if due >= day else "overdue"
    if came is not None:
        state = "done" if came <= due else "late"
    return Duty(
        mission=one.mission, item=one.item, grade=one.grade, due=due, came=came, report=report,
        state=state,
    )  # fmt: skip


def open_due(found: Sequence[Duty], mission: str, item: str) -> date | None:
    """The due day that a report on an item answers now: one that is overdue, else the next.

    None when nothing is open: it was answered already, or nobody assigned it.
    """
    mine = [d for d in found if (d.mission, d.item) == (mission, item)]
    waiting = [d.due for d in mine if d.state == "overdue"]
    coming = [d.due for d in mine if d.state == "open"]
    return max(waiting) if waiting else min(coming, default=None)


class Reminder(Struct, frozen=True, kw_only=True):
    """What a mission is to be reminded of; for its own eyes and those of its desk."""

    mission: str
    title: str
    desk: str
    due_soon: tuple[Duty, ...]
    overdue: tuple[Duty, ...]


def reminders(
    found: Iterable[Duty], missions: Iterable[Mission], day: date
) -> tuple[Reminder, ...]:
    """Whom to remind on `day`: of what is due within the days its grade says, or overdue."""
    by_mission: dict[str, tuple[list[Duty], list[Duty]]] = {}
    for duty in found:
        soon, late = by_mission.setdefault(duty.mission, ([], []))
        if duty.state == "overdue":
            late.append(duty)
        elif duty.state == "open" and (duty.due - day).days <= GRADES[duty.grade].remind:
            soon.append(duty)
    named = {m.name: m for m in missions}
    return tuple(
        Reminder(
            mission=name,
            title=named[name].title if name in named else name,
            desk=named[name].desk if name in named else "",
            due_soon=tuple(soon),
            overdue=tuple(late),
        )
        for name, (soon, late) in sorted(by_mission.items())
        if soon or late
    )
