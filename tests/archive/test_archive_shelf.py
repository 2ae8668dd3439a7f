"""The shelf of objects: the same promises in SQLite and in PostgreSQL."""

import json
import os
import re
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from taxii_house import marked, note

from foreshock.archive.shelf import open_shelf
from foreshock.archive.shelf_sqlite import SqliteShelf
from foreshock.errors import ArchiveDamaged, ArchiveError
from foreshock.exchange import intake
from foreshock.words.markings import Marking
from foreshock.words.shelf import Item, Note, Wanted

EVERYTHING = Wanted(versions=("all",), clearance=Marking.RED, limit=100_000)


def item(n, modified="2024-01-01T00:00:00.000Z", **more):
    found = intake.examine(json.dumps(note(n, modified=modified, **more)).encode())
    assert isinstance(found, Item)
    return found


@pytest.fixture
def shelf(store, tmp_path):
    with open_shelf(tmp_path, store) as opened:
        yield opened


def ids(shelf, collection="c", **wanted):
    asked = Wanted(**{"clearance": Marking.RED, **wanted})
    return [kept.id for kept in shelf.page(collection, asked).objects]


def test_what_is_put_is_found_in_the_order_in_which_it_came(shelf):
    assert shelf.put("c", [item(n) for n in (3, 1, 2)]) == ["kept"] * 3
    assert shelf.put("d", [item(4)]) == ["kept"]
    assert ids(shelf) == [item(n).id for n in (3, 1, 2)]
    page = shelf.page("c", Wanted(clearance=Marking.RED, limit=2))
    assert page.more
    rest = shelf.page("c", Wanted(clearance=Marking.RED, after=page.objects[-1].added))
    assert [kept.id for kept in rest.objects] == [item(2).id]
    assert rest.objects[0].body == item(2).body
    assert not rest.more
    assert [(one.collection, one.objects) for one in shelf.held()] == [("c", 3), ("d", 1)]
    assert ids(shelf, "nowhere") == []


def test_the_same_is_kept_once_and_another_content_under_its_name_never(shelf):
    first, other = item(1), item(1, content="other")
    assert shelf.put("c", [first, first, other]) == ["kept", "same", "conflict"]
    assert shelf.put("c", [other, first]) == ["conflict", "same"]
    assert [kept.body for kept in shelf.page("c", EVERYTHING).objects] == [first.body]


def test_filters_are_answered_alike(shelf):
    report = json.dumps(
        {**note(9), "type": "report", "id": note(9)["id"].replace("note", "report")}
    )
    found = intake.examine(report.encode())
    shelf.put("c", [item(1), found, item(2), item(1, modified="2024-03-01T00:00:00Z")])
    assert ids(shelf, types=("report", "note")) == [found.id, item(2).id, item(1).id]
    assert ids(shelf, types=("report",)) == [found.id]
    assert ids(shelf, ids=(item(2).id, item(1).id)) == [item(2).id, item(1).id]
    assert ids(shelf, ids=("no such", "\x00", "漢字")) == []
    assert ids(shelf, types=("\x00",)) == []
    assert ids(shelf, spec_versions=("2.0",)) == []
    assert ids(shelf, versions=("first",), ids=(item(1).id,)) == [item(1).id]
    assert ids(shelf, versions=(), instants=(intake.instant("2024-03-01T00:00:00Z"),)) == [
        item(1).id
    ]
    assert len(shelf.page("c", EVERYTHING).objects) == 4


def test_who_may_not_see_the_newest_version_or_a_part_sees_nothing_of_it(shelf):
    inner = item(1, object_marking_refs=marked(Marking.AMBER))
    outer = item(2, object_refs=[inner.id])
    older = item(3)
    newer = item(3, modified="2024-02-01T00:00:00Z", object_marking_refs=marked(Marking.AMBER))
    shelf.put("c", [outer, older, item(4)])
    assert ids(shelf, clearance=Marking.GREEN) == [one.id for one in (outer, older, item(4))]
    shelf.put("c", [inner, newer])
    for versions in (("last",), ("all",), ("first",), ("first", "last")):
        assert ids(shelf, versions=versions, clearance=Marking.GREEN) == [item(4).id]
    assert len(ids(shelf, versions=("all",), clearance=Marking.AMBER)) == 5


