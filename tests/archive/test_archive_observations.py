"""What every keeper of figures must do."""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
from archive_samples import document, figure, moment, on
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foreshock.archive import observations, open_archive, parquet
from foreshock.errors import ArchiveDamaged, RecordError, WrongUse
from foreshock.words.clocks import Clocks
from foreshock.words.markings import Marking
from foreshock.words.records import Document, Observation, Origin


def files(home: Path) -> list[Path]:
    return sorted((home / "observations").glob("*.parquet"))


def values(archive, day=None, **only):
    return [row.value for row in archive.observations(day, **only)]


def test_an_empty_archive_has_no_figures(archive):
    assert archive.observations() == []
    assert archive.add_observations([]) == 0
    columns = archive.observation_columns(on(0))
    assert {name: len(array) for name, array in columns.items()} == dict.fromkeys(columns, 0)


def test_a_figure_comes_back_as_it_was_given(archive):
    one = figure(7.9, 3, note='as reported; "8" before, 镓 갈륨\n')
    one = msgspec.structs.replace(one, marking=Marking.GREEN)
    assert archive.add_observations([one]) == 1
    assert archive.observations(on(3)) == [one]


def test_a_revision_counts_from_the_day_it_was_known(archive):
    archive.add_observations([figure(7.9, 17), figure(7.4, 81)])
    assert values(archive, on(16)) == []
    assert values(archive, on(17)) == [7.9]
    assert values(archive, on(80)) == [7.9]
    assert values(archive, on(81)) == values(archive) == [7.4]


def test_every_release_can_be_asked_for_the_first_one_first(archive):
    archive.add_observations([figure(7.9, 17), figure(7.4, 81), figure(1.0, 5, period="2023-05")])
    assert [row.value for row in archive.releases(on(80))] == [1.0, 7.9]
    assert [row.value for row in archive.releases()] == [1.0, 7.9, 7.4]
    assert [row.value for row in archive.releases(series="cn.ga.exports")] == [1.0, 7.9, 7.4]
    assert archive.releases(item="ge") == []


def test_publishers_stay_side_by_side(archive):
    archive.add_observations([figure(1.0, publisher="GACC"), figure(2.0, publisher="Reuters")])
    assert [(r.origin.publisher, r.value) for r in archive.observations()] == [
        ("GACC", 1.0),
        ("Reuters", 2.0),
    ]


def test_a_withdrawn_figure_is_a_row_that_says_so(archive):
    archive.add_observations([figure(7.9, 1), figure(None, 5, status="withdrawn")])
    (row,) = archive.observations(on(5))
    assert (row.value, row.status) == (None, "withdrawn")
    assert values(archive, on(4)) == [7.9]


def test_figures_can_be_asked_by_item_and_series(archive):
    archive.add_observations(
        [figure(1.0), figure(2.0, series="cn.ge.exports", item="ge"), figure(3.0, period="2023-05")]
    )
    assert values(archive, item="ge") == [2.0]
    assert values(archive, series="cn.ga.exports") == [3.0, 1.0]
    assert values(archive, series="cn.ga.exports", item="ge") == []


def test_the_same_batch_twice_is_one_file(archive, home):
    batch = [figure(1.0), figure(2.0, period="2023-05"), figure(1.0)]
    assert archive.add_observations(batch) == 2
    kept = files(home)
    assert archive.add_observations(reversed(batch)) == 0
    assert files(home) == kept
    assert len(kept) == 1


def test_a_dated_figure_fetched_again_later_is_the_same_figure(archive):
    archive.add_observations([figure(7.9, 2)])
    again = msgspec.structs.replace(
        figure(7.9, 2), clocks=Clocks(known_at=moment(9), received=moment(9), published=on(2),
                                      happened="2023-06"))  # fmt: skip
    assert archive.add_observations([again]) == 0
    assert archive.observations()[0].clocks.known_at == moment(2)


def test_an_undated_figure_is_kept_again_only_where_it_changes(archive):
    seen = [(1.0, 1), (1.0, 2), (2.0, 3), (2.0, 4), (1.0, 5)]
    kept = [archive.add_observations([figure(v, day, published=None)]) for v, day in seen]
    assert kept == [1, 0, 1, 0, 1]
    assert [values(archive, on(day)) for day in range(1, 6)] == [[1.0], [1.0], [2.0], [2.0], [1.0]]
    batch = [figure(v, day, published=None) for v, day in seen]
    assert archive.add_observations(batch) == 0


