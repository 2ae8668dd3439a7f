"""Series become signals: what is unusual, since when, how sure."""

from foreshock.watch.detection import Score, detect
from foreshock.watch.signals import signals

__all__ = ["Score", "detect", "signals"]
