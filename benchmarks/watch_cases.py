"""Real cases as they would have been seen: `python benchmarks/watch_cases.py --portwatch CSV`.

Daily transits of chokepoints (IMF PortWatch) and daily prices (KOMIS) go through the stream
detector day by day; monthly Chinese exports of graphite (UN Comtrade) through the signals and
patterns. None of these files is part of the project. Beside the detector a plain rule is run on the
same days: the mean of 7 days below a share of the mean of the year that ends before them. Its share
is given as 80 %, and again as the one at which it raises as many false alarms as the detector. A
false alarm is one outside the disruptions of `KNOWN`; an alarm within 30 days of the last is the
same one.
"""

import argparse
import csv
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from foreshock.watch import Feed, look, patterns, seconds_of
from foreshock.watch.inject import draw, into_real
from foreshock.watch.panel import Releases, backtest
from foreshock.watch.panel_alarms import Policy, new_alarms
from foreshock.words.clocks import backfilled, span
from foreshock.words.records import Observation, Origin
from foreshock.words.reference import Series

#: disruptions of the three chokepoints in the years of the file, by the news of the time
KNOWN = {
    "Ever Given": (date(2021, 3, 23), date(2021, 4, 15)),
    "Red Sea": (date(2023, 11, 19), date(2024, 3, 31)),
}
PROBATION = 365
WEEK, YEAR, SAME = 7, 365, 30
Day = tuple[date, float]
Line = tuple[str, str]  # chokepoint, kind of ship


def main() -> None:
    asked = _arguments()
    if asked.portwatch:
        chokepoints(asked.portwatch)
    if asked.komis:
        prices(asked.komis)
    if asked.graphite:
        graphite(asked.graphite)
        graphite_lines(asked.graphite)
        graphite_shifted(asked.graphite)


# -- chokepoints ---------------------------------------------------------------------------------


def chokepoints(path: Path) -> None:
    lines: dict[Line, list[Day]] = defaultdict(list)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            for kind in ("total", "container", "tanker"):
                day = date.fromisoformat(row["date"])
                lines[row["chokepoint"], kind].append((day, float(row[kind])))
    years = sum(len(days) - PROBATION for days in lines.values()) / 365.25
    ours = {line: _merged(stream_alarms(days)) for line, days in lines.items()}
    false = sum(len(_false(alarms)) for alarms in ours.values())
    print(f"{len(lines)} lines, {years:.0f} line-years after the probation")
    print(f"stream: {false} false alarms, {false / years:.2f} a line-year")
    rules = {share: _rule(lines, share) for share in [n / 100 for n in range(50, 100)]}
    plain = rules[0.80]
    print(f"rule 80 %: {_count(plain)} false alarms, {_count(plain) / years:.2f} a line-year")
    even = max(share for share, found in rules.items() if _count(found) <= false)
    print(f"rule at {even:.0%}: {_count(rules[even])} false alarms")
    for case, (first, last) in KNOWN.items():
        print(f"{case}, first alarm of: stream / rule 80 % / rule {even:.0%}")
        for line in lines:
            told = [
                next((str(day) for day in found[line] if first <= day <= last), "-")
                for found in (ours, plain, rules[even])
            ]
            print(f"  {' '.join(line):30} {' / '.join(told)}")


def stream_alarms(days: Sequence[Day]) -> list[date]:
    feed = Feed(PROBATION)
    return [d for d, v in days if feed.push(seconds_of(d.isoformat()), v).alarm]


def _rule(lines: dict[Line, list[Day]], share: float) -> dict[Line, list[date]]:
    return {line: _merged(rule_alarms(days, share)) for line, days in lines.items()}


def rule_alarms(days: Sequence[Day], share: float) -> list[date]:
    summed = [0.0]
    for _, value in days:
        summed.append(summed[-1] + value)
    found = []
    for n in range(PROBATION, len(days)):
        week = (summed[n + 1] - summed[n + 1 - WEEK]) / WEEK
        before = max(0, n + 1 - WEEK - YEAR)
        usual = (summed[n + 1 - WEEK] - summed[before]) / (n + 1 - WEEK - before)
        if week < share * usual:
            found.append(days[n][0])
    return found


def _merged(alarms: Sequence[date]) -> list[date]:
    kept: list[date] = []
    last = date.min
    for day in alarms:
        if (day - last).days > SAME:
            kept.append(day)
        last = day
    return kept


