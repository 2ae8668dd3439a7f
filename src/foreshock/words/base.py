"""What every noun is made of: `Struct`, a frozen value, and `Record`, which is kept for good."""

import hashlib
from typing import Literal, Self

import msgspec

from foreshock.words.clocks import Clocks
from foreshock.words.markings import Marking

Nature = Literal["actual", "exercise", "test"]

_PREFIX_LENGTH = 20  # hex digits of the content hash kept in an id: 80 bits


class Struct(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen value with named fields."""


class Record(Struct, frozen=True, kw_only=True):
    """Anything that is kept: who may see it, when it was known, what it corrects."""

    clocks: Clocks
    #: kind and hash of the content; made by `sealed()`
    id: str = ""
    marking: Marking = Marking.CLEAR
    nature: Nature = "actual"
    #: id of the record that this one corrects or replaces
    supersedes: str | None = None

    def sealed(self) -> Self:
        """The same record with its id.

        The id is the hash of what the record says. When *we* received it or came to know it is
        left out, so the same text fetched twice is one record.
        """
        said = msgspec.to_builtins(self)
        clocks = {k: said["clocks"][k] for k in ("published", "happened")}
        said.update(id="", clocks=clocks)
        digest = hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()
        kind = type(self).__name__.lower()
        return msgspec.structs.replace(self, id=f"{kind}-{digest[:_PREFIX_LENGTH]}")
