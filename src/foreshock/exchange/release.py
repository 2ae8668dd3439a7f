"""What is let go to whom: looked at beforehand, decided by a releasing officer, kept for good.

The gate decides whether a record may go to a receiver; an officer decides whether it does. What is
TLP:RED goes to one named person and needs two officers: one asks, another lets it go.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from foreshock import gate
from foreshock.errors import NotAllowed, WrongUse
from foreshock.exchange.arriving import known_others
from foreshock.exchange.carry import OWN_BOOKS
from foreshock.exchange.deeds import deed
from foreshock.exchange.plain import line, text_of
from foreshock.exchange.released import FACTS, Going, going
from foreshock.exchange.roles import rights_of
from foreshock.words.clocks import live, now
from foreshock.words.keepers import Keeper
from foreshock.words.markings import Marking
from foreshock.words.missions import Aggregate, Release
from foreshock.words.people import Person
from foreshock.words.records import Bulletin, EarlyWarning, Receiver, Record, Report, Struct

Step = Literal["asked", "released", "refused"]

#: drafts that the desk lists for release; a submission never
KINDS: tuple[type[Record], ...] = (EarlyWarning, Report, Aggregate, Bulletin)


class Preview(Struct, frozen=True, kw_only=True):
    """Whether one receiver would get a record, and why; never its content."""

    receiver: Receiver
    passes: bool
    why: str
    #: what was decided before, newest last
    decided: tuple[Release, ...] = ()


def releasable(keeper: Keeper, record_id: str) -> Record:
    """The record with this id, if it is of a kind that may travel; raises `WrongUse`."""
    found = keeper.get(record_id)
    kind = type(found).__name__.lower()
    if found is None or kind in OWN_BOOKS or found.nature == "test":
        named = ", ".join(k.__name__.lower() for k in KINDS)
        raise WrongUse(
            f"{record_id[:80]!a} is nothing that is released here",
            expected=f"the id of a record that may travel, such as one of {named}",
        )
    if record_id in known_others(keeper).every:
        raise WrongUse(
            f"{record_id[:80]!a} came from a partner",
            expected="a record of this house: what others said is not released here",
        )
    return found


def preview(keeper: Keeper, record: Record, receivers: Iterable[Receiver]) -> tuple[Preview, ...]:
    """Who would get a record, who would not, and why; with what was decided on each before."""
    before = decisions(keeper, record.id)
    return tuple(
        Preview(
            receiver=one,
            passes=gate.allows(record, one),
            why=gate.explain(record, one),
            decided=tuple(r for r in before if (r.to, r.circle) == (one.name, one.circle)),
        )
        for one in receivers
    )


def decisions(keeper: Keeper, record_id: str = "") -> list[Release]:
    """What was decided on a record, or on all, oldest first."""
    found = [r for r in keeper.known(Release) if record_id in ("", r.of)]
    return sorted(found, key=lambda r: (r.at, r.id))


def waiting(keeper: Keeper) -> list[Release]:
    """What one officer asked for and nobody has decided yet."""
    last: dict[tuple[str, str, str], Release] = {}
    for one in decisions(keeper):
        last[one.of, one.to, one.circle] = one
    return [one for one in last.values() if one.step == "asked"]


def release(
    keeper: Keeper, officer: Person, record: Record, receiver: Receiver, why: str = ""
) -> Release:
    """Let a record go to a receiver, or ask a second officer to if it is TLP:RED.

    Raises `NotAllowed` if the gate holds it back, if the person is no releasing officer, or if
    they alone would let go what needs two.
    """
    return let_go(keeper, officer, [going(record)], receiver, why)[0]


def let_go(
    keeper: Keeper, officer: Person, things: Sequence[Going], receiver: Receiver, why: str = ""
) -> list[Release]:
    """Let several things go at once, all or none; as `release` does for one."""
    refuse_others(officer)
    name = line(receiver.name, 80, "the receiver")
    if not name:
        raise WrongUse("no receiver is named", expected="whom it goes to")
    for one in things:
        verdict = gate.judge(one.name, one.marked, receiver)
        if not verdict.passes:
            raise NotAllowed(
                verdict.why, next_step="Leave it out, or choose a receiver who may see it."
            )
    with keeper.transaction():
        strict = any(one.marked.marking is Marking.RED for one in things)
        asked: dict[tuple[str, str, str], Release] = {}
        if strict:
            asked = {(r.of, r.to, r.circle): r for r in waiting(keeper)}
        steps = [(one, _step(one, officer, asked, receiver)) for one in things]
        return _keep(keeper, officer, steps, receiver, why)


def _step(
    one: Going, officer: Person, asked: dict[tuple[str, str, str], Release], receiver: Receiver
) -> Step:
    """What an officer's word is: TLP:RED is asked for first, and let go by another."""
    if one.marked.marking is not Marking.RED:
        return "released"
    before = asked.get((one.name, receiver.name, receiver.circle))
    if before is None:
        return "asked"
    if before.by == officer.name:
        raise NotAllowed(
            f"{officer.name} asked for it, and it is TLP:RED",
            expected="another releasing officer, who lets it go",
        )
    return "released"


def standing(
    keeper: Keeper, officer: Person, receiver: Receiver, why: str = "", *, ends: bool = False
) -> Release:
    """Let all public facts go to a receiver, those to come as well; `ends`: no longer.

    Public facts are told in `released`: TLP:CLEAR, and resting on what others published.
    """
    refuse_others(officer)
    facts = Going(name=FACTS, marked=gate.Marked(marking=Marking.CLEAR))
    with keeper.transaction():
        step: Step = "refused" if ends else "released"
        return _keep(keeper, officer, [(facts, step)], receiver, why)[0]


def refuse(
    keeper: Keeper, officer: Person, record: Record, receiver: Receiver, why: str = ""
) -> Release:
    """Say no to what another officer asked for; raises `WrongUse` if nobody asked."""
    refuse_others(officer)
    with keeper.transaction():
        asked = {(one.of, one.to, one.circle) for one in waiting(keeper)}
        if (record.id, receiver.name, receiver.circle) not in asked:
            raise WrongUse(f"nobody asked to let {record.id} go to {receiver.name[:80]!a}")
        return _keep(keeper, officer, [(going(record), "refused")], receiver, why)[0]


def _keep(
    keeper: Keeper,
    officer: Person,
    steps: Sequence[tuple[Going, Step]],
    receiver: Receiver,
    why: str,
) -> list[Release]:
    moment, said = now(), text_of(why, 400, "the reason")
    made = [
        Release(
            clocks=live(moment),
            of=one.name,
            to=receiver.name,
            circle=receiver.circle,
            of_marking=one.marked.marking,
            step=step,
            by=officer.name,
            at=moment,
            why=said,
        ).sealed()
        for one, step in steps
    ]
    deeds = [deed(officer.name, f"release_{one.step}", one.id, one.of) for one in made]
    keeper.add([*made, *deeds])
    return made


def refuse_others(officer: Person) -> None:
    """Nothing for a releasing officer, `NotAllowed` for everybody else."""
    if "release" not in rights_of(officer):
        raise NotAllowed(
            f"{officer.name} is no releasing officer", expected="somebody with the role officer"
        )
