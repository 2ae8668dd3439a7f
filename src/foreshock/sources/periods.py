"""The order of the stamps of a series, and which periods are missing between the first and last."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import isfinite

from foreshock.errors import Misread, RecordError
from foreshock.words.clocks import span
from foreshock.words.records import Struct

_NAMED = 5  # missing periods named in a sentence; the rest is counted


class Kind(Struct, frozen=True, kw_only=True):
    """One way to write a stamp."""

    name: str
    form: str
    #: place of a stamp in time, as a number
    place: Callable[[str], float]
    #: place -> how that stamp is written; None: the periods of this kind have no fixed step
    written: Callable[[int], str] | None = None


def _month(text: str) -> float:
    day = span(f"{text[:4]}-{text[-2:]}")[0]
    return day.year * 12 + day.month - 1


def _quarter(text: str) -> float:
    return int(text[:4]) * 4 + int(text[-1]) - 1


def _moment(text: str) -> float:
    moment = datetime.fromisoformat(text.replace("/", "-"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


#: the kinds of stamps; the first whose form fits all of them is taken
KINDS: tuple[Kind, ...] = (
    Kind(
        name="month",
        form=r"\d{4}[-/]\d{2}",
        place=_month,
        written=lambda n: f"{n // 12}-{n % 12 + 1:02d}",
    ),
    Kind(
        name="quarter",
        form=r"\d{4}-?[Qq][1-4]",
        place=_quarter,
        written=lambda n: f"{n // 4}-Q{n % 4 + 1}",
    ),
    Kind(name="year", form=r"\d{4}", place=float, written=str),
    Kind(name="day or moment", form=r"\d{4}([-/])\d{2}\1\d{2}([T ].+)?", place=_moment),
    Kind(name="number", form=r"-?\d+(\.\d+)?", place=float),
)


def kind_of(stamps: Sequence[str], where: str) -> Kind:
    """The one way in which all stamps are written.

    Raises `Misread` when they are mixed, or of a form whose order cannot be told (03/04/2023).

    >>> kind_of(["2025-01", "2025-02"], "s.csv").name
    'month'
    """
    for kind in KINDS:
        if all(re.fullmatch(kind.form, stamp) for stamp in stamps):
            return kind
    forms = [next((k for k in KINDS if re.fullmatch(k.form, s)), None) for s in stamps]
    odd = next((s for s, form in zip(stamps, forms, strict=True) if form != forms[0]), stamps[0])
    raise Misread(
        f"{where}: the timestamps are not all of one kind, so their order cannot be told: "
        f"{stamps[0][:30]!r} and {odd[:30]!r}",
        expected="all as YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD, moments or numbers",
        next_step="Write them in one way, the year first.",
    )


def is_of(kind: Kind, stamp: str) -> bool:
    """Whether a stamp is written in this way and lies in the calendar.

    >>> [is_of(KINDS[0], stamp) for stamp in ("2024-12", "2024-13", "2024")]
    [True, False, False]
    """
    if not re.fullmatch(kind.form, stamp):
        return False
    try:
        return isfinite(kind.place(stamp))
    except (ValueError, OverflowError, RuntimeError, RecordError):
        return False


def places(stamps: Sequence[str], kind: Kind, where: str) -> list[float]:
    """The place of each stamp in time; `Misread` for a day that no calendar has."""
    found: list[float] = []
    for stamp in stamps:
        try:
            place = kind.place(stamp)
        except (ValueError, OverflowError, RuntimeError):
            place = float("nan")
        except RecordError as error:  # span() has its own sentence for a month 13
            raise Misread(f"{where}: {error}", next_step="Correct the timestamp.") from None
        if not isfinite(place):
            raise Misread(
                f"{where}: the timestamp {stamp[:30]!r} is no day or moment of the calendar",
                next_step="Correct it.",
            )
        found.append(place)
    return found


def gaps(stamps: Sequence[str]) -> str:
    """The periods missing between the first and the last stamp, as words; empty for none.

    Only months, quarters and years have a fixed step; for all else nothing is said.

    >>> gaps(["2025-01", "2025-04"])
    '2025-02, 2025-03'
    >>> gaps(["2025-01-01", "2025-04-01"])
    ''
    """
    kind = next((k for k in KINDS if all(re.fullmatch(k.form, s) for s in stamps)), None)
    if kind is None or kind.written is None or not stamps:
        return ""
    seen = {int(kind.place(stamp)) for stamp in stamps}
    missing = sorted(set(range(min(seen), max(seen))) - seen)
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return ", ".join(kind.written(n) for n in missing[:_NAMED]) + more
