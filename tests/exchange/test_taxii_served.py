"""The server as a process: many writers, kills, full disks, hostile bodies."""

import base64
import http.client
import json
import os
import subprocess
import sys
import threading
import time

import anyio
import msgspec
import pytest
from starlette.testclient import TestClient
from taxii_house import ACCOUNTS, HOUSE, MEDIA, OPEN, ROOT, Caller, headers, note, server
from taxii_served import prepared, served

from foreshock.archive.shelf import open_shelf
from foreshock.exchange.taxii import make_taxii
from foreshock.words.markings import Marking
from foreshock.words.shelf import Wanted

EVERYTHING = Wanted(versions=("all",), clearance=Marking.RED, limit=100_000)


class Talk:
    """One connection to a server, by the standard library alone."""

    def __init__(self, to):
        self.http = http.client.HTTPConnection("127.0.0.1", to.port, timeout=60)
        mark = base64.b64encode(f"{to.user}:{to.secret}".encode()).decode()
        self.headers = {"Authorization": f"Basic {mark}", "Accept": MEDIA}
        self.path = to.objects

    def ask(self, query="", body=None, **more):
        kind = {"Content-Type": MEDIA} if body is not None else {}
        self.http.request(
            "GET" if body is None else "POST",
            self.path + query,
            body,
            {**self.headers, **kind, **more},
        )
        answer = self.http.getresponse()
        return answer, answer.read()


#: posts its objects, five at a time, to two servers by turns; says when each was acknowledged
WRITER = """
import http.client, json, sys, uuid
who, secret, path, *ports = sys.argv[1:]
import base64
mark = base64.b64encode(f"partner:{secret}".encode()).decode()
sent = {"Authorization": f"Basic {mark}", "Content-Type": "application/taxii+json;version=2.1"}
hosts = [http.client.HTTPConnection("127.0.0.1", int(port), timeout=60) for port in ports]
green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
for n in range(20):
    objects = [{"type": "note", "spec_version": "2.1", "content": "x",
                "id": f"note--{uuid.UUID(int=int(who) * 1000 + 5 * n + k + 1, version=4)}",
                "created": "2024-01-01T00:00:00.000Z", "modified": "2024-01-01T00:00:00.000Z",
                "object_marking_refs": [green]} for k in range(5)]
    host = hosts[n % len(hosts)]
    host.request("POST", path, json.dumps({"objects": objects}), sent)
    answer = host.getresponse()
    said = json.loads(answer.read())
    assert answer.status == 202 and said["success_count"] == 5, said
print("done")
"""


def test_z1_eight_writing_processes_two_servers_and_a_reader_lose_and_double_nothing(
    store, tmp_path
):
    house = prepared(tmp_path)
    with served(tmp_path, store, house) as one, served(tmp_path, store, house) as two:
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(who), one.secret, one.objects,
                 str(one.port), str(two.port)],
                stdout=subprocess.PIPE, text=True,
            )
            for who in range(1, 9)
        ]  # fmt: skip
        reader, found, after, last_look = Talk(one), [], "", False
        while True:
            answer, body = reader.ask(f"?limit=7{after and f'&added_after={after}'}")
            assert answer.status == 200, body
            found += [o["id"] for o in json.loads(body).get("objects", [])]
            after = answer.headers.get("X-TAXII-Date-Added-Last", after)
            if body == b"{}":
                if last_look:
                    break
                last_look = all(writer.poll() is not None for writer in writers)
        assert [writer.communicate()[0] for writer in writers] == ["done\n"] * 8
    assert len(found) == 800
    assert len(set(found)) == 800


