"""Fetches what partners have for us, and brings what we have for them, over HTTP.

Pulling is the base: it works behind a firewall, and the receiver sets the pace. It goes on where it
ended, segment by segment. Only the address on the partner's confirmed card is asked.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec

from foreshock.errors import ForeshockError, Misread, NotAllowed, Unreadable
from foreshock.exchange import parcels, sending
from foreshock.exchange.feeds_http import MEDIA, PREFIX
from foreshock.exchange.node import Node
from foreshock.exchange.opening import Opened, open_parcel
from foreshock.exchange.parcels import Block
from foreshock.exchange.partners import Partner
from foreshock.exchange.receipts import receipts_for
from foreshock.exchange.requests import prove
from foreshock.words.feeds import FeedKeeper

#: bytes of one answer, and seconds until it has begun
MOST_ANSWER, PATIENCE = 1_000_000_000, 60.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

Told = Callable[[str, int, int], None]


class Line:
    """The way to one partner."""

    def __init__(
        self, partner: Partner, node: Node, client: httpx2.Client, clock: Callable[[], datetime]
    ) -> None:
        self._partner, self._node, self._client, self._clock = partner, node, client, clock
        self._base = partner.card.url.rstrip("/")
        parts = urlsplit(self._base)
        if not self._base:
            raise NotAllowed(
                f"the card of {partner.name!r} has no address",
                next_step="Send a file: foreshock parcel make",
            )
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise NotAllowed(f"the address of {partner.name!r} is not https", expected="https")
        self._path = parts.path

    def ask(self, method: str, path: str, body: bytes = b"") -> httpx2.Response:
        """The answer to a signed request; `Unreadable` when there is none, or it is no."""
        full = f"{self._path}{PREFIX}{path}"
        proof = prove(method, full, body, self._partner.id, self._node, self._clock())
        headers = {"Authorization": proof, "Content-Type": MEDIA, "User-Agent": "foreshock"}
        try:
            answer = self._client.request(
                method, f"{self._base}{PREFIX}{path}", content=body, headers=headers,
                timeout=PATIENCE, follow_redirects=False,
            )  # fmt: skip
        except httpx2.HTTPError as error:
            raise Unreadable(
                f"{self._partner.name!r} does not answer ({type(error).__name__})",
                next_step="Try again later, or send a file: foreshock parcel make",
            ) from None
        if answer.status_code != 200:
            raise Unreadable(
                f"{self._partner.name!r} answers {answer.status_code}: {answer.text[:200].strip()}",
                next_step="Retry later."
                if answer.status_code in (429, 503)
                else "Ask them what is the matter.",
            )
        if len(answer.content) > MOST_ANSWER:
            raise Misread(f"the answer of {self._partner.name!r} is too large")
        return answer


def pull(
    partner: Partner, node: Node, keeper: FeedKeeper, client: httpx2.Client,
    clock: Callable[[], datetime], told: Told | None = None,
) -> Opened:  # fmt: skip
    """Fetch everything new of a partner, what holds now first, and give receipts for it."""
    line = Line(partner, node, client, clock)
    try:
        listed: list[dict[str, Any]] = msgspec.json.decode(line.ask("GET", "/feeds/").content)[
            "feeds"
        ]
        wanted = [(str(one["feed"]), int(one["number"])) for one in listed]
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
        raise Misread(f"{partner.name!r} answers with no list of feeds") from None
    whole = Opened()
    for feed, number in wanted:
        first = True
        while (have := _whole(feed, keeper)) < number:
            ask = f"/feeds/{feed}/?after={have}" + ("&state=1" if first else "")
            answer = line.ask("GET", ask)
            opened = open_parcel(answer.content, node, keeper, clock(), None)
            whole, first = _with(whole, opened), False
            if told is not None:
                told(f"fetching from {partner.name}", _whole(feed, keeper), number)
            if _whole(feed, keeper) <= have:
                break  # no progress: an answer that repeats itself is no loop
    if whole.taken:
        push(partner, node, keeper, client, clock, only_receipts=True)
    return whole


def _whole(feed: str, keeper: FeedKeeper) -> int:
    """The newest segment up to which a feed is here, no object of it without its bytes."""
    lacking = keeper.hollow(feed)
    if lacking:
        first = keeper.segment_with(feed, lacking[0].entry.seq)
        if first is not None:
            return first.header.number - 1
    newest = keeper.newest(feed)
    return newest.header.number if newest else 0


def push(
    partner: Partner, node: Node, keeper: FeedKeeper, client: httpx2.Client,
    clock: Callable[[], datetime], *, only_receipts: bool = False,
) -> Opened:  # fmt: skip
    """Bring a partner what it lacks, and take in the receipts that come back."""
    line = Line(partner, node, client, clock)
    at = clock()
    if only_receipts:
        blocks = [Block(jws=node.token)]
        blocks += [Block(jws=token) for token in receipts_for(partner, node, keeper, at)]
        lock = False
    else:
        blocks, lock = sending.for_partner(partner, node, keeper, at, way="https", most=40)
    data = parcels.write(blocks)
    if lock:
        data = parcels.lock(data, [partner.card.age])
    answer = line.ask("POST", "/inbox/", data)
    try:
        return open_parcel(answer.content, node, keeper, clock())
    except ForeshockError as error:
        raise Misread(f"{partner.name!r} answers with no parcel ({error.what})") from None


def _with(one: Opened, other: Opened) -> Opened:
    return Opened(
        taken=one.taken + other.taken, cards=one.cards + other.cards,
        given=one.given + other.given, problems=one.problems + other.problems,
    )  # fmt: skip
