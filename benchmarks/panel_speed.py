"""What a panel costs: `python benchmarks/panel_speed.py [--series 1e6] [--backtest 1e5]`.

Made figures, sorted, in memory, float32, 120 months, five recipients a line, six lines an item; as
many of it unknown or zero as lumpy trade has. One month as known by the model and by the plain
rules; the same at a tenth, to see whether cost is linear; a back-test of 78 months as known. With
`--peer-python` others run in the same run on the same figures (`panel_peers.py`). A time for each
series is printed, and core-seconds, which a busy machine changes less than seconds. Ours is warmed
up first, for it compiles.
"""

import argparse
import resource
import subprocess
from functools import partial
from itertools import islice

import numpy as np

import panel_peers
from foreshock.watch import panel, panel_presets
from foreshock.watch.kernels import Layout
from panel_peers import MONTHS
from panel_peers import row as _row

RECIPIENTS, EXPORTERS = 5, 6
#: months of the back-test
BACK = 78


def main() -> None:
    asked = _arguments()
    _warm_up()
    print(
        "| what | series | seconds | core-seconds | microseconds a series |\n|---|---|---|---|---|"
    )
    one_month(asked.series // 10)
    mine = one_month(asked.series)
    if asked.backtest:
        back_test(asked.backtest)
    if asked.peer_python:
        peers(asked.peer_python, mine)


def one_month(series: int) -> float:
    """The model and the plain rules on the newest month; microseconds a series of the model."""
    amount, value, where = figures(series)
    before = _peak()
    mine = _row("full model, one month as known", series, lambda: panel.judge(amount, value, where))
    after = _peak()
    for name, rule in panel_presets.RULES.items():
        _row(f"rule {name}", series, partial(rule, amount, value, where, None))
    print(f"| memory: highest of the process, GB | {series:,} | {after:.1f} | |  |")
    print(f"| of it before the model, figures included, GB | {series:,} | {before:.1f} | |  |")
    return mine


def figures(series: int) -> tuple[np.ndarray, np.ndarray, Layout]:
    """Amounts and values [series, month], and where they belong."""
    lines = series // RECIPIENTS
    series = lines * RECIPIENTS
    amount, value = panel_peers.figures(series)
    items = -(-lines // EXPORTERS)
    where = Layout(
        np.minimum(np.arange(items + 1) * EXPORTERS, lines),
        np.arange(lines + 1) * RECIPIENTS,
        np.arange(lines) % 200,
        np.arange(series) % RECIPIENTS,
    )
    return amount, value, where


def back_test(series: int) -> None:
    """The last 78 months, each as known at its end: figures out one to three months later."""
    amount, value, where = figures(series)
    series = len(amount)
    late = 1 + where.reporter % 3
    ref = np.repeat(np.arange(MONTHS), series)
    out = ref + np.tile(late, MONTHS)
    order = np.argsort(out, kind="stable")
    names = [
        tuple(str(n) for n in range(many)) for many in (len(where.item_start), 200, RECIPIENTS)
    ]
    line_item = np.repeat(np.arange(len(where.item_start) - 1), np.diff(where.item_start))
    releases = panel.Releases(
        names[0][:-1], names[1], names[2], line_item, where.exporter,
        np.repeat(np.arange(len(where.exporter)), RECIPIENTS), where.reporter,
        np.tile(np.arange(series), MONTHS)[order], ref[order], out[order],
        amount.T.ravel()[order], value.T.ravel()[order],
    )  # fmt: skip
    first = MONTHS + 1 - BACK
    run = islice(panel.backtest(releases, first=first), BACK)
    _row(f"full model, {BACK} months as known", series, lambda: [None for _ in run])


def peers(python: str, mine: float) -> None:
    """Others on the same figures, run by their own interpreter, which need not hold ours."""
    command = [python, panel_peers.__file__]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    for line in ran.stdout.splitlines():
        print(line, flush=True)
        name, each = (line.split("|")[place].strip() for place in (1, 5))
        if each != "-":
            print(f"| {name}: time for a series over ours | | | | {float(each) / mine:.2g} x |")


def _warm_up() -> None:
    amount, value, where = figures(30 * EXPORTERS)
    for judge in (panel.judge, *panel_presets.RULES.values()):
        judge(amount, value, where, None)


def _peak() -> float:
    """Highest memory of this process so far, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _arguments() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--series", type=lambda t: int(float(t)), default=1_000_000)
    words.add_argument("--backtest", type=lambda t: int(float(t)), default=100_000)
    words.add_argument("--peer-python", default="", help="interpreter that has the peers")
    words.add_argument("--runs", type=int, default=1, help="as others; what is printed is one run")
    return words.parse_args()


if __name__ == "__main__":
    main()