def test_numbers_never_go_back_even_if_the_clock_does(shelf, monkeypatch):
    shelf.put("c", [item(1)])
    for name in ("shelf_sqlite", "shelf_postgres"):
        monkeypatch.setattr(f"foreshock.archive.{name}.time.time_ns", lambda: 1)
    shelf.put("c", [item(2), item(3)])
    shelf.put("d", [item(4)])
    added = [kept.added for c in "cd" for kept in shelf.page(c, EVERYTHING).objects]
    assert added == sorted(set(added))
    assert len(added) == 4


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.permutations([(n, v) for n in range(2) for v in range(1, 4)]),
    st.integers(1, 6),
    st.integers(0, 5),
)
def test_newest_and_oldest_hold_in_any_order_of_arrival_and_after_deletion(
    shelf, order, size, which
):
    name = f"c{time.time_ns()}"
    items = [item(n, modified=f"2024-0{v}-01T00:00:00Z") for n, v in order]
    for begin in range(0, 6, size):
        shelf.put(name, items[begin : begin + size])
    gone = order[which]
    at = intake.instant(f"2024-0{gone[1]}-01T00:00:00Z")
    one = Wanted(ids=(item(gone[0]).id,), versions=(), instants=(at,), clearance=Marking.RED)
    assert shelf.take_away(name, one) == 1
    left = set(order) - {gone}
    for word, choose in (("last", max), ("first", min)):
        page = shelf.page(name, Wanted(versions=(word,), clearance=Marking.RED))
        expected = {
            (item(n).id, f"2024-0{choose(v for m, v in left if m == n)}-01T00:00:00Z")
            for n in {m for m, _ in left}
        }
        assert {(kept.id, kept.version) for kept in page.objects} == expected


def test_notes_are_kept_with_the_objects_and_forgotten_in_time(shelf):
    later = time.time() + 1000

    def outcome(fates):
        return Note(name="n/1", body=",".join(fates).encode(), until=later)

    shelf.put("c", [item(1), item(1)], outcome)
    shelf.note("n/2", b"two", later)
    shelf.note("o", b"\x00\xff", later)
    shelf.note("n/3", b"gone", time.time() - 1)
    assert shelf.noted("n/1", time.time()) == b"kept,same"
    assert shelf.noted("n/1", later + 1) is None
    assert [one.name for one in shelf.notes("n/", time.time(), 10)] == ["n/1", "n/2"]
    assert [one.name for one in shelf.notes("n/", time.time(), 1)] == ["n/1"]
    assert shelf.noted("o", time.time()) == b"\x00\xff"
    shelf.note("n/2", b"new", later)
    assert shelf.noted("n/2", time.time()) == b"new"


def test_an_outcome_that_fails_keeps_nothing_of_its_transaction(shelf):
    def broken(fates):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        shelf.put("c", [item(1)], broken)
    assert ids(shelf) == []
    assert shelf.put("c", [item(1)]) == ["kept"]


def test_what_waits_is_written_together_and_each_is_told_of_its_own(shelf, monkeypatch):
    """While one transaction runs, ten more want to write: one transaction for all of these."""
    begun, go_on = threading.Event(), threading.Event()
    sizes = []
    written = shelf._write

    def slow(jobs):
        sizes.append(len(jobs))
        begun.set()
        go_on.wait(30)
        written(jobs)

    monkeypatch.setattr(shelf, "_write", slow)
    fates = {}
    threads = [
        threading.Thread(target=lambda n=n: fates.update({n: shelf.put("c", [item(n), item(0)])}))
        for n in range(1, 12)
    ]
    threads[0].start()
    assert begun.wait(30)
    for thread in threads[1:]:
        thread.start()
    while len(shelf._waiting) < 10 and all(thread.is_alive() for thread in threads):
        time.sleep(0.01)
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert sizes == [1, 10]
    assert all(fate == ["kept", "same"] for n, fate in fates.items() if n > 1)
    assert fates[1] == ["kept", "kept"]
    assert len(set(ids(shelf))) == 12


WRITER = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
from test_archive_shelf import item
from foreshock.archive.shelf import open_shelf
shelf = open_shelf(Path({home!r}), {store!r})
for n in range(10_000):
    shelf.put("c", [item(2 * n), item(2 * n + 1)])
    print(n, flush=True)
