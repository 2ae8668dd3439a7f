"""What each role may do, as a table: up to which marking it reads, and which rights it has.

A right is asked for at one gate of the desk; what is not in the table is not allowed. TLP:RED is
seen by nobody by role alone: it goes to the persons it names.
"""

from collections.abc import Iterable

from foreshock.errors import WrongUse
from foreshock.gate import MAY_SEE
from foreshock.words.markings import Marking
from foreshock.words.people import Person
from foreshock.words.records import Receiver, Struct

#: right -> what it allows
RIGHTS = {
    "look": "the pages of warnings, items, measures, sources, bulletin, up to its marking",
    "duties": "missions, what they owe, and their reports up to its marking",
    "report": "send and correct reports of its own mission",
    "submit": "tell figures of its own company in confidence, and see what it told",
    "submissions": "read what companies told its own desk, and make aggregates of it",
    "release": "preview, ask for and decide what leaves, to whom",
    "partners": "partners, how their keys stand, alarms, and what was not taken and why",
    "settle": "say how an alarm was settled",
    "audit": "who did what when, by ids: people, sessions, deeds, releases",
    "account": "its own password and sessions",
}


class Role(Struct, frozen=True, kw_only=True):
    """A row of the table of roles."""

    says: str
    sees: Marking
    rights: frozenset[str]
    #: of another house: sees of warnings and reports only what was released
    outside: bool = False


def _role(says: str, sees: Marking, *rights: str, outside: bool = False) -> Role:
    return Role(says=says, sees=sees, rights=frozenset({"account", *rights}), outside=outside)


ROLES = {
    "analyst": _role(
        "judges at a desk of this house",
        Marking.AMBER_STRICT,
        *("look", "duties", "submissions", "partners"),
    ),
    "officer": _role(
        "releasing officer: decides what leaves",
        Marking.AMBER_STRICT,
        *("look", "duties", "release", "partners", "settle"),
    ),
    "mission": _role(
        "reports from a host country",
        Marking.AMBER_STRICT,
        *("look", "duties", "report"),
    ),
    "partner": _role("of another house of the alliance", Marking.GREEN, "look", outside=True),
    "company": _role("tells figures of its company", Marking.GREEN, "look", "submit", outside=True),
    "academic": _role("of a university of the alliance", Marking.GREEN, "look", outside=True),
    "auditor": _role("checks who did what, reads no contents", Marking.CLEAR, "audit", "partners"),
}

#: who checks does nothing that is checked
ALONE = frozenset({"auditor"})

_CIRCLES = {most: circle for circle, most in MAY_SEE.items()}


def checked_roles(names: Iterable[str]) -> tuple[str, ...]:
    """Roles, each once, in the order of the table; raises `WrongUse` for what cannot be.

    >>> checked_roles(["officer", "analyst"])
    ('analyst', 'officer')
    """
    wanted = set(names)
    unknown = sorted(wanted - ROLES.keys())
    if unknown or not wanted:
        raise WrongUse(
            f"the role is {unknown[0][:40]!a}" if unknown else "no role is named",
            expected=f"one or more of {', '.join(ROLES)}",
        )
    if wanted & ALONE and len(wanted) > 1:
        raise WrongUse(
            f"{', '.join(sorted(wanted))} are one person's roles",
            expected=f"{', '.join(sorted(ALONE))} alone: who checks does nothing that is checked",
        )
    return tuple(name for name in ROLES if name in wanted)


def rights_of(person: Person) -> frozenset[str]:
    """The rights of a person's roles together; none for one who is closed or has no known role.

    >>> from foreshock.words.clocks import live, now
    >>> sorted(rights_of(Person(clocks=live(now()), name="a", roles=("auditor",))))
    ['account', 'audit', 'partners']
    """
    if person.closed:
        return frozenset()
    return frozenset().union(*(ROLES[r].rights for r in person.roles if r in ROLES))


def is_outside(person: Person) -> bool:
    """Whether a person is of another house by every role they have."""
    return all(ROLES[r].outside for r in person.roles if r in ROLES)


def receiver_of(person: Person) -> Receiver:
    """The person as the gate knows receivers: by the widest marking that one of its roles sees."""
    most = max((ROLES[r].sees for r in person.roles if r in ROLES), default=Marking.CLEAR)
    circle = "public" if person.closed else _CIRCLES[most]
    return Receiver(name=person.name, circle=circle)  # type: ignore[arg-type]
