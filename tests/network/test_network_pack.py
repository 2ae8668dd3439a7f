"""The shipped pack tells the stories it must tell."""

from datetime import date

import pytest

from foreshock.network import Network
from foreshock.words import pack


@pytest.fixture(scope="module")
def shipped():
    return pack.load()


def test_urea_goes_over_exhaust_fluid_into_lorries(shipped):
    found = Network(shipped, date(2021, 10, 20)).consequences("mat.urea", "KR")
    assert found.index("mat.def") < found.index("lorry")


def test_before_november_2021_koreas_share_of_urea_is_that_of_the_year_before(shipped):
    before = Network(shipped, date(2021, 10, 20)).dependence("mat.urea", "KR")[0]
    after = Network(shipped, date(2021, 11, 9)).dependence("mat.urea", "KR")[0]
    assert (before.origin, after.origin) == ("CN", "CN")
    assert before.year == 2020 and after.year == 2021 and after.direct > before.direct


def test_gallium_is_chinese_and_more_so_through_third_countries(shipped):
    china = Network(shipped, date(2023, 7, 10)).dependence("min.ga", "KR")[0]
    assert china.origin == "CN" and china.basis == "imports"
    assert china.direct > 0.5 and china.direct + china.indirect > 0.75


def test_gallium_refining_is_more_concentrated_than_anything_may_be(shipped):
    hhi, year, shares = Network(shipped, date(2023, 7, 10)).concentration("min.ga")
    assert hhi > 0.9 and year == 2022 and max(shares, key=shares.__getitem__) == "CN"


def test_every_item_and_holder_has_shares_that_add_up(shipped):
    network = Network(shipped, date(2026, 6, 1))
    for item in shipped.item:
        for holder in network.supply.holders():
            rows = network.dependence(item, holder)
            assert sum(row.direct for row in rows) <= 1 + 1e-9
            assert all(row.direct + row.indirect <= 1 + 1e-9 for row in rows)
            assert holder not in {row.origin for row in rows}
