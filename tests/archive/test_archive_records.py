"""What every keeper of records must do; another store runs the same tests over its own fixture."""

import threading
from datetime import UTC, datetime

import msgspec
import pytest
from archive_samples import document, moment, on
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foreshock.archive import open_archive
from foreshock.errors import ArchiveError, RecordError, WrongUse
from foreshock.words.clocks import Clocks
from foreshock.words.markings import Marking
from foreshock.words.records import Document, EarlyWarning, Event, Record, Round


def test_a_record_comes_back_as_it_was_given(archive):
    given_record = document("제목 稀土 gallium", 3, marking=Marking.AMBER, nature="exercise")
    assert archive.add([given_record]) == 1
    assert archive.get(given_record.id) == given_record
    assert archive.known(Document, on(3)) == [given_record]


def test_times_come_back_in_utc(archive):
    tokyo = datetime.fromisoformat("2023-07-03T09:00:00+09:00")
    clocks = Clocks(known_at=tokyo, received=tokyo)
    kept = Document(clocks=clocks, source="s", text="t").sealed()
    archive.add([kept])
    back = archive.known(Document)[0].clocks.known_at
    assert back == tokyo
    assert back.tzinfo is not None
    assert archive.info().first_known == datetime(2023, 7, 3, tzinfo=UTC)
    assert archive.info().first_known.tzinfo is not None


def test_the_same_record_twice_is_kept_once(archive):
    one = document("a")
    assert archive.add([one, one]) == 1
    assert archive.add([one, document("b")]) == 1
    assert len(archive.known(Document)) == 2


def test_adding_nothing_adds_nothing(archive):
    before = archive.info().head
    assert archive.add([]) == 0
    assert archive.info().head == before


def test_a_day_ends_at_midnight_utc(archive):
    last = document("last", known := 0)
    clocks = Clocks(known_at=moment(known + 1, 0), received=moment(known + 1, 0))
    first_of_next = Document(clocks=clocks, source="s", text="next").sealed()
    archive.add([last, first_of_next])
    assert archive.known(Document, on(0)) == [last]
    assert len(archive.known(Document, on(1))) == 2


def test_a_correction_takes_the_place_of_what_it_corrects_from_its_own_day_on(archive):
    old = document("old", 1)
    new = document("new", 5, supersedes=old.id)
    newest = document("newest", 9, supersedes=new.id)
    archive.add([newest, new, old])
    assert archive.known(Document, on(0)) == []
    assert archive.known(Document, on(4)) == [old]
    assert archive.known(Document, on(5)) == [new]
    assert archive.known(Document, on(9)) == [newest]
    assert archive.history(Document, on(5)) == [old, new]


def test_kinds_do_not_mix(archive):
    clocks = Clocks(known_at=moment(0), received=moment(0))
    event = Event(clocks=clocks, document="d", local="e1", type="RESTRICT").sealed()
    archive.add([document("a"), event])
    assert archive.known(Event) == [event]
    assert archive.known(EarlyWarning) == []


def test_records_come_in_order_of_becoming_known_then_of_id(archive):
    records = [document(text, day) for text, day in [("c", 2), ("a", 1), ("b", 1), ("d", 0)]]
    archive.add(records)
    expected = sorted(records, key=lambda r: (r.clocks.known_at, r.id))
    assert archive.known(Document, on(2)) == expected


