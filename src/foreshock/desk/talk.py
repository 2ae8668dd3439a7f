"""How the command line talks: results to stdout, talk and progress to stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

#: told what is being done, how much of it is done, and how much there is
Told = Callable[[str, int, int], None]

#: where people look; JSON goes to stdout without it
OUT = Console(soft_wrap=True)
ERR = Console(stderr=True, soft_wrap=True)

#: seconds of work after which progress is shown, and seconds between two lines of it in a log
PATIENCE = 1.0
EVERY = 10.0


class Interrupted(BaseException):
    """Ctrl-C. Not an `Exception`: nothing on the way up may swallow it."""


def interrupt(number: int, frame: object) -> None:
    """The handler of Ctrl-C: unwinds whatever is running."""
    raise Interrupted


def say(text: str) -> None:
    """One sentence for the person at the terminal, to stderr, unstyled."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def progress() -> Iterator[Told]:
    """Shows what is being done, once it takes longer than a moment."""
    if not ERR.is_terminal:
        yield _Log().told
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=ERR,
        transient=True,
    ) as bar:
        task = bar.add_task("starting", total=None)

        def told(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total or None)

        yield told


class _Log:
    """Progress where nobody watches: a line now and then."""

    def __init__(self) -> None:
        self.next = time.monotonic() + PATIENCE

    def told(self, what: str, done: int, total: int) -> None:
        if time.monotonic() >= self.next:
            self.next = time.monotonic() + EVERY
            say(f"{what}: {done} of {total}")
