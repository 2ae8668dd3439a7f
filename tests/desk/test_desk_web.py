import json
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import desk_sample as sample
import msgspec
import pytest
from fastapi.testclient import TestClient

from foreshock import gate
from foreshock.desk.web import NAV, make_app
from foreshock.errors import ArchiveBusy
from foreshock.words import reference as ref
from foreshock.words.records import Origin, Receiver

DAY = "2023-09-25"
WARNING = sample.warnings(date.fromisoformat(DAY))[0]
PAGES = (
    "/",
    f"/warnings/{WARNING.id}",
    "/warnings/min.ga/KR",
    "/items",
    "/items/min.ga",
    "/items/telecom",
    "/measures",
    "/measures/CN-2023-23",
    "/commitments",
    "/calendar",
    "/stances",
    "/chains",
    f"/documents/{sample.NOTICE.id}",
    "/alarms",
    "/health",
    "/about",
    "/bulletin",
)
VOID = {"meta", "link", "input", "br", "img", "hr", "line", "rect", "circle", "path"}


class Outline(HTMLParser):
    """What a page is made of: tags, attributes, what is left open, what has no label."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if tag in ("li", "p", "td", "th", "tr", "dt", "dd", "option") or self.open[-1] == tag:
            while self.open and self.open.pop() != tag:
                pass
        else:
            self.wrong.append(f"</{tag}> closes <{self.open[-1]}>")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def client(look=sample.look, pack=None, receiver=gate.OWN) -> TestClient:
    app = make_app(look, pack or sample.pack(), receiver)
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


@pytest.fixture(scope="module")
def desk() -> TestClient:
    return client()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_with_one_heading_landmarks_labels_and_nothing_left_open(desk, path):
    answer = desk.get(path, params={"as_of": DAY})
    assert answer.status_code == 200, answer.text
    page = Outline(answer.text)
    assert len(page.all("h1")) == 1
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("main")) == 1
    assert page.wrong == []
    assert page.open == []
    labelled = {attrs["for"] for attrs in page.all("label")}
    fields = [a for t in ("input", "select") for a in page.all(t) if a.get("type") != "hidden"]
    assert {field["id"] for field in fields} <= labelled
    ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    for table in page.all("table"):
        assert len(page.all("caption")) >= 1, table
    for drawing in page.all("svg"):
        assert drawing["role"] == "img"
        assert drawing["aria-label"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_forbids_everything_that_is_not_ours_and_carries_no_script_or_inline_style(
    desk, path
):
    answer = desk.get(path, params={"as_of": DAY})
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    page = Outline(answer.text)
    assert page.all("script") == []
    assert [attrs for _, attrs in page.tags if "style" in attrs] == []
    assert [a for _, attrs in page.tags for a in attrs if a.startswith("on")] == []
    loaded = [a.get("href") for a in page.all("link")] + [a.get("src") for a in page.all("img")]
    assert all(address.startswith("/static/") for address in loaded)


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/bulletin"])
def test_every_link_of_a_page_keeps_the_day_and_the_holder_asked_for(desk, path):
    answer = desk.get(path, params={"as_of": DAY, "holder": "KR"})
    assert answer.status_code == 200
    links = [a["href"] for a in Outline(answer.text).all("a") if a["href"].startswith("/")]
    words = [parse_qs(urlsplit(href).query) for href in links]
    # one link leads to today, one to all holders; the others stay
    assert sum("as_of" not in query for query in words) == 1
    assert sum("holder" not in query for query in words) == 1
    assert len(links) > 8


def test_every_link_of_every_page_leads_somewhere(desk):
    waiting, seen = [f"/?as_of={DAY}"], set()
    while waiting:
        address = waiting.pop()
        bare = address.partition("#")[0]
        if bare in seen:
            continue
        seen.add(bare)
        answer = desk.get(bare)
        assert answer.status_code == 200, f"{bare}: {answer.text[:500]}"
        if "text/html" in answer.headers["content-type"]:
            page = Outline(answer.text)
            waiting += [a["href"] for a in page.all("a") if a["href"].startswith("/")]
            waiting += [a["href"] for a in page.all("link") if a["href"].startswith("/")]
    assert len(seen) > 20


def test_the_day_picker_keeps_the_page_and_the_filters(desk):
    answer = desk.get("/", params={"as_of": DAY, "level": "2", "item": "min.ga"})
    form = answer.text.partition('class="asof"')[2].partition("</form>")[0]
    assert 'name="level" value="2"' in form
    assert 'name="item" value="min.ga"' in form
    page = desk.get(f"/warnings/{WARNING.id}", params={"as_of": DAY}).text
    assert 'action="/warnings/min.ga/KR"' in page


def test_the_same_warning_is_found_on_another_day_and_says_what_was_known_then(desk):
    early = desk.get("/warnings/min.ga/KR", params={"as_of": "2023-07-10"}).text
    late = desk.get("/warnings/min.ga/KR", params={"as_of": DAY}).text
    assert "48 %" in early
    assert "roughly even chance" in early
    assert "fell to none" not in early
    assert "fell to none" in late


def test_before_the_notice_no_warning_is_out_and_the_page_says_what_that_means(desk):
    answer = desk.get("/", params={"as_of": "2023-07-02"})
    assert answer.status_code == 200
    assert "No warning was out on 2023-07-02" in answer.text
    assert desk.get("/warnings/min.ga/KR", params={"as_of": "2023-07-02"}).status_code == 404


def test_a_level_is_shown_as_number_and_word_and_the_cover_with_its_basis(desk):
    text = desk.get("/", params={"as_of": DAY}).text
    assert "<b>3</b> alert" in text
    assert "about 9 weeks (5 to 14; prior)" in text
    assert "<b>62 %</b> likely" in text


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({}, {"Korea", "Netherlands"}),
        ({"level": "3"}, {"Korea"}),
        ({"holder": "NL"}, {"Netherlands"}),
        ({"item": "min"}, {"Korea", "Netherlands"}),
        ({"item": "min.ge"}, set()),
        ({"level": "4"}, set()),
    ],
)
def test_filters_narrow_the_table_and_a_group_takes_in_its_items(desk, filters, shown):
    text = desk.get("/", params={"as_of": DAY, **filters}).text
    assert set(re.findall(r'data-label="For">([^<]+)<', text)) == shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"as_of": "2023-13-01"}, "calendar day written YYYY-MM-DD"),
        ({"as_of": "10 July 2023"}, "calendar day written YYYY-MM-DD"),
        ({"as_of": "2999-01-01"}, "a day to come"),
        ({"level": "5"}, "0, 1, 2, 3 or 4"),
        ({"holder": "XX"}, "the id of a holder in the pack"),
        ({"item": "gallium"}, "the id of a item in the pack"),
    ],
)
def test_a_word_that_cannot_be_is_refused_in_one_sentence_that_says_what_was_expected(
    desk, words, says
):
    answer = desk.get("/", params=words)
    assert answer.status_code == 422
    assert says in answer.text
    assert len(Outline(answer.text).all("h1")) == 1
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert says in desk.get("/api/warnings.json", params=words).json()["says"]


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/warnings/earlywarning-0",
        "/warnings/min.ga/DE",
        "/items/xx",
        "/measures/CN-1",
        "/documents/document-0",
        "/static/none.css",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so_and_keeps_the_day(desk, path):
    answer = desk.get(path, params={"as_of": DAY})
    assert answer.status_code == 404
    assert f"as_of={DAY}" in answer.text
    assert "expected" in answer.text


def test_a_fault_of_ours_is_a_page_and_a_log_without_the_inside_of_the_program(capfd, caplog):
    def broken(as_of, holder):
        raise RuntimeError("secret inside")

    answer = client(broken).get("/")
    logged = "".join((*capfd.readouterr(), caplog.text))
    assert "secret inside" not in logged
    assert "RuntimeError at test_desk_web.py:" in logged
    assert answer.status_code == 500
    assert "secret inside" not in answer.text
    assert "RuntimeError" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_an_archive_that_is_busy_is_said_in_its_own_sentence():
    def busy(as_of, holder):
        raise ArchiveBusy("the archive is held by process 7", next_step="Wait for it to end.")

    answer = client(busy).get("/")
    assert answer.status_code == 503
    assert "held by process 7. Wait for it to end." in answer.text


def test_a_page_asked_for_by_a_strange_name_is_refused(desk):
    answer = desk.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert "Korea" not in answer.text


# -- what others wrote ---------------------------------------------------------------------------


def test_markup_in_names_texts_and_reasons_is_shown_as_text():
    nasty = '<script>alert("x")</script>'
    rows = tuple(
        msgspec.structs.replace(row, name=nasty) if row.id == "min.ga" else row
        for row in sample.pack().items
    )

    def look(as_of, holder):
        found = sample.look(as_of, holder)
        text = f"{nasty} {sample.NOTICE.text}"
        document = msgspec.structs.replace(sample.NOTICE, title=nasty, text=text, publisher=nasty)
        warnings = tuple(
            msgspec.structs.replace(
                w, reasons=(msgspec.structs.replace(w.reasons[1], says=nasty),), rule=nasty
            )
            for w in found.warnings
        )
        return msgspec.structs.replace(
            found, documents=(document,), warnings=warnings, caveats=(nasty,)
        )

    desk = client(look, sample.pack(items=rows))
    for path in (*PAGES[2:-3], PAGES[0], PAGES[9], "/bulletin"):
        answer = desk.get(path, params={"as_of": DAY})
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert "&lt;script&gt;" in answer.text or nasty not in answer.text


def test_an_address_that_is_no_web_address_is_never_a_link():
    def look(as_of, holder):
        found = sample.look(as_of, holder)
        document = msgspec.structs.replace(sample.NOTICE, url="javascript:alert(1)")
        figures = tuple(
            msgspec.structs.replace(f, origin=Origin(publisher="x", url="data:text/html,x"))
            for f in found.observations
        )
        return msgspec.structs.replace(found, documents=(document,), observations=figures)

    desk = client(look)
    for path in (f"/documents/{sample.NOTICE.id}", "/items/min.ga", "/warnings/min.ga/KR"):
        hrefs = [a["href"] for a in Outline(desk.get(path).text).all("a")]
        assert all(h.startswith(("/", "#", "https://")) for h in hrefs)


# -- the gate ------------------------------------------------------------------------------------


def test_a_red_document_its_events_and_its_words_are_nowhere_and_are_counted(desk):
    for path in (*PAGES, "/api/findings.json", "/api/warnings.json"):
        text = desk.get(path, params={"as_of": DAY}).text
        assert "Busan" not in text
        assert "Cable 17" not in text
    assert "2 record(s) held back by their marking" in desk.get("/", params={"as_of": DAY}).text
    assert desk.get("/api/findings.json", params={"as_of": DAY}).json()["held_back"] == 2
    held = desk.get(f"/documents/{sample.CABLE.id}", params={"as_of": DAY})
    assert held.status_code == 404
    warning = desk.get("/warnings/min.ga/KR", params={"as_of": DAY}).text
    assert "evidence held back by its marking" in warning


def test_a_person_named_sees_the_red_document():
    person = Receiver(name="the head of desk", circle="person")
    answer = client(receiver=person).get(f"/documents/{sample.CABLE.id}")
    assert answer.status_code == 200
    assert "TLP:RED" in answer.text
    assert "nothing held back" in answer.text


def test_a_figure_with_a_marking_is_held_back_too():
    def look(as_of, holder):
        found = sample.look(as_of, holder)
        red = msgspec.structs.replace(found.observations[0], marking=sample.CABLE.marking)
        return msgspec.structs.replace(found, observations=(red,))

    text = client(look).get("/items/min.ga").text
    assert "7 670" not in text
    assert "No series of figures was known" in text
    assert "3 record(s) held back" in text


# -- what the pages say --------------------------------------------------------------------------


def test_the_document_marks_the_passage_that_an_event_rests_on(desk):
    text = desk.get(f"/documents/{sample.NOTICE.id}").text
    assert "<mark>items related to gallium and germanium shall not be exported" in text
    assert 'id="e1"' in text


def test_passages_that_overlap_are_cut_where_one_begins_and_nothing_of_the_text_is_lost():
    from foreshock.desk.pages import pieces

    first = sample.event(sample.REPORT, "e1", "exported no wrought gallium", type="FLOW")
    second = sample.event(sample.REPORT, "e2", "wrought gallium in August", type="FLOW")
    cut = pieces(sample.REPORT, [first, second])
    assert "".join(text for text, _ in cut) == sample.REPORT.text
    assert ("wrought gallium", ("e1", "e2")) in cut
    assert (" in August", ("e2",)) in cut


def test_every_figure_of_a_series_is_listed_with_its_publisher_and_day(desk):
    text = desk.get("/items/min.ga").text
    for period, _, published, _ in sample.FIGURES:
        row = text.partition(f">{period}</th>")[2].partition("</tr>")[0]
        assert str(published) in row
        assert "https://" in row


def test_shares_and_dependence_known_later_are_not_shown_earlier():
    late = {"source_date": date(2023, 8, 1)}
    tables = sample.pack()
    pack = sample.pack(
        provisions=tuple(msgspec.structs.replace(r, **late) for r in tables.provisions),
        imports=tuple(msgspec.structs.replace(r, **late) for r in tables.imports),
    )
    desk = client(pack=pack)
    before = desk.get("/items/min.ga", params={"as_of": "2023-07-10"}).text
    after = desk.get("/items/min.ga", params={"as_of": "2023-08-01"}).text
    assert "No share of output was known" in before
    assert "No import share" in before
    assert "98 %" in after
    assert "53 %" in after


def test_a_withheld_share_is_no_bar():
    tables = sample.pack()
    withheld = ref.Provision(
        item="min.ga", stage="refinery", country="DE", share=None, year=2022, **sample.USGS
    )
    text = client(pack=sample.pack(provisions=(*tables.provisions, withheld))).get("/items/min.ga")
    assert text.status_code == 200
    assert "Germany" not in text.text.partition("Who makes it")[2].partition("</svg>")[0]


def test_the_json_says_on_which_day_it_was_known_and_lists_the_worst_first(desk):
    said = json.loads(desk.get("/api/warnings.json", params={"as_of": DAY}).content)
    assert said["known_as_of"] == DAY
    assert [w["level"] for w in said["warnings"]] == [3, 2]
    found = desk.get("/api/findings.json", params={"as_of": DAY}).json()["findings"]
    assert len(found["documents"]) == 2


def test_the_desk_looks_once_for_each_page_and_draws_what_it_is_given():
    asked = []

    def look(as_of, holder):
        asked.append((as_of, holder))
        return sample.look(as_of, holder)

    desk = client(look)
    desk.get("/")
    desk.get("/items/min.ga", params={"as_of": DAY, "holder": "KR"})
    assert asked == [(None, None), (date.fromisoformat(DAY), "KR")]


def test_findings_that_come_again_are_shown_again_and_new_ones_at_once():
    first = sample.findings(date(2023, 9, 25))
    answers = [first, first, sample.findings(date(2023, 9, 26))]
    desk = client(lambda as_of, holder: answers.pop(0))
    pages = [desk.get("/").text for _ in range(3)]
    assert "Known as of 2023-09-25" in pages[1]
    assert "Known as of 2023-09-26" in pages[2]


def test_a_day_that_is_over_is_told_from_today():
    today = sample.TODAY
    looked_at = client().get("/").text
    assert f"Looking back: what was known at the end of {today}" in looked_at

    def live(as_of, holder):
        from foreshock.words.clocks import now

        return msgspec.structs.replace(sample.findings(today), as_of=now().date())

    assert "Looking back" not in client(live).get("/").text


def test_the_bar_names_every_main_page_and_marks_the_one_shown(desk):
    for path, words in NAV:
        page = Outline(desk.get(path).text)
        if path != "/bulletin":
            assert [a["href"] for a in page.all("a") if a.get("aria-current")] == [path], words


def test_the_desk_answers_that_it_is_up(desk):
    assert desk.get("/healthz").json()["status"] == "up"


def test_a_warning_says_how_it_followed_an_earlier_one():
    from foreshock.desk.phrases import since
    from foreshock.words.clocks import end_of, live

    day = date(2023, 9, 25)
    first, _ = sample.warnings(day)
    first = msgspec.structs.replace(first, clocks=live(end_of(day)))
    later = msgspec.structs.replace(
        first, id="later", supersedes=first.id, as_of=day + timedelta(days=7)
    )
    assert since(first, {}) == "2023-09-25"
    assert since(later, {first.id: first}) == "2023-09-25"
    assert since(later, {}) == "before 2023-10-02"
    assert since(msgspec.structs.replace(later, supersedes="later"), {}) == "2023-10-02"


def test_only_the_latest_version_of_a_warning_is_out_and_a_cancelled_one_is_not():
    from foreshock.desk.phrases import out

    first, other = sample.warnings(date(2023, 9, 25))
    later = msgspec.structs.replace(first, id="later", supersedes=first.id, state="updated")
    gone = msgspec.structs.replace(other, id="gone", supersedes=other.id, state="cancelled")
    assert [w.id for w in out([first, later, other, gone])] == ["later"]


def test_a_link_between_goods_that_was_published_later_is_not_shown():
    early = sample.pack()
    later = [
        msgspec.structs.replace(n, source_date=date(2023, 9, 26)) if n.input == "min.ga" else n
        for n in early.needs
    ]
    shown = client(pack=sample.pack(needs=tuple(later)))
    assert "Goes into" in client(pack=early).get(f"/items/min.ga?as_of={DAY}").text
    assert "Goes into" not in shown.get(f"/items/min.ga?as_of={DAY}").text


def test_what_nobody_has_checked_at_a_source_is_shown_as_unverified_and_only_there():
    read = ref.Code(
        item="min.ga", system="HS", edition="2022", code="811292", purity="mixed",
        publisher="World Customs", source_date=date(2022, 1, 1), checked="official",
    )  # fmt: skip
    unread = msgspec.structs.replace(read, system="HSK10", code="8112921000", checked="unopened")
    future = msgspec.structs.replace(read, code="280530", source_date=date(2024, 1, 1))
    text = client(pack=sample.pack(codes=(read, unread, future))).get(
        "/items/min.ga", params={"as_of": DAY}
    ).text  # fmt: skip
    codes = text.partition('id="codes"')[2].partition("</section>")[0]
    unverified = text.partition('id="unverified"')[2].partition("</section>")[0]
    assert "811292" in codes
    assert "other goods too" in codes
    assert "8112921000" not in codes
    assert "8112921000" in unverified
    assert "280530" not in text


def test_a_case_of_history_is_told_only_once_its_source_was_out():
    case = ref.CaseRow(
        id="c", title="Gallium ran short", kind="shortage", cause="control", items=("min.ga",),
        what="Told later.", publisher="Somebody", source_date=date(2023, 9, 1), checked="official",
    )  # fmt: skip
    desk = client(pack=sample.pack(cases=(case,)))
    assert "Gallium ran short" in desk.get("/items/min.ga", params={"as_of": DAY}).text
    before = desk.get("/items/min.ga", params={"as_of": "2023-08-01"}).text
    assert "Gallium ran short" not in before