"""


def test_after_a_kill_what_was_answered_is_there_and_batches_are_whole(store, tmp_path):
    code = WRITER.format(path=sys.path, home=str(tmp_path), store=store)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as run:
        answered = [run.stdout.readline() for _ in range(20)]
        run.kill()
    assert len(answered) == 20
    with open_shelf(tmp_path, store) as shelf:
        found = shelf.page("c", EVERYTHING).objects
        assert shelf.put("c", [item(999_999)]) == ["kept"]
    assert len(found) >= 40
    assert len(found) % 2 == 0


def test_two_who_open_an_empty_store_at_once_both_find_it_made(store, tmp_path):
    opened, troubles = [], []

    def enter():
        try:
            opened.append(open_shelf(tmp_path, store))
        except ArchiveError as error:
            troubles.append(error)

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    for n, shelf in enumerate(opened):
        assert shelf.put("c", [item(n)]) == ["kept"]
        shelf.close()
    assert len(opened) == 6


PLANS = {
    "what is new": ({"after": 5}, r"object_newest \(collection=\? AND added>\?\)"),
    "one by its id": ({"ids": ("note--1",)}, r"object_version \(id=\? AND collection=\?\)"),
    "by type": ({"types": ("note",)}, r"object_type \(collection=\? AND type=\?"),
    "every version": ({"versions": ("all",)}, r"object_all \(collection=\? AND added>\?\)"),
}


@pytest.mark.parametrize("what", PLANS)
def test_each_question_is_answered_by_its_own_index(what, tmp_path):
    """Left to itself, SQLite walks all the newest objects to find one of them."""
    asked, index = PLANS[what]
    said: list[str] = []
    with SqliteShelf(tmp_path) as shelf:
        shelf.put("c", [item(1)])
        reader = shelf._reader()
        reader.set_trace_callback(said.append)
        shelf.page("c", Wanted(**asked))
        reader.set_trace_callback(None)
        (question,) = [text for text in said if text.startswith("SELECT added")]
        plan = [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {question}")]
    (walk,) = [step for step in plan if step.startswith("SEARCH o ")]
    assert re.search(index, walk), plan
    assert not [step for step in plan if step.startswith("SCAN")], plan


POSTGRES_PLANS = {
    "what is new": ({"after": 5}, r"using object_newest on object o "),
    "one by its id": ({"ids": ("note--1",)}, r"using object_version on object o"),
    "by type": ({"types": ("note",)}, r"using object_(type|newest) on object o"),
    "every version": ({"versions": ("all",)}, r"using object_pkey on object o "),
}


def test_postgresql_goes_the_same_way_whatever_it_knows_of_its_tables(postgres, tmp_path):
    """Figures taken while a table filled had it walk all objects for each one of a page."""
    from postgres_house import emptied

    from foreshock.archive.shelf_postgres import PostgresShelf, _question

    def plan(shelf, wanted):
        text, values = _question("c", wanted)
        with shelf._connect() as connection:
            rows = connection.execute("EXPLAIN " + text, values).fetchall()
        return "\n".join(line for (line,) in rows)

    def look(shelf, state):
        for what, (asked, index) in POSTGRES_PLANS.items():
            found = plan(shelf, Wanted(**asked))
            assert re.search(index, found), (state, what, found)
            for each in ("q", "n") if what == "every version" else ("q",):
                assert f"using object_version on object {each}" in found, (state, what, found)
            assert not re.search(r"Seq Scan|Bitmap|Hash|Merge", found), (state, what, found)

    with PostgresShelf(emptied(postgres)) as shelf, shelf._connect() as other:
        shelf.put("c", [item(0, object_refs=[item(1).id])])
        shelf.put("d", [item(1)])
        other.execute("ANALYZE")
        refs = [item(n).id for n in range(900, 903)]
        shelf.put("c", [item(n, object_refs=refs) for n in range(2, 400)])
        look(shelf, "filled since it was looked at")
        other.execute("ANALYZE")
        look(shelf, "as it was looked at")


def test_a_database_of_the_form_before_is_brought_into_this_one(postgres, tmp_path):
    import psycopg
    from postgres_house import emptied

    with open_shelf(tmp_path, emptied(postgres)) as shelf:
        shelf.put("c", [item(1), item(2)])
        shelf.put("d", [item(1)])
    with psycopg.connect(postgres, autocommit=True) as raw:
        raw.execute("SET search_path = foreshock")
        raw.execute("ALTER TABLE object DROP CONSTRAINT object_pkey, ADD PRIMARY KEY (added)")
        raw.execute("CREATE INDEX object_all ON object (collection, added)")
        raw.execute("UPDATE form SET version = 1")
    with open_shelf(tmp_path, postgres) as shelf:
        assert ids(shelf) == [item(1).id, item(2).id]
        assert shelf.put("c", [item(1), item(3)]) == ["same", "kept"]
        assert shelf.take_away("d", EVERYTHING) == 1
        assert [(one.collection, one.objects) for one in shelf.held()] == [("c", 3)]
    with psycopg.connect(postgres) as raw:
        assert raw.execute("SELECT version FROM foreshock.form").fetchone() == (2,)


# -- what only one of them can suffer ------------------------------------------------------------


def test_a_file_that_is_no_shelf_is_said(tmp_path):
    (tmp_path / "exchange.sqlite").write_bytes(b"no database" * 200)
    with pytest.raises(ArchiveDamaged, match=r"exchange\.sqlite"):
        SqliteShelf(tmp_path)


def test_the_file_is_for_this_user_only(tmp_path):
    old = os.umask(0)
    try:
        with SqliteShelf(tmp_path) as shelf:
            shelf.put("c", [item(1)])
            assert {oct(one.stat().st_mode & 0o777) for one in tmp_path.iterdir()} == {"0o600"}
    finally:
        os.umask(old)


def test_a_database_that_is_not_there_is_said_without_its_password(tmp_path):
    with pytest.raises(ArchiveError) as error:
        open_shelf(tmp_path, f"host={tmp_path} user=warn password=hush dbname=x")
    assert "hush" not in str(error.value)


def test_a_connection_that_was_cut_is_made_anew(postgres, tmp_path):
    import psycopg
    from postgres_house import emptied

    with open_shelf(tmp_path, emptied(postgres)) as shelf:
        shelf.put("c", [item(1)])
        assert len(ids(shelf)) == 1
        with psycopg.connect(postgres, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <>"
                " pg_backend_pid() AND backend_type = 'client backend'"
            )
        assert len(ids(shelf)) == 1
        with pytest.raises(ArchiveError):  # it cannot be known whether a write would have counted
            shelf.put("c", [item(2)])
        assert shelf.put("c", [item(2)]) == ["kept"]
