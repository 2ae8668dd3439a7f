"""What is known of an event once the whole text is read: over, context, known, how sure."""

from datetime import date

import pytest

from foreshock.reading.rank import probability, weights
from foreshock.reading.settle import known_measures
from foreshock.words import pack as packs

DAY = date(2025, 6, 10)


def of(read, text, kind):
    return [e for e in read(text, DAY).events if e.type == kind]


def test_a_measure_that_the_text_says_is_lifted_is_over(read):
    text = (
        "China lifted its export ban on gallium on Monday. "
        "It had banned exports of gallium in December 2024."
    )
    (event,) = of(read, text, "RESTRICT")
    assert (event.status, event.background) == ("ended", True)


def test_what_is_eased_is_not_told_as_a_further_measure(read):
    assert of(read, "China suspended its export controls on gallium.", "RESTRICT") == []


def test_a_fire_and_the_halt_it_caused_are_one_loss(read):
    (event,) = of(read, "Renesas halted production of chips after a fire in Japan.", "DISRUPT")
    assert (event.mode, event.actors) == ("fire", ("org:Renesas",))


def test_licences_told_elsewhere_make_an_unspecified_control_one_by_licences(read):
    text = "China imposed export controls on gallium. Exporters must apply for a licence."
    (event,) = of(read, text, "RESTRICT")
    assert event.instruments == ("export_licence",)


def test_a_threat_to_nobody_in_particular_is_a_measure_under_consideration(read):
    (event,) = read("China threatened to restrict exports of rare earths.", DAY).events
    assert (event.type, event.status) == ("RESTRICT", "considered")
    (event,) = read("China threatened to stop rare earth exports to Japan.", DAY).events
    assert (event.type, event.targets) == ("THREATEN", ("JP",))


def test_the_one_accused_is_the_one_who_breaks_the_deal(read):
    (event,) = of(read, "Washington accused Beijing of violating the rare earth deal.", "BREACH")
    assert (event.actors, event.targets) == (("CN",), ("US",))


def test_known_measures_are_told_apart_from_those_not_yet_known():
    known = known_measures(packs.load())
    assert [k.begun for k in known] == sorted(k.begun for k in known)
    assert "CN-2023-23" in {k.id for k in known}


def test_confidence_lies_between_never_and_always_and_orders_what_was_found(read):
    sure = read("China imposed export controls on gallium on 3 June 2025.", DAY).events[0]
    assert 0.05 <= sure.confidence <= 0.97
    model = weights("en")
    assert model is not None
    assert set(model.accept) >= {"bias"}


@pytest.mark.parametrize("weight", [-1000.0, 0.0, 1000.0])
def test_a_probability_is_one_whatever_the_weights(weight):
    assert 0.0 <= probability({"bias": weight}, {"bias": 1.0, "unknown": 1.0}) <= 1.0
