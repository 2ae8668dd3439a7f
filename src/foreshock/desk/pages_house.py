"""What the pages of people say: from what the house keeps to the names that a template uses."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, cast

from foreshock import gate
from foreshock.archive.feeds import SqliteFeeds
from foreshock.archive.feeds_books import FILE as FEEDS
from foreshock.desk.doors import Caller, Office
from foreshock.desk.pages import Context
from foreshock.desk.view import NotThere
from foreshock.errors import NotAllowed, WrongUse
from foreshock.exchange import duties as rules
from foreshock.exchange import missions as houses
from foreshock.exchange import people as persons
from foreshock.exchange import release as releasing
from foreshock.exchange import reports as reporting
from foreshock.exchange import submissions as telling
from foreshock.exchange.arriving import known_others
from foreshock.exchange.forms import fields
from foreshock.exchange.partners import everybody
from foreshock.exchange.plain import line
from foreshock.exchange.reports import Form
from foreshock.exchange.roles import RIGHTS, ROLES
from foreshock.words.clocks import now
from foreshock.words.markings import Marking, label
from foreshock.words.missions import Aggregate, Deed, Duty
from foreshock.words.pack import Pack
from foreshock.words.records import EarlyWarning, Receiver, Record, Report

#: the markings that may be given at the desk; TLP:RED travels by name only
MARKINGS = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT")

#: the receivers of which a record may be released, beside named persons and partners
_NAMES: tuple[Literal["public", "community", "organisation", "own"], ...] = (
    *("public", "community", "organisation", "own"),
)
CIRCLES = tuple(Receiver(name=name, circle=name) for name in _NAMES)

#: rows of a list on a page
ROWS = 200
#: days back from which warnings and reports are offered for release
LATELY = 90


def told_of(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a form that are the sender's, without those that the desk adds."""
    return {name: text for name, text in form.items() if name != "form_token"}


# -- missions ------------------------------------------------------------------------------------


def missions(office: Office, pack: Pack, caller: Caller, day: date | None) -> Context:
    """Missions, what they owe as known on a day, and their reports that the caller may see."""
    known = houses.missions(office.archive, day)
    owed = houses.duties_known(office.archive, day)
    passed, held = gate.fit_for(reporting.reports(office.archive, day), caller.receiver)
    mine = caller.person.mission if caller.person else ""
    today = day or now().date()
    return {
        "title": "Missions",
        "missions": known,
        "overdue": [d for d in owed if d.state == "overdue"],
        "upcoming": [d for d in owed if d.state == "open"],
        "past": [d for d in reversed(owed) if d.state in ("done", "late", "missed")][:ROWS],
        "counts": _counts(owed),
        "reports": passed[:ROWS],
        "held": held,
        "mine": mine if caller.may("report") else "",
        "owe": [d for d in owed if d.mission == mine and d.state in ("open", "overdue")],
        "grades": {grade: rhythm.says for grade, rhythm in rules.GRADES.items()},
        "on": today,
        "days": lambda due: (due - today).days,
        "remind": {r.mission for r in rules.reminders(owed, known, today)},
    }


def _counts(owed: tuple[Duty, ...]) -> dict[str, dict[str, int]]:
    """By mission: how many duties are in each state."""
    found: dict[str, dict[str, int]] = {}
    for duty in owed:
        states = found.setdefault(duty.mission, {})
        states[duty.state] = states.get(duty.state, 0) + 1
    return found


def _report(office: Office, caller: Caller, key: str) -> Report:
    found = office.archive.get(key)
    if not isinstance(found, Report) or not gate.allows(found, caller.receiver):
        raise NotThere(
            f"there is no report {key[:60]!a} here",
            expected="one whose marking lets it be shown",
            next_step="The page of missions lists them.",
        )
    return found


def own_report(office: Office, caller: Caller, key: str) -> Report:
    """A report of the caller's own mission; raises `NotAllowed` for another's."""
    found = _report(office, caller, key)
    if caller.person is None or found.mission != caller.person.mission:
        raise NotAllowed(f"{key[:60]!a} is a report of another mission", expected="one of your own")
    return found


