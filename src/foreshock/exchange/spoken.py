"""A key in eight words that two people can compare by telephone.

The words are our own list of 1,024 (`spoken_words.txt`): four to eight letters, no two of which
differ in one letter only. Eight of them are 80 bits; that the hash is made a hundred thousand times
over makes looking for another key with the same words as dear as with 96.
"""

import hashlib
from functools import cache
from importlib.resources import files

from foreshock.errors import WrongUse
from foreshock.exchange.identity import key_id

WORDS = 8
_BITS = 10
_ROUNDS = 100_000
_SALT = b"foreshock partner card"


@cache
def words_of(public: str) -> str:
    """The eight words of a public key; `WrongUse` for what is no key.

    >>> words_of("00" * 32)
    'apple swift network napkin statue gulf scout birch'
    """
    key_id(public)  # refuses what is no key
    digest = hashlib.pbkdf2_hmac(
        "sha256", bytes.fromhex(public), _SALT, _ROUNDS, WORDS * _BITS // 8
    )
    number = int.from_bytes(digest)
    places = range((WORDS - 1) * _BITS, -1, -_BITS)
    return " ".join(_list()[number >> place & (1 << _BITS) - 1] for place in places)


def same_words(said: str, public: str) -> bool:
    """Whether somebody read out the words of this key.

    Raises `WrongUse` when they are not eight words of the list: a slip is no forgery.

    >>> same_words("abbey abide", "00" * 32)
    Traceback (most recent call last):
    foreshock.errors.WrongUse: 2 words were given, expected 8.
    """
    given = said.lower().split()
    if len(given) != WORDS:
        raise WrongUse(f"{len(given)} words were given", expected=str(WORDS))
    unknown = [word for word in given if word not in _list()]
    if unknown:
        raise WrongUse(f"{unknown[0][:40]!r} is none of the words", next_step="Spell it again.")
    return given == words_of(public).split()


@cache
def _list() -> tuple[str, ...]:
    text = files("foreshock.exchange").joinpath("spoken_words.txt").read_text("ascii")
    return tuple(text.split())
