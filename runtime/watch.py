"""Following an execution: events from SQL by cursor, woken by streams. No gap and no repeat, whatever Redis does."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Protocol

from symphainy.foundations.language.records import Event
from symphainy.runtime.models import CLOSING_EVENTS
from symphainy.runtime.wakeups import Wakeups, event_stream

__all__ = ["EventSource", "Watcher"]

BATCH = 200


class EventSource(Protocol):
    """Where events are true; ``StateSurface`` is it."""

    async def events(self, tenant: str, execution_id: str, after: str = "", limit: int = 100) -> list[Event]:
        """Events that may be seen, after a cursor, in order."""
        ...


class Watcher:
    """Turns a table and a bell into a stream."""

    def __init__(self, source: EventSource, wakeups: Wakeups) -> None:
        self._source, self._wakeups = source, wakeups

    async def watch(self, tenant: str, execution_id: str, after: str = "") -> AsyncIterator[Event]:
        """Every event after the cursor, then each new one as it comes; ends behind the closing event."""
        async with self._wakeups.following(event_stream(tenant, execution_id)) as follower:
            while True:
                events = await self._source.events(tenant, execution_id, after, BATCH)
                for event in events:
                    yield event
                    after = event.cursor
                    if event.type in CLOSING_EVENTS:
                        return
                if len(events) < BATCH:
                    await follower.wait()

    async def wait(self, tenant: str, execution_id: str, follower_limit: timedelta) -> None:
        """Sleep until the execution has something new, at most so long."""
        async with self._wakeups.following(event_stream(tenant, execution_id)) as follower:
            await follower.wait(follower_limit)
