"""Which reader it was: a text is read again only when the reader or the names it knows changed."""

import hashlib
from functools import cache
from pathlib import Path

import msgspec

from foreshock.words.pack import Pack

_HERE = Path(__file__).parent


def version(pack: Pack) -> str:
    """A fingerprint of the reader's code and tables and of the names in the pack.

    >>> version(Pack()) == version(Pack()) != ""
    True
    """
    names = hashlib.sha256(msgspec.msgpack.encode((pack.items, pack.actors)))
    return f"rules-{_code()}-{names.hexdigest()[:8]}"


@cache
def _code() -> str:
    digest = hashlib.sha256()
    for file in sorted(_HERE.rglob("*")):
        if file.suffix in (".py", ".toml", ".csv"):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:8]
