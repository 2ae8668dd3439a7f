"""What goes into what: downstream to the consequences, upstream to the inputs."""

from collections.abc import Iterable
from datetime import date

from foreshock.words.pack import Pack
from foreshock.words.reference import Need

#: inputs without which, or with far less of which, there is no output
BINDING = ("critical", "important")
#: inputs that are used up or built in: a cut stops the output when stocks end
USED_UP = ("consumable", "component")


class Chain:
    """The known links "goes into", as known on a day."""

    def __init__(self, pack: Pack, day: date) -> None:
        self._pack = pack
        known = [need for need in pack.needs if need.known(day) and need.criticality in BINDING]
        self._outputs = _group((need.input, need.output) for need in known)
        self._inputs = _group((need.output, need.input) for need in known)
        self._used_up = _group(
            (need.output, need.input) for need in known if _is_used_up_and_critical(need)
        )

    def downstream(self, item: str) -> tuple[str, ...]:
        """Everything the item, or a kind of it, goes into, nearest first."""
        start = (item, *sorted(self._pack.family(item) - {item}))
        return _walk(start, self._outputs)

    def upstream(self, item: str) -> tuple[str, ...]:
        """Everything that goes into the item, nearest first."""
        return _walk((item,), self._inputs)

    def used_up_in(self, item: str) -> tuple[str, ...]:
        """The critical inputs that are used up or built in when the item is made."""
        return tuple(self._used_up.get(item, ()))


def _is_used_up_and_critical(need: Need) -> bool:
    return need.kind in USED_UP and need.criticality == "critical"


def _group(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for key, value in pairs:
        grouped.setdefault(key, []).append(value)
    return grouped


def _walk(start: tuple[str, ...], step: dict[str, list[str]]) -> tuple[str, ...]:
    """Breadth first; each place once; a cycle ends where it began."""
    seen = dict.fromkeys(start)
    ring = list(start)
    while ring:
        ring = [to for at in ring for to in step.get(at, ()) if to not in seen]
        seen.update(dict.fromkeys(ring))
    return tuple(place for place in seen if place not in start)
