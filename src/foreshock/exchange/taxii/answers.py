"""How the TAXII server answers: envelopes of the bytes that arrived, resources, errors."""

import time
from typing import Any

import msgspec
from starlette.responses import Response

from foreshock.exchange.intake import Refused
from foreshock.exchange.taxii import ask
from foreshock.exchange.taxii.accounts import Account, Collection
from foreshock.words.shelf import Fate, Item, Page

STIX = "application/stix+json;version=2.1"
#: why an object was not taken that came with other bytes than before
OTHER = "another content is kept under this id and version; it stays"


class Failure(Exception):
    """An answer that is an error of TAXII."""

    def __init__(self, status: int, title: str, says: str = "", **headers: str) -> None:
        super().__init__(title)
        self.status, self.title, self.says = status, title, says
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def status(
    name: str, items: list[Item], fates: list[Fate], refused: list[Refused]
) -> dict[str, Any]:
    """The status resource of a POST: what became of each object."""
    failures = [
        {"id": one.id, "version": one.version or "unknown", "message": one.why} for one in refused
    ]
    successes = []
    for item, fate in zip(items, fates, strict=True):
        told = {"id": item.id, "version": item.version or "unversioned"}
        if fate == "conflict":
            failures.append({**told, "message": OTHER})
        else:
            successes.append(told)
    said: dict[str, Any] = {
        "id": name,
        "status": "complete",
        "request_timestamp": ask.moment(time.time_ns() // 1000),
        "total_count": len(successes) + len(failures),
        "success_count": len(successes),
        "failure_count": len(failures),
        "pending_count": 0,
    }
    said.update({"successes": successes} if successes else {})
    said.update({"failures": failures} if failures else {})
    return said


def told(collection: Collection, who: Account) -> dict[str, Any]:
    """A collection, as an account may use it."""
    said: dict[str, Any] = {"id": collection.id, "title": collection.title}
    if collection.description:
        said["description"] = collection.description
    return {
        **said,
        "can_read": collection.id in who.read,
        "can_write": collection.id in who.write,
        "media_types": [STIX],
    }


def envelope(page: Page) -> Response:
    """An envelope with the objects of a page as the bytes that arrived."""
    if not page.objects:
        return sent(b"{}")
    head = b"{"
    if page.more:
        head += b'"more":true,"next":"' + ask.token(page.objects[-1].added).encode() + b'",'
    body = b'"objects":[' + b",".join(kept.body for kept in page.objects) + b"]}"
    return sent(head + body, 200, dates(page))


def paged(page: Page, said: dict[str, Any]) -> dict[str, Any]:
    """A resource of a page, with where it goes on if there is more."""
    if not page.more:
        return said
    return {"more": True, "next": ask.token(page.objects[-1].added), **said}


def dates(page: Page) -> dict[str, str]:
    """The headers that tell when the first and last object of a page were added."""
    if not page.objects:
        return {}
    return {
        "X-TAXII-Date-Added-First": ask.moment(page.objects[0].added),
        "X-TAXII-Date-Added-Last": ask.moment(page.objects[-1].added),
    }


def as_json(said: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A resource."""
    return sent(msgspec.json.encode(said), 200, headers)


def sent(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Bytes as an answer of TAXII."""
    return Response(
        body, status, headers={"Cache-Control": "no-store", **(headers or {})}, media_type=ask.MEDIA
    )


def error(failure: Failure) -> Response:
    """An error message of TAXII."""
    said = {"title": failure.title, "http_status": str(failure.status)}
    if failure.says:
        said["description"] = failure.says
    return sent(msgspec.json.encode(said), failure.status, failure.headers)
