"""The one gate: everything that leaves this house passes here, marking against receiver.

A page, an answer of the API, a file, a mail, a parcel, a bulletin: whoever writes it asks the gate
first, with the receiver it is for. What may not pass is either refused (`pass_out`, for what a
person sends on purpose) or left out and counted (`fit_for`, for pages and lists).
"""

from collections.abc import Iterable
from typing import TypeVar

from foreshock.errors import NotAllowed, WrongUse
from foreshock.words.markings import RULES, Marking, label
from foreshock.words.records import Receiver, Record, Struct

R = TypeVar("R", bound=Record)

#: the strictest marking that a circle of receivers may see (TLP 2.0); RED goes to named persons
MAY_SEE = {
    "public": Marking.CLEAR,
    "community": Marking.GREEN,
    "organisation": Marking.AMBER,
    "own": Marking.AMBER_STRICT,
    "person": Marking.RED,
}

PUBLIC = Receiver(name="public", circle="public")
OWN = Receiver(name="this house", circle="own")


def own_name(name: str, whose: str) -> str:
    """A name that is that of no circle: what was let go to one may not go to the other.

    >>> own_name("Hague desk", "partner")
    'Hague desk'
    """
    if name in MAY_SEE:
        raise WrongUse(
            f"the {whose} is named {name!r}, which is a circle of receivers",
            expected="another name",
        )
    return name


def allows(record: Record, receiver: Receiver) -> bool:
    """Whether the receiver may see the record.

    >>> from foreshock.words.records import Receiver
    >>> MAY_SEE[Receiver(name="a partner", circle="community").circle].name
    'GREEN'
    """
    return record.marking <= MAY_SEE[receiver.circle]


def explain(record: Record, receiver: Receiver) -> str:
    """Why the receiver may or may not see the record, in one sentence; never its content.

    >>> from foreshock.words.clocks import live, now
    >>> explain(Record(clocks=live(now()), id="x-1", marking=Marking.AMBER), PUBLIC)
    'x-1 is TLP:AMBER (the receiving organisation and its clients, who need to know); public sees \
at most TLP:CLEAR: held back.'
    """
    most = MAY_SEE[receiver.circle]
    verdict = "passes" if allows(record, receiver) else "held back"
    return (
        f"{record.id} is {label(record.marking)} ({RULES[record.marking].may_see}); "
        f"{receiver.name} sees at most {label(most)}: {verdict}."
    )


def pass_out(records: Iterable[R], receiver: Receiver) -> tuple[R, ...]:
    """The records, all of them, if the receiver may see every one; else `NotAllowed`.

    The message names ids and markings, never the content.
    """
    wanted = tuple(records)
    held = [r for r in wanted if not allows(r, receiver)]
    if held:
        named = ", ".join(f"{r.id} ({label(r.marking)})" for r in held[:5])
        raise NotAllowed(
            f"{len(held)} of {len(wanted)} record(s) may not go to {receiver.name!r}: {named}",
            expected=f"at most {label(MAY_SEE[receiver.circle])}, "
            f"for {RULES[MAY_SEE[receiver.circle]].may_see}",
            next_step="Leave them out, or choose a receiver who may see them.",
        )
    return wanted


def fit_for(records: Iterable[R], receiver: Receiver) -> tuple[tuple[R, ...], int]:
    """The records that the receiver may see, and how many were held back."""
    wanted = tuple(records)
    passed = tuple(r for r in wanted if allows(r, receiver))
    return passed, len(wanted) - len(passed)


# -- objects that refer to others ----------------------------------------------------------------

#: what an object counts as that is not known here: fail closed
UNKNOWN = Marking.RED


class Marked(Struct, frozen=True, kw_only=True):
    """The effective marking of an object, and what made it so."""

    marking: Marking
    #: the object that it refers to and that is stricter than itself
    by: str = ""
    #: an object that it refers to and that is not known here
    unknown: str = ""


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether something may be seen, and the rule that decided, in one sentence."""

    passes: bool
    why: str


def effective(own: Marking, parts: Iterable[tuple[str, Marked]]) -> Marked:
    """The marking of an object with all that it refers to: the strictest of them.

    >>> effective(Marking.GREEN, [("report--1", Marked(marking=Marking.RED))]).by
    'report--1'
    """
    strict = Marked(marking=own)
    for name, part in parts:
        if part.marking > strict.marking:
            strict = Marked(marking=part.marking, by=name, unknown=part.unknown)
    return strict


def passes(marked: Marked, receiver: Receiver) -> bool:
    """Whether a receiver may see an object with this effective marking; `judge` says why.

    >>> passes(Marked(marking=Marking.CLEAR), PUBLIC)
    True
    """
    return marked.marking <= MAY_SEE[receiver.circle]


def judge(name: str, marked: Marked, receiver: Receiver) -> Verdict:
    """Whether a receiver may see an object with this effective marking, and why; never its content.

    >>> judge("report--1", Marked(marking=Marking.GREEN), PUBLIC).passes
    False
    """
    most = MAY_SEE[receiver.circle]
    may = passes(marked, receiver)
    is_marked = f"{name} is {label(marked.marking)} ({RULES[marked.marking].may_see})"
    if marked.unknown:
        is_marked += f" because it refers to {marked.unknown}, which is not known here"
    elif marked.by:
        is_marked += f" because it refers to {marked.by}"
    verdict = "passes" if may else "held back"
    return Verdict(
        passes=may,
        why=f"{is_marked}; {receiver.name} sees at most {label(most)}: {verdict}.",
    )


def circle_of(most: Marking) -> str:
    """The widest circle that may see up to a marking.

    >>> circle_of(Marking.GREEN)
    'community'
    """
    return next(circle for circle, marking in MAY_SEE.items() if marking >= most)
