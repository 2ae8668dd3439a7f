"""What browsers post: a form of our own pages, bounded in size, number of fields and time."""

import asyncio
from collections.abc import Collection
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

from foreshock.errors import NotAllowed, WrongUse

#: the largest form has six texts of 4 000 characters, up to 12 bytes each as they are posted
MOST_BYTES = 300_000
MOST_FIELDS = 60
#: seconds within which a form must have arrived
PATIENCE = 20.0

KIND = "application/x-www-form-urlencoded"


class TooLarge(WrongUse):
    """A form that is larger than any of ours."""


class TooSlow(WrongUse):
    """A form that did not arrive in time."""


def check_origin(request: Request, hosts: Collection[str]) -> None:
    """Refuse what another site sends; raises `NotAllowed`.

    Browsers of today say in Sec-Fetch-Site where a form comes from, older ones in Origin; under our
    own Referrer-Policy that is "null" also for our own pages. What says nothing is held to the
    token of the form alone.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "null")
    if site is not None:
        elsewhere = site not in ("same-origin", "none")
    else:
        try:
            elsewhere = origin != "null" and urlsplit(origin).hostname not in hosts
        except ValueError:
            elsewhere = True
    if elsewhere:
        raise NotAllowed(
            "the form was sent by another site",
            expected="a page of this desk",
            next_step="Open the page here and send it again.",
        )


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form, each once; raises `WrongUse` for what is none of ours."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != KIND:
        raise WrongUse(f"the body is {kind[:60]!a}", expected=f"a form ({KIND})")
    told = request.headers.get("content-length", "0")
    if not told.isascii() or not told.isdigit() or int(told[:12]) > MOST_BYTES:
        raise _too_large()
    body = bytearray()

    async def take() -> None:
        async for part in request.stream():
            body.extend(part)
            if len(body) > MOST_BYTES:
                raise _too_large()

    try:
        await asyncio.wait_for(take(), PATIENCE)
    except TimeoutError:
        raise TooSlow(
            f"the form did not arrive within {PATIENCE:.0f} seconds", next_step="Send it again."
        ) from None
    return fields_of(bytes(body))


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a form as it was posted.

    >>> fields_of(b"status=quiet&says=a%20b")
    {'status': 'quiet', 'says': 'a b'}
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except (ValueError, UnicodeDecodeError):
        raise WrongUse(
            "the form cannot be read",
            expected=f"at most {MOST_FIELDS} fields in UTF-8",
            next_step="Send it from the page of the desk.",
        ) from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WrongUse("a field of the form stands there twice", expected="each field once")
    return found


def _too_large() -> TooLarge:
    return TooLarge(
        f"the form is larger than {MOST_BYTES} bytes",
        expected="one of the forms of this desk",
        next_step="Shorten its texts.",
    )
