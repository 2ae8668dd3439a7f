"""Every frame finds the sentences that stand beside it in its table."""

import pytest

from foreshock.errors import WrongUse
from foreshock.reading.frames import Frame, _check, language
from foreshock.reading.reader import LANGUAGES

TABLE = [
    (code, frame, sentence)
    for code in LANGUAGES
    if (tables := language(code)) is not None
    for frame in tables.frames
    for sentence in frame.says
]


@pytest.mark.parametrize(
    ("code", "frame", "sentence"),
    TABLE,
    ids=[f"{c}-{f.name}-{i}" for i, (c, f, _) in enumerate(TABLE)],
)
def test_a_frame_reads_its_own_sentences(read, code, frame, sentence):
    events = read(sentence, language=code).events
    assert frame.type in {e.type for e in events}, [(e.type, e.reasons) for e in events]
    tables = language(code)
    assert tables is not None
    low = sentence.lower()
    found = {t.frame.name for t in tables.candidates(low, 0, len(low))}
    assert frame.name in found  # a better frame of the same type may win in the end


def test_every_frame_has_a_sentence_and_a_name_of_its_own():
    for code in LANGUAGES:
        tables = language(code)
        assert tables is not None
        names = [f.name for f in tables.frames]
        assert len(names) == len(set(names))
        assert all(f.says for f in tables.frames)


def test_english_has_nearly_two_hundred_frames():
    tables = language("en")
    assert tables is not None
    assert len(tables.frames) >= 180


def test_a_frame_outside_the_standard_is_refused_by_name():
    with pytest.raises(WrongUse, match="frame 'odd': type is 'BAN'"):
        _check(Frame(name="odd", type="BAN", triggers=("ban*",)), "en.toml")


def test_of_two_triggers_that_share_words_the_longer_is_kept():
    tables = language("en")
    assert tables is not None
    low = "china suspended its export controls on gallium"
    assert [t.frame.name for t in tables.find(low, 0, len(low))] == ["suspend"]
