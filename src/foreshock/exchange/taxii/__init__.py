"""The standard face of the exchange: a TAXII 2.1 server, readable by any TAXII client.

    House, Collection    what is offered
    Account              who may read and write which collection, and up to which marking
    Book, change_book    what is offered and to whom, kept in a file
    make_taxii           the server as an ASGI application

TAXII carries objects between tools; it has no signatures, no receipts and no withdrawal that
provably arrives. Those are the parcels' business. What a reader sees is decided object by object,
by marking, at the moment of reading.
"""

from foreshock.exchange.taxii.accounts import Account, Collection, House, hashed
from foreshock.exchange.taxii.book import Book, change_book, read_book
from foreshock.exchange.taxii.serve import make_taxii

__all__ = [
    "Account",
    "Book",
    "Collection",
    "House",
    "change_book",
    "hashed",
    "make_taxii",
    "read_book",
]
