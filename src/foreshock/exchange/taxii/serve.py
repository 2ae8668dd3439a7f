"""The TAXII 2.1 server: what is asked for, found on the shelf, let through by marking, sent.

Source: TAXII Version 2.1, OASIS Standard, 10 June 2021. Where the standard leaves a choice:

- what a caller may not know of does not exist: 404, never 403 (but for the table of section 5.7)
- without credentials 401 and `WWW-Authenticate`; a wrong password is told the same
- an object id that is unknown: 404
- no headers `X-TAXII-Date-Added-*` on an answer without objects
- `match[version]=all` with anything beside it: 400
"""

import asyncio
import math
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from foreshock.errors import ArchiveBusy, ArchiveError, ArchiveFull, Misread
from foreshock.exchange.intake import Refused, Unparsed, sort_out, take_apart
from foreshock.exchange.taxii import answers, ask
from foreshock.exchange.taxii.accounts import Account, Collection, Door, House
from foreshock.exchange.taxii.answers import Failure
from foreshock.exchange.taxii.noting import Noting
from foreshock.exchange.taxii.pace import Pace
from foreshock.words.markings import Marking
from foreshock.words.shelf import Fate, Item, Note, Page, Shelf, Wanted

#: how long the outcome of a POST can be asked for, in seconds; the standard asks for a day
STATUS_KEPT = 3 * 86_400
#: a body has to arrive within this many seconds
BODY_SECONDS = 30.0
#: objects in one POST; more are refused before any is looked at
POST_MOST = 20_000

_UUID = re.compile(r"[0-9a-f-]{36}")

Answer = Callable[[Request], Awaitable[Response]]


#: what is offered and to whom, asked anew at each request
Offer = Callable[[], tuple[House, tuple[Account, ...]]]


def make_taxii(
    offer: Offer,
    shelf: Shelf,
    told: Callable[[str], None] = lambda _: None,
    noting: Noting | None = None,
) -> Starlette:
    """The server as an ASGI application; `shelf` keeps the objects, `told` hears of its troubles.

    `noting` writes down who read what and what was refused.

    The path of the API root is that of the first answer of `offer`. TLS is the business of the
    proxy in front of it.
    """
    server = Server(offer, shelf, told, noting or Noting())
    root = urlsplit(offer()[0].url).path.rstrip("/")
    one = f"{root}/collections/{{collection}}"
    routes: list[tuple[str, dict[str, Any]]] = [
        ("/taxii2/", {"GET": server.discovery}),
        (f"{root}/", {"GET": server.root}),
        (f"{root}/status/{{status}}/", {"GET": server.status}),
        (f"{root}/collections/", {"GET": server.collections}),
        (f"{one}/", {"GET": server.collection}),
        (f"{one}/manifest/", {"GET": server.manifest}),
        (f"{one}/objects/", {"GET": server.objects, "POST": server.post}),
        (f"{one}/objects/{{object}}/", {"GET": server.object, "DELETE": server.delete}),
        (f"{one}/objects/{{object}}/versions/", {"GET": server.versions}),
    ]
    return Starlette(
        routes=[
            Route(path, server.guarded(verbs), methods=["GET", "POST", "DELETE", "PUT", "PATCH"])
            for path, verbs in routes
        ],
        exception_handlers={HTTPException: _no_such_place, Exception: _failed},
    )


