"""Passes records on to partners, signed, and reads what they pass on.

    new_identity, load_identity    who we are: an Ed25519 key pair in the archive's home
    fingerprint                    a partner's key in a form two people can compare aloud
    seal, open_parcel              records into a signed parcel for one receiver, and back
    missing_numbers                parcels of a partner that never arrived

So far a parcel is signed, not encrypted: anybody who holds it can read it. What is marked
TLP:AMBER or stricter is therefore sealed to nobody outside this house.
"""

from foreshock.exchange.identity import Identity, fingerprint, load_identity, new_identity
from foreshock.exchange.parcels import missing_numbers, open_parcel, seal

__all__ = [
    "Identity",
    "fingerprint",
    "load_identity",
    "missing_numbers",
    "new_identity",
    "open_parcel",
    "seal",
]
