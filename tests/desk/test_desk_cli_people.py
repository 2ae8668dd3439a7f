"""The verbs of people, as whoever keeps the house calls them."""

import io
import sys

import pytest
from argon2 import PasswordHasher

from foreshock.exchange import people

GOOD = "correct horse battery\n"


@pytest.fixture
def house(call, monkeypatch):
    """The command line with a desk; passwords come by stdin, and are hashed quickly."""
    monkeypatch.setattr(people, "HASHER", PasswordHasher(1, 8, 1))

    def run(*words, stdin=GOOD):
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        return call(*words)

    run("missions", "add", "minerals", "--host", "KR", "--desk-here")
    return run


def test_the_first_person_is_written_down_on_the_machine_and_the_seed_is_shown_once(house):
    ended = house("people", "add", "mina", "--role", "analyst", "--desk", "minerals",
                  "--password-stdin")  # fmt: skip
    assert ended.code == 0
    assert "otpauth://totp/Foreshock:mina?secret=" in ended.out
    listed = house("people", "list")
    assert "mina" in listed.out
    assert "analyst" in listed.out
    assert ended.out.split()[0] not in house("people", "list", "--json").out
    again = house("people", "add", "mina", "--role", "officer", "--password-stdin")
    assert again.out == "", "another role is no new secret"


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("add", "Mina", "--role", "analyst"), GOOD),
        (("add", "mina", "--role", "king"), GOOD),
        (("add", "mina", "--role", "auditor", "--role", "officer"), GOOD),
        (("add", "mina", "--role", "mission"), GOOD),
        (("add", "mina", "--role", "analyst"), "short\n"),
        (("add", "mina", "--role", "analyst"), ""),
        (("reset", "nobody"), GOOD),
    ],
)
def test_what_cannot_be_is_one_sentence_and_writes_nobody_down(house, words, stdin):
    ended = house("people", *words, "--password-stdin", stdin=stdin)
    assert ended.code == 2
    assert "expected" in ended.err
    assert "Nobody is written down" in house("people", "list").out


def test_without_a_terminal_no_password_is_invented(house):
    ended = house("people", "add", "mina", "--role", "analyst")
    assert ended.code == 2
    assert "--password-stdin" in ended.err


def test_reset_unlock_log_out_and_close_are_one_word_each(house):
    house("people", "add", "mina", "--role", "analyst", "--password-stdin")
    assert "otpauth://" in house("people", "reset", "mina", "--password-stdin").out
    assert "may try again" in house("people", "unlock", "mina").err
    assert "0 session(s)" in house("people", "log-out", "mina").err
    assert "closed" in house("people", "close", "mina").err
    assert "(closed)" in house("people", "list").out
    assert house("people", "reset", "mina", "--password-stdin").code == 2


def test_the_table_of_roles_is_shown(house):
    shown = house("people", "roles").out
    assert "auditor" in shown
    assert "TLP:GREEN" in shown
