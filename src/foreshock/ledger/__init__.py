"""Events become measures and commitments with a life; tells what holds on a day."""

from foreshock.ledger.agenda import Due
from foreshock.ledger.book import Book, Told, open_book
from foreshock.ledger.chains import Answer, Chain, Held
from foreshock.ledger.differences import Conflict, Difference, differences
from foreshock.ledger.handling import Handling
from foreshock.ledger.scope import Scope

__all__ = [
    "Answer",
    "Book",
    "Chain",
    "Conflict",
    "Difference",
    "Due",
    "Handling",
    "Held",
    "Scope",
    "Told",
    "differences",
    "open_book",
]
