"""What is read again when it gets old: by one reader for all who ask meanwhile, and, for what is asked for often, beside them."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from symphainy.foundations.language.clock import Clock

__all__ = ["Refresh"]

K = TypeVar("K")
V = TypeVar("V")


class Refresh(Generic[K, V]):
    """Values by key, none of which is used for longer than ``fresh``.

    The first who asks from ``soon`` on begins a new reading and goes on with what is held; from ``fresh`` on all who ask wait
    for that one reading. Without this, whatever runs at the same moment reads the same rows at the same moment: with fifty
    steps under way, one seventh of a worker's time. A failed reading raises at those who wait for it and is tried again by
    whoever asks next. At most ``most`` values are held; what goes first is what has been held longest.
    """

    def __init__(self, clock: Clock, *, fresh: timedelta, soon: timedelta | None = None, most: int = 16_384) -> None:
        self._clock, self._fresh, self._soon, self._most = clock, fresh, soon or fresh * 3 / 4, most
        self._held: dict[K, tuple[datetime, V]] = {}
        self._reading: dict[K, asyncio.Task[V]] = {}

    async def of(self, key: K, read: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """The value, not older than ``fresh``; ``read`` is called when it is time."""
        held, now = self._held.get(key), self._clock.now()
        if held is not None and now - held[0] < self._soon:
            return held[1]
        task = self._reading.get(key) or self._begin(key, now, read)
        if held is not None and now - held[0] < self._fresh:
            return held[1]
        return await asyncio.shield(task)

    def forget(self, which: Callable[[K], bool]) -> None:
        """Hold these no longer; a reading of them that is under way counts for those who wait for it, and for nobody after them."""
        self._held = {key: value for key, value in self._held.items() if not which(key)}
        self._reading = {key: task for key, task in self._reading.items() if not which(key)}

    def _begin(self, key: K, now: datetime, read: Callable[[], Coroutine[Any, Any, V]]) -> asyncio.Task[V]:
        task = self._reading[key] = asyncio.create_task(read())
        task.add_done_callback(lambda done: self._end(key, now, done))
        return task

    def _end(self, key: K, began: datetime, task: asyncio.Task[V]) -> None:
        failed = task.cancelled() or task.exception() is not None  # asked for, so that nobody has to
        if self._reading.get(key) is not task:
            return
        del self._reading[key]
        if not failed:
            self._held.pop(key, None)
            while len(self._held) >= self._most:
                del self._held[next(iter(self._held))]
            self._held[key] = began, task.result()
