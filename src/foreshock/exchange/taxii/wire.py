"""Requests to a TAXII 2.1 server of somebody else: bounded in size and time, one answer at a time.

A server may be slow, broken or hostile. Bodies are read up to a bound and never unpacked, an answer
has to be whole within a time, a redirect is not followed (it would hand our secret to another
place), and who says "not now" (429, 503) is asked again after the time it names.
"""

import base64
import ipaddress
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from foreshock import __version__
from foreshock.errors import Misread, NotAllowed, SourceError, WrongUse
from foreshock.exchange.taxii.ask import MEDIA
from foreshock.words.records import Struct

if TYPE_CHECKING:
    import httpx2

#: largest answer that is read, in bytes
LARGEST = 64 * 1024 * 1024
#: seconds until a connection stands, between two bytes, and for a whole answer
CONNECT, QUIET, WHOLE = 10.0, 30.0, 300.0
#: how often one request is tried, and the longest wait that a server may ask for, in seconds
TRIES, LONGEST = 5, 120.0


class Login(Struct, frozen=True, kw_only=True):
    """How we are known at a server."""

    user: str = ""
    secret: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """Asks one server; `sleep` waits the seconds that it asks for."""

    def __init__(
        self,
        url: str,
        login: Login,
        transport: "httpx2.BaseTransport | None" = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        import httpx2

        _refuse_open_secret(url, login)
        self.origin = origin(url)
        headers = {
            "Accept": MEDIA,
            "Accept-Encoding": "identity",
            "User-Agent": f"foreshock/{__version__}",
        }
        if login.user:
            mark = base64.b64encode(f"{login.user}:{login.secret}".encode()).decode()
            headers["Authorization"] = f"Basic {mark}"
        self._sleep = sleep
        self._http = httpx2.Client(
            headers=headers,
            transport=transport,
            timeout=httpx2.Timeout(QUIET, connect=CONNECT),
            follow_redirects=False,
            trust_env=transport is None,
        )

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def get(self, url: str, params: dict[str, str] | None = None) -> Answer:
        """A resource; raises `SourceError` for whatever is no answer of TAXII."""
        return self._asked("GET", url, params or {}, b"")

    def post(self, url: str, body: bytes) -> Answer:
        """Send an envelope."""
        return self._asked("POST", url, {}, body)

    def _asked(self, verb: str, url: str, params: dict[str, str], body: bytes) -> Answer:
        if origin(url) != self.origin:
            raise NotAllowed(
                f"the server sends us to {origin(url)}",
                expected=f"an address on {self.origin}, where our secret belongs",
                next_step="Ask the partner which address is right, and use that one.",
            )
        for tried in range(1, TRIES + 1):
            try:
                answer = self._once(verb, url, params, body)
            except _Later as error:
                if tried == TRIES:
                    raise SourceError(str(error), next_step="Try again later.") from None
                self._sleep(min(2.0 ** (tried - 1), LONGEST))
                continue
            wait = _wait(answer) if answer.status in (429, 503) else None
            if wait is None or tried == TRIES:
                return _good(url, answer)
            if wait > LONGEST:
                raise SourceError(
                    f"{url} asks us to come again in {wait:.0f} seconds",
                    next_step="Try again then; what was fetched so far is kept.",
                )
            self._sleep(wait)
        raise AssertionError("unreachable")

    def _once(self, verb: str, url: str, params: dict[str, str], body: bytes) -> Answer:
        import httpx2

        headers = {"Content-Type": MEDIA} if verb == "POST" else {}
        try:
            with self._http.stream(
                verb, url, params=params, content=body or None, headers=headers
            ) as got:
                if got.headers.get("content-encoding", "identity").lower() != "identity":
                    raise Misread(f"{url} sends a packed answer", expected="a plain one")
                said = b"".join(_bounded(url, got.iter_raw()))
                return Answer(status=got.status_code, headers=dict(got.headers), body=said)
        except (httpx2.ConnectTimeout, httpx2.ReadTimeout, httpx2.PoolTimeout) as error:
            raise _Later(f"{url} does not answer in time ({type(error).__name__})") from None
        except (httpx2.RemoteProtocolError, httpx2.NetworkError) as error:
            raise _Later(f"{url} cannot be reached: {error or type(error).__name__}") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise SourceError(f"{url} cannot be asked: {error or type(error).__name__}") from None


class _Later(Exception):
    """No answer this time; another try may help."""


def _bounded(url: str, parts: Iterator[bytes]) -> Iterator[bytes]:
    size, begun = 0, time.monotonic()
    for part in parts:
        size += len(part)
        if size > LARGEST:
            raise Misread(
                f"{url} sends more than {LARGEST // 1024 // 1024} MB at once",
                next_step="Ask for smaller pages with --limit.",
            )
        if time.monotonic() - begun > WHOLE:
            raise Misread(f"{url} is too slow", expected=f"a whole answer within {WHOLE:.0f} s")
        yield part


def _good(url: str, answer: Answer) -> Answer:
    if answer.status in (200, 202):
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("application/taxii+json", "application/json", ""):
            raise Misread(f"{url} answers with {kind!r}", expected="application/taxii+json")
        return answer
    if 300 <= answer.status < 400:
        raise SourceError(
            f"{url} sends us to {answer.headers.get('location', 'nowhere')[:200]}",
            next_step="If that is right, use that address.",
        )
    if answer.status in (401, 403):
        raise NotAllowed(
            f"{url} does not let us in ({answer.status})",
            expected="a name and secret that may read there",
            next_step="Check --user and the secret; ask the partner.",
        )
    raise SourceError(f"{url} answers {answer.status}: {_title(answer.body)}")


def _title(body: bytes) -> str:
    """What an error of TAXII says of itself, as far as it can be read."""
    import msgspec

    try:
        said = msgspec.json.decode(body[:100_000])
    except (msgspec.DecodeError, RecursionError, ValueError):
        said = None
    if not isinstance(said, dict):
        return "no reason given"
    words = [str(said.get(key, "")) for key in ("title", "description")]
    told = ": ".join(word for word in words if word)
    return "".join(c if c.isprintable() else " " for c in told)[:200] or "no reason given"


def _wait(answer: Answer) -> float:
    """Seconds after which a server wants to be asked again; 1 where it does not say."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal() and text.isascii():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 1.0


def origin(url: str) -> str:
    """Scheme, host and port of an address.

    >>> origin("https://warn.example.org/taxii2/"), origin("http://127.0.0.1:8422/x")
    ('https://warn.example.org:443', 'http://127.0.0.1:8422')
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongUse(
            f"the address is {url[:80]!r}", expected="one like https://warn.example.org/taxii2/"
        )
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _refuse_open_secret(url: str, login: Login) -> None:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise WrongUse(
            "the address holds a name or a secret",
            expected="an address without",
            next_step="Give --user, and the secret in a file with --secret-file.",
        )
    if origin(url).startswith("http:") and login.user and not _here(parts.hostname or ""):
        raise NotAllowed(
            f"{parts.hostname} would get our secret in the clear",
            expected="an address that begins with https://",
        )


def _here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
