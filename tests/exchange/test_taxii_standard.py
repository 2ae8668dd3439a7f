"""TAXII 2.1 as a black box: each test is a requirement of the standard, by its id in the plan."""

import json
import re
import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from taxii_house import (
    HOUSE,
    MEDIA,
    MID,
    NEW,
    OLD,
    OPEN,
    READ_ONLY,
    ROOT,
    SECRET,
    WRITE_ONLY,
    Caller,
    headers,
    note,
)

from foreshock.words.markings import Marking

RESOURCES = {
    "disc": "/taxii2/",
    "root": ROOT,
    "cols": f"{ROOT}collections/",
    "col": f"{ROOT}collections/{OPEN}/",
    "objs": f"{ROOT}collections/{OPEN}/objects/",
    "man": f"{ROOT}collections/{OPEN}/manifest/",
}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


# -- discovery, roots, negotiation, credentials, errors ------------------------------------------


def test_v1_to_v3_discovery_names_absolute_roots_and_a_default_among_them(http):
    answer = http.get("/taxii2/", headers=headers())
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA
    said = answer.json()
    assert said["title"]
    assert all(root.startswith("https://") and "?" not in root for root in said["api_roots"])
    assert said["default"] in said["api_roots"]


def test_r1_r2_a_root_says_what_it_takes_and_an_unknown_one_is_not_found(http, staff):
    said = staff.get("").json()
    assert said["title"]
    assert MEDIA in said["versions"]
    assert said["max_content_length"] == HOUSE.max_content_length
    missing = http.get("/nowhere/", headers=headers())
    assert missing.status_code == 404
    assert missing.json()["http_status"] == "404"


@pytest.mark.parametrize("path", RESOURCES.values(), ids=RESOURCES)
@pytest.mark.parametrize(
    "accept",
    [
        "application/taxii+json",
        MEDIA,
        "text/html;q=0.3 , application/taxii+json ; version=2.1 ; q=0.5",
        "application/taxii+json;version=2.1, application/json",
        "*/*",
    ],
)
def test_n1_n2_every_way_of_asking_for_taxii_is_understood(http, path, accept):
    assert http.get(path, headers=headers(Accept=accept)).status_code == 200


@pytest.mark.parametrize("path", RESOURCES.values(), ids=RESOURCES)
def test_n3_what_cannot_be_served_is_not_acceptable_in_the_words_of_taxii(http, path):
    for accept in ("text/html", "application/taxii+json;version=2.0", "application/xml;;;", "x"):
        answer = http.get(path, headers=headers(Accept=accept))
        assert answer.status_code == 406
        assert answer.headers["content-type"] == MEDIA


@pytest.mark.parametrize("path", RESOURCES.values(), ids=RESOURCES)
def test_a1_a2_without_the_right_credentials_nothing_is_told(http, path):
    for given in ({}, headers(password="wrong"), headers(name="nobody"), {"Authorization": "x"}):
        answer = http.get(path, headers={"Accept": MEDIA, **given})
        if given.get("Authorization") == headers()["Authorization"]:
            continue
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert answer.json()["title"]


def test_a3_writing_needs_credentials_too(http):
    objects = f"{ROOT}collections/{OPEN}/objects/"
    for verb, path in (
        ("POST", objects),
        ("DELETE", f"{objects}x/"),
        ("GET", f"{ROOT}status/x/"),
        ("GET", f"{objects}x/versions/"),
    ):
        assert http.request(verb, path).status_code == 401


def test_n4_n6_only_the_form_of_taxii_is_taken(staff):
    assert staff.post(note(1), **{"Content-Type": "application/taxii+json"}).status_code == 202
    assert staff.post(note(2), **{"Content-Type": "application/json"}).status_code == 415
    assert staff.post(note(2), **{"Content-Type": "text/plain; x"}).status_code == 415


def test_n7_a_request_without_user_agent_is_served(http):
    assert http.get("/taxii2/", headers={**headers(), "User-Agent": ""}).status_code == 200


