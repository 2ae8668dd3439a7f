"""Special patterns and first alarms: found where they are put in, silent where nothing happens.

    python benchmarks/watch_patterns.py                     made worlds, a few minutes
    python benchmarks/watch_patterns.py --graphite CSV      real monthly exports by partner

Made worlds: items that one country exports to twelve others, quantity and value, in two
neighbouring codes, with a headline aggregate above; levels wander, months vary, some lines are
lumpy; three partners count their imports too. They are gone through month by month as known 20
days after each. Silent worlds give false alarms in 100 line-years; in others one pattern at a time
is put into one item, and is found if it is told of its line within four months. Real figures: every
alarm before the control of October 2023 counts as false, though some of it may be true.
"""

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foreshock.watch import Deadline, History, Watched
from foreshock.words.clocks import backfilled, span
from foreshock.words.records import Observation, Origin, Signal
from foreshock.words.reference import Series

Floats = npt.NDArray[np.float64]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PARTNERS = ("KR", "JP", "US", "DE", "NL", "VN", "IN", "TW", "IT", "FR", "MX", "TH")
#: months of a world, of which the first are only learned from
MONTHS, LEARNED = 84, 24
PERIODS = [f"{2018 + n // 12}-{n % 12 + 1:02d}" for n in range(MONTHS)]
#: kind of world -> usual spread of a month (log), shipments a month (0: too many to count)
WORLDS = {"even": (0.12, 0), "usual": (0.3, 0), "lumpy": (0.3, 4)}
#: months after the onset within which a pattern counts as found
WITHIN = 4
ITEMS = 12
#: alarms with this score or more are counted apart
SURE = 0.9
KINDS = (
    *("drop", "rush", "rerouting", "dearer", "code_shift", "masked_stop", "stopped_reports"),
    *("mirror_gap", "conflict"),
)


class Case(NamedTuple):
    """What is put into the line to the first partner, and when."""

    kind: str
    onset: int


def main() -> None:
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--graphite", type=Path, help="monthly exports by partner, CSV")
    words.add_argument("--items", type=int, default=ITEMS, help="items of each world")
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    if asked.graphite:
        graphite(asked.graphite)
        return
    for world in WORLDS:
        silent(world, asked.seed, asked.items)
    for world in WORLDS:
        injected(world, asked.seed + 1, asked.items)


# -- worlds --------------------------------------------------------------------------------------


def line(world: str, level: float, rng: np.random.Generator) -> Floats:
    """A usual line: a wandering level, a season, noise, whole shipments where it is lumpy."""
    spread, shipments = WORLDS[world]
    wander = np.cumsum(0.02 * rng.normal(size=MONTHS))
    season = 0.1 * np.sin(2 * np.pi * (np.arange(MONTHS) + rng.integers(12)) / 12)
    even: Floats = level * np.exp(wander + season)
    if shipments:
        count = rng.poisson(shipments, size=MONTHS)
        return even * count / shipments * np.exp(spread * rng.normal(size=MONTHS))
    return even * np.exp(spread * rng.normal(size=MONTHS))


def item(world: str, name: str, rng: np.random.Generator, case: Case | None) -> list[Watched]:
    """An item as one country exports it: twelve partners, quantity and value, a second code."""
    levels = 100 * np.exp(rng.normal(size=len(PARTNERS)))
    levels[:2] = 100 * len(PARTNERS) / 4  # what is put in, is put into a line that matters
    tonnes = {p: line(world, level, rng) for p, level in zip(PARTNERS, levels, strict=True)}
    price = 5 * np.exp(np.cumsum(0.03 * rng.normal(size=MONTHS)))
    other = line(world, levels[0], rng)
    rise = np.ones(MONTHS)
    reports = MONTHS
    if case is not None:
        tonnes, other, price, rise, reports = put_in(case, tonnes, other, price, rng)
    made = []
    for partner, values in tonnes.items():
        known = reports if partner == PARTNERS[0] else MONTHS
        paid = values * price * np.exp(0.1 * rng.normal(size=MONTHS))
        if case is None or case.kind != "dearer" or partner != PARTNERS[0]:
            paid = np.where(values > 0, paid, 0)
        else:
            paid[case.onset :] = (values / rise)[case.onset :] * price[case.onset :]
        made.append(series(name, partner, "t", "850511", values[:known]))
        made.append(series(name, partner, "usd", "850511", paid[:known]))
        if partner in PARTNERS[:3]:
            came = values * 1.1 * np.exp(0.1 * rng.normal(size=MONTHS))
            made.append(series(name, partner, "t", "850511", came[:known], flow="imports"))
    made.append(series(name, PARTNERS[0], "t", "850519", other))
    total = np.sum(list(tonnes.values()), axis=0)
    headline = 20 * np.median(total) * np.exp(0.05 * rng.normal(size=MONTHS))
    if case is not None and case.kind == "masked_stop":
        headline[case.onset :] *= rng.uniform(1.15, 1.3)
    made.append(series(name, "world", "t", "", total))
    made.append(series(f"{name}.above", "world", "t", "", headline))
    return made


