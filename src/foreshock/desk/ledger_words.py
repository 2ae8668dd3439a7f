"""The ledger in sentences and tables for a terminal: one line each, evidence beside it."""

from collections.abc import Iterable, Sequence
from datetime import date

from foreshock.desk import phrases
from foreshock.desk.evidence import Sources
from foreshock.ledger import (
    Answer,
    Book,
    Chain,
    Conflict,
    Difference,
    Due,
    Handling,
    Held,
    Scope,
)
from foreshock.ledger.chains import later
from foreshock.words.pack import Pack
from foreshock.words.records import Commitment, Entry, Measure, PromiseStep, Stance, Step

#: what the calendar calls each kind of entry
WHAT = {
    "runs_out": "runs out",
    "begins": "begins",
    "deadline": "deadline",
    "talks": "talks",
    "clock": "legal clock",
}
#: parts of a scope -> how a list of them begins
PARTS = {
    "item": "items",
    "code": "codes",
    "destination": "destinations",
    "entity": "named companies and bodies",
    "end_use": "end uses",
    "reach": "reaches abroad",
    "threshold": "thresholds",
    "exemption": "lets through",
    "validity": "a licence is valid",
    "clock": "time the law gives for an application",
    "state": "state",
}
#: what a rule reaches beyond goods shipped from its own country
REACH = {
    "foreign_direct_product": "goods made abroad with its technology (foreign direct product)",
    "de_minimis": "goods made abroad with its content above a share (de minimis)",
    "affiliates": "companies that listed ones own",
    "persons": "its citizens and companies wherever they are",
}
#: where somebody stands, as a verb
SIDES = {
    "supports": "supports",
    "opposes": "opposes",
    "undecided": "is undecided on",
    "exposed": "is exposed to",
    "unaffected": "sees no effect of",
}
#: who speaks where a text names nobody
VOICES = {
    "author": "the text's author",
    "gov": "a government",
    "company": "a company",
    "industry": "an association",
    "analyst": "an analyst",
    "media": "the press",
    "unnamed": "nobody named",
}
#: measures named of what one side held
HELD = 5
#: evidence named under one line
EVIDENCE = 3


def measures_lines(book: Book, measures: Iterable[Measure], day: date) -> list[str]:
    """Measures, two lines each: what it is; by whom, towards whom, how it stands, on what."""
    pack, lines = book.pack, []
    for measure in measures:
        now = book.standing(measure, day)
        state = now.state.replace("_", " ")
        if now.state == "announced" and now.effective:
            state += f" for {now.effective}"
        elif now.until:
            state += f" until {now.until}"
        heard = now.heard or max(step.published for step in measure.steps)
        who = phrases.name(measure.issuer, pack)
        to = phrases.names(measure.targets, pack) or "nobody named"
        told = f"{who} towards {to}; on {day} {state}; last word {heard}"
        believed = "" if measure.confidence >= 1 else f"; believed {measure.confidence:.0%}"
        lines.append(phrases.plain(f"{measure.name}: {measure.title}"))
        lines.append("    " + phrases.plain(f"{told}{believed}; {_few(measure.items, pack)}"))
    return lines


def measure_lines(book: Book, scope: Scope, sources: Sources) -> list[str]:
    """One measure in full: how it stands, its scope, its life with evidence and grades."""
    measure, day, pack = book.measure(scope.measure), scope.day, book.pack
    now = book.standing(measure, day)
    head = f"{measure.name}: {measure.title}"
    if measure.official_number:
        head += f" ({measure.official_number})"
    lines = [head, f"By {phrases.name(measure.issuer, pack)}. On {day}: {now.says}."]
    if measure.confidence < 1:
        lines.append(f"Opened from texts alone, believed to {phrases.percent(measure.confidence)}.")
    lines += scope_lines(scope, pack)
    lines += ["Its life:", *(line for step in measure.steps for line in step_lines(step, sources))]
    return lines


def scope_lines(scope: Scope, pack: Pack) -> list[str]:
    """What a measure covers, reaches and lets through, part by part."""
    lines = []
    for part, begins in PARTS.items():
        facts = [fact for fact in scope.facts if fact.part == part]
        if facts:
            said = [value(part, f.value, pack) + (f" ({f.says})" if f.says else "") for f in facts]
            lines.append(f"  {begins}: {'; '.join(said)}.")
    return lines


def value(part: str, value: str, pack: Pack) -> str:
    """The value of a part of a scope as a person reads it.

    >>> value("reach", "persons", Pack())
    'its citizens and companies wherever they are'
    """
    if part == "reach":
        return REACH.get(value, value)
    return "everybody" if value == "all" else phrases.name(value, pack)


def step_lines(step: Step | PromiseStep, sources: Sources) -> list[str]:
    """One step: when, what, since when it is public, how good the word is, who says so."""
    when = step.date or "on a day not told"
    line = f"  {when}  {step.step.replace('_', ' ')}"
    if isinstance(step, Step) and step.until:
        line += f" until {step.until}"
    if isinstance(step, PromiseStep):
        line += f" by {', '.join(voice(who) for who in step.who)}" if step.who else ""
        line += f", due {step.due}" if step.due else ""
    line += f"; public since {step.published}"
    line += f"; grade {step.grade}" if step.grade else ""
    lines = [phrases.plain(line + (f": {step.what}" if step.what else ""))]
    lines[0] = "  " + lines[0]
    return lines + evidence_lines(step.evidence, sources)


