"""Codes of goods and of controls: is a code well-formed, and does its nomenclature have it?

What a code looks like, and which list it must stand in, is told by `codes/systems.toml`.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "codes"


@cache
def systems() -> dict[str, dict[str, Any]]:
    """The code systems by id: HS, CN8, HSK10, HTS10, CNHS, ECCN, EU-ANNEX-I, MOFCOM, OECD-CHIP.

    >>> systems()["HS"]["stem"]
    6
    """
    return tomllib.loads((FOLDER / "systems.toml").read_text("utf-8"))


@cache
def listed(file: str) -> frozenset[str]:
    """The codes of a list: each line holds what codes begin with, then their endings.

    Chapters and headings of a list of digits belong to it too.

    >>> "811292" in listed("hs-2022.txt"), "8112" in listed("hs-2022.txt")
    (True, True)
    """
    codes: set[str] = set()
    for line in (FOLDER / file).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            head, *tails = line.split()
            codes.update(head + tail for tail in tails)
            codes.update(head[:length] for length in range(2, len(head) + 1, 2) if head.isdigit())
    return frozenset(codes)


def fault(system: str, edition: str, code: str) -> str:
    """What is wrong with a code, in a few words; empty if nothing is.

    >>> fault("HS", "2022", "811292"), fault("HS", "2022", "8112.92")
    ('', "'8112.92' has not the form of HS (\\\\d{2}(\\\\d{2}){0,2})")
    >>> fault("CN8", "2022", "01990000")
    "'01990000' begins with 019900, which HS 2022 does not have"
    >>> fault("ECCN", "2026", "3A090.c")
    ''
    """
    known = systems().get(system)
    if known is None:
        return f"{system!r} is no code system, expected one of {', '.join(systems())}"
    if re.fullmatch(known["form"], code) is None:
        return f"{code!r} has not the form of {system} ({known['form']})"
    if "list" not in known or edition < known["from"]:
        return ""
    stem = code[: known["stem"]]
    if stem in listed(known["list"]):
        return ""
    source = known["list"].removesuffix(".txt").replace("-", " ").upper()
    if stem == code:
        return f"{code!r} is not in {source}"
    return f"{code!r} begins with {stem}, which {source} does not have"
