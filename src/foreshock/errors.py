"""What can go wrong, as one family:

    ForeshockError
    ├── WrongUse             asked for something that cannot be; the words of the call are off
    ├── SourceError          a source is not what we agreed to read
    │   ├── Unreadable       bytes that are no text, table or page we know
    │   └── Misread          readable, but of another shape than agreed
    ├── RecordError          a record that cannot be true
    │   ├── UnknownWord      an id or word that is not in the vocabulary
    │   └── WrongOrder       a measure took a step it cannot take from there
    ├── PackError            the reference pack, or a user's own, has problems: all of them at once
    ├── ArchiveError         the archive cannot do what was asked
    │   ├── ArchiveBusy      another process holds it
    │   ├── ArchiveFull      no room left on the disk
    │   └── ArchiveDamaged   what is stored is not what was written
    ├── NotAllowed           a marking forbids it
    │   ├── NotReleased      nobody with the right to has let it go
    │   └── TooMuch          more than a partner may send in a day
    └── NotGenuine           a parcel or card whose signature or hash does not hold

Every message says what, which, what was expected and what to do next, in one sentence each.
"""

from collections.abc import Sequence


class ForeshockError(Exception):
    """Something went wrong that a person can act on.

    `what` names the thing and what is the matter with it, `expected` what it should have been,
    `next_step` what the reader can do. All three end up in the text.

    >>> str(ForeshockError("a.csv line 3: value is 'n/a'", expected="a number",
    ...                    next_step="Correct the line."))
    "a.csv line 3: value is 'n/a', expected a number. Correct the line."
    """

    def __init__(self, what: str, *, expected: str = "", next_step: str = "") -> None:
        self.what = what
        self.expected = expected
        self.next_step = next_step
        head = f"{what}, expected {expected}" if expected else what
        super().__init__(f"{head.rstrip('.')}. {next_step}".strip())


class WrongUse(ForeshockError):
    """The words of the call are off."""


class SourceError(ForeshockError):
    """A source is not what we agreed to read."""


class Unreadable(SourceError):
    """Bytes that are no text, table or page we know."""


class Misread(SourceError):
    """Readable, but of another shape than agreed."""


class RecordError(ForeshockError):
    """A record that cannot be true."""


class UnknownWord(RecordError):
    """An id or word that is not in the vocabulary."""


class WrongOrder(RecordError):
    """A measure took a step that it cannot take from where it stood."""


class PackError(ForeshockError):
    """A pack has problems; `problems` lists all of them as "file:line: what".

    >>> PackError(["items.csv:3: id is empty"]).problems
    ('items.csv:3: id is empty',)
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        shown = "\n  ".join(self.problems[:40])
        more = f"\n  and {len(problems) - 40} more" if len(problems) > 40 else ""
        super().__init__(
            f"the pack has {len(problems)} problem(s), nothing of it was loaded:\n  {shown}{more}",
            next_step="\nMend the lines named and run again.",
        )


class ArchiveError(ForeshockError):
    """The archive cannot do what was asked."""


class ArchiveBusy(ArchiveError):
    """Another process holds the archive."""


class ArchiveFull(ArchiveError):
    """No room is left on the disk."""


class ArchiveDamaged(ArchiveError):
    """What is stored is not what was written."""


class NotAllowed(ForeshockError):
    """A marking forbids it."""


class NotReleased(NotAllowed):
    """Nobody with the right to has let it go."""


class TooMuch(NotAllowed):
    """More than a partner may send in a day."""


class NotGenuine(ForeshockError):
    """A parcel or card whose signature or hash does not hold."""
