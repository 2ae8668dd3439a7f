"""Documents become events, each with its evidence in the text."""

from foreshock.reading.reader import Reader, Reading, standard, standard_event
from foreshock.reading.stories import Story, stories

__all__ = ["Reader", "Reading", "Story", "standard", "standard_event", "stories"]