class Server:
    """Answers the requests of TAXII 2.1 from a shelf."""

    def __init__(
        self, offer: Offer, shelf: Shelf, told: Callable[[str], None], noting: Noting
    ) -> None:
        self._noting = noting
        self._offer = offer
        self._told = told
        self._shelf = shelf
        self._door = Door(lambda: offer()[1])
        self._pace = Pace()

    @property
    def _house(self) -> House:
        return self._offer()[0]

    def guarded(self, verbs: dict[str, Any]) -> Answer:
        """An endpoint: who asks, in which form, with which verb; then the answer."""

        async def answer(request: Request) -> Response:
            who = None
            try:
                shown = request.headers.get("authorization")
                who = self._door.known(shown) or await run_in_threadpool(self._door.who, shown)
                if who is None:
                    raise Failure(
                        401, "Credentials are needed", WWW_Authenticate='Basic realm="taxii"'
                    )
                _slow_down(self._pace.asked(who.name, self._house), "Too many requests")
                if not ask.acceptable(request.headers.get("accept")):
                    raise Failure(406, f"Only {ask.MEDIA} is served")
                verb = verbs.get("GET" if request.method == "HEAD" else request.method)
                if verb is None:
                    raise Failure(405, "Method not allowed", Allow=", ".join(verbs))
                if request.method == "POST":
                    return await self._posted(request, who, verb)
                return await run_in_threadpool(verb, request, who)
            except Exception as error:
                failure = self._failure(error)
                self._refused(request, who, failure)
                return answers.error(failure)

        return answer

    def _failure(self, error: Exception) -> Failure:
        """What an error is to the caller; what is none of ours is raised again."""
        if isinstance(error, Failure):
            return error
        if isinstance(error, ask.Malformed):
            return Failure(400, "The query cannot be read", str(error))
        if isinstance(error, ArchiveBusy):
            return Failure(503, "Busy", "Try again in a moment.", Retry_After="5")
        if isinstance(error, ArchiveFull):
            return Failure(507, "No room is left", "Nothing of this was kept.")
        if isinstance(error, ArchiveError):  # the house is told why; the caller only that it failed
            self._told(str(error))
            return Failure(503, "Out of order", "Nothing of this was kept.")
        raise error

    def _refused(self, request: Request, who: Account | None, failure: Failure) -> None:
        """Count a refusal; what a caller made up is not repeated in the log."""
        wanted = request.path_params.get("collection", "")
        known = any(one.id == wanted for one in self._house.collections)
        says = f"{failure.status} {failure.title}"
        self._noting.count("refuse", who.name if who else "nobody", wanted if known else "", says)

    # -- what is offered -------------------------------------------------------------------------

    def discovery(self, request: Request, who: Account) -> Response:
        """The server's own description."""
        house = self._house
        said = {"title": house.title, "description": house.description, "contact": house.contact}
        said = {name: text for name, text in said.items() if text}
        return answers.as_json({**said, "default": house.url, "api_roots": [house.url]})

    def root(self, request: Request, who: Account) -> Response:
        """The one API root."""
        return answers.as_json(
            {
                "title": self._house.title,
                "versions": [ask.MEDIA],
                "max_content_length": self._house.max_content_length,
            }
        )

    def collections(self, request: Request, who: Account) -> Response:
        """The collections that the caller may know of, in the order of the house."""
        seen = [
            answers.told(c, who) for c in self._house.collections if c.id in who.read | who.write
        ]
        return answers.as_json({"collections": seen} if seen else {})

    def collection(self, request: Request, who: Account) -> Response:
        """One collection."""
        return answers.as_json(answers.told(self._named(request, who), who))

    def _named(self, request: Request, who: Account, right: str = "") -> Collection:
        wanted = request.path_params["collection"]
        found = next((one for one in self._house.collections if one.id == wanted), None)
        if found is None or found.id not in who.read | who.write:
            raise Failure(404, "No such collection")
        if right and found.id not in getattr(who, right):
            raise Failure(404, "No such collection")
        return found

    # -- reading ---------------------------------------------------------------------------------

    def _page(self, request: Request, who: Account, word: str, **fixed: Any) -> Page:
        """A page of what the caller may see, noted down as read in the form of `word`."""
        collection = self._named(request, who, "read")
        wanted = ask.wanted(request.query_params.multi_items(), who.clearance(collection))
        if fixed:
            wanted = msgspec.structs.replace(wanted, **fixed)
        page = self._shelf.page(collection.id, wanted)
        self._noting.read(who.name, collection.id, word, page)
        return page

    def objects(self, request: Request, who: Account) -> Response:
        """Objects as the bytes that arrived."""
        return answers.envelope(self._page(request, who, "objects"))

    def object(self, request: Request, who: Account) -> Response:
        """One object by its id."""
        page = self._page(request, who, "object", ids=(request.path_params["object"],))
        if not page.objects:
            self._must_exist(request, who)
        return answers.envelope(page)

    def _must_exist(self, request: Request, who: Account) -> None:
        """404 unless the caller may see some version of the object."""
        collection = self._named(request, who, "read")
        some = Wanted(
            ids=(request.path_params["object"],), versions=("all",), limit=1,
            clearance=who.clearance(collection),
        )  # fmt: skip
        if not self._shelf.page(collection.id, some).objects:
            raise Failure(404, "No such object")

    def manifest(self, request: Request, who: Account) -> Response:
        """What is there, without the objects."""
        page = self._page(request, who, "manifest")
        entries = [
            {
                "id": kept.id,
                "date_added": ask.moment(kept.added),
                "version": kept.version or ask.moment(kept.added),
                "media_type": answers.STIX,
            }
            for kept in page.objects
        ]
        return answers.as_json(
            answers.paged(page, {"objects": entries} if entries else {}), answers.dates(page)
        )

    def versions(self, request: Request, who: Account) -> Response:
        """Which versions of one object there are."""
        page = self._page(
            request,
            who,
            "versions",
            ids=(request.path_params["object"],),
            versions=("all",),
            types=(),
        )
        if not page.objects:
            self._must_exist(request, who)
        found = [kept.version or ask.moment(kept.added) for kept in page.objects]
        return answers.as_json(
            answers.paged(page, {"versions": found} if found else {}), answers.dates(page)
        )

    def status(self, request: Request, who: Account) -> Response:
        """What became of a POST; only its own sender may ask."""
        asked = request.path_params["status"]
        known = _UUID.fullmatch(asked) is not None
        body = self._shelf.noted(f"status/{who.name}/{asked}", time.time()) if known else None
        if body is None:
            raise Failure(404, "No such status")
        return answers.sent(body)

    # -- writing ---------------------------------------------------------------------------------

    async def _posted(self, request: Request, who: Account, verb: Any) -> Response:
        collection = self._named(request, who)
        if collection.id not in who.write:
            raise Failure(403, "This collection cannot be written to")
        if not ask.is_taxii(request.headers.get("content-type")):
            raise Failure(415, f"Only {ask.MEDIA} is taken")
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise Failure(415, "Packed bodies are not taken", "Send it as it is.")
        body = await self._body(request)
        return await run_in_threadpool(verb, collection, who, body)

    async def _body(self, request: Request) -> bytes:
        most = self._house.max_content_length
        too_long = Failure(413, "Too long", f"At most {most} bytes are taken at once.")
        stated = request.headers.get("content-length", "")
        if stated.isdigit() and int(stated) > most:
            raise too_long
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for part in request.stream():
                    size += len(part)
                    if size > most:
                        raise too_long
                    parts.append(part)
        except TimeoutError:
            raise Failure(408, "Too slow", "The body did not arrive in time.") from None
        except ClientDisconnect:
            raise Failure(400, "Cut off") from None
        return b"".join(parts)

    def post(self, collection: Collection, who: Account, body: bytes) -> Response:
        """Take what is sound, say of the rest why it is not; answered once it is on the disk."""
        try:
            bodies = take_apart(body)
        except Unparsed as error:
            raise Failure(400, "The body cannot be read", str(error)) from None
        except Misread as error:
            raise Failure(422, "The body is no envelope", str(error)) from None
        if not bodies:
            raise Failure(422, "The envelope is empty", "Expected at least one object.")
        if len(bodies) > POST_MOST:
            raise Failure(413, "Too many objects", f"At most {POST_MOST} are taken at once.")
        wait = self._pace.sent(who.name, len(bodies), len(body), self._house)
        _slow_down(wait, "More than a day's share was sent")
        items, refused = sort_out(bodies)
        items, too_strict = _fit(items, collection)
        name = str(uuid.uuid4())
        said: dict[str, Any] = {}

        def outcome(fates: list[Fate]) -> Note:
            said.update(answers.status(name, items, fates, [*refused, *too_strict]))
            return Note(
                name=f"status/{who.name}/{name}",
                body=msgspec.json.encode(said),
                until=time.time() + STATUS_KEPT,
            )

        fates = self._shelf.put(collection.id, items, outcome)
        twice = [i for i, fate in zip(items, fates, strict=True) if fate == "conflict"]
        others = [Refused(id=i.id, version=i.version, why=answers.OTHER) for i in twice]
        self._noting.took(
            who.name, collection.id, fates.count("kept"), fates.count("same"),
            [*refused, *too_strict, *others],
        )  # fmt: skip
        return answers.sent(msgspec.json.encode(said), 202)

    def delete(self, request: Request, who: Account) -> Response:
        """Drop versions of an object: only for those who may read, write and delete."""
        collection = self._named(request, who)
        if not who.delete or collection.id not in who.read & who.write:
            raise Failure(403, "Objects of this collection cannot be deleted")
        self._must_exist(request, who)
        asked = request.query_params.multi_items()
        wanted = ask.wanted(asked, who.clearance(collection))
        every = {} if any(name == "match[version]" for name, _ in asked) else {"versions": ("all",)}
        chosen = msgspec.structs.replace(
            wanted, ids=(request.path_params["object"],), after=0, **every
        )
        name = request.path_params["object"]
        self._noting.line("erase", who.name, collection.id, f"asked to delete {name}")
        self._shelf.take_away(collection.id, chosen)
        return Response(status_code=200, media_type=ask.MEDIA)


def _slow_down(wait: float, why: str) -> None:
    if wait > 0:
        seconds = math.ceil(wait)
        raise Failure(429, why, f"Come again in {seconds} seconds.", Retry_After=str(seconds))


def _fit(items: list[Item], collection: Collection) -> tuple[list[Item], list[Refused]]:
    """What may lie in a collection at all: TLP:RED never does."""
    fit: list[Item] = []
    held: list[Refused] = []
    for item in items:
        if item.marking >= Marking.RED:
            why = "it is marked TLP:RED, or with a marking unknown here; send it sealed instead"
            held.append(Refused(id=item.id, version=item.version, why=why))
        else:
            fit.append(item)
    return fit, held


async def _no_such_place(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return answers.error(
        Failure(status, "Nothing is there" if status == 404 else "That cannot be done")
    )


async def _failed(request: Request, error: Exception) -> Response:
    return answers.error(Failure(500, "That did not work", "The house has been told."))
