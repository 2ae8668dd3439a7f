"""Keys stay with their owner, and a name has one key."""

import os
from pathlib import Path

import pytest

from foreshock.errors import NotAllowed, Unreadable, WrongUse
from foreshock.exchange import fingerprint, load_identity, new_identity
from foreshock.exchange.identity import verifies


def test_the_private_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    new_identity("Seoul desk", tmp_path)
    path = tmp_path / "keys" / "Seoul desk.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_private_key_shows_in_no_message(tmp_path: Path) -> None:
    made = new_identity("Seoul", tmp_path)
    secret = (tmp_path / "keys" / "Seoul.key").read_text().strip()
    assert secret not in repr(made)
    assert made.key in repr(made)


def test_a_kept_identity_signs_as_before(tmp_path: Path) -> None:
    made = new_identity("Seoul", tmp_path)
    signature = load_identity("Seoul", tmp_path).sign(b"a message")
    assert verifies(made.key, signature, b"a message")
    assert not verifies(made.key, signature, b"another message")
    assert not verifies(made.key, "no hex", b"a message")


def test_a_name_keeps_its_first_key(tmp_path: Path) -> None:
    made = new_identity("Seoul", tmp_path)
    with pytest.raises(WrongUse, match="already has a key"):
        new_identity("Seoul", tmp_path)
    assert load_identity("Seoul", tmp_path) == made


@pytest.mark.parametrize("name", ["../evil", "", ".hidden", "a/b", "x" * 100, "a\nb"])
def test_a_name_that_is_no_plain_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUse, match="the name"):
        new_identity(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="other systems keep rights in another way")
def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    new_identity("Seoul", tmp_path)
    (tmp_path / "keys" / "Seoul.key").chmod(0o644)
    with pytest.raises(NotAllowed, match="may be read by others, expected mode 0600"):
        load_identity("Seoul", tmp_path)


def test_a_missing_or_damaged_key_is_said(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="'Seoul' has no key"):
        load_identity("Seoul", tmp_path)
    new_identity("Seoul", tmp_path)
    (tmp_path / "keys" / "Seoul.key").write_text("spoilt")
    with pytest.raises(Unreadable, match="holds no key"):
        load_identity("Seoul", tmp_path)


def test_fingerprints_differ_and_a_wrong_key_has_none(tmp_path: Path) -> None:
    a, b = new_identity("A", tmp_path), new_identity("B", tmp_path)
    assert fingerprint(a.key) != fingerprint(b.key)
    with pytest.raises(WrongUse, match="expected 64 hex digits"):
        fingerprint("not a key")
