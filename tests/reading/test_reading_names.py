"""Names of items and actors in a text."""

from datetime import date

import pytest

from foreshock.reading.names import Names, companies
from foreshock.words.pack import Pack
from foreshock.words.reference import Actor, Item


@pytest.fixture(scope="module")
def names(pack: Pack) -> Names:
    return Names(pack, "en")


def ids(names: Names, text: str, day: date | None = None) -> list[str]:
    return [m.id for m in names.find(text, day)]


def test_the_longest_name_counts(names):
    assert ids(names, "memory chips and chips") == ["chip.mem", "chip"]


def test_a_part_of_a_word_is_no_name(names):
    assert ids(names, "the chipmunk ate tungstenite in Chinatown") == []


def test_an_abbreviation_must_stand_in_capitals(names):
    assert ids(names, "Join us in the eu; the US and the EU agreed.") == ["US", "EU"]


def test_hyphens_and_plurals_do_not_hide_a_name(names):
    assert ids(names, "rare-earth magnets, rare earth elements") == ["magnet", "ree"]


def test_a_person_speaks_for_a_country_only_in_office(names):
    assert ids(names, "Biden spoke", date(2023, 5, 1)) == ["US"]
    assert ids(names, "Biden spoke", date(2025, 6, 1)) == []


def test_names_written_without_spaces_are_found(pack):
    assert ids(Names(pack, "zh"), "商务部对镓、锗实施管制") == ["CN", "min.ga", "min.ge"]
    assert ids(Names(pack, "ko"), "한국은 요소수를 수입한다") == ["KR", "mat.urea"]


def test_a_sector_stands_for_its_goods_or_for_nothing():
    sectors = (
        Item(id="sector.auto", name="car industry", kind="sector"),
        Item(id="sector.medical", name="medical technology", kind="sector"),
    )
    assert ids(Names(Pack(items=sectors), "en"), "car industry, medical technology") == ["auto"]


def test_an_empty_pack_finds_nothing():
    assert Names(Pack(), "en").find("China banned gallium") == []


def test_an_actor_of_a_user_is_found_by_its_own_names():
    own = Actor(id="org:Acme", kind="company", name="Acme", names_nl=("Acme Nederland",))
    assert ids(Names(Pack(actors=(own,)), "nl"), "Acme Nederland sluit") == ["org:Acme"]


def test_unknown_companies_are_capitalised_names_and_no_weekdays():
    text = "On Tuesday Borealis Metals Inc. and its Partner closed; Officials watched."
    assert [m.id for m in companies(text, 0, len(text), [])] == [
        "org:Borealis_Metals",
        "org:Partner",
    ]


def test_one_thing_is_named_by_the_names_of_many(names):
    assert ids(names, "a lithography machine, rare earth magnet makers") == ["sme.litho", "magnet"]


def test_of_names_that_overlap_the_longest_counts(names):
    assert ids(names, "advanced chipmaking equipment") == ["sme"]


def test_a_place_tells_where_and_never_acts(names, read):
    assert [(m.id, m.part) for m in names.find("a plant in Texas")] == [("US", "place")]
    (event,) = read("A fire at a Samsung plant in Texas stopped chips.").events
    assert (event.actors, event.targets) == (("org:Samsung",), ("US",))
