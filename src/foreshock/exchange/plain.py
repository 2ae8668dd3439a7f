"""What people type, made plain: one form for each text, and nothing that pretends to be other.

A name that looks like another name, or a text that shows in another order than it is written, is a
way to deceive whoever reads a report. Such input is refused in one sentence, never mended silently.
"""

import re
import unicodedata

from foreshock.errors import WrongUse

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,38}[a-z0-9])?")

#: characters that change the order in which a text shows, or show as nothing
_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)

#: scripts whose letters look alike: a word may hold letters of one of them only
_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def slug(text: str, what: str = "the name") -> str:
    """A short name, as missions, people and companies have: plain small letters, digits, - and .

    >>> slug("beijing")
    'beijing'
    >>> slug("b\u0435ijing")
    Traceback (most recent call last):
    foreshock.errors.WrongUse: the name is 'b\\u0435ijing', expected ...
    """
    if not _SLUG.fullmatch(text):
        raise WrongUse(
            f"{what} is {text[:60]!a}",
            expected="1 to 40 of a-z, 0-9, - and . that begins and ends with a letter or digit",
            next_step="For example beijing or kr.seoul-2.",
        )
    return text


def line(text: str, most: int, what: str) -> str:
    """A text of one line, at most `most` characters long, spaces drawn together.

    >>> line("  Embassy   in Beijing ", 60, "the title")
    'Embassy in Beijing'
    """
    return " ".join(text_of(text, most, what).split())


def text_of(text: str, most: int, what: str) -> str:
    """A text of at most `most` characters in Unicode form C, its line ends as \\n.

    Raises `WrongUse` for a longer one, for control characters, for characters that are invisible
    or turn the order of reading, and for a word that mixes letters that look alike.
    """
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(plain) > most:
        raise WrongUse(
            f"{what} has {len(plain)} characters",
            expected=f"at most {most}",
            next_step="Shorten it.",
        )
    for character in plain:
        if _HIDDEN.match(character) or (
            unicodedata.category(character) in ("Cc", "Cs", "Co") and character not in "\n\t"
        ):
            raise WrongUse(
                f"{what} holds the character U+{ord(character):04X}, which does not show",
                expected="text that shows as it is written",
                next_step="Type it anew instead of pasting it.",
            )
    for word in re.findall(r"[^\W\d_]+", plain):
        scripts = {
            script
            for letter in word
            for script in _ALIKE
            if unicodedata.name(letter, "").startswith(script)
        }
        if len(scripts) > 1:
            raise WrongUse(
                f"{what} mixes {' and '.join(sorted(s.title() for s in scripts))} letters in the "
                f"word {word[:40]!a}",
                expected="letters of one script in a word",
                next_step="Type the word anew.",
            )
    return plain
