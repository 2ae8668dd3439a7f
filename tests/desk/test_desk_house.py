"""The pages of people at work: reports, company figures, releases, as somebody uses them."""

import re

import pytest
from desk_house import QUICK, SECRETS, House, report
from test_desk_web import Outline

from foreshock.exchange import missions, people
from foreshock.words.markings import Marking
from foreshock.words.missions import Aggregate, Deed, Release, Submission
from foreshock.words.records import Report


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setattr(people, "HASHER", QUICK)
    house = House(tmp_path / "home")
    house.fill()
    yield house
    house.close()


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """A house to look at, not to change."""
    before, people.HASHER = people.HASHER, QUICK
    house = House(tmp_path_factory.mktemp("house") / "home")
    house.fill()
    yield house
    house.close()
    people.HASHER = before


STATUS = {"item": "min.ga", "status": "strained", "stock_days": "25", "grade": "B2"}
DISRUPTION = {
    "items": "min.ga", "status": "disrupted", "mode": "shortage", "impact": "stop",
    "cause": "unknown",
    "expected_duration": "unknown", "sectors": "chips", "measures_taken": "none",
    "help_wanted": "none",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (None, "/login"), ("mina", "/account"), ("mina", "/missions"), ("lee", "/missions"),
        ("mina", "/submissions"), ("lee", "/report/status"), ("lee", "/report/disruption"),
        ("carl", "/company"), ("olaf", "/releases"), ("aud", "/people"), ("olaf", "/releases/{}"),
        ("lee", "/reports/{}"), ("lee", "/reports/{}/correct"),
    ],
)  # fmt: skip
def test_a_page_has_one_heading_labels_and_nothing_left_open_no_script_and_no_style(
    still, name, path
):
    browser = still.as_(name) if name else still.browser()
    key = next(r.id for r in still.archive.known(Report) if r.marking is Marking.GREEN)
    answer = browser.get(path.format(key))
    assert answer.status_code == 200, answer.text
    page = Outline(answer.text)
    assert len(page.all("h1")) == 1
    assert page.wrong == []
    assert page.open == []
    labelled = {attrs.get("for") for attrs in page.all("label")}
    fields = [
        a for t in ("input", "select", "textarea") for a in page.all(t) if a.get("type") != "hidden"
    ]
    assert {field["id"] for field in fields} <= labelled
    ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    assert page.all("script") == []
    assert [attrs for _, attrs in page.tags if "style" in attrs] == []
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    posts = [f for f in page.all("form") if f.get("method") == "post"]
    assert answer.text.count('name="form_token"') == len(posts)


# -- reports -------------------------------------------------------------------------------------


def test_a_mission_sees_what_it_owes_reports_it_and_corrects_it(house):
    lee = house.as_("lee")
    assert "overdue for 3 days" in lee.get("/missions").text
    sent = lee.post("/report/status", **STATUS)
    assert sent.status_code == 303
    page = lee.get(sent.headers["location"]).text
    assert '<dd class="told">25</dd>' in page
    fixed = lee.post(f"{sent.headers['location']}/correct", **{**STATUS, "stock_days": "18"})
    assert '<dd class="told">18</dd>' in lee.get(fixed.headers["location"]).text
    old = lee.get(sent.headers["location"]).text
    assert "It was corrected" in old
    assert "Correct it" not in old
    assert "overdue for" not in lee.get("/missions").text
    again = lee.post(f"{sent.headers['location']}/correct", **STATUS)
    assert "was corrected before" in again.text


def test_nothing_to_report_is_one_button(tmp_path, monkeypatch):
    monkeypatch.setattr(people, "HASHER", QUICK)
    house = House(tmp_path / "home", folk={"lee": (("mission",), {"mission": "beijing"})})
    from desk_house import TODAY, Assignment, live, now

    owed = Assignment(clocks=live(now()), mission="beijing", item="min.ga", grade="C",
                      since=TODAY, by="t")  # fmt: skip
    missions.assign(house.archive, house.pack, owed)
    lee = house.as_("lee")
    assert lee.post("/report/nothing", page="/missions").headers["location"] == "/missions"
    assert "nothing to report" in lee.get("/missions").text
    house.close()


