"""Each format takes what matters, and does not hang or crash on what is hostile."""

import io
import zipfile
from datetime import date

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas
from sources_workbook import workbook

from foreshock.errors import Misread, Unreadable
from foreshock.sources import limits
from foreshock.sources.formats import csv_table, feed, html, pdf, xlsx_table

STORY = (
    "<p>Exporters of gallium need a licence from the first of August, and firms count stocks.</p>"
)


def page(head: str = "", body: str = STORY * 4) -> bytes:
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2023-07-03T10:00:00+08:00">',
        '<meta name="DC.date" content="2023-07-03">',
        '<meta name="PubDate" content="2023/07/03 10:00">',
        '<script type="application/ld+json">{"datePublished": "2023-07-03"}</script>',
        '<script type="application/ld+json">[{"a": [{"datePublished": "2023-07-03"}]}]</script>',
        '<script type="application/ld+json">{broken</script><meta name="date" content="20230703">',
    ],
)
def test_a_page_is_dated_by_its_head(head: str) -> None:
    assert html.read(page(head), "a.html").drafts[0].published == date(2023, 7, 3)


def test_a_page_is_dated_by_its_first_time_element() -> None:
    body = f"<time datetime='2023-07-03T08:00'>yesterday</time>{STORY * 4}"
    assert html.read(page(body=body), "a.html").drafts[0].published == date(2023, 7, 3)


def test_a_year_in_the_footer_is_no_date() -> None:
    body = f"{STORY * 4}<footer>Copyright 2019-01-01</footer>"
    assert html.read(page(body=body), "a.html").drafts[0].published is None


def test_a_chinese_page_in_a_declared_encoding_is_read() -> None:
    text = "商务部、海关总署公布对石墨物项的出口管制，新规定从十二月一日起施行。"
    data = page('<meta charset="gb2312">', f"<p>{text * 3}</p>".encode().decode())
    draft = html.read(data.decode().encode("gb18030"), "a.html").drafts[0]
    assert text in draft.text


def test_a_page_without_text_is_said_to_be_one() -> None:
    with pytest.raises(Unreadable, match="is a page without text"):
        html.read(page(body="<script>var a = 1</script>"), "a.html")


def test_a_page_nested_a_hundred_thousand_deep_is_refused() -> None:
    body = "<div>" * 100_000 + "text" + "</div>" * 100_000
    with pytest.raises(Unreadable, match="nested this deep: 100000, expected at most 250"):
        html.read(page(body=body), "a.html")


def test_text_at_the_deepest_place_allowed_is_not_lost() -> None:
    depth = limits.MAX_HTML_DEPTH - 5
    body = "<div>" * depth + STORY * 4 + "</div>" * depth
    assert "gallium" in html.read(page(body=body), "a.html").drafts[0].text


def test_tags_inside_scripts_and_paragraphs_left_open_do_not_nest() -> None:
    assert html.shape("<script>" + "'<div>'" * 500 + "</script>" + "<p>a<li>b" * 500)[0] == 1


def test_a_page_of_too_many_tags_is_refused() -> None:
    with pytest.raises(Unreadable, match=f"tags: .*, expected at most {limits.MAX_HTML_TAGS}"):
        html.read(page(body="<b>x</b>" * (limits.MAX_HTML_TAGS // 2)), "a.html")


@pytest.mark.parametrize("body", ["<" * 200_000, "<!--" * 50_000, "<p " + "a=b " * 50_000])
def test_a_malformed_page_gives_a_text_or_one_sentence(body: str) -> None:
    try:
        assert html.read(page(body=body), "a.html").drafts[0].text
    except Unreadable as error:
        assert str(error).startswith("a.html: ")


def test_a_feed_that_is_cut_off_gives_the_entries_before_the_cut_and_says_so() -> None:
    data = b"<rss version='2.0'><channel><item><title>A</title></item><item><title>B"
    found = feed.read(data, "f.rss")
    assert found.drafts[0].title == "A"
    assert "f.rss: is broken" in found.notices[0]


def test_a_feed_is_never_taken_for_an_address_to_fetch() -> None:
    with pytest.raises((Misread, Unreadable)):
        feed.read(b"http://127.0.0.1:9/feed.xml", "f.rss")


def test_a_feed_of_nested_entities_is_refused() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "lol">{entities}]>'
        "<rss version='2.0'><channel><item><title>&e11;</title></item></channel></rss>"
    )
    try:
        assert all(len(draft.text) < 1000 for draft in feed.read(bomb.encode(), "f.rss").drafts)
    except (Misread, Unreadable) as error:
        assert str(error).startswith("f.rss: ")


def test_markup_in_a_feed_becomes_plain_lines() -> None:
    item = "<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;a &amp;amp; b&lt;/p&gt;</description>"
    data = f"<rss version='2.0'><channel><item>{item}</item></channel></rss>".encode()
    assert feed.read(data, "f.rss").drafts[0].text == "One.\na & b"


def made_pdf(pages: list[str], password: str = "") -> bytes:
    target = io.BytesIO()
    encrypt = StandardEncryption(password) if password else None
    drawing = canvas.Canvas(target, encrypt=encrypt)
    for text in pages:
        drawing.drawString(72, 700, text)
        drawing.rect(72, 72, 200, 200)
        drawing.showPage()
    drawing.save()
    return target.getvalue()


def test_a_pdf_is_the_text_of_its_pages_and_has_no_date() -> None:
    draft = pdf.read(made_pdf(["Antimony needs a licence.", "Germanium too, from May."]), "a.pdf")
    assert draft.drafts[0].text == "Antimony needs a licence.\n\nGermanium too, from May."
    assert draft.drafts[0].published is None


def test_a_scan_is_said_to_be_one() -> None:
    with pytest.raises(Unreadable, match=r"a\.pdf: is a scan, 2 page\(s\) of pictures"):
        pdf.read(made_pdf(["", ""]), "a.pdf")


def test_pages_without_text_in_a_pdf_are_said() -> None:
    found = pdf.read(made_pdf(["A long enough page about antimony and its licences.", ""]), "a.pdf")
    assert found.notices == ("a.pdf: 1 of 2 pages hold no text.",)


def test_a_locked_pdf_is_refused() -> None:
    with pytest.raises(Unreadable, match="expected a whole PDF without a password"):
        pdf.read(made_pdf(["secret"], password="x"), "a.pdf")


def test_a_pdf_of_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PDF_PAGES", 1)
    with pytest.raises(Unreadable, match="has 2 pages, expected at most 1"):
        pdf.read(made_pdf(["a", "b"]), "a.pdf")


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", bytes(limits.MAX_XLSX_UNPACKED_BYTES + 1))
    with pytest.raises(Unreadable, match="unpacks to 200 MB"):
        xlsx_table.read(target.getvalue(), "a.xlsx")


def test_whole_numbers_in_a_workbook_are_written_without_a_point() -> None:
    sheet = xlsx_table.read(workbook([["Period", "value"], [2025.0, 1.5]]), "a.xlsx").sheet
    assert sheet.columns == ("period", "value")
    assert sheet.rows == ((2, ("2025", "1.5")),)


def test_a_cell_with_quotes_may_hold_the_separator_and_lines() -> None:
    sheet = csv_table.read(b'a,b\n"1,300","x\ny"\n\n2,3\n', "a.csv").sheet
    assert sheet.rows == ((3, ("1,300", "x\ny")), (5, ("2", "3")))
