"""How much one account may ask and send: a partner that runs wild is slowed, the others are not.

Counted in the process: several servers on one store count each for itself, and a server that
starts anew begins from nothing. A flood from outside, without an account, is the proxy's business.
"""

import threading
import time
from collections.abc import Callable

from foreshock.exchange.taxii.accounts import House

DAY = 86_400.0


class Pace:
    """Buckets that fill with time, a few for each account.

    >>> pace = Pace(clock=lambda: 0.0)
    >>> house = House(title="h", url="https://x/t/", requests_a_minute=2)
    >>> [pace.asked("nl", house) for _ in range(3)]
    [0.0, 0.0, 30.0]
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full: dict[tuple[str, str], tuple[float, float]] = {}
        self._lock = threading.Lock()

    def asked(self, name: str, house: House) -> float:
        """Seconds that an account has to wait before it may ask again; 0: it may, and has."""
        with self._lock:
            return self._take(name, {"requests": (1, house.requests_a_minute, 60.0)})

    def sent(self, name: str, objects: int, size: int, house: House) -> float:
        """Seconds before an account may send so many objects and bytes; 0: it may, and has."""
        with self._lock:
            return self._take(
                name,
                {
                    "objects": (objects, house.objects_a_day, DAY),
                    "bytes": (size, house.bytes_a_day, DAY),
                },
            )

    def _take(self, name: str, wanted: dict[str, tuple[float, float, float]]) -> float:
        at = self._clock()
        wait, left = 0.0, {}
        for what, (amount, most, period) in wanted.items():
            had, since = self._full.get((name, what), (most, at))
            has = min(most, had + (at - since) * most / period)
            left[name, what] = (has - amount, at)
            wait = max(wait, (amount - has) * period / most)
        if wait <= 0:
            self._full.update(left)
        return max(0.0, wait)
