"""Series become signals: what is unusual, since when, how sure."""

from foreshock.watch.detection import Score, detect

__all__ = ["Score", "detect"]
