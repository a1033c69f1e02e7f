"""From the outbox to the streams: what was committed is announced, in order, at least once.

Reading goes by ``published_at IS NULL``, since commit order is not id order. An event is marked published only after the
stream has taken it: a lost Redis delays announcements and loses none. A crash between the two announces twice, which nobody
sees: an announcement only says "look at SQL".
"""

import asyncio
from datetime import timedelta
from itertools import groupby

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.public_works.abstractions.streams import Streams
from symphainy.runtime.store.events import Events, Outgoing
from symphainy.runtime.store.unit import Store
from symphainy.runtime.wakeups import event_stream

__all__ = ["BATCH", "Publisher"]

BATCH = 500
_AT_ONCE = 16  # executions whose events are announced side by side; one waits for one round trip per event
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
            if not await self._events.lead(tx):
                return None
            waiting = await self._events.unpublished(tx, BATCH)
            gone, error = await self._announce(waiting)
            await self._events.published(tx, gone, self._clock.now())
        if error is not None:
            raise error
        return len(gone)

    async def _announce(self, waiting: list[Outgoing]) -> tuple[list[Outgoing], Unavailable | None]:
        gone: list[Outgoing] = []
        errors: list[Unavailable] = []
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(events: list[Outgoing]) -> None:
            async with gate:
                for event in events:  # in the order of seq; what fails ends its own execution's turn only
                    try:
                        await self._publish(event)
                    except Unavailable as error:
                        errors.append(error)
                        return
                    gone.append(event)

        def of(event: Outgoing) -> tuple[str, str]:
            return event.tenant, event.execution_id

        ordered = sorted(waiting, key=lambda event: (*of(event), event.epoch, event.seq))
        await asyncio.gather(*(one(list(group)) for _, group in groupby(ordered, key=of)))
        return gone, errors[0] if errors else None

    async def _publish(self, event: Outgoing) -> None:
        fields = {
            "id": event.id.encode(), "cursor": f"{event.epoch}-{event.seq}".encode(), "type": event.type.encode(),
            "subject": event.subject.encode(), "at": event.at.isoformat().encode(),
        }  # fmt: skip
        await self._streams.publish(
            event_stream(event.tenant, event.execution_id), fields, length=self._length, ttl=KEPT_FOR
        )
