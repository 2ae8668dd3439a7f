"""The stream detector on the Numenta Anomaly Benchmark: `python benchmarks/nab.py --nab DIR`.

DIR is a checkout of https://github.com/numenta/NAB, which is not part of this project. Each of its
58 files is fed to `foreshock detect --stream` value by value: the next row goes in when the score
of the last one has come out. The header gives name, length of the probation (15 % of the rows, 750
at most, as every detector of the benchmark gets) and first timestamp: no minimum, no maximum.

The scores are judged by NAB's own scorer, imported from the checkout; `--python` names an
interpreter that has pandas and simplejson, which that scorer needs. In the same run the checkout's
windowedGaussian is run anew and judged; `--against` adds detectors by the results that NAB ships.
Intervals: bootstrap over files, at the threshold that is best for all files, which is how NAB
reports. The threshold is chosen on the files that are scored, for every detector; so the same is
told for the half of the files (by a hash of their names) on which this detector was developed, for
the other half, and for the other half at the threshold that is best for the first.
"""

import argparse
import csv
import hashlib
import json
import math
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

DRAWS = 2000

SCORER = r"""
import json, sys, warnings
warnings.filterwarnings("ignore")
root, results, ours = sys.argv[1:4]
shipped = sys.argv[4:]
sys.path.insert(0, root)
import pandas
from nab.corpus import Corpus
from nab.detectors.gaussian.windowedGaussian_detector import WindowedGaussianDetector
from nab.labeler import CorpusLabel
from nab.sweeper import Sweeper

corpus = Corpus(root + "/data")
labels = CorpusLabel(root + "/labels/combined_windows.json", corpus)
profiles = json.load(open(root + "/config/profiles.json"))
told = json.load(open(ours))
given = {"foreshock": told, "windowedGaussian": {}, "null": {}}
for name, data in corpus.dataFiles.items():
    detector = WindowedGaussianDetector(dataSet=data, probationaryPercent=0.15)
    given["windowedGaussian"][name] = [
        detector.handleRecord({"value": v})[0] for v in data.data["value"]
    ]
    given["null"][name] = [0.5] * len(data.data)

for detector in shipped:
    given[detector] = {}
    for name in corpus.dataFiles:
        folder, _, file = name.rpartition("/")
        table = pandas.read_csv(f"{root}/results/{detector}/{folder}/{detector}_{file}")
        given[detector][name] = list(table["anomaly_score"])

out = {}
for detector, scores in given.items():
    for profile, costs in profiles.items():
        sweeper = Sweeper(probationPercent=0.15, costMatrix=costs["CostMatrix"])
        rows = {
            name: sweeper.calcSweepScore(
                labels.labels[name]["timestamp"], scores[name], labels.windows[name], name
            )
            for name in corpus.dataFiles
        }
        def best(names):
            pooled = [row for name in names for row in rows[name]]
            found = max(sweeper.calcScoreByThreshold(pooled), key=lambda s: s.score)
            return found.threshold
        def at(name, threshold):
            swept = sweeper.calcScoreByThreshold(rows[name])
            return [s for s in swept if s.threshold >= threshold][-1].score
        out[detector + " " + profile] = {
            half: {"threshold": best(names), "files": {}}
            for half, names in json.load(open(results)).items()
        }
        for half, found in out[detector + " " + profile].items():
            found["files"] = {name: at(name, found["threshold"]) for name in corpus.dataFiles}
json.dump(
    {"scores": out, "windows": {name: len(labels.windows[name]) for name in corpus.dataFiles}},
    sys.stdout,
)
"""


def main() -> None:
    asked = _arguments()
    names = sorted(json.loads((asked.nab / "labels/combined_windows.json").read_text()))
    with ThreadPoolExecutor(asked.jobs) as pool:
        fed = list(pool.map(lambda name: feed(asked.nab / "data" / name), names))
    scores = {name: one[0] for name, one in zip(names, fed, strict=True)}
    values = sum(map(len, scores.values()))
    spent = sum(one[1] for one in fed)
    print(
        f"{len(names)} files, {values} values in lock step, {1e6 * spent / values:.0f} us a value"
    )
    print("(pipe and two processes included)")
    halves = {
        "all": names,
        "developed on": [name for name in names if half(name) == 0],
        "held": [name for name in names if half(name) == 1],
    }
    judged = judge(asked, scores, halves)
    report(judged, halves)


def half(name: str) -> int:
    """0 for the files on which the detector was developed, 1 for those held apart."""
    return int(hashlib.sha256(Path(name).name.encode()).hexdigest(), 16) % 2


