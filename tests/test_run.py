"""run.py, without installing anything: the real installation is what CI starts with."""

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def run():
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_bundled_installer_is_the_file_that_was_put_there(run):
    assert hashlib.sha256(run.PIP.read_bytes()).hexdigest() == run.PIP_SHA256
    assert run.PIP_SHA256 in (ROOT / "vendor" / "README.md").read_text("utf-8")


def test_a_bundled_installer_that_was_tampered_with_is_not_used(run, tmp_path, capsys):
    run.PIP = tmp_path / "pip.whl"
    run.PIP.write_bytes(b"something else")
    assert run._with_pip(run.LOCKS["run"], 1) is False
    assert "not the file that was put there" in capsys.readouterr().err


def test_an_installation_that_was_cut_short_is_made_again(run, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "MADE", tmp_path / "made-for")
    monkeypatch.setattr(run, "PYTHON", Path(sys.executable))
    calls = []
    monkeypatch.setattr(run, "_with_uv", lambda *a: calls.append("uv") or True)
    monkeypatch.setattr(run, "_site_packages", lambda: tmp_path)
    monkeypatch.setattr(run, "_write_command", lambda: None)
    run.install("run")
    run.install("run")
    assert calls == ["uv"], "made once, then left alone"
    run.MADE.unlink()
    run.install("run")
    assert calls == ["uv", "uv"]


def test_a_changed_lock_is_installed_again(run, tmp_path, monkeypatch):
    lock = tmp_path / "requirements.lock"
    lock.write_text("a==1\n", "utf-8")
    before = run._fingerprint(lock)
    lock.write_text("a==2\n", "utf-8")
    assert run._fingerprint(lock) != before


def test_a_failing_installer_shows_its_last_words_and_what_to_do(run, capsys):
    command = [sys.executable, "-c", "print('no such registry'); raise SystemExit(1)"]
    assert run._watch(command, 1) is False
    said = capsys.readouterr().err
    assert "no such registry" in said
    assert "registry can be reached" in said


def test_every_check_is_run_even_when_one_fails(run, monkeypatch, capsys):
    done = []
    monkeypatch.setattr(run.subprocess, "call", lambda c, cwd: done.append(c[2]) or 1)
    assert run.check([]) == 1
    assert done == ["ruff", "ruff", "mypy", "pytest"]
    assert "Not passed: format, lint, types, tests" in capsys.readouterr().err


def test_an_old_python_is_told_so_in_one_sentence():
    """The file must at least parse and refuse on Pythons older than it needs."""
    code = (
        "import sys, runpy; sys.version_info = (3, 9, 2); sys.argv = ['run.py', 'up']; "
        f"runpy.run_path({str(ROOT / 'run.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer, and this is 3.9" in done.stderr
