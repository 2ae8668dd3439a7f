import re
from datetime import date

import desk_sample as sample
import msgspec
import pytest

from foreshock import gate
from foreshock.desk import bulletin
from foreshock.words.markings import Marking
from foreshock.words.records import Receiver

DAY = date(2023, 9, 25)
PACK = sample.pack()


def written(found=None, receiver=gate.OWN) -> str:
    found = found or sample.findings(DAY)
    made = bulletin.compose(found, PACK, receiver)
    return bulletin.html(made, PACK, found.documents)


def test_the_same_findings_give_the_same_bytes():
    assert written() == written(msgspec.structs.replace(sample.findings(DAY)))


def test_the_bulletin_is_one_file_that_loads_nothing_and_runs_nothing():
    text = written()
    assert "<script" not in text
    assert "<link" not in text
    assert "src=" not in text
    assert "url(" not in text
    assert text.count("<h1>") == 1


def test_the_marking_stands_at_the_top_and_at_the_bottom():
    text = written()
    body = text.partition("<body>")[2]
    assert body.strip().startswith('<p class="tlp">TLP:CLEAR</p>')
    assert body.partition("</body>")[0].strip().endswith('<p class="tlp">TLP:CLEAR</p>')


def test_a_warning_is_told_with_level_probability_cover_onset_reasons_and_sources():
    text = written()
    assert "<b>3</b> alert" in text
    assert "<b>62 %</b> within 90 days (likely)" in text
    assert "about 9 weeks (5 to 14; prior)" in text
    assert "between 2023-10-30 and 2024-01-01" in text
    assert "China announced a licence requirement" in text
    assert sample.NOTICE.url in text
    assert "China Trade Monitor" in text
    assert "a second month without exports" in text
    assert "For: Korea, Netherlands." in text


def test_a_signal_names_the_publisher_of_the_figure_behind_it():
    text = written()
    told = text.partition('id="signals"')[2].partition("</section>")[0]
    number = re.search(r'href="#s(\d+)"', told)
    assert number is not None
    source = text.partition(f'<li id="s{number[1]}">')[2].partition("</li>")[0]
    assert "Nasdaq (Reuters)" in source


def test_every_source_is_listed_once_and_every_number_leads_to_one():
    text = written()
    listed = re.findall(r'<li id="s(\d+)">', text)
    cited = set(re.findall(r'href="#s(\d+)"', text))
    assert listed == [str(n) for n in range(1, len(listed) + 1)]
    assert cited == set(listed)


def test_what_could_not_be_seen_is_said():
    text = written()
    assert "No figure of stocks in Korea was known" in text
    assert "Source folder news is broken: notes.docx is no text" in text
    assert "Source comtrade is unknown" in text
    assert "2 record(s) are held back by their marking." in text


def test_a_step_to_come_is_named_as_ahead_and_one_that_is_past_is_not():
    early = written(sample.findings(date(2023, 7, 10)))
    assert "Ahead: in force on 2023-08-01." in early
    assert "Ahead:" not in written()


def test_a_measure_that_did_not_move_lately_is_left_out():
    made = bulletin.compose(sample.findings(date(2023, 12, 31)), PACK, gate.OWN)
    assert made.measures == ()


def test_a_red_document_is_neither_quoted_nor_named():
    text = written()
    assert "Busan" not in text
    assert "Cable" not in text


def test_the_bulletin_takes_the_strictest_marking_of_what_it_holds():
    found = sample.findings(DAY)
    first, *rest = found.warnings
    amber = msgspec.structs.replace(first, marking=Marking.AMBER)
    found = msgspec.structs.replace(found, warnings=(amber, *rest))
    made = bulletin.compose(found, PACK, gate.OWN)
    assert made.marking == Marking.AMBER
    assert "TLP:AMBER" in bulletin.html(made, PACK)


def test_a_bulletin_for_the_public_leaves_out_and_counts_what_the_public_may_not_see():
    found = sample.findings(DAY)
    first, second = found.warnings
    amber = msgspec.structs.replace(first, marking=Marking.AMBER)
    found = msgspec.structs.replace(found, warnings=(amber, second))
    made = bulletin.compose(found, PACK, gate.PUBLIC)
    assert [w.holder for w in made.warnings] == ["NL"]
    assert made.marking == Marking.CLEAR
    assert "3 record(s) are held back by their marking." in made.caveats


def test_a_document_stricter_than_the_bulletin_is_not_named_even_if_it_is_handed_in():
    found = sample.findings(DAY)
    made = bulletin.compose(found, PACK, gate.OWN)
    assert "Cable" not in bulletin.html(made, PACK, found.documents)


@pytest.mark.parametrize("nature", ["exercise", "test"])
def test_an_exercise_says_so_at_the_top(nature):
    found = sample.findings(DAY)
    first, *rest = found.warnings
    drill = msgspec.structs.replace(first, nature=nature)
    found = msgspec.structs.replace(found, warnings=(drill, *rest))
    made = bulletin.compose(found, PACK, gate.OWN)
    assert made.nature == nature
    assert nature.upper() in bulletin.html(made, PACK)


def test_with_nothing_known_the_bulletin_says_that_nothing_is_out():
    found = sample.findings(date(2023, 1, 1))
    made = bulletin.compose(found, PACK, Receiver(name="a partner", circle="community"))
    text = bulletin.html(made, PACK)
    assert "No warning above level 0 was out on 2023-01-01." in text
    assert made.id.startswith("bulletin-")


def test_every_tag_that_is_opened_in_the_bulletin_is_closed():
    text = written()
    for tag in ("section", "article", "ul", "ol", "li", "table", "svg", "p", "h2", "h3"):
        assert len(re.findall(f"<{tag}[ >]", text)) == text.count(f"</{tag}>"), tag
