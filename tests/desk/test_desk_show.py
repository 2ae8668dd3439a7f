import io
from datetime import date

import desk_sample as sample
import msgspec
import pytest
from rich.console import Console

from foreshock.desk import phrases, show
from foreshock.errors import UnknownWord
from foreshock.words.pack import Pack
from foreshock.words.records import Dependence

DAY = date(2023, 7, 10)
PACK = sample.pack()


def printed(table, width=200) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False).print(table)
    return out.getvalue()


def test_a_warning_is_one_plain_sentence_with_level_item_holder_chance_cover_and_reason():
    line = show.summary_lines(sample.findings(DAY), PACK)[1]
    assert line == (
        "Level 3 alert: gallium for Korea: 48 % within 90 days (roughly even chance); about 9 "
        "weeks of cover (prior); why: China announced a licence requirement from 2023-08-01 "
        "(CN-2023-23); 98 % of the world's primary gallium came from China in 2022."
    )


def test_cover_that_is_unknown_says_so_and_an_exercise_is_named_first():
    warning = sample.warnings(DAY)[1]
    assert "weeks of cover: unknown" in phrases.sentence(warning, PACK)
    drill = msgspec.structs.replace(warning, nature="exercise")
    assert phrases.sentence(drill, PACK).startswith("EXERCISE: Level 2 caution")


@pytest.mark.parametrize(
    ("weeks", "basis", "says"),
    [
        ((5.0, 9.0, 14.0), "prior", "about 9 weeks (5 to 14; prior)"),
        ((None, 1.0, None), "reported", "about 1 week (reported)"),
        ((0.5, 1.5, 2.4), "reported", "about 1.5 weeks (0.5 to 2; reported)"),
        ((0.0, 0.0, 0.0), "reported", "none left (reported)"),
        ((0.0, 0.0, 0.0), "prior", "under a week (prior)"),
        ((None, None, None), "prior", "no shortage in sight (prior)"),
        ((None, None, None), "unknown", "unknown"),
    ],
)
def test_weeks_of_cover_always_say_what_they_rest_on(weeks, basis, says):
    warning = msgspec.structs.replace(sample.warnings(DAY)[0], cover_weeks=weeks, cover_basis=basis)
    assert phrases.cover(warning) == says


@pytest.mark.parametrize(
    ("p", "word"),
    [
        (0.0, "almost no chance"),
        (0.0499, "almost no chance"),
        (0.05, "very unlikely"),
        (0.5, "roughly even chance"),
        (0.95, "almost certain"),
        (1.0, "almost certain"),
    ],
)
def test_every_probability_has_a_word_also_at_and_beyond_the_ends_of_the_standard(p, word):
    assert phrases.probability_word(p, PACK) == word


def test_a_level_or_word_that_the_pack_lacks_is_refused_not_made_up():
    with pytest.raises(UnknownWord, match="level 3 has no row"):
        phrases.level_word(3, Pack())
    with pytest.raises(UnknownWord, match="is empty"):
        phrases.probability_word(0.5, Pack())


def test_the_table_of_warnings_holds_every_warning_that_is_out():
    text = printed(show.warnings_table(sample.findings(DAY), PACK))
    assert "3 alert" in text
    assert "2 caution" in text
    assert "Netherlands" in text


def test_text_from_outside_can_neither_style_nor_steer_the_terminal():
    first, *rest = sample.warnings(DAY)
    says = "[bold red]licence[/] \x1b[2J\x07 needed\u202e"
    reason = msgspec.structs.replace(first.reasons[1], says=says)
    found = msgspec.structs.replace(
        sample.findings(DAY),
        warnings=(msgspec.structs.replace(first, reasons=(reason,)), *rest),
        caveats=("\x1b]0;title\x07",),
    )
    text = printed(show.warnings_table(found, PACK))
    assert "[bold red]licence[/]" in text
    lines = "".join(show.summary_lines(found, PACK))
    for steering in ("\x1b", "\x07", "\u202e"):
        assert steering not in text
        assert steering not in lines


def test_quiet_broken_and_unknown_are_three_answers():
    lines = show.health_lines(sample.findings(DAY))
    assert lines[0] == "Source pack: fine, 2 read, newest content 2023-09-20."
    assert "Source folder news: broken" in lines[1]
    assert "notes.docx is no text" in lines[2]
    assert "Source comtrade: unknown, 0 read, newest content unknown." in lines


def test_no_warning_is_said_in_words():
    lines = show.summary_lines(sample.findings(date(2023, 7, 2)), PACK)
    assert "No warning is out." in lines


def test_events_and_dependence_are_shown_with_readable_names():
    text = printed(show.events_table(sample.EVENTS[:1], PACK))
    assert "restriction (new) on gallium, germanium by China towards everybody" in text
    row = Dependence(
        holder="KR", item="min.ga", origin="CN", direct=0.72, indirect=0.1, year=2022,
        basis="imports", path=("JP",),
    )  # fmt: skip
    text = printed(show.dependence_table([row], PACK))
    for word in ("Korea", "gallium", "China", "72 %", "10 %", "imports", "Japan"):
        assert word in text
