"""Wake-ups: tells the watchers of a process that there is something new to read, through one blocked read for all of them.

A stream is a hint, never the truth: watchers read SQL. So a lost stream costs time, not events: while the server is away
watchers poll, and even a wake-up lost without a trace (FLUSHALL) is made good within ``PATIENCE``.
"""

import asyncio
from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.public_works.abstractions.streams import Streams

__all__ = ["PATIENCE", "POLL", "Follower", "Wakeups", "event_stream"]

POLL = timedelta(milliseconds=100)
"""Between two looks at SQL while streams are away: a person does not notice, 100 watchers cost 1,000 reads a second."""

PATIENCE = timedelta(seconds=2)
"""The longest a watcher sleeps although streams are there."""

_BLOCK = timedelta(seconds=5)
_RETRY = timedelta(milliseconds=500)


def event_stream(tenant: str, execution_id: str) -> str:
    """The stream that announces an execution's events.

    >>> event_stream("acme", "exe_1")
    'acme/events:exe_1'
    """
    return f"{tenant}/events:{execution_id}"


class Follower:
    """One watcher's bell."""

    def __init__(self, hub: "Wakeups", types: Container[str] | None = None) -> None:
        self._hub, self._rung, self._types = hub, asyncio.Event(), types

    def ring(self, type: str | None = None) -> None:
        """Something is new: an event of this type, or (None) who knows what."""
        if type is None or self._types is None or type in self._types:
            self._rung.set()

    async def wait(self, limit: timedelta | None = None) -> None:
        """Sleep until rung; at most ``limit``, and at most until it is time to look anyway."""
        longest = PATIENCE if self._hub.there else POLL
        if limit is not None:
            longest = min(longest, limit)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), max(longest.total_seconds(), 0))
        self._rung.clear()


class Wakeups:
    """The hub of one process. ``streams`` None: nobody announces anything, watchers poll."""

    def __init__(self, streams: Streams | None) -> None:
        self._streams = streams
        self._followers: dict[str, set[Follower]] = {}
        self._cursors: dict[str, str] = {}
        self._reader: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self.there = False
        """Whether the last read of the streams succeeded."""

    @asynccontextmanager
    async def following(self, stream: str, types: Container[str] | None = None) -> AsyncIterator[Follower]:
        """Follow one stream for the length of the block. Look at SQL after entering: what was before rings no bell.

        ``types``: only these events ring; None: all do.
        """
        follower = Follower(self, types)
        fresh = stream not in self._followers
        self._followers.setdefault(stream, set()).add(follower)
        try:
            if fresh:
                await self._join(stream)
            yield follower
        finally:
            mates = self._followers[stream]
            mates.discard(follower)
            if not mates:
                del self._followers[stream]
                self._cursors.pop(stream, None)

    async def close(self) -> None:
        """End the reader."""
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader
            self._reader = None

    async def _join(self, stream: str) -> None:
        if self._streams is None:
            return
        try:
            self._cursors[stream] = await self._streams.last(stream)
            self.there = True
        except Unavailable:
            self._cursors[stream], self.there = "0", False
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read_on(self._streams), name="wakeups")
        elif self._reading is not None:
            self._reading.cancel()  # it waits without this stream: read again with it

    async def _read_on(self, streams: Streams) -> None:
        while self._followers:
            self._reading = asyncio.create_task(self._read_once(streams))
            try:
                await self._reading
            except asyncio.CancelledError:
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    self._reading.cancel()
                    raise
            except Unavailable:
                self.there = False
                for stream in self._cursors:
                    self._cursors[stream] = "0"  # a server that comes back may have lost everything, its clock included
                self._ring_all()
                await asyncio.sleep(_RETRY.total_seconds())

    async def _read_once(self, streams: Streams) -> None:
        wanted = {stream: self._cursors.get(stream, "0") for stream in self._followers}
        if not wanted:
            return
        # An idle server is asked again and again, so that its loss is noticed although nobody publishes.
        entries = await streams.read(wanted, block=_BLOCK)
        self.there = True
        for entry in entries:
            if entry.stream in self._followers:
                self._cursors[entry.stream] = entry.id
                for follower in self._followers[entry.stream]:
                    follower.ring(entry.fields.get("type", b"").decode())

    def _ring_all(self) -> None:
        for followers in self._followers.values():
            for follower in followers:
                follower.ring()
