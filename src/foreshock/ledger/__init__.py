"""Events become measures and commitments with a life; tells what holds on a day."""

from foreshock.ledger.book import Book, open_book

__all__ = ["Book", "open_book"]
