"""What a sentence likely tells where no frame finds anything."""

from pathlib import Path

import pytest

from foreshock.reading.likely import ENOUGH, FRAMES, KINDS, Likely, likely, tokens
from foreshock.reading.names import Mention
from foreshock.words.vocab import TYPES

MADE = Path(__file__).parents[2] / "benchmarks" / "likely"


def model() -> Likely:
    found = likely("en")
    assert found is not None
    return found


def test_the_table_holds_weights_of_every_type_of_the_standard():
    told = {KINDS[index] for pairs in model().weights.values() for index, _ in pairs}
    assert told == set(TYPES) == set(FRAMES)


def test_every_sentence_it_was_fitted_on_has_a_type_of_the_standard():
    for file in MADE.glob("*.txt"):
        for line in file.read_text("utf-8").splitlines():
            kinds, bar, text = line.partition("|")
            assert bar and text.endswith((".", "!", "?", '"')), line
            assert set(kinds.split(",")) <= {*TYPES, "NONE"}, line


def test_names_are_masked_so_that_it_does_not_matter_of_whom_it_is_told():
    low = "china and acme halted 20 sales of gallium"
    names = [
        Mention(0, 5, "CN", "name"),
        Mention(10, 14, "org:Acme", "company"),
        Mention(34, 41, "min.ga", "item"),
    ]
    words = [token.word for token in tokens(low, 0, len(low), names)]
    assert words == ["STATE", "and", "ORG", "halt", "NUM", "sale", "of", "ITEM"]


@pytest.mark.parametrize("text", ["", "gallium", "a b", "word " * 500])
def test_headings_and_endless_sentences_are_not_guessed_at(text):
    assert model().told(text, (0, len(text)), []) == []


def test_weights_of_nothing_tell_nothing():
    assert all(p == 0.5 for p, _, _ in Likely([]).of(tokens("what is this", 0, 12, [])))


def test_an_event_found_so_says_it_and_is_believed_less(read):
    (event,) = read("China has pulled the plug on gallium for American buyers.").events
    assert event.type == "RESTRICT"
    assert "frame:likely_restrict" in event.reasons
    sure = read("China banned exports of gallium to American buyers.").events[0].confidence
    assert event.confidence < sure


def test_what_tells_nothing_is_left_alone(read):
    for text in (
        "Gallium is a soft metal that melts in the hand, as every pupil in China knows.",
        "The museum in Tokyo has a room about germanium and the first transistors.",
        "Who would win if Japan and China fought over graphite is a question for novelists.",
    ):
        assert read(text).events == (), text


def test_it_takes_much_to_be_tried():
    assert 0.2 <= ENOUGH <= 0.6
