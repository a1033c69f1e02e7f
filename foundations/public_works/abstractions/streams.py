"""Streams: ordered entries that many readers follow. A bounded window; what is older is read from SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True)
class StreamEntry:
    """One entry: its id grows with every publish on its stream."""

    stream: str
    id: str
    fields: Mapping[str, bytes]


NewEntry = tuple[str, Mapping[str, bytes]]
"""A stream's name, and the fields to append to it."""


class Streams(Protocol):
    """Append and follow. Stream names are ``<tenant>/<name>``; Unavailable when the server cannot be reached."""

    async def publish(
        self, entries: Sequence[NewEntry], *, length: int | None = None, ttl: timedelta | None = None
    ) -> list[str | None]:
        """Append entries, in their order, in one round trip: the id of each, None for one that its stream does not take.

        Each stream keeps about ``length`` entries, and is forgotten ``ttl`` after its last one. Unavailable: nobody knows how
        many were appended.
        """
        ...

    async def read(
        self, after: Mapping[str, str], *, block: timedelta | None = None, count: int = 100
    ) -> Sequence[StreamEntry]:
        """Entries after the given id of each stream (``0``: from the start), up to ``count`` per stream.

        With ``block`` waits that long for the first one; empty when nothing came.
        """
        ...

    async def last(self, stream: str) -> str:
        """The id of the newest entry, ``0`` when there is none: where to start to see only what comes."""
        ...

    async def trim(self, stream: str, length: int) -> int:
        """Keep only the newest ``length`` entries; how many went."""
        ...

    async def ping(self) -> None:
        """Raise Unavailable unless the server answers."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
