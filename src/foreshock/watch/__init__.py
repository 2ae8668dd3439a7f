"""Series become signals: what is unusual, since when, how sure."""

from foreshock.watch.detection import Score, detect, seconds_of
from foreshock.watch.news import Mention, news
from foreshock.watch.patterns import patterns
from foreshock.watch.plausible import plausible
from foreshock.watch.signals import look, signals
from foreshock.watch.stream_feed import Feed

__all__ = [
    "Feed",
    "Mention",
    "Score",
    "detect",
    "look",
    "news",
    "patterns",
    "plausible",
    "seconds_of",
    "signals",
]
