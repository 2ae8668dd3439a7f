"""3 July 2023: China announces licences for gallium and germanium from 1 August."""

from datetime import date

from foreshock.desk import bulletin as bulletins
from foreshock.gate import PUBLIC

NOTICE = "CN-2023-23"


def test_on_the_day_before_nobody_is_warned(on, warning):
    assert warning(on("2023-07-02", "KR"), "min.ga") is None
    assert warning(on("2023-07-02", "KR"), "min.ge") is None


def test_on_the_day_of_the_notice_the_most_dependent_are_warned(on, warning):
    for item in ("min.ga", "min.ge"):
        found = warning(on("2023-07-03", "KR"), item)
        assert found is not None
        assert found.level >= 1
        assert found.p30 < found.p90, "licences bite from 1 August: not at once"


def test_a_week_later_it_is_at_least_caution_and_the_clock_runs(on, warning):
    found = warning(on("2023-07-10", "KR"), "min.ga")
    assert found.level >= 2
    assert found.cover_weeks[1] is not None
    assert found.cover_basis == "prior", "no stock of gallium in Korea had been reported"
    assert "announced" in {r.rule for r in found.reasons}


def test_the_warning_leads_to_the_words_of_the_notice(on, warning):
    findings = on("2023-07-10", "KR")
    found = warning(findings, "min.ga")
    evidence = {e for r in found.reasons for e in r.evidence}
    assert NOTICE in evidence
    (measure,) = [m for m in findings.measures if m.name == NOTICE]
    told_by = {e for step in measure.steps for e in step.evidence}
    events = [e for e in findings.events if e.id in told_by]
    texts = {d.id: d for d in findings.documents}
    assert events, "the measure rests on events read from texts"
    for event in events:
        for passage in event.evidence:
            assert texts[event.document].text[passage.start : passage.end].strip()


def test_what_the_metal_goes_into_is_said(on, warning):
    consequences = warning(on("2023-07-10", "KR"), "min.ga").consequences
    assert any(item.startswith("chip") for item in consequences)


def test_when_the_figures_of_august_come_out_the_warning_rises(on, warning):
    before = warning(on("2023-09-10", "KR"), "min.ga")
    after = warning(on("2023-09-25", "KR"), "min.ga")
    assert "series_drop" not in {r.rule for r in before.reasons}
    assert "series_drop" in {r.rule for r in after.reasons}
    assert after.p90 > before.p90
    assert after.level >= 3


def test_who_gets_little_from_china_is_not_alarmed(on, warning):
    found = warning(on("2023-07-10", "CN"), "min.ga")
    assert found is None, "the source itself is no holder at risk of its own rule"


def test_the_bulletin_carries_level_cover_evidence_and_what_could_not_be_seen(on, pack):
    findings = on("2023-07-10", "KR")
    made = bulletins.compose(findings, pack, PUBLIC)
    page = bulletins.html(made, pack)
    assert made.as_of == date(2023, 7, 10)
    for words in ("TLP:CLEAR", "gallium", "South Korea", "2023-08-01", "(prior", NOTICE):
        assert words in page
    assert "2023-09-20" not in page, "nothing of what the figures of August told later"


def test_the_text_alone_is_enough(from_texts_alone, warning):
    """Without any known measure in the pack: notice -> event -> measure -> warning."""
    assert warning(from_texts_alone("2023-07-02", "KR"), "min.ga") is None
    found = warning(from_texts_alone("2023-07-03", "KR"), "min.ga")
    assert found is not None
    assert found.level >= 1