def test_a_form_with_faults_comes_back_with_what_was_typed_and_a_sentence_at_each_field(house):
    lee = house.as_("lee")
    answer = lee.post("/report/status", **{**STATUS, "grade": "Z9", "says": "a long <b>text</b>"})
    assert answer.status_code == 422
    assert "grade is &#39;Z9&#39;, expected A1 to F6" in answer.text
    assert "a long &lt;b&gt;text&lt;/b&gt;" in answer.text
    assert 'value="25"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1


def test_six_facts_are_sent_and_html_in_them_is_shown_as_text(house):
    lee = house.as_("lee")
    nasty = '<script>alert(1)</script><img src=x onerror="x">'
    sent = lee.post("/report/disruption", **{**DISRUPTION, "impact": nasty})
    page = lee.get(sent.headers["location"]).text
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "wrong",
    [{"day": "2999-01-01"}, {"impact": "turned\u202egnihton"}, {"items": "g\u0430llium"},
     {"impact": "x" * 4001}, {"status": "quiet"}, {"stock_days": "1e5"}, {"surprise": "1"}],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_at_its_field_and_nothing_is_kept(house, wrong):
    kept = len(house.archive.history(Report))
    answer = house.as_("lee").post("/report/disruption", **{**DISRUPTION, **wrong})
    assert answer.status_code == 422
    assert 'class="problem"' in answer.text
    assert len(house.archive.history(Report)) == kept


def test_a_mission_corrects_its_own_reports_only(house):
    house.archive.add([report("elsewhere", Marking.GREEN, mission="tokyo")])
    other = next(r for r in house.archive.known(Report) if r.mission == "tokyo")
    lee = house.as_("lee")
    assert lee.get(f"/reports/{other.id}").status_code == 200
    assert lee.get(f"/reports/{other.id}/correct").status_code == 403
    token = lee.token("/report/status")
    data = {**STATUS, "form_token": token}
    assert lee.client.post(f"/reports/{other.id}/correct", data=data).status_code == 403


def test_the_page_of_missions_stands_on_a_past_day(house):
    page = house.as_("mina").get("/missions?as_of=2024-01-01").text
    assert "greenword" not in page
    assert "No report was known on 2024-01-01" in page


# -- companies -----------------------------------------------------------------------------------


def test_a_company_tells_a_figure_and_the_desk_makes_what_may_leave(house):
    carl, mina = house.as_("carl"), house.as_("mina")
    told = carl.post("/company", item="min.ga", figure="use", period="2026-Q3", value="500000")
    assert told.status_code == 303
    assert "500 000" in carl.get("/company").text
    made = mina.post("/submissions", item="min.ga", figure="use", period="2026-Q3",
                     marking="GREEN")  # fmt: skip
    assert made.status_code == 303
    page = mina.get("/submissions").text.partition('id="out"')[2]
    assert "sum of 3 companies 1,240,000 USD" in page
    assert "acme" not in page
    (one,) = house.archive.known(Aggregate)
    assert one.marking is Marking.GREEN


def test_an_aggregate_that_would_show_a_company_is_withheld_and_the_page_says_why(house):
    mina = house.as_("mina")
    answer = mina.post("/submissions", item="min.ga", figure="stock", period="2026-Q3")
    assert answer.status_code == 403
    assert "withheld" in answer.text
    assert mina.post("/submissions", item="x", figure="use", period="y", marking="RED").status_code
    assert house.archive.known(Aggregate) == []


# -- what leaves ---------------------------------------------------------------------------------


def of(house, marking):
    return next(r for r in house.archive.known(Report) if r.says == SECRETS[marking])


def test_an_officer_sees_who_would_get_it_and_why_and_lets_it_go(house):
    olaf, green = house.as_("olaf"), of(house, Marking.GREEN)
    page = olaf.get(f"/releases/{green.id}").text
    rows = {
        r.partition("</th>")[0].rpartition(">")[2]: r
        for r in page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")
    }
    assert "<b>yes</b>" in rows["community"]
    assert "held back" in rows["public"]
    assert '<option value="public"' not in page
    done = olaf.post(f"/releases/{green.id}", to="community", why="monthly exchange", do="release")
    assert done.status_code == 303
    (kept,) = house.archive.known(Release)
    assert (kept.step, kept.by, kept.to, kept.of_marking) == (
        "released", "olaf", "community", Marking.GREEN,
    )  # fmt: skip
    assert "released by olaf" in olaf.get(f"/releases/{green.id}").text


