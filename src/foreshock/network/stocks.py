"""How long stocks last: what was reported, else the pack's priors, else unknown.

A prior is a parameter of the method, used only on days from its `known_from` on, because the
episode that taught it had not happened before.
"""

from datetime import date
from typing import Any, Literal

from foreshock.errors import PackError
from foreshock.network.draws import Floats, Three, even, log_normal, normal, triangular
from foreshock.network.supply import Supply
from foreshock.words.pack import Pack
from foreshock.words.records import Struct

#: a report of stocks tells of today for so many days
FRESH_DAYS = 120

Basis = Literal["reported", "prior", "unknown"]


class Cover(Struct, frozen=True, kw_only=True):
    """Days of usual need in store: low, likely, high; None where nothing is known."""

    days: Three | None
    basis: Basis
    #: day for which it was reported; None for a prior
    on: date | None = None
    evidence: tuple[str, ...] = ()

    def drawn(self, seed: int, draws: int) -> Floats | None:
        """Draws of the days in store; a report gives bounds, a prior percentiles."""
        if self.days is None:
            return None
        if self.basis == "reported":
            return triangular(self.days, even(seed, "stock", draws))
        return log_normal(self.days, normal(seed, "stock", draws))


def cover(supply: Supply, item: str, holder: str, day: date, cut: date) -> Cover:
    """Stocks as reported, else by the prior, else unknown.

    Of the reports known on `day`, the newest of the item or its parents and of the holder or
    whoever stands in for it counts, if it is at most `FRESH_DAYS` older than the day of the `cut`
    (at most `day`): in a cut nothing is filled up, so what was in store then is what is used up.
    """
    pack = supply.pack
    known = [row for row in pack.stocks if row.known(day)]
    for one in pack.ancestors(item):
        for place in supply.circle(holder):
            rows = [r for r in known if (r.item, r.holder) == (one, place) and r.source_date]
            newest = max(rows, key=lambda r: (str(r.source_date), r.ref), default=None)
            if newest is None or newest.source_date is None:
                continue
            if (cut - newest.source_date).days <= FRESH_DAYS:
                return Cover(
                    days=(newest.days_low, newest.days_likely, newest.days_high),
                    basis="reported",
                    on=newest.source_date,
                    evidence=(newest.ref,),
                )
    return _prior_cover(pack, item, day)


def _prior_cover(pack: Pack, item: str, day: date) -> Cover:
    kind = pack.item[item].kind if item in pack.item else ""
    for column, name in [*(("item", one) for one in pack.ancestors(item)), ("kind", kind)]:
        found = prior(pack, "stock", (column, name), day)
        if found:
            days = three(found, "days")
            if days[0] <= 0:
                raise PackError([f"priors.toml: stock of {name} is {days}, expected days above 0"])
            return Cover(days=days, basis="prior", evidence=(f"pack:priors.toml:stock:{name}",))
    return Cover(days=None, basis="unknown")


def prior(pack: Pack, table: str, wanted: tuple[str, str], day: date) -> dict[str, Any]:
    """The entry of `priors.toml` whose column holds the name, if known on `day`; else nothing."""
    column, name = wanted
    for entry in pack.priors.get(table, ()):
        if entry.get(column) == name and str(entry.get("known_from", "")) <= day.isoformat():
            return dict(entry)
    return {}


def three(entry: dict[str, Any], column: str) -> Three:
    """Low, likely, high of an entry; `PackError` if they are not three rising numbers."""
    values = entry.get(column, ())
    if len(values) != 3 or sorted(values) != list(values) or values[0] < 0:
        raise PackError([f"priors.toml: {column} is {values}, expected low, likely, high"])
    return float(values[0]), float(values[1]), float(values[2])
