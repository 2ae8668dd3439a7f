"""The pages of people: logging in, missions and reports, companies, what leaves, who may what.

Every route here has its row in `doors.RULES`; the guard has asked it, read the form, and checked
that it is ours, before a function here runs.
"""

import secrets as random
from collections.abc import Callable
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from foreshock.desk import pages_exchange as exchange
from foreshock.desk import pages_house as pages
from foreshock.desk.doors import Caller, Office
from foreshock.desk.pages import Context
from foreshock.errors import ForeshockError, NotAllowed, WrongUse
from foreshock.exchange import release, reports, submissions
from foreshock.exchange.forms import WrongForm
from foreshock.exchange.login import NotLetIn
from foreshock.exchange.reports import Sender, marking_named
from foreshock.exchange.roles import rights_of
from foreshock.words.pack import Pack

#: how a page of a template is drawn: template, request, names, status
Draw = Callable[[str, Request, Context, int], Response]


def add_routes(app: FastAPI, office: Office, pack: Pack, draw: Draw) -> None:
    """Add the routes of people to the desk."""
    house = House(office, pack, draw)
    for method, path, answer in (
        ("GET", "/login", house.login),
        ("POST", "/login", house.let_in),
        ("POST", "/logout", house.log_out),
        ("GET", "/account", house.account),
        ("POST", "/account/password", house.change_password),
        ("POST", "/account/sessions", house.end_sessions),
        ("GET", "/missions", house.missions),
        ("GET", "/reports/{key}", house.report),
        ("GET", "/report/{form}", house.report_form),
        ("POST", "/report/{form}", house.send_report),
        ("GET", "/reports/{key}/correct", house.correction),
        ("POST", "/reports/{key}/correct", house.send_correction),
        ("GET", "/company", house.company),
        ("POST", "/company", house.submit),
        ("GET", "/submissions", house.submissions),
        ("POST", "/submissions", house.aggregate),
        ("GET", "/releases", house.releases),
        ("GET", "/releases/{key}", house.release),
        ("POST", "/releases/{key}", house.decide),
        ("GET", "/people", house.people),
        ("GET", "/partners", house.partners),
        ("GET", "/partners/alarms", house.alarms),
        ("POST", "/partners/alarms/{key}", house.settle),
    ):
        app.add_api_route(path, answer, methods=[method], response_class=HTMLResponse)


def local(address: str) -> str:
    """An address of this desk, to go on to after logging in; anything else is its first page.

    >>> local("/missions?as_of=2026-11-01"), local("//evil.example"), local("https://evil.example")
    ('/missions?as_of=2026-11-01', '/', '/')
    """
    plain = address.isprintable() and address.startswith("/") and "\\" not in address
    return address if plain and not address.startswith("//") else "/"


