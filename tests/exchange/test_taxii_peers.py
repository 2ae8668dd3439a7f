"""The clients that others use, against our server over a real connection."""

import json
import uuid

import pytest
import stix2
import taxii2client.v21 as taxii
from taxii_house import marked, note
from taxii_served import served

from foreshock.words.markings import Marking

REPORT = f"report--{uuid.UUID(int=99, version=4)}"
LATER = "2024-06-01T00:00:00.000Z"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with served(tmp_path_factory.mktemp("house")) as to:
        yield to


@pytest.fixture(scope="module")
def collection(house):
    """The one collection, found by taxii2-client from the address of the server alone."""
    server = taxii.Server(f"{house.url}taxii2/", user=house.user, password=house.secret)
    assert server.title == "House"
    (root,) = server.api_roots
    assert root.url == server.default.url
    (found,) = root.collections
    assert (found.title, found.can_read, found.can_write) == ("Warnings", True, True)
    return found


@pytest.fixture(scope="module")
def posted(collection):
    """Twenty notes and a report of them; then a second version of one."""
    notes = [note(n, abstract="a note", authors=["us"]) for n in range(20)]
    for one in notes:
        one["object_refs"] = [REPORT]
    report = {
        "type": "report", "spec_version": "2.1", "id": REPORT, "name": "Status", "labels": ["x"],
        "created": "2024-01-01T00:00:00.000Z", "modified": "2024-01-01T00:00:00.000Z",
        "published": "2024-01-01T00:00:00Z", "object_refs": [one["id"] for one in notes[:3]],
        "object_marking_refs": marked(Marking.GREEN),
    }  # fmt: skip
    status = collection.add_objects({"objects": [*notes, report]}, wait_for_completion=True)
    assert (status.status, status.success_count, status.failure_count) == ("complete", 21, 0)
    newer = {**notes[3], "modified": LATER, "content": "corrected"}
    assert collection.add_objects({"objects": [newer]}).success_count == 1
    return notes


def test_taxii2client_reads_all_pages(collection, posted):
    found = [
        one["id"]
        for page in taxii.as_pages(collection.get_objects, per_request=6)
        for one in page.get("objects", [])
    ]
    assert len(found) == len(set(found)) == 21
    entries = [
        one["id"]
        for page in taxii.as_pages(collection.get_manifest, per_request=6)
        for one in page.get("objects", [])
    ]
    assert sorted(entries) == sorted(found)


def test_taxii2client_filters_and_asks_for_versions_and_status(collection, posted):
    name = posted[3]["id"]
    assert collection.get_object(name)["objects"][0]["content"] == "corrected"
    assert collection.object_versions(name)["versions"] == [posted[3]["modified"], LATER]
    assert [o["id"] for o in collection.get_objects(type=["report"])["objects"]] == [REPORT]
    page = collection.get_objects(limit=2, added_after="2000-01-01T00:00:00.000000Z")
    assert page["more"]
    assert len(page["objects"]) == 2
    old = collection.get_object(name, version="first")["objects"]
    assert [one["content"] for one in old] == ["number 3"]


def test_taxii2client_is_told_what_was_wrong(collection, posted):
    status = collection.add_objects({"objects": [{**note(70), "type": "report"}]})
    assert status.failure_count == 1
    assert "the id begins with 'note'" in status.failures[0]["message"]


def test_the_data_store_of_stix2_reads_and_writes_here(collection, posted):
    store = stix2.TAXIICollectionStore(collection)
    found = store.get(REPORT)
    assert found.type == "report"
    assert found.name == "Status"
    assert str(found.object_refs[0]) == posted[0]["id"]
    reports = store.query([stix2.Filter("type", "=", "report")])
    assert [one.id for one in reports] == [REPORT]
    assert [one["content"] for one in store.all_versions(posted[3]["id"])] == [
        "number 3",
        "corrected",
    ]
    made = stix2.v21.Note(
        content="from stix2", object_refs=[REPORT], object_marking_refs=marked(Marking.GREEN)
    )
    store.add(made)
    assert store.get(made.id).content == "from stix2"
    assert len(stix2.TAXIICollectionSource(collection).query()) == 22


def test_what_stix2_reads_is_what_was_sent(collection, posted):
    """Byte for byte on the wire; stix2 itself writes some timestamps shorter."""
    raw = collection.get_object(posted[0]["id"])["objects"][0]
    assert json.dumps(raw, sort_keys=True) == json.dumps(posted[0], sort_keys=True)