def put_in(
    case: Case, tonnes: dict[str, Floats], other: Floats, price: Floats, rng: np.random.Generator
) -> tuple[dict[str, Floats], Floats, Floats, Floats, int]:
    """The figures of an item with one pattern in it from the onset on."""
    here, there = PARTNERS[:2]
    after = slice(case.onset, None)
    tonnes = {p: v.copy() for p, v in tonnes.items()}
    other, price, rise, reports = other.copy(), price.copy(), np.ones(MONTHS), MONTHS
    if case.kind == "drop":
        tonnes[here][after] *= rng.uniform(0, 0.3)
    elif case.kind == "rush":
        tonnes[here][case.onset - 1] *= rng.uniform(2, 3)
        tonnes[here][after] *= 0.3
    elif case.kind == "rerouting":
        lost = tonnes[here][after] * (1 - rng.uniform(0.05, 0.3))
        tonnes[here][after] -= lost
        tonnes[there][after] += lost * rng.uniform(0.6, 1.0)
    elif case.kind == "dearer":
        left, paid = rng.uniform(0.4, 0.7), rng.uniform(1.2, 1.6)
        tonnes[here][after] *= left
        rise[after] = left / paid
    elif case.kind == "code_shift":
        moved = tonnes[here][after] * rng.uniform(0.8, 0.95)
        tonnes[here][after] -= moved
        other[after] += moved
    elif case.kind == "masked_stop":
        for values in tonnes.values():
            values[after] *= rng.uniform(0, 0.05)
    elif case.kind == "stopped_reports":
        reports = case.onset
    return tonnes, other, price, rise, reports


def series(
    name: str, partner: str, unit: str, code: str, values: Floats, flow: str = "exports"
) -> Watched:
    described = Series(
        id=f"{name} {flow} {partner} {unit} {code}",
        item=name,
        title=f"{name} to {partner}",
        flow=flow,
        reporter="CN" if flow == "exports" else partner,
        partner=partner if flow == "exports" else "CN",
        unit=unit,
        code_system="HS" if code else "",
        code=code,
        usual_lag_days=20,
    )
    return Watched(series=described, releases=tuple(figures(described, PERIODS, values)))


def figures(
    one: Series, periods: Sequence[str], values: Sequence[float] | Floats
) -> list[Observation]:
    return [
        Observation(
            series=one.id,
            item=one.item,
            flow=one.flow,
            reporter=one.reporter,
            partner=one.partner,
            period=period,
            unit=one.unit,
            value=round(float(value), 3),
            clocks=backfilled(NOW, span(period)[1] + timedelta(days=20)),
            origin=Origin(publisher="customs", checked="official"),
        )
        for period, value in zip(periods, values, strict=False)
    ]


def gone_through(
    watched: Sequence[Watched], days: Sequence[date], above: dict[str, Sequence[str]]
) -> dict[tuple[str, str, str], tuple[date, Signal]]:
    """Every signal of the days by kind, series and month since, with the day it was first told."""
    history = History(watched, days[-1], above)
    found: dict[tuple[str, str, str], tuple[date, Signal]] = {}
    for day in days:
        for signal in (*history.on(day), *history.disagreements()):
            found.setdefault((signal.kind, signal.series, signal.since), (day, signal))
    return found


def days_known(first: int) -> list[date]:
    return [span(period)[1] + timedelta(days=21) for period in PERIODS[first:]]


def silent(world: str, seed: int, items: int) -> None:
    """False alarms where nothing happens; every quarter is a deadline of a control."""
    rng = np.random.default_rng(seed)
    told: Counter[str] = Counter()
    sure: Counter[str] = Counter()
    lines = 0
    for number in range(items):
        name = f"i{number}"
        watched = with_deadlines(item(world, name, rng, None), range(LEARNED, MONTHS, 12))
        lines += len(watched)
        for (kind, _, _), (_, signal) in gone_through(
            watched, days_known(LEARNED), above(name)
        ).items():
            told[kind] += 1
            sure[kind] += signal.score >= SURE
    years = lines * (MONTHS - LEARNED) / 12
    print(f"{world}, nothing happens: {lines} lines, {years:.0f} line-years")
    for kind in KINDS:
        rate, surely = (100 * counted[kind] / years for counted in (told, sure))
        print(f"  {kind:16} {told[kind]:5} = {rate:.2f} in 100 line-years, surely {surely:.2f}")


