"""What reading a source yields: documents, observations, and how it went."""

from collections.abc import Callable
from datetime import datetime

from foreshock.sources.cards import unexpected
from foreshock.sources.decode import whole
from foreshock.words.records import Document, Health, Observation, Struct

#: told after each file: how many are done, of how many
Progress = Callable[[int, int], None]


class Harvest(Struct, frozen=True, kw_only=True):
    """What was read from a source, and the health of that source."""

    documents: tuple[Document, ...]
    observations: tuple[Observation, ...]
    health: Health


def harvest(
    source: str,
    documents: list[Document],
    observations: list[Observation],
    trouble: list[str],
    received: datetime,
) -> Harvest:
    """A harvest with its health.

    *fine*: something was read; *quiet*: there was nothing to read; *broken*: there was, and
    nothing of it could be read. `newest` is the newest day of content not after `received` (UTC).
    """
    read = len(documents) + len(observations)
    clocks = [document.clocks for document in documents]
    clocks.extend(observation.clocks for observation in observations)
    days = [stamp.published for stamp in clocks]
    told = [day for day in days if day is not None and day <= received.date()]
    held_documents, held_figures = tuple(documents), tuple(observations)
    said = (*trouble, *(unexpected(source, held_documents, held_figures) if read else ()))
    return Harvest(
        documents=held_documents,
        observations=held_figures,
        health=Health(
            source=source,
            state="fine" if read else "broken" if trouble else "quiet",
            newest=max(told, default=None),
            read=read,
            trouble=tuple(whole(sentence) for sentence in said),
        ),
    )
