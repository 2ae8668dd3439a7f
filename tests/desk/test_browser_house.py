"""The pages of people in a real browser: logging in, reporting, releasing, without JavaScript."""

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from desk_house import PASSWORD, QUICK, House
from desk_partners import with_partners
from test_browser import CUT_OFF, FAINT, SIZES, browser, pytestmark

from foreshock.exchange import people
from foreshock.words.records import Report

__all__ = ["browser", "pytestmark"]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[House, str]]:
    before, people.HASHER = people.HASHER, QUICK
    folder = tmp_path_factory.mktemp("browser")
    house = House(folder / "home")
    house.fill()
    with_partners(house, folder)
    server = uvicorn.Server(uvicorn.Config(house.app, port=0, log_level="error"))
    started = threading.Event()
    bind = server.startup

    async def startup(sockets=None):
        await bind(sockets)
        started.set()

    server.startup = startup
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(30)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield house, f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)
    house.close()
    people.HASHER = before


def log_in(page, served, name) -> None:
    house, base = served
    page.goto(f"{base}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("One-time code").fill(house.code(name))
    page.get_by_role("button", name="Log in").click()
    assert page.get_by_role("button", name="Log out", exact=True).count() == 1


def pages(house) -> dict[str, list[str]]:
    keys = {r.says: r.id for r in house.archive.known(Report)}
    return {
        "mina": ["/missions", "/submissions", "/account", f"/reports/{keys['amberword']}"],
        "lee": ["/missions", "/report/status", "/report/disruption"],
        "olaf": ["/releases", f"/releases/{keys['greenword']}", f"/releases/{keys['redword']}"],
        "carl": ["/company"],
        "odile": ["/partners", "/partners/alarms"],
        "aud": ["/people"],
    }


@pytest.mark.parametrize(("size", "scheme"), [("desk", "light"), ("phone", "dark")])
def test_every_page_of_people_fits_its_window_and_can_be_read(served, browser, size, scheme):
    house, base = served
    for name, paths in pages(house).items():
        context = browser.new_context(
            viewport={"width": SIZES[size], "height": 800}, color_scheme=scheme
        )
        page = context.new_page()
        asked = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        log_in(page, served, name)
        for path in paths:
            assert page.goto(base + path).status == 200
            for folded in page.locator("summary").all():
                folded.click()
            assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size], path
            assert page.evaluate(CUT_OFF) == [], path
            assert page.evaluate(FAINT) == [], path
        assert [url for url in asked if not url.startswith(base)] == []
        context.close()


def test_a_mission_reports_by_forms_alone_and_faults_come_back_at_their_field(served, browser):
    _, base = served
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, served, "lee")
    page.goto(f"{base}/missions")
    page.get_by_role("link", name="Report a status").click()
    page.get_by_label("Item").fill("min.ga")
    page.get_by_label("Status").select_option("strained")
    page.get_by_label("Stocks (days)").fill("25 days")
    page.get_by_label("Remarks").fill("Buyers were told to wait.")
    page.get_by_role("button", name="Send").click()
    assert "expected a number" in page.locator(".problem").inner_text()
    assert page.get_by_label("Remarks").input_value() == "Buyers were told to wait."
    page.get_by_label("Stocks (days)").fill("25")
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Report of beijing")
    page.get_by_role("link", name="Correct it").click()
    page.get_by_label("Stocks (days)").fill("18")
    page.get_by_role("button", name="Send the correction").click()
    assert "18" in page.locator("main").inner_text()
    page.get_by_role("button", name="Log out", exact=True).click()
    page.goto(f"{base}/missions")
    assert "/login" in page.url
    context.close()


def test_an_officer_previews_and_releases_by_forms_alone(served, browser):
    house, base = served
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, served, "olaf")
    green = next(r.id for r in house.archive.known(Report) if r.says == "greenword")
    page.goto(f"{base}/releases/{green}")
    page.get_by_label("To", exact=True).select_option("community")
    page.get_by_label("Why").fill("monthly exchange")
    page.get_by_role("button", name="Release").click()
    assert "released by olaf" in page.locator("main").inner_text()
    context.close()


def test_an_officer_settles_an_alarm_by_a_form_alone(served, browser):
    _, base = served
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, served, "odile")
    page.goto(f"{base}/partners")
    page.get_by_role("link", name="1 open", exact=True).click()
    page.get_by_label("What was found and done").last.fill("They restored a backup.")
    page.get_by_role("button", name="Settle alarm").last.click()
    assert "They restored a backup." in page.locator("main").inner_text()
    context.close()


def test_the_keyboard_reaches_the_login_and_enter_sends_it(served, browser):
    house, base = served
    page = browser.new_page()
    page.goto(f"{base}/login")
    page.get_by_label("Name").focus()
    page.keyboard.type("mina")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.type(house.code("mina"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/")
    page.close()
