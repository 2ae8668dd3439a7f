"""Word files and e-mail: what they say is taken, what is hostile is refused in one sentence."""

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreshock.errors import Unreadable
from foreshock.sources import limits
from foreshock.sources.formats import docx, mail

NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DC = "http://purl.org/dc/elements/1.1/"


def word(body: str, head: str = "", title: str = "", packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", packing) as package:
        package.writestr(
            "word/document.xml",
            f'{head}<w:document xmlns:w="{NS}"><w:body>{body}</w:body></w:document>',
        )
        if title:
            package.writestr(
                "docProps/core.xml",
                f'<c xmlns:dc="{DC}"><dc:creator>A</dc:creator><dc:title>{title}</dc:title></c>',
            )
    return held.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_a_word_file_gives_its_paragraphs_and_its_title() -> None:
    body = paragraph("Notice 18") + paragraph("Dysprosium needs a licence.")
    draft = docx.read(word(body, title="Controls"), "n.docx").drafts[0]
    assert (draft.name, draft.title, draft.published) == ("n", "Controls", None)
    assert draft.text == "Notice 18\nDysprosium needs a licence."


def test_a_row_of_a_word_table_is_a_line() -> None:
    cells = "".join(f"<w:tc>{paragraph(t)}</w:tc>" for t in ("Dysprosium", "28461990"))
    draft = docx.read(word(f"<w:tbl><w:tr>{cells}</w:tr><w:tr>{cells}</w:tr></w:tbl>"), "t.docx")
    assert [line.split(" | ")[0].strip() for line in draft.drafts[0].text.split("\n")] == [
        "Dysprosium"
    ] * 2


def test_what_was_deleted_with_changes_tracked_is_not_read() -> None:
    deleted = "<w:p><w:del><w:r><w:delText>The ban stays.</w:delText></w:r></w:del>"
    kept = "<w:r><w:t>The ban ends.</w:t></w:r></w:p>"
    assert docx.read(word(deleted + kept), "d.docx").drafts[0].text == "The ban ends."


def test_a_word_file_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "MAX_DOCX_UNPACKED_BYTES", 10_000)
    with pytest.raises(Unreadable, match="unpacks to more than"):
        docx.read(word(paragraph("a" * 20_000)), "bomb.docx")


def test_a_word_file_that_declares_entities_is_refused() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    with pytest.raises(Unreadable, match="declares entities"):
        docx.read(word(paragraph("&b;"), head=bomb), "b.docx")


def test_a_word_file_nested_100_000_deep_is_read() -> None:
    depth = 100_000
    body = "<w:sdt>" * depth + paragraph("Gallium.") + "</w:sdt>" * depth
    assert docx.read(word(body), "deep.docx").drafts[0].text == "Gallium."


@pytest.mark.parametrize("data", [b"no zip at all", word("")[:60], word(""), word("<w:p>")])
def test_what_is_no_word_file_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"x\.docx: "):
        docx.read(data, "x.docx")


HEAD = (
    "From: Trade office Seoul <seoul@example.org>\nDate: Fri, 22 Oct 2021 18:30:00 +0900\n"
    "Subject: =?utf-8?b?7JqU7IaM?= inspection\nMIME-Version: 1.0\n"
)


def parts(*inside: str, kind: str = "mixed") -> bytes:
    body = "".join(f"--B\n{part}\n" for part in inside)
    return f'{HEAD}Content-Type: multipart/{kind}; boundary="B"\n\n{body}--B--\n'.encode()


PLAIN = "Content-Type: text/plain; charset=utf-8\n\nChina inspects urea.\n> earlier words\n"
PAGE = "Content-Type: text/html; charset=utf-8\n\n<p>China inspects every shipment of urea now.</p>"
PDF = 'Content-Type: application/pdf\nContent-Disposition: attachment; filename="list.pdf"\n\nx'


def test_a_message_gives_its_own_words_its_day_and_its_sender() -> None:
    found = mail.read(parts(PLAIN, PAGE, kind="alternative"), "m.eml")
    draft = found.drafts[0]
    assert draft.text == "China inspects urea."
    assert (draft.title, draft.publisher) == ("요소 inspection", "Trade office Seoul")
    assert draft.published == date(2021, 10, 22)
    assert any("1 quoted line" in notice for notice in found.notices)


def test_a_message_without_plain_text_gives_its_page() -> None:
    assert "every shipment" in mail.read(parts(PAGE), "m.eml").drafts[0].text


def test_attachments_are_named_and_not_read() -> None:
    found = mail.read(parts(PLAIN, PDF), "m.eml")
    assert any("1 attachment(s) were not read: list.pdf" in notice for notice in found.notices)


def test_a_message_of_attachments_alone_is_said_to_be_one() -> None:
    with pytest.raises(Unreadable, match=r"no text of its own, only list\.pdf"):
        mail.read(parts(PDF), "m.eml")


def test_a_message_in_an_undeclared_korean_encoding_is_read() -> None:
    text = "중국이 요소 수출을 중단했다. 정부는 대책을 논의했다. 수입은 다시 시작되지 않았다."
    data = f"{HEAD}Content-Type: text/plain\n\n".encode() + text.encode("euc-kr")
    assert mail.read(data, "m.eml").drafts[0].text == text


@given(st.binary(max_size=400))
def test_no_bytes_after_a_header_crash_the_reader(data: bytes) -> None:
    for start in (b"", HEAD.encode(), HEAD.encode() + b'Content-Type: multipart/mixed; boundary="'):
        try:
            assert mail.read(start + data, "m.eml").drafts[0].text
        except Unreadable as error:
            assert str(error).startswith("m.eml: ")


def test_the_limits_know_the_new_kinds() -> None:
    assert {".docx", ".eml"} <= set(limits.MAX_BYTES)
