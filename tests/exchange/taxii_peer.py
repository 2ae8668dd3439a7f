"""TAXII servers of others, careless or hostile, without a network."""

import json
from urllib.parse import parse_qs, urlsplit

import httpx2
from taxii_house import note

from foreshock.exchange.taxii import client
from foreshock.exchange.taxii.fetch import pull, shelf_name
from foreshock.exchange.taxii.wire import Login, Wire
from foreshock.words.markings import Marking
from foreshock.words.shelf import Wanted

URL = "https://peer.example/api/"
COLLECTION = f"{URL}collections/c/"
EVERYTHING = Wanted(versions=("all",), clearance=Marking.RED, limit=100_000)


def date(n):
    return f"2026-01-01T00:{n // 60:02d}:{n % 60:02d}.000000Z"


class Peer:
    """A TAXII server with objects of given dates; what is odd about it is set by its fields."""

    def __init__(self, dated, **odd):
        self.dated = list(dated)
        self.asked = []
        self.odd = {
            "next": True, "headers": True, "most": 1000, "always_more": False, "same_next": False,
            "before": lambda n, request: None, "date": lambda text: text, **odd,
        }  # fmt: skip

    def __call__(self, request):
        found = self.answered(request)
        return found() if callable(found) else found

    def answered(self, request):
        self.asked.append(request)
        early = self.odd["before"](len(self.asked), request)
        if early is not None:
            return early
        path = urlsplit(str(request.url)).path
        said = {
            "/taxii2/": {"title": "t", "api_roots": self.odd.get("roots", [URL])},
            "/api/": {"title": "r", "versions": ["x"], "max_content_length": 5000},
            "/api/collections/": {"collections": [self.collection()]},
            "/api/collections/c/": self.collection(),
        }.get(path)
        if said is None:
            return self.page(request)
        return answer(said)

    def collection(self):
        return {"id": "c", "title": "Coll", "can_read": True, "can_write": True}

    def page(self, request):
        query = {k: v[0] for k, v in parse_qs(urlsplit(str(request.url)).query).items()}
        after = query.get("added_after", "")
        rows = [row for row in self.dated if row[0] > after]
        begin = int(query.get("next", 0))
        size = min(int(query["limit"]), self.odd["most"])
        cut = rows[begin : begin + size]
        if not cut and not self.odd["always_more"]:
            return answer({})
        said = {"objects": [one for _, one in cut]} if cut else {}
        if begin + size < len(rows) or self.odd["always_more"]:
            said["more"] = True
            if self.odd["next"]:
                said["next"] = str(0 if self.odd["same_next"] else begin + size)
        headers = {}
        if self.odd["headers"] and cut:
            headers = {
                "X-TAXII-Date-Added-First": self.odd["date"](cut[0][0]),
                "X-TAXII-Date-Added-Last": self.odd["date"](cut[-1][0]),
            }
        return answer(said, headers)


def answer(said, headers=None, status=200, body=None):
    """Makes an answer, as often as it is called: one can be read only once."""
    text = json.dumps(said).encode() if body is None else body
    kind = {"Content-Type": "application/taxii+json;version=2.1", **(headers or {})}
    return lambda: httpx2.Response(status, headers=kind, stream=httpx2.ByteStream(text))


def wire_to(peer, login=None, slept=None):
    return Wire(
        URL,
        login or Login(),
        transport=httpx2.MockTransport(peer),
        sleep=lambda seconds: (slept if slept is not None else []).append(seconds),
    )


PLACE = client.Place(id="c", title="Coll", url=COLLECTION, can_read=True, can_write=True, most=5000)


def kept(shelf):
    return [one.id for one in shelf.page(shelf_name("peer", "c"), EVERYTHING).objects]


def fetched(peer, shelf, **more):
    return pull(wire_to(peer), shelf, PLACE, "peer", **more)


NOTES = [note(n) for n in range(10)]
RISING = [(date(n), one) for n, one in enumerate(NOTES)]
