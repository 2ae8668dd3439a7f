import re
import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreshock.desk import charts
from foreshock.words.clocks import span

NASTY = "<b>&\"'"


def month(period: str, value: float | None) -> charts.Point:
    first, last = span(period)
    return charts.Point(first, last, value, period)


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


@pytest.mark.parametrize(
    "svg",
    [
        charts.bars([charts.Bar(NASTY, 0.5)], NASTY),
        charts.weight_bar(-1.2, 2.0, NASTY),
        charts.series([month("2023-07", 5.15)], NASTY, NASTY, {"2023-07": NASTY}),
        charts.timeline([charts.Mark(date(2023, 7, 3), NASTY)], date(2023, 8, 1), NASTY),
        charts.chain(NASTY, [(NASTY, "b")], {"b": NASTY}, NASTY),
    ],
)
def test_every_diagram_is_well_formed_named_described_and_escaped(svg):
    root = drawn(svg)
    assert root.attrib["role"] == "img"
    assert root.find("title") is not None
    assert root.find("desc") is not None
    assert NASTY not in svg
    assert "http" not in svg
    assert "style=" not in svg


@pytest.mark.parametrize(
    "svg",
    [
        charts.bars([], "Nothing"),
        charts.series([], "Nothing", "t"),
        charts.series([month("2023-07", None)], "Withheld", "t"),
        charts.timeline([], date(2023, 8, 1), "Nothing"),
        charts.chain("a", [], {}, "Alone"),
    ],
)
def test_a_diagram_of_nothing_is_drawn_and_says_so(svg):
    assert re.search("no figure|no step|nothing further", svg)
    drawn(svg)


def test_the_line_breaks_where_a_month_is_missing_and_where_a_figure_is_withheld():
    whole = [month(f"2023-0{n}", n) for n in range(1, 7)]
    gap = [point for point in whole if point.period != "2023-03"]
    hidden = [month(p.period, None) if p.period == "2023-03" else p for p in whole]
    lines = [
        charts.series(points, "s", "t").count('class="line"') for points in (whole, gap, hidden)
    ]
    assert lines == [5, 3, 3]
    assert "1 gap(s)" in charts.series(gap, "s", "t")


def test_a_month_that_is_unusual_is_ringed_and_says_why():
    svg = charts.series([month("2023-07", 5), month("2023-08", 0)], "s", "t", {"2023-08": "none"})
    assert svg.count('class="alarm"') == 1
    assert "unusual: none" in svg


@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.one_of(st.none(), st.floats(0, 1e12, allow_nan=False))),
        max_size=40,
        unique_by=lambda row: row[0],
    )
)
def test_whatever_the_series_every_mark_lies_inside_the_drawing(rows):
    points = []
    for months, value in rows:
        first, last = span(f"{2000 + months // 12}-{months % 12 + 1:02d}")
        points.append(charts.Point(first, last, value, str(first)[:7]))
    root = drawn(charts.series(points, "s", "t"))
    height = float(root.attrib["height"])
    for dot in root.iter("circle"):
        assert 0 <= float(dot.attrib["cx"].rstrip("%")) <= 100
        assert 0 <= float(dot.attrib["cy"]) <= height


def test_a_bar_is_as_long_as_its_share_and_a_share_beyond_the_whole_stays_inside():
    svg = charts.bars([charts.Bar("half", 0.5), charts.Bar("too much", 1.7)], "s")
    widths = [float(w) for w in re.findall(r'class="bar" x="0" y="\d+" width="([\d.]+)%"', svg)]
    assert widths[0] * 2 == pytest.approx(widths[1])


def test_a_reason_against_points_left_and_one_for_points_right():
    against, speaking = charts.weight_bar(-1, 2, "a"), charts.weight_bar(1, 2, "b")
    assert 'class="bar against" x="25.00%"' in against
    assert 'class="bar for" x="50.00%"' in speaking


def test_a_measure_binds_from_the_day_it_takes_effect_until_the_day_known():
    life = [charts.Mark(date(2023, 7, 3), "announced"), charts.Mark(date(2023, 8, 1), "in_force")]
    root = drawn(charts.timeline(life, date(2023, 9, 1), "s"))
    bound = [r for r in root.iter("rect") if r.attrib["class"] == "binds"]
    end = float(bound[0].attrib["x"].rstrip("%")) + float(bound[0].attrib["width"].rstrip("%"))
    today = next(r for r in root.iter("line") if r.attrib["class"] == "today")
    assert end == pytest.approx(float(today.attrib["x1"].rstrip("%")), abs=0.02)


def test_steps_that_crowd_are_set_apart_so_that_none_hides_another():
    day = date(2023, 1, 1)
    life = [charts.Mark(day + timedelta(days=n), "tightened") for n in range(3)]
    root = drawn(charts.timeline(life, date(2024, 12, 31), "s"))
    heights = [r.attrib["cy"] for r in root.iter("circle")]
    assert len(set(heights)) == 3


def test_a_good_reached_on_two_ways_is_drawn_once_nearest_to_the_item():
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("c", "a")]
    svg = charts.chain("a", edges, {}, "s")
    labels = re.findall(r"<text[^>]*>([^<]+)<", svg)
    assert sorted(labels) == ["a", "b", "c"]
    places = dict(zip(labels, re.findall(r'<circle class="\w+" cx="(\d+)"', svg), strict=True))
    assert places["b"] == places["c"]
