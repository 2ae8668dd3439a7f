"""Feeds over HTTP, beside TAXII: the same parcels as by file and mail.

| request | answer |
|---|---|
| GET /x-foreshock/feeds/ | the feeds that the caller may have, with their newest segment |
| GET /x-foreshock/feeds/ID/?after=N | a parcel with the segments after N; more to come is said |
| POST /x-foreshock/inbox/ | takes a parcel in, answers with one of receipts |

Every request is signed by a confirmed partner; whoever is not one learns nothing, not even what
there is. TLS belongs to the proxy in front.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from foreshock.errors import ArchiveError, ForeshockError, Misread, NotAllowed, NotGenuine, TooMuch
from foreshock.exchange import parcels, sending
from foreshock.exchange.feeds import audience, ensure, refresh
from foreshock.exchange.node import Node
from foreshock.exchange.opening import Opened, open_parcel
from foreshock.exchange.parcels import Block
from foreshock.exchange.partners import Partner
from foreshock.exchange.receipts import receipts_for
from foreshock.exchange.requests import SCHEME, asker
from foreshock.words.clocks import now
from foreshock.words.feeds import FeedKeeper, SentRow

PREFIX = "/x-foreshock"
MEDIA = "application/vnd.foreshock.parcel"
MORE = "X-Foreshock-More"
#: a body has to be no longer, and to arrive within so many seconds
MOST_BODY, BODY_SECONDS = 64_000_000, 30.0
#: requests a minute from one partner, and from one address that is none
PARTNER_RATE, STRANGER_RATE = 120, 30


class Refusal(Exception):
    """An answer that is no."""

    def __init__(self, status: int, says: str, **headers: str) -> None:
        super().__init__(says)
        self.status, self.says = status, says
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Rate:
    """So many requests a minute from each, refilled evenly."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = a_minute, clock
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, who: str) -> int:
        """Seconds to wait before the next request; 0: it may come now, and counts."""
        at = self._clock()
        if len(self._left) > 10_000:  # strangers may come under many addresses
            self._left.clear()
        left, since = self._left.get(who, (float(self._most), at))
        left = min(self._most, left + (at - since) * self._most / 60)
        if left < 1:
            self._left[who] = (left, at)
            return max(1, round((1 - left) * 60 / self._most))
        self._left[who] = (left - 1, at)
        return 0


def make_feeds(
    node: Callable[[], Node], keeper: FeedKeeper,
    taken: Callable[[Opened], None] | None = None,
    clock: Callable[[], datetime] = now,
) -> Starlette:  # fmt: skip
    """The feeds of this node as an ASGI application.

    `node` is asked at each request, for keys are rotated; `taken` is told what a parcel brought.
    """
    server = _Server(node, keeper, taken, clock)
    return Starlette(
        routes=[
            Route(f"{PREFIX}/feeds/", server.guarded(server.feeds), methods=["GET"]),
            Route(f"{PREFIX}/feeds/{{feed}}/", server.guarded(server.feed), methods=["GET"]),
            Route(f"{PREFIX}/inbox/", server.guarded(server.inbox), methods=["POST"]),
        ]
    )


def beside(other: ASGIApp, feeds: ASGIApp) -> ASGIApp:
    """Two applications at one address: what begins with `/x-foreshock/` goes to the feeds.

    TAXII 2.1 lets a server have addresses of its own.
    """

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and scope["path"].startswith(f"{PREFIX}/")
        await (feeds if ours else other)(scope, receive, send)

    return chosen


