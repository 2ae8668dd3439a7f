"""The desk in a real browser: wide and narrow, light and dark, without JavaScript of its own."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator

import desk_sample as sample
import pytest
import uvicorn

from foreshock.desk.web import make_app

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH: apt install chromium"),
]

DAY = "as_of=2023-12-31"
PAGES = (
    f"/?{DAY}",
    f"/warnings/min.ga/KR?{DAY}",
    f"/items?{DAY}",
    f"/items/min.ga?{DAY}",
    f"/measures?{DAY}",
    f"/measures/CN-2023-23?{DAY}",
    f"/commitments?{DAY}",
    f"/calendar?{DAY}",
    f"/stances?{DAY}",
    f"/chains?{DAY}",
    f"/documents/{sample.NOTICE.id}?{DAY}",
    f"/health?{DAY}",
    f"/about?{DAY}",
    "/bulletin?as_of=2023-09-25",
)
SIZES = {"desk": 1280, "phone": 390}

#: texts whose contrast with what lies behind them is under 4.5 (3 if large), by WCAG 2.2, 1.4.3
FAINT = """() => {
  const rgb = c => { const n = c.match(/[\\d.]+/g).map(Number);
    return {c: n.slice(0, 3), a: n.length > 3 ? n[3] : 1}; };
  const light = c => { const [r, g, b] = c.map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) {
      const b = rgb(getComputedStyle(e).backgroundColor); if (b.a === 1) return b.c; }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255]; };
  const faint = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !e.getClientRects().length || ['title', 'desc', 'OPTION'].includes(e.tagName))
      continue;
    const s = getComputedStyle(e);
    const inDrawing = e instanceof SVGElement;
    const front = light(rgb(inDrawing ? s.fill : s.color).c);
    const back = light(behind(inDrawing ? e.closest('svg').parentElement : e));
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    const large = parseFloat(s.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) faint.push(`${e.textContent.trim().slice(0, 40)}: ${ratio}`);
  }
  return faint; }"""

#: texts that reach beyond the right edge of the window
CUT_OFF = """() => [...document.querySelectorAll('body *')].filter(e =>
  [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
  && !['title', 'desc', 'OPTION', 'STYLE'].includes(e.tagName)
  && e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1
).map(e => e.textContent.trim().slice(0, 60))"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    app = make_app(sample.look, sample.pack())
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
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
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)


def driver_runs() -> bool:
    """Whether the program that drives the browser starts: it needs libatomic of the system."""
    from playwright._impl._driver import compute_driver_executable

    program, *words = compute_driver_executable()
    return subprocess.run([program, *words, "--version"], capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    if not driver_runs() and not os.environ.get("CI"):  # CI installs it and may not skip
        pytest.skip("the driver of the browser does not start: apt install libatomic1")
    with playwright.sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_fits_its_window_asks_nobody_else_and_can_be_read(
    address, browser, size, scheme
):
    context = browser.new_context(
        viewport={"width": SIZES[size], "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path in PAGES:
        assert page.goto(address + path).status == 200
        for folded in page.locator("summary").all():
            folded.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size], path
        assert page.evaluate(CUT_OFF) == [], path
        assert page.evaluate(FAINT) == [], path
    assert errors == []
    assert [url for url in asked if not url.startswith(address)] == []
    context.close()


def test_the_desk_works_without_javascript_by_links_and_forms_alone(address, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/?{DAY}")
    page.get_by_label("Level").select_option("3")
    page.get_by_role("button", name="Filter").click()
    assert page.locator("tbody tr").count() == 1
    page.get_by_role("link", name="gallium").click()
    page.get_by_label("Known as of").fill("2023-07-10")
    page.get_by_role("button", name="Show").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Gallium for Korea"
    assert "48 %" in page.locator("main").inner_text()
    context.close()


def test_the_first_stop_of_the_keyboard_leads_past_the_bar_and_can_be_seen(address, browser):
    page = browser.new_page()
    page.goto(f"{address}/?{DAY}")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the content"
    box = skip.bounding_box()
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()
