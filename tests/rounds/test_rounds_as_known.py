"""A round on day D sees what was known by the end of D, and nothing else."""

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreshock import rounds
from foreshock.archive import open_archive
from foreshock.words import clocks
from foreshock.words.pack import load
from foreshock.words.records import Document, Observation, Origin

DAY = date(2023, 7, 10)
RECEIVED = datetime(2026, 11, 1, tzinfo=UTC)

#: texts that would change the answer if they were seen too early
LATER_TEXTS = (
    "China's Ministry of Commerce banned all exports of gallium and germanium to South Korea.",
    "China lifted its export controls on gallium and germanium with immediate effect.",
    "A shortage of gallium has stopped chip plants in South Korea.",
    "The Netherlands suspended its licence requirement for DUV lithography tools.",
)


def document(day: date, text: str, number: int) -> Document:
    return Document(
        clocks=clocks.backfilled(RECEIVED, day),
        source="folder",
        text=text,
        name=f"later-{number}",
    ).sealed()


def figure(day: date, tonnes: float) -> Observation:
    return Observation(
        series="cn_exports_gallium",
        item="min.ga",
        flow="exports",
        reporter="CN",
        partner="world",
        period="2023-05",
        unit="t",
        value=tonnes,
        clocks=clocks.backfilled(RECEIVED, day),
        origin=Origin(publisher="Somebody Else"),
    )


def answer(findings: rounds.Findings) -> dict[str, list[str]]:
    """Everything that a round says, by the ids of its records: the same ids, the same answer."""
    kinds = ("documents", "events", "measures", "commitments", "stances", "signals", "warnings")
    said = {kind: [record.id for record in getattr(findings, kind)] for kind in kinds}
    said["alarms"] = [f"{a.id} {a.state} {a.told} {a.why} {a.says}" for a in findings.alarms]
    said["figures"] = [f"{o.series} {o.period} {o.value}" for o in findings.observations]
    said["regimes"] = [str(r) for r in findings.regimes]
    said["caveats"] = list(findings.caveats)
    said["health"] = [f"{h.source} {h.newest} {h.read}" for h in findings.health]
    return said


@pytest.fixture(scope="module")
def before():
    """What a look as of DAY says when nothing later is in the archive."""
    pack = load()
    with tempfile.TemporaryDirectory() as home, open_archive(Path(home)) as archive:
        rounds.prepare(archive, pack)
        return pack, answer(rounds.look(archive, pack, rounds.Ask(as_of=DAY)))


days_later = st.integers(1, 1000).map(lambda n: DAY + timedelta(days=n))


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(days_later, st.sampled_from(LATER_TEXTS)), max_size=6),
    st.lists(st.tuples(days_later, st.floats(0, 1e6)), max_size=6),
)
def test_whatever_becomes_known_later_never_changes_the_answer(before, texts, figures):
    pack, expected = before
    with tempfile.TemporaryDirectory() as home, open_archive(Path(home)) as archive:
        rounds.prepare(archive, pack)
        archive.add([document(day, text, n) for n, (day, text) in enumerate(texts)])
        archive.add_observations([figure(day, tonnes) for day, tonnes in figures])
        assert answer(rounds.look(archive, pack, rounds.Ask(as_of=DAY))) == expected


def test_what_becomes_known_on_the_day_does_change_it(before):
    """The other half of the property: the round is not blind."""
    pack, expected = before
    with tempfile.TemporaryDirectory() as home, open_archive(Path(home)) as archive:
        rounds.prepare(archive, pack)
        archive.add([document(DAY, LATER_TEXTS[0], 0)])
        seen = answer(rounds.look(archive, pack, rounds.Ask(as_of=DAY)))
        assert seen["documents"] != expected["documents"]
        assert seen["events"] != expected["events"]


def test_a_live_round_leaves_the_past_as_it_was(before):
    pack, expected = before
    with tempfile.TemporaryDirectory() as home, open_archive(Path(home)) as archive:
        rounds.run(archive, pack, rounds.Ask())
        assert answer(rounds.look(archive, pack, rounds.Ask(as_of=DAY))) == expected


def test_nothing_in_a_past_round_was_published_after_its_day(before):
    pack, _ = before
    with tempfile.TemporaryDirectory() as home, open_archive(Path(home)) as archive:
        rounds.prepare(archive, pack)
        for day in (date(2021, 10, 20), DAY, date(2025, 5, 1)):
            seen = rounds.look(archive, pack, rounds.Ask(as_of=day))
            for kind in ("documents", "events", "measures", "commitments", "signals", "warnings"):
                for record in getattr(seen, kind):
                    assert record.clocks.known_at <= clocks.end_of(day)
            assert all(o.clocks.known_at <= clocks.end_of(day) for o in seen.observations)
            assert all(s.published <= day for m in seen.measures for s in m.steps)
