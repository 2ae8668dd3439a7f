"""Who depends on whom, by what was known on the day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreshock.network import Network
from foreshock.words.pack import Pack
from foreshock.words.reference import Holder, Import, Item, Need, Provision

DAY = date(2024, 6, 1)
READ = {"publisher": "p", "source_date": date(2023, 7, 4), "checked": "secondary"}


def comes(holder, item, origin, share, year=2023, **more):
    ref = more.pop("ref", f"pack:imports.csv:{holder}{item}{origin}{year}")
    return Import(
        holder=holder, item=item, origin=origin, share=share, year=year, ref=ref, **{**READ, **more}
    )


def makes(item, stage, country, share, year=2022, **more):
    ref = f"pack:provides.csv:{item}{country}{year}"
    return Provision(
        item=item, stage=stage, country=country, share=share, year=year, ref=ref, **{**READ, **more}
    )


def goes(into, output, kind="consumable", criticality="critical"):
    return Need(input=into, output=output, kind=kind, criticality=criticality, **READ)


ITEMS = tuple(
    Item(id=i, name=i, kind=k, parent=p)
    for i, k, p in [
        ("ree", "mineral", ""),
        ("ree.dy", "mineral", "ree"),
        ("min.ga", "mineral", ""),
        ("magnet", "material", ""),
        ("motor", "product", ""),
        ("auto", "product", ""),
        ("urea", "material", ""),
        ("def", "product", ""),
        ("lorry", "product", ""),
    ]
)
HOLDERS = (
    Holder(id="KR", kind="country", name="Korea"),
    Holder(id="NL", kind="country", name="Netherlands"),
    Holder(id="EU", kind="bloc", name="European Union", members=("NL", "BE")),
    Holder(id="firm", kind="company", name="Firm", items=("motor",), country="NL"),
)


def network(imports=(), provisions=(), needs=(), day=DAY):
    pack = Pack(
        items=ITEMS,
        holders=HOLDERS,
        imports=tuple(imports),
        provisions=tuple(provisions),
        needs=tuple(needs),
    )
    return Network(pack, day)


GALLIUM = [
    comes("KR", "min.ga", "CN", 0.52),
    comes("KR", "min.ga", "BE", 0.36),
    comes("EU", "min.ga", "CN", 0.71, basis="supply"),
]


def row(rows, origin):
    (one,) = [r for r in rows if r.origin == origin]
    return one


def test_direct_shares_are_those_of_the_holder():
    china = row(network(GALLIUM).dependence("min.ga", "KR"), "CN")
    assert (china.direct, china.year, china.basis) == (0.52, 2023, "imports")


def test_what_a_third_country_makes_from_the_origins_material_is_added_once():
    china = row(network(GALLIUM).dependence("min.ga", "KR"), "CN")
    assert china.indirect == pytest.approx(0.36 * 0.71)
    assert china.path == ("min.ga", "CN", "BE", "KR")
    assert len(china.evidence) == 3


def test_an_input_counts_where_it_is_more_dependent_than_the_item_itself():
    rows = [
        comes("KR", "magnet", "JP", 0.5),
        comes("JP", "magnet", "CN", 0.3),
        comes("JP", "ree.dy", "CN", 0.9),
    ]
    link = goes("ree.dy", "magnet")
    china = row(network(rows, needs=[link]).dependence("magnet", "KR"), "CN")
    assert (china.direct, china.indirect) == (0.0, pytest.approx(0.45))
    machine = goes("ree.dy", "magnet", kind="capital")
    china = row(network(rows, needs=[machine]).dependence("magnet", "KR"), "CN")
    assert china.indirect == pytest.approx(0.15)


def test_a_member_without_figures_takes_those_of_its_bloc_and_says_so():
    (china,) = network(GALLIUM).dependence("min.ga", "NL")
    assert (china.direct, china.holder) == (0.71, "NL")
    assert china.path == ("min.ga", "CN", "EU", "NL")


def test_a_company_takes_the_figures_of_its_country():
    (china,) = network(GALLIUM).dependence("min.ga", "firm")
    assert china.direct == 0.71


def test_without_figures_of_the_item_its_parent_is_taken():
    (china,) = network([comes("KR", "ree", "CN", 0.8)]).dependence("ree.dy", "KR")
    assert (china.direct, china.item, china.path[0]) == (0.8, "ree.dy", "ree")


def test_without_any_figure_of_the_holder_the_worlds_refining_is_taken_before_its_mining():
    made = [makes("ree.dy", "mine", "MM", 0.4), makes("ree.dy", "refinery", "CN", 0.98)]
    (china,) = network(provisions=made).dependence("ree.dy", "KR")
    assert (china.origin, china.direct, china.basis) == ("CN", 0.98, "world")


def test_the_world_share_of_the_item_goes_before_the_imports_of_its_family():
    made = [makes("ree.dy", "refinery", "CN", 0.98)]
    (china,) = network([comes("KR", "ree", "CN", 0.5)], made).dependence("ree.dy", "KR")
    assert china.direct == 0.98


def test_a_holder_is_no_foreign_origin_of_itself_nor_are_its_members():
    made = [makes("min.ga", "refinery", "CN", 0.9), makes("min.ga", "refinery", "NL", 0.1)]
    assert [d.origin for d in network(provisions=made).dependence("min.ga", "EU")] == ["CN"]
    assert [d.origin for d in network(provisions=made).dependence("min.ga", "firm")] == ["CN"]


def test_where_nothing_is_known_there_is_no_row():
    assert network().dependence("min.ga", "KR") == []
    assert network(GALLIUM).dependence("no.such.item", "KR") == []


def test_the_newest_year_known_on_the_day_counts():
    rows = [*GALLIUM, comes("KR", "min.ga", "CN", 0.98, 2024, source_date=date(2025, 10, 5))]
    assert row(network(rows).dependence("min.ga", "KR"), "CN").direct == 0.52
    later = network(rows, day=date(2025, 10, 5))
    assert row(later.dependence("min.ga", "KR"), "CN").direct == 0.98


def test_rows_whose_source_nobody_opened_are_never_used():
    assert network([comes("KR", "min.ga", "CN", 0.5, checked="unopened")]).supply.holders() == ()


def test_companies_of_a_country_are_added_where_it_has_no_figure_of_its_own():
    made = [
        makes("min.ga", "product", "KR", 0.5, company="a"),
        makes("min.ga", "product", "KR", 0.3, company="b"),
    ]
    (korea,) = network(provisions=made).dependence("min.ga", "NL")
    assert korea.direct == pytest.approx(0.8)


def test_a_withheld_share_is_no_figure():
    made = [makes("min.ga", "refinery", "CN", None), makes("min.ga", "refinery", "RU", 0.1)]
    assert [d.origin for d in network(provisions=made).dependence("min.ga", "KR")] == ["RU"]


def test_concentration_is_the_sum_of_squared_shares_of_the_newest_year():
    made = [
        makes("min.ga", "refinery", "CN", 0.5, 2020),
        makes("min.ga", "refinery", "CN", 0.8),
        makes("min.ga", "refinery", "RU", 0.2),
    ]
    hhi, year, shares = network(provisions=made).concentration("min.ga", "refinery")
    assert (hhi, year, shares) == (pytest.approx(0.68), 2022, {"CN": 0.8, "RU": 0.2})
    assert network(provisions=made).concentration("min.ga")[0] == pytest.approx(0.68)
    assert network(provisions=made).concentration("min.ga", "mine") is None


def test_the_most_exposed_are_ranked_by_whose_figures_they_are_then_by_share():
    made = [makes("min.ga", "refinery", "CN", 0.98)]
    rows = [*GALLIUM, comes("JP", "urea", "CN", 0.1), comes("NL", "urea", "CN", 0.1)]
    found = network(rows, made).most_exposed("min.ga", "CN", 9)
    assert [(d.holder, d.basis) for d in found] == [
        ("KR", "imports"),
        ("EU", "supply"),
        ("NL", "supply"),
        ("JP", "world"),
    ]
    assert network(rows, made).most_exposed("min.ga", "CN", 1) == found[:1]


CHAIN = [
    goes("urea", "def"),
    goes("def", "lorry", kind="energy_service"),
    goes("def", "auto", criticality="minor"),
    goes("ree.dy", "magnet", criticality="important"),
    goes("magnet", "motor", kind="component"),
    goes("motor", "auto", kind="component"),
    goes("magnet", "lorry"),
]


def test_consequences_run_from_urea_over_the_fluid_to_the_lorries():
    assert network(needs=CHAIN).consequences("urea", "KR") == ("def", "lorry")


def test_a_family_has_the_consequences_of_its_kinds():
    assert network(needs=CHAIN).consequences("ree", "KR")[:2] == ("magnet", "motor")


def test_a_company_sees_what_leads_to_its_items_and_beyond():
    assert network(needs=CHAIN).consequences("ree.dy", "firm") == ("magnet", "motor", "auto")


def test_upstream_is_everything_that_goes_into_it_and_a_cycle_ends():
    loop = [*CHAIN, goes("auto", "ree.dy")]
    assert network(needs=CHAIN).upstream("lorry") == ("def", "magnet", "urea", "ree.dy")
    assert "auto" not in network(needs=loop).upstream("auto")


shares = st.dictionaries(st.sampled_from(["CN", "JP", "BE", "US"]), st.floats(0, 1.0), max_size=4)


@given(shares, shares, shares)
def test_direct_and_indirect_lie_in_0_to_1_and_so_does_their_sum(own, japan, belgium):
    rows = [
        comes(holder, "min.ga", origin, share)
        for holder, of in (("KR", own), ("JP", japan), ("BE", belgium))
        for origin, share in of.items()
    ]
    for found in network(rows).dependence("min.ga", "KR"):
        assert 0 <= found.direct <= 1 and 0 <= found.indirect <= 1
        assert found.direct + found.indirect <= 1 + 1e-9
    assert sum(d.direct for d in network(rows).dependence("min.ga", "KR")) <= 1 + 1e-9
