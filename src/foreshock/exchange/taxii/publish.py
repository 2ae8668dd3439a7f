"""Our own objects into a collection, examined like anybody else's."""

from collections.abc import Sequence

from foreshock.exchange.intake import Refused, sort_out
from foreshock.exchange.taxii.accounts import Collection
from foreshock.words.markings import Marking, label
from foreshock.words.records import Struct
from foreshock.words.shelf import Item, Shelf

#: objects that are kept in one transaction
AT_ONCE = 1_000


class Put(Struct, frozen=True, kw_only=True):
    """What became of objects that were to be kept."""

    kept: int = 0
    #: there already, the same bytes
    same: int = 0
    refused: tuple[Refused, ...] = ()


def publish(shelf: Shelf, collection: Collection, bodies: Sequence[bytes]) -> Put:
    """Keep our objects in a collection; what is marked stricter than it allows is refused.

    TLP:RED never lies in a collection. An object that is there already is left as it is.
    """
    items, refused = sort_out(bodies)
    most = min(collection.marking, Marking.AMBER_STRICT)
    fit = [item for item in items if item.marking <= most]
    refused += [
        _refused(item, f"it is marked {label(item.marking)}, the collection takes {label(most)}")
        for item in items
        if item.marking > most
    ]
    kept = same = 0
    for begin in range(0, len(fit), AT_ONCE):
        batch = fit[begin : begin + AT_ONCE]
        for item, fate in zip(batch, shelf.put(collection.id, batch), strict=True):
            kept += fate == "kept"
            same += fate == "same"
            if fate == "conflict":
                refused.append(_refused(item, "this version was published with another content"))
    return Put(kept=kept, same=same, refused=tuple(refused))


def _refused(item: Item, why: str) -> Refused:
    return Refused(id=item.id, version=item.version, why=why)
