"""How far a fall of a code speaks for an item that is only part of the code.

If a random kilogram is missing, it is the item's with the chance of the item's share of the code.
If so little of the code is left that the item alone usually makes up more, the item must be short
by the difference. The larger of the two is what a fall of the code says of the item.
"""

from foreshock.words.reference import Series

#: share of its code that an item is taken for where the code is known to hold other goods too
UNKNOWN_SHARE = 0.5
#: no share is taken for smaller
LEAST = 1e-3
#: kinds of signal that say something of the goods themselves
OF_GOODS = frozenset(
    {"drop", "recovery", "rush", "rerouting", "other_source", "dearer", "masked_stop"}
)


def speaks(series: Series, left: float | None = None) -> float:
    """How far a departure of the series speaks for its item, 0..1; 1 where the code is its own.

    `left` is the share of the usual that is left of the code; None: it did not fall.

    >>> gallium = Series(id="s", item="min.ga", title="", flow="exports", reporter="CN",
    ...                  partner="world", unit="kg", purity="mixed", share_of_code=0.016)
    >>> speaks(gallium, 0.4), speaks(gallium, 0.0)
    (0.016, 1.0)
    """
    share = share_of(series)
    if share is None:
        return 1.0
    surely = 0.0 if left is None else 1 - left / share
    return min(1.0, max(share, surely))


def share_of(series: Series) -> float | None:
    """The share of the item in its code; None where the code holds the item alone."""
    if series.share_of_code is not None:
        return max(series.share_of_code, LEAST) if series.share_of_code < 1 else None
    return UNKNOWN_SHARE if series.purity == "mixed" else None


def said(series: Series, left: float | None) -> str:
    """What is said of the code; empty where it holds the item alone."""
    share = share_of(series)
    if share is None:
        return ""
    known = series.share_of_code is not None
    part = f"about {100 * share:.2g} % of it" if known else "an unknown part of it"
    code = f"{series.code_system} {series.code}".strip() if series.code else "the figure"
    tail = (
        "but too little is left for the item to be unhurt"
        if left is not None and 1 - left / share >= 0.5
        else "so it says that much less of the item"
    )
    return f"; {code} holds other goods too, {series.item} is {part}, {tail}"