def _false(alarms: Sequence[date]) -> list[date]:
    return [d for d in alarms if not any(first <= d <= last for first, last in KNOWN.values())]


def _count(found: dict[Line, list[date]]) -> int:
    return sum(len(_false(alarms)) for alarms in found.values())


# -- prices --------------------------------------------------------------------------------------


def prices(path: Path) -> None:
    for metal in json.loads(path.read_text("utf-8"))["metals"]:
        days = [
            (date.fromisoformat(row["date"].replace(".", "-")), float(row["value"]))
            for row in metal["history"]
        ]
        feed, told = Feed(100), []
        for place, (day, value) in enumerate(days):
            if feed.push(seconds_of(day.isoformat()), value).alarm:
                month = days[max(0, place - 20)][1]
                told.append(f"{day} ({value:g}, {100 * (value / month - 1):+.0f} % in 20 days)")
        print(f"{metal['name']}: {len(days)} days, {len(told)} alarms: {', '.join(told)}")


# -- graphite ------------------------------------------------------------------------------------

DEADLINE = date(2023, 12, 1)  # controls on graphite, announced on 20 October 2023
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def graphite(path: Path) -> None:
    lines = _graphite_lines(path)
    seen: set[tuple[str, str, str]] = set()
    told: Counter[tuple[str, int]] = Counter()
    rushed: Counter[date] = Counter()
    for year in range(2020, 2025):
        for month in range(1, 13):
            day = date(year, month, 25)
            looked = [look(series, rows, day, [DEADLINE]) for series, rows in lines]
            found = patterns([line for _, line in looked], day)
            rushes = [s for signals, _ in looked for s in signals if s.kind == "rush"]
            for signal in (*found, *rushes):
                key = (signal.kind, signal.series, signal.since)
                if key not in seen:
                    seen.add(key)
                    told[signal.kind, year] += 1
                    rushed[day] += signal.kind == "rush"
    years = 5 * len(lines)
    print(f"graphite: {len(lines)} lines by code and country, {years} line-years, 2020 to 2024")
    for (kind, year), count in sorted(told.items()):
        print(f"  {kind} {year}: {count}")
    print("  rushes by the day on which they were seen:", dict(+rushed))


#: the quantities of 2017 are values over one price for all: nothing to judge a price by
FROM = "2018-01"


def _graphite_panel(path: Path, last: str = "9999-12") -> Releases:
    """China's graphite as two supply lines over all recipients, figures out a month later."""
    cells: list[tuple[str, str, int, float, float]] = []
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            if FROM <= row["period_dt"][:7] <= last:
                year, month = row["period_dt"][:7].split("-")
                when = 12 * int(year) + int(month) - 1
                kg, usd = float(row["qty"] or 0), float(row["val"] or 0)
                cells.append((row["hs6"], row["partner_name"], when, kg or float("nan"), usd))
    codes = sorted({cell[0] for cell in cells})
    countries = sorted({cell[1] for cell in cells})
    series = sorted({cell[:2] for cell in cells})
    place = {one: number for number, one in enumerate(series)}
    cells.sort(key=lambda cell: cell[2])
    ref = np.array([cell[2] for cell in cells])
    return Releases(
        items=tuple(codes),
        exporters=("CHN",),
        reporters=tuple(countries),
        line_item=np.arange(len(codes)),
        line_exporter=np.zeros(len(codes), dtype=np.int64),
        series_line=np.array([codes.index(code) for code, _ in series]),
        series_reporter=np.array([countries.index(country) for _, country in series]),
        series=np.array([place[cell[:2]] for cell in cells]),
        ref=ref,
        published=ref + 1,
        amount=np.array([cell[3] for cell in cells]),
        value=np.array([cell[4] for cell in cells]),
    )


def graphite_lines(path: Path) -> None:
    """What the panel detector told of the two lines, month by month."""
    panel = _graphite_panel(path)
    print("graphite, all recipients: new alarms of the panel detector (evidence of 3 and more)")
    for alarm in new_alarms(panel, backtest(panel), Policy()):
        print(f"  {alarm[0]}: {alarm[-1]}")
    for one in backtest(panel, first=12 * 2023 + 9):
        told = ", ".join(
            f"{c} {e:+.1f}" for c, e in zip(panel.items, one.verdicts.evidence, strict=True)
        )
        print(f"  as of {one.as_of // 12}-{one.as_of % 12 + 1:02d}: {told}")


