"""The verbs of the exchange by TAXII, as a user types them."""

import json
import stat

import pytest
from desk_cli_calls import let_release
from taxii_house import note
from taxii_served import served
from test_exchange_stix import warning

from foreshock.archive import open_archive
from foreshock.desk.publishing import own_warnings
from foreshock.exchange.taxii import read_book
from foreshock.words.missions import Arrival


@pytest.fixture
def home(tmp_path):
    """An empty place: what is offered here is this test's own."""
    return tmp_path / "house"


@pytest.fixture
def offered(call, home):
    """A house with one collection and one account; its secret."""
    assert call("taxii", "add-collection", "Warnings", "--home", home).code == 0
    added = call("taxii", "add-account", "nl-desk", "--read", "Warnings", "--home", home)
    assert added.code == 0
    return added.out.strip()


def test_a_secret_is_shown_once_and_kept_as_a_hash_only_this_user_reads(offered, home):
    file = home / "taxii.json"
    assert len(offered) >= 32
    assert offered not in file.read_text()
    assert "scrypt$" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_offered_is_shown_without_secrets(offered, call, home):
    shown = call("taxii", "describe", "--home", home).out
    assert "nl-desk (community): reads Warnings" in shown
    told = call("taxii", "describe", "--json", "--home", home).out
    assert "scrypt" not in told
    assert json.loads(told)["accounts"][0]["read"] == [json.loads(told)["collections"][0]["id"]]


