"""Logging in: name, password and a one-time code at once; sessions that end.

One sentence answers whatever was wrong, so that nobody learns which name exists. A code counts
once. After five wrong tries a name waits, also with the right password.
"""

import hashlib
import hmac
import secrets as random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec.structs import replace

from foreshock.errors import NotAllowed
from foreshock.exchange import people
from foreshock.exchange.deeds import deed
from foreshock.words.clocks import now
from foreshock.words.keepers import Keeper
from foreshock.words.people import Person, Secret, Secrets, Session

#: wrong tries within this many seconds after which a name waits as long
TRIES, WINDOW = 5, 900.0
#: a session ends after so long, used or not; and after so long without use
LASTS, IDLE = timedelta(hours=12), timedelta(minutes=60)
#: codes of the 30 seconds before and after count as well: clocks differ
DRIFT = (0, -1, 1)
_STEP = 30

#: what is worked out for a name that does not exist, so that it takes as long
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43


class NotLetIn(NotAllowed):
    """The name, the password or the code was not right, or too many were tried."""

    def __init__(self) -> None:
        super().__init__(
            "the name, the password or the code is not right, or was used before, or too many "
            "were tried",
            expected="those that were handed to you, and a code that shows now",
            next_step="Try again with the next code; after five wrong tries wait 15 minutes.",
        )


class Door:
    """Lets people in, and knows them again by what their browser holds."""

    def __init__(
        self, keeper: Keeper, secrets: Secrets, clock: Callable[[], float] = time.time
    ) -> None:
        self._keeper = keeper
        self._secrets = secrets
        self._clock = clock

    def let_in(self, name: str, password: str, code: str) -> tuple[Person, str]:
        """The person and the token of a new session; raises `NotLetIn`.

        The token is what the browser is to hold; only its hash is kept here.
        """
        at = self._clock()
        person = next((p for p in people.people(self._keeper) if p.name == name), None)
        who = name if person is not None else f"?{_hash(name)[:2]}"
        left = self._secrets.tried(who, at, at - WINDOW, TRIES)
        secret = self._secrets.secret(name) if person is not None else None
        if left < 0:  # takes as long as any other answer: how long tells nothing of who is here
            _matches(_NOBODY, password)
            raise NotLetIn
        if not self._proves(person, secret, (password, code), at):
            if left == 0 and person is not None:
                self._keeper.add([deed(name, "locked_out")])
            raise NotLetIn
        assert person is not None and secret is not None
        self._secrets.forget_tries(name)
        if people.HASHER.check_needs_rehash(secret.password):
            hashed = people.HASHER.hash(people.normal(password))
            self._secrets.set_secret(name, replace(secret, password=hashed))
        return person, self._open(person)

    def _proves(
        self, person: Person | None, secret: Secret | None, proof: tuple[str, str], at: float
    ) -> bool:
        """Whether password and code are right; works as long for a name that does not exist."""
        password, code = proof
        right = _matches(secret.password if secret else _NOBODY, password)
        if person is None or secret is None or person.closed or not right:
            return False
        step = _step_of(secret.totp, code, at)
        return step is not None and self._secrets.use_code(person.name, step)

    def _open(self, person: Person) -> str:
        token, moment = random.token_urlsafe(32), self._now()
        self._secrets.open_session(
            Session(
                key=_hash(token),
                person=person.name,
                opened=moment,
                seen=moment,
                expires=moment + LASTS,
            )
        )
        self._keeper.add([deed(person.name, "logged_in")])
        return token

    def known_by(self, token: str) -> tuple[Person, Session] | None:
        """Whose session it is, if it has not ended and they are not closed."""
        session = self._secrets.session(_hash(token)) if token else None
        moment = self._now()
        if session is None:
            return None
        person = next((p for p in people.people(self._keeper) if p.name == session.person), None)
        if (
            person is None
            or person.closed
            or moment >= session.expires
            or moment - session.seen >= IDLE
        ):
            self._secrets.end_sessions(session.person, session.key)
            return None
        if moment - session.seen >= timedelta(minutes=1):
            self._secrets.see_session(session.key, moment)
        return person, session

    def confirm(self, person: Person, password: str, code: str) -> None:
        """Ask again for password and code before something grave; raises `NotLetIn`."""
        at = self._clock()
        left = self._secrets.tried(person.name, at, at - WINDOW, TRIES)
        secret = self._secrets.secret(person.name)
        if left < 0 or not self._proves(person, secret, (password, code), at):
            raise NotLetIn
        self._secrets.forget_tries(person.name)

    def change_password(self, person: Person, proof: tuple[str, str], fresh: str) -> None:
        """Change one's own password, proved by the old one and a code; all sessions end."""
        wanted = people.checked_password(fresh, person.name)
        self.confirm(person, *proof)
        secret = self._secrets.secret(person.name)
        assert secret is not None
        hashed = people.HASHER.hash(wanted)
        self._secrets.set_secret(person.name, replace(secret, password=hashed, since=now()))
        self._secrets.end_sessions(person.name)
        self._keeper.add([deed(person.name, "password_changed")])

    def log_out(self, token: str) -> None:
        """End a session; one that has ended already stays so."""
        session = self._secrets.session(_hash(token)) if token else None
        if session is not None:
            self._secrets.end_sessions(session.person, session.key)
            self._keeper.add([deed(session.person, "logged_out")])

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


#: hashes worked out at the same time: each takes 64 MiB, and many may be asked for at once
_HASHING = threading.BoundedSemaphore(2)


def _matches(hashed: str, password: str) -> bool:
    try:
        with _HASHING:
            return people.HASHER.verify(hashed, people.normal(password[: people.LENGTH.stop]))
    except (VerificationError, InvalidHashError):
        return False


def _step_of(seed: str, code: str, at: float) -> int | None:
    """The number of the half minute to which a code belongs, if it is near enough to now."""
    plain = "".join(code.split())
    if len(plain) != 6 or not plain.isascii() or not plain.isdigit():
        return None
    totp = pyotp.TOTP(seed)
    step = int(at) // _STEP
    for drift in DRIFT:
        if hmac.compare_digest(totp.generate_otp(step + drift), plain):
            return step + drift
    return None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
