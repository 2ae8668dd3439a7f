"""What people did at the desk, for the audit: the deed and ids, never a text."""

from foreshock.words.clocks import live, now
from foreshock.words.missions import Deed


def deed(who: str, did: str, *about: str) -> Deed:
    """A deed done now; `about` holds ids and names only.

    >>> deed("mina", "report_filed", "report-1f00").did
    'report_filed'
    """
    moment = now()
    return Deed(clocks=live(moment), who=who, did=did, at=moment, about=about).sealed()
