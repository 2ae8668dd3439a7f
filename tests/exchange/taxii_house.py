"""A TAXII server to be asked as a black box: one house, a few accounts, an empty shelf."""

import base64
import json
import uuid
from contextlib import contextmanager

from starlette.testclient import TestClient

from foreshock.archive.shelf import open_shelf
from foreshock.exchange.taxii import Account, Collection, House, hashed, make_taxii
from foreshock.words.markings import RULES, Marking
from foreshock.words.records import Receiver

MEDIA = "application/taxii+json;version=2.1"
OPEN, READ_ONLY, WRITE_ONLY, SECRET = (str(uuid.UUID(int=n, version=4)) for n in range(1, 5))
ROOT = "/api/"
HOUSE = House(
    title="Test house",
    url="https://taxii.example/api/",
    collections=(
        Collection(id=OPEN, title="Warnings", description="What is out."),
        Collection(id=READ_ONLY, title="Read only"),
        Collection(id=WRITE_ONLY, title="Inbox"),
        Collection(id=SECRET, title="Not for partners"),
    ),
    max_content_length=2_000_000,
)
#: worked out once: a password is slow on purpose
SECRET_OF_ALL = hashed("secret")


def account(name, circle, **rights):
    return Account(
        receiver=Receiver(name=name, circle=circle),
        secret=SECRET_OF_ALL,
        **{
            "read": frozenset({OPEN, READ_ONLY}),
            "write": frozenset({OPEN, WRITE_ONLY}),
            **rights,
        },
    )


ACCOUNTS = (
    account("partner", "community"),
    account("public", "public"),
    account("staff", "organisation", delete=True),
    account("reader", "organisation", write=frozenset(), delete=True),
    account("writer", "organisation", read=frozenset(), delete=True),
)


def headers(name="staff", password="secret", **more):
    mark = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {mark}", "Accept": MEDIA, **more}


class Caller:
    """Asks as one account, and reads the answers."""

    def __init__(self, http, name="staff"):
        self.http = http
        self.name = name

    def get(self, path, query="", **more):
        return self.http.get(
            f"{ROOT}{path}{'?' + query if query else ''}", headers=headers(self.name, **more)
        )

    def objects(self, query="", collection=OPEN):
        return self.get(f"collections/{collection}/objects/", query)

    def ids(self, query="", collection=OPEN):
        return [o["id"] for o in self.objects(query, collection).json().get("objects", [])]

    def post(self, *objects, collection=OPEN, body=None, **more):
        kind = {"Content-Type": MEDIA, **more}
        text = json.dumps({"objects": objects}) if body is None else body
        return self.http.post(
            f"{ROOT}collections/{collection}/objects/",
            content=text,
            headers=headers(self.name, **kind),
        )

    def delete(self, object_id, query="", collection=OPEN):
        path = f"{ROOT}collections/{collection}/objects/{object_id}/"
        return self.http.delete(f"{path}{'?' + query if query else ''}", headers=headers(self.name))

    def everything(self, path, query="limit=3"):
        """All pages, by `next`."""
        found, extra = [], ""
        for _ in range(200):
            page = self.get(path, query + extra).json()
            found += page.get("objects") or page.get("versions") or []
            if not page.get("more"):
                return found
            extra = f"&next={page['next']}"
        raise AssertionError("the pages never end")


@contextmanager
def server(home, store=""):
    with open_shelf(home, store) as shelf:
        app = make_taxii(lambda: (HOUSE, ACCOUNTS), shelf)
        yield TestClient(app, raise_server_exceptions=False)


def marked(marking):
    return [f"marking-definition--{RULES[marking].stix_id}"]


def note(n=0, modified="2024-01-01T00:00:00.000Z", marking=Marking.GREEN, **more):
    """A note with an id made of its number."""
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": f"note--{uuid.UUID(int=n + 1, version=4)}",
        "created": "2023-01-01T00:00:00.000Z",
        "modified": modified,
        "content": f"number {n}",
        "object_refs": [],
        "object_marking_refs": marked(marking),
        **more,
    }


#: versions of one object
OLD, MID, NEW = (f"2024-0{n}-01T00:00:00.000Z" for n in (1, 2, 3))
