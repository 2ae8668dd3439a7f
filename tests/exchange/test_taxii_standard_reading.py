"""TAXII 2.1 as a black box: what is read, in which order, page by page, filtered, by version."""

import re
import uuid

import pytest
from taxii_house import (
    MID,
    NEW,
    OLD,
    OPEN,
    ROOT,
    WRITE_ONLY,
    note,
)

RESOURCES = {
    "disc": "/taxii2/",
    "root": ROOT,
    "cols": f"{ROOT}collections/",
    "col": f"{ROOT}collections/{OPEN}/",
    "objs": f"{ROOT}collections/{OPEN}/objects/",
    "man": f"{ROOT}collections/{OPEN}/manifest/",
}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def test_o2_o3_o4_m2_order_headers_and_manifest_agree(full):
    objects = full.objects("limit=4")
    manifest = full.get(f"collections/{OPEN}/manifest/", "limit=4")
    entries = manifest.json()["objects"]
    assert [e["id"] for e in entries] == [o["id"] for o in objects.json()["objects"]]
    assert [e["date_added"] for e in entries] == sorted({e["date_added"] for e in entries})
    first = full.get(f"collections/{OPEN}/objects/{entries[0]['id']}/")
    versions = full.get(f"collections/{OPEN}/objects/{entries[0]['id']}/versions/")
    for answer, last in ((objects, 3), (manifest, 3), (first, 0), (versions, 0)):
        assert answer.headers["x-taxii-date-added-first"] == entries[0]["date_added"]
        assert answer.headers["x-taxii-date-added-last"] == entries[last]["date_added"]
    for entry in entries:
        assert STAMP.fullmatch(entry["date_added"])
        assert entry["version"] == note()["modified"]
        assert entry["media_type"] in full.get(f"collections/{OPEN}/").json()["media_types"]


def test_o5_limit_is_honoured_and_more_is_said_only_when_cut(full):
    cut, whole = full.objects("limit=4").json(), full.objects("limit=10").json()
    assert len(cut["objects"]) == 4
    assert cut["more"] is True
    assert cut["next"]
    assert not whole.get("more")
    assert "next" not in whole


@pytest.mark.parametrize("limit", ["0", "-1", "abc", "1.5", "", "٣"])
def test_o6_a_limit_that_is_none_is_malformed(full, limit):
    assert full.objects(f"limit={limit}").status_code == 400


def test_o7_o8_paging_gives_everything_once(full):
    for path in ("objects", "manifest"):
        found = full.everything(f"collections/{OPEN}/{path}/")
        assert [o["id"] for o in found] == [note(n)["id"] for n in range(10)]


def test_o9_paging_by_the_header_alone_gives_everything_once(full):
    found, after = [], "2000-01-01T00:00:00.000000Z"
    while True:
        page = full.objects(f"limit=3&added_after={after}")
        if page.json() == {}:
            break
        found += [o["id"] for o in page.json()["objects"]]
        after = page.headers["x-taxii-date-added-last"]
    assert found == [note(n)["id"] for n in range(10)]


def test_o10_o11_added_after_is_exclusive_and_the_future_is_empty(full):
    entries = full.get(f"collections/{OPEN}/manifest/").json()["objects"]
    assert full.ids(f"added_after={entries[4]['date_added']}") == [e["id"] for e in entries[5:]]
    assert full.objects("added_after=2999-01-01T00:00:00.000000Z").json() == {}


@pytest.mark.parametrize(
    "query",
    [
        "added_after=yesterday",
        "added_after=2024-13-01T00:00:00.000000Z",
        "added_after=2024-01-01",
        "added_after=2024-01-01T00:00:00.0Z&added_after=2024-01-01T00:00:00.0Z",
        "next=garbage",
        "next=%00",
        "match[type]=note&match[type]=report",
        "match[version]=all,last",
        "match[version]=newest",
        "match[version]=",
        "match[id]=,",
    ],
)
def test_o12_to_o14_f5_f10_what_cannot_be_read_is_malformed(full, query):
    answer = full.objects(query)
    assert answer.status_code == 400
    assert answer.json()["description"]


def test_o15_a_huge_limit_is_capped(full):
    assert len(full.ids(f"limit={10**12}")) == 10


def test_f1_to_f4_f6_filters_among_values_and_with_each_other(staff):
    report = {**note(50), "type": "report", "id": f"report--{uuid.uuid4()}"}
    staff.post(note(1), note(2), report)
    one, two = note(1)["id"], note(2)["id"]
    assert staff.ids(f"match[id]={one}") == [one]
    assert staff.ids(f"match[id]={one},{two}") == [one, two]
    assert staff.ids("match[type]=report") == [report["id"]]
    assert staff.ids("match[type]=report,note") == [one, two, report["id"]]
    assert staff.ids(f"match[type]=report&match[id]={one}") == []
    assert staff.objects("match[colour]=red").status_code == 400


STIX_TYPES = """attack-pattern campaign course-of-action grouping identity incident indicator
    infrastructure intrusion-set location malware malware-analysis note observed-data opinion report
    threat-actor tool vulnerability relationship sighting artifact autonomous-system directory
    domain-name email-addr email-message file ipv4-addr ipv6-addr mac-addr mutex network-traffic
    process software url user-account windows-registry-key x509-certificate extension-definition
    language-content marking-definition bundle""".split()


def test_f3_every_type_of_stix_may_be_asked_for(full):
    for kind in STIX_TYPES:
        assert full.objects(f"match[type]={kind}").status_code == 200


def test_f7_f8_f9_versions_are_chosen_by_instant_whatever_came_first(versions):
    assert versions() == [NEW]
    assert versions("match[version]=last") == [NEW]
    assert versions("match[version]=first") == [OLD]
    assert sorted(versions("match[version]=all")) == [OLD, MID, NEW]
    assert sorted(versions("match[version]=first,last")) == [OLD, NEW]
    assert versions("match[version]=2024-02-01T00:00:00Z") == [MID]
    assert sorted(versions("match[version]=first,2024-02-01T00:00:00.000Z")) == [OLD, MID]


def test_f11_f12_spec_versions_and_the_same_filters_on_the_manifest(full):
    assert len(full.ids("match[spec_version]=2.1")) == 10
    assert full.ids("match[spec_version]=2.0") == []
    one = note(1)["id"]
    said = full.get(f"collections/{OPEN}/manifest/", f"match[id]={one}").json()
    assert [e["id"] for e in said["objects"]] == [one]


def test_g1_to_g4_one_object_and_its_versions(staff, versions):
    path = f"collections/{OPEN}/objects/{note(1)['id']}/"
    assert [o["modified"] for o in staff.get(path).json()["objects"]] == [NEW]
    assert sorted(staff.get(f"{path}versions/").json()["versions"]) == [OLD, MID, NEW]
    found = staff.everything(f"{path}versions/", "limit=1")
    assert sorted(found) == [OLD, MID, NEW]
    for tail in ("", "versions/"):
        missing = staff.get(f"collections/{OPEN}/objects/note--{uuid.uuid4()}/{tail}")
        assert missing.status_code == 404
        assert staff.get(f"collections/{WRITE_ONLY}/objects/x/{tail}").status_code == 404


def test_g5_another_content_under_the_same_version_is_reported_and_the_first_stays(staff):
    staff.post(note(1, content="first"))
    said = staff.post(note(1, content="second")).json()
    assert said["failure_count"] == 1
    assert "stays" in said["failures"][0]["message"]
    assert staff.objects().json()["objects"][0]["content"] == "first"
