"""How the command line talks: results to stdout, talk and progress to stderr."""

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TextIO

from foreshock.errors import ForeshockError

if TYPE_CHECKING:
    from rich.console import RenderableType

#: told what is being done, how much of it is done, and how much there is (0: nobody knows)
Told = Callable[[str, int, int], None]

#: seconds of work after which progress is shown, and seconds between two lines of it in a log
PATIENCE = 1.0
EVERY = 10.0


class Interrupted(BaseException):
    """Ctrl-C. Not an `Exception`: nothing on the way up may swallow it."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C within the block unwinds whatever is running, and leaves it as `Interrupted`."""
    pressed = False

    def interrupt(number: int, frame: object) -> None:
        nonlocal pressed
        pressed = True
        raise Interrupted

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except Exception as error:
        if pressed:  # a library, DuckDB for one, may answer Ctrl-C with an error of its own
            raise Interrupted from error
        raise
    finally:
        signal.signal(signal.SIGINT, before)


def open_streams() -> None:
    """Pipes and files get UTF-8 whatever the locale, a terminal what it can show.

    A stream that the caller has closed goes nowhere.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123 - open to the end
        elif isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8")


def emit(text: str) -> None:
    """A result, to stdout.

    A reader who has seen enough (`| head`) ends nothing: what is left to do is done, and the exit
    code says the same. Raises `ForeshockError` when stdout cannot take the text otherwise.
    """
    try:
        _send(text, sys.stdout)
    except OSError as error:
        _to_nowhere(sys.stdout)
        raise ForeshockError(
            f"the result cannot be written to stdout: {error.strerror}",
            next_step="Make room, or send it elsewhere.",
        ) from None


def say(text: str) -> None:
    """One sentence for the person at the terminal, to stderr, unstyled."""
    try:
        _send(text + "\n", sys.stderr)
    except OSError:
        _to_nowhere(sys.stderr)  # nobody can be told that nobody can be told


def show(*things: "RenderableType") -> None:
    """Lines and tables to stdout, as wide as the terminal; a line is never broken."""
    from rich.console import Console

    console = Console(file=sys.stdout, soft_wrap=True)
    with console.capture() as drawn:
        for thing in things:
            console.print(thing, markup=False, highlight=False)
    emit(drawn.get())


def _send(text: str, stream: TextIO) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _to_nowhere(stream)


def _to_nowhere(stream: TextIO) -> None:
    """Let go of a stream that takes nothing more, also for what still waits inside it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def progress(what: str = "starting") -> Iterator[Told]:
    """Shows what is being done, once it takes longer than a moment: a bar, or lines in a log."""
    if not sys.stderr.isatty():
        with _Log(what) as log:
            yield log.told
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def told(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total or None)

        yield told


class _Log:
    """Progress where nobody watches: a line after a moment, then now and then.

    A thread says it, so that a long step which tells nothing is not mistaken for a dead one.
    """

    def __init__(self, what: str) -> None:
        self._now = (what, 0, 0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._speak, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def told(self, what: str, done: int, total: int) -> None:
        self._now = (what, done, total)

    def _speak(self) -> None:
        wait = PATIENCE
        while not self._over.wait(wait):
            what, done, total = self._now
            say(f"{what}: {done} of {total}" if total else f"{what} ...")
            wait = EVERY
