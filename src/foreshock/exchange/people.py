"""People of a house: written down on the machine itself, with a password and a second factor.

Nobody is trusted on first use: a person exists once somebody with the archive in hand wrote them
down. A version of a person is kept for good; a password is kept as argon2id only, and forgotten
when it is changed.
"""

import unicodedata
from datetime import date

import pyotp
from argon2 import PasswordHasher
from msgspec.structs import replace

from foreshock.errors import WrongUse
from foreshock.exchange.deeds import deed
from foreshock.exchange.missions import mission_named
from foreshock.exchange.plain import line, slug
from foreshock.exchange.roles import checked_roles, rights_of
from foreshock.words.clocks import live, now
from foreshock.words.keepers import Keeper
from foreshock.words.people import Person, Secret, Secrets

#: argon2id with the parameters of RFC 9106 for little memory: 64 MiB, 3 passes, 4 lanes
HASHER = PasswordHasher()

#: a password has so many characters (NIST SP 800-63B asks for 15 without a second factor, 8 with)
LENGTH = range(12, 257)

#: too easily guessed, whatever their length
_COMMON = (
    "password",
    "foreshock",
    "123456",
    "qwerty",
    "letmein",
    "welcome",
    "changeme",
    "iloveyou",
)

#: field of a person -> the rights for which it may be named, and those for which it must be
_ACTS_FOR: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    ("mission", frozenset({"report"}), frozenset({"report"})),
    ("desk", frozenset({"submissions", "submit"}), frozenset({"submit"})),
    ("company", frozenset({"submit"}), frozenset({"submit"})),
)


def people(keeper: Keeper, day: date | None = None) -> list[Person]:
    """The people known by the end of `day` (None: now), closed ones too, by name."""
    return sorted(
        (p for p in keeper.known(Person, day) if p.nature == "actual"), key=lambda p: p.name
    )


def person_named(keeper: Keeper, name: str) -> Person:
    """The person with this name, closed or not; raises `WrongUse` for one that is unknown."""
    found = next((p for p in people(keeper) if p.name == name), None)
    if found is None:
        raise WrongUse(
            f"the person {name[:60]!a} is not known", expected="one of `foreshock people list`"
        )
    return found


def check_person(keeper: Keeper, person: Person) -> Person:
    """The person as they would be written down; raises `WrongUse` as `write_person` does."""
    slug(person.name, "the person's name")
    made = replace(
        person,
        title=line(person.title, 120, "the title"),
        roles=checked_roles(person.roles),
        group=slug(person.group, "the group") if person.group else "",
    )
    _about(keeper, made, rights_of(replace(made, closed=False)))
    return made


def write_person(keeper: Keeper, person: Person) -> Person:
    """Write down a person, or a new version of one, as it is returned.

    Raises `WrongUse` for a name that is no short name, roles that cannot be, or a role without the
    mission, desk or company it is about.
    """
    with keeper.transaction():
        made = check_person(keeper, person)
        before = next((p for p in people(keeper) if p.name == person.name), None)
        made = replace(made, clocks=live(now()), supersedes=before.id if before else None).sealed()
        if before and _said(before) == _said(made):
            return before
        keeper.add([made, deed(person.by, "person_written", made.id)])
    return made


def _about(keeper: Keeper, person: Person, rights: frozenset[str]) -> None:
    """Refuse a role that does not say for whom it acts, and a word for whom nobody acts."""
    for field, may, must in _ACTS_FOR:
        about = getattr(person, field)
        if about and not rights & may:
            raise WrongUse(f"{person.name} has no role that acts for a {field}")
        if not about and rights & must:
            raise WrongUse(f"no {field} is named", expected=f"the one that {person.name} acts for")
        if about and field == "company":
            slug(about, "the company")
        elif about:
            kind = mission_named(keeper, about).kind
            if kind != field:
                raise WrongUse(f"{about} is a {kind}", expected=f"a {field}")


def _said(person: Person) -> str:
    return replace(person, by="", supersedes=None).sealed().id


def close_person(keeper: Keeper, secrets: Secrets, name: str, by: str) -> Person:
    """Close a person: they can no longer log in, and what they did stays."""
    old = person_named(keeper, name)
    with keeper.transaction():
        closed = replace(old, closed=True, by=by, clocks=live(now()), supersedes=old.id).sealed()
        keeper.add([closed, deed(by, "person_closed", closed.id)])
    secrets.end_sessions(name)
    return closed


def normal(password: str) -> str:
    """A password in the one Unicode form in which it is hashed, KC.

    >>> normal("caf\u0065\u0301") == normal("caf\u00e9")
    True
    """
    return unicodedata.normalize("NFKC", password)


def checked_password(password: str, name: str) -> str:
    """A password in Unicode form KC, as it is hashed; raises `WrongUse` for a weak one.

    >>> checked_password("correct horse battery", "mina")
    'correct horse battery'
    """
    plain = normal(password)
    if len(plain) not in LENGTH:
        raise WrongUse(
            f"the password has {len(plain)} characters",
            expected=f"{LENGTH.start} to {LENGTH.stop - 1}",
            next_step="Several words in a row are good.",
        )
    low = plain.casefold()
    for word in (*_COMMON, name):
        low = low.replace(word.casefold(), "")
    if len(set(low)) < 6:
        raise WrongUse(
            "the password is easily guessed", expected="no common word, name or row of signs alone"
        )
    return plain


def set_secret(keeper: Keeper, secrets: Secrets, name: str, password: str, by: str) -> str:
    """Give a person a password and a new second factor; the seed is returned, to be handed over.

    Everything that was opened with the old ones ends.
    """
    person = person_named(keeper, name)
    if person.closed:
        raise WrongUse(f"{name} is closed", next_step="Write them down anew first.")
    hashed = HASHER.hash(checked_password(password, name))
    seed = pyotp.random_base32()
    secrets.set_secret(name, Secret(password=hashed, totp=seed, since=now()))
    secrets.end_sessions(name)
    secrets.forget_tries(name)
    keeper.add([deed(by, "secret_set", name)])
    return seed


def seed_address(name: str, seed: str) -> str:
    """The seed as programs for one-time codes read it (otpauth://).

    >>> seed_address("mina", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    'otpauth://totp/Foreshock:mina?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Foreshock'
    """
    return pyotp.TOTP(seed).provisioning_uri(name=name, issuer_name="Foreshock")
