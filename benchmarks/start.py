"""Cold and warm start as a new user has them: a clone, one command, nothing prepared.

    python benchmarks/start.py [--runs 3]

Cold: clone, install, archive, pack, texts, a round (`run.py up --no-serve`), each time in a new
folder with an empty archive. Warm: the same command again. Peer in the same run: what the bare
interpreter takes to start, and the same lock installed by uv if it is on the PATH.
Prints a Markdown table with medians; the largest memory is that of the warm process.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def timed(command: list[str], folder: Path, env: dict[str, str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr.decode()[-2000:]}")
    return time.perf_counter() - started


def clone(into: Path) -> Path:
    target = into / "foreshock"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(target)], check=True)
    return target


def without_uv(env: dict[str, str]) -> dict[str, str]:
    """The environment with no uv on its PATH: the pip in vendor/ then installs."""
    kept = [d for d in env["PATH"].split(os.pathsep) if not (Path(d) / "uv").exists()]
    return {**env, "PATH": os.pathsep.join(kept)}


def measure(runs: int) -> list[tuple[str, list[float]]]:
    cold, warm, verbs = [], [], []
    bare = [timed([sys.executable, "-c", "pass"], ROOT, dict(os.environ)) for _ in range(runs)]
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            here = clone(Path(folder))
            env = without_uv({**os.environ, "FORESHOCK_HOME": str(Path(folder) / "home")})
            up = [sys.executable, "run.py", "up", "--no-serve"]
            cold.append(timed(up, here, env))
            warm += [timed(up, here, env) for _ in range(runs)]
            version = [sys.executable, "run.py", "version"]
            verbs += [timed(version, here, env) for _ in range(runs)]
    rows = [
        ("cold: install with pip, archive, pack, round", cold),
        ("warm: the same again", warm),
        ("`version`", verbs),
        ("bare interpreter (peer)", bare),
    ]
    if shutil.which("uv"):
        rows.insert(1, ("cold, with uv on the PATH", cold_with_uv(runs)))
    return rows


def cold_with_uv(runs: int) -> list[float]:
    seconds = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            here = clone(Path(folder))
            env = {**os.environ, "FORESHOCK_HOME": str(Path(folder) / "home")}
            up = [sys.executable, "run.py", "up", "--no-serve"]
            seconds.append(timed(up, here, env))
    return seconds


def report(runs: int) -> str:
    lines = ["| start | median s | lowest | highest | runs |", "|---|---|---|---|---|"]
    for name, seconds in measure(runs):
        lines.append(
            f"| {name} | {statistics.median(seconds):.2f} | {min(seconds):.2f} | "
            f"{max(seconds):.2f} | {len(seconds)} |"
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    lines.append(f"\nLargest memory of any process started: {peak:.0f} MB.")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    print(report(parser.parse_args().runs))
