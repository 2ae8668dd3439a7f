"""A house with a desk and two missions, in an archive of its own."""

from datetime import date

from foreshock.archive import open_archive
from foreshock.exchange import missions
from foreshock.words.clocks import live, now
from foreshock.words.missions import Assignment, Mission
from foreshock.words.pack import Pack
from foreshock.words.reference import Actor, Item

PACK = Pack(
    items=(
        Item(id="min.ga", name="gallium", kind="mineral"),
        Item(id="mat.urea", name="urea", kind="material"),
    ),
    actors=(
        Actor(id="CN", kind="country", belongs_to="CN", name="China"),
        Actor(id="KR", kind="country", belongs_to="KR", name="South Korea"),
    ),
)


def archive_with_missions(home):
    """An open archive with the desk `minerals` and the missions `beijing` and `shanghai`."""
    archive = open_archive(home)
    for name, host, desk in (
        ("minerals", "KR", ""),
        ("beijing", "CN", "minerals"),
        ("shanghai", "CN", "minerals"),
    ):
        missions.add_mission(
            archive,
            PACK,
            Mission(
                clocks=live(now()),
                name=name,
                title=name.title(),
                host=host,
                desk=desk,
                kind="mission" if desk else "desk",
                by="test",
            ),
        )
    return archive


def assignment(since: date, grade="A", item="min.ga", mission="beijing", until=None) -> Assignment:
    """Something owed, by `beijing` on gallium if nothing else is said."""
    return Assignment(
        clocks=live(now()), mission=mission, item=item, grade=grade, since=since, until=until,
        by="test",
    ).sealed()  # fmt: skip
