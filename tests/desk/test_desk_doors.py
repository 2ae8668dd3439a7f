"""Who gets in and what is theirs: every route is decided, at one gate, on the server."""

import re

import pytest
from desk_house import PASSWORD, PEOPLE, QUICK, SECRETS, House
from fastapi.testclient import TestClient
from starlette.routing import Mount

from foreshock.desk import doors
from foreshock.desk.doors import ALONE, ANYONE, RULES
from foreshock.desk.posted import MOST_BYTES, MOST_FIELDS
from foreshock.exchange import people
from foreshock.exchange.roles import RIGHTS, ROLES
from foreshock.words.markings import Marking
from foreshock.words.records import Report


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    before, people.HASHER = people.HASHER, QUICK
    house = House(tmp_path_factory.mktemp("doors") / "home")
    house.fill()
    yield house
    house.close()
    people.HASHER = before


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """Houses of one's own to spoil."""
    monkeypatch.setattr(people, "HASHER", QUICK)
    made = []

    def make(**more):
        made.append(House(tmp_path / f"home{len(made)}", **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def browsers(house):
    return {name: house.as_(name) for name in PEOPLE}


def routes(house):
    """Every method and address that the desk answers."""
    for route in house.app.routes:
        methods = {"GET"} if isinstance(route, Mount) else route.methods - {"HEAD"}
        for method in sorted(methods):
            yield method, route.path


def address(path, house):
    """An address of a route, with something in the place of each of its words."""
    key = house.archive.known(Report)[0].id
    filled = path.replace("{name:path}", "CN-2023-23").replace("{form}", "status")
    filled = filled.replace("{item}", "min.ga").replace("{holder}", "KR")
    filled = filled.replace("/documents/{key}", "/documents/document-0")
    return filled.replace("{key}", key) + ("/desk.css" if path == "/static" else "")


# -- every route is decided ----------------------------------------------------------------------


def test_every_route_has_a_rule_and_every_rule_a_route(house):
    assert set(routes(house)) == set(RULES)
    assert set(RULES.values()) <= {ANYONE, *RIGHTS}
    assert {right for role in ROLES.values() for right in role.rights} <= set(RIGHTS)


def test_only_what_nobody_can_do_harm_with_is_for_anyone():
    assert {path for (_, path), right in RULES.items() if right == ANYONE} == {
        *("/healthz", "/favicon.ico", "/static", "/login"),
    }


def test_a_route_without_a_rule_is_closed_to_everybody(house, browsers, monkeypatch):
    monkeypatch.delitem(doors.RULES, ("GET", "/healthz"))
    assert house.browser().get("/healthz").status_code == 303
    assert browsers["mina"].get("/healthz").status_code == 403


def test_whoever_has_not_logged_in_reaches_nothing_but_the_login(house):
    browser = house.browser()
    for method, path in routes(house):
        answer = browser.client.request(method, address(path, house))
        if RULES[method, path] == ANYONE:
            assert answer.status_code in (200, 422, 403), path
        elif path.startswith("/api/") or method == "POST":
            assert answer.status_code == 401, path
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login?next=")
        assert not any(word in answer.text for word in SECRETS.values())
        assert "min.ga" not in answer.text.replace("next=", "") or answer.status_code == 303


def test_pages_that_do_not_exist_look_the_same_to_strangers_as_those_that_do(house):
    browser = house.browser()
    assert browser.get("/nothing").status_code == 303
    assert browser.get("/reports/report-0").status_code == 303


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_reaches_what_their_role_allows_and_nothing_else(house, browsers, name):
    (role,) = PEOPLE[name][0]
    for method, path in routes(house):
        answer = browsers[name].client.request(method, address(path, house))
        right = RULES[method, path]
        allowed = right == ANYONE or right in ROLES[role].rights
        if not allowed:
            assert answer.status_code == 403, (method, path)
            assert "may not" in answer.text
        elif method == "GET":
            assert answer.status_code in (200, 404, 403), (method, path)
            if answer.status_code == 403:  # somebody else's report, or marked too strictly
                assert "correct" in path


@pytest.mark.parametrize("name", PEOPLE)
def test_the_bar_shows_what_is_theirs_and_every_link_in_it_opens(house, browsers, name):
    right = ROLES[PEOPLE[name][0][0]].rights
    page = browsers[name].get("/account").text
    bar = re.findall(r'<li><a href="([^"]+)"', page.partition("</nav>")[0])
    assert bar == [p for p in bar if RULES["GET", p] in right]
    assert all(browsers[name].get(path).status_code == 200 for path in bar)
    assert ("/releases" in bar) == ("release" in right)


# -- markings ------------------------------------------------------------------------------------

PAGES_OF_ALL = (
    *("/", "/items", "/items/min.ga", "/measures", "/commitments", "/health", "/about"),
    *("/bulletin", "/api/findings.json", "/api/warnings.json", "/missions", "/company"),
    *("/submissions", "/releases", "/people", "/account"),
)


@pytest.mark.parametrize("name", PEOPLE)
def test_no_page_of_anybody_holds_a_word_marked_above_what_their_roles_read(house, browsers, name):
    most = ROLES[PEOPLE[name][0][0]].sees
    keys = [r.id for r in house.archive.known(Report)]
    pages = [*PAGES_OF_ALL, *(f"/reports/{k}" for k in keys), *(f"/releases/{k}" for k in keys),
             *(f"/reports/{k}/correct" for k in keys)]  # fmt: skip
    seen = "".join(browsers[name].get(page).text for page in pages)
    for marking, word in SECRETS.items():
        if marking > most:
            assert word not in seen, marking
    assert "Busan" not in seen, "a TLP:RED document of the findings"


def test_those_who_may_see_a_report_see_it(house, browsers):
    page = browsers["mina"].get("/missions").text
    assert "1 report(s) held back" in page
    strict = next(r for r in house.archive.known(Report) if r.says == "strictword")
    assert "strictword" in browsers["mina"].get(f"/reports/{strict.id}").text
    red = next(r for r in house.archive.known(Report) if r.says == "redword")
    assert browsers["mina"].get(f"/reports/{red.id}").status_code == 404


def test_a_partner_sees_less_of_the_same_day_than_an_analyst_and_not_what_was_kept_ready(
    house, browsers
):
    day = {"as_of": "2023-09-25"}
    mina, pat = (browsers[n].get("/api/findings.json", params=day).json() for n in ("mina", "pat"))
    assert (mina["shown_to"], pat["shown_to"]) == ("mina", "pat")
    marked = {d["marking"] for d in pat["findings"]["documents"]}
    assert max(marked, default=0) <= Marking.GREEN
    assert pat["held_back"] >= mina["held_back"]


@pytest.mark.parametrize("name", ["pat", "carl", "ada"])
def test_a_reader_of_another_house_sees_no_warning_that_nobody_released(fresh, name):
    house = fresh()
    mina, other = house.as_("mina"), house.as_(name)
    day = {"as_of": "2023-09-25"}
    (first, *_) = mina.get("/api/findings.json", params=day).json()["findings"]["warnings"]
    for page in ("/api/findings.json", "/api/warnings.json", "/", "/bulletin"):
        assert first["id"] not in other.get(page, params=day).text
    assert other.get(f"/warnings/{first['id']}", params=day).status_code == 404
    from foreshock.words.clocks import live, now
    from foreshock.words.missions import Release

    house.archive.add([
        Release(clocks=live(now()), of=first["id"], to="community", circle="community",
                of_marking=Marking.CLEAR, step="released", by="olaf", at=now()).sealed()
    ])  # fmt: skip
    told = other.get("/api/findings.json", params=day).json()["findings"]["warnings"]
    assert [one["id"] for one in told] == [first["id"]]


def test_what_companies_told_is_seen_by_its_desk_and_the_company_itself_only(house, browsers):
    assert "512 345" in browsers["mina"].get("/submissions").text
    assert "512 345" in browsers["carl"].get("/company").text
    assert "400 000" not in browsers["carl"].get("/company").text
    for name in ("olaf", "lee", "pat", "ada", "aud"):
        for page in (*PAGES_OF_ALL, "/submissions", "/company"):
            assert "512 345" not in browsers[name].get(page).text


def test_an_analyst_of_no_desk_or_another_sees_none_of_it(fresh):
    house = fresh(folk={"sam": (("analyst",), {})})
    house.fill()
    page = house.as_("sam").get("/submissions")
    assert page.status_code == 200
    assert "acme" not in page.text


# -- logging in ----------------------------------------------------------------------------------


def test_somebody_logs_in_goes_where_they_wanted_and_out_again(house):
    browser = house.browser()
    there = browser.get("/missions?as_of=2026-01-01").headers["location"]
    assert there == "/login?next=%2Fmissions%3Fas_of%3D2026-01-01"
    answer = browser.log_in("mina", next="/missions?as_of=2026-01-01")
    assert answer.headers["location"] == "/missions?as_of=2026-01-01"
    assert browser.get("/missions").status_code == 200
    held = browser.client.cookies["foreshock"]
    assert browser.post("/logout", page="/account").headers["location"] == "/login"
    browser.client.cookies.set("foreshock", held)
    assert browser.get("/missions").status_code == 303, "the session itself has ended"


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(house, fresh):
    said = house.browser().log_in("mina").headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "path=/" in said
    secure = fresh(folk={"mina": (("analyst",), {})}, secure=True, open_to_others=True)
    browser = secure.browser(base="https://127.0.0.1")
    said = browser.log_in("mina").headers["set-cookie"]
    assert said.startswith("__Host-foreshock=")
    assert "secure" in said.lower()
    assert "domain" not in said.lower()


@pytest.mark.parametrize(
    "there",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/\r\nX: y"],
)
def test_after_logging_in_nobody_is_led_to_another_site(house, there):
    assert house.browser().log_in("mina", next=there).headers["location"] == "/"


def test_somebody_who_may_not_look_at_warnings_is_led_to_what_is_theirs(house):
    answer = house.browser().log_in("aud")
    assert answer.headers["location"] == "/account"


def test_whatever_was_wrong_the_page_says_one_sentence_and_opens_nothing(house):
    answers = set()
    for name, password, code in (
        ("mina", "wrong", None), ("nobody", PASSWORD, "000000"), ("mina", PASSWORD, "000000"),
    ):  # fmt: skip
        browser = house.browser()
        answer = browser.log_in(name, password, code)
        assert answer.status_code == 403
        assert browser.get("/missions").status_code == 303
        answers.add(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(answers) == 1
    house.secrets.forget_tries("mina")


def test_a_cookie_that_somebody_planted_is_not_the_session_after_logging_in(house):
    browser = house.browser()
    browser.client.cookies.set("foreshock", "planted")
    assert browser.get("/missions").status_code == 303
    assert browser.log_in("mina").status_code == 303
    given = [c.value for c in browser.client.cookies.jar]
    other = house.browser()
    other.client.cookies.set("foreshock", "planted")
    assert other.get("/missions").status_code == 303
    assert any(value != "planted" for value in given)


def test_logging_in_anew_ends_the_session_the_browser_held(house):
    browser = house.as_("mina")
    held = browser.client.cookies["foreshock"]
    browser.log_in("olaf")
    old = house.browser()
    old.client.cookies.set("foreshock", held)
    assert old.get("/missions").status_code == 303


def test_a_person_who_is_closed_is_out_at_the_next_request(fresh):
    house = fresh()
    browser = house.as_("mina")
    people.close_person(house.archive, house.secrets, "mina", "boss")
    assert browser.get("/missions").status_code == 303


def test_a_role_that_was_taken_away_is_gone_at_the_next_request(fresh):
    house = fresh()
    browser = house.as_("olaf")
    assert browser.get("/releases").status_code == 200
    people.write_person(
        house.archive,
        people.Person(clocks=people.live(people.now()), name="olaf", roles=("academic",), by="b"),
    )
    assert browser.get("/releases").status_code == 403


def test_one_changes_ones_own_password_and_is_logged_out_everywhere(fresh):
    house = fresh()
    browser, other = house.as_("mina"), house.as_("mina")
    wrong = browser.post("/account/password", page="/account", password="no", code="0",
                         fresh="a brand new password", again="a brand new password")  # fmt: skip
    assert wrong.status_code == 422
    differ = browser.post("/account/password", page="/account", fresh="a", again="b")
    assert "differ" in differ.text
    done = browser.post("/account/password", page="/account", password=PASSWORD,
                        code=house.code("mina"), fresh="a brand new password",
                        again="a brand new password")  # fmt: skip
    assert done.headers["location"] == "/login"
    assert other.get("/missions").status_code == 303
    assert house.browser().log_in("mina", "a brand new password").status_code == 303


def test_one_ends_all_ones_sessions_by_a_button(fresh):
    house = fresh()
    browser, other = house.as_("mina"), house.as_("mina")
    browser.post("/account/sessions", page="/account")
    assert other.get("/missions").status_code == 303


# -- when a login is asked for -------------------------------------------------------------------


def test_while_nobody_is_written_down_the_one_user_of_the_machine_looks_and_changes_nothing(fresh):
    house = fresh(folk={})
    house.fill()
    browser = house.browser()
    for method, path in routes(house):
        status = browser.client.request(method, address(path, house)).status_code
        if RULES[method, path] in (*ALONE, ANYONE) and method == "GET":
            assert status in (200, 404), path
        else:
            assert status in (403, 422), (method, path)
    assert "redword" not in browser.get("/missions").text


def test_from_the_first_person_on_everybody_logs_in_without_a_restart(fresh):
    house = fresh(folk={})
    browser = house.browser()
    assert browser.get("/missions").status_code == 200
    house.add("mina", "analyst")
    assert browser.get("/missions").status_code == 303
    people.close_person(house.archive, house.secrets, "mina", "boss")
    assert browser.get("/missions").status_code == 303, "a closed person does not open the desk"


def test_a_desk_that_others_can_reach_asks_for_a_login_though_nobody_is_written_down(fresh):
    house = fresh(folk={}, open_to_others=True)
    assert house.browser().get("/").status_code == 303


def test_where_it_cannot_be_settled_who_asks_nobody_gets_in(fresh):
    house = fresh()
    browser = house.as_("mina")
    house.secrets.close()
    (house.archive.home / "people.sqlite").write_bytes(b"spoilt" * 1000)
    house.secrets._local = type(house.secrets._local)()
    answer = browser.get("/missions")
    assert answer.status_code == 500
    assert "damaged" in answer.text
    assert "greenword" not in answer.text


# -- forms ---------------------------------------------------------------------------------------

GOOD = {"item": "min.ga", "status": "quiet"}


@pytest.mark.parametrize("token", ["", "0" * 64, "x", "\u0430", None])
def test_a_form_without_the_token_of_the_session_is_refused(house, browsers, token):
    data = GOOD if token is None else {**GOOD, "form_token": token}
    kept = len(house.archive.history(Report))
    answer = browsers["lee"].client.post("/report/status", data=data)
    assert answer.status_code == 403
    assert "does not belong to this session" in answer.text
    assert len(house.archive.history(Report)) == kept


def test_the_token_of_another_session_is_of_no_use(house, browsers):
    other = house.as_("lee").token("/report/status")
    answer = browsers["lee"].client.post("/report/status", data={**GOOD, "form_token": other})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "http://[bad"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_that_another_site_sends_is_refused_even_with_the_token(house, browsers, headers):
    token = browsers["lee"].token("/report/status")
    answer = browsers["lee"].client.post(
        "/report/status", data={**GOOD, "form_token": token}, headers=headers
    )
    assert answer.status_code == 403
    assert "another site" in answer.text


def test_another_site_cannot_log_somebody_in_as_somebody_else(house):
    client = TestClient(house.app, base_url="http://127.0.0.1", follow_redirects=False)
    data = {"name": "mina", "password": PASSWORD, "code": house.code("mina")}
    assert client.post("/login", data=data).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x=" + b"a" * (MOST_BYTES + 1), 413),
        (b"&".join(b"f%d=1" % n for n in range(100_000)), 413),
        (b"&".join(b"f%d=1" % n for n in range(MOST_FIELDS + 1)), 422),
        (b"item=min.ga&item=min.ge", 422),
        (b"says=%ff%fe", 422),
        (b"\xff\xfe", 422),
        (b"", 403),
    ],
)
def test_a_body_that_is_none_of_our_forms_is_refused_in_one_sentence(house, browsers, body, status):
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = browsers["lee"].client.post("/report/status", content=body, headers=kind)
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert "Traceback" not in answer.text


def test_a_body_without_a_length_is_cut_off_where_the_largest_form_ends(house, browsers):
    sent = []

    def parts():
        for _ in range(100):
            sent.append(1)
            yield b"a" * 10_000

    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = browsers["lee"].client.post("/report/status", content=parts(), headers=kind)
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "9" * 30])
def test_a_length_that_is_none_is_refused(house, browsers, length):
    kind = {"content-type": "application/x-www-form-urlencoded", "content-length": length}
    answer = browsers["lee"].client.post("/report/status", content=b"", headers=kind)
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/json", ""])
def test_other_kinds_of_body_are_not_read(house, browsers, kind):
    answer = browsers["lee"].client.post(
        "/report/status", content=b"{}", headers={"content-type": kind}
    )
    assert answer.status_code == 422


def test_a_body_that_does_not_come_is_not_waited_for(house, browsers, monkeypatch):
    import asyncio

    from foreshock.desk import posted

    monkeypatch.setattr(posted, "PATIENCE", 0.05)

    async def slow():
        yield b"item=min.ga"
        await asyncio.sleep(5)

    cookie = browsers["lee"].client.cookies["foreshock"]
    messages = []

    async def receive():
        if not messages:
            messages.append(1)
            return {"type": "http.request", "body": b"item=", "more_body": True}
        await asyncio.sleep(5)
        return {"type": "http.disconnect"}

    answers = []

    async def send(message):
        answers.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/report/status", "raw_path": b"/report/status",
        "query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        "headers": [
            (b"host", b"127.0.0.1"), (b"cookie", f"foreshock={cookie}".encode()),
            (b"content-type", b"application/x-www-form-urlencoded"),
        ],
    }  # fmt: skip
    asyncio.run(asyncio.wait_for(house.app(scope, receive, send), 4))
    assert answers[0]["status"] == 408
