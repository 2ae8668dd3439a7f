"""Keeps every record for good, and tells what was known on a day.

The only write is adding. What was known by the end of a day is therefore the same answer for ever,
whatever arrives later; `docs/why/archive.md` gives the reasons behind the form of what is stored.
"""

from foreshock.archive.checking import Verdict
from foreshock.archive.copies import Manifest, restore
from foreshock.archive.holding import Hold
from foreshock.archive.keeper import Archive, Info, open_archive

__all__ = ["Archive", "Hold", "Info", "Manifest", "Verdict", "open_archive", "restore"]