def test_an_account_can_be_changed_and_taken_away(offered, call, home, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a secret of my own\n")
    words = ("--write", "Warnings", "--for", "organisation", "--secret-file", secret)
    changed = call("taxii", "add-account", "nl-desk", *words, "--home", home)
    assert (changed.code, changed.out) == (0, "")
    (account,) = read_book(home).accounts
    assert account.receiver.circle == "organisation"
    assert account.read == frozenset()
    assert call("taxii", "remove-account", "nl-desk", "--home", home).code == 0
    assert read_book(home).accounts == ()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serve",), "there is nothing to serve"),
        (("serve", "--port", "99999"), "--port is 99999"),
        (("publish", "Nowhere"), "no collection 'Nowhere'"),
        (("add-account", "a:b"), "without a colon"),
        (("add-account", "x", "--for", "friends"), "--for is 'friends'"),
        (("add-account", "x", "--read", "Nowhere"), "no collection 'Nowhere'"),
        (("add-account", "x", "--secret-file", "nowhere"), "cannot be read"),
        (("remove-account", "x"), "no account 'x'"),
        (("add-collection", " "), "the title is"),
        (("describe", "--url", "ftp://x/y"), "the address is"),
        (("describe", "--url", "https://x/"), "a path of its own"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(call, home, words, said):
    ended = call("taxii", *words, "--home", home)
    assert ended.code == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert not (home / "taxii.json").exists()


def test_a_short_secret_is_refused(call, home, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("short")
    ended = call("taxii", "add-account", "x", "--secret-file", secret, "--home", home)
    assert ended.code == 2
    assert "expected at least 12" in ended.err


def test_a_title_twice_is_refused(offered, call, home):
    ended = call("taxii", "add-collection", "Warnings", "--home", home)
    assert ended.code == 2
    assert "already" in ended.err


def test_a_book_that_was_spoilt_is_said(offered, call, home):
    (home / "taxii.json").write_text("{")
    ended = call("taxii", "describe", "--home", home)
    assert ended.code == 1
    assert "taxii.json" in ended.err


# -- two houses ----------------------------------------------------------------------------------


def test_what_one_house_publishes_another_pulls_reads_and_answers(call, tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    assert call("up", "--no-serve", "--holder", "KR", "--home", ours).code == 0
    by = ("--release-by", let_release(ours))
    with served(ours) as to:
        unnamed = call("taxii", "publish", "Warnings", "--house", " ", *by, "--home", ours)
        assert "no name yet" in unnamed.err
        unreleased = call("taxii", "publish", "Warnings", "--home", ours)
        assert (unreleased.code, unreleased.out) == (1, "")
        assert "were not released to 'Warnings'" in unreleased.err
        first = call("taxii", "publish", "Warnings", *by, "--home", ours)
        assert first.code == 0
        count = int(first.out.split()[0])
        assert count > 20
        assert (
            f"0 new, {count} there already"
            in call("taxii", "publish", "Warnings", "--home", ours).out
        )

        secret = tmp_path / "secret"
        secret.write_text(to.secret)
        login = ("--from", "kr", "--user", "partner", "--secret-file", secret, "--home", theirs)
        got = call("taxii", "pull", to.url, *login)
        assert (got.code, got.out) == (0, f"Warnings: {count} new, 0 here already, 0 set aside\n")
        again = call("taxii", "pull", to.url, *login, "--limit", "7").out
        assert again.startswith("Warnings: 0 new")

        listed = call("taxii", "list", "--type", "report", "--home", theirs).out
        assert "WARNING level" in listed
        told = json.loads(call("taxii", "list", "--json", "--home", theirs).out)
        assert len(told["objects"]) == count
        records = [one["record"] for one in told["objects"] if one["record"]]
        assert any(one["p90"] > 0 for one in records if "p90" in one)
        report = next(one for one in told["objects"] if one["type"] == "report")
        shown = call("taxii", "show", report["id"], "--home", theirs).out
        assert "Probability that a shortage begins" in shown
        assert "from kr, TLP:CLEAR" in shown
        raw = json.loads(call("taxii", "show", report["id"], "--json", "--home", theirs).out)
        assert raw["id"] == report["id"]
        assert call("taxii", "list", "--since", "2999-01-01", "--home", theirs).out == ""
        assert call("taxii", "aside", "--home", theirs).out == ""

        back = (*login[:-1], ours)
        kept = call("taxii", "push", to.url, "--collection", "Warnings", *back)
        assert "were not released to 'kr'" in kept.err
        sent = call("taxii", "push", to.url, "--collection", "Warnings", *by, *back)
        assert (sent.code, sent.out) == (0, f"{count} sent, 0 sent before, 0 not taken\n")
        again = call("taxii", "push", to.url, "--collection", "Warnings", *back).out
        assert again == f"0 sent, {count} sent before, 0 not taken\n"
        read = call("audit", "show", "--what", "read", "--last", "9999", "--home", ours).out
        assert f"read  taxii partner  {to.collection}  objects: {count} objects added 20" in read
        came = call("audit", "show", "--what", "receive", "--home", theirs).out
        assert f"receive  taxii kr  {to.collection}  {count} new, 0 here already" in came
        assert call("audit", "verify", "--home", ours).code == 0
        refused = call("taxii", "push", to.url, "--collection", "Nowhere", *login)
        assert "no collection 'Nowhere' that we may write" in refused.err


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("pull", "nonsense", "--from", "x"), "the address is 'nonsense'", 2),
        (("pull", "http://127.0.0.1:9/"), "cannot be reached", 1),
        (("pull", "http://127.0.0.1:9/", "--user", "x"), "go together", 2),
        (("pull", "http://127.0.0.1:9/", "--from", "a/b"), "without a slash", 2),
        (("pull", "http://127.0.0.1:9/", "--limit", "0"), "--limit is 0", 2),
        (("pull", "http://a:b@127.0.0.1:9/"), "holds a name or a secret", 2),
        (("show", "report--1"), "no object 'report--1'", 2),
        (("list", "--since", "soon"), "--since is 'soon'", 2),
        (("list", "--database", "host=/nowhere user=x"), "the database refused", 1),
    ],
)
def test_what_cannot_be_fetched_or_shown_is_one_sentence(
    call, home, words, said, code, monkeypatch
):
    monkeypatch.setattr("foreshock.exchange.taxii.wire.TRIES", 1)
    ended = call("taxii", *words, "--home", home)
    assert said in ended.err
    assert ended.code == code


def test_nothing_from_partners_is_said_as_such(call, home):
    assert "Nothing has come" in call("taxii", "list", "--home", home).err
    assert "Nothing was set aside" in call("taxii", "aside", "--home", home).err


def test_objects_for_named_persons_are_counted_and_not_shown(call, home):
    from foreshock.archive.shelf import open_shelf
    from foreshock.exchange.intake import sort_out
    from foreshock.words.markings import Marking

    red = json.dumps(note(1, marking=Marking.RED, content="hush")).encode()
    with open_shelf(home) as shelf:
        shelf.put("from kr/c", sort_out([red])[0])
    ended = call("taxii", "list", "--home", home)
    assert ended.out == ""
    assert "1 object(s) are marked for named persons only" in ended.err
    assert "hush" not in call("taxii", "list", "--json", "--home", home).out
    assert call("taxii", "show", note(1)["id"], "--home", home).code == 2


def test_only_what_this_house_has_issued_in_earnest_is_published(tmp_path):
    issued = [
        warning(item=f"min.{item}", **changes)
        for item, changes in {
            "ga": {}, "ge": {"state": "cancelled"}, "sb": {"state": "draft"},
            "dy": {"nature": "exercise"}, "nd": {"nature": "test"}, "tb": {},
        }.items()
    ]  # fmt: skip
    theirs = issued[-1]
    arrival = Arrival(
        clocks=theirs.clocks, object="report--1", version="1", partner="nl", way="taxii",
        fate="came", of=theirs.id,
    ).sealed()  # fmt: skip
    with open_archive(tmp_path) as archive:
        archive.add([*issued, arrival])
        found = {(w.item, w.state) for w in own_warnings(archive)}
    assert found == {("min.ga", "issued"), ("min.ge", "cancelled")}