def injected(world: str, seed: int, items: int) -> None:
    """How often each pattern is told of the line that it was put into, and the sentence of one."""
    kinds = [kind for kind in KINDS if kind not in ("mirror_gap", "conflict")]
    print(f"{world}, one pattern at a time, {items} items each: found within {WITHIN} months")
    for kind in kinds:
        rng = np.random.default_rng(seed)
        hits, after = 0, []
        for number in range(items):
            name, onset = f"i{number}", int(rng.integers(LEARNED + 12, MONTHS - 8))
            watched = item(world, name, rng, Case(kind, onset))
            watched = with_deadlines(watched, [onset] if kind == "rush" else [])
            days = days_known(onset - 1)[: WITHIN + 1]
            found = gone_through(watched, days, above(name))
            of_line = [
                (day, signal)
                for (told, _, since), (day, signal) in found.items()
                if told == kind and concerns(kind, signal, name) and since >= PERIODS[onset - 1]
            ]
            if of_line:
                hits += 1
                after.append((min(day for day, _ in of_line) - span(PERIODS[onset])[0]).days)
        days_after = f", {np.median(after):.0f} days after its onset" if after else ""
        print(f"  {kind:16} {hits} of {items}{days_after}")


def concerns(kind: str, signal: Signal, name: str) -> bool:
    partner = "all" if kind == "masked_stop" else PARTNERS[0]
    return signal.item == name and signal.partner == partner


def with_deadlines(watched: Sequence[Watched], onsets: Sequence[int] | range) -> list[Watched]:
    days = [span(PERIODS[n])[0] for n in onsets]
    deadlines = tuple(Deadline(day=day, known=day - timedelta(days=60)) for day in days)
    return [Watched(series=w.series, releases=w.releases, deadlines=deadlines) for w in watched]


def above(name: str) -> dict[str, Sequence[str]]:
    return {name: (f"{name}.above",)}


# -- real figures --------------------------------------------------------------------------------

#: announcement and beginning of the control on graphite; figures of two publishers of one file
CONTROL = date(2023, 12, 1)
ANNOUNCED = date(2023, 10, 20)


def graphite(path: Path) -> None:
    cells: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            month = row["period_dt"][:7]
            if month >= "2018-01":
                cells[row["hs6"], row["partner_name"], "kg"][month] = float(row["qty"] or 0)
                cells[row["hs6"], row["partner_name"], "usd"][month] = float(row["val"] or 0)
    deadline = (Deadline(day=CONTROL, known=ANNOUNCED),)
    watched = []
    for (code, partner, unit), months in sorted(cells.items()):
        one = Series(
            id=f"{code} to {partner} in {unit}",
            item="min.graphite" if code == "250410" else "min.graphite.syn",
            title=f"{code} from China to {partner}",
            flow="exports",
            reporter="CN",
            partner=partner,
            unit=unit,
            code_system="HS",
            code=code,
            usual_lag_days=20,
        )
        periods = sorted(months)
        rows = figures(one, periods, [months[p] for p in periods])
        watched.append(Watched(series=one, releases=tuple(rows), deadlines=deadline))
    days = [date(2020 + n // 12, n % 12 + 1, 25) for n in range(61)]
    before: Counter[str] = Counter()
    since: Counter[str] = Counter()
    sure: Counter[str] = Counter()
    for (kind, _, _), (day, signal) in gone_through(watched, days, {}).items():
        (before if day < ANNOUNCED else since)[kind] += 1
        sure[kind] += day < ANNOUNCED and signal.score >= SURE
    quiet = len(watched) * (ANNOUNCED - days[0]).days / 365.25
    print(f"graphite, quantity and value: {len(watched)} lines, {quiet:.0f} line-years before")
    for kind in KINDS:
        rate, surely = (100 * counted[kind] / quiet for counted in (before, sure))
        print(
            f"  {kind:16} {before[kind]:4} = {rate:.2f} in 100 line-years, surely {surely:.2f}; "
            f"since: {since[kind]}"
        )


if __name__ == "__main__":
    main()
