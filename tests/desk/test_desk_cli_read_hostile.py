"""`foreshock read` on hostile or odd input: no crash, no invented event, and the rest is said."""

import json
import time

import pytest

SAID = "China will require licences for exports of gallium from 1 August 2023."


@pytest.fixture
def read(call, tmp_path):
    """Read one file of the given name and bytes; its events, what was said, and the exit code."""

    def _read(name, data):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        ended = call("read", path)
        assert "Traceback" not in ended.err
        lines = [json.loads(line) for line in ended.out.splitlines()]
        return [e for line in lines for e in line["events"]], ended.err, ended.code

    return _read


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("greek", "Η Κίνα ανακοίνωσε περιορισμούς στις εξαγωγές γαλλίου από την πρώτη Αυγούστου."),
        ("klingon", "tlhIngan maH taHjaj. nuqneH qaStaH nuq jay' Heghlu'meH QaQ jajvam ghobe'."),
        ("russian", "Китай ввёл лицензирование экспорта галлия и германия с первого августа."),
    ],
)
def test_a_text_in_a_language_without_tables_gives_no_event_and_is_told(read, name, text):
    events, said, code = read(f"{name}.txt", f"date: 2023-07-03\n\n{text}")
    assert (events, code) == ([], 0)
    assert "no tables for language" in said


def test_ten_megabytes_in_one_line_are_read_as_far_as_it_goes_and_the_rest_is_told(read):
    begun = time.perf_counter()
    events, said, code = read("line.txt", f"{SAID} " + "gallium and so on and on " * 400_000)
    assert code == 0
    assert time.perf_counter() - begun < 60  # a stand-still, not a speed
    assert "those after 200000 were not read" in said
    assert all(e["type"] == "RESTRICT" for e in events)


def test_ten_megabytes_without_a_single_space_are_read(read):
    events, said, code = read("solid.txt", "gallium" * 1_400_000)
    assert (events, code) == ([], 0)
    assert "were not read" in said


def test_a_page_nested_100_000_deep_is_refused_in_one_sentence(read):
    depth = 100_000
    events, said, code = read("deep.html", "<div>" * depth + SAID + "</div>" * depth)
    assert (events, code) == ([], 1)
    assert "elements nested this deep" in said


def test_text_that_a_page_hides_is_not_read(read):
    shown = "<p>The ministry opened a new canteen, and everybody was pleased with the soup.</p>" * 9
    hidden = f"<div style='display: none'><p>{SAID} {SAID}</p></div><div hidden><p>{SAID}</p></div>"
    events, _, _ = read("hidden.html", f"<body>{shown}{hidden}</body>")
    assert events == []


@pytest.mark.parametrize(
    "text",
    [
        "China will require licences for exports of g\u0430llium from 1 August 2023.",
        "Ch\u0456na will require licences for exports of gallium.",
    ],
)
def test_names_in_letters_that_only_look_latin_are_not_read_and_told(read, text):
    events, said, _ = read("alike.txt", f"date: 2023-07-03\nlanguage: en\n\n{text}")
    assert not any({"min.ga"} & set(e["items"]) and "CN" in e["actors"] for e in events)
    assert "look-alike letters" in said


def test_characters_that_turn_the_text_are_told_and_turn_nothing(read):
    turned = f"{SAID[:14]}\u202e{SAID[14:]}\u202c"
    events, said, _ = read("turned.txt", f"date: 2023-07-03\nlanguage: en\n\n{turned}")
    assert "direction-turning characters" in said
    assert all(e["actors"] == ["CN"] for e in events)
    denied = "China did \u202eton\u202c require licences for exports of gallium."
    events, said, _ = read("t2.txt", f"date: 2023-07-03\nlanguage: en\n\n{denied}")
    assert "direction-turning characters" in said


def test_what_a_message_quotes_is_not_its_own(read):
    mail = (
        "From: a@example.org\nDate: Mon, 3 Jul 2023 09:00:00 +0000\nSubject: Re: notice\n\n"
        f"Thank you, we have filed it.\n\n> {SAID}\n"
    )
    events, said, _ = read("reply.eml", mail)
    assert events == []
    assert "1 quoted line(s) of earlier messages were left out" in said


def test_an_older_act_that_a_text_quotes_is_background(read):
    text = (
        "date: 2025-06-10\n\nJapan opened a stockpile of gallium on Monday.\n\n"
        'A notice of 3 July 2023 said: "China will require licences for exports of gallium from '
        '1 August 2023."'
    )
    events, _, _ = read("quoting.txt", text)
    old = [e for e in events if e["type"] == "RESTRICT" and "CN" in e["actors"]]
    assert [e["background"] for e in old] == [True]


def test_a_date_still_to_come_is_told(read):
    events, said, code = read("ahead.txt", f"date: 2199-01-01\n\n{SAID}")
    assert code == 0
    assert "a date after the day of receipt (2199-01-01)" in said
    assert len(events) == 1


@pytest.mark.parametrize(
    "table",
    [
        "Mineral\tCountry\tShare\nGallium\tChina\t98 %\nGermanium\tChina\t60 %\n" * 40,
        "| mineral | country | tonnes |\n|---|---|---|\n| gallium | China | 600 |\n" * 40,
        "gallium;China;2020;320\ngallium;China;2021;430\nneon;Ukraine;2021;600\n" * 40,
    ],
)
def test_a_table_of_figures_tells_no_event(read, table):
    events, _, code = read("table.txt", f"date: 2023-07-03\nlanguage: en\n\n{table}")
    assert (events, code) == ([], 0)


def test_a_table_in_a_page_tells_no_event(read):
    row = "<tr><td>Gallium</td><td>China</td><td>98 %</td></tr>"
    page = f"<html lang=en><body><h1>Shares</h1><table>{row * 60}</table></body></html>"
    assert read("table.html", page)[0] == []


@pytest.mark.parametrize("name", ["e.txt", "e.html", "e.pdf", "e.docx", "e.eml", "e.rss"])
def test_an_empty_file_of_any_kind_is_told(read, name):
    events, said, code = read(name, b"")
    assert (events, code) == ([], 1)
    assert f"{name}: is empty" in said
