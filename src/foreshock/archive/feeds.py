"""Keeps feeds, cards, receipts and the audit log, in a file of its own beside the journal.

Implements `words.feeds.FeedKeeper`. One writer at a time, readers never wait (SQLite in WAL mode,
a commit that was answered is on the disk). Objects lie in the bodies of their segments, packed as
they came; what is asked of them stands in a row for each.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import zstandard

from foreshock.archive.feeds_books import Books, moment
from foreshock.archive.feeds_tables import FEED
from foreshock.archive.tables import moment_text
from foreshock.archive.trouble import damaged
from foreshock.words.feeds import (
    Entry,
    Header,
    Piece,
    Segment,
)
from foreshock.words.markings import Marking

if TYPE_CHECKING:
    from foreshock.words.feeds import FeedKeeper

MARKINGS = tuple(Marking)
#: unpacked segments that a thread keeps at hand
AT_HAND = 4

#: an entry as it is read, with the name and the author of its feed
_READ = (
    "SELECT f.name, f.author, p.n, id, version, instant, sha256, size, marking, says, level,"
    " reason, type, revoked, refs, fate, why, place, start, received"
    f" FROM piece AS p JOIN feed AS f ON f.n = p.n / {FEED}"
)
#: rows of entries; of those that are nothing but kept, what they share is not handed over each time
_ANY = "INSERT INTO piece VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_PLAIN = "INSERT INTO piece VALUES (?,?,?,?,?,?,?,'object',?,'',?,0,?,'kept','',?,?,?)"
_SEGMENT = "s.payload, s.jws, s.head, b.bytes, s.received"


class SqliteFeeds(Books):
    """The feeds of one house, in one file. May be used by several threads and processes."""

    # -- feeds -----------------------------------------------------------------------------------

    def feeds(self, author: str = "") -> list[Header]:
        """The newest header of each feed, or of those of an author."""
        rows = self._all(
            "SELECT payload, MAX(number) FROM segment WHERE kind = 'history'"
            " AND (?1 = '' OR author = ?1) GROUP BY feed ORDER BY feed",
            (author,),
        )
        return [msgspec.json.decode(payload, type=Header) for payload, _ in rows]

    def headers(self, feed: str) -> list[Header]:
        """The headers of a feed's segments, in order."""
        rows = self._all(
            "SELECT payload FROM segment WHERE feed = ? AND kind = 'history' ORDER BY number",
            (feed,),
        )
        return [msgspec.json.decode(payload, type=Header) for (payload,) in rows]

    def segment(self, feed: str, number: int) -> Segment | None:
        """A segment; None when it is not here."""
        rows = self._all(
            f"SELECT {_SEGMENT} FROM segment AS s JOIN body AS b ON b.n = s.body"
            " WHERE s.feed = ? AND s.kind = 'history' AND s.number = ?",
            (feed, number),
        )
        return _segment(rows[0]) if rows else None

    def newest(self, feed: str) -> Segment | None:
        """The newest segment of a feed that follows the one before without a gap."""
        rows = self._all(
            f"SELECT {_SEGMENT} FROM segment AS s JOIN body AS b ON b.n = s.body"
            " WHERE s.feed = ? AND s.kind = 'history' ORDER BY s.number DESC LIMIT 1",
            (feed,),
        )
        return _segment(rows[0]) if rows else None

    def segment_with(self, feed: str, seq: int) -> Segment | None:
        """The segment that holds an entry; None when it came with a state only."""
        rows = self._all(
            "SELECT number FROM segment WHERE feed = ? AND kind = 'history' AND first <= ?"
            " AND last >= ?", (feed, seq, seq),
        )  # fmt: skip
        return self.segment(feed, rows[0][0]) if rows else None

    def add_segment(self, segment: Segment, pieces: Sequence[Piece]) -> None:
        """Keep a segment with its entries; those that came with a state take their place."""
        with self.writing() as connection:
            place = self._keep(connection, segment)
            header = segment.header
            feed = _numbered(connection, header)
            early = _there(connection, feed, header.first, header.last)
            for piece in [p for p in pieces if p.entry.seq in early]:
                connection.execute(
                    "UPDATE piece SET place = ?, start = ? WHERE n = ? AND fate = 'kept'",
                    (place, piece.offset, feed + piece.entry.seq),
                )
                self._fill(connection, feed, piece, place)
            fresh = [p for p in pieces if p.entry.seq not in early] if early else pieces
            self._pieces(connection, feed, fresh, place)
            connection.execute(
                "DELETE FROM waiting WHERE feed = ? AND number <= ?", (header.feed, header.number)
            )

    def add_state(self, segment: Segment, pieces: Sequence[Piece]) -> None:
        """Keep a part of a state; entries that are here already are left alone."""
        header = segment.header
        with self.writing() as connection:
            there = connection.execute(
                "SELECT 1 FROM segment WHERE feed = ? AND kind = 'state' AND number = ?"
                " AND part = ?", (header.feed, header.number, header.part),
            ).fetchone()  # fmt: skip
            if there is None:
                place = self._keep(connection, segment)
                feed = _numbered(connection, header)
                known = _there(connection, feed, 1, FEED - 1)
                fresh = [p for p in pieces if p.entry.seq not in known]
                self._pieces(connection, feed, fresh, place)

    def _keep(self, connection: sqlite3.Connection, segment: Segment) -> int:
        header = segment.header
        local = self._local.__dict__
        local["grown"] = local.get("grown", 0) + len(segment.body)
        place = connection.execute("INSERT INTO body (bytes) VALUES (?)", (segment.body,)).lastrowid
        connection.execute(
            "INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (header.feed, header.number, header.part, header.kind, header.author, segment.payload,
             segment.jws, segment.head, header.first, header.last, header.raw_bytes, place,
             moment_text(segment.received)),
        )  # fmt: skip
        return int(place or 0)

    @staticmethod
    def _pieces(
        connection: sqlite3.Connection, feed: int, pieces: Sequence[Piece], place: int
    ) -> None:
        if not pieces:
            return
        received = moment_text(pieces[0].received)
        plain, other = [], []
        for p in pieces:
            e = p.entry
            head = (feed + e.seq, e.id, e.version, p.instant, e.sha256, e.size, int(e.marking))
            refs = " ".join(p.refs)
            if p.fate == "kept" and e.says == "object" and not (p.revoked or e.why):
                plain.append((*head, e.level, p.type, refs, place, p.offset, received))
            else:
                other.append(
                    (*head, e.says, e.level, e.why, p.type, p.revoked, refs, p.fate, p.why, place,
                     p.offset, received)
                )  # fmt: skip
        connection.executemany(_PLAIN, plain)
        connection.executemany(_ANY, other)
        connection.executemany(
            "INSERT OR IGNORE INTO ref VALUES (?, ?)",
            [(ref, feed + p.entry.seq) for p in pieces for ref in p.refs],
        )

    def refill(self, segment: Segment, pieces: Sequence[Piece]) -> None:
        """Put bytes in place that were missing when a segment came: of hollow entries only."""
        with self.writing() as connection:
            place = connection.execute(
                "INSERT INTO body (bytes) VALUES (?)", (segment.body,)
            ).lastrowid
            feed = _numbered(connection, segment.header)
            for piece in pieces:
                self._fill(connection, feed, piece, int(place or 0))
            # passed on from now on with what was missing
            connection.execute(
                "UPDATE segment SET body = ? WHERE feed = ? AND kind = 'history' AND number = ?",
                (place, segment.header.feed, segment.header.number),
            )

    @staticmethod
    def _fill(connection: sqlite3.Connection, feed: int, piece: Piece, place: int) -> None:
        """Give an entry that came without its bytes those that have come now."""
        filled = connection.execute(
            "UPDATE piece SET fate = ?, why = ?, type = ?, revoked = ?, refs = ?, instant = ?,"
            " place = ?, start = ? WHERE n = ? AND fate = 'hollow'",
            (piece.fate, piece.why, piece.type, piece.revoked, " ".join(piece.refs),
             piece.instant, place, piece.offset, feed + piece.entry.seq),
        )  # fmt: skip
        if filled.rowcount:
            connection.executemany(
                "INSERT OR IGNORE INTO ref VALUES (?, ?)",
                [(ref, feed + piece.entry.seq) for ref in piece.refs],
            )

    def hollow(self, feed: str) -> list[Piece]:
        """Entries of a feed that came without their bytes."""
        number = self._number(feed)
        where = "p.n BETWEEN ? AND ? AND fate = 'hollow' ORDER BY p.n"
        return self._found_pieces(where, (number, number + FEED - 1))

    def resign(self, feed: str, number: int, jws: str) -> None:
        """Put a new signature over the same header, after keys were changed."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE segment SET jws = ? WHERE feed = ? AND kind = 'history' AND number = ?",
                (jws, feed, number),
            )

    def wait(self, feed: str, number: int, jws: str, body: bytes, at: datetime) -> None:
        """Keep a segment that came before its time."""
        values = (feed, number, jws, body, moment_text(at))
        self._insert("waiting", values, "INSERT OR REPLACE")

    def waiting(self, feed: str, number: int) -> tuple[str, bytes] | None:
        """A segment that came before its time."""
        rows = self._all(
            "SELECT jws, body FROM waiting WHERE feed = ? AND number = ?", (feed, number)
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def arrived(self, author: str, since: datetime) -> tuple[int, int]:
        """How many entries and unpacked bytes came from an author since a moment."""
        moment = moment_text(since)
        rows = self._all(
            "SELECT COALESCE(SUM(last - first + 1), 0), COALESCE(SUM(raw_bytes), 0) FROM segment"
            " WHERE author = ? AND received > ? AND kind = 'history'", (author, moment),
        )  # fmt: skip
        return rows[0][0], rows[0][1]

    # -- objects ---------------------------------------------------------------------------------

    def pieces(self, feed: str, first: int = 1, last: int = 1 << 60) -> list[Piece]:
        """Entries of a feed in order."""
        number = self._number(feed)
        where = "p.n BETWEEN ? AND ? ORDER BY p.n"
        return self._found_pieces(where, (number + first, number + min(last, FEED - 1)))

    def versions(self, ids: Iterable[str]) -> list[Piece]:
        """All entries about these ids, from all feeds, in order of arrival."""
        wanted, found = list(dict.fromkeys(ids)), []
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            marks = ", ".join("?" for _ in some)
            found += self._found_pieces(f"id IN ({marks}) ORDER BY received, p.n", some)
        return found

    def everything(self) -> Iterator[Piece]:
        """All entries of all feeds, without bytes."""
        rows = self._connection().execute(f"{_READ} ORDER BY p.n")
        for row in rows:
            yield _piece(row)

    def refused(self, most: int) -> list[Piece]:
        """The newest entries that were not taken, with why."""
        return self._found_pieces("fate = 'refused' ORDER BY p.received DESC LIMIT ?", (most,))

    def body(self, piece: Piece) -> bytes:
        """The exact bytes of an object; empty once they were erased."""
        if piece.entry.says == "erase" or piece.fate in ("erased", "hollow"):
            return b""
        raw = self._unpacked(piece.place)
        found = raw[piece.offset : piece.offset + piece.entry.size]
        if hashlib.sha256(found).hexdigest() != piece.entry.sha256:
            raise damaged(self._file, f"{piece.entry.id} is not what was written")
        return found

    def _unpacked(self, place: int) -> bytes:
        hand: dict[int, bytes] = self._local.__dict__.setdefault("hand", {})
        if place not in hand:
            rows = self._all("SELECT bytes FROM body WHERE n = ?", (place,))
            if not rows:
                raise damaged(self._file, f"body {place} is missing")
            while len(hand) >= AT_HAND:
                del hand[next(iter(hand))]
            hand[place] = zstandard.ZstdDecompressor().decompress(rows[0][0])
        return hand[place]

    def citing(self, id: str) -> list[Piece]:
        """Entries whose objects refer to an id."""
        where = "p.n IN (SELECT piece FROM ref WHERE ref = ?) ORDER BY p.n"
        return self._found_pieces(where, (id,))

    def journaled(self, names: Iterable[str]) -> set[str]:
        """Which of these names were marked."""
        wanted = list(names)
        found: set[str] = set()
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            marks = ", ".join("?" for _ in some)
            rows = self._all(f"SELECT name FROM journaled WHERE name IN ({marks})", some)
            found.update(name for (name,) in rows)
        return found

    def mark_journaled(self, names: Iterable[str]) -> None:
        """Mark what was put into the journal."""
        with self.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO journaled VALUES (?)", [(name,) for name in names]
            )

    def erase(self, piece: Piece) -> None:
        """Drop the bytes of an object for good; its hash and its place stay."""
        with self.writing() as connection:
            row = connection.execute(
                "SELECT bytes FROM body WHERE n = ?", (piece.place,)
            ).fetchone()  # fmt: skip
            if row is not None and piece.fate != "erased":
                raw = bytearray(zstandard.ZstdDecompressor().decompress(row[0]))
                raw[piece.offset : piece.offset + piece.entry.size] = b" " * piece.entry.size
                packed = zstandard.ZstdCompressor(level=3).compress(bytes(raw))
                connection.execute("UPDATE body SET bytes = ? WHERE n = ?", (packed, piece.place))
            connection.execute(
                "UPDATE piece SET fate = 'erased' WHERE n = ?",
                (self._number(piece.feed) + piece.entry.seq,),
            )
            self._local.scrub = True
        self._local.__dict__.pop("hand", None)

    def _number(self, feed: str) -> int:
        """What the numbers of a feed's entries begin with; 0 for a feed that is not here."""
        rows = self._all("SELECT n FROM feed WHERE name = ?", (feed,))
        return rows[0][0] * FEED if rows else 0

    def _found_pieces(self, where: str, values: Sequence[Any]) -> list[Piece]:
        return [_piece(row) for row in self._all(f"{_READ} WHERE {where}", values)]


