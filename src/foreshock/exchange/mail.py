"""Parcels by e-mail: as an attachment of a message, written to a file and read from one.

Sending and fetching mail is left to a mail program. Of a message only attachments of the parcel's
own type are looked at, whatever they are called.
"""

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime

from foreshock.errors import Misread
from foreshock.exchange.content import clean

TYPE = "application", "vnd.foreshock.parcel"
#: a larger message is not read
MOST = 60_000_000
MOST_PARTS = 50


def write_mail(parcel: bytes, sender: str, to: str, at: datetime, subject: str) -> bytes:
    """A message with the parcel attached, as a file that mail programs open and send.

    >>> b"application/vnd.foreshock.parcel" in write_mail(
    ...     b"x", "a@example.org", "b@example.org", datetime(2026, 1, 1), "Parcel")
    True
    """
    message = EmailMessage()
    message["From"], message["To"] = clean(sender), clean(to)
    message["Subject"] = clean(subject)
    message["Date"] = format_datetime(at)
    message.set_content(
        "The attachment is a Foreshock parcel. Save it and open it with:\n\n"
        "    foreshock parcel open FILE\n\nIts content is signed; nothing in this text is.\n"
    )
    message.add_attachment(parcel, maintype=TYPE[0], subtype=TYPE[1], filename="parcel.fsp")
    return message.as_bytes(policy=policy.SMTP)


def parcels_in(message: bytes) -> list[bytes]:
    """The parcels attached to a message; `Misread` when there is none, or it is too large."""
    if len(message) > MOST:
        raise Misread(f"the message has {len(message) / 1e6:.0f} MB", expected=f"{MOST / 1e6:.0f}")
    found = []
    try:
        read = message_from_bytes(message, policy=policy.default)
        for number, part in enumerate(read.walk()):
            if number > MOST_PARTS:
                break
            if part.get_content_type() == "/".join(TYPE):
                data = part.get_payload(decode=True)
                if isinstance(data, bytes):
                    found.append(data)
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError) as error:
        raise Misread(f"the message cannot be read ({str(error)[:80]})") from None
    if not found:
        raise Misread("no parcel is attached to the message", expected="/".join(TYPE))
    return found
