"""No company can be seen in what leaves, whatever is subtracted from whatever."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from foreshock.exchange.disclosure import verdict


def told(**values):
    return [(name, name, float(value)) for name, value in values.items()]


THREE = told(a=5, b=4, c=3)


def test_three_companies_of_like_size_may_be_told_and_two_may_not():
    assert verdict(THREE, []).safe
    assert not verdict(THREE[:2], []).safe
    assert not verdict([], []).safe


def test_companies_that_told_zero_do_not_count():
    assert not verdict(told(a=5, b=4, c=0), []).safe
    assert not verdict(told(a=0, b=0, c=0), []).safe


def test_companies_of_one_group_count_as_one():
    assert not verdict([("a", "g", 5.0), ("b", "g", 4.0), ("c", "c", 3.0)], []).safe


def test_one_company_that_is_most_of_it_is_not_told():
    assert verdict(told(a=81, b=10, c=9), []).why == "one company makes up most of it"


def test_the_second_largest_cannot_work_out_the_largest_by_taking_itself_away():
    assert not verdict(told(a=50, b=49, c=1), []).safe
    assert verdict(told(a=50, b=44, c=6), []).safe


def test_a_fourth_company_is_not_shown_by_the_difference_and_neither_are_two():
    before = [frozenset(THREE)]
    assert not verdict([*THREE, *told(d=3)], before).safe
    assert not verdict([*THREE, *told(d=3, e=3)], before).safe
    assert verdict([*THREE, *told(d=3, e=3, f=3)], before).safe


def test_a_company_that_left_is_not_shown_by_the_difference():
    assert not verdict(THREE, [frozenset([*THREE, *told(d=3)])]).safe


def test_a_corrected_value_is_not_shown_by_the_difference():
    assert not verdict(told(a=6, b=4, c=3), [frozenset(THREE)]).safe


def test_a_difference_made_of_three_in_which_one_is_most_is_not_told():
    assert not verdict([*THREE, *told(d=90, e=1, f=1, g=90, h=90)], []).why
    assert not verdict([*THREE, *told(d=90, e=1, f=1)], [frozenset(THREE)]).safe


def test_three_sums_that_are_each_safe_against_each_other_are_not_told_if_together_they_show_one():
    x, y, z = told(x=3), told(y=3), told(z=3)
    m = told(m=2, n=2, o=2)
    first, second = frozenset([*x, *y, *m]), frozenset([*y, *z, *m])
    third = [*x, *z, *m]
    # x + y, y + z and x + z together show each of x, y and z
    assert not verdict(third, [first, second]).safe


def test_the_same_again_may_be_told_again():
    assert verdict(THREE, [frozenset(THREE)]).safe


def test_the_reason_names_no_company():
    for one in (verdict(THREE[:2], []), verdict(told(secretco=99, b=1, c=1), [])):
        assert "secretco" not in one.why
        assert one.why


VALUES = st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, 40.0]), min_size=4, max_size=7)


@given(
    VALUES,
    st.lists(st.tuples(st.integers(0, 127), st.booleans()), min_size=2, max_size=8),
)
def test_whatever_is_told_in_whatever_order_nobody_can_work_out_a_company_or_a_pair(
    values, attempts
):
    """An attacker who knows who is in each sum, and solves all of them together, finds nothing."""
    names = [chr(97 + n) for n in range(len(values))]
    current = dict(zip(names, values, strict=True))
    out = []
    for mask, corrects in attempts:
        if corrects:
            current[names[mask % len(names)]] += 1.0
        chosen = [(name, name, current[name]) for n, name in enumerate(names) if mask >> n & 1]
        if verdict(chosen, out).safe and frozenset(chosen) not in out:
            out.append(frozenset(chosen))
    unknowns = sorted(frozenset().union(*out)) if out else []
    sums = np.array([[float(u in one) for u in unknowns] for one in out])
    for one in names:
        for other in names:
            few = [at for at, u in enumerate(unknowns) if u[0] in (one, other)]
            if few:
                # is there a combination of the sums that is zero everywhere else?
                rest = np.delete(sums, few, axis=1)
                whole = np.linalg.matrix_rank(sums)
                assert np.linalg.matrix_rank(rest) == whole if rest.size else whole == 0
