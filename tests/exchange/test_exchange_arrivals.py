"""What came from partners counts as theirs, once, until they take it back; echoes never."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from foreshock.archive import open_archive
from foreshock.errors import WrongUse
from foreshock.exchange import arriving, feeding, release
from foreshock.exchange.arrivals import Came, arrive, others
from foreshock.exchange.carry import objects
from foreshock.exchange.opening import into_journal
from foreshock.words.clocks import live
from foreshock.words.markings import Marking
from foreshock.words.missions import Arrival
from foreshock.words.pack import Pack, load
from foreshock.words.records import EarlyWarning, Report

THEN = datetime(2026, 6, 30, 8, tzinfo=UTC)
OURS = "report--00000000-0000-4000-8000-000000000001"


def report(says="x", at=THEN, **more):
    return Report(
        clocks=live(at, at.date(), str(at.date())), mission="doha", host="QA",
        items=("mat.helium",), form="disruption", status="disrupted", says=says,
        marking=Marking.GREEN, **more,
    ).sealed()  # fmt: skip


def warning(at=THEN, **more):
    said = {
        "item": "min.ga", "holder": "KR", "as_of": date(2026, 6, 30), "level": 3, "p30": 0.3,
        "p90": 0.6, "p180": 0.7, "cover_weeks": (4.0, 6.0, 9.0), "cover_basis": "reported",
        "unmet": 0.3, "onset": None, "reasons": (), "expires": date(2026, 7, 30),
    }  # fmt: skip
    return EarlyWarning(clocks=live(at), marking=Marking.GREEN, **{**said, **more}).sealed()


def came(record=None, name="incident--1", version="2026-06-30T08", at=THEN, **more):
    return Came(
        object=name, version=version, partner="hague", way="taxii", clocks=live(at), record=record,
        **more,
    )  # fmt: skip


def put(archive, *some, ours=(OURS,)):
    return arrive(
        some, archive, lambda ids: set(ids) & set(ours),
        lambda told, who: feeding.event_of(told, who).id,
    )  # fmt: skip


def told(archive, day=None):
    return others(archive.history(Arrival, day))


@pytest.fixture
def archive(tmp_path):
    with open_archive(tmp_path / "home") as made:
        yield made


def test_what_came_counts_as_the_partners_and_only_once(archive):
    one = report()
    assert put(archive, came(one)) == 1
    assert put(archive, came(one)) == 0
    heard = feeding.heard(archive.known(Report), Pack(), told(archive))
    (event,) = heard.events
    assert event.source.who == ("doha", "hague")
    assert event.confidence == feeding.BELIEVED["6"], "nobody graded it"
    assert told(archive).of == {one.id: "hague"}


def test_a_newer_version_takes_the_place_of_the_one_before(archive):
    old, new = report("burns"), report("burns still")
    put(archive, came(old), came(new, version="2026-07-01T08", at=THEN + timedelta(days=1)))
    heard = feeding.heard(archive.known(Report), Pack(), told(archive))
    assert [r.says for r in heard.reports] == ["burns still"]
    assert "corrected" in told(archive).gone[old.id]
    put(archive, came(old))
    assert told(archive).of == {new.id: "hague"}, "an older version never comes back"


def test_what_was_taken_back_counts_no_more_and_never_again(archive):
    one = report()
    put(archive, came(one))
    (arrival,) = archive.known(Arrival)
    put(archive, came(over="withdrawn", version="2026-07-02", why="Misread."))
    assert not told(archive).counts(one.id)
    assert "hague withdrew" in told(archive).gone[arrival.event]
    assert told(archive).gone[one.id].endswith("Misread")
    put(archive, came(replace(one, says="again", id="").sealed(), version="2026-07-03"))
    assert told(archive).of == {}
    assert feeding.heard(archive.known(Report), Pack(), told(archive)).events == ()


@pytest.mark.parametrize(
    "some",
    [
        (came(warning(), refs=(OURS,)),),
        (came(warning()), came(refs=(OURS,), tie=True)),
        (came(refs=(OURS,), tie=True), came(warning())),
        (came(report("a"), name="incident--2", version="1", refs=(OURS,)),
         came(warning(), refs=("incident--2",))),
    ],
    ids=["refers to ours", "is tied to ours", "is tied to ours before it came", "rests on an echo"],
)  # fmt: skip
def test_what_rests_on_ours_is_an_echo_and_no_evidence(archive, some):
    put(archive, *some)
    assert told(archive).of == {}
    assert told(archive).gone == {}
    heard = feeding.heard(
        archive.known(Report), Pack(), told(archive), archive.known(EarlyWarning), THEN.date()
    )
    assert heard.advice == ()
    assert heard.events == ()


def test_whom_and_where_it_speaks_of_makes_nothing_an_echo(archive):
    ours = ("identity--1", "location--1")
    put(archive, came(warning(), refs=ours), ours=ours)
    assert len(told(archive).of) == 1


def test_our_own_warning_that_comes_back_stays_ours(archive):
    mine = warning()
    archive.add([mine])
    later = THEN + timedelta(days=1)
    put(archive, came(replace(mine, clocks=live(later)), at=later))
    assert told(archive).every == frozenset()
    assert archive.known(Arrival)[0].fate == "echo"
    assert release.releasable(archive, mine.id) == mine


def test_a_partners_record_is_not_released_as_ours(archive):
    one = report()
    put(archive, came(one))
    with pytest.raises(WrongUse, match="came from a partner"):
        release.releasable(archive, one.id)


@pytest.mark.parametrize(
    "more",
    [{"nature": "exercise"}, {"state": "cancelled"}, {"level": 0}, {"expires": date(2026, 6, 1)}],
)
def test_of_partners_warnings_those_count_that_stand(archive, more):
    put(archive, came(warning(**more)))
    known = archive.known(EarlyWarning)
    assert feeding.heard([], Pack(), told(archive), known, THEN.date()).advice == ()


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2), st.integers(0, 5), st.sampled_from(["", "withdrawn", "erased"]),
        st.sampled_from([(), (OURS,)]),
    ),
    max_size=8,
)  # fmt: skip


@given(STEPS)
def test_what_comes_later_changes_nothing_of_an_earlier_day(tmp_path_factory, steps):
    with open_archive(tmp_path_factory.mktemp("a") / "home") as archive:
        seen = {}
        for n, (which, version, over, refs) in enumerate(steps):
            at = THEN + timedelta(days=n)
            record = None if over else report(f"{which} {version}", at)
            put(archive, came(record, f"incident--{which}", str(version), at, over=over, refs=refs))
            seen[at.date()] = told(archive, at.date())
            for day, before in seen.items():
                assert told(archive, day) == before
            for one in told(archive).of:
                assert archive.get(one) is not None
                assert told(archive).counts(one)


# -- parcels -------------------------------------------------------------------------------------


def opened(one, archive, at):
    feeds = [h.feed for h in one.keeper.feeds() if h.author != one.id]
    into_journal(feeds, one.keeper, archive, lambda *_: None, at)
    arriving.from_feeds(
        feeds, one.keeper, archive, one.id, {}, arriving.ours_in_feeds(one.keeper, one.id)
    )


def test_a_warning_in_a_parcel_is_the_partners_until_it_is_withdrawn(seoul, hague, archive):
    from foreshock.exchange import corrections

    for one in (seoul, hague):
        one.pass_days(150)
    given_ = warning()
    (body,) = [b for b in objects([given_], seoul.me, load()) if b"WARNING" in b]
    seoul.publish(hague, *objects([given_], seoul.me, load()))
    hague.open(seoul.parcel(hague))
    opened(hague, archive, hague.at)
    opened(hague, archive, hague.at)
    (arrival,) = archive.known(Arrival)
    assert (arrival.fate, arrival.way, arrival.of) == ("came", "parcel", given_.id)
    assert not [w for w in archive.known(EarlyWarning) if told(archive).counts(w.id) is False]
    name = arrival.object
    assert name.encode() in body
    for one in (seoul, hague):
        one.at += timedelta(minutes=5)
    corrections.withdraw(name, "Misread.", seoul.me, seoul.keeper, seoul.at)
    hague.open(seoul.parcel(hague))
    opened(hague, archive, hague.at)
    assert "withdrew" in told(archive).gone[given_.id]
    assert told(archive).of == {}


def test_what_was_refused_in_a_feed_never_counts(seoul, hague, archive):
    from exchange_nodes import changed

    for one in (seoul, hague):
        one.pass_days(150)
    made = objects([warning()], seoul.me, load())
    turned = [changed(b, name="\u202eWARNING") if b"WARNING" in b else b for b in made]
    seoul.publish(hague, *turned)
    hague.open(seoul.parcel(hague))
    opened(hague, archive, hague.at)
    assert archive.known(Arrival) == []
    assert archive.known(EarlyWarning) == []