def test_a_server_that_is_killed_has_kept_all_that_it_acknowledged_and_no_half_post(
    store, tmp_path
):
    house = prepared(tmp_path)
    acknowledged = []

    def write(to, who):
        talk = Talk(to)
        for n in range(10_000):
            batch = [note(100_000 * who + 3 * n + k) for k in range(3)]
            try:
                answer, _ = talk.ask(body=json.dumps({"objects": batch}))
            except (OSError, http.client.HTTPException):
                return
            assert answer.status == 202
            acknowledged.append([one["id"] for one in batch])

    with served(tmp_path, store, house) as first:
        threads = [threading.Thread(target=write, args=(first, who)) for who in range(3)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 25 and any(thread.is_alive() for thread in threads):
            time.sleep(0.01)
        first.process.kill()
        for thread in threads:
            thread.join(60)
    assert len(acknowledged) >= 25
    with open_shelf(tmp_path, store) as shelf:
        kept = [one.id for one in shelf.page(house[0], EVERYTHING).objects]
    assert len(kept) == len(set(kept))
    assert {name for batch in acknowledged for name in batch} <= set(kept)
    assert len(kept) % 3 == 0
    with served(tmp_path, store, house) as again:
        _, body = Talk(again).ask("?limit=10000")
        assert len(json.loads(body)["objects"]) == len(kept)


def test_an_account_that_is_taken_away_is_so_at_once(tmp_path):
    from foreshock.exchange.taxii import book as books

    with served(tmp_path) as to:
        talk = Talk(to)
        assert talk.ask()[0].status == 200
        books.change_book(tmp_path, lambda book: books.without_account(book, "partner"))
        assert talk.ask()[0].status == 401


# -- hostile bodies ------------------------------------------------------------------------------


@pytest.fixture
def staff(tmp_path):
    with server(tmp_path) as http:
        yield Caller(http)


def envelope(*objects):
    return b'{"objects":[' + b",".join(objects) + b"]}"


def with_part(text, n=50):
    return (json.dumps(note(n))[:-1] + ", " + text + "}").encode()


ONE_BAD = {
    "a key told twice": with_part('"content": "x"'),
    "NaN": with_part('"x_a": "NaN", "x_b": ["a", {"a": 1, "a": 2}]'),
    "a date in the future": json.dumps(note(50, modified="2199-01-01T00:00:00Z")).encode(),
    "nested 33 deep": with_part('"x_a": ' + "[" * 32 + "]" * 32),
    "an id of 300 characters": json.dumps({**note(50), "id": "a" * 300}).encode(),
    "an id of 300 characters with a UUID": json.dumps(
        {**note(50), "type": "a" * 260, "id": "a" * 260 + note(50)["id"][4:]}
    ).encode(),
    "300 kB": with_part('"x_a": "' + "y" * 300_000 + '"'),
    "2,000 references": with_part(
        '"object_refs": [' + ",".join(f'"note--{n}"' for n in range(2000)) + "]"
    ),
    "marked RED": json.dumps(note(50, marking=Marking.RED)).encode(),
    "the same id with other bytes": json.dumps(note(1, content="other")).encode(),
}


@pytest.mark.parametrize("what", ONE_BAD)
def test_one_bad_object_is_refused_with_a_reason_and_disturbs_no_other(staff, what):
    first, last = (json.dumps(note(n)).encode() for n in (1, 2))
    staff.post(body=envelope(first))
    answer = staff.post(body=envelope(first, ONE_BAD[what], last))
    said = answer.json()
    assert answer.status_code == 202
    assert (said["success_count"], said["failure_count"]) == (2, 1)
    assert 10 < len(said["failures"][0]["message"]) < 400
    assert len(said["failures"][0]["id"]) <= 300
    assert staff.ids() == [note(1)["id"], note(2)["id"]]
    assert staff.objects().content.count(first) == 1
    assert staff.get(f"status/{said['id']}/").json() == said


ALL_BAD = {
    "NaN": envelope(with_part('"x_a": NaN')),
    "a number beyond all bounds": envelope(with_part('"x_a": 1e400')),
    "an integer of 5,000 digits": envelope(with_part('"x_a": ' + "9" * 5000)),
    "half a character": envelope(with_part('"x_a": "\\ud800"')),
    "bytes that are no UTF-8": envelope(with_part('"x_a": "') + b'\xff"}'),
    "nested 100,000 deep": envelope(b"[" * 100_000 + b"]" * 100_000),
    "opened 1,000,000 times": b'{"objects":[' + b"[" * 1_000_000,
    "cut off": envelope(json.dumps(note(1)).encode())[:-9],
    "20,001 objects": envelope(*[b"{}"] * 20_001),
    "nothing": b"",
}


@pytest.mark.parametrize("what", ALL_BAD)
def test_what_cannot_be_parsed_is_an_error_of_taxii_or_a_failure_and_keeps_nothing(staff, what):
    staff.post(note(7))
    answer = staff.post(body=ALL_BAD[what])
    assert answer.status_code in (202, 400, 413, 422)
    assert answer.headers["content-type"] == MEDIA
    said = answer.json()
    if answer.status_code == 202:
        assert said["success_count"] == 0
        assert said["failures"][0]["message"]
    else:
        assert said["http_status"] == str(answer.status_code)
    assert staff.ids() == [note(7)["id"]]


@pytest.mark.parametrize("packing", ["gzip", "deflate", "zstd", "br", "gzip, identity", "GZIP"])
def test_a_packed_body_is_refused_unopened(staff, packing):
    bomb = b"\x1f\x8b" + b"\0" * 1000
    answer = staff.post(body=bomb, **{"Content-Encoding": packing})
    assert answer.status_code == 415
    assert answer.json()["title"]


def test_a_body_that_dribbles_in_is_cut_off_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr("foreshock.exchange.taxii.serve.BODY_SECONDS", 0.05)
    sent = []

    async def receive():
        await anyio.sleep(0.02)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def send(message):
        sent.append(message)

    shown = {**headers(), "Content-Type": MEDIA}
    scope = {
        "type": "http", "method": "POST", "path": f"{ROOT}collections/{OPEN}/objects/",
        "query_string": b"", "http_version": "1.1", "scheme": "http",
        "headers": [(k.lower().encode(), v.encode()) for k, v in shown.items()],
    }  # fmt: skip
    with open_shelf(tmp_path) as shelf:
        app = make_taxii(lambda: (HOUSE, ACCOUNTS), shelf)
        anyio.run(app, scope, receive, send)
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["http_status"] == "408"


# -- who runs wild ------------------------------------------------------------------------------


def test_an_account_that_runs_wild_is_slowed_and_the_others_are_not(tmp_path):
    house = msgspec.structs.replace(HOUSE, requests_a_minute=5)
    with open_shelf(tmp_path) as shelf:
        http = TestClient(make_taxii(lambda: (house, ACCOUNTS), shelf))
        wild, calm = Caller(http, "staff"), Caller(http, "partner")
        answers = [wild.objects() for _ in range(7)]
        assert [one.status_code for one in answers][:5] == [200] * 5
        assert answers[-1].status_code == 429
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 12
        assert answers[-1].json()["http_status"] == "429"
        assert calm.objects().status_code == 200


def test_more_than_a_days_share_is_refused_whole_and_what_was_taken_stays(tmp_path):
    house = msgspec.structs.replace(HOUSE, objects_a_day=10)
    with open_shelf(tmp_path) as shelf:
        staff = Caller(TestClient(make_taxii(lambda: (house, ACCOUNTS), shelf)))
        assert staff.post(*[note(n) for n in range(8)]).status_code == 202
        refused = staff.post(*[note(n) for n in range(8, 12)])
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 3600
        assert staff.post(note(8)).status_code == 202
        assert len(staff.ids()) == 9


# -- no room -------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A disk of four megabytes, where the system lets us make one."""
    place = tmp_path / "small"
    place.mkdir()
    try:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("no mount command here")
    if made.returncode:
        pytest.skip("this user may not mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(staff, **more):
    """Posts until one is not taken; the ids of those that were, and that answer."""
    taken = []
    for n in range(2_000):
        one = note(1000 + n, content="x" * 20_000)
        answer = staff.post(one, **more)
        if answer.status_code != 202:
            return taken, answer
        taken.append(one["id"])
    raise AssertionError("the disk never filled")


def test_a_full_disk_is_an_error_of_taxii_loses_nothing_and_is_used_again(small_disk):
    ballast = small_disk / "ballast"
    with server(small_disk) as http:
        ballast.write_bytes(b"\0" * 2_000_000)
        staff = Caller(http)
        taken, answer = fill(staff)
        assert answer.status_code == 507
        assert answer.json()["http_status"] == "507"
        assert staff.ids("limit=10000") == taken
        ballast.unlink()
        assert staff.post(note(1)).status_code == 202
        assert staff.ids("limit=10000") == [*taken, note(1)["id"]]


def test_a_shelf_that_may_not_grow_is_said_and_loses_nothing(tmp_path):
    """The same without a disk of one's own: SQLite is told not to let its file grow."""
    with open_shelf(tmp_path) as shelf:
        app = make_taxii(lambda: (HOUSE, ACCOUNTS), shelf)
        staff = Caller(TestClient(app, raise_server_exceptions=False))
        staff.post(note(1))
        shelf._writer.execute("PRAGMA max_page_count = 100")
        taken, answer = fill(staff)
        assert answer.status_code == 507
        shelf._writer.execute("PRAGMA max_page_count = 1000000")
        assert staff.post(note(2)).status_code == 202
        assert staff.ids("limit=10000") == [note(1)["id"], *taken, note(2)["id"]]


def test_a_store_that_has_gone_is_out_of_order_and_tells_the_caller_nothing_more(
    postgres, tmp_path
):
    from postgres_house import emptied

    with server(tmp_path, emptied(postgres)) as http:
        staff = Caller(http)
        staff.post(note(1))
        emptied(postgres)
        answer = staff.post(note(2))
        assert answer.status_code == 503
        assert "foreshock" not in answer.text
        assert os.sep + "tmp" not in answer.text
