"""The verbs of the exchange by TAXII, as a user types them."""

import json
import stat

import pytest

from foreshock.exchange.taxii import read_book


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
