"""A TAXII server as its user starts it: a process of its own, with a bounded life."""

import os
import re
import secrets
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from foreshock.exchange.taxii import book as books
from foreshock.words.records import Receiver

SOURCE = Path(__file__).parents[2] / "src"


class Served(NamedTuple):
    url: str
    port: int
    collection: str
    user: str
    secret: str
    process: subprocess.Popen

    @property
    def objects(self):
        return f"{books.ROOT}collections/{self.collection}/objects/"


def prepared(home):
    """A house with a collection `Warnings` and an account that may read and write; its secret."""
    secret = secrets.token_hex(12)
    collection = books.new_collection("Warnings", "organisation")
    account = books.new_account(
        Receiver(name="partner", circle="organisation"),
        secret,
        read=frozenset({collection.id}),
        write=frozenset({collection.id}),
    )
    book = books.with_account(books.with_collection(books.Book(title="House"), collection), account)
    books.change_book(home, lambda _: book)
    return collection.id, secret


@contextmanager
def served(home, store="", house=None):
    """A running server; `house` is what `prepared` gave, where there are several on one store."""
    collection, secret = house or prepared(home)
    words = ["taxii", "serve", "--home", str(home), "--port", "0"]
    words += ["--database", store] if store else []
    clean = {k: v for k, v in os.environ.items() if not k.startswith("FORESHOCK_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "foreshock", *words],
        env={**clean, "PYTHONPATH": str(SOURCE)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said = process.stderr.readline()
        found = re.search(r"served on (http://127\.0\.0\.1:(\d+)/)taxii2/", said)
        assert found, said + process.stderr.read()
        yield Served(found[1], int(found[2]), collection, "partner", secret, process)
    finally:
        process.kill()
        process.wait(30)
        process.stderr.close()
