"""Serves the web desk on this machine."""

import contextlib
import errno
import socket
import threading
from datetime import date

import uvicorn

from foreshock import rounds
from foreshock.archive import Archive
from foreshock.desk.talk import Interrupted, say
from foreshock.desk.web import make_app
from foreshock.errors import WrongUse
from foreshock.words.clocks import now
from foreshock.words.pack import Pack

#: the desk shows everything this house may see, so it answers this machine only
HOST = "127.0.0.1"
#: findings kept ready, by day and holder, until the archive holds something new
KEEP = 32


class Looks:
    """Takes looks for the pages, each once for what the archive then holds."""

    def __init__(self, archive: Archive, pack: Pack) -> None:
        self._archive = archive
        self._pack = pack
        self._kept: dict[tuple[object, ...], rounds.Findings] = {}
        self._one_at_a_time = threading.Lock()

    def __call__(self, as_of: date | None, holder: str | None) -> rounds.Findings:
        """The findings for a day (None: now) and a holder (None: those most exposed)."""
        with self._one_at_a_time:
            key = (as_of, now().date(), holder, self._archive.info().head)
            if key not in self._kept:
                if len(self._kept) >= KEEP:
                    self._kept.pop(next(iter(self._kept)))
                ask = rounds.Ask(as_of=as_of, holders=(holder,) if holder else ())
                self._kept[key] = rounds.look(self._archive, self._pack, ask)
            return self._kept[key]


def serve_desk(archive: Archive, pack: Pack, port: int) -> None:
    """Serve until Ctrl-C. `port` lies in 1..65535; raises `WrongUse` when it is taken."""
    _refuse_taken(port)
    app = make_app(Looks(archive, pack), pack)
    with contextlib.suppress(Interrupted):
        say(f"The desk is open on http://{HOST}:{port} - Ctrl-C closes it.")
        uvicorn.run(app, host=HOST, port=port, log_level="warning", server_header=False)
    say("The desk is closed.")


def _refuse_taken(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be had: {error}"
            raise WrongUse(
                f"port {port} on {HOST} {why}",
                next_step=f"Close what uses it, or choose another: --port {_another(port)}",
            ) from None


def _another(port: int) -> int:
    return port + 1 if 1024 <= port < 65535 else 8421
