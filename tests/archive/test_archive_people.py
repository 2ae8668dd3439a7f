import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from foreshock.archive.people import FILE, SqliteSecrets
from foreshock.errors import ArchiveDamaged
from foreshock.words.people import Secret, Session

AT = datetime(2026, 11, 28, tzinfo=UTC)
SECRET = Secret(password="$argon2id$one", totp="SEED", since=AT)


def session(key: str, person: str = "mina", hours: int = 12) -> Session:
    return Session(key=key, person=person, opened=AT, seen=AT, expires=AT + timedelta(hours=hours))


@pytest.fixture
def secrets(tmp_path):
    with SqliteSecrets(tmp_path) as opened:
        yield opened


def test_the_file_is_readable_by_this_user_only(tmp_path, secrets):
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_secret_is_kept_and_a_new_one_leaves_no_byte_of_the_old(tmp_path, secrets):
    secrets.set_secret("mina", SECRET)
    assert secrets.secret("mina") == SECRET
    secrets.set_secret("mina", Secret(password="two", totp="OTHER", since=AT))
    assert b"$argon2id$one" not in (tmp_path / FILE).read_bytes()
    assert secrets.secret("joon") is None


def test_a_step_is_used_once_and_never_backwards(secrets):
    secrets.set_secret("mina", SECRET)
    assert [secrets.use_code("mina", step) for step in (5, 5, 4, 6)] == [True, False, False, True]
    assert not secrets.use_code("joon", 5)


def test_a_new_password_with_the_same_seed_does_not_make_old_codes_good_again(secrets):
    secrets.set_secret("mina", SECRET)
    secrets.use_code("mina", 5)
    secrets.set_secret("mina", Secret(password="two", totp="SEED", since=AT))
    assert not secrets.use_code("mina", 5)


def test_of_many_who_use_the_same_code_at_once_one_succeeds(tmp_path, secrets):
    secrets.set_secret("mina", SECRET)
    found = []

    def use():
        found.append(secrets.use_code("mina", 7))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(True) == 1


def test_tries_are_counted_within_their_window_only(secrets):
    assert [secrets.tried("a", at, at - 10, 2) for at in (1.0, 2.0, 3.0)] == [1, 0, -1]
    assert secrets.tried("a", 20.0, 10.0, 2) == 1
    secrets.forget_tries("a")
    assert secrets.tried("a", 21.0, 11.0, 2) == 1


def test_sessions_are_opened_seen_ended_one_by_one_or_all(secrets):
    for key in ("k1", "k2"):
        secrets.open_session(session(key))
    secrets.open_session(session("k3", "joon"))
    secrets.see_session("k1", AT + timedelta(minutes=5))
    assert secrets.session("k1").seen == AT + timedelta(minutes=5)
    assert secrets.end_sessions("joon", "k1") == 0
    assert secrets.end_sessions("mina", "k1") == 1
    assert [s.key for s in secrets.sessions("mina")] == ["k2"]
    assert secrets.end_sessions("mina") == 1
    assert [s.person for s in secrets.sessions()] == ["joon"]


def test_sessions_that_are_over_are_forgotten_when_the_next_is_opened(secrets):
    secrets.open_session(session("old", hours=-1))
    secrets.open_session(session("new"))
    assert [s.key for s in secrets.sessions()] == ["new"]


def test_the_key_of_forms_is_the_same_for_every_process(tmp_path, secrets):
    with SqliteSecrets(tmp_path) as other:
        assert other.form_key() == secrets.form_key()
    assert len(secrets.form_key()) == 32


def test_a_file_that_is_no_database_is_said_to_be_damaged_and_nobody_is_let_in(tmp_path):
    (tmp_path / FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(ArchiveDamaged):
        SqliteSecrets(tmp_path)


def test_a_process_killed_while_it_writes_leaves_what_was_kept(tmp_path, secrets):
    secrets.set_secret("mina", SECRET)
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from foreshock.archive.people import SqliteSecrets;"
        "s = SqliteSecrets(Path(sys.argv[1]));\n"
        "with s._writing() as c:\n"
        "    c.execute('DELETE FROM secret')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    source = str(Path(__file__).parents[2] / "src")
    killed = subprocess.run([sys.executable, "-c", code, tmp_path], env={"PYTHONPATH": source})
    assert killed.returncode == -9
    assert secrets.secret("mina") == SECRET