def evidence_lines(keys: Sequence[str], sources: Sources) -> list[str]:
    """The first pieces of evidence: publisher, day, address or quote; and how many more."""
    cited = sources.cite_all(dict.fromkeys(keys))
    told = dict.fromkeys(
        phrases.plain(", ".join(filter(None, (c.publisher or c.label, c.day, c.url))))
        for c in cited
    )
    more = len(told) - EVIDENCE
    lines = [f"      {line}" for line in list(told)[:EVIDENCE]]
    return [*lines, f"      and {more} more"] if more > 0 else lines


def conflict_lines(conflicts: Iterable[Conflict]) -> list[str]:
    """Statements that cannot all be true, side by side."""
    lines = []
    for one in conflicts:
        about = one.about or "no measure of the ledger"
        differ = "voices differ on" if len(one.sides) > 1 else "one voice denies, on"
        lines.append(phrases.plain(f"{about}: {differ} {one.what}."))
        for side in one.sides:
            grade = f", grade {side.grade}" if side.grade else ""
            who = ", ".join(voice(who) for who in side.who)
            lines.append(f"  {who} ({side.published}{grade}): {phrases.plain(side.says)}")
    return lines


def difference_lines(found: Iterable[Difference], pack: Pack) -> list[str]:
    """What differs between two versions of a rule."""
    lines = []
    for one in found:
        added = "; ".join(value(one.part, v, pack) for v in one.added)
        removed = "; ".join(value(one.part, v, pack) for v in one.removed)
        if one.part == "state":
            lines.append(f"{one.says}.")
            continue
        note = f" ({one.says})" if one.says else ""
        lines += [f"+ {PARTS[one.part]}: {added}{note}"] if added else []
        lines += [f"- {PARTS[one.part]}: {removed}{note}"] if removed else []
    return [phrases.plain(line) for line in lines]


def commitment_lines(one: Commitment, pack: Pack, day: date) -> list[str]:
    """One promise: who, to whom, what, by when, confirmed by whom, how it went."""
    to = f" to {phrases.names(one.to_whom, pack)}" if one.to_whom else ""
    who = phrases.names(one.who_promises, pack)
    said = phrases.names(one.who_says, pack)
    lines = [phrases.plain(f"{one.name}: {who} promised{to}: {one.what}")]
    confirmed = phrases.names(one.confirmed_by, pack)
    alone = f"said by {said} only" if not confirmed else f"said by {said}, confirmed by {confirmed}"
    if len(one.who_says) > 1 and {*one.who_promises, *one.to_whom} <= set(one.who_says):
        alone = "said by both sides" if len(one.who_says) == 2 else "said by all of them"
    due = f"due {one.due}" if one.due else "no deadline was told"
    lines.append(f"  {one.made or 'day not told'}; {alone}; {due}; {outcome(one, day)}.")
    return lines


def outcome(one: Commitment, day: date) -> str:
    """How a promise stands: its outcome, or that its day has passed without a word."""
    from foreshock.words.clocks import span

    if one.outcome != "open":
        return one.outcome
    if one.due and span(one.due)[1] < day:
        return f"overdue by {(day - span(one.due)[1]).days} days, no outcome is known"
    return "open"


def stances_lines(stances: Iterable[Stance], pack: Pack) -> list[str]:
    """Who stands where on what, since when, where they stood before, who said so."""
    lines = []
    for one in stances:
        until = f" to {one.until}" if one.until else ""
        line = f"{one.since or 'on a day not told'}{until}  {phrases.name(one.who, pack)} "
        line += f"{SIDES[one.stance]} {phrases.name(one.about, pack)}"
        line += f" (before: {one.before})" if one.before else ""
        voices = ", ".join(voice(who) for who in one.said_by)
        lines.append(phrases.plain(line + (f"; said by {voices}" if voices else "")))
        lines += ["    " + phrases.plain(one.says)] if one.says else []
    return lines


def voice(who: str) -> str:
    """Who speaks, as a person reads it.

    >>> voice("person:Liesje_Schreinemacher"), voice("author"), voice("CN")
    ('Liesje Schreinemacher', "the text's author", 'CN')
    """
    return VOICES.get(who, who.partition(":")[2].replace("_", " ") or who)


#: how an answer stands to what it answers, of one and of several
ANSWERS = {
    "retaliates": ("answers", "answer"),
    "concedes": ("gives way to", "give way to"),
    "follows": ("carries out", "carry out"),
    "replaces": ("stands in the place of", "stand in the place of"),
}