def test_of_two_figures_of_one_moment_the_same_one_always_counts(archive, home):
    known = moment(30)
    first = figure(1.0, 1, known_at=known)
    second = figure(2.0, 2, known_at=known)
    archive.add_observations([second])
    archive.add_observations([first])
    assert values(archive) == [2.0]  # the one published last
    assert archive.add_observations([first, second]) == 0


def test_columns_say_the_same_as_rows(archive):
    archive.add_observations(
        [figure(1.5), figure(None, period="2023-05", status="withheld", published=None)]
    )
    wanted = ("period", "value", "known_at", "published", "backfilled", "marking")
    columns = archive.observation_columns(None, wanted)
    assert tuple(columns) == wanted
    assert columns["period"].tolist() == ["2023-05", "2023-06"]
    assert np.isnan(columns["value"][0])
    assert columns["value"][1] == 1.5
    assert columns["known_at"].tolist() == [datetime(2023, 7, 1, 9)] * 2
    assert np.isnat(columns["published"][0])
    assert not isinstance(columns["value"], np.ma.MaskedArray)


def test_a_column_that_is_none_is_wrong_use(archive):
    with pytest.raises(WrongUse, match="no column price"):
        archive.observation_columns(None, ("series", "price"))
    with pytest.raises(WrongUse, match="none asked for"):
        archive.observation_columns(None, ())


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        (figure(float("nan")), "is nan"),
        (figure(float("inf")), "is inf"),
        (figure(1.0, known_at=datetime(2023, 7, 1)), "no time zone"),
        (figure(1.0, series=""), "what it is a figure of"),
        (figure(1.0, note="\ud800"), "cannot be kept"),
        (figure("1,300"), "finite number"),
    ],
)
def test_a_figure_that_cannot_be_kept_is_refused_and_nothing_with_it(archive, home, odd, says):
    with pytest.raises(RecordError, match=says):
        archive.add_observations([figure(1.0), odd])
    assert archive.observations() == []
    assert list((home / "observations").iterdir()) == []


def test_a_moment_of_another_zone_is_kept_in_utc(archive):
    seoul = datetime.fromisoformat("2023-07-04T08:00:00+09:00")
    archive.add_observations([figure(1.0, known_at=seoul)])
    assert archive.observations()[0].clocks.known_at == datetime(2023, 7, 3, 23, tzinfo=UTC)
    assert values(archive, on(1)) == []
    assert values(archive, on(2)) == [1.0]


def test_figures_and_records_of_one_transaction_are_kept_or_undone_together(archive, home):
    archive.add_observations([figure(1.0)])
    with pytest.raises(ZeroDivisionError), archive.transaction():
        archive.add([document("a")])
        archive.add_observations([figure(2.0, 5)])
        assert values(archive) == [2.0]
        raise ZeroDivisionError
    assert values(archive) == [1.0]
    assert archive.known(Document) == []
    assert len(files(home)) == 1
    assert archive.verify().sound


def test_a_batch_larger_than_a_file_is_kept_once_and_whole_or_not_at_all(
    archive, home, monkeypatch
):
    monkeypatch.setattr(observations, "CHUNK", 3)
    monkeypatch.setattr(observations, "BATCH", 2)
    rows = [figure(float(n), n) for n in range(7)]
    with pytest.raises(RecordError):
        archive.add_observations([*rows, figure(float("nan"))])
    assert files(home) == []
    assert archive.add_observations(iter([*rows, *rows])) == 7
    assert [values(archive, on(n)) for n in range(7)] == [[float(n)] for n in range(7)]
    assert archive.verify().observations == 7


def test_every_field_of_a_figure_has_its_column():
    own = [f for f in Observation.__struct_fields__ if f not in ("clocks", "origin")]
    assert sorted(parquet.OWN) == sorted(own)
    assert sorted(parquet.CLOCKS) == sorted(Clocks.__struct_fields__)
    assert sorted(parquet.ORIGIN) == sorted(Origin.__struct_fields__)