def test_e1_e2_odd_paths_and_verbs_are_errors_of_taxii(http, staff):
    for path in ("/x", "//", "/api/collections/%00/", "/api/collections/../", f"{ROOT}nothing/"):
        answer = http.get(path, headers=headers(), follow_redirects=False)
        assert answer.status_code < 500
    for verb in ("PUT", "PATCH", "DELETE", "POST"):
        answer = http.request(verb, ROOT, headers=headers())
        assert answer.status_code == 405
        assert answer.json()["http_status"] == "405"


# -- collections ---------------------------------------------------------------------------------


def test_k1_to_k5_collections_say_what_the_caller_may_do(http, staff):
    first, again = staff.get("collections/").json(), staff.get("collections/").json()
    assert first == again
    shown = {c["id"]: c for c in first["collections"]}
    assert set(shown) == {OPEN, READ_ONLY, WRITE_ONLY}
    for one in shown.values():
        assert uuid.UUID(one["id"]).version == 4
        assert one["title"]
        assert one["media_types"]
        assert staff.get(f"collections/{one['id']}/").json() == one
    assert (shown[READ_ONLY]["can_read"], shown[READ_ONLY]["can_write"]) == (True, False)
    assert (shown[WRITE_ONLY]["can_read"], shown[WRITE_ONLY]["can_write"]) == (False, True)
    for missing in (SECRET, "x", str(uuid.uuid4())):
        assert staff.get(f"collections/{missing}/").status_code == 404


def test_o1_m1_an_empty_collection_is_an_empty_object(staff):
    assert staff.objects().json() == {}
    assert staff.get(f"collections/{OPEN}/manifest/").json() == {}


# -- posting -------------------------------------------------------------------------------------


def test_p1_p2_p3_s1_a_post_is_answered_by_its_status_which_can_be_asked_for_again(staff):
    answer = staff.post(note(1, modified="2024-01-01T00:00:00.1234Z"), note(2))
    assert answer.status_code == 202
    said = answer.json()
    assert uuid.UUID(said["id"]).version == 4
    assert said["status"] == "complete"
    counts = ("total_count", "success_count", "failure_count", "pending_count")
    assert [said[name] for name in counts] == [2, 2, 0, 0]
    assert STAMP.fullmatch(said["request_timestamp"])
    assert said["successes"][0]["version"] == "2024-01-01T00:00:00.1234Z"
    assert "failures" not in said
    again = staff.get(f"status/{said['id']}/")
    assert again.status_code == 200
    assert again.json() == said


def test_s2_s3_a_status_that_is_not_there_or_not_ones_own_is_not_found(http, staff):
    said = staff.post(note(1)).json()
    assert staff.get(f"status/{uuid.uuid4()}/").status_code == 404
    assert staff.get("status/%2e%2e/").status_code == 404
    assert Caller(http, "partner").get(f"status/{said['id']}/").status_code == 404


def test_p4_posting_the_same_again_is_no_error_and_no_second_copy(staff):
    staff.post(note(1))
    assert staff.post(note(1)).json()["success_count"] == 1
    assert len(staff.ids("match[version]=all")) == 1


