"""Who acts, about what, and what is told of at all: rules that hold for the language."""

import pytest


@pytest.mark.parametrize(
    ("text", "type", "actors"),
    [
        # the one spoken to does not act
        ("China warned Japan that it would cut exports of gallium.", "THREATEN", ("CN",)),
        # nor the one for whom somebody speaks by another name
        ("A spokesman for China denied any embargo on gallium.", "RESTRICT", ("CN",)),
        # the clause goes on after what only tells more of the name
        (
            "China, from which Japan buys most of its gallium, banned exports of it.",
            "RESTRICT",
            ("CN",),
        ),
        ("In Seoul, the government scrapped the curbs on neon.", "EASE", ("KR",)),
        ("Samsung sees no shortage of helium, a spokesman said.", "POSITION", ("org:Samsung",)),
        ("The plants of Samsung, TSMC and Micron lost power for chips.", "DISRUPT",
         ("org:Samsung", "org:TSMC", "org:Micron")),
        # halted by a firm it is a flow, by a country a measure
        ("Samsung stopped shipments of DRAM.", "FLOW", ("org:Samsung",)),
        ("China stopped shipments of gallium.", "RESTRICT", ("CN",)),
    ],
)  # fmt: skip
def test_who_acts(read, text, type, actors):
    events = [e for e in read(text).events if e.type == type]
    assert [e.actors for e in events] == [actors]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("The Netherlands curbed exports of machines that make advanced chips.", ("sme",)),
        ("China curbed exports of gallium, which rattled makers of chips.", ("min.ga",)),
        ("China curbed exports of critical minerals, including gallium.", ("min.ga",)),
        ("China suspended exports of gallium amid demand from carmakers.", ("min.ga",)),
    ],
)
def test_about_what(read, text, items):
    events = [e for e in read(text).events if e.type == "RESTRICT"]
    assert [e.items for e in events] == [items]


def test_a_price_is_told_of_the_thing_that_rises_itself(read):
    assert [e.type for e in read("Copper rose by 55 % in 2017.").events] == ["PRICE"]
    assert [e.type for e in read("Exports of copper from Chile rose by 5 %.").events] == ["FLOW"]


@pytest.mark.parametrize(
    "text",
    [
        "The row threatens to halt production of chips in Japan.",
        "The ban is not enough to limit exports of gallium from China.",
        "South Korea is in talks to import 10,000 tonnes of helium from Qatar.",
    ],
)
def test_what_is_feared_or_only_wanted_is_told_of_nobody(read, text):
    assert {e.type for e in read(text).events} <= {"NEGOTIATE"}


def test_a_meeting_that_ends_in_a_deal_is_told_by_the_deal(read):
    text = "At a summit in Tokyo, Japan and South Korea agreed on a pact on chips."
    assert [e.type for e in read(text).events] == ["AGREE"]


def test_what_follows_from_a_licence_is_no_further_easing(read):
    text = "China granted licences for gallium, allowing exporters to ship gallium to Japan."
    assert [e.type for e in read(text).events] == ["EASE"]


def test_no_licence_granted_is_a_restriction(read):
    (event,) = read("China has not granted any licence for exports of gallium.").events
    assert (event.type, event.status) == ("RESTRICT", "in_force")


def test_prices_told_twice_are_one_event(read):
    text = "Cobalt prices are now $19 per lb, or $41,890 a ton."
    assert [e.type for e in read(text).events] == ["PRICE"]


def test_a_day_after_is_counted_from_the_day_that_is_told(read):
    text = "Japan replied on 4 June, a day after China banned exports of gallium."
    dates = {e.date for e in read(text).events if e.actors == ("CN",)}
    assert dates == {"2025-06-03"}


def test_the_last_of_a_list_belongs_to_it_with_a_comma_before_the_and(read):
    text = "China lifted curbs on exports of gallium, germanium, and graphite to Japan."
    (event,) = [e for e in read(text).events if e.type == "EASE"]
    assert set(event.items) == {"min.ga", "min.ge", "min.graphite"}


def test_what_a_thing_goes_into_is_not_what_a_duty_falls_on(read):
    (event,) = read("The United States raised tariffs on magnets for electric cars.").events
    assert event.items == ("magnet",)


def test_where_a_report_was_written_does_not_act_where_another_does(read):
    (event,) = read("SEOUL, May 3 (Wire) - China has banned exports of gallium.").events
    assert event.actors == ("CN",)


def test_where_a_report_was_written_tells_whose_ministry_it_is(read):
    (event,) = read("SEOUL - The ministry has banned exports of gallium.").events
    assert event.actors == ("KR",)