def feed(path: Path) -> tuple[list[float], float]:
    """The scores of a file, each asked for before the next value goes in; and the seconds."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    probation = math.ceil(min(math.floor(0.15 * len(rows)), 0.15 * 5000))
    header = {"name": path.stem, "probation": probation, "start": rows[0][0]}
    command = [sys.executable, "-m", "foreshock", "detect", "--stream"]
    scores = []
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(header) + "\n")
        process.stdin.write(",".join(rows[0]) + "\n")
        scores.append(float(process.stdout.readline()))
        started = time.perf_counter()
        for row in rows[1:]:
            process.stdin.write(",".join(row) + "\n")
            scores.append(float(process.stdout.readline()))
        spent = time.perf_counter() - started
        process.stdin.close()
    return scores, spent


def judge(
    asked: argparse.Namespace, scores: dict[str, list[float]], halves: dict[str, list[str]]
) -> dict[str, Any]:
    """What NAB's own scorer says, file by file."""
    with tempfile.TemporaryDirectory() as folder:
        ours, parts = Path(folder, "ours.json"), Path(folder, "halves.json")
        ours.write_text(json.dumps(scores))
        parts.write_text(json.dumps(halves))
        words = [str(asked.python), "-c", SCORER, str(asked.nab), str(parts), str(ours)]
        words += asked.against
        ended = subprocess.run(words, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"NAB's scorer failed:\n{ended.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def report(judged: dict[str, Any], halves: dict[str, list[str]]) -> None:
    windows: dict[str, int] = judged["windows"]
    for title, found in judged["scores"].items():
        detector, profile = title.split(" ", 1)
        if detector == "null":
            continue
        base = judged["scores"][f"null {profile}"]
        weight = 2.0 if profile.endswith("FN_rate") else 1.0
        told = []
        for part, names in halves.items():
            score = normal(found[part]["files"], weight, windows, names)
            low, high = bootstrap(found[part]["files"], weight, windows, names)
            told.append(f"{part} {score:.1f} [{low:.1f}, {high:.1f}]")
        crossed = normal(found["developed on"]["files"], weight, windows, halves["held"])
        threshold = found["all"]["threshold"]
        assert abs(normal(base["all"]["files"], weight, windows, halves["all"])) < 1e-9
        print(f"{detector}, {profile} (threshold {threshold:.3f}): {'; '.join(told)};")
        print(f"    held at the threshold of the other half {crossed:.1f}")
        if detector != "foreshock":
            ours = judged["scores"][f"foreshock {profile}"]["all"]["files"]
            print(f"    {ahead(ours, found['all']['files'], weight, windows, halves['all'])}")


def normal(
    files: dict[str, float], weight: float, windows: dict[str, int], names: list[str]
) -> float:
    """NAB's normalised score: 0 for a detector that says nothing, 100 for a perfect one."""
    hidden = sum(windows[name] for name in names)
    return 100 * (sum(files[name] for name in names) + weight * hidden) / ((1 + weight) * hidden)


def bootstrap(
    files: dict[str, float], weight: float, windows: dict[str, int], names: list[str]
) -> tuple[float, float]:
    """The middle 95 % of the score when files are drawn anew, with replacement."""
    import random

    rng = random.Random(0)
    drawn = sorted(
        normal(files, weight, windows, rng.choices(names, k=len(names))) for _ in range(DRAWS)
    )
    return drawn[int(0.025 * DRAWS)], drawn[int(0.975 * DRAWS)]


def ahead(
    ours: dict[str, float],
    theirs: dict[str, float],
    weight: float,
    windows: dict[str, int],
    names: list[str],
) -> str:
    """By how much we are ahead on all files, with the middle 95 % of draws of the same files."""
    import random

    rng = random.Random(0)
    gains = {name: ours[name] - theirs[name] for name in names}

    def points(drawn: list[str]) -> float:
        hidden = sum(windows[name] for name in drawn)
        return 100 * sum(gains[name] for name in drawn) / ((1 + weight) * hidden)

    draws = sorted(points(rng.choices(names, k=len(names))) for _ in range(DRAWS))
    low, high = draws[int(0.025 * DRAWS)], draws[int(0.975 * DRAWS)]
    return f"ours ahead by {points(names):+.1f} [{low:+.1f}, {high:+.1f}]"


def _arguments() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--nab", type=Path, required=True, help="a checkout of numenta/NAB")
    words.add_argument("--python", type=Path, default=Path(sys.executable), help="has pandas")
    words.add_argument("--jobs", type=int, default=2, help="files that are fed side by side")
    words.add_argument(
        "--against", nargs="*", default=[], help="detectors whose shipped results are scored too"
    )
    return words.parse_args()


if __name__ == "__main__":
    main()