def test_compacting_changes_no_answer(archive, home):
    for day in range(4):
        archive.add_observations(
            [figure(float(day), day), figure(1.0, day, period=f"2023-0{day + 1}")]
        )
    before = [archive.observations(on(day)) for day in range(5)]
    assert archive.compact() == 4
    assert len(files(home)) == 1
    assert [archive.observations(on(day)) for day in range(5)] == before
    assert archive.compact() == 0
    assert archive.verify().sound
    assert archive.add_observations([figure(3.0, 3)]) == 0


def test_compacting_that_is_undone_loses_nothing(archive, home):
    archive.add_observations([figure(1.0, 1)])
    archive.add_observations([figure(2.0, 2)])
    with pytest.raises(ZeroDivisionError), archive.transaction():
        archive.compact()
        raise ZeroDivisionError
    assert values(archive, on(1)) == [1.0]
    assert len(files(home)) == 2


def test_a_reader_follows_when_another_process_compacts(archive, home):
    archive.add_observations([figure(1.0, 1)])
    archive.add_observations([figure(2.0, 2)])
    with open_archive(home) as other:
        assert values(other) == [2.0]
        archive.compact()
        assert values(other) == [2.0]


@pytest.mark.parametrize("bytes_", [b"", b"PAR1 no parquet PAR1", None])
def test_a_spoilt_file_is_named_and_never_skipped(archive, home, bytes_):
    archive.add_observations([figure(1.0)])
    archive.add_observations([figure(2.0, 5)])
    spoilt = files(home)[0]
    data = bytearray(spoilt.read_bytes())
    data[len(data) // 2] ^= 1
    spoilt.write_bytes(bytes(data) if bytes_ is None else bytes_)
    os.utime(spoilt, (1, 1))
    for ask in (archive.observations, archive.observation_columns):
        with pytest.raises(ArchiveDamaged, match=f"{spoilt.name} is not what was written"):
            ask(on(0))
    with pytest.raises(ArchiveDamaged):
        archive.add_observations([figure(3.0, 9)])
    verdict = archive.verify()
    assert len(verdict.problems) == 1
    assert spoilt.name in verdict.problems[0]


def test_a_missing_file_is_named_and_never_skipped(archive, home):
    archive.add_observations([figure(1.0)])
    files(home)[0].unlink()
    with pytest.raises(ArchiveDamaged, match="is missing"):
        archive.observations()
    assert "is missing" in archive.verify().problems[0]


def test_a_home_whose_name_means_something_to_a_glob_works(tmp_path):
    with open_archive(tmp_path / "it's [a] year=2023 *?") as archive:
        archive.add_observations([figure(1.0)])
        assert values(archive) == [1.0]


FIGURES = st.builds(
    figure,
    st.sampled_from([None, 1.0, 2.0]),
    st.integers(0, 5),
    period=st.sampled_from(["2023-05", "2023-06"]),
    publisher=st.sampled_from(["GACC", "Reuters"]),
    status=st.sampled_from(["reported", "disputed"]),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FIGURES, max_size=8), st.integers(0, 5), st.randoms(use_true_random=False))
def test_figures_known_later_never_change_what_was_known(tmp_path_factory, rows, day, shuffle):
    early = [row for row in rows if row.clocks.known_at.date() <= on(day)]
    with open_archive(tmp_path_factory.mktemp("a") / "home") as archive:
        archive.add_observations(early)
        before = archive.observations(on(day))
        archive.add_observations(rows)
        assert archive.observations(on(day)) == before
        last = archive.observations(on(5))
    shuffled = rows.copy()
    shuffle.shuffle(shuffled)
    cut = len(rows) // 2
    with open_archive(tmp_path_factory.mktemp("b") / "home") as other:
        other.add_observations(shuffled[:cut])
        other.add_observations(shuffled[cut:])
        assert other.observations(on(day)) == before
        assert other.observations(on(5)) == last
    assert before == newest(rows, day)


def newest(rows, day):
    """The same answer in plain words, for rows of distinct moments or days of publication."""
    best = {}
    for row in sorted(
        rows,
        key=lambda r: (r.clocks.known_at, r.flow, r.value is None, r.value or 0, r.status),
    ):
        if row.clocks.known_at.date() <= on(day):
            best[row.series, row.period, row.origin.publisher] = row
    return [best[key] for key in sorted(best)]
