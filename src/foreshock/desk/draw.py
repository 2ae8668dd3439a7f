"""The templates of pages and bulletins, and the phrases that they may use."""

from pathlib import Path

import jinja2

from foreshock import __version__
from foreshock.desk import phrases
from foreshock.words.markings import label
from foreshock.words.pack import Pack


def templates(pack: Pack) -> jinja2.Environment:
    """The templates of the desk, with the phrases they may use, bound to the pack."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        version=__version__,
        bases=phrases.BASES,
        label=label,
        percent=phrases.percent,
        number=phrases.number,
        cover=phrases.cover,
        onset=phrases.onset,
        grounds=lambda reason: phrases.grounds(reason, pack),
        why=phrases.why,
        name=lambda key: phrases.name(key, pack),
        names=lambda keys: phrases.names(keys, pack),
        level_word=lambda level: phrases.level_word(level, pack),
        probability_word=lambda p: phrases.probability_word(p, pack),
    )
    return env