def test_what_was_never_kept_is_none(archive):
    assert archive.get("document-0") is None
    assert archive.get("founding-1") is None  # the archive's own books are no records


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (Document(clocks=Clocks(known_at=moment(0), received=moment(0)), source="s", text="t"),
         "without an id"),
        (document("a", day=0, supersedes=None).__class__(
            clocks=Clocks(known_at=datetime(2023, 7, 1), received=moment(0)),
            source="s", text="t", id="document-1"), "no time zone"),
        (Record(clocks=Clocks(known_at=moment(0), received=moment(0)), id="record-1"),
         "no kind of record"),
        (msgspec.structs.replace(document("a"), id="document-1", supersedes="document-1"),
         "supersedes itself"),
        (msgspec.structs.replace(document("a"), title="\ud800"), "cannot be kept"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_kept_is_refused_and_nothing_with_it(archive, record, says):
    with pytest.raises(RecordError, match=says):
        archive.add([document("fine"), record])
    assert archive.known(Document) == []


def test_a_number_that_json_cannot_hold_is_refused(archive):
    clocks = Clocks(known_at=moment(0), received=moment(0))
    counts = {"documents": 0, "events": 0, "signals": 0, "warnings": 0}
    odd = Round(clocks=clocks, as_of=on(0), live=True, **counts, seconds={"read": float("nan")})
    with pytest.raises(RecordError, match="cannot be kept"):
        archive.add([odd.sealed()])


def test_a_list_where_a_tuple_is_promised_is_refused_by_the_name_of_its_field(archive):
    clocks = Clocks(known_at=moment(0), received=moment(0))
    event = Event(clocks=clocks, document="d", local="e1", type="RESTRICT", items=["ga"])
    with pytest.raises(RecordError, match="would not read back as it was written: items"):
        archive.add([event.sealed()])


def test_asking_for_what_is_no_record_is_wrong_use(archive):
    with pytest.raises(WrongUse, match="no kind of record"):
        archive.known(Record)


def test_a_failed_transaction_leaves_nothing(archive):
    archive.add([document("before")])
    with pytest.raises(ZeroDivisionError), archive.transaction():
        archive.add([document("inside")])
        assert len(archive.known(Document)) == 2  # it sees its own writes
        raise ZeroDivisionError
    assert [d.text for d in archive.known(Document)] == ["before"]
    assert archive.add([document("after")]) == 1
    assert archive.verify().sound


def test_an_inner_block_that_failed_cannot_be_kept_by_the_outer_one(archive):
    with pytest.raises(ArchiveError, match="a write failed"), archive.transaction():
        archive.add([document("outer")])
        try:
            with archive.transaction():
                archive.add([document("inner")])
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert archive.known(Document) == []


def test_only_one_thread_at_a_time_may_decide_and_write(archive):
    def number() -> None:
        with archive.transaction():
            count = len(archive.known(Document))
            archive.add([document(f"parcel {count + 1}")])

    threads = [threading.Thread(target=number) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(int(d.text.split()[1]) for d in archive.known(Document))
    assert numbers == list(range(1, 9))


def test_an_erased_record_is_gone_for_good_and_remembered(archive, home):
    secret = document("SECRETWORD gallium", 1)
    archive.add([secret, document("other", 2)])
    archive.erase(secret.id, "came without its marking")
    archive.erase(secret.id, "a second time")
    assert archive.get(secret.id) is None
    assert [d.text for d in archive.known(Document)] == ["other"]
    assert archive.erased(secret.id) == "came without its marking"
    assert archive.add([secret]) == 0
    assert archive.get(secret.id) is None
    assert archive.info().erased == 1
    assert archive.verify().sound
    for file in home.glob("journal*"):
        assert b"SECRETWORD" not in file.read_bytes()


def test_bytes_erased_inside_a_transaction_go_when_it_ends(archive, home):
    archive.add([secret := document("SECRETWORD gallium")])
    with archive.transaction():
        archive.erase(secret.id, "came without its marking")
    assert not any(b"SECRETWORD" in file.read_bytes() for file in home.glob("journal*"))


def test_an_erasure_that_is_undone_keeps_the_record(archive):
    archive.add([one := document("a")])
    with pytest.raises(ZeroDivisionError), archive.transaction():
        archive.erase(one.id, "by mistake")
        raise ZeroDivisionError
    assert archive.get(one.id) == one
    assert archive.erased(one.id) is None


def test_an_erased_correction_still_supersedes(archive):
    old = document("old", 1)
    wrong = document("wrong", 2, supersedes=old.id)
    archive.add([old, wrong])
    archive.erase(wrong.id, "wrong marking")
    assert archive.known(Document) == []


def test_erasing_needs_a_record_and_a_reason(archive):
    archive.add([one := document("a")])
    with pytest.raises(WrongUse, match="no record"):
        archive.erase("document-0", "why")
    with pytest.raises(WrongUse, match="no record"):
        archive.erase("founding-1", "why")
    with pytest.raises(WrongUse, match="no reason"):
        archive.erase(one.id, " ")
    assert archive.get(one.id) == one


def test_a_large_batch_is_kept_whole(archive):
    assert archive.add(document(str(i), i % 7) for i in range(1203)) == 1203
    assert archive.info().records == {"document": 1203}
    assert archive.verify().rows == 1204


DAYS = st.integers(0, 8)


@st.composite
def stories(draw):
    """Documents over some days; some supersede an earlier one of the list."""
    records: list[Document] = []
    for number, day in enumerate(draw(st.lists(DAYS, max_size=12))):
        older = draw(st.sampled_from([None, *(r.id for r in records)]))
        records.append(document(f"text {number}", day, supersedes=older))
    return records


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), DAYS, st.randoms(use_true_random=False))
def test_what_becomes_known_later_never_changes_what_was_known(
    tmp_path_factory, records, day, shuffle
):
    early = [r for r in records if r.clocks.known_at.date() <= on(day)]
    with open_archive(tmp_path_factory.mktemp("a") / "home") as archive:
        archive.add(early)
        before = archive.known(Document, on(day)), archive.history(Document, on(day))
        archive.add(records)
        assert (archive.known(Document, on(day)), archive.history(Document, on(day))) == before
    shuffled = records.copy()
    shuffle.shuffle(shuffled)
    with open_archive(tmp_path_factory.mktemp("b") / "home") as other:
        for record in shuffled:  # the order of arrival does not matter, nor how it is cut
            other.add([record])
        assert (other.known(Document, on(day)), other.history(Document, on(day))) == before


def test_an_exercise_never_takes_the_place_of_what_is_actual(archive):
    actual = document("actual", 1)
    drill = document("drill", 2, supersedes=actual.id, nature="exercise")
    archive.add([actual, drill])
    assert archive.known(Document, on(2)) == [actual, drill]