def test_a_court_acts_for_the_country_in_which_it_sits(read):
    (event,) = read("A court in Rotterdam struck down the ban on photoresist.").events
    assert (event.type, event.actors) == ("EASE", ("NL",))


def test_customs_of_a_country_hold_goods_that_are_held_at_them(read):
    (event,) = read("Containers with magnets are stuck at customs in China.").events
    assert (event.type, event.mode, event.actors) == ("RESTRICT", "enforce", ("CN",))


def test_a_name_set_before_a_sentence_tells_whose_ministry_it_is(read):
    text = "China banned exports of gallium.\nTokyo: the ministry has banned exports of urea."
    assert [e.actors for e in read(text).events] == [("CN",), ("JP",)]


def test_we_is_the_one_who_speaks(read):
    text = "Beijing: if the US goes on with its chip curbs, we will retaliate against the US."
    (event,) = [e for e in read(text).events if e.type == "THREATEN"]
    assert event.actors == ("CN",)


def test_who_gets_an_exemption_does_not_grant_it(read):
    text = "The United States raised tariffs on copper. Chile won an exemption for its copper."
    (event,) = [e for e in read(text).events if e.type == "EASE"]
    assert event.actors == ("US",)


def test_a_list_known_by_its_name_tells_whose_it_is(read):
    (event,) = read("Huawei has been on the Entity List for years over chips.").events
    assert event.actors == ("US",)


def test_the_commission_with_a_capital_is_that_of_the_union(read):
    (event,) = read("The Commission has banned imports of copper.").events
    assert event.actors == ("EU",)


def test_what_a_tariff_is_on_some_goods_is_no_further_tariff(read):
    text = "Washington raised levies on Chinese products. Copper will face a duty of 50 percent."
    (event,) = read(text).events
    assert (event.actors, event.items) == (("US",), ("min.cu",))


def test_a_notice_names_the_ministry_that_acts(read):
    text = "NOTICE No 12 of 2025, Ministry of Mines, Chile\n\nThe export of lithium is prohibited."
    (event,) = read(text).events
    assert (event.type, event.actors) == ("RESTRICT", ("CL",))


def test_the_month_of_may_is_no_doubt(read):
    text = "China replied. In May 2025 the United States restricted exports of chips to China."
    (event,) = [e for e in read(text).events if e.type == "RESTRICT"]
    assert (event.status, event.modality) == ("in_force", "fact")


def test_two_inquiries_of_different_kinds_are_two(read):
    text = (
        "China opened an anti-dumping probe into American chips. "
        "China launched an antitrust investigation into American chips."
    )
    assert [e.type for e in read(text).events] == ["PROBE", "PROBE"]


def test_a_permit_taken_back_is_no_easing(read):
    (event,) = read("Indonesia revoked the export permits of four nickel companies.").events
    assert (event.type, event.mode) == ("RESTRICT", "enforce")


def test_the_metals_are_no_chips_named_in_between(read):
    text = (
        "China restricted exports of gallium and antimony. Washington curbed sales of chips. "
        "Exporters of the two metals will need licences from Beijing."
    )
    assert {i for e in read(text).events if e.actors == ("CN",) for i in e.items} == {
        "min.ga",
        "min.sb",
    }


def test_the_suspension_of_a_ban_is_announced_by_its_subject(read):
    (event,) = read("China announced the suspension of an export ban on gallium.").events
    assert (event.type, event.actors) == ("EASE", ("CN",))


def test_until_when_the_suspension_lasts_is_told_of_the_easing(read):
    text = (
        "China suspended its ban on gallium in answer to new chip curbs imposed by the US. "
        "The suspension will last until 27 November 2026."
    )
    (event,) = [e for e in read(text).events if e.type == "EASE"]
    assert event.until == "2026-11-27"


def test_firms_that_got_licences_did_not_get_them_from_their_own_country(read):
    text = (
        "China restricted exports of magnets. "
        "Japan's ministry said that Japanese firms had received licences for magnets."
    )
    assert [e.actors for e in read(text).events if e.type == "EASE"] == [("CN",)]


def test_the_month_of_another_measure_is_not_the_date(read):
    text = "The United States granted licences for the H20, reversing an April ban."
    (event,) = [e for e in read(text).events if e.type == "EASE"]
    assert event.date != "2025-04"


def test_technology_to_make_magnets_is_no_magnet(read):
    (event,) = read("China banned exports of technology to make rare earth magnets.").events
    assert event.items == ("tech.ree",)


def test_tariff_talks_are_no_tariff(read):
    text = "Japan and the United States held tariff talks on chips."
    assert "RESTRICT" not in {e.type for e in read(text).events}
