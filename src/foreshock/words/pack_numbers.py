"""What must hold of the numbers in a pack: shares of a whole, days from low to high."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from foreshock.words import reference as ref
from foreshock.words.tables import at

if TYPE_CHECKING:
    from foreshock.words.pack import Pack

#: shares of one whole may miss it by this much: sources round
ROUNDING = 0.05
#: what `covers` may say of rows that make a whole, and of rows that do not
WHOLE = ("", "all")
PART = ("leaders", "one", "unnamed", "withheld")

# -- three numbers -------------------------------------------------------------------------------

#: table -> its three numbers
THREE = {
    "needs": ("days_low", "days_likely", "days_high"),
    "stocks": ("days_low", "days_likely", "days_high"),
    "lead_times": ("days_low", "days_likely", "days_high"),
    "substitutes": ("qualify_days_low", "qualify_days_likely", "qualify_days_high"),
}


def _low_likely_high(pack: "Pack") -> Iterator[str]:
    for table, columns in THREE.items():
        for row in getattr(pack, table):
            told = [getattr(row, column) for column in columns]
            given = [number for number in told if number is not None]
            if len(given) not in (0, len(told)):
                yield f"{at(row, table)}: only some of {', '.join(columns)}; give all or none"
            elif given != sorted(given) or any(number < 0 for number in given):
                said = ", ".join(f"{number:g}" for number in given)
                named = ", ".join(columns)
                yield f"{at(row, table)}: {named} are {said}, expected 0 or more, rising"


def _reported_days_have_a_source(pack: "Pack") -> Iterator[str]:
    for row in pack.needs:
        if row.evidence in ("reported", "derived") and not (row.days_publisher and row.days_date):
            yield (
                f"{at(row, 'needs')}: days are {row.evidence}, but days_publisher or days_date is "
                "missing: by whom, since when?"
            )
        if row.evidence and row.days_likely is None:
            yield f"{at(row, 'needs')}: evidence {row.evidence!r} of days that are not given"


# -- shares ----------------------------------------------------------------------------


def _shares_are_fractions(pack: "Pack") -> Iterator[str]:
    shares: tuple[ref.Provision | ref.Import, ...] = (*pack.provisions, *pack.imports)
    for row in shares:
        if row.share is not None and not 0 <= row.share <= 1:
            yield f"{at(row, 'share')}: share {row.share} lies outside 0..1, write 30 % as 0.30"
    for code in pack.codes:
        if code.share_of_code is not None and not 0 <= code.share_of_code <= 1:
            yield f"{at(code)}: share_of_code {code.share_of_code} lies outside 0..1"
    for one in pack.series:
        if one.share_of_code is not None and not 0 < one.share_of_code <= 1:
            yield f"series.csv: {one.id}: share_of_code {one.share_of_code} lies outside 0..1"


#: counts of files, none of which can be more than were applied for
COUNTED = ("approved", "returned", "rejected", "waiting")


def _licences_can_be_counted(pack: "Pack") -> Iterator[str]:
    for row in pack.licence_outcomes:
        where = at(row, "licence_outcomes")
        for name in ("applied", *COUNTED, "days_waited"):
            number = getattr(row, name)
            if number is not None and number < 0:
                yield f"{where}: {name} is {number:g}, expected 0 or more"
            elif name in COUNTED and number is not None and number > (row.applied or number):
                yield f"{where}: {name} is {number:g} of {row.applied:g} applied, expected no more"
        if row.share is not None and not 0 <= row.share <= 1:
            yield f"{where}: share {row.share:g} lies outside 0..1, write 30 % as 0.30"


def _shares_make_a_whole(pack: "Pack") -> Iterator[str]:
    """Rows of one source about one item, stage and year: the whole within rounding, or say why not.

    More than the whole is never right; less is right only where `covers` tells what is missing.
    """
    wholes: dict[tuple[object, ...], list[ref.Provision | ref.Import]] = {}
    for row in pack.provisions:
        made = ("world output", row.item, row.stage, row.year, row.publisher, row.source_date)
        wholes.setdefault((*made, "by company" if row.company else ""), []).append(row)
    for bought in pack.imports:
        into = (bought.holder, bought.item, bought.year, bought.basis)
        wholes.setdefault((*into, bought.publisher, bought.source_date), []).append(bought)
    for what, rows in wholes.items():
        if any(row.share is not None and not 0 <= row.share <= 1 for row in rows):
            continue  # said already, and a sum of such shares says nothing
        where, named = at(rows[0], "share"), " ".join(str(word) for word in what if word)
        total = sum(row.share or 0 for row in rows)
        said = sorted({row.covers for row in rows})
        if total > 1 + ROUNDING:
            yield (
                f"{where}: shares of {named} add up to {total:.2f}, expected at most {1 + ROUNDING}"
            )
        if len(said) > 1:
            yield (
                f"{where}: rows of {named} disagree on covers "
                f"({', '.join(word or '(empty)' for word in said)}), expected one word for all"
            )
        elif said[0] in WHOLE and total < 1 - ROUNDING:
            yield (
                f"{where}: shares of {named} add up to {total:.2f}, expected at least "
                f"{1 - ROUNDING}; or say in covers why not: {', '.join(PART)}"
            )
        elif said[0] == "one" and len(rows) > 1:
            yield f"{where}: covers of {named} says one, but there are {len(rows)} rows"


RULES: tuple[Callable[["Pack"], Iterator[str]], ...] = (
    _low_likely_high,
    _reported_days_have_a_source,
    _shares_are_fractions,
    _licences_can_be_counted,
    _shares_make_a_whole,
)
