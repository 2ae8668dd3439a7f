"""One watch round, live or as of a past day: from what is known to what to warn of."""

from datetime import date

import msgspec

from foreshock.words.records import (
    Commitment,
    Document,
    EarlyWarning,
    Event,
    Health,
    Measure,
    Observation,
    Signal,
    Stance,
)


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What a round found: everything in it was known by the end of `as_of`."""

    as_of: date
    #: False: a past day was asked for, nothing was issued
    live: bool
    documents: tuple[Document, ...] = ()
    events: tuple[Event, ...] = ()
    measures: tuple[Measure, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    stances: tuple[Stance, ...] = ()
    observations: tuple[Observation, ...] = ()
    signals: tuple[Signal, ...] = ()
    warnings: tuple[EarlyWarning, ...] = ()
    health: tuple[Health, ...] = ()
    #: what is thin, missing or could not be read: one sentence each
    caveats: tuple[str, ...] = ()