def _numbered(connection: sqlite3.Connection, header: Header) -> int:
    """What the numbers of a feed's entries begin with; it is given a number where it has none."""
    values = (header.feed, header.author)
    connection.execute("INSERT OR IGNORE INTO feed (name, author) VALUES (?, ?)", values)
    row = connection.execute("SELECT n FROM feed WHERE name = ?", values[:1]).fetchone()
    return int(row[0]) * FEED


def _there(connection: sqlite3.Connection, feed: int, first: int, last: int) -> set[int]:
    """Which entries of a feed are here."""
    question = "SELECT n FROM piece WHERE n BETWEEN ? AND ?"
    return {n - feed for (n,) in connection.execute(question, (feed + first, feed + last))}


def _segment(row: tuple[bytes, str, str, bytes, str]) -> Segment:
    payload, jws, head, body, received = row
    return Segment(
        header=msgspec.json.decode(payload, type=Header), payload=payload, jws=jws, head=head,
        body=body, received=moment(received),
    )  # fmt: skip


def _piece(row: tuple[Any, ...]) -> Piece:
    (feed, author, n, id, version, instant, sha256, size, marking, says, level, reason, type,
     revoked, refs, fate, why, place, start, received) = row  # fmt: skip
    entry = Entry(
        seq=n % FEED, id=id, version=version, sha256=sha256, size=size, marking=MARKINGS[marking],
        says=says, level=level, why=reason,
    )  # fmt: skip
    return Piece(
        feed=feed, entry=entry, author=author, type=type, instant=instant, revoked=bool(revoked),
        refs=tuple(refs.split()), fate=fate, why=why, place=place, offset=start,
        received=moment(received),
    )  # fmt: skip


if TYPE_CHECKING:
    _keeps: type[FeedKeeper] = SqliteFeeds
