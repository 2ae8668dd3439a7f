"""Strings that a pattern cannot do without: what is passed over cannot match."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foreshock.reading.frames import language
from foreshock.reading.literals import Literals, needed

LANGUAGES = ("en", "zh", "ko", "ja", "nl")
#: constructs that the tables use, and some that they may come to use
ODD = (
    r"a?b|ab?cd", r"(?:ab|cd)+ef", r"\bno\s(?:\w+\s){0,3}longer\b", r"[ab]c[^d]e",
    r"(?P<x>abc)(?P=x)",
    r"(?<!un)(?<=x)lift(?=ed)", r"(?:(?:ab){2,3}|x\d)y", r"(?i:Ban)s", r"a(?:b|c|)d", r"x*yz{2}",
    r"(?:in|on)[\s-](?:19|20)\d\d", r"licen[cs](?:e|ing)", r"the\s(?!two)t\w+", "公告|决定",
    r"(a)?(?(1)bc|de)",
)  # fmt: skip


def flat(text: str) -> str:
    return "".join(" " if c.isspace() else c for c in text.lower())


def cue_patterns() -> list[re.Pattern[str]]:
    tables = [t for code in LANGUAGES if (t := language(code))]
    found = [p for t in tables for p in t.cue_patterns().values()]
    return [p for p in found if p.pattern != "(?!)"]


@pytest.mark.parametrize("pattern", ODD)
@given(data=st.data())
@settings(max_examples=25)
def test_every_match_holds_one_of_the_strings(pattern, data):
    strings = needed(re.compile(pattern))
    made = data.draw(st.from_regex(re.compile(pattern)))
    m = re.search(pattern, made)
    assert strings is None or any(s in flat(m.group()) for s in strings)


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_match_of_a_cue_of_the_tables_holds_one_of_its_strings(data):
    pattern = data.draw(st.sampled_from(cue_patterns()))
    m = pattern.search(data.draw(st.from_regex(pattern)))
    strings = needed(pattern)
    assert strings is None or any(s in flat(m.group()) for s in strings)


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_cue_is_passed_over_in_the_sentences_of_the_frames(code):
    tables = language(code)
    text = " ".join(s for frame in tables.frames for s in frame.says[:1]).lower()[:15_000]
    places, patterns = tables.literals.find(text), tables.cue_patterns()
    found = {name: [m.span() for m in p.finditer(text)] for name, p in patterns.items()}
    assert sum(map(len, found.values())) > 5
    assert not [n for n, spans in found.items() for a, b in spans if not places.may(n, a, b)]


def test_a_pattern_that_is_nowhere_needs_no_look():
    places = Literals({"ban": re.compile(r"\bbans?\b"), "never": re.compile("(?!)")}).find("no ban")
    assert places.may("ban", 0, 6) and places.may("ban", 3, 6)
    assert not places.may("ban", 0, 5) and not places.may("ban", 0, 2)
    assert not places.may("never", 0, 6)


def test_common_strings_and_figures_are_looked_for_everywhere():
    places = Literals({"a": re.compile(r"\ba\b"), "n": re.compile(r"\d")}).find("nothing")
    assert places.may("a", 0, 3) and places.may("n", 0, 3)


@pytest.mark.parametrize("space", ["\n", "\u2028", "\x0b", " "])
def test_any_white_space_is_a_space(space):
    places = Literals({"on": re.compile(r"as\sof\sthe")}).find(f"as{space}of{space}the")
    assert places.may("on", 0, 9)


def test_offsets_are_those_of_the_whole_text():
    places = Literals({"ban": re.compile("ban")}).find("a ban and a ban", 6, 15)
    assert places.may("ban", 6, 15) and not places.may("ban", 0, 6)
