"""The network as known on a day: dependence, concentration, consequences, shortages."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from foreshock.network import clock, holds
from foreshock.network.chain import Chain
from foreshock.network.draws import Floats
from foreshock.network.stocks import Cover, cover
from foreshock.network.supply import STAGES, Shares, Supply
from foreshock.words.pack import Pack
from foreshock.words.records import Dependence, Regime, Shortage, Struct

#: nothing is said about a shortage that would begin later than this
HORIZON_DAYS = 730.0
#: third countries named in a path, the largest first
VIA = 3


class Outlook(Struct, frozen=True, kw_only=True):
    """A shortage with the chances that it begins within 30, 90, 180 days.

    Where no stock is known (`shortage.cover_basis` unknown) the chances are upper bounds: those
    of an empty store.
    """

    shortage: Shortage
    p30: float
    p90: float
    p180: float
    #: weeks until it begins: 10, 50, 90 % quantile; None: beyond the horizon, or unknown
    weeks: tuple[float | None, float | None, float | None]


class Network:
    """Who depends on whom, by the rows of the pack that were known on a day."""

    def __init__(self, pack: Pack, day: date) -> None:
        self.pack = pack
        self.day = day
        self.supply = Supply(pack, day)
        self.chain = Chain(pack, day)

    def dependence(self, item: str, holder: str) -> list[Dependence]:
        """From where the holder gets the item, the largest dependence first; empty: unknown.

        `direct` is the share of the holder's own figures (of the country's or bloc's, of a parent
        item, of the world where there are none: `basis` and `path` say so). `indirect` is the part
        of other suppliers' deliveries that they make from the origin's material: the sum over
        suppliers s of direct(s) x share of s's own supply that comes from the origin, taken from
        s's own figures for the item or, if larger, for a critical input of it. One step back only.
        For each origin direct + indirect is at most 1; the sum over origins may be more, because
        what s makes from the origin's material depends on both.
        """
        shares = self.supply.of(item, holder)
        if shares is None:
            return []
        origins = dict.fromkeys(shares.of)
        behind = {s: self._behind(item, s) for s in shares.of}
        for found in behind.values():
            origins.update(dict.fromkeys(found))
        inside = self.supply.inside(holder)
        rows = [
            self._row((item, holder), origin, shares, behind)
            for origin in origins
            if origin not in inside
        ]
        return sorted(rows, key=lambda row: (-(row.direct + row.indirect), row.origin))

    def _behind(self, item: str, supplier: str) -> dict[str, tuple[float, str]]:
        """Origin -> (part of the supplier's deliveries made from its material, evidence)."""
        found: dict[str, tuple[float, str]] = {}
        for one in (item, *self.chain.used_up_in(item)):
            shares = self.supply.own(one, supplier)
            for origin, share in shares.of.items() if shares is not None else ():
                if origin != supplier and share > found.get(origin, (0.0, ""))[0]:
                    evidence = shares.evidence[origin] if shares is not None else ""
                    found[origin] = (share, evidence)
        return found

    def _row(
        self,
        pair: tuple[str, str],
        origin: str,
        shares: Shares,
        behind: dict[str, dict[str, tuple[float, str]]],
    ) -> Dependence:
        item, holder = pair
        through = {
            s: (shares.of[s] * found[origin][0], found[origin][1])
            for s, found in behind.items()
            if s != origin and origin in found
        }
        direct = shares.of.get(origin, 0.0)
        via = sorted(through, key=lambda s: -through[s][0])[:VIA]
        figures_of = () if shares.holder in ("", holder) else (shares.holder,)
        refs = [shares.evidence[s] for s in ([origin] if direct else []) + via]
        refs += [through[s][1] for s in via]
        return Dependence(
            holder=holder,
            item=item,
            origin=origin,
            direct=direct,
            indirect=min(1.0 - direct, sum(share for share, _ in through.values())),
            year=shares.year,
            basis=shares.basis,
            path=(shares.item, origin, *via, *figures_of, holder),
            evidence=tuple(dict.fromkeys(refs)),
        )

    def concentration(
        self, item: str, stage: str = ""
    ) -> tuple[float, int, dict[str, float]] | None:
        """Herfindahl-Hirschman index of the world's output, its year, the shares by country.

        The index is the sum of squared shares, 0..1; countries without a figure add nothing, so
        it is a lower bound. `stage` is mine, refinery or product; without one, the nearest to the
        user that is known. None: no figure is known.
        """
        for one in (stage,) if stage else STAGES:
            found = self.supply.world(item, one)
            if found is not None:
                return sum(share**2 for share in found.of.values()), found.year, found.of
        return None

    def most_exposed(self, item: str, origin: str, n: int) -> list[Dependence]:
        """The `n` holders that depend most on the origin.

        Those with figures of their own come first, then those for which others stand in, then
        those for which the world does. Looked at are the holders of which the pack knows figures
        of some item.
        """
        ranked = []
        for holder in self.supply.holders():
            shares = self.supply.of(item, holder)
            for row in self.dependence(item, holder) if shares is not None else ():
                if row.origin == origin and shares is not None:
                    rank = (row.basis == "world", shares.holder != holder)
                    ranked.append((*rank, -(row.direct + row.indirect), holder, row))
        return [row for *_, row in sorted(ranked, key=lambda entry: entry[:4])[:n]]

    def consequences(self, item: str, holder: str) -> tuple[str, ...]:
        """The further goods and sectors that the item goes into, nearest first.

        For a company with items of its own: those on the way to its items, and beyond them.
        """
        found = self.chain.downstream(item)
        row = self.pack.holder.get(holder)
        own = set(row.items) if row is not None else set()
        if not own:
            return found
        beyond = {after for one in own for after in self.chain.downstream(one)}
        before = {one for one in found if own & set(self.chain.downstream(one))}
        return tuple(one for one in found if one in own | beyond | before)

    def upstream(self, item: str) -> tuple[str, ...]:
        """Everything that goes into the item and its inputs, nearest first."""
        return self.chain.upstream(item)

    def stock(self, item: str, holder: str) -> Cover:
        """Days of need in store, as lately reported, else by the prior, else unknown."""
        return cover(self.supply, item, holder, self.day, self.day)

    def shortage(
        self, item: str, holder: str, regimes: Sequence[Regime], draws: int = 2000, seed: int = 0
    ) -> Shortage | None:
        """Who would run short, when and how much, under these regimes; None: nothing applies."""
        found = self.outlook(item, holder, regimes, draws, seed)
        return found.shortage if found is not None else None

    def outlook(
        self, item: str, holder: str, regimes: Sequence[Regime], draws: int = 2000, seed: int = 0
    ) -> Outlook | None:
        """The shortage that these regimes would bring, with its chances by horizon.

        Days count from the network's day. None if no regime holds up a known supply of the
        holder. The same seed gives the same answer.
        """
        applying = holds.applying(regimes, self.pack, self.supply, item, holder)
        drawing = holds.Drawing(pack=self.pack, day=self.day, draws=draws, seed=seed)
        flows = self._flows(item, holder, applying, drawing)
        if not flows:
            return None
        begun = [r.since for r in applying if r.state == "in_force" and r.since is not None]
        cut = min([self.day, *begun])
        stock = cover(self.supply, item, holder, self.day, cut)
        onset = self._onset(item, flows, stock, drawing)
        measures = tuple(dict.fromkeys(m for flow in flows for m in flow.measures))
        origins = tuple(dict.fromkeys(flow.origin for flow in flows))
        path = (*measures, *origins, item, holder)
        refs = [ref for flow in flows for ref in flow.evidence]
        evidence = tuple(dict.fromkeys([*refs, *stock.evidence]))
        return _told(onset, (item, holder), stock, path, evidence)

    def _flows(
        self, item: str, holder: str, applying: Sequence[Regime], drawing: holds.Drawing
    ) -> list["Flow"]:
        """The parts of the holder's supply that are held up: direct, and through others.

        What others make from the origin's material is held up only by regimes towards all.
        """
        flows = []
        for row in self.dependence(item, holder):
            here = [r for r in applying if r.origin == row.origin]
            to_all = [r for r in here if "all" in r.destinations]
            for share, held in ((row.direct, here), (row.indirect, to_all)):
                if share > 0 and held:
                    flows.append(
                        Flow(
                            origin=row.origin,
                            share=share,
                            measures=tuple(r.measure for r in held),
                            holds=tuple(holds.hold(r, self.supply, holder, drawing) for r in held),
                            evidence=(*row.evidence, *(ref for r in held for ref in r.evidence)),
                        )
                    )
        return flows

    def _onset(
        self, item: str, flows: Sequence["Flow"], stock: Cover, drawing: holds.Drawing
    ) -> clock.Onset:
        bites = np.min([hold.bites for flow in flows for hold in flow.holds], axis=0)
        replaced, ready = self._substitute(item, bites, drawing)

        def gap(at: Floats) -> Floats:
            lost = sum((flow.lost(at) for flow in flows), np.zeros(drawing.draws))
            lost = np.minimum(lost, 1.0)
            return np.where(at >= ready, np.maximum(0.0, lost - replaced), lost)

        steps = [edge for flow in flows for hold in flow.holds for edge in hold[:3]]
        reported = -np.inf if stock.on is None else float((stock.on - self.day).days)
        first = np.minimum(0.0, np.maximum(bites, reported))
        days = stock.drawn(drawing.seed, drawing.draws)
        empty = np.zeros(drawing.draws)
        store = empty if days is None else days
        return clock.onset(gap, [*steps, ready], store, (first, HORIZON_DAYS))

    def _substitute(self, item: str, bites: Floats, drawing: holds.Drawing) -> tuple[float, Floats]:
        """Share of the need that something else can fill, and from which day; the best known."""
        best, ready = 0.0, np.full(drawing.draws, np.inf)
        for row in self.pack.substitutes:
            days = (row.qualify_days_low, row.qualify_days_likely, row.qualify_days_high)
            low, likely, high = days
            if row.item != item or not row.known(self.day) or not row.share_replaceable:
                continue
            if low is None or likely is None or high is None or row.share_replaceable <= best:
                continue
            best = row.share_replaceable
            ready = bites + holds.drawn((low, likely, high), "substitute", drawing)
        return best, ready


class Flow(Struct, frozen=True, kw_only=True):
    """A part of the holder's supply that is held up."""

    origin: str
    #: share of the holder's usual supply, 0..1
    share: float
    measures: tuple[str, ...]
    holds: tuple[holds.Hold, ...]
    evidence: tuple[str, ...] = ()

    def lost(self, at: Floats) -> Floats:
        """Share of the holder's usual supply that does not arrive at a time; the hardest hold."""
        passing = np.min([hold.lets(at) for hold in self.holds], axis=0)
        lost: Floats = self.share * (1.0 - passing)
        return lost


def _told(
    onset: clock.Onset,
    pair: tuple[str, str],
    stock: Cover,
    path: tuple[str, ...],
    evidence: tuple[str, ...],
) -> Outlook:
    days = np.maximum(onset.day, 0.0)  # begun before the day asked: under way
    comes = np.isfinite(days)
    known = stock.basis != "unknown"
    low, middle, high = (_quantile(days, q) if known else None for q in (0.1, 0.5, 0.9))
    item, holder = pair
    shortage = Shortage(
        item=item,
        holder=holder,
        days_q10=low,
        days_q50=middle,
        days_q90=high,
        unmet=float(np.median(onset.unmet[comes])) if comes.any() else 0.0,
        cover_basis=stock.basis,
        path=path,
        evidence=evidence,
    )
    return Outlook(
        shortage=shortage,
        p30=float(np.mean(days <= 30)),
        p90=float(np.mean(days <= 90)),
        p180=float(np.mean(days <= 180)),
        weeks=(_weeks(low), _weeks(middle), _weeks(high)),
    )


def _quantile(days: Floats, q: float) -> float | None:
    """The quantile, None where it lies beyond the horizon."""
    found = float(np.quantile(days, q, method="inverted_cdf"))
    return found if np.isfinite(found) else None


def _weeks(days: float | None) -> float | None:
    return None if days is None else days / 7