@pytest.mark.parametrize("body", ['{"objects": [', "", "[1, 2", "\x00", "{'objects': []}"])
def test_p5_a_body_that_is_no_json_is_malformed(staff, body):
    answer = staff.post(body=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == MEDIA


@pytest.mark.parametrize("body", ["[]", '{"objects": {}}', '{"object": []}', "1", '{"objects":[]}'])
def test_p6_a_body_that_is_no_envelope_cannot_be_processed(staff, body):
    assert staff.post(body=body).status_code == 422


def test_p7_p8_rights_are_kept(staff):
    assert staff.post(note(1), collection=READ_ONLY).status_code in (403, 404)
    assert staff.post(note(1), collection=SECRET).status_code == 404
    assert staff.post(note(1), collection=str(uuid.uuid4())).status_code == 404
    assert staff.post(note(1), collection=WRITE_ONLY).status_code == 202
    assert staff.objects(collection=WRITE_ONLY).status_code == 404
    assert staff.get(f"collections/{WRITE_ONLY}/manifest/").status_code == 404


def test_p9_p10_length_is_bounded_by_what_the_root_says(staff):
    assert staff.post(body="x" * (HOUSE.max_content_length + 1)).status_code == 413
    answer = staff.post(*[note(n, content="y" * 100_000) for n in range(10)])
    assert answer.status_code == 202
    assert answer.json()["success_count"] == 10


def test_p11_p12_z2_garbage_is_refused_with_a_reason_and_harms_nothing(staff):
    good = note(1)
    garbage = [None, 1, [], "x", {}, {"id": 1}, {"id": "note--x"}, {**note(2), "type": "report"},
               {**note(3), "modified": "yesterday"}, {**note(4), "spec_version": "9"}]  # fmt: skip
    said = staff.post(*garbage, good).json()
    assert (said["success_count"], said["failure_count"]) == (1, len(garbage))
    assert all(one["message"] for one in said["failures"])
    deep = '{"objects":[' + "[" * 100_000 + "]" * 100_000 + "]}"
    assert staff.post(body=deep).status_code in (202, 400, 422)
    assert staff.ids() == [good["id"]]


def test_p13_an_observable_without_dates_can_be_fetched_back(staff):
    file = {"type": "domain-name", "spec_version": "2.1", "value": "example.org",
            "id": f"domain-name--{uuid.uuid4()}", "object_marking_refs":
            note()["object_marking_refs"]}  # fmt: skip
    assert staff.post(file).json()["success_count"] == 1
    assert staff.objects().json()["objects"] == [file]
    (entry,) = staff.get(f"collections/{OPEN}/manifest/").json()["objects"]
    assert STAMP.fullmatch(entry["version"])


def test_p14_p15_what_is_fetched_is_what_was_posted_byte_for_byte(staff):
    text = json.dumps(
        note(1, modified="2024-01-01T00:00:00.123456789Z", content="漢字 \u202e 🙂",
             x_big=2**60, x_float=0.1, extensions={"extension-definition--1": {"a_b": [1]}}),
        ensure_ascii=False,
    )  # fmt: skip
    staff.post(body='{"objects":[ ' + text + " ]}".replace("\n", ""))
    assert text.encode() in staff.objects().content


# -- deleting ------------------------------------------------------------------------------------


def test_x1_x2_x4_a_version_or_an_object_goes_and_no_trace_is_served(staff, versions):
    name = note(1)["id"]
    assert staff.delete(name, f"match[version]={NEW}").status_code == 200
    assert versions() == [MID]
    assert sorted(versions("match[version]=all")) == [OLD, MID]
    assert staff.delete(name).status_code == 200
    assert staff.get(f"collections/{OPEN}/objects/{name}/").status_code == 404
    assert staff.objects("match[version]=all").json() == {}
    assert staff.get(f"collections/{OPEN}/manifest/").json() == {}


def test_x3_who_may_delete(http, full):
    name = note(1)["id"]
    for caller, expected in (("reader", 403), ("writer", 403), ("partner", 403)):
        assert Caller(http, caller).delete(name).status_code == expected
    assert full.delete(name, collection=SECRET).status_code == 404
    assert full.delete(f"note--{uuid.uuid4()}").status_code == 404
    assert len(full.ids()) == 10


# -- everywhere ----------------------------------------------------------------------------------


def walk(said):
    yield said
    for one in said.values() if isinstance(said, dict) else said if isinstance(said, list) else ():
        yield from walk(one)


def test_d1_d2_no_empty_list_and_only_whole_timestamps_anywhere(full):
    posted = full.post({"bad": 1}, note(70))
    answers = [posted, full.objects(), full.objects("match[id]=x"), full.get("collections/")]
    answers += [full.get(path.removeprefix(ROOT)) for path in list(RESOURCES.values())[1:]]
    for answer in answers:
        for part in walk({k: v for k, v in answer.json().items() if k != "objects"}):
            assert part != []
            assert not isinstance(part, int) or abs(part) < 2**53


def test_s4_a_status_is_kept_for_more_than_a_day_and_then_gone(http, staff, monkeypatch):
    said = staff.post(note(1)).json()
    later = datetime.now(UTC) + timedelta(hours=25)
    monkeypatch.setattr("foreshock.exchange.taxii.serve.time.time", later.timestamp)
    assert staff.get(f"status/{said['id']}/").status_code == 200
    gone = (later + timedelta(days=5)).timestamp()
    monkeypatch.setattr("foreshock.exchange.taxii.serve.time.time", lambda: gone)
    assert staff.get(f"status/{said['id']}/").status_code == 404


def test_z1_eight_writers_and_a_reader_who_follows_the_cursor_lose_and_double_nothing(http):
    each, writers = 20, 8
    done = threading.Event()

    def write(k):
        for n in range(each):
            Caller(http).post(note(1000 * (k + 1) + n))

    threads = [threading.Thread(target=write, args=(k,)) for k in range(writers)]
    found: list[str] = []

    def read():
        after = "2000-01-01T00:00:00.000000Z"
        last = False
        while True:
            page = Caller(http).objects(f"limit=7&added_after={after}")
            found.extend(o["id"] for o in page.json().get("objects", []))
            after = page.headers.get("x-taxii-date-added-last", after)
            if page.json() == {} and last:
                return
            last = done.is_set()

    reader = threading.Thread(target=read)
    for thread in (*threads, reader):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    reader.join(30)
    assert len(found) == len(set(found)) == each * writers


# -- markings ------------------------------------------------------------------------------------


def test_each_reader_gets_what_the_marking_allows_and_red_never_lies_here(http, staff):
    posted = staff.post(*[note(int(m), marking=m) for m in Marking]).json()
    assert posted["failure_count"] == 1
    assert "RED" in posted["failures"][0]["message"]
    assert len(Caller(http, "public").ids()) == 1
    assert len(Caller(http, "partner").ids()) == 2
    assert len(staff.ids()) == 3
    strict = note(int(Marking.AMBER_STRICT))["id"]
    path = f"collections/{OPEN}/objects/{strict}/"
    for tail in ("", "versions/"):
        assert Caller(http, "partner").get(path + tail).status_code == 404
    manifest = Caller(http, "partner").get(f"collections/{OPEN}/manifest/").json()
    assert strict not in [e["id"] for e in manifest["objects"]]


def test_a_report_is_hidden_from_who_may_not_see_what_it_is_made_of(http, staff):
    inner = note(1, marking=Marking.AMBER)
    outer = {**note(2), "type": "report", "object_refs": [inner["id"]],
             "id": f"report--{uuid.uuid4()}"}  # fmt: skip
    staff.post(inner, outer)
    assert staff.ids() == [inner["id"], outer["id"]]
    assert Caller(http, "partner").ids() == []


def test_an_object_without_marking_or_with_one_nobody_here_knows_is_shown_to_nobody(http, staff):
    bare = {k: v for k, v in note(1).items() if k != "object_marking_refs"}
    odd = {**note(2), "object_marking_refs": [f"marking-definition--{uuid.uuid4()}"]}
    hidden = {"marking_ref": f"marking-definition--{uuid.uuid4()}", "selectors": ["content"]}
    part = {**note(3), "granular_markings": [hidden]}
    said = staff.post(bare, odd, part).json()
    assert said["failure_count"] == 2
    assert Caller(http, "partner").ids() == []
    assert staff.ids() == []


def test_a_stricter_new_version_hides_the_older_one_too(http, staff):
    staff.post(note(1, modified=OLD, marking=Marking.GREEN))
    staff.post(note(1, modified=NEW, marking=Marking.AMBER))
    assert Caller(http, "partner").ids() == []
