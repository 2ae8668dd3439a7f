"""Series become signals: what is unusual, since when, how sure."""

from foreshock.watch.attention import Alarm, Desk, Policy, Weight, first_day, seen_by, sit
from foreshock.watch.detection import Score, detect, seconds_of
from foreshock.watch.history import Deadline, History, Watched, look_at_all, year_of_signals
from foreshock.watch.news import Mention, news
from foreshock.watch.patterns import patterns
from foreshock.watch.plausible import is_slow, plausible
from foreshock.watch.signals import look, signals
from foreshock.watch.stream_feed import Feed

__all__ = [
    "Alarm",
    "Deadline",
    "Desk",
    "Feed",
    "History",
    "Mention",
    "Policy",
    "Score",
    "Watched",
    "Weight",
    "detect",
    "first_day",
    "is_slow",
    "look",
    "look_at_all",
    "news",
    "patterns",
    "plausible",
    "seconds_of",
    "seen_by",
    "signals",
    "sit",
    "year_of_signals",
]
