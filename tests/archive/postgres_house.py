"""A PostgreSQL of the tests' own: made, used and thrown away, reached by a socket in its folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg

#: where Debian and others keep what is not on the PATH
PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")
#: a database that is thrown away need not survive a power cut; it starts and stops faster so
QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "80",
    "listen_addresses": "",
    "autovacuum": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
}


def programs():
    """The folder of `initdb` and `postgres`; None where no server is installed."""
    found = shutil.which("initdb")
    if found:
        return Path(os.path.realpath(found)).parent
    for place in PLACES:
        for folder in sorted(Path("/").glob(place), reverse=True):
            if (folder / "initdb").exists():
                return folder
    return None


@contextmanager
def cluster(bin, settings=QUICK):
    """A running server; yields how to reach it."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        who = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        Path(folder).chmod(0o755)
        common = {"cwd": folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}, **who}
        made = subprocess.run(
            [bin / "initdb", "-D", "data", "-U", "warn", "-A", "trust", "-E", "UTF8", "--no-sync"],
            capture_output=True, check=False, timeout=120, **common,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        words = [str(bin / "postgres"), "-D", "data", "-k", folder]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        with (Path(folder) / "log").open("wb") as log:
            server = subprocess.Popen(words, stdout=log, stderr=log, **common)
        try:
            database = f"host={folder} user=warn dbname=postgres"
            _wait(database, Path(folder) / "log")
            yield database
        finally:
            server.send_signal(signal.SIGINT)  # at once, without waiting for clients
            server.wait(30)


def _wait(database, log):
    for _ in range(600):
        try:
            psycopg.connect(database, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())


def emptied(database):
    """The database without anything that was kept in it."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET client_min_messages = error")
        connection.execute("DROP SCHEMA IF EXISTS foreshock CASCADE")
    return database
