"""Holidays that move: how much of the Lunar New Year lies in each month, and who keeps it."""

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

#: day and month of the Lunar New Year, 2000 to 2040 (astronomical tables, Beijing time)
_DAYS = (
    "0205 0124 0212 0201 0122 0209 0129 0218 0207 0126 0214 0203 0123 0210 0131 0219 0208 0128 "
    "0216 0205 0125 0212 0201 0122 0210 0129 0217 0206 0126 0213 0203 0123 0211 0131 0219 0208 "
    "0128 0215 0204 0124 0212"
).split()
NEW_YEAR = {2000 + n: date(2000 + n, int(text[:2]), int(text[2:])) for n, text in enumerate(_DAYS)}
#: days before and after that are quieter
BEFORE, AFTER = 3, 11
#: exporters that stop work for it, by the codes in use
KEEPERS = frozenset(
    "CN CHN 156 HK HKG 344 MO MAC 446 TW TWN 490 158 VN VNM 704 KR KOR 410 SG SGP 702 MY MYS 458 "
    "China Vietnam Taiwan".split()
)


def exposure(first: int, months: int) -> Floats:
    """Share of the holiday in each month, less what lies in that calendar month on average.

    `first` counts months from year 0. The season holds the average, so that only the moving of the
    holiday is left. 0 outside the years of the table.

    >>> exposure(12 * 2023, 3).round(2).tolist()
    [0.64, -0.63, -0.01]
    """
    share = np.zeros(12 * 2041)
    for new_year in NEW_YEAR.values():
        for day in range(-BEFORE, AFTER + 1):
            then = new_year + timedelta(days=day)
            share[12 * then.year + then.month - 1] += 1 / (BEFORE + AFTER + 1)
    by_month = share[12 * 2000 :].reshape(-1, 12)
    share[12 * 2000 :] = (by_month - by_month.mean(axis=0)).ravel()
    places = np.arange(first, first + months)
    inside = (places >= 12 * 2000) & (places < len(share))
    return np.where(inside, share[np.clip(places, 0, len(share) - 1)], 0.0)


def keepers(exporters: tuple[str, ...]) -> Floats:
    """1 for exporters that keep the Lunar New Year, else 0.

    >>> keepers(("CN", "DE")).tolist()
    [1.0, 0.0]
    """
    return np.array([float(name in KEEPERS) for name in exporters])
