"""Missions, desks, and what each owes: written down by a person, never overwritten."""

from datetime import date, timedelta

from msgspec.structs import replace

from foreshock.errors import WrongUse
from foreshock.exchange.deeds import deed
from foreshock.exchange.duties import GRADES, duties
from foreshock.exchange.plain import line, slug
from foreshock.words.clocks import live, now
from foreshock.words.keepers import Keeper
from foreshock.words.missions import Assignment, Duty, Mission, Report
from foreshock.words.pack import Pack

#: an assignment may begin this many days ahead, or lie back
_REACH_DAYS = 400


def missions(keeper: Keeper, day: date | None = None) -> list[Mission]:
    """The missions and desks known by the end of `day` (None: now), closed ones too, by name."""
    return sorted(
        (m for m in keeper.known(Mission, day) if m.nature == "actual"), key=lambda m: m.name
    )


def mission_named(keeper: Keeper, name: str) -> Mission:
    """The mission or desk with this name; raises `WrongUse` for one that is unknown or closed."""
    found = next((m for m in missions(keeper) if m.name == name), None)
    if found is None or found.closed:
        known = ", ".join(m.name for m in missions(keeper) if not m.closed) or "none is written yet"
        raise WrongUse(
            f"the mission {name[:60]!a} is {'closed' if found else 'not known'}",
            expected=f"one of those that report: {known}",
            next_step="Add it with `foreshock missions add`.",
        )
    return found


def add_mission(keeper: Keeper, pack: Pack, mission: Mission) -> Mission:
    """Write down a mission or desk, or a new version of one; it is kept as it is returned.

    Raises `WrongUse` for a name that is no short name, a country or desk that is not known.
    """
    slug(mission.name, "the mission's name")
    title = line(mission.title, 120, "the title") or mission.name
    if mission.host not in pack.country.values() or mission.host == "all":
        raise WrongUse(
            f"the host {mission.host[:40]!a} is no country of the pack", expected="its id, as CN"
        )
    with keeper.transaction():
        known = {m.name: m for m in missions(keeper)}
        desk = known.get(mission.desk)
        if mission.kind == "mission" and (desk is None or desk.closed or desk.kind != "desk"):
            raise WrongUse(
                f"the desk {mission.desk[:60]!a} is not known",
                expected="a desk that the mission reports to",
                next_step="Add the desk first: `foreshock missions add NAME --desk-here`.",
            )
        before = known.get(mission.name)
        made = replace(
            mission, title=title, clocks=live(now()), supersedes=before.id if before else None
        ).sealed()
        if before and replace(before, supersedes=None).sealed().id == (
            replace(made, supersedes=None).sealed().id
        ):
            return before
        keeper.add([made, deed(mission.by, "mission_written", made.id)])
    return made


def close_mission(keeper: Keeper, name: str, by: str) -> Mission:
    """Close a mission: what it owed until now stays on the list, nothing new falls due."""
    with keeper.transaction():
        before = mission_named(keeper, name)
        if before.kind == "desk":
            at = [m.name for m in missions(keeper) if m.desk == name and not m.closed]
            if at:
                raise WrongUse(
                    f"the desk {name} still has missions: {', '.join(at)}",
                    next_step="Close them, or give them another desk, first.",
                )
        closed = replace(
            before, closed=True, by=by, clocks=live(now()), supersedes=before.id
        ).sealed()
        yesterday = now().date() - timedelta(days=1)
        ended = [
            _ended(a, yesterday, by)
            for a in keeper.known(Assignment)
            if a.mission == name and (a.until is None or a.until > yesterday)
        ]
        keeper.add([closed, *ended, deed(by, "mission_closed", closed.id)])
    return closed


def assign(keeper: Keeper, pack: Pack, wanted: Assignment) -> Assignment:
    """Have a mission report on an item from a day on; what stood for the pair ends the day before.

    Raises `WrongUse` for an unknown mission, item, grade or day.
    """
    if wanted.item not in pack.item:
        raise WrongUse(f"the item {wanted.item[:60]!a} is not in the pack", expected="its id")
    if wanted.grade not in GRADES:
        grades = ", ".join(f"{grade} {rhythm.says}" for grade, rhythm in GRADES.items())
        raise WrongUse(f"the grade is {wanted.grade[:20]!a}", expected=f"one of {grades}")
    today = now().date()
    if abs((wanted.since - today).days) > _REACH_DAYS:
        raise WrongUse(
            f"the first day is {wanted.since}", expected=f"within {_REACH_DAYS} days of today"
        )
    with keeper.transaction():
        who = mission_named(keeper, wanted.mission)
        if who.kind == "desk":
            raise WrongUse(f"{wanted.mission} is a desk, which receives", expected="a mission")
        standing = _standing(keeper, wanted.mission, wanted.item)
        if any(a.grade == wanted.grade and a.since <= wanted.since for a in standing):
            return next(a for a in standing if a.grade == wanted.grade)
        made = replace(wanted, clocks=live(now())).sealed()
        ends = [_ended(a, wanted.since - timedelta(days=1), wanted.by) for a in standing]
        new = keeper.add([*ends, made])
        if not new:
            raise WrongUse(
                f"{wanted.mission} was assigned {wanted.item} from {wanted.since} before, "
                "and it was ended",
                expected="another first day",
            )
        keeper.add([deed(wanted.by, "duty_assigned", made.id)])
    return made


def unassign(keeper: Keeper, mission: str, item: str, by: str) -> int:
    """End what a mission owes on an item as of today; how many assignments that ended."""
    with keeper.transaction():
        standing = _standing(keeper, mission, item)
        ended = [_ended(a, now().date() - timedelta(days=1), by) for a in standing]
        keeper.add([*ended, *(deed(by, "duty_ended", a.id) for a in ended)])
    return len(ended)


def _standing(keeper: Keeper, mission: str, item: str) -> list[Assignment]:
    return [
        a
        for a in keeper.known(Assignment)
        if (a.mission, a.item) == (mission, item) and a.until is None
    ]


def _ended(one: Assignment, until: date, by: str) -> Assignment:
    return replace(one, until=until, by=by, clocks=live(now()), supersedes=one.id).sealed()


def duties_known(keeper: Keeper, day: date | None = None) -> tuple[Duty, ...]:
    """Every duty as known on `day` (None: today): what is open, overdue, missed, done, late."""
    assigned = [a for a in keeper.known(Assignment, day) if a.nature == "actual"]
    return duties(assigned, keeper.history(Report, day), day or now().date())
