"""Bursts and novelty in the news: many voices in a week, against all news so far."""

import pickle
import random
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreshock.watch.news import Mention, NewsWatch, chance_of, news
from foreshock.words.clocks import Clocks, live
from foreshock.words.markings import Marking

START = date(2023, 1, 1)
NAMES = {"min.ga": "gallium", "CN": "China"}


def mention(day, publisher, item="min.ga", actor="CN", what="RESTRICT", **more):
    moment = datetime.combine(day, time(9), UTC)
    return Mention(
        day=day,
        clocks=more.pop("clocks", live(moment, day)),
        publisher=publisher,
        item=item,
        actor=actor,
        what=what,
        evidence=(f"document-{publisher}-{day}-{item}",),
        **more,
    )


def background(days=200, seed=0, until=None):
    """News of ten items, about one mention a day, by eight publishers."""
    rng = random.Random(seed)
    rows = []
    for n in range(days):
        for _ in range(rng.choice([0, 1, 1, 2])):
            item = f"item{rng.randrange(10)}"
            rows.append(
                mention(START + timedelta(days=n), f"paper {rng.randrange(8)}", item, "US", "FLOW")
            )
    return rows


TODAY = START + timedelta(days=199)
PAPERS = ["Daily", "Post", "Herald", "Times", "Globe"]


def told(kind, rows, day=TODAY):
    return [signal for signal in news(rows, day, NAMES) if signal.kind == kind]


def test_five_independent_voices_in_a_week_are_a_burst_with_a_sentence_and_its_documents():
    rows = background() + [mention(TODAY - timedelta(days=2), paper) for paper in PAPERS]
    (burst,) = told("burst", rows)
    assert burst.says.startswith("gallium and China: 5 mentions by 5 independent publishers")
    assert (burst.item, burst.actor, burst.series) == ("min.ga", "CN", "news")
    assert burst.since == (TODAY - timedelta(days=2)).isoformat()
    assert len(burst.evidence) == 5
    assert 0.5 <= burst.score < 1


def test_one_publisher_who_repeats_himself_is_no_burst():
    rows = background()
    rows += [mention(TODAY - timedelta(days=n), "Daily") for n in range(6)]
    rows += [mention(TODAY, "Daily") for _ in range(10)]
    assert told("burst", rows) == []
    assert told("novelty", rows) == []


def test_what_is_always_in_the_news_is_no_burst_there():
    usual = [
        mention(START + timedelta(days=n), paper) for n in range(0, 190, 2) for paper in PAPERS[:3]
    ]
    week = [mention(TODAY - timedelta(days=n), paper) for n in (1, 3) for paper in PAPERS[:3]]
    assert told("burst", background() + usual + week) == []
    assert told("burst", background() + week)


def test_an_archive_that_takes_in_more_of_everything_bursts_nowhere():
    rows = background()
    for n in range(7):
        for item in range(10):
            for paper in ("paper 1", "paper 2", "paper 3"):
                day = TODAY - timedelta(days=n)
                rows.append(mention(day, paper, f"item{item}", "US", "FLOW"))
    assert told("burst", rows) == []


def test_what_two_publishers_say_for_the_first_time_is_a_novelty_and_the_second_time_it_is_not():
    first = [mention(TODAY - timedelta(days=1), paper, what="THREATEN") for paper in PAPERS[:2]]
    (novel,) = told("novelty", background() + first)
    assert "a threat is told by 2 independent publishers" in novel.says
    assert "never before here" in novel.says
    assert told("novelty", background() + first[:1]) == []
    old = [mention(TODAY - timedelta(days=90), "Post", what="THREATEN")]
    assert told("novelty", background() + old + first) == []


def test_after_a_year_it_is_new_again():
    day = START + timedelta(days=700)
    old = [mention(START + timedelta(days=100), "Post")]
    first = [mention(day, paper) for paper in PAPERS[:2]]
    (novel,) = told("novelty", background(700) + old + first, day)
    assert "last on 2023-04-11" in novel.says


