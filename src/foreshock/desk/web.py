"""The web desk: pages drawn on the server that work without JavaScript, and the same as JSON.

`make_app` takes a function that looks at a day, and shows what the gate lets through. No page
loads anything from elsewhere; the headers forbid it too.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from traceback import extract_tb
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Match

from foreshock import __version__, gate
from foreshock.desk import bulletin, pages, pages_ledger
from foreshock.desk.doors import ALONE, ANYONE, RULES, STRANGER, Caller, Office
from foreshock.desk.draw import templates
from foreshock.desk.evidence import fit
from foreshock.desk.pages import Context
from foreshock.desk.posted import TooLarge, TooSlow, check_origin, read_form
from foreshock.desk.releasing import drafts
from foreshock.desk.talk import say
from foreshock.desk.view import Asked, NotThere, View
from foreshock.desk.web_house import add_routes
from foreshock.errors import ArchiveBusy, ForeshockError, NotAllowed, WrongUse
from foreshock.rounds import Findings
from foreshock.words import clocks
from foreshock.words.pack import Pack
from foreshock.words.records import Receiver

Look = Callable[[date | None, str | None], Findings]

_HERE = Path(__file__).parent
_KEPT = 8  # views kept ready, each for the very findings it was made of

#: names by which this machine may be asked; a page of another site must not reach the desk by one
#: of its own names (DNS rebinding)
LOCAL = ("127.0.0.1", "localhost", "::1")

#: pages that no other day can be asked of
TODAY_ONLY = (
    *("/login", "/account", "/report/", "/reports/", "/company", "/submissions", "/releases"),
    *("/people", "/partners"),
)

#: what a browser may do with a page: nothing but show it, with our own style sheet
POLICY = (
    "default-src 'none'; style-src {style}; img-src 'self' data:; script-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY.format(style="'self'"),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

#: address -> its template, and what fills it
PAGES: dict[str, tuple[str, Callable[..., Context]]] = {
    "/": ("warnings.html", pages.warnings),
    "/warnings/{key}": ("warning.html", pages.warning),
    "/warnings/{item}/{holder}": ("warning.html", pages.warning_for),
    "/items": ("items.html", pages.items),
    "/items/{key}": ("item.html", pages.item),
    "/alarms": ("alarms.html", pages.alarms),
    "/measures": ("measures.html", pages_ledger.measures),
    "/measures/{name:path}": ("measure.html", pages_ledger.measure),
    "/commitments": ("commitments.html", pages_ledger.commitments),
    "/calendar": ("calendar.html", pages_ledger.calendar),
    "/stances": ("stances.html", pages_ledger.stances),
    "/chains": ("chains.html", pages_ledger.chains),
    "/documents/{key}": ("document.html", pages.document),
    "/health": ("health.html", pages.health),
    "/about": ("about.html", pages.about),
}

#: address -> its words in the bar of pages
NAV = (
    ("/", "Warnings"),
    ("/alarms", "Alarms"),
    ("/items", "Items"),
    ("/measures", "Measures"),
    ("/commitments", "Commitments"),
    ("/health", "Sources"),
    ("/bulletin", "Bulletin"),
    ("/about", "About"),
)

#: the same for the pages of people, shown where the house keeps them
HOUSE_NAV = (
    ("/missions", "Missions"),
    ("/company", "My company"),
    ("/submissions", "Company figures"),
    ("/releases", "Releases"),
    ("/partners", "Partners"),
    ("/people", "People"),
)


class NotLoggedIn(NotAllowed):
    """Somebody who has not logged in asks for what is not for everybody."""

    def __init__(self) -> None:
        super().__init__(
            "this page is for people who have logged in", next_step="Log in at /login."
        )


#: error -> status and heading; the first that fits
ERRORS: tuple[tuple[type[ForeshockError], int, str], ...] = (
    (NotThere, 404, "Not found"),
    (NotLoggedIn, 401, "Log in first"),
    (TooLarge, 413, "Too large"),
    (TooSlow, 408, "Too slow"),
    (WrongUse, 422, "That cannot be asked"),
    (NotAllowed, 403, "Not allowed"),
    (ArchiveBusy, 503, "Busy"),
    (ForeshockError, 500, "That did not work"),
)


def make_app(
    look: Look,
    pack: Pack,
    receiver: Receiver = gate.OWN,
    hosts: Sequence[str] = LOCAL,
    office: Office | None = None,
) -> FastAPI:
    """The web desk as an ASGI application.

    `look(as_of, holder)` runs or recalls a round as of a day (None: now) for a holder (None: the
    most exposed); it is asked once for each page and may return the same findings again. What it
    returns passes the gate for `receiver` before anything is shown. `hosts` are the names the desk
    answers to; another gets a page that says so. With an `office` there are the pages of people
    too, and from the first person on everybody logs in and sees what their roles let them; without
    one everybody is the receiver.
    """
    desk = Desk(look, pack, receiver, hosts, office)
    app = FastAPI(
        title="Foreshock", version=__version__, docs_url=None, redoc_url=None, openapi_url=None
    )
    for path, (template, fill) in PAGES.items():
        app.add_api_route(path, desk.page(template, fill), response_class=HTMLResponse)
    app.add_api_route("/bulletin", desk.bulletin, response_class=HTMLResponse)
    app.add_api_route("/api/warnings.json", desk.warnings_json)
    app.add_api_route("/api/findings.json", desk.findings_json)
    app.add_api_route("/healthz", alive)
    app.add_api_route("/favicon.ico", icon, include_in_schema=False)
    if office is not None:
        add_routes(app, office, pack, desk.draw_for)
    app.mount("/static", StaticFiles(directory=_HERE / "static"))
    app.add_exception_handler(ForeshockError, desk.refused)
    app.add_exception_handler(HTTPException, desk.no_such_page)
    app.add_exception_handler(Exception, desk.failed)
    app.middleware("http")(desk.guard)
    return app


def alive() -> dict[str, str]:
    """That the desk answers; it says nothing about the sources, `/health` does.

    >>> alive()["status"]
    'up'
    """
    return {"status": "up", "version": __version__}


def icon() -> Response:
    """The sign of the desk, for browsers that ask for it by its old name."""
    return FileResponse(_HERE / "static" / "icon.svg")


class Desk:
    """Looks at days, and draws what it sees."""

    def __init__(
        self,
        look: Look,
        pack: Pack,
        receiver: Receiver,
        hosts: Sequence[str],
        office: Office | None = None,
    ) -> None:
        self.look = look
        self.pack = pack
        self.receiver = receiver
        self.hosts = frozenset(hosts)
        self.office = office
        self.templates = templates(pack)
        self._views: list[tuple[Findings, str, View]] = []

    # -- looking ---------------------------------------------------------------------------------

    def view(self, request: Request) -> View:
        """The day that the address asks for, as whoever asks may see it."""
        asked = self.asked(request)
        caller = _caller(request)
        receiver = caller.receiver
        findings = self.look(asked.as_of, asked.holder)
        if caller.outside and self.office is not None:
            unreleased = drafts(findings, self.office.archive, receiver)
            return View(fit(findings, receiver, unreleased), self.pack, asked, clocks.now())
        views = self._views  # read once: another request may put in a longer list meanwhile
        for source, circle, view in views:
            if source is findings and circle == receiver.circle:
                return view.asking(asked)
        view = View(fit(findings, receiver), self.pack, asked, clocks.now())
        self._views = [*views[-_KEPT:], (findings, receiver.circle, view)]
        return view

    def asked(self, request: Request) -> Asked:
        """What the address asks for; a word that cannot be is refused in one sentence."""
        words = {k: v.strip() for k, v in request.query_params.items() if v.strip()}
        day = clocks.parse_day(words["as_of"], "as_of") if "as_of" in words else None
        today = clocks.now().date()
        if day is not None and day > today:
            raise WrongUse(
                f"as_of is {day}, a day to come",
                expected=f"{today} or an earlier day",
                next_step="Choose a day that is over or today.",
            )
        level = words.get("level")
        if level is not None and level not in ("0", "1", "2", "3", "4"):
            raise WrongUse(f"level is {level!r}", expected="0, 1, 2, 3 or 4", next_step="")
        holder = _one_of(words.get("holder"), set(self.pack.holder), "holder", "KR")
        item = _one_of(words.get("item"), set(self.pack.item), "item", "min.ga")
        return Asked(as_of=day, holder=holder, level=int(level) if level else None, item=item)

    # -- drawing ---------------------------------------------------------------------------------

    def page(self, template: str, fill: Callable[..., Context]) -> Callable[[Request], Response]:
        """The answer to an address: look, fill, draw."""

        def answer(request: Request) -> Response:
            view = self.view(request)
            return self.draw(template, request, view, fill(view, **request.path_params))

        return answer

    def draw(
        self, template: str, request: Request, seen: View | Asked, words: Context, status: int = 200
    ) -> Response:
        """A page of a view; where nothing could be looked at, its frame for what was asked."""
        view, asked = (seen, seen.asked) if isinstance(seen, View) else (None, seen)
        path, caller = request.url.path, _caller(request)
        frame: Context = {
            "view": view,
            "link": asked.link,
            "query": asked.query(),
            "asked_day": asked.as_of,
            "day": view.day if view else asked.as_of,
            "today": clocks.now().date(),
            # pages on which people act stand on today alone
            "dated": not path.startswith(TODAY_ONLY),
            "here": path,
            "section": f"/{path.split('/')[1]}" if path != "/" else "/",
            "receiver": caller.receiver,
            "nav": [(p, words) for p, words in self._nav() if caller.may(RULES["GET", p])],
            "caller": caller,
            "form_token": caller.form_token,
        }
        text = self.templates.get_template(template).render(frame | words)
        return HTMLResponse(text, status, headers=HEADERS)

    def draw_for(
        self, template: str, request: Request, words: Context, status: int = 200
    ) -> Response:
        """A page that shows no findings: the frame for what was asked, and the words given."""
        return self.draw(template, request, request.state.asked, words, status)

    def _nav(self) -> tuple[tuple[str, str], ...]:
        return (*NAV, *HOUSE_NAV) if self.office is not None else NAV

    def bulletin(self, request: Request) -> Response:
        """The bulletin of the day, as the file that would be sent."""
        view = self.view(request)
        composed = bulletin.compose(view.findings, self.pack, _caller(request).receiver)
        text = bulletin.html(composed, self.pack, view.findings.documents)
        digest = base64.b64encode(hashlib.sha256(bulletin.style().encode()).digest()).decode()
        policy = POLICY.format(style=f"'sha256-{digest}'")
        return HTMLResponse(text, headers=HEADERS | {"Content-Security-Policy": policy})

    def warnings_json(self, request: Request) -> Response:
        """The warnings that are out, worst first."""
        view = self.view(request)
        words = pages.warnings(view)
        return self.json(request, view, warnings=words["rows"])

    def findings_json(self, request: Request) -> Response:
        """Everything the receiver may see of the day."""
        view = self.view(request)
        return self.json(request, view, findings=view.findings)

    def json(self, request: Request, view: View, **said: Any) -> Response:
        """An answer for programs, with the day it was known on and how much was held back."""
        head = {
            "known_as_of": view.day,
            "live": view.findings.live,
            "looked": view.looked,
            "shown_to": _caller(request).receiver.name,
            "held_back": view.shown.held_back,
        }
        return Response(msgspec.json.encode(head | said), media_type="application/json")

    # -- refusing --------------------------------------------------------------------------------

    def refused(self, request: Request, error: Exception) -> Response:
        """The page for something that cannot be, or is not there: one sentence, and what next."""
        status, title = next((s, t) for kind, s, t in ERRORS if isinstance(error, kind))
        return self.trouble(request, status, title, str(error))

    def no_such_page(self, request: Request, error: Exception) -> Response:
        """The page for an address that the desk does not have."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        if status == 404:
            may = _caller(request).may
            shown = ", ".join(path for path, _ in self._nav() if may(RULES["GET", path]))
            says = f"The desk has no page {request.url.path!r}, expected one of {shown}."
            return self.trouble(request, 404, "Not found", says)
        says = f"The desk does not take {request.method} here, expected GET. Follow a link instead."
        return self.trouble(request, status, "That cannot be asked", says)

    def failed(self, request: Request, error: Exception) -> Response:
        """The page for a fault of ours; what went wrong is in the log, not here."""
        says = (
            f"A fault of the desk itself ({type(error).__name__}) kept this page from being drawn; "
            "the terminal that runs the desk says more. Try another day, or report it."
        )
        return self.trouble(request, 500, "A fault of ours", says)

    def trouble(self, request: Request, status: int, title: str, says: str) -> Response:
        """A page or, for programs, an object that says what is the matter."""
        if request.url.path.startswith("/api/"):
            body = msgspec.json.encode({"error": title, "says": says})
            return Response(body, status, HEADERS, "application/json")
        try:
            asked = self.asked(request)  # the day is kept on the page, if it is one
        except ForeshockError:
            asked = Asked()
        return self.draw("error.html", request, asked, {"title": title, "says": says}, status)

    async def guard(self, request: Request, answer: Callable[[Request], Any]) -> Response:
        """Refuse names that are not ours and what is not the caller's; put the headers on."""
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if host not in self.hosts:
            says = (
                f"This desk does not answer to the name {host!r}, expected one of "
                f"{', '.join(sorted(self.hosts))}. Use one of those, or start the desk for yours."
            )
            return self.trouble(request, 421, "Wrong name", says)
        try:
            await self.admit(request)
        except NotLoggedIn as error:
            response = self.to_login(request, error)
        except ForeshockError as error:
            response = self.refused(request, error)
        else:
            try:
                response = await answer(request)
            except Exception as error:  # one page that trips must not be told in full in a log
                say(trace(error))
                response = self.failed(request, error)
        for key, value in HEADERS.items():
            response.headers.setdefault(key, value)
        return response

    async def admit(self, request: Request) -> None:
        """The one gate of all routes: who asks, whether it is theirs, and what they post.

        Sets `caller`, `asked` and `form` of the request's state. Raises `NotLoggedIn`,
        `NotAllowed`, or what is wrong with a form. A route without a rule is nobody's.
        """
        if self.office is None:
            caller = Caller(receiver=self.receiver, rights=ALONE)
        else:
            request.state.caller = STRANGER  # whatever goes wrong from here on
            cookies = request.cookies
            caller = await run_in_threadpool(self.office.caller, cookies, self.receiver)
        request.state.caller = caller
        route = _route(request)
        method = "GET" if request.method == "HEAD" else request.method
        right = RULES.get((method, route)) if route else ANYONE
        stranger = caller.person is None and not caller.rights
        if stranger and (right != ANYONE or not route):
            raise NotLoggedIn
        if right is None or not caller.may(right):
            raise NotAllowed(
                f"{caller.name or 'whoever has not logged in'} may not {request.method} this page",
                expected=f"somebody with the right {right!r}" if right else "a page that is open",
                next_step="`foreshock people roles` says who may do what.",
            )
        request.state.asked = Asked() if right == ANYONE else self.asked(request)
        if request.method == "POST" and route:
            check_origin(request, self.hosts)
            request.state.form = form = await read_form(request)
            if not caller.form_token or not _same(form.get("form_token", ""), caller.form_token):
                raise NotAllowed(
                    "the form does not belong to this session",
                    expected="the page as it was opened after logging in",
                    next_step="Open the page again, and send it from there.",
                )

    def to_login(self, request: Request, error: ForeshockError) -> Response:
        """Where somebody is sent who has to log in: programs are told, browsers led there."""
        if request.url.path.startswith("/api/") or request.method != "GET":
            return self.refused(request, error)
        there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?{urlencode({'next': there})}", 303)


def trace(error: BaseException) -> str:
    """Where a fault of ours arose, without its message, which could quote a text.

    >>> try:
    ...     raise ValueError("nine days of gallium")
    ... except ValueError as error:
    ...     print(trace(error))
    A fault of the desk: ValueError at <doctest ...>:2
    """
    places = [f"{Path(f.filename).name}:{f.lineno}" for f in extract_tb(error.__traceback__)]
    return f"A fault of the desk: {type(error).__name__} at {' < '.join(places[::-1][:6])}"


def _caller(request: Request) -> Caller:
    """Who asks; nobody where that was not settled."""
    caller: Caller = getattr(request.state, "caller", STRANGER)
    return caller


def _route(request: Request) -> str:
    """The address of the route that a request meets, as `RULES` has it; "" if it meets none."""
    for route in request.app.routes:
        if route.matches(request.scope)[0] is Match.FULL:
            return str(getattr(route, "path", ""))
    return ""


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def _one_of(word: str | None, known: set[str], what: str, example: str) -> str | None:
    if word is None or word in known:
        return word
    raise WrongUse(
        f"{what} is {word!r}",
        expected=f"the id of a {what} in the pack",
        next_step=f"For example {example}; the list on the page of warnings has them.",
    )
