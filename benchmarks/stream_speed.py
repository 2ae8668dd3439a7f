"""What a value of a stream costs: `python benchmarks/stream_speed.py [--python PYTHON]`.

The detector takes a made series of 20 000 values with a daily cycle, three times; the median is
told. In the same run, on the same values, stand a moving z-score in plain Python and, where PYTHON
(an interpreter of another environment) has river, its half-space trees and its ADWIN.
"""

import argparse
import math
import random
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from foreshock.watch.stream import Stream

ROWS, CYCLE, TIMES = 20_000, 288, 3

RIVER = """
import sys, time, json
from river import anomaly, drift
values = json.loads(sys.stdin.read())
low, high = min(values), max(values)
def trees():
    model = anomaly.HalfSpaceTrees(seed=0, limits={"x": (low, high)})
    for value in values:
        model.score_one({"x": value})
        model.learn_one({"x": value})
def adwin():
    model = drift.ADWIN()
    for value in values:
        model.update(value)
for name, run in (("river HalfSpaceTrees", trees), ("river ADWIN", adwin)):
    started = time.perf_counter()
    run()
    print(name, (time.perf_counter() - started) / len(values) * 1e6)
"""


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--python", type=Path, help="an interpreter that has river")
    asked = words.parse_args()
    values = made(ROWS)
    ours = microseconds(lambda: watch(values))
    plain = microseconds(lambda: z_scores(values))
    print(f"ours: {ours:.0f} us a value; moving z-score in plain Python: {plain:.1f} us")
    if asked.python:
        ended = subprocess.run(
            [str(asked.python), "-c", RIVER],
            input=str(values),
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            sys.exit(f"river failed: {ended.stderr[-500:]}")
        for line in ended.stdout.splitlines():
            name, _, cost = line.rpartition(" ")
            print(f"{name}: {float(cost):.1f} us a value, {float(cost) / ours:.2f} times ours")


def made(rows: int) -> list[float]:
    rng = random.Random(0)
    return [math.sin(n * 2 * math.pi / CYCLE) + rng.gauss(0, 0.2) for n in range(rows)]


def watch(values: list[float]) -> None:
    stream = Stream(cycle=CYCLE, probation=600)
    for row, value in enumerate(values):
        stream.push(row, value)


def z_scores(values: list[float]) -> None:
    window: deque[float] = deque(maxlen=100)
    total = squares = 0.0
    for value in values:
        if len(window) == window.maxlen:
            total -= window[0]
            squares -= window[0] ** 2
        window.append(value)
        total += value
        squares += value * value
        mean = total / len(window)
        abs(value - mean) / math.sqrt(max(squares / len(window) - mean * mean, 1e-12))


def microseconds(run: Callable[[], None]) -> float:
    spent = []
    for _ in range(TIMES):
        started = time.perf_counter()
        run()
        spent.append((time.perf_counter() - started) / ROWS * 1e6)
    return statistics.median(spent)


if __name__ == "__main__":
    main()