def test_a_young_or_thin_archive_tells_nothing():
    rush = [mention(START + timedelta(days=30), paper) for paper in PAPERS]
    assert news(background(31) + rush, START + timedelta(days=30)) == []
    late = [mention(TODAY, paper) for paper in PAPERS]
    assert news([mention(START, "Post"), *late], TODAY) == []
    assert news([], TODAY) == []


def test_what_became_known_later_or_is_of_a_later_day_changes_nothing():
    rows = background() + [mention(TODAY, paper) for paper in PAPERS[:2]]
    later = datetime.combine(TODAY + timedelta(days=3), time(9), UTC)
    clocks = Clocks(known_at=later, received=later, published=TODAY)
    unknown = [mention(TODAY, paper, clocks=clocks) for paper in PAPERS[2:]]
    future = [mention(TODAY + timedelta(days=1), paper) for paper in PAPERS]
    assert news(rows + unknown + future, TODAY) == news(rows, TODAY)


def test_a_signal_of_news_is_marked_as_strictly_as_its_texts():
    rows = [mention(TODAY, paper) for paper in PAPERS[:4]]
    rows.append(mention(TODAY, "Globe", marking=Marking.AMBER))
    (burst,) = told("burst", background() + rows)
    assert burst.marking == Marking.AMBER


def test_quiet_news_of_half_a_year_hardly_ever_bursts():
    days = [START + timedelta(days=n) for n in range(70, 200)]
    for seed in range(3):
        watch, rows, bursts = NewsWatch(), background(seed=seed), 0
        for day in days:
            for row in rows:
                if row.day == day or (day == days[0] and row.day < day):
                    watch.add(row)
            bursts += sum(s.kind == "burst" for s in watch.signals(day))
        assert bursts <= 2  # of 10 items x 130 days


def test_memory_does_not_grow_with_the_length_of_the_news():
    watch, sizes = NewsWatch(), []
    for n, row in enumerate(background(4000)):
        watch.add(row)
        if n in (1000, 3900):
            sizes.append(len(pickle.dumps(watch._usual)) + len(pickle.dumps(watch._said)))
    assert sizes[1] < 1.1 * sizes[0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 400), st.floats(1e-6, 1e4))
def test_a_chance_is_a_chance_and_falls_with_the_count(count, expected):
    assert 0 < chance_of(count + 1, expected) <= chance_of(count, expected) <= 1


@pytest.mark.parametrize("actor", ["", "CN"])
def test_news_without_an_actor_is_told_too(actor):
    rows = background() + [mention(TODAY, paper, actor=actor) for paper in PAPERS]
    (burst,) = told("burst", rows)
    assert burst.actor == (actor or "all")


def test_one_event_of_a_seldom_told_pair_told_by_three_is_no_burst_yet_and_by_eight_it_is():
    before = [mention(START + timedelta(days=n), "Daily") for n in range(10, 190, 20)]
    three = [mention(TODAY, paper, what="PRICE") for paper in PAPERS[:3]]
    assert told("burst", background() + before + three) == []
    eight = [mention(TODAY, f"journal {n}", what="PRICE") for n in range(8)]
    assert len(told("burst", background() + before + eight)) == 1


def test_an_old_story_told_anew_by_many_is_a_burst_and_no_novelty():
    old = [mention(START + timedelta(days=20), paper) for paper in PAPERS[:2]]
    anew = [mention(TODAY - timedelta(days=1), paper) for paper in PAPERS]
    assert told("novelty", background() + old + anew) == []
    assert len(told("burst", background() + old + anew)) == 1


def test_quiet_weekends_make_no_burst_of_the_weeks_between():
    rhythm = [
        mention(START + timedelta(days=n), PAPERS[n % 5])
        for n in range(197)
        if (START + timedelta(days=n)).weekday() < 5
    ]
    days = [START + timedelta(days=n) for n in range(150, 197)]
    assert [day for day in days if told("burst", background() + rhythm, day)] == []