class _Server:
    def __init__(
        self, node: Callable[[], Node], keeper: FeedKeeper,
        taken: Callable[[Opened], None] | None, clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._node, self._keeper, self._taken, self._clock = node, keeper, taken, clock
        self._partners, self._strangers = Rate(PARTNER_RATE), Rate(STRANGER_RATE)

    def guarded(
        self, answer: Callable[[Request, bytes, Partner], Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        """An answer for confirmed partners only, within their rate; errors as plain sentences."""

        async def answered(request: Request) -> Response:
            try:
                body = await _body(request)
                return await run_in_threadpool(self._answer, answer, request, body)
            except Refusal as no:
                headers = {**no.headers, "Cache-Control": "no-store"}
                return Response(no.says + "\n", no.status, headers, "text/plain")

        return answered

    def _answer(
        self, answer: Callable[[Request, bytes, Partner], Response], request: Request, body: bytes
    ) -> Response:
        try:
            partner = self._who(request, body)
            wait = self._partners.wait(partner.id)
            if wait:
                raise Refusal(429, "Too many requests.", Retry_After=str(wait))
            return answer(request, body, partner)
        except TooMuch as error:
            raise Refusal(429, str(error), Retry_After="86400") from None
        except NotAllowed as error:
            raise Refusal(403, str(error)) from None
        except (Misread, NotGenuine) as error:
            raise Refusal(422, str(error)) from None
        except ArchiveError as error:
            raise Refusal(503, str(error), Retry_After="60") from None
        except ForeshockError as error:
            raise Refusal(400, str(error)) from None

    def _who(self, request: Request, body: bytes) -> Partner:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        header = request.headers.get("authorization", "")
        at = self._clock()
        try:
            return asker(header, request.method, path, body, self._node(), self._keeper, at)
        except (Misread, NotGenuine) as error:
            address = request.client.host if request.client else "unknown"
            wait = self._strangers.wait(address)
            if wait:
                raise Refusal(429, "Too many requests.", Retry_After=str(wait)) from None
            known = "clocks" in error.expected
            self._keeper.log("refuse", "stranger", request.method, type(error).__name__, at)
            raise Refusal(
                401, str(error) if known else "Not a confirmed partner.", WWW_Authenticate=SCHEME
            ) from None

    # -- answers ---------------------------------------------------------------------------------

    def feeds(self, request: Request, body: bytes, partner: Partner) -> Response:
        """Which feeds there are for the caller; a new head once a day shows that we are there."""
        node, at = self._node(), self._clock()
        ensure(audience(partner.id, self._keeper, at), node, self._keeper, at)
        refresh(node, self._keeper, at)
        found = [
            {"feed": h.feed, "author": h.author, "audience": h.audience, "nature": h.nature,
             "number": h.number, "created": h.created}
            for h in sending.feeds_for(partner, self._keeper, node, at)
        ]  # fmt: skip
        return Response(msgspec.json.encode({"feeds": found}), media_type="application/json")

    def feed(self, request: Request, body: bytes, partner: Partner) -> Response:
        """Segments of a feed after one, what holds now ahead of them when much is lacking."""
        feed = request.path_params["feed"]
        node, at = self._node(), self._clock()
        after = _number(request.query_params.get("after", "0"))
        headers = {h.feed: h for h in sending.feeds_for(partner, self._keeper, node, at)}
        if feed not in headers:
            raise Refusal(404, "There is no such feed.")
        lacking = headers[feed].number - after
        parts = (
            list(sending.state(feed, node, self._keeper, at, partner.receiver))
            if lacking > sending.STATE_FROM and request.query_params.get("state") == "1"
            else []
        )
        some = sending.history(
            feed, after, partner, node, self._keeper, at, most=sending.MOST_SEGMENTS
        )
        segments = [*parts, *some]
        with self._keeper.writing() if segments else contextlib.nullcontext():
            for one in segments:
                number = one.header.number
                self._keeper.add_sent(
                    SentRow(feed=feed, number=number, to=partner.id, way="https", at=at)
                )
            if segments:
                says = f"{len(segments)} segments after {after}"
                self._keeper.log("read", partner.id, feed, says, at)
        blocks = [Block(jws=node.token)]
        blocks += [Block(jws=one.jws, body=one.body) for one in segments]
        more = lacking > sending.MOST_SEGMENTS
        lock = sending.must_lock([one.header for one in segments])
        return _parcel(blocks, partner, lock, {MORE: "true" if more else "false"})

    def inbox(self, request: Request, body: bytes, partner: Partner) -> Response:
        """Take a parcel in, and give receipts for all that came from the caller."""
        node, at = self._node(), self._clock()
        opened = open_parcel(body, node, self._keeper, at)
        if self._taken is not None:
            self._taken(opened)
        if opened.problems and not (opened.taken or opened.given or opened.cards):
            raise Refusal(422, opened.problems[0])
        receipts = receipts_for(partner, node, self._keeper, at)
        return _parcel([Block(jws=node.token), *(Block(jws=r) for r in receipts)], partner, False)


def _parcel(
    blocks: list[Block], partner: Partner, lock: bool, headers: dict[str, str] | None = None
) -> Response:
    data = parcels.write(blocks)
    if lock:
        data = parcels.lock(data, [partner.card.age])
    return Response(
        data, media_type=MEDIA, headers={**(headers or {}), "Cache-Control": "no-store"}
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Refusal(400, "after is no number of a segment.")
    return int(text)


async def _body(request: Request) -> bytes:
    async def whole() -> bytes:
        parts, size = [], 0
        async for part in request.stream():
            size += len(part)
            if size > MOST_BODY:
                raise Refusal(413, f"The body is larger than {MOST_BODY // 1_000_000} MB.")
            parts.append(part)
        return b"".join(parts)

    try:
        return await asyncio.wait_for(whole(), BODY_SECONDS)
    except TimeoutError:
        raise Refusal(408, "The body did not arrive in time.") from None
    except ClientDisconnect:
        raise Refusal(400, "The body was cut off.") from None
