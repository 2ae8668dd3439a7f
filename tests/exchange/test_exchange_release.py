"""What was let go to whom: nothing leaves that nobody released, and no release reaches too far."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from foreshock import gate
from foreshock.archive import open_archive
from foreshock.errors import NotAllowed, NotReleased, WrongUse
from foreshock.exchange import release, released
from foreshock.exchange.people import write_person
from foreshock.exchange.released import FACTS, going, going_object
from foreshock.words.clocks import live, now
from foreshock.words.markings import Marking
from foreshock.words.missions import Release
from foreshock.words.people import Person
from foreshock.words.records import (
    Commitment,
    EarlyWarning,
    Measure,
    PromiseStep,
    Receiver,
    Report,
    Step,
)

DAY = date(2026, 6, 1)
HAGUE = Receiver(name="Hague desk", circle="organisation")
CLOCKS = live(datetime(2026, 6, 1, tzinfo=UTC))


@pytest.fixture
def house(tmp_path):
    with open_archive(tmp_path / "home") as archive:
        for name, role in (("olaf", "officer"), ("odile", "officer"), ("ana", "analyst")):
            write_person(archive, Person(clocks=CLOCKS, name=name, roles=(role,), by="test"))
        yield archive


def person(house, name="olaf"):
    return next(p for p in house.known(Person) if p.name == name)


def report(marking=Marking.GREEN, says="x"):
    return Report(
        clocks=CLOCKS, marking=marking, mission="beijing", host="CN", items=("min.ga",),
        status="strained", says=says,
    ).sealed()  # fmt: skip


def warning(state="issued", supersedes=None):
    return EarlyWarning(
        clocks=CLOCKS, item="min.ga", holder="KR", as_of=DAY, level=2, p30=0.1, p90=0.3, p180=0.4,
        cover_weeks=(None, None, None), cover_basis="unknown", unmet=0.1, onset=None, reasons=(),
        expires=DAY, state=state, supersedes=supersedes,
    ).sealed()  # fmt: skip


def fact(*evidence, marking=Marking.CLEAR):
    step = Step(step="in_force", date="2026", published=DAY, what="x", evidence=evidence)
    return Measure(
        clocks=CLOCKS, marking=marking, name="CN-1", issuer="CN", title="x", steps=(step,)
    ).sealed()


def test_what_nobody_released_is_refused_with_its_id_and_what_to_do(house):
    told = report()
    with pytest.raises(NotReleased) as error:
        released.demand(house, [going(told)], HAGUE)
    assert told.id in str(error.value)
    assert "--release-by NAME" in str(error.value)
    assert "nothing was sent" in str(error.value)


def test_a_release_to_a_partner_holds_for_that_partner_alone(house):
    told = report()
    release.release(house, person(house), told, HAGUE)
    released.demand(house, [going(told)], HAGUE)
    for other in (
        Receiver(name="Tokyo desk", circle="organisation"),
        Receiver(name="Hague desk", circle="community"),  # it was let nearer then
        gate.PUBLIC,
    ):
        assert released.lacking(house, [going(told)], other)


def test_a_release_to_a_circle_holds_for_whoever_stands_in_it_or_nearer(house):
    told = report()
    release.release(house, person(house), told, Receiver(name="community", circle="community"))
    released.demand(house, [going(told)], HAGUE)
    released.demand(house, [going(told)], Receiver(name="x", circle="community"))
    assert released.lacking(house, [going(told)], gate.PUBLIC)


def test_only_an_officer_lets_go_and_only_what_the_gate_lets_pass(house):
    with pytest.raises(NotAllowed, match="no releasing officer"):
        release.release(house, person(house, "ana"), report(), HAGUE)
    with pytest.raises(NotAllowed, match="held back"):
        release.let_go(house, person(house), [going(report()), going(report(Marking.RED))], HAGUE)
    assert house.known(Release) == []


def test_red_waits_for_a_second_officer_and_leaves_for_the_person_alone(house):
    kim, secret = Receiver(name="Kim", circle="person"), report(Marking.RED)
    first = release.release(house, person(house), secret, kim)
    assert first.step == "asked"
    assert released.lacking(house, [going(secret)], kim)
    with pytest.raises(NotAllowed, match="olaf asked for it"):
        release.release(house, person(house), secret, kim)
    release.release(house, person(house, "odile"), secret, kim)
    released.demand(house, [going(secret)], kim)
    assert released.lacking(house, [going(secret)], Receiver(name="Lee", circle="person"))


def test_a_second_officer_who_refuses_keeps_it_here(house):
    kim, secret = Receiver(name="Kim", circle="person"), report(Marking.RED)
    release.release(house, person(house), secret, kim)
    release.refuse(house, person(house, "odile"), secret, kim)
    assert released.lacking(house, [going(secret)], kim)


def test_a_cancelled_warning_goes_to_whoever_was_let_have_it(house):
    first = warning()
    last = warning("cancelled", first.id)
    house.add([first])
    assert released.lacking(house, [going(last, house.get)], HAGUE)
    release.release(house, person(house), first, HAGUE)
    released.demand(house, [going(last, house.get)], HAGUE)
    raised = replace(warning("updated", first.id), level=4).sealed()
    assert released.lacking(house, [going(raised, house.get)], HAGUE), "that is a new warning"


def test_a_standing_release_lets_public_facts_go_and_nothing_else(house):
    promise = Commitment(
        clocks=CLOCKS, name="p", who_says=("CN",), who_promises=("CN",), what="x", made="2026",
        steps=(PromiseStep(step="made", published=DAY, evidence=("pack:commitments.csv:2",)),),
    ).sealed()  # fmt: skip
    facts = [fact("pack:measures.csv:2", "event-1"), promise]
    others = [
        fact("pack:measures.csv:2", "entry-1"),  # a person of ours wrote it
        fact("pack:measures.csv:2", marking=Marking.GREEN),
        fact(),
        warning(),
        report(Marking.CLEAR),
    ]
    release.standing(house, person(house), Receiver(name="public", circle="public"))
    missing = released.lacking(house, [going(one) for one in (*facts, *others)], HAGUE)
    assert [one.name for one in missing] == [one.id for one in others]
    release.standing(house, person(house), Receiver(name="public", circle="public"), ends=True)
    assert len(released.lacking(house, [going(one) for one in facts], HAGUE)) == 2


def test_an_object_is_let_go_as_these_bytes_and_no_others(house):
    marked = gate.Marked(marking=Marking.GREEN)
    one = going_object("report--1", b'{"name":"a"}', marked)
    release.let_go(house, person(house), [one], HAGUE)
    released.demand(house, [one], HAGUE)
    assert released.lacking(house, [going_object("report--1", b'{"name":"b"}', marked)], HAGUE)


def test_no_partner_or_community_bears_the_name_of_a_circle():
    for name in gate.MAY_SEE:
        with pytest.raises(WrongUse, match="which is a circle"):
            gate.own_name(name, "partner")


CIRCLES = st.sampled_from(["public", "community", "organisation", "own", "person"])
NAMES = st.sampled_from(["Hague desk", "Tokyo desk", "Kim"])
RECEIVERS = st.builds(Receiver, name=NAMES, circle=CIRCLES) | st.sampled_from(
    [Receiver(name=c, circle=c) for c in ("public", "community", "organisation", "own")]
)
DECISIONS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]), RECEIVERS, st.sampled_from(["asked", "released", "refused"])
    ),
    max_size=6,
)


@given(DECISIONS, RECEIVERS)
def test_nothing_is_let_go_that_was_not_released_to_this_receiver_or_a_circle_around_it(
    decided, receiver
):
    start = now()
    made = [
        Release(
            clocks=CLOCKS, of=of, to=to.name, circle=to.circle, of_marking=Marking.CLEAR,
            step=step, by="olaf", at=start + timedelta(seconds=n),
        )
        for n, (of, to, step) in enumerate(decided)
    ]  # fmt: skip
    for name in released.let_go_to(made, receiver):
        assert name != FACTS
        last = {(r.to, r.circle): r.step for r in made if r.of == name and r.step != "asked"}
        ways = [key for key, step in last.items() if step == "released"]
        assert any(
            (to == receiver.name or to == circle)
            and gate.MAY_SEE[circle] <= gate.MAY_SEE[receiver.circle]
            and (
                "person" not in (circle, receiver.circle)
                or (to, circle) == (receiver.name, "person")
            )
            for to, circle in ways
        )
