"""What only SQLite understands: how it is opened, what it forbids, what its errors mean.

The journal runs in WAL mode, where readers never wait for the writer, with `synchronous=FULL`,
where a commit that was answered is on the disk. Triggers make the table append-only for every
program that opens the file, not for this one alone.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import URL, Connection, Engine, create_engine, event, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from foreshock.archive import tables
from foreshock.archive.trouble import busy, damaged, disk_troubles, full, unwritable
from foreshock.errors import ArchiveError
from foreshock.words.clocks import now

#: how long a writer waits for another one, in seconds
PATIENCE = 60

#: below this much free room, in bytes, an unclear I/O error is taken for a full disk
CRAMPED = 128 * 1024

PRAGMAS = (
    "PRAGMA synchronous = FULL",
    # what is erased is overwritten with zeros, not merely unlinked
    "PRAGMA secure_delete = ON",
)

_SAME = " AND ".join(f"NEW.{c.name} IS OLD.{c.name}" for c in tables.journal.c if c.name != "body")

TRIGGERS = (
    """CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    # an erasure is the one change allowed: the bytes go, once its own row says so
    f"""CREATE TRIGGER journal_keeps_words BEFORE UPDATE ON journal
    WHEN NOT ({_SAME} AND NEW.body IS NULL AND EXISTS (
        SELECT 1 FROM journal WHERE id = '{tables.ERASURE}-' || OLD.id))
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    # INSERT OR REPLACE deletes without asking the trigger above
    """CREATE TRIGGER journal_never_replaces BEFORE INSERT ON journal
    WHEN EXISTS (SELECT 1 FROM journal WHERE id = NEW.id OR seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
)


def connect(file: Path) -> Engine:
    """An engine on the file.

    A connection with the option `patience` takes the right to write as it begins, and waits for
    it that many seconds; without it, it can only read.
    """
    address = URL.create("sqlite", database=str(file))
    engine = create_engine(address, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        patience = connection.get_execution_options().get("patience")
        wait = PATIENCE if patience is None else patience
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(wait * 1000)}")
        connection.exec_driver_sql("BEGIN" if patience is None else "BEGIN IMMEDIATE")

    return engine


def found(file: Path) -> None:
    """Make an empty journal, whole or not at all: it is built aside, then renamed."""
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)  # what SQLite puts beside it takes the same mode
    engine = connect(part)
    try:
        with engine.execution_options(patience=PATIENCE).begin() as connection:
            tables.metadata.create_all(connection)
            for trigger in TRIGGERS:
                connection.exec_driver_sql(trigger)
            at = now()
            body = msgspec.json.encode({"version": tables.VERSION, "founded": at})
            first = tables.book_row(tables.FOUNDING, f"{tables.FOUNDING}-1", body, at)
            connection.execute(insert(tables.journal), [tables.placed(first, 1, "")])
    finally:
        engine.dispose()
    settle(part)
    part.replace(file)


def settle(file: Path) -> None:
    """Put a journal that nobody else has open into WAL mode, where it stays."""
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")


def into_wal(connection: sqlite3.Connection, patience: float) -> None:
    """Put a file into WAL mode that others may be putting there at the same moment.

    SQLite waits for a lock on the file, but not for another change of mode: it answers "locked" at
    once, however long its own patience is. So it is asked again for so many seconds.
    """
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def opened(
    file: Path, patience: float, pragmas: Iterable[str], wal: bool = True
) -> sqlite3.Connection:
    """A connection to a file, for use by several threads in turn, that begins nothing by itself."""
    connection = sqlite3.connect(
        file, timeout=patience, isolation_level=None, check_same_thread=False
    )
    if wal:
        into_wal(connection, patience)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Hold the only right to write, among all who have the file open; undone if the block fails."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def copy(file: Path, target: Path) -> None:
    """A consistent copy of the journal while others read and write it."""
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copied:
        source.backup(copied)
        copied.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it


def scrub(engine: Engine) -> bool:
    """Empty the write-ahead log, so that erased bytes are not left there; whether it could be."""
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 5000")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return not (cursor.fetchone() or (1,))[0]


def flaws(engine: Engine) -> list[str]:
    """What SQLite itself finds wrong with its file; nothing when it is sound."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(20)").scalars().all()
    return [str(line) for line in found if line != "ok"]


@contextmanager
def troubles(home: Path, file: str = "journal.sqlite") -> Iterator[None]:
    """Say what an error of SQLite in a file of the archive, or of the disk, means."""
    try:
        with disk_troubles(home):
            yield
    except DBAPIError as error:
        raise _meaning(home, file, error.orig) from error
    except sqlite3.Error as error:
        raise _meaning(home, file, error) from error


def _meaning(home: Path, file: str, error: BaseException | None) -> ArchiveError:
    code = getattr(error, "sqlite_errorcode", 0)
    base = code & 0xFF  # the extended codes keep the plain one in their low byte
    if base == sqlite3.SQLITE_FULL or (base == sqlite3.SQLITE_IOERR and _cramped(home)):
        return full(home)
    if base in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy(home)
    if base in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(home, f"{file} cannot be read ({error})")
    if base in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return unwritable(home, str(error))
    if base == sqlite3.SQLITE_ERROR:  # a table or column that should be there is not
        return damaged(home, f"{file} is not of the expected form ({error})")
    return ArchiveError(
        f"the archive {home} refused: {error}",
        next_step="Run `foreshock archive verify`.",
    )


def _cramped(home: Path) -> bool:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    return shutil.disk_usage(there).free < CRAMPED
