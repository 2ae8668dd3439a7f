"""The shelf in a PostgreSQL, for a house whose server runs apart from its archive, or several.

One row, the clock, is locked from before the numbers are allotted until the commit: as in SQLite,
the order of numbers is the order of commits. Everything lies in a schema of its own, `foreshock`.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from foreshock.archive.shelf import Job, Place, There, Together, plan, where
from foreshock.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveFull, WrongUse
from foreshock.words.shelf import Held, Kept, Note, Page, Wanted

try:
    import psycopg
    from psycopg import errors, sql
except ImportError:  # the extra was not installed
    raise WrongUse(
        "a PostgreSQL is named, and its driver is not installed",
        expected="psycopg 3",
        next_step="Install it: pip install 'foreshock[postgres]'",
    ) from None

VERSION = 2
#: how long a writer waits for another one, in seconds
PATIENCE = 60
#: the lock under which the schema is made, one in the whole server
FOUNDING = 0x666F7265  # "fore"

SCHEMA = f"""
CREATE SCHEMA IF NOT EXISTS foreshock;
CREATE TABLE IF NOT EXISTS form (version INT NOT NULL);
INSERT INTO form SELECT {VERSION} WHERE NOT EXISTS (SELECT 1 FROM form);
CREATE TABLE IF NOT EXISTS collection (
    key INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS object (
    added BIGINT NOT NULL,
    collection INT NOT NULL REFERENCES collection (key),
    id TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    version TEXT NOT NULL,
    instant TEXT COLLATE "C" NOT NULL,
    spec_version TEXT NOT NULL,
    marking SMALLINT NOT NULL,
    newest SMALLINT NOT NULL,
    oldest SMALLINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (collection, added)
);
CREATE UNIQUE INDEX IF NOT EXISTS object_version ON object (id, collection, instant);
CREATE INDEX IF NOT EXISTS object_newest ON object (collection, added) WHERE newest = 1;
CREATE INDEX IF NOT EXISTS object_type ON object (collection, type, added);
CREATE TABLE IF NOT EXISTS part (
    added BIGINT NOT NULL,
    ref TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (added, ref)
);
CREATE TABLE IF NOT EXISTS clock (last BIGINT NOT NULL);
INSERT INTO clock SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM clock);
CREATE TABLE IF NOT EXISTS note (
    name TEXT COLLATE "C" PRIMARY KEY,
    body BYTEA NOT NULL,
    until DOUBLE PRECISION NOT NULL
);
CREATE INDEX IF NOT EXISTS note_until ON note (until);
"""

#: from form 1, which had an index on `added` alone: walked, it gives objects of all collections
RENEWED = """
ALTER TABLE object DROP CONSTRAINT object_pkey, ADD PRIMARY KEY (collection, added);
DROP INDEX object_all;
UPDATE form SET version = 2;
"""

#: types of the columns of `object`, for COPY in its binary form
_TYPES = ("int8", "int4", "text", "text", "text", "text", "text", "int2", "int2", "int2", "bytea")

_SPANS = """SELECT id, MIN(instant), MAX(instant) FROM object
    WHERE id = ANY(%s) AND collection = %s GROUP BY id"""
_BODIES = """SELECT o.id, o.instant, o.body
    FROM unnest(%s::text[], %s::text[]) AS w (id, instant)
    JOIN object AS o ON o.id = w.id AND o.instant = w.instant AND o.collection = %s"""
_COLLECTION = "o.collection = (SELECT key FROM collection WHERE name = %s)"

Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresShelf(Together):
    """The shelf of one house, in a database. May be used by several threads and processes."""

    def __init__(self, database: str) -> None:
        super().__init__()
        self._database = database
        self._local = threading.local()
        self._open_ones: list[Connection] = []
        self._writer: Connection | None = None
        with self._told():
            self._found()

    def close(self) -> None:
        """Let go of the database."""
        for connection in self._open_ones:
            connection.close()
        self._open_ones.clear()

    # -- writing ---------------------------------------------------------------------------------

    def _write(self, jobs: list[Job]) -> None:
        with self._writing() as cursor:
            (last,) = _one(cursor, "SELECT last FROM clock FOR UPDATE")
            keyed = [(job, _key(cursor, job.collection)) for job in jobs]
            made = plan(keyed, _there(cursor, keyed), last, time.time_ns() // 1000)
            for flag, places in (("newest", made.not_newest), ("oldest", made.not_oldest)):
                cursor.executemany(
                    f"UPDATE object SET {flag} = 0"
                    f" WHERE collection = %s AND id = %s AND {flag} = 1",
                    places,
                )
            if made.rows:
                with cursor.copy("COPY object FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types(_TYPES)
                    for row in made.rows:
                        copy.write_row(row)
            if made.parts:
                with cursor.copy("COPY part FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types(("int8", "text"))
                    for part in made.parts:
                        copy.write_row(part)
            cursor.execute("UPDATE clock SET last = %s", (made.last,))
            _remember(cursor, made.notes)

    def take_away(self, collection: str, wanted: Wanted) -> int:
        """Drop the versions of objects that are asked for; how many there were."""
        conditions, values = where(_askable(wanted))
        with self._turn, self._writing() as cursor:
            _one(cursor, "SELECT last FROM clock FOR UPDATE")
            key = _key(cursor, collection)
            cursor.execute(
                _dialect(f"SELECT added, id FROM object AS o WHERE {conditions}")
                + " AND o.collection = %s",
                (*values, key),
            )
            gone = cursor.fetchall()
            added = [number for number, _ in gone]
            cursor.execute("DELETE FROM part WHERE added = ANY(%s)", (added,))
            cursor.execute(
                "DELETE FROM object WHERE collection = %s AND added = ANY(%s)", (key, added)
            )
            for flag, far in (("newest", "MAX"), ("oldest", "MIN")):
                cursor.execute(
                    f"UPDATE object AS o SET {flag} = (o.instant = (SELECT {far}(n.instant)"
                    " FROM object AS n WHERE n.id = o.id AND n.collection = o.collection))::int"
                    " WHERE o.id = ANY(%s) AND o.collection = %s",
                    ([id for _, id in gone], key),
                )
        return len(gone)

    def note(self, name: str, body: bytes, until: float) -> None:
        """Remember a small document under a name until a moment (seconds since 1970)."""
        with self._turn, self._writing() as cursor:
            _remember(cursor, [Note(name=name, body=body, until=until)])

    # -- reading ---------------------------------------------------------------------------------

    def page(self, collection: str, wanted: Wanted) -> Page:
        """The next objects that a reader asks for and may see."""
        rows = self._asked(*_question(collection, _askable(wanted)))
        kept = tuple(
            Kept(added=added, id=id, version=version, body=body)
            for added, id, version, body in rows[: wanted.limit]
        )
        return Page(objects=kept, more=len(rows) > wanted.limit)

    def held(self) -> list[Held]:
        """The collections in which something lies, by name."""
        rows = self._asked(
            "SELECT c.name, COUNT(*), MAX(o.added) FROM object AS o"
            " JOIN collection AS c ON c.key = o.collection GROUP BY c.name ORDER BY c.name"
        )
        return [Held(collection=name, objects=count, last=last) for name, count, last in rows]

    def noted(self, name: str, at: float) -> bytes | None:
        """A remembered document; None when there is none at that moment."""
        rows = self._asked("SELECT body FROM note WHERE name = %s AND until >= %s", (name, at))
        return bytes(rows[0][0]) if rows else None

    def notes(self, prefix: str, at: float, limit: int) -> list[Note]:
        """The documents remembered at a moment whose names begin so, by name."""
        rows = self._asked(
            "SELECT name, body, until FROM note WHERE starts_with(name, %s) AND until >= %s"
            " ORDER BY name LIMIT %s",
            (prefix, at, limit),
        )
        return [Note(name=name, body=bytes(body), until=until) for name, body, until in rows]

    # -- connections -----------------------------------------------------------------------------

    def _found(self) -> None:
        with self._writing() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (FOUNDING,))
            cursor.connection.execute(SCHEMA)
            (version,) = _one(cursor, "SELECT version FROM form")
            if version == 1:
                cursor.connection.execute(RENEWED)
                version = VERSION
            if version != VERSION:
                raise ArchiveDamaged(
                    f"the schema foreshock of the database has form {version}",
                    expected=str(VERSION),
                    next_step="Use the version of Foreshock that made it, or another database.",
                )

    def _connect(self) -> Connection:
        connection = psycopg.connect(self._database, autocommit=True, connect_timeout=10)
        self._open_ones.append(connection)
        for name, value in (
            ("search_path", "foreshock"),
            ("lock_timeout", f"{PATIENCE}s"),
            ("synchronous_commit", "on"),
            ("jit", "off"),  # it costs more than it saves in questions this short
            # questions here all have their index, and one way to go; what the planner takes for
            # better while a table fills is a walk over all of it, for each object of a page
            ("enable_seqscan", "off"),
            ("enable_bitmapscan", "off"),
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
            # a plan made while the table was empty would be kept when it is full; a new one
            # takes 0.2 ms
            ("plan_cache_mode", "force_custom_plan"),
        ):
            connection.execute(sql.SQL("SET {} = {}").format(sql.Identifier(name), value))
        return connection

    def _asked(self, text: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a question; a connection that was cut is made anew, once."""
        with self._told():
            for last_try in (False, True):
                connection: Connection | None = getattr(self._local, "connection", None)
                if connection is None or connection.closed:
                    connection = self._local.connection = self._connect()
                try:
                    return connection.cursor(binary=True).execute(text, values).fetchall()
                except psycopg.OperationalError:
                    if last_try or not connection.closed:
                        raise
        raise AssertionError("unreachable")

    @contextmanager
    def _writing(self) -> Iterator["psycopg.Cursor[tuple[Any, ...]]"]:
        """A transaction of the one connection that writes; undone if the block fails."""
        with self._told():
            if self._writer is None or self._writer.closed:
                self._writer = self._connect()
            with self._writer.transaction(), self._writer.cursor(binary=True) as cursor:
                yield cursor

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what an error of the database means; never its address, which may hold a password."""
        try:
            yield
        except (errors.DiskFull, errors.OutOfMemory) as error:
            raise ArchiveFull(
                "no room is left in the database; nothing of this step was kept",
                next_step="Make room and run again; what was kept before is whole.",
            ) from error
        except (errors.LockNotAvailable, errors.DeadlockDetected, errors.TooManyConnections) as no:
            raise ArchiveBusy(
                f"the database is busy: {_first_line(no)}", next_step="Try again in a moment."
            ) from no
        except psycopg.Error as error:
            raise ArchiveError(
                f"the database refused: {_first_line(error)}",
                next_step="Check that it runs and that the DSN is right.",
            ) from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _dialect(text: str) -> str:
    return text.replace("?", "%s")


def _question(collection: str, wanted: Wanted) -> tuple[str, tuple[Any, ...]]:
    """What is asked for a page, one object more than it may hold, and the values."""
    conditions, values = where(wanted)
    columns, order = "o.added, o.id, o.version, o.body", "ORDER BY added LIMIT %s"
    most = wanted.limit + 1
    asked = _dialect(conditions)
    if wanted.ids:  # fetched first, and "+ 0": else the planner may walk a whole collection
        there = _COLLECTION.replace(" =", " + 0 =", 1)
        text = (
            "WITH o AS MATERIALIZED (SELECT * FROM object AS o WHERE o.id = ANY(%s) AND"
            f" {there}) SELECT {columns} FROM o WHERE {asked} {order}"
        )
        return text, (list(wanted.ids), collection, *values, most)
    if wanted.types:  # one walk for each type, each in its own order
        text = (
            f"SELECT o.* FROM unnest(%s::text[]) AS t (type), LATERAL (SELECT {columns} FROM"
            f" object AS o WHERE o.type = t.type AND {_COLLECTION} AND {asked} {order}) AS o"
            f" {order}"
        )
        return text, (list(wanted.types), collection, *values, most, most)
    text = f"SELECT {columns} FROM object AS o WHERE {_COLLECTION} AND {asked} {order}"
    return text, (collection, *values, most)


def _askable(wanted: Wanted) -> Wanted:
    """The question without the one character that PostgreSQL cannot hold: it matches nothing."""
    clean = {
        name: tuple(one.replace("\x00", "\N{SYMBOL FOR NULL}") for one in getattr(wanted, name))
        for name in ("ids", "types", "spec_versions")
    }
    return msgspec.structs.replace(wanted, **clean)


def _one(cursor: "psycopg.Cursor[tuple[Any, ...]]", text: str) -> tuple[Any, ...]:
    row = cursor.execute(text).fetchone()
    assert row is not None, text
    return row


def _key(cursor: "psycopg.Cursor[tuple[Any, ...]]", name: str) -> int:
    """The number of a collection, which is made where there is none."""
    for _ in range(2):
        row = cursor.execute("SELECT key FROM collection WHERE name = %s", (name,)).fetchone()
        if row is not None:
            return int(row[0])
        cursor.execute("INSERT INTO collection (name) VALUES (%s) ON CONFLICT DO NOTHING", (name,))
    raise AssertionError("a collection that was made is not there")


def _there(cursor: "psycopg.Cursor[tuple[Any, ...]]", jobs: list[tuple[Job, int]]) -> There:
    span: dict[Place, tuple[str, str]] = {}
    body: dict[tuple[int, str, str], bytes] = {}
    for job, key in jobs:
        ids = [item.id for item in job.items]
        cursor.execute(_SPANS, (ids, key))
        span.update({(key, id): (oldest, newest) for id, oldest, newest in cursor.fetchall()})
        known = [item for item in job.items if (key, item.id) in span]
        if known:
            named = [item.id for item in known], [item.instant for item in known]
            cursor.execute(_BODIES, (*named, key))
            body.update({(key, id, at): bytes(text) for id, at, text in cursor.fetchall()})
    return There(span, body)


def _remember(cursor: "psycopg.Cursor[tuple[Any, ...]]", notes: list[Note]) -> None:
    if not notes:
        return
    cursor.execute("DELETE FROM note WHERE until < %s", (time.time(),))
    cursor.executemany(
        "INSERT INTO note VALUES (%s, %s, %s)"
        " ON CONFLICT (name) DO UPDATE SET body = EXCLUDED.body, until = EXCLUDED.until",
        [(note.name, note.body, note.until) for note in notes],
    )