def report(office: Office, pack: Pack, caller: Caller, key: str) -> Context:
    """A report, its versions, and whether the caller may correct it."""
    found = _report(office, caller, key)
    versions = {r.id: r for r in office.archive.history(Report)}
    later = next((r for r in versions.values() if r.supersedes == found.id), None)
    told = reporting.as_told(found)
    labels = {f.field: f.label for f in fields(found.form)}
    return {
        "title": f"Report of {found.mission}",
        "report": found,
        "rows": [(labels.get(name, name), text) for name, text in told.items() if name in labels],
        "later": later,
        "earlier": versions.get(found.supersedes or ""),
        "own": bool(
            caller.may("report")
            and caller.person
            and caller.person.mission == found.mission
            and later is None
        ),
    }


def known_form(word: str) -> Form:
    """The form that an address names; raises `NotThere`."""
    if word in ("status", "disruption"):
        return cast(Form, word)
    raise NotThere(f"there is no form {word[:40]!a}", expected="status or disruption")


def report_form(
    form: str,
    told: Mapping[str, str],
    pack: Pack,
    problems: Mapping[str, str] | None = None,
    corrects: str = "",
) -> Context:
    """A form of a report, with what was told and what is wrong with it."""
    kind = known_form(form)
    titles = {"status": "Status of an item", "disruption": "A disruption: six facts"}
    return {
        "title": f"Correct: {titles[kind].lower()}" if corrects else titles[kind],
        "action": f"/reports/{corrects}/correct" if corrects else f"/report/{kind}",
        "fields": fields(kind),
        "told": told,
        "problems": problems or {},
        "corrects": corrects,
    }


# -- companies -----------------------------------------------------------------------------------


def company(
    office: Office,
    pack: Pack,
    caller: Caller,
    told: Mapping[str, str],
    problems: Mapping[str, str],
) -> Context:
    """The form of a company, and what it told its desk so far."""
    assert caller.person is not None
    return {
        "title": "Figures in confidence",
        "person": caller.person,
        "action": "/company",
        "fields": fields("company"),
        "told": told,
        "problems": problems,
        "corrects": "",
        "figures": telling.FIGURES,
        "rows": telling.submissions(office.archive, company=caller.person.company)[::-1][:ROWS],
    }


def submissions(office: Office, pack: Pack, caller: Caller) -> Context:
    """What companies told the caller's desk, by what an aggregate would be about."""
    desk = caller.person.desk if caller.person else ""
    found = telling.submissions(office.archive, desk=desk)
    passed, held = gate.fit_for(telling.aggregates(office.archive), caller.receiver)
    return {
        "title": "Company figures",
        "desk": desk,
        "cells": list(telling.cells(found).items())[:ROWS],
        "figures": telling.FIGURES,
        "markings": MARKINGS,
        "aggregates": [(one.id, telling.in_words(one, pack)) for one in passed[:ROWS]],
        "held": held,
    }


# -- what leaves ---------------------------------------------------------------------------------


def receivers(office: Office) -> tuple[Receiver, ...]:
    """Everybody to whom something may be released by choosing them: circles, confirmed partners."""
    return (*CIRCLES, *partner_receivers(office.archive.home))


def partner_receivers(home: Path) -> tuple[Receiver, ...]:
    """The confirmed partners of a house, as the gate knows them; none where it has no card."""
    taken = {one.name for one in CIRCLES} | {"person"}
    if not (home / FEEDS).exists():  # no node yet, and none is made by looking
        return ()
    with SqliteFeeds(home) as keeper:
        known = everybody(keeper, now()).values()
    return tuple(
        p.receiver for p in known if p.state == "confirmed" and p.receiver.name not in taken
    )


