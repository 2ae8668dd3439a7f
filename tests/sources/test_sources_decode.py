"""Bytes become text, or one clear sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreshock.errors import Unreadable
from foreshock.sources.decode import MARK, decode

TEXTS = {
    "zh": "商务部、海关总署10月20日联合公布2023年第39号公告，调整对石墨物项的出口管制。",
    "ko": "정부는 요소수 수급 안정을 위해 중국과 협의하고 있다고 밝혔다.",
    "ja": "経済産業省は半導体製造装置の輸出管理を強化すると発表した。七月から施行される。",
    "tw": "經濟部表示，台灣半導體產業對中國出口管制的影響有限，將持續關注。",
    "fr": "Le ministère a indiqué que les licences délivrées après l’été seront limitées.",
}
CASES = [
    ("zh", "gb18030", "gb18030"),
    ("zh", "gb2312", "gb18030"),
    ("ko", "euc-kr", "cp949"),
    ("ja", "shift_jis", "cp932"),
    ("ja", "euc-jp", "euc_jp"),
    ("tw", "big5", "big5hkscs"),
    ("fr", "cp1252", "cp1252"),
]


@pytest.mark.parametrize(("language", "written", "told"), CASES)
def test_an_undeclared_encoding_is_told_by_its_characters(
    language: str, written: str, told: str
) -> None:
    decoded = decode(TEXTS[language].encode(written), "a.txt")
    assert (decoded.text, decoded.encoding, decoded.notices) == (TEXTS[language], told, ())


@pytest.mark.parametrize(("language", "written", "told"), CASES)
def test_a_headline_of_ten_characters_is_enough(language: str, written: str, told: str) -> None:
    headline = TEXTS[language][:10]
    assert decode(headline.encode(written), "a.txt").text == headline


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_is_left_out(encoding: str) -> None:
    assert decode(TEXTS["ko"].encode(encoding), "a.txt").text == TEXTS["ko"]


def test_a_page_that_declares_gb2312_is_read_as_gb18030() -> None:
    beyond_gb2312 = "镕基镕"
    data = beyond_gb2312.encode("gb18030")
    assert decode(data, "a.html", declared="GB2312").text == beyond_gb2312


def test_a_page_that_declares_utf8_wrongly_is_read_and_said() -> None:
    decoded = decode(TEXTS["zh"].encode("gb18030"), "a.html", declared="utf-8")
    assert decoded.text == TEXTS["zh"]
    assert decoded.notices == ("a.html: declares UTF-8 but is gb18030; it was read as gb18030.",)


def test_an_encoding_nobody_knows_is_said() -> None:
    decoded = decode(TEXTS["ko"].encode("euc-kr"), "a.html", declared="unicode_escape")
    assert decoded.text == TEXTS["ko"]
    assert "unknown encoding 'unicode_escape'" in decoded.notices[0]


@pytest.mark.parametrize(("language", "encoding"), [("ko", "utf-8"), ("zh", "gb18030")])
def test_one_broken_byte_in_a_long_text_is_marked_and_said(language: str, encoding: str) -> None:
    whole = (TEXTS[language] + "\n") * 100
    data = bytearray(whole.encode(encoding))
    at = data.index(b"\n")
    data[at] = 0xFF
    decoded = decode(bytes(data), "a.txt")
    assert MARK in decoded.text
    assert f"the first at byte {at}" in decoded.notices[0]


def test_a_text_broken_in_many_places_is_refused_with_the_first_of_them() -> None:
    data = (TEXTS["ko"] * 3).encode().replace("정부".encode(), b"\xfd\xfc\xfb")
    with pytest.raises(Unreadable, match=r"^a\.txt: byte 0 is no utf-8, and .* do not fit"):
        decode(data, "a.txt")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7 and so on", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n0000", "is a PNG picture"),
        (b"PK\x03\x04 something", "is a zip or an office file"),
        (b"some\x00thing", "is binary, or UTF-16 without a byte-order mark"),
        (bytes(range(1, 32)) * 20, "is a file of control characters"),
        (b" \n\t ", "holds nothing but space"),
    ],
)
def test_what_is_no_text_is_said_to_be_none(data: bytes, what: str) -> None:
    with pytest.raises(Unreadable, match=f"^a.txt: {what}"):
        decode(data, "a.txt")


def test_line_ends_become_newlines() -> None:
    assert decode(b"one\r\ntwo\rthree\n", "a.txt").text == "one\ntwo\nthree\n"


@given(st.binary(max_size=400))
def test_any_bytes_give_a_text_or_one_sentence(data: bytes) -> None:
    try:
        decoded = decode(data, "a.txt")
    except Unreadable as error:
        assert str(error).startswith("a.txt: ")
    else:
        assert decoded.text


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1))
def test_every_utf8_text_comes_back_as_it_was(text: str) -> None:
    if text.strip(" \ufeff"):
        assert decode(b"a" + text.encode(), "a.txt").text == "a" + text