class House:
    """Answers the routes of people."""

    def __init__(self, office: Office, pack: Pack, draw: Draw) -> None:
        self.office = office
        self.pack = pack
        self.draw = draw

    def page(self, template: str, request: Request, words: Context, status: int = 200) -> Response:
        """A page of a template."""
        return self.draw(template, request, words, status)

    # -- coming in and going out -----------------------------------------------------------------

    def login(self, request: Request) -> Response:
        """The page that asks who it is."""
        words: Context = {"title": "Log in", "says": ""}
        words["next"] = local(request.query_params.get("next", ""))
        words["needed"] = self.office.asks_for_login()
        held = request.cookies.get(self.office.cookie, "")
        fresh = held or random.token_urlsafe(32)  # until then it opens nothing: forms hang on it
        words["form_token"] = self.office.form_token(fresh)
        response = self.page("login.html", request, words)
        if not held:
            self._give(response, fresh)
        return response

    def let_in(self, request: Request) -> Response:
        """Let somebody in: a session of their own, whatever the browser held before."""
        form = _form(request)
        go_on = local(form.get("next", ""))
        try:
            person, token = self.office.door.let_in(
                form.get("name", "").strip(), form.get("password", ""), form.get("code", "")
            )
        except NotLetIn as error:
            words = {"title": "Log in", "says": str(error), "next": go_on, "needed": True}
            held = request.cookies.get(self.office.cookie, "")
            words["form_token"] = self.office.form_token(held)
            return self.page("login.html", request, words, 403)
        self.office.door.log_out(request.cookies.get(self.office.cookie, ""))
        may_look = "look" in rights_of(person)
        response = _go(go_on if go_on != "/" or may_look else "/account")
        self._give(response, token)
        return response

    def log_out(self, request: Request) -> Response:
        """End the session."""
        self.office.door.log_out(request.cookies.get(self.office.cookie, ""))
        response = _go("/login")
        response.delete_cookie(self.office.cookie, path="/", secure=self.office.secure)
        return response

    def _give(self, response: Response, held: str) -> None:
        response.set_cookie(
            self.office.cookie,
            held,
            path="/",
            secure=self.office.secure,
            httponly=True,
            samesite="strict",
        )

    def account(self, request: Request) -> Response:
        """One's own roles, sessions and password."""
        return self.page("account.html", request, pages.account(self.office, _caller(request)))

    def change_password(self, request: Request) -> Response:
        """Change one's own password, with the old one and a code."""
        form, caller = _form(request), _caller(request)
        assert caller.person is not None
        proof = (form.get("password", ""), form.get("code", ""))
        try:
            if form.get("fresh", "") != form.get("again", ""):
                raise WrongUse("the new password and its repetition differ", expected="the same")
            self.office.door.change_password(caller.person, proof, form.get("fresh", ""))
        except ForeshockError as error:
            words = pages.account(self.office, caller) | {"says": str(error)}
            return self.page("account.html", request, words, 422)
        return _go("/login")

    def end_sessions(self, request: Request) -> Response:
        """End all of one's own sessions."""
        self.office.secrets.end_sessions(_caller(request).name)
        return _go("/login")

    # -- missions and reports --------------------------------------------------------------------

    def missions(self, request: Request) -> Response:
        """Who owes what, and what came."""
        day = request.state.asked.as_of
        words = pages.missions(self.office, self.pack, _caller(request), day)
        return self.page("missions.html", request, words)

    def report(self, request: Request) -> Response:
        """One report, as far as its marking lets the caller see it."""
        words = pages.report(self.office, self.pack, _caller(request), request.path_params["key"])
        return self.page("report.html", request, words)

    def report_form(self, request: Request) -> Response:
        """An empty form."""
        form = request.path_params["form"]
        return self.page("form.html", request, pages.report_form(form, {}, self.pack))

    def send_report(self, request: Request) -> Response:
        """Keep a report of the caller's own mission."""
        kind = request.path_params["form"]
        sender, told = _sender(request), pages.told_of(_form(request))
        if kind == "nothing":
            reports.nothing_to_report(self.office.archive, self.pack, sender)
            return _go("/missions")
        try:
            filed = reports.file_report(
                self.office.archive, self.pack, sender, pages.known_form(kind), told
            )
        except WrongForm as error:
            words = pages.report_form(kind, told, self.pack, error.problems)
            return self.page("form.html", request, words, 422)
        return _go(f"/reports/{filed.report.id}")

    def correction(self, request: Request) -> Response:
        """The form of a report that is there, filled in."""
        old = pages.own_report(self.office, _caller(request), request.path_params["key"])
        words = pages.report_form(old.form, reports.as_told(old), self.pack, corrects=old.id)
        return self.page("form.html", request, words)

    def send_correction(self, request: Request) -> Response:
        """Put a corrected report in the place of an earlier one."""
        old = pages.own_report(self.office, _caller(request), request.path_params["key"])
        told = pages.told_of(_form(request))
        try:
            filed = reports.correct_report(
                self.office.archive, self.pack, _sender(request), old.id, told
            )
        except WrongForm as error:
            words = pages.report_form(old.form, told, self.pack, error.problems, old.id)
            return self.page("form.html", request, words, 422)
        return _go(f"/reports/{filed.report.id}")

    # -- companies -------------------------------------------------------------------------------

    def company(self, request: Request) -> Response:
        """The form of a company, and what it told so far."""
        words = pages.company(self.office, self.pack, _caller(request), {}, {})
        return self.page("company.html", request, words)

    def submit(self, request: Request) -> Response:
        """Keep a figure of the caller's company, for its desk alone."""
        caller, told = _caller(request), pages.told_of(_form(request))
        assert caller.person is not None
        try:
            submissions.submit(self.office.archive, self.pack, caller.person, told)
        except WrongForm as error:
            words = pages.company(self.office, self.pack, caller, told, error.problems)
            return self.page("company.html", request, words, 422)
        return _go("/company")

    def submissions(self, request: Request) -> Response:
        """What companies told the caller's desk."""
        words = pages.submissions(self.office, self.pack, _caller(request))
        return self.page("submissions.html", request, words)

    def aggregate(self, request: Request) -> Response:
        """Make the figure that may leave, if it is safe."""
        form, caller = _form(request), _caller(request)
        assert caller.person is not None
        cell = submissions.Cell(
            item=form.get("item", ""), figure=form.get("figure", ""), period=form.get("period", "")
        )
        marking = form.get("marking", "AMBER")
        if marking not in pages.MARKINGS:
            raise WrongUse(
                f"the marking is {marking[:40]!a}", expected=f"one of {', '.join(pages.MARKINGS)}"
            )
        archive = self.office.archive
        submissions.aggregate(archive, self.pack, caller.person, cell, marking_named(marking))
        return _go("/submissions")

    # -- what leaves -----------------------------------------------------------------------------

    def releases(self, request: Request) -> Response:
        """What may be released, what waits for a second officer, what left."""
        words = pages.releases(self.office, self.pack, _caller(request))
        return self.page("releases.html", request, words)

    def release(self, request: Request) -> Response:
        """Who would get one record, who not, and why."""
        key = request.path_params["key"]
        words = pages.release(self.office, self.pack, _caller(request), key)
        return self.page("release.html", request, words)

    def decide(self, request: Request) -> Response:
        """Let a record go, ask for it, or refuse what another asked for."""
        form, caller = _form(request), _caller(request)
        assert caller.person is not None
        archive = self.office.archive
        record = release.releasable(archive, request.path_params["key"])
        receiver = pages.receiver_named(self.office, form.get("to", ""), form.get("person", ""))
        decide = release.refuse if form.get("do") == "refuse" else release.release
        decide(archive, caller.person, record, receiver, form.get("why", ""))
        return _go(f"/releases/{quote(record.id)}")

    def people(self, request: Request) -> Response:
        """Who may come, who is in, who did what: ids and names only."""
        return self.page("people.html", request, pages.people(self.office))

    # -- the exchange ----------------------------------------------------------------------------

    def partners(self, request: Request) -> Response:
        """Whom we exchange with, what they may see, how their keys stand."""
        return self.page("partners.html", request, exchange.partners(self.office))

    def alarms(self, request: Request) -> Response:
        """What a person must look at."""
        return self.page(
            "partner_alarms.html", request, exchange.alarms(self.office, _caller(request))
        )

    def settle(self, request: Request) -> Response:
        """Say how an alarm was settled."""
        how, key = _form(request).get("how", ""), request.path_params["key"]
        exchange.settle(self.office, _caller(request), key, how)
        return _go("/partners/alarms")


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def _form(request: Request) -> dict[str, str]:
    form: dict[str, str] = request.state.form
    return form


def _sender(request: Request) -> Sender:
    person = _caller(request).person
    if person is None or not person.mission:
        raise NotAllowed("no mission is yours", expected="somebody with the role mission")
    return Sender(mission=person.mission, by=person.name)


def _go(address: str) -> Response:
    return RedirectResponse(address, 303)
