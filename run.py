#!/usr/bin/env python3
"""Install Foreshock beside this file and pass the words on: `python3 run.py up`, `run.py test`.

Needs Python 3.11 or newer and nothing else: it makes `.venv` from the hashed lock, with uv when
that is on the PATH, else with the pip that lies in `vendor/`, and starts again from scratch when
it was interrupted or the lock has changed. `run.py test` also installs the tools of the tests
and runs every check that the project has.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - the reader may well have an older one
    sys.exit(
        f"Foreshock needs Python 3.11 or newer, and this is {sys.version_info[0]}."
        f"{sys.version_info[1]}. Run it with a newer one, for example: python3.12 run.py up"
    )

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
PIP = HERE / "vendor" / "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
LOCKS = {"run": HERE / "requirements.lock", "test": HERE / "requirements-dev.lock"}
MADE = VENV / "made-for"

#: what `run.py test` does, in this order; each is run even if one before it failed
CHECKS = (
    ("format", ["ruff", "format", "--check", "."]),
    ("lint", ["ruff", "check", "."]),
    ("types", ["mypy"]),
    # one worker per core; the tests of a file stay together, for the sake of what they share
    ("tests", ["pytest", "-n", "logical", "--maxprocesses", "8", "--dist", "loadfile"]),
)


def main(words: list[str]) -> int:
    """Install what is needed, then do what the words say; the exit code of that."""
    testing = words[:1] == ["test"]
    install("test" if testing else "run")
    if testing:
        return check(words[1:])
    command = [str(PYTHON), "-m", "foreshock", *(words or ["--help"])]
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)


def install(purpose: str) -> None:
    """Make `.venv` hold what the lock for this purpose says; does nothing if it does already."""
    wanted = {name: _fingerprint(lock) for name, lock in LOCKS.items()}
    made = MADE.read_text("utf-8").split() if MADE.is_file() else []
    enough = [wanted["test"]] if purpose == "test" else list(wanted.values())
    if PYTHON.exists() and any(mark in made for mark in enough):
        return
    lock = LOCKS[purpose]
    count = sum(line[:1].isalnum() for line in lock.read_text("utf-8").splitlines())
    say(f"Installing Foreshock into {VENV.name}/ ({count} packages, this happens once) ...")
    started = time.monotonic()
    MADE.unlink(missing_ok=True)
    if not _with_uv(lock, count) and not _with_pip(lock, count):
        sys.exit(1)
    _site_packages().joinpath("foreshock.pth").write_text(f"{HERE / 'src'}\n", "utf-8")
    _write_command()
    MADE.write_text(wanted[purpose] + "\n", "utf-8")
    say(f"Installed in {time.monotonic() - started:.0f} s.")


def _fingerprint(lock: Path) -> str:
    digest = hashlib.sha256(lock.read_bytes() + VERSION.encode() + str(HERE).encode())
    return f"{lock.stem}-{digest.hexdigest()[:16]}"


def _with_uv(lock: Path, count: int) -> bool:
    uv = shutil.which("uv")
    if uv is None:
        return False
    made = subprocess.run(
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)], check=False
    )
    target = ["--python", str(PYTHON), "--require-hashes", "-r", str(lock)]
    if made.returncode == 0 and _watch([uv, "pip", "install", *target], count):
        return True
    say("uv could not install; trying again with pip.")
    return False


def _with_pip(lock: Path, count: int) -> bool:
    if hashlib.sha256(PIP.read_bytes()).hexdigest() != PIP_SHA256:
        say(f"{PIP.name} is not the file that was put there. Restore it: git checkout vendor")
        return False
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=False)
    if made.returncode != 0:
        say("Python could not make a virtual environment; its own words stand above.")
        return False
    pip = [str(PYTHON), str(PIP / "pip"), "install", "--disable-pip-version-check"]
    return _watch([*pip, "--no-input", "--require-hashes", "-r", str(lock)], count)


def _watch(command: list[str], count: int) -> bool:
    """Run an installer, showing how far it is; on failure its last words and what to do."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"},
    )
    heard: list[str] = []
    fetched = 0
    assert process.stdout is not None
    for line in process.stdout:
        heard.append(line.rstrip())
        if line.startswith("Collecting "):
            fetched += 1
            _progress(fetched, count, f"fetching {line.split()[1].split('=')[0]}")
        elif line.startswith("Installing collected"):
            _progress(count, count, "unpacking all of them")
    ok = process.wait() == 0
    _progress_end()
    if not ok:
        say("\n".join(heard[-8:]))
        say(
            "The packages could not be installed; the installer's last words stand above. "
            "Check that the package registry can be reached, and run the same command again."
        )
    return ok


def _progress(done: int, count: int, what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K  [{done}/{count}] {what}", end="", file=sys.stderr, flush=True)
    elif done % 15 == 0 or done == count:
        say(f"  [{done}/{count}] {what}")


def _progress_end() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _site_packages() -> Path:
    if os.name == "nt":
        return VENV / "Lib" / "site-packages"
    return VENV / "lib" / f"python{VERSION}" / "site-packages"


def _write_command() -> None:
    """The command `.venv/bin/foreshock`, for those who put that folder on their PATH."""
    if os.name != "nt":
        command = BIN / "foreshock"
        command.write_text(f'#!/bin/sh\nexec "{PYTHON}" -m foreshock "$@"\n', "utf-8")
        command.chmod(0o755)


def check(words: list[str]) -> int:
    """Run every check, or with words only the tests of these words for pytest, one by one."""
    failed = []
    for name, command in CHECKS if not words else (("tests", ["pytest", *words]),):
        say(f"== {name}")
        started = time.monotonic()
        if subprocess.call([str(PYTHON), "-m", *command], cwd=HERE) != 0:
            failed.append(name)
        say(f"   {name}: {time.monotonic() - started:.0f} s")
    if failed:
        say(f"Not passed: {', '.join(failed)}.")
    return 1 if failed else 0


def say(text: str) -> None:
    """Talk goes to stderr; stdout is for results."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("\nInterrupted; run the same command again to go on.")
        sys.exit(130)
