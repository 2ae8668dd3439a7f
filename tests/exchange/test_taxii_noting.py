"""Who read what by TAXII, and what was refused, stands in the audit log."""

import hashlib
import re

import pytest
from starlette.testclient import TestClient
from taxii_house import ACCOUNTS, HOUSE, OPEN, Caller, headers, note

from foreshock.archive.feeds import SqliteFeeds
from foreshock.archive.shelf import open_shelf
from foreshock.errors import ArchiveFull
from foreshock.exchange.audit import verify
from foreshock.exchange.taxii import make_taxii
from foreshock.exchange.taxii.noting import EVERY, TOLD, Noting
from foreshock.words.markings import Marking


class Logged:
    """A server whose log can be read, fail, and whose clock goes when it is told to."""

    def __init__(self, shelf) -> None:
        self.lines, self.at, self.fails = [], 0.0, False
        self.noting = Noting(self.log, lambda: self.at)
        self.app = make_taxii(lambda: (HOUSE, ACCOUNTS), shelf, noting=self.noting)
        self.http = TestClient(self.app, raise_server_exceptions=False)
        self.staff = Caller(self.http)

    def log(self, what, who, about, says, at) -> None:
        if self.fails:
            raise ArchiveFull("no room")
        self.lines.append((what, who, about, says))

    def told(self, what):
        return [line for line in self.lines if line[0] == what]


@pytest.fixture
def logged(tmp_path):
    with open_shelf(tmp_path / "home") as shelf:
        yield Logged(shelf)


def test_a_page_that_was_read_is_one_line_with_who_where_and_which_objects(logged):
    notes = [note(n) for n in range(7)]
    logged.staff.post(*notes)
    logged.staff.objects("limit=5")
    ((what, who, about, says),) = logged.told("read")
    assert (what, who, about) == ("read", "taxii staff", OPEN)
    assert says.startswith("objects: 5 objects added 20")
    named = "\n".join(f"{one['id']} {one['modified']}" for one in notes[:5])
    assert says.endswith(f"sha256 {hashlib.sha256(named.encode()).hexdigest()[:32]}")


def test_few_objects_are_told_by_name_and_every_form_of_reading_is(logged):
    one = note()
    logged.staff.post(one)
    path = f"collections/{OPEN}"
    for end in ("objects/", "manifest/", f"objects/{one['id']}/", f"objects/{one['id']}/versions/"):
        assert logged.staff.get(f"{path}/{end}").status_code == 200
    said = [line[3] for line in logged.told("read")]
    assert [text.partition(":")[0] for text in said] == [
        "objects",
        "manifest",
        "object",
        "versions",
    ]
    assert all(one["id"] in text for text in said)


def test_polls_without_news_are_counted_and_written_once_a_minute(logged):
    logged.staff.post(note())
    logged.lines.clear()
    for _ in range(50):
        logged.staff.objects("added_after=2999-01-01T00:00:00.000000Z")
    assert logged.lines == []
    logged.at += EVERY
    logged.staff.objects()
    assert ("read", "taxii staff", OPEN, "objects: nothing new, 50 time(s)") in logged.lines
    logged.noting.flush()
    assert len(logged.told("read")) == 2, "what was written is not written again"


def test_what_was_refused_stands_there_with_the_reason_and_no_word_of_the_caller(logged):
    for _ in range(3):
        logged.http.get("/taxii2/", headers={"Accept": headers("staff")["Accept"]})
    logged.staff.get("collections/wordofthecaller/objects/")
    logged.staff.objects("match[wordofthecaller]=1&limit=x")
    logged.staff.post(body="{wordofthecaller")
    logged.noting.flush()
    told = {(who, about, says) for _, who, about, says in logged.told("refuse")}
    assert ("taxii nobody", "", "401 Credentials are needed, 3 time(s)") in told
    assert ("taxii staff", "", "404 No such collection, 1 time(s)") in told
    assert any(says.startswith("400 The query") for _, _, says in told)
    assert any("body cannot be read" in says for _, _, says in told)
    assert "wordofthecaller" not in str(logged.lines)


def test_a_post_says_what_was_taken_and_names_what_was_not(logged):
    secret = "words that stay on the shelf"
    red = note(9, marking=Marking.RED, content=secret)
    logged.staff.post(note(1, content=secret), note(2), red)
    logged.staff.post(note(1, content="other words"), note(2))
    received = [says for _, _, _, says in logged.told("receive")]
    assert received == ["2 new, 0 here already", "0 new, 1 here already"]
    refused = [says for _, _, _, says in logged.told("refuse")]
    assert red["id"] in refused[0]
    assert "TLP:RED" in refused[0]
    assert "another content is kept" in refused[1]
    assert secret not in str(logged.lines)


def test_what_cannot_be_logged_is_not_sent(logged):
    logged.staff.post(note(content="not to be seen"))
    logged.fails = True
    answer = logged.staff.objects()
    assert answer.status_code == 507
    assert "not to be seen" not in answer.text
    logged.fails = False
    assert len(logged.staff.objects().json()["objects"]) == 1


def test_what_was_counted_is_not_lost_when_the_log_fails_for_a_while(logged):
    logged.staff.get("collections/x/objects/")
    logged.fails = True
    with pytest.raises(ArchiveFull):
        logged.noting.flush()
    logged.fails = False
    logged.noting.flush()
    assert logged.told("refuse") == [
        ("refuse", "taxii staff", "", "404 No such collection, 1 time(s)")
    ]


def test_the_lines_stand_in_the_chained_log_and_a_changed_one_shows(tmp_path):
    with open_shelf(tmp_path / "home") as shelf, SqliteFeeds(tmp_path / "home") as keeper:
        noting = Noting(keeper.log)
        app = make_taxii(lambda: (HOUSE, ACCOUNTS), shelf, noting=noting)
        staff = Caller(TestClient(app))
        staff.post(*(note(n) for n in range(TOLD + 3)))
        staff.everything(f"collections/{OPEN}/objects/")
        lines = list(keeper.audit())
        assert [line.what for line in lines] == ["receive", "read", "read"]
        assert all(re.fullmatch(r"[0-9a-f]{64}", line.chain) for line in lines)
        assert verify(keeper, "").sound
