"""How far the desk reaches: passwords never travel in the clear, and it is never open to others."""

import pytest

from foreshock.archive import open_archive
from foreshock.desk.serving import reach, serve_desk
from foreshock.errors import WrongUse
from foreshock.words.pack import Pack


def test_without_a_word_about_more_it_answers_this_machine_only_and_without_login():
    where = reach("127.0.0.1", 8421, "")
    assert (where.others, where.hosts) == (False, ("127.0.0.1", "localhost", "::1"))


@pytest.mark.parametrize("bind", ["127.0.0.1", "0.0.0.0", "::"])
def test_under_an_https_address_others_reach_it_and_it_answers_to_that_name(bind):
    where = reach(bind, 8421, "https://desk.example.org")
    assert where.others
    assert "desk.example.org" in where.hosts


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("0.0.0.0", ""), ("::", ""), ("192.0.2.1", ""), ("desk.example.org", ""), ("", ""),
        ("127.0.0.1", "http://desk.example.org"), ("127.0.0.1", "https://"),
        ("127.0.0.1", "https://desk.example.org/path"), ("127.0.0.1", "https://[bad"),
        ("127.0.0.1", "desk.example.org"), ("127.0.0.1", "javascript:x"),
    ],
)  # fmt: skip
def test_what_would_carry_passwords_in_the_clear_or_is_no_address_is_refused(bind, url):
    with pytest.raises(WrongUse, match="expected"):
        reach(bind, 8421, url)


def test_it_does_not_start_for_others_as_long_as_nobody_could_log_in(tmp_path):
    where = reach("127.0.0.1", 58421, "https://desk.example.org")
    with (
        open_archive(tmp_path / "home") as archive,
        pytest.raises(WrongUse, match="nobody is written down"),
    ):
        serve_desk(archive, Pack(), where)
