"""Objects that are too large, too deep, no JSON, or lure whoever reads them: 9 and 8 ways."""

import base64
import json
import uuid

import pytest
import zstandard
from exchange_nodes import forged, named, segment_of, thing
from hostile_house import achieves_nothing, aside, cases, first, header_of, refused, take

from foreshock.errors import ForeshockError, Misread, NotGenuine
from foreshock.exchange import (
    content,
    parcels,
    segments,
)
from foreshock.exchange.mail import parcels_in, write_mail
from foreshock.exchange.parcels import Block
from foreshock.words.feeds import Entry
from foreshock.words.markings import Marking
from foreshock.words.records import Receiver

CASES, case = cases()


# -- size and shape (9) --------------------------------------------------------------------------


@case("shape", "an object larger than 256 kB")
def _(us, hostile, third):
    aside(us, hostile, thing(hostile, description="x" * 300_000), "bytes, expected at most")


@case("shape", "a bomb: a small frame that unpacks to a gigabyte")
def _(us, hostile, third):
    bomb = zstandard.ZstdCompressor().compress(b"\0" * 200_000_000)
    assert len(bomb) < 20_000
    block = first(hostile, us)
    refused(us, Block(jws=block.jws, body=bomb), NotGenuine, "its length")
    claimed = forged(hostile, Block(jws=block.jws, body=bomb), raw_bytes=200_000_000)
    refused(us, claimed, Misread, "would unpack to 200 MB")
    writer = zstandard.ZstdCompressor().compressobj()  # a frame that does not state its size
    unsized = writer.compress(b"\0" * 50_000_000) + writer.flush()
    refused(us, Block(jws=block.jws, body=unsized), NotGenuine, "its length")


@case("shape", "brackets nested beyond all use")
def _(us, hostile, third):
    deep = b'{"a":' * 40 + b"1" + b"}" * 40
    body = thing(hostile).replace(b'"level-3"', deep)
    aside(us, hostile, body, "nested")
    fatal = b"[" * 100_000
    entry = Entry(
        seq=1, id="x", version="", size=len(fatal), marking=Marking.GREEN,
        sha256=__import__("hashlib").sha256(fatal).hexdigest(),
    )  # fmt: skip
    third_take = take(third, segment_of(hostile, third, [fatal], [entry]))
    assert "nested" in third_take.refused[0][1]
    nested_header = base64.urlsafe_b64encode(b"[" * 40_000).decode().rstrip("=")
    head, _, signature = first(hostile, us).jws.split(".")
    refused(us, Block(jws=f"{head}.{nested_header}.{signature}"), ForeshockError, "header")


@case("shape", "a key that stands there twice")
def _(us, hostile, third):
    body = thing(hostile)
    twice = body[:-1] + b',"name":"another"}'
    aside(us, hostile, twice, "stands there twice")


@case("shape", "numbers that are none")
def _(us, hostile, third):
    for bad in (b"NaN", b"1e400", b"-Infinity"):
        body = thing(hostile).replace(b'"level-3"', bad)
        entry = _entry(body, us, hostile)
        taken = take(us, segment_of(hostile, us, [body], [entry], keep=True))
        assert len(taken.refused) == 1


