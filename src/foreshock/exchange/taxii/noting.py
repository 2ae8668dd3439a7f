"""Who read what, what was refused and why: from the TAXII server into the audit log, as it happens.

A page with objects, a post and a deletion are one line each, written before the answer leaves: what
cannot be logged is not sent. A poll that found nothing new and a request that was refused are
counted in memory, and written once a minute for each account, collection and reason; of these a
server that is killed loses its last minute. Lines hold ids and our own words, never texts.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from foreshock.exchange.intake import Refused
from foreshock.exchange.taxii import ask
from foreshock.words.shelf import Page

#: seconds over which what is counted is gathered into one line
EVERY = 60.0
#: ids told one by one; of more the number, where they lie, and a digest over all of them
TOLD = 3

#: takes a line of the audit log: what, who, about, says, at
Log = Callable[[str, str, str, str, datetime], Any]


def _nowhere(what: str, who: str, about: str, says: str, at: datetime) -> None:
    """A server whose reads are not logged: in tests."""


class Noting:
    """Writes what the server did.

    >>> lines = []
    >>> noting = Noting(lambda *line: lines.append(line[:4]))
    >>> noting.count("read", "nl-desk", "c1", "nothing new"); noting.flush()
    >>> lines
    [('read', 'taxii nl-desk', 'c1', 'nothing new, 1 time(s)')]
    """

    def __init__(self, log: Log = _nowhere, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._counted: dict[tuple[str, str, str, str], int] = {}
        self._since = clock()
        self._lock = threading.Lock()

    def read(self, who: str, collection: str, word: str, page: Page) -> None:
        """A page of a collection was asked for; `word` says in which form."""
        if not page.objects:
            self.count("read", who, collection, f"{word}: nothing new")
            return
        self.line("read", who, collection, f"{word}: {told(page)}")

    def took(
        self, who: str, collection: str, kept: int, same: int, refused: Sequence[Refused]
    ) -> None:
        """A post was dealt with."""
        self.line("receive", who, collection, f"{kept} new, {same} here already")
        if refused:
            ids = "; ".join(f"{one.id[:80]}: {one.why[:120]}" for one in refused[:TOLD])
            more = f"; and {len(refused) - TOLD} more" if len(refused) > TOLD else ""
            self.line("refuse", who, collection, f"{len(refused)} object(s): {ids}{more}")

    def line(self, what: str, who: str, about: str, says: str) -> None:
        """Write a line, and what was counted, if it is time."""
        self._log(what, f"taxii {who}", about, says, datetime.now(UTC))
        if self._clock() - self._since >= EVERY:
            self.flush()

    def count(self, what: str, who: str, about: str, says: str) -> None:
        """Count what would make the log long without telling more."""
        with self._lock:
            key = (what, who, about, says)
            self._counted[key] = self._counted.get(key, 0) + 1

    def flush(self) -> None:
        """Write what was counted; of what cannot be written now nothing is lost."""
        with self._lock:
            counted, self._counted = self._counted, {}
            self._since = self._clock()
        waiting = list(counted.items())
        while waiting:
            (what, who, about, says), times = waiting[0]
            try:
                self._log(
                    what, f"taxii {who}", about, f"{says}, {times} time(s)", datetime.now(UTC)
                )
            except BaseException:
                with self._lock:
                    for key, number in waiting:
                        self._counted[key] = self._counted.get(key, 0) + number
                raise
            waiting.pop(0)

    def keep_writing(self, stop: threading.Event, trouble: Callable[[str], None]) -> None:
        """Write what was counted once a minute until `stop` is set; for a thread of its own."""
        ended = False
        while not ended:
            ended = stop.wait(EVERY)
            try:
                self.flush()
            except Exception as error:  # tried again in a minute
                trouble(f"the audit log cannot be written: {error}")


def told(page: Page) -> str:
    """Which objects a page holds: few by name, many by number, range and digest.

    The digest is SHA-256 over `id version`, one a line, in the order in which they were added.
    """
    named = [f"{one.id} {one.version}".strip() for one in page.objects]
    if len(named) <= TOLD:
        return "; ".join(named)
    digest = hashlib.sha256("\n".join(named).encode()).hexdigest()
    first, last = (ask.moment(page.objects[n].added) for n in (0, -1))
    return f"{len(named)} objects added {first} to {last}, sha256 {digest[:32]}"
