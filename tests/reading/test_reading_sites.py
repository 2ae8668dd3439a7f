"""Who lost output and who brings it back, where the clause names nobody."""

from datetime import UTC, date, datetime

import pytest

from foreshock.reading import Reader
from foreshock.words.clocks import arrived
from foreshock.words.pack import Pack
from foreshock.words.records import Document
from foreshock.words.reference import Actor, Item

DAY = date(2025, 6, 10)


def told(events, kind):
    return [e for e in events if e.type == kind]


def test_the_pit_is_that_of_the_firm_told_to_have_stopped(read):
    text = "Sibelco shut its quartz mine in the US on Monday. The pit has been flooded since."
    losses = told(read(text).events, "DISRUPT")
    assert {actor for e in losses for actor in e.actors} == {"org:Sibelco"}


def test_a_place_comes_back_by_the_firm_that_stopped_there(read):
    text = (
        "Renesas halted chip production in Japan after a fire. "
        "In Japan production will not return to normal before July."
    )
    (late,) = told(read(text).events, "RECOVER")
    assert late.actors == ("org:Renesas",)
    assert late.mode == "delay"


def test_it_is_the_unknown_firm_with_which_the_sentence_opens(read):
    text = "Matalco, a smelter in Chile, wrote to clients that it halted deliveries of lithium."
    (flow,) = told(read(text).events, "FLOW")
    assert flow.actors == ("org:Matalco",)


def test_the_company_is_the_unknown_firm_that_acted_last(read):
    text = (
        "Zincora halted production of copper in Chile on Monday. "
        "The company will restart the mine in July."
    )
    (back,) = told(read(text).events, "RECOVER")
    assert back.actors == ("org:Zincora",)


@pytest.fixture(scope="module")
def wide(pack):
    """The small pack with an armed group, lorries and a market."""
    more = (
        Actor(id="org:M23", kind="group", name="M23"),
        Actor(id="GB", kind="country", name="United Kingdom", names_en=("United Kingdom",)),
    )
    lorry = Item(id="lorry", name="lorries", kind="product", unit="piece", names_en=("lorries",))
    return Reader(Pack(items=(*pack.items, lorry), actors=(*pack.actors, *more)))


def events_of(reader, text):
    clocks = arrived(datetime(2026, 1, 2, tzinfo=UTC), DAY)
    document = Document(clocks=clocks, source="test", text=text, language="en", name="d")
    return reader.read(document.sealed()).events


def test_an_armed_group_runs_no_mine(wide):
    (loss,) = told(events_of(wide, "M23 rebels seized cobalt mines in Congo."), "DISRUPT")
    assert loss.actors == ("CD",)


def test_goods_by_the_piece_are_no_items_beside_goods_of_the_standard(wide):
    text = "Lorries stopped in South Korea because urea has run out."
    assert {i for e in events_of(wide, text) for i in e.items} == {"mat.urea"}
    assert {
        i for e in events_of(wide, "South Korea bans exports of lorries.") for i in e.items
    } == {"lorry"}


def test_a_price_at_an_exchange_is_told_of_the_place_of_the_exchange(wide):
    (price,) = told(events_of(wide, "LME close: nickel gave back 2.1 percent."), "PRICE")
    assert price.actors == ("GB",)


def test_we_is_the_firm_that_speaks_in_its_own_statement(read):
    text = (
        "Statement of JX Metals, Tokyo. A fire broke out in our copper plant on Monday. "
        "We have suspended production."
    )
    losses = told(read(text).events, "DISRUPT")
    assert {actor for e in losses for actor in e.actors} == {"org:JX_Metals"}


def test_a_firm_named_after_its_country_acts_itself(read):
    (flow,) = told(read("Chile's Talco Gold shipped more copper in April than in March.").events,
                   "FLOW")  # fmt: skip
    assert flow.actors == ("org:Talco_Gold",)


def test_imports_are_of_whoever_takes_them_not_of_where_they_come_from(read):
    text = "Europe lacks copper smelters. Imports of copper from Congo have jumped by 13 percent."
    (flow,) = told(read(text).events, "FLOW")
    assert "CD" not in flow.actors


@pytest.mark.parametrize(
    "text",
    [
        "Chrome exports from Congo fell with those of copper in May.",
        "Governor Wes Moore said that copper exports from Chile fell in May.",
    ],
)
def test_goods_and_persons_are_no_firms(read, text):
    assert not [a for e in read(text).events for a in e.actors if a.startswith("org:")]


def test_a_firm_short_of_something_builds_less_of_what_it_makes(read):
    (loss,) = told(read("Nexperia stopped lines for lack of gallium.").events, "DISRUPT")
    assert set(loss.items) == {"min.ga", "chip"}
