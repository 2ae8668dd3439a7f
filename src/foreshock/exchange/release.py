"""What is let go to whom: looked at beforehand, decided by a releasing officer, kept for good.

The gate decides whether a record may go to a receiver; an officer decides whether it does. What is
TLP:RED goes to one named person and needs two officers: one asks, another lets it go.
"""

from collections.abc import Iterable

from foreshock import gate
from foreshock.errors import NotAllowed, WrongUse
from foreshock.exchange.deeds import deed
from foreshock.exchange.plain import line, text_of
from foreshock.exchange.roles import rights_of
from foreshock.words.clocks import live, now
from foreshock.words.keepers import Keeper
from foreshock.words.markings import Marking
from foreshock.words.missions import Aggregate, Release
from foreshock.words.people import Person
from foreshock.words.records import Bulletin, EarlyWarning, Receiver, Record, Report, Struct

#: what may be released from the desk; a submission never
KINDS: tuple[type[Record], ...] = (EarlyWarning, Report, Aggregate, Bulletin)


class Preview(Struct, frozen=True, kw_only=True):
    """Whether one receiver would get a record, and why; never its content."""

    receiver: Receiver
    passes: bool
    why: str
    #: what was decided before, newest last
    decided: tuple[Release, ...] = ()


def releasable(keeper: Keeper, record_id: str) -> Record:
    """The record with this id, if it is of a kind that is released; raises `WrongUse`."""
    found = keeper.get(record_id)
    if not isinstance(found, KINDS):
        raise WrongUse(
            f"{record_id[:80]!a} is nothing that is released here",
            expected=f"the id of one of {', '.join(k.__name__.lower() for k in KINDS)}",
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
    _refuse_others(officer)
    name = line(receiver.name, 80, "the receiver")
    if not name:
        raise WrongUse("no receiver is named", expected="whom it goes to")
    gate.pass_out([record], receiver)
    with keeper.transaction():
        step = "released"
        if record.marking is Marking.RED:
            asked = _asked(keeper, record, receiver)
            if asked is None:
                step = "asked"
            elif asked.by == officer.name:
                raise NotAllowed(
                    f"{officer.name} asked for it, and it is TLP:RED",
                    expected="another releasing officer, who lets it go",
                )
        return _keep(keeper, officer, record, (receiver, step, why))


def refuse(
    keeper: Keeper, officer: Person, record: Record, receiver: Receiver, why: str = ""
) -> Release:
    """Say no to what another officer asked for; raises `WrongUse` if nobody asked."""
    _refuse_others(officer)
    with keeper.transaction():
        if _asked(keeper, record, receiver) is None:
            raise WrongUse(f"nobody asked to let {record.id} go to {receiver.name[:80]!a}")
        return _keep(keeper, officer, record, (receiver, "refused", why))


def _asked(keeper: Keeper, record: Record, receiver: Receiver) -> Release | None:
    return next(
        (
            one
            for one in waiting(keeper)
            if (one.of, one.to, one.circle) == (record.id, receiver.name, receiver.circle)
        ),
        None,
    )


def _keep(
    keeper: Keeper, officer: Person, record: Record, decided: tuple[Receiver, str, str]
) -> Release:
    receiver, step, why = decided
    moment = now()
    made = Release(
        clocks=live(moment),
        of=record.id,
        to=receiver.name,
        circle=receiver.circle,
        of_marking=record.marking,
        step=step,  # type: ignore[arg-type]
        by=officer.name,
        at=moment,
        why=text_of(why, 400, "the reason"),
    ).sealed()
    keeper.add([made, deed(officer.name, f"release_{step}", made.id, record.id)])
    return made


def _refuse_others(officer: Person) -> None:
    if "release" not in rights_of(officer):
        raise NotAllowed(
            f"{officer.name} is no releasing officer", expected="somebody with the role officer"
        )
