"""A day as one receiver may see it, and what an address asks of it."""

from copy import copy
from datetime import date, datetime
from urllib.parse import quote, urlencode

import msgspec

from foreshock.desk import phrases
from foreshock.desk.evidence import Shown, Sources
from foreshock.errors import WrongUse
from foreshock.rounds import Findings
from foreshock.words.pack import Pack
from foreshock.words.records import EarlyWarning


class NotThere(WrongUse):
    """The address names something that is not known on that day, or not shown to this receiver."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What an address asks for besides its path."""

    as_of: date | None = None
    holder: str | None = None
    #: the lowest level to list
    level: int | None = None
    item: str | None = None

    def query(self) -> dict[str, str]:
        """The words of the address, without those not asked for.

        >>> Asked(as_of=date(2023, 7, 10), level=2).query()
        {'as_of': '2023-07-10', 'level': '2'}
        """
        return {key: str(value) for key, value in msgspec.structs.asdict(self).items() if value}

    def link(self, path: str, **changes: str) -> str:
        """The address of another page as known on the same day, for the same holder.

        >>> Asked(as_of=date(2023, 7, 10), level=2).link("/items")
        '/items?as_of=2023-07-10'
        """
        bare, mark, fragment = path.partition("#")
        kept = {k: v for k, v in self.query().items() if k in ("as_of", "holder")}
        words = {k: v for k, v in {**kept, **changes}.items() if v}
        return quote(bare, safe="/:") + (f"?{urlencode(words)}" if words else "") + mark + fragment


class View:
    """A day as one receiver may see it, ready to be shown."""

    def __init__(self, shown: Shown, pack: Pack, asked: Asked, looked: datetime) -> None:
        self.shown = shown
        self.pack = pack
        self.asked = asked
        #: the moment (UTC) at which the findings were asked for
        self.looked = looked
        self.sources = Sources(shown, pack)

    def asking(self, asked: Asked) -> "View":
        """The same day, asked for with other filters."""
        other = copy(self)
        other.asked = asked
        return other

    @property
    def findings(self) -> Findings:
        """The findings, gated."""
        return self.shown.findings

    @property
    def day(self) -> date:
        """The day as of which everything here was known."""
        return self.shown.findings.as_of

    @property
    def looking_back(self) -> bool:
        """Whether a day that is over was asked for: nothing was issued for it here."""
        return self.day < self.looked.date()

    def standing(self) -> list[EarlyWarning]:
        """The warnings that are out, worst first, for the holder asked for."""
        holder = self.asked.holder
        return [w for w in phrases.out(self.findings.warnings) if not holder or w.holder == holder]

    def absent(self, what: str, next_step: str) -> NotThere:
        """The one sentence for what is not there, was not known yet, or is held back."""
        return NotThere(
            f"{what} is not among what is shown here as known on {self.day}",
            expected="something known by then whose marking lets it be shown",
            next_step=next_step,
        )