def receiver_named(office: Office, chosen: str, person: str) -> Receiver:
    """The receiver that a form names: one of the list, or a named person; raises `WrongUse`."""
    if chosen == "person":
        name = line(person, 80, "the person")
        if not name:
            raise WrongUse("no person is named", expected="the name of the one who gets it")
        return Receiver(name=name, circle="person")
    found = next((r for r in receivers(office) if r.name == chosen), None)
    if found is None:
        named = ", ".join(r.name for r in receivers(office))
        raise WrongUse(f"the receiver is {chosen[:60]!a}", expected=f"one of {named}")
    return found


def releases(office: Office, pack: Pack, caller: Caller) -> Context:
    """What may be released, by its marking; what waits for a second officer; what was decided."""
    since = now() - timedelta(days=LATELY)
    found: list[Record] = []
    others = known_others(office.archive).every
    for kind in releasing.KINDS:
        found += [
            r
            for r in office.archive.known(kind)
            if r.nature == "actual" and r.clocks.known_at >= since and r.id not in others
        ]
    found.sort(key=lambda r: (r.clocks.known_at, r.id), reverse=True)
    decided = releasing.decisions(office.archive)
    gone = {(r.of, r.to) for r in decided if r.step == "released"}
    return {
        "title": "Releases",
        "rows": [
            (r, in_words(r, pack, caller), label(r.marking), [to for of, to in gone if of == r.id])
            for r in found[:ROWS]
        ],
        "more": max(0, len(found) - ROWS),
        "waiting": releasing.waiting(office.archive),
        "decided": decided[::-1][:ROWS],
        "label": label,
    }


def release(office: Office, pack: Pack, caller: Caller, key: str) -> Context:
    """Who would get one record, who would not, and why."""
    record = releasing.releasable(office.archive, key)
    asked = [one for one in releasing.waiting(office.archive) if one.of == record.id]
    people = [Receiver(name=one.to, circle=one.circle) for one in asked if one.circle == "person"]
    return {
        "title": "Who will get this",
        "record": record,
        "says": in_words(record, pack, caller),
        "preview": releasing.preview(office.archive, record, [*receivers(office), *people]),
        "asked": asked,
        "red": record.marking is Marking.RED,
        "decided": releasing.decisions(office.archive, record.id)[::-1],
        "me": caller.name,
    }


def in_words(record: Record, pack: Pack, caller: Caller) -> str:
    """A record in one line, as far as the caller may see it."""
    if not gate.allows(record, caller.receiver):
        return "held back by its marking"
    if isinstance(record, EarlyWarning):
        about = f"{pack.name.get(record.item, record.item)} for "
        holder = pack.name.get(record.holder, record.holder)
        return f"warning, level {record.level}: {about}{holder}, {record.state}"
    if isinstance(record, Report):
        items = ", ".join(pack.name.get(item, item) for item in record.items)
        return f"report of {record.mission} on {items}: {record.status}"
    if isinstance(record, Aggregate):
        return f"aggregate: {telling.in_words(record, pack)}"
    return f"{type(record).__name__.lower()} {getattr(record, 'title', '')}"


# -- people --------------------------------------------------------------------------------------


def account(office: Office, caller: Caller) -> Context:
    """One's own roles, what they allow, and one's sessions."""
    person, session = caller.person, caller.session
    assert person is not None
    return {
        "title": "My account",
        "person": person,
        "roles": [(name, ROLES[name]) for name in person.roles if name in ROLES],
        "rights": [(right, RIGHTS[right]) for right in RIGHTS if caller.may(right)],
        "sessions": office.secrets.sessions(person.name),
        "this": session.key if session else "",
        "says": "",
    }


def people(office: Office) -> Context:
    """Who may come, who is in, and who did what."""
    deeds = [d for d in office.archive.history(Deed) if d.nature == "actual"]
    return {
        "title": "People",
        "people": persons.people(office.archive),
        "roles": list(ROLES.items()),
        "sessions": office.secrets.sessions(),
        "deeds": sorted(deeds, key=lambda d: (d.at, d.id), reverse=True)[:ROWS],
        "label": label,
    }