def _entry(body, us, hostile):
    import hashlib

    newest = hostile.keeper.newest(segments.feed_id(hostile.id, f"partner {us.id}"))
    return Entry(
        seq=newest.header.last + 1 if newest else 1, id="report--x", version="2026",
        size=len(body), marking=Marking.GREEN, sha256=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip


@case("shape", "half a character")
def _(us, hostile, third):
    body = thing(hostile).replace(b"gallium", b"\\ud800")
    taken = take(us, segment_of(hostile, us, [body], [_entry(body, us, hostile)]))
    assert "no JSON" in taken.refused[0][1]


@case("shape", "bytes that are no UTF-8")
def _(us, hostile, third):
    body = thing(hostile).replace(b"gallium", b"\xff\xfe\xc0\xaf")
    taken = take(us, segment_of(hostile, us, [body], [_entry(body, us, hostile)]))
    assert "no JSON" in taken.refused[0][1]


@case("shape", "a number of five thousand digits")
def _(us, hostile, third):
    body = thing(hostile).replace(b'"level-3"', b"9" * 5_000)
    taken = take(us, segment_of(hostile, us, [body], [_entry(body, us, hostile)]))
    assert "no JSON" in taken.refused[0][1]


@case("shape", "an id of three hundred characters")
def _(us, hostile, third):
    long = f"{'x' * 300}--{uuid.uuid4()}"
    aside(us, hostile, thing(hostile, id=long, type="x" * 300), "expected type--UUID")


# -- content (8) ---------------------------------------------------------------------------------


@case("content", "markup and scripts in a text")
def _(us, hostile, third):
    body = thing(hostile, name="<script>alert(1)</script>\x1b[2Jx")
    take(us, segment_of(hostile, us, [body]))
    piece = us.keeper.versions([named(body)])[0]
    shown = content.clean(json.loads(us.keeper.body(piece))["name"])
    assert "\x1b" not in shown
    from markupsafe import escape

    assert "<script>" not in escape(shown)
    assert us.keeper.body(piece) == body  # the bytes stay what they were


@case("content", "names that turn round or look like another's")
def _(us, hostile, third):
    aside(us, hostile, thing(hostile, name="gallium \u202emuillag"), "turn or hide")
    mixed = thing(
        hostile, type="identity", id=f"identity--{uuid.uuid4()}", name="Min\u0456stry of Trade"
    )
    taken = take(third, segment_of(hostile, third, [mixed]))
    assert "alphabets that look alike" in taken.refused[0][1]


@case("content", "addresses that lead into a house or run something")
def _(us, hostile, third):
    for address in (
        "file:///etc/passwd", "javascript:alert(1)", "http://localhost/x", "http://10.0.0.8/",
        "http://169.254.169.254/latest", "http://[::1]/", "http://printer.local/", "http://2130706433/",
        "data:text/html,x", "http://intranet/", "ftp://example.org/a",
    ):  # fmt: skip
        said = {"external_references": [{"source_name": "x", "url": address}]}
        assert content._text_fault(said), address
    body = thing(hostile, external_references=[{"source_name": "x", "url": "file:///etc/passwd"}])
    aside(us, hostile, body, "no public address")
    assert not content._text_fault({"external_references": [{"url": "https://example.org/a?b=c"}]})


@case("content", "an address that tells when it is opened: none is ever fetched")
def _(us, hostile, third):
    import socket

    body = thing(
        hostile, external_references=[{"source_name": "x", "url": "https://example.org/b"}]
    )
    before, asked = socket.getaddrinfo, []
    socket.getaddrinfo = lambda *words, **more: asked.append(words) or before(*words, **more)
    try:
        assert take(us, segment_of(hostile, us, [body])).kept == 1
    finally:
        socket.getaddrinfo = before
    assert asked == []


@case("content", "formulas for the spreadsheet of the reader")
def _(us, hostile, third):
    for text in ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1"):
        assert content.cell(text)[:1] not in ("=", "+", "-", "@", "\t"), text


@case("content", "paths in the name of an attachment")
def _(us, hostile, third):
    hostile.publish(us, thing(hostile))
    data = hostile.parcel(us)
    message = write_mail(data, "a@example.org", "b@example.org", us.at, "x\r\nBcc: y")
    message = message.replace(b"parcel.fsp", b"../../../etc/x")
    before = sorted(p for p in us.home.parent.rglob("*"))
    assert parcels_in(message) == [data]
    assert b"\r\nBcc:" not in message
    assert sorted(p for p in us.home.parent.rglob("*")) == before


@case("content", "an object whose bytes are not those of its hash")
def _(us, hostile, third):
    body = thing(hostile)
    block = segment_of(hostile, us, [body])
    inside = parcels.unpack(header_of(block), block.body)
    other = body.replace(b"gallium", b"Gallium")
    swapped = parcels.squeeze(parcels.lay_out(inside.entries, [other]).raw)
    refused(us, Block(jws=block.jws, body=swapped), NotGenuine, "not what its author signed")
    take(us, block)


@case("content", "one poisoned object among many: the others can be read")
def _(us, hostile, third):
    bodies = [thing(hostile) for _ in range(20)]
    bodies[7] = b'{"id": 1, "type": ['
    taken = take(us, segment_of(hostile, us, bodies))
    assert (taken.kept, len(taken.refused)) == (19, 1)
    assert all(us.keeper.body(p) for p in us.keeper.everything() if p.fate == "kept")
    receiver = Receiver(name="here", circle="own")
    from foreshock.exchange.view import visible

    assert len(visible(us.keeper.everything(), receiver)) == 19


@pytest.mark.parametrize("function", CASES)
def test_a_hostile_partner_achieves_nothing_by(function, houses):
    achieves_nothing(function, houses)