def test_what_the_gate_holds_back_no_officer_lets_go(house):
    olaf, strict = house.as_("olaf"), of(house, Marking.AMBER_STRICT)
    answer = olaf.post(f"/releases/{strict.id}", to="community", do="release")
    assert answer.status_code == 403
    assert "TLP:AMBER+STRICT" in answer.text
    assert house.archive.known(Release) == []


def test_red_goes_to_a_named_person_when_two_officers_have_decided(house):
    olaf, odile, red = house.as_("olaf"), house.as_("odile"), of(house, Marking.RED)
    page = f"/releases/{red.id}"
    assert "redword" not in olaf.get(page).text
    assert "held back by its marking" in olaf.get(page).text
    assert olaf.post(page, to="own", do="release").status_code == 403
    olaf.post(page, to="person", person="Kim Minister", do="release")
    assert [r.step for r in house.archive.known(Release)] == ["asked"]
    alone = olaf.post(page, to="person", person="Kim Minister", do="release")
    assert alone.status_code == 403
    assert "another releasing officer" in alone.text
    assert "olaf asks to let it go to Kim Minister" in odile.get(page).text
    assert "Waiting for a second officer" in odile.get("/releases").text
    odile.post(page, to="person", person="Kim Minister", do="release")
    assert sorted(r.step for r in house.archive.known(Release)) == ["asked", "released"]
    assert "Waiting for a second officer" not in odile.get("/releases").text


def test_a_second_officer_may_refuse_and_what_nobody_asked_for_cannot_be_refused(house):
    olaf, odile, red = house.as_("olaf"), house.as_("odile"), of(house, Marking.RED)
    page = f"/releases/{red.id}"
    assert odile.post(page, to="person", person="Kim", do="refuse").status_code == 422
    olaf.post(page, to="person", person="Kim", do="release")
    odile.post(page, to="person", person="Kim", do="refuse", why="not yet")
    assert "Waiting for a second officer" not in odile.get("/releases").text


def test_a_submission_cannot_be_released_whatever_its_id(house):
    olaf, told = house.as_("olaf"), house.archive.known(Submission)[0]
    assert olaf.get(f"/releases/{told.id}").status_code == 422
    assert olaf.get("/releases/person-0").status_code == 422
    assert "acme" not in olaf.get("/releases").text


@pytest.mark.parametrize("to", ["", "everybody", "person", "public' OR 1=1"])
def test_a_receiver_that_is_none_is_refused(house, to):
    olaf, green = house.as_("olaf"), of(house, Marking.GREEN)
    answer = olaf.post(f"/releases/{green.id}", to=to, do="release")
    assert answer.status_code == 422
    assert house.archive.known(Release) == []


# -- who did what --------------------------------------------------------------------------------


def test_the_auditor_sees_deeds_and_ids_and_no_contents(house):
    lee, carl = house.as_("lee"), house.as_("carl")
    lee.post("/report/status", **{**STATUS, "says": "sayword"})
    carl.post("/company", item="min.ga", figure="use", period="2026-Q2", value="777777")
    page = house.as_("aud").get("/people").text
    assert "report filed" in page
    assert "figure submitted" in page
    assert "logged in" in page
    for word in (*SECRETS.values(), "sayword", "777777", "777 777", "strained"):
        assert word not in page
    for deed in house.archive.history(Deed):
        assert re.fullmatch(r"[a-z_]+", deed.did)
        assert all(re.fullmatch(r"[a-z0-9.-]{1,80}", about) for about in deed.about), deed


def test_logs_of_the_desk_hold_no_word_of_a_report(house, caplog, capfd):
    lee = house.as_("lee")
    lee.post("/report/status", **{**STATUS, "says": "logword", "grade": "Z"})
    lee.post("/report/status", **{**STATUS, "says": "logword"})
    for text in (caplog.text, *capfd.readouterr()):
        assert "logword" not in text
        assert "correct horse" not in text
