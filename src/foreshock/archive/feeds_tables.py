"""The tables of feeds, and what forbids to change them.

Triggers make them append-only for every program that opens the file. What may change: the body
from which an object was erased, the fate of its entry, where an entry's bytes lie once its segment
has come after a state, a signature made anew over the same header, the settling of an alarm.

An entry is known by one number, that of its feed in this file and its own in the feed. Rows are so
added at the end of their table, and the index of ids, which is filled in no order, stays small: of
what is written for each object, those two are what costs.
"""

import sqlite3

VERSION = 2
#: an entry's number: that of its feed times this, and its own
FEED = 1 << 40

SCHEMA = """
CREATE TABLE card (
    n INTEGER PRIMARY KEY, root TEXT NOT NULL, counter INTEGER NOT NULL, jws TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE trust (
    n INTEGER PRIMARY KEY, root TEXT NOT NULL, what TEXT NOT NULL, value TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE body (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE segment (
    feed TEXT NOT NULL, number INTEGER NOT NULL, part INTEGER NOT NULL, kind TEXT NOT NULL,
    author TEXT NOT NULL, payload BLOB NOT NULL, jws TEXT NOT NULL, head TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL, body INTEGER NOT NULL REFERENCES body (n), received TEXT NOT NULL,
    PRIMARY KEY (feed, kind, number, part)
);
CREATE INDEX segment_author ON segment (author, received);
CREATE TABLE waiting (
    feed TEXT NOT NULL, number INTEGER NOT NULL, jws TEXT NOT NULL, body BLOB NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (feed, number)
);
CREATE TABLE feed (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, author TEXT NOT NULL);
CREATE TABLE piece (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL,
    version TEXT NOT NULL, instant TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    marking INTEGER NOT NULL, says TEXT NOT NULL, level INTEGER NOT NULL, reason TEXT NOT NULL,
    type TEXT NOT NULL, revoked INTEGER NOT NULL, refs TEXT NOT NULL, fate TEXT NOT NULL,
    why TEXT NOT NULL, place INTEGER NOT NULL, start INTEGER NOT NULL, received TEXT NOT NULL
);
CREATE INDEX piece_id ON piece (id);
CREATE TABLE ref (ref TEXT NOT NULL, piece INTEGER NOT NULL, PRIMARY KEY (ref, piece))
    WITHOUT ROWID;
CREATE TABLE sent (
    n INTEGER PRIMARY KEY, feed TEXT NOT NULL, number INTEGER NOT NULL, receiver TEXT NOT NULL,
    way TEXT NOT NULL, at TEXT NOT NULL
);
CREATE INDEX sent_receiver ON sent (receiver, feed, number);
CREATE TABLE receipt (
    n INTEGER PRIMARY KEY, partner TEXT NOT NULL, feed TEXT NOT NULL, number INTEGER NOT NULL,
    jws TEXT NOT NULL UNIQUE, at TEXT NOT NULL
);
CREATE TABLE word (
    n INTEGER PRIMARY KEY, node TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL,
    what TEXT NOT NULL, role TEXT NOT NULL, remark TEXT NOT NULL, at TEXT NOT NULL,
    UNIQUE (node, id, version, what, role, remark, at)
);
CREATE INDEX word_id ON word (id);
CREATE TABLE alarm (
    n INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, partner TEXT NOT NULL,
    feed TEXT NOT NULL, about TEXT NOT NULL, says TEXT NOT NULL, proofs TEXT NOT NULL,
    settled TEXT NOT NULL
);
CREATE TABLE journaled (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE nonce (value TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE audit (
    n INTEGER PRIMARY KEY, at TEXT NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL,
    about TEXT NOT NULL, says TEXT NOT NULL, chain TEXT NOT NULL
);
"""

#: no row of these is ever changed or dropped
_FIXED = ("card", "trust", "feed", "sent", "receipt", "word", "audit")
#: no row of these is ever dropped; only the columns named may change
_ALMOST = {
    "segment": ("jws", "body"),
    "piece": ("fate", "why", "place", "start", "type", "revoked", "refs", "instant"),
    "alarm": ("settled",),
    "body": ("bytes",),
}


def found(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty file."""
    for statement in _statements():
        connection.execute(statement)
    _forbid(connection, (*_FIXED, *_ALMOST))


def _statements() -> list[str]:
    return SCHEMA.strip().split(";\n")


def _forbid(connection: sqlite3.Connection, tables: tuple[str, ...]) -> None:
    """Forbid changes to these tables, and say which form the file has now."""
    for table in tables:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        for statement in _triggers(table, columns):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _triggers(table: str, columns: list[str]) -> tuple[str, str]:
    said = f"SELECT RAISE(ABORT, '{table} is append-only')"
    fixed = [c for c in columns if c not in _ALMOST.get(table, ())]
    same = " AND ".join(f"NEW.{c} IS OLD.{c}" for c in fixed)
    when = "" if table in _FIXED else f" WHEN NOT ({same})"
    return (
        f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} BEGIN {said}; END",
        f"CREATE TRIGGER {table}_keeps BEFORE UPDATE ON {table}{when} BEGIN {said}; END",
    )


_MOVED = f"""
INSERT INTO feed (name, author) SELECT DISTINCT feed, author FROM piece_1 ORDER BY feed;
INSERT INTO piece SELECT f.n * {FEED} + seq, id, version, instant, sha256, size, marking, says,
    level, reason, type, revoked, refs, fate, why, place, start, received
    FROM piece_1 AS p JOIN feed AS f ON f.name = p.feed ORDER BY f.n, seq;
INSERT INTO ref SELECT ref, f.n * {FEED} + seq FROM ref_1 AS r JOIN feed AS f ON f.name = r.feed;
DROP TABLE piece_1;
DROP TABLE ref_1
"""


def renew(connection: sqlite3.Connection) -> None:
    """Bring a file of form 1 into this form, within the transaction that is open.

    There, every entry named feed and author in full.
    """
    connection.execute("DROP TRIGGER piece_stays")
    connection.execute("DROP TRIGGER piece_keeps")
    connection.execute("DROP INDEX piece_id")
    for table in ("piece", "ref"):
        connection.execute(f"ALTER TABLE {table} RENAME TO {table}_1")
    anew = (
        "CREATE TABLE feed ",
        "CREATE TABLE piece ",
        "CREATE INDEX piece_id",
        "CREATE TABLE ref ",
    )
    for statement in [s for s in _statements() if s.startswith(anew)]:
        connection.execute(statement)
    for statement in _MOVED.strip().split(";\n"):
        connection.execute(statement)
    _forbid(connection, ("feed", "piece"))
