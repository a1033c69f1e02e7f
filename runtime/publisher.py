"""From the outbox to the streams: what was committed is announced, in order, at least once.

Reading goes by ``published_at IS NULL``, since commit order is not id order. An event is marked published only after the
stream has taken it: a lost Redis delays announcements and loses none. A crash between the two announces twice, which nobody
sees: an announcement only says "look at SQL".
"""

from datetime import timedelta

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.public_works.abstractions.streams import NewEntry, Streams
from symphainy.runtime.store.events import Events, Outgoing
from symphainy.runtime.store.unit import Store
from symphainy.runtime.wakeups import event_stream

__all__ = ["BATCH", "Publisher"]

BATCH = 500
LENGTH = 1_000
"""Entries kept per execution: who is further behind reads SQL anyway."""

KEPT_FOR = timedelta(hours=1)
"""How long a quiet execution's stream stays."""


class Publisher:
    """Announces events; several may run, one at a time does the work."""

    def __init__(self, store: Store, streams: Streams, clock: Clock, length: int = LENGTH) -> None:
        self._store, self._streams, self._clock, self._events = store, streams, clock, Events(store)
        self._length = length

    async def once(self) -> int | None:
        """Announce what waits, up to ``BATCH``; how many, or None when another relay is at it.

        Raises Unavailable when the streams or the database are away; what was announced until then is marked.
        """
        async with self._store.relay() as tx:
            waiting = await self._events.waiting(tx, BATCH)
            if not waiting:
                return None if waiting is None else 0
            gone, error = await self._announce(waiting)
            await self._events.published(tx, gone, self._clock.now())
        if error is not None:
            raise error
        return len(gone)

    async def _announce(self, waiting: list[Outgoing]) -> tuple[list[Outgoing], Unavailable | None]:
        """Those that the streams have taken; what a stream does not take ends its own execution's turn only."""
        ordered = sorted(waiting, key=lambda event: (*_of(event), event.epoch, event.seq))
        try:
            ids = await self._streams.publish([_entry(event) for event in ordered], length=self._length, ttl=KEPT_FOR)
        except Unavailable as error:
            return [], error
        refused: set[tuple[str, str]] = set()
        gone: list[Outgoing] = []
        for event, id in zip(ordered, ids, strict=True):
            if id is None:
                refused.add(_of(event))
            if _of(event) not in refused:
                gone.append(event)
        return gone, Unavailable(f"{len(refused)} streams take no events", code="stream_refuses") if refused else None


def _of(event: Outgoing) -> tuple[str, str]:
    return event.tenant, event.execution_id


def _entry(event: Outgoing) -> NewEntry:
    fields = {
        "id": event.id.encode(), "cursor": f"{event.epoch}-{event.seq}".encode(), "type": event.type.encode(),
        "subject": event.subject.encode(), "at": event.at.isoformat().encode(),
    }  # fmt: skip
    return event_stream(event.tenant, event.execution_id), fields
