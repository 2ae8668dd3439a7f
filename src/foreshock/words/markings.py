"""Who may see a record: the Traffic Light Protocol 2.0, as a table.

Source: FIRST, Traffic Light Protocol (TLP) version 2.0 (August 2022). The STIX ids are the fixed
marking-definition ids that tools know; they are constants here and never taken from a partner.
"""

from enum import IntEnum
from typing import NamedTuple


class Marking(IntEnum):
    """A TLP 2.0 marking; the larger, the fewer may see it.

    >>> Marking.RED > Marking.CLEAR
    True
    """

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4


class Rule(NamedTuple):
    """What a marking says and how other tools name it."""

    label: str
    may_see: str
    stix_id: str


RULES = {
    Marking.CLEAR: Rule("TLP:CLEAR", "everybody", "94868c89-83c2-464b-929b-a1a8aa3c8487"),
    Marking.GREEN: Rule("TLP:GREEN", "the community", "bab4a63c-aed9-4cf5-a766-dfca5abac2bb"),
    Marking.AMBER: Rule(
        "TLP:AMBER",
        "the receiving organisation and its clients, who need to know",
        "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    ),
    Marking.AMBER_STRICT: Rule(
        "TLP:AMBER+STRICT",
        "the receiving organisation, who need to know",
        "939a9414-2ddd-4d32-a0cd-375ea402b003",
    ),
    Marking.RED: Rule(
        "TLP:RED", "the persons named, nobody else", "e828b379-4e03-4974-9ac4-e53a884c97c1"
    ),
}


def label(marking: Marking) -> str:
    """How a marking is written.

    >>> label(Marking.AMBER_STRICT)
    'TLP:AMBER+STRICT'
    """
    return RULES[marking].label


def strictest(markings: "list[Marking]") -> Marking:
    """The marking of a thing made of several: the strictest of theirs; CLEAR for none.

    >>> strictest([Marking.CLEAR, Marking.AMBER]).name
    'AMBER'
    """
    return max(markings, default=Marking.CLEAR)
