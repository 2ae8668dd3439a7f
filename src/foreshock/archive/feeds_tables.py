"""The tables of feeds, and what forbids to change them.

Triggers make them append-only for every program that opens the file. What may change: the body
from which an object was erased, the fate of its entry, where an entry's bytes lie once its segment
has come after a state, a signature made anew over the same header, the settling of an alarm.
"""

VERSION = 1

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
CREATE TABLE piece (
    feed TEXT NOT NULL, seq INTEGER NOT NULL, author TEXT NOT NULL, id TEXT NOT NULL,
    version TEXT NOT NULL, instant TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    marking INTEGER NOT NULL, says TEXT NOT NULL, level INTEGER NOT NULL, reason TEXT NOT NULL,
    type TEXT NOT NULL, revoked INTEGER NOT NULL, refs TEXT NOT NULL, fate TEXT NOT NULL,
    why TEXT NOT NULL, place INTEGER NOT NULL, start INTEGER NOT NULL, received TEXT NOT NULL,
    PRIMARY KEY (feed, seq)
) WITHOUT ROWID;
CREATE INDEX piece_id ON piece (id, received);
CREATE TABLE ref (ref TEXT NOT NULL, feed TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (ref, feed, seq)) WITHOUT ROWID;
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
_FIXED = ("card", "trust", "sent", "receipt", "word", "audit")
#: no row of these is ever dropped; only the columns named may change
_ALMOST = {
    "segment": ("jws", "body"),
    "piece": ("fate", "why", "place", "start", "type", "revoked", "refs", "instant"),
    "alarm": ("settled",),
    "body": ("bytes",),
}


def triggers(columns: dict[str, list[str]]) -> list[str]:
    """The statements that forbid changes; `columns` names those of each table."""
    made = []
    for table in (*_FIXED, *_ALMOST):
        said = f"SELECT RAISE(ABORT, '{table} is append-only')"
        made.append(f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} BEGIN {said}; END")
        fixed = [c for c in columns[table] if c not in _ALMOST.get(table, ())]
        same = " AND ".join(f"NEW.{c} IS OLD.{c}" for c in fixed)
        when = "" if table in _FIXED else f" WHEN NOT ({same})"
        made.append(
            f"CREATE TRIGGER {table}_keeps BEFORE UPDATE ON {table}{when} BEGIN {said}; END"
        )
    return made