#: the last month before the control was announced; draws of disruptions
CALM_UNTIL, SHIFTS = "2023-09", 40


def graphite_shifted(path: Path) -> None:
    """Disruptions put into the real figures of the pooled lines, before the control.

    Found: evidence above all that the figures show without any, within a year of the onset. A
    recipient is named if at most half of what was due came to it.
    """
    panel = _graphite_panel(path, CALM_UNTIL)
    begin = int(panel.ref.min())
    shape = (len(panel.series_line), int(panel.ref.max()) - begin + 1)
    amount, value = np.full(shape, np.nan), np.full(shape, np.nan)
    cell = (panel.series, panel.ref - begin)
    amount[cell], value[cell] = panel.amount, panel.value
    warm = 48
    calm = [one.verdicts.evidence.max() for one in backtest(panel, first=begin + warm)]
    late: dict[bool, list[float]] = {True: [], False: []}
    named: dict[bool, list[bool]] = {True: [], False: []}
    rng = np.random.default_rng(2016)
    for number in range(SHIFTS):
        line = number % len(panel.items)
        own = np.flatnonzero(panel.series_line == line)
        what = draw(line, (warm, shape[1] - 8), len(own), rng)
        new = into_real(amount[own], value[own], what, rng)
        kilograms, paid = amount.copy(), value.copy()
        kilograms[own], paid[own] = new
        shifted = replace(panel, amount=kilograms[cell], value=paid[cell])
        whole, found = len(what.hits) == len(own), np.inf
        for one in backtest(shifted, first=begin + what.onset):
            after = one.as_of - begin - what.onset
            if after <= 12 and one.verdicts.evidence[line] > max(calm):
                found = after
                split = one.verdicts.split[own]
                for recipient in np.flatnonzero(np.isfinite(split)):
                    hit = int(recipient) in what.hits
                    named[hit].append(bool(split[recipient] <= 0.5))
                break
        late[whole].append(found)
    print(f"graphite to {CALM_UNTIL}, pooled: {SHIFTS} disruptions, above all evidence without any")
    for everybody, months in late.items():
        found_in = [n for n in months if n < np.inf]
        words = "all recipients" if everybody else "one or two recipients"
        mean = f", {np.mean(found_in):.1f} months after the onset" if found_in else ""
        print(f"  hitting {words}: {len(found_in)} of {len(months)} found{mean}")
    for was_hit, said in named.items():
        words = "hit" if was_hit else "not hit"
        print(f"  recipients {words}: {sum(said)} of {len(said)} named as short when it was found")


def _graphite_lines(path: Path) -> list[tuple[Series, list[Observation]]]:
    tonnes: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            quantity, value = float(row["qty"] or 0), float(row["val"] or 0)
            if quantity > 0 or value == 0:  # a value without a quantity is a gap, not a zero
                tonnes[row["partner_name"], row["hs6"]][row["period_dt"][:7]] = quantity / 1000
    return [_graphite_line(*key, months) for key, months in tonnes.items()]


def _graphite_line(
    partner: str, code: str, months: dict[str, float]
) -> tuple[Series, list[Observation]]:
    series = Series(
        id=f"{code} to {partner}",
        item="min.graphite" if code == "250410" else "min.graphite.syn",
        title=f"{code} from China to {partner}",
        flow="exports",
        reporter="CN",
        partner=partner,
        unit="t",
        code_system="HS",
        code=code,
        usual_lag_days=20,
    )
    rows = [
        Observation(
            series=series.id,
            item=series.item,
            flow="exports",
            reporter="CN",
            partner=partner,
            period=period,
            unit="t",
            value=value,
            clocks=backfilled(NOW, span(period)[1] + timedelta(days=20)),
            origin=Origin(publisher="customs"),
        )
        for period, value in sorted(months.items())
    ]
    return series, rows


def _arguments() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--portwatch", type=Path, help="daily transits, CSV")
    words.add_argument("--komis", type=Path, help="daily prices, JSON")
    words.add_argument("--graphite", type=Path, help="monthly exports by partner, CSV")
    return words.parse_args()


if __name__ == "__main__":
    main()
