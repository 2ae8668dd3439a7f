"""How early disruptions are seen on made panels: `python benchmarks/watch_worlds.py [--items 60]`.

Made worlds (`inject_worlds.py`) on seeds on which nothing was chosen. First the early score over
that of the oracle at 0.1, 0.5 and 2 false alarms per 100 line-years. Then worlds in which nothing
happens, calmer and noisier ones too: what the e-values are worth there on average (honest: at most
1) and how often they pass 20 and 100 (honest: in at most 5 and 1 % of line-months). Then e-BH by
item on worlds with disruptions: the share of false lines among those told, month by month, and the
share of disruptions of which the line was told within a year.
"""

import argparse
from collections.abc import Sequence

import numpy as np

from foreshock.watch import alarms, evaluate, evaluate_worlds
from foreshock.watch.inject_worlds import AMOUNTS, WARM_UP, Plan, World, make

BUDGETS = evaluate.BUDGETS
RATES = (0.05, 0.1, 0.2)
#: multiples of the usual noise of the calm worlds
NOISE = (0.6, 1.0, 1.6)
BEGIN = WARM_UP - 6


def main() -> None:
    asked = _arguments()
    worlds = {
        kind: [make(Plan(kind=kind, items=asked.items, seed=s)) for s in asked.seeds]
        for kind in AMOUNTS
    }
    scores = {kind: [_scores(world) for world in some] for kind, some in worlds.items()}
    print(f"{asked.items * 6} lines, 78 months; seeds {', '.join(map(str, asked.seeds))}\n")
    early(worlds, scores)
    calm(asked.items, asked.seeds)
    rates(worlds, scores)


def early(worlds: dict[str, list[World]], scores: dict[str, list[np.ndarray]]) -> None:
    print("| early score over the oracle's | 0.1 | 0.5 | 2 | ours | oracle |\n|" + "---|" * 6)
    for kind, some in worlds.items():
        found = []
        for world, ours in zip(some, scores[kind], strict=True):
            best = _scores(world, oracle=True)
            known = evaluate.truth(world.disruptions, (ours.shape[0], ours.shape[1]), BEGIN)
            found.append([[_early(one, known, b) for b in BUDGETS] for one in (ours, best)])
        ours_, best_ = np.mean(found, axis=0)
        ratio = " | ".join(f"{a / b:.2f}" for a, b in zip(ours_, best_, strict=True))
        told = [", ".join(f"{x:.2f}" for x in one) for one in (ours_, best_)]
        print(f"| {kind} | {ratio} | {told[0]} | {told[1]} |", flush=True)


def calm(items: int, seeds: Sequence[int]) -> None:
    print("\n| nothing happens | noise | mean e-value | above 20 | above 100 |\n|" + "---|" * 5)
    for kind in AMOUNTS:
        for noise in NOISE:
            worlds = [
                make(Plan(kind=kind, items=items, seed=s, noise=noise, share=0.0)) for s in seeds
            ]
            e = np.concatenate([np.exp(alarms.honest(_scores(one))).ravel() for one in worlds])
            shares = " | ".join(f"{100 * (e >= least).mean():.2f} %" for least in (20, 100))
            print(f"| {kind} | x{noise:g} | {e.mean():.2f} | {shares} |", flush=True)


def rates(worlds: dict[str, list[World]], scores: dict[str, list[np.ndarray]]) -> None:
    names = " | ".join(f"false at {rate:g}" for rate in RATES)
    print(f"\n| e-BH by item | {names} | {names.replace('false', 'found')} |\n|" + "---|" * 7)
    for kind, some in worlds.items():
        false, found = np.zeros((2, len(RATES)))
        for world, ours in zip(some, scores[kind], strict=True):
            known = evaluate.truth(world.disruptions, (ours.shape[0], ours.shape[1]), BEGIN)
            for place, rate in enumerate(RATES):
                told = np.stack(
                    [alarms.by_item(alarms.honest(one), world.item, rate) for one in ours.T], axis=1
                )
                wrong = (told & known.quiet).sum(axis=0) / np.maximum(told.sum(axis=0), 1)
                hit = [
                    told[line, onset : onset + evaluate.REACH + 1].any()
                    for line, onset in zip(known.line, known.onset, strict=True)
                ]
                false[place] += wrong.mean() / len(some)
                found[place] += np.mean(hit) / len(some)
        told_ = (
            " | ".join(f"{x:.3f}" for x in false) + " | " + " | ".join(f"{x:.2f}" for x in found)
        )
        print(f"| {kind} | {told_} |", flush=True)


def _scores(world: World, oracle: bool = False) -> np.ndarray:
    panel = evaluate_worlds.releases_of(world)
    by = evaluate_worlds.oracle_of(world) if oracle else None
    return np.asarray(evaluate_worlds.scores_of(panel, evaluate_worlds.FIRST + BEGIN, by))


def _early(scores: np.ndarray, known: evaluate.Truth, budget: float) -> float:
    return float(evaluate.credit(evaluate.late_at(scores, known, budget).late).mean())


def _arguments() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--items", type=int, default=60, help="items, six lines each")
    words.add_argument("--seeds", type=int, nargs="+", default=[901, 902])
    return words.parse_args()


if __name__ == "__main__":
    main()