def chain_lines(chain: Chain, book: Book) -> list[str]:
    """A chain: what set it off, then answer by answer, with the days between and what each held.

    Answers alike are told together. Those inferred from texts come last, and say so.
    """
    lines, seen = [], set[str]()
    if chain.began:
        lines.append(phrases.plain(f"{chain.began}."))
        seen |= {name for name in chain.names if f"({name})" in chain.began}
    alike: dict[tuple[object, ...], list[Answer]] = {}
    for one in chain.answers:
        rest = one.why if one.basis == "inferred" else ""
        key = (one.basis, one.when, one.relation, one.to, one.act, one.days, rest)
        alike.setdefault(key, []).append(one)
    held = set[Held]()
    for answers in alike.values():
        lines.append("  " + answers_line(answers, book, seen))
        new = [h for h in answers[0].held if h not in held]
        held.update(new)
        lines += [f"      {_held(h)}" for h in new]
    return lines


def answers_line(answers: Sequence[Answer], book: Book, seen: set[str]) -> str:
    """Answers alike in one line; names in `seen` were told with their titles before."""
    one = answers[0]
    who = "; ".join(_titled(a.answer, book, seen) for a in answers)
    act = f", {one.act.replace('_', ' ')}," if one.act else ""
    verb = ANSWERS[one.relation][len(answers) > 1]
    line = f"{one.when}: {who}{act} {verb} {_titled(one.to, book, seen)}, {later(one.days)}"
    if one.basis == "inferred":
        line += f" [inferred, confidence {one.confidence:.2f}: {one.why}]"
    return phrases.plain(f"{line}.")


def _titled(name: str, book: Book, seen: set[str]) -> str:
    if name in seen:
        return name
    seen.add(name)
    if name in book.named:
        return f"{book.named[name].title} ({name})"
    promise = next((c for c in book.commitments if c.name == name), None)
    return f'"{promise.what.rstrip(".")}" ({name})' if promise else name


def _held(held: Held) -> str:
    who, towards = held.who, held.towards
    if not held.measures:
        return f"{who} then held nothing against {towards} by name"
    names = ", ".join(held.measures[-HELD:])
    older = len(held.measures) - HELD
    return f"{who} then held against {towards}: {names}" + (f" and {older} older" * (older > 0))


def handlings_lines(found: Iterable[Handling], pack: Pack) -> list[str]:
    """How rules are handled: who, on what, for whom, the numbers told, against the legal clock."""
    lines = []
    for one in found:
        on = _few(one.items, pack) or "items not named"
        to = phrases.names(one.destinations, pack) or "no destination named"
        rule = one.measure or "no rule known behind it"
        line = f"{one.published}  {phrases.name(one.issuer, pack)}, {on}, for {to} ({rule}): "
        line += one.kind + (f", {one.direction}" if one.direction != "neither" else "")
        line += f"; {numbers(one)}; grade {one.grade or 'none'}"
        lines.append(phrases.plain(line))
        lines += ["    " + phrases.plain(one.says)] if one.says else []
    return lines


def numbers(one: Handling) -> str:
    """The numbers of a report on handling; "none told" where it gives none.

    >>> numbers(Handling(issuer="CN", kind="licences", direction="neither",
    ...                  published=date(2025, 9, 30), applied=141, approved=19))
    '141 applied, 19 approved'
    """
    words = ("applied", "approved", "returned", "rejected", "waiting")
    told = [f"{getattr(one, w):g} {w}" for w in words if getattr(one, w) is not None]
    if one.share is not None:
        told.append(f"{phrases.percent(one.share)} granted")
    if one.days_waited is not None:
        told.append(f"{one.days_waited:g} days waited")
    if one.over_clock is not None:
        side = "over" if one.over_clock > 0 else "within"
        told.append(f"{abs(one.over_clock):g} days {side} the legal clock of {one.clock_days}")
    return ", ".join(told) or "none told"


def calendar_lines(due: Iterable[Due]) -> list[str]:
    """What is ahead, by day."""
    lines = []
    for one in due:
        day = one.told if one.told and len(one.told) < len("2026-01-01") else str(one.day)
        lines.append(phrases.plain(f"{day}  {WHAT[one.what]}: {one.says} ({one.name})"))
    return lines


def entries_lines(entries: Iterable[Entry], gone: frozenset[str]) -> list[str]:
    """Who wrote what into the ledger, when; whether it was corrected or taken back since."""
    lines = []
    for one in entries:
        told = ", ".join(f"{name}={cell}" for name, cell in one.row.items() if cell)
        said = "takes it back" if one.withdrawn else told
        if one.supersedes or one.instead_of:
            said += f" (instead of {one.supersedes or ' '.join(one.instead_of)})"
        stands = "stands no longer" if one.id in gone else "stands"
        when = f"{one.clocks.known_at:%Y-%m-%d %H:%M}"
        head = f"{one.id}  {when} UTC, {one.by}, {one.table}; {stands}"
        lines.append(phrases.plain(head + (f"; why: {one.why}" if one.why else "")))
        lines.append("    " + phrases.plain(said))
    return lines


def _few(items: Sequence[str], pack: Pack) -> str:
    shown = phrases.names(items[:4], pack)
    return shown + (f" and {len(items) - 4} more" if len(items) > 4 else "")
