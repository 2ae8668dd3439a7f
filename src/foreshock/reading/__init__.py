"""Documents become events, each with its evidence in the text."""

from foreshock.reading.reader import Reader, Reading, standard

__all__ = ["Reader", "Reading", "standard"]
