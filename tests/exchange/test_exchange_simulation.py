"""Three honest nodes on a bad line: loss, doubling, wrong order, wrong clocks, a month away.

Whatever happens, nobody ever holds what its author would not show to it, and once the line is good
again all hold the same.
"""

import contextlib
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from exchange_nodes import START, House, changed, named, thing
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from foreshock import gate
from foreshock.archive.feeds import SqliteFeeds
from foreshock.errors import ForeshockError, NotAllowed, WrongUse
from foreshock.exchange import corrections, feeds
from foreshock.exchange.audit import verify
from foreshock.exchange.view import in_force
from foreshock.words.markings import Marking

NAMES = ("Seoul", "Hague", "Tokyo")
MOST_MONTHS = 3  # keys hold for six
TEMPLATE: dict = {}

nodes = st.sampled_from(NAMES)
markings = st.sampled_from(list(Marking))
places = st.integers(0, 9)


def stamp(at):
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


class Line(RuleBasedStateMachine):
    """Who says what to whom, and what the line does to it."""

    @initialize()
    def three_nodes(self):
        self.folder = Path(tempfile.mkdtemp())
        self.now, self.months = START, 0
        self.houses = {}
        for name in NAMES:
            shutil.copytree(TEMPLATE["folder"] / name, self.folder / name)
            shutil.copy(TEMPLATE["folder"] / f"{name}.root", self.folder / f"{name}.root")
            keeper = SqliteFeeds(self.folder / name)
            with keeper.writing() as connection:  # what is on the disk is not asked here
                pass
            connection.execute("PRAGMA synchronous = OFF")
            me = TEMPLATE["made"][name].me
            self.houses[name] = House(self.folder / name, me, keeper, self.folder / f"{name}.root")
        self.skew = dict.fromkeys(NAMES, timedelta(0))
        self.on_the_way: list[tuple[str, bytes]] = []
        self.said: dict[str, list[bytes]] = {name: [] for name in NAMES}

    def teardown(self):
        if not hasattr(self, "houses"):
            return
        try:
            self.the_line_is_good_again()
        finally:
            for one in self.houses.values():
                one.keeper.close()
            shutil.rmtree(self.folder)

    def clock(self, name):
        one = self.houses[name]
        one.at = self.now + self.skew[name]
        return one

    # -- what nodes say ----------------------------------------------------------------------

    @rule(author=nodes, to=st.sampled_from((*NAMES, "community minerals")), marking=markings,
          cites=st.booleans())  # fmt: skip
    def say(self, author, to, marking, cites):
        if to == author:
            return
        one = self.clock(author)
        more = {"created": stamp(one.at), "modified": stamp(one.at)}
        if cites and self.said[author]:
            more["object_refs"] = [named(self.said[author][-1])]
        body = thing(one, marking, **more)
        try:
            one.publish(to, body)
            self.said[author].append(body)
        except NotAllowed:  # too strict for them, or for what it cites
            pass

    @rule(author=nodes, place=places)
    def correct(self, author, place):
        one = self.clock(author)
        if not self.said[author]:
            return
        old = self.said[author][place % len(self.said[author])]
        self.now += timedelta(seconds=1)
        new = changed(old, modified=stamp(self.clock(author).at), name=f"corrected {place}")
        for audience in self.audiences(one, named(old)):
            try:
                one.publish(audience, new, why="corrected")
            except (WrongUse, NotAllowed):  # withdrawn meanwhile, or our clock went back
                return
        self.said[author][self.said[author].index(old)] = new

    def audiences(self, one, id):
        heads = {h.feed: h.audience for h in one.keeper.feeds(one.id)}
        found = {heads[p.feed] for p in one.keeper.versions([id]) if p.author == one.id}
        return sorted(a.removeprefix("partner ") for a in found)

    @rule(author=nodes, place=places)
    def withdraw(self, author, place):
        one = self.clock(author)
        if self.said[author]:
            id = named(self.said[author][place % len(self.said[author])])
            with contextlib.suppress(WrongUse):
                corrections.withdraw(id, "misread", one.me, one.keeper, one.at)

    @rule(author=nodes, place=places)
    def erase(self, author, place):
        one = self.clock(author)
        if self.said[author]:
            id = named(self.said[author][place % len(self.said[author])])
            corrections.erase(id, "marked wrongly", one.me, one.keeper, one.at)

    @rule(name=nodes)
    def new_key(self, name):
        self.clock(name).rotate()

    # -- what the line does ------------------------------------------------------------------

    @rule(sender=nodes, to=nodes)
    def send(self, sender, to):
        if sender != to:
            data = self.clock(sender).parcel(self.clock(to))
            self.on_the_way.append((to, data))

    @precondition(lambda self: self.on_the_way)
    @rule(place=places, again=st.booleans())
    def arrive(self, place, again):
        to, data = self.on_the_way[place % len(self.on_the_way)]
        if not again:
            self.on_the_way.remove((to, data))
        self.clock(to).open(data)

    @precondition(lambda self: self.on_the_way)
    @rule(place=places, cut=st.integers(1, 400))
    def cut_off(self, place, cut):
        to, data = self.on_the_way.pop(place % len(self.on_the_way))
        with contextlib.suppress(ForeshockError):
            self.clock(to).open(data[:-cut])

    @precondition(lambda self: self.on_the_way)
    @rule(place=places)
    def lost(self, place):
        self.on_the_way.pop(place % len(self.on_the_way))

    @rule(name=nodes, minutes=st.integers(-9, 9))
    def clock_goes_wrong(self, name, minutes):
        self.skew[name] = timedelta(minutes=minutes)

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)
        for name in NAMES:
            one = self.clock(name)
            feeds.refresh(one.me, one.keeper, one.at)

    @precondition(lambda self: self.months < MOST_MONTHS)
    @rule(name=nodes)
    def a_month_away(self, name):
        self.months += 1
        self.now += timedelta(days=30)
        self.on_the_way = [(to, data) for to, data in self.on_the_way if to != name]

    # -- what always holds -------------------------------------------------------------------

    @invariant()
    def nobody_holds_what_its_author_would_not_show(self):
        for name in NAMES if hasattr(self, "houses") else ():
            for piece in self.houses[name].keeper.everything():
                if piece.entry.says != "object" or piece.fate != "kept":
                    continue
                most = gate.MAY_SEE["organisation"]
                assert piece.author == self.houses[name].id or piece.entry.marking <= most
                assert self.of_author(piece) == piece.entry.marking

    def of_author(self, piece):
        author = next(one for one in self.houses.values() if one.id == piece.author)
        said = author.keeper.pieces(piece.feed, piece.entry.seq, piece.entry.seq)
        return said[0].entry.marking

    def the_line_is_good_again(self):
        """Every pair exchanges until nothing new comes; then all hold what the authors hold."""
        self.skew = dict.fromkeys(NAMES, timedelta(0))
        for _ in range(4):
            self.now += timedelta(hours=1)
            for sender in NAMES:
                for to in NAMES:
                    if sender != to:
                        self.clock(to).open(self.clock(sender).parcel(self.clock(to)))
        for name in NAMES:
            one = self.houses[name]
            assert verify(one.keeper, one.id).sound
            assert not [a for a in one.alarms() if a.kind in ("fork", "gap", "equivocation")]
            for other in NAMES:
                if other != name:
                    self.same(self.houses[other], one)

    def same(self, author, reader):
        """The reader holds of the author all that the author holds for it, and nothing else."""
        heads = author.keeper.feeds(author.id)
        theirs = [
            h.feed for h in heads if h.audience in (f"partner {reader.id}", "community minerals")
        ]
        meant = [p for feed in theirs for p in author.keeper.pieces(feed)]
        got = [p for p in reader.keeper.everything() if p.author == author.id]
        bare = lambda pieces: {  # noqa: E731
            key: (p.instant, p.revoked, p.entry.sha256) for key, p in in_force(pieces).items()
        }
        assert bare(got) == bare(meant)
        assert {(p.feed, p.entry.seq) for p in got} == {(p.feed, p.entry.seq) for p in meant}


@pytest.fixture(scope="module", autouse=True)
def _template(template):
    folder, made = template
    TEMPLATE.update(folder=folder, made=made)


TestLine = Line.TestCase
TestLine.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
