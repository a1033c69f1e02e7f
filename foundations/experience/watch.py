"""Watching an execution: its events in order, each exactly once, whatever happens to the line."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import httpx2

from symphainy.foundations.experience.edge import problems, strict_json
from symphainy.foundations.experience.http import Client, delay, error_of
from symphainy.foundations.language.errors import SymphainyError, Unavailable, rebuilt
from symphainy.foundations.language.records import Event

PATIENCE = 60.0
"""Seconds without any sign from the platform after which a watcher gives up."""
SILENCE = httpx2.Timeout(45.0, connect=5.0)
"""Three pings of 15 s missed: the line is dead, even if nobody said so."""


class Watches(Client):
    """Events out."""

    async def watch(self, execution_id: str, cursor: str = "", *, patience: float = PATIENCE) -> AsyncIterator[Event]:
        """Events after ``cursor``, as they come, until the execution is over.

        A lost line is taken up again at the last event seen. Unavailable after ``patience`` seconds without the platform;
        NotFound, Refused or Unauthenticated as the door says.
        """
        clock = asyncio.get_running_loop().time
        attempt, heard = 0, clock()
        while True:
            try:
                async with aclosing(self._once(execution_id, cursor)) as events:
                    async for event in events:
                        attempt, heard = 0, clock()
                        if event is None:
                            return
                        if not _after(event, cursor):
                            continue
                        cursor = event.cursor
                        yield event
                attempt = 0  # the platform ended the line itself: come back at once
            except httpx2.TransportError as error:
                if clock() - heard > patience:
                    raise Unavailable(
                        f"no word from {self._http.base_url} for {patience:.0f} s", remedy=f"resume at {cursor}"
                    ) from error
            except SymphainyError as error:
                if not error.retry or error.status < 500 or clock() - heard > patience:
                    raise
            await asyncio.sleep(delay(attempt) if attempt else 0.05)
            attempt += 1

    async def _once(self, execution_id: str, cursor: str) -> AsyncGenerator[Event | None, None]:
        """Events of one connection; None when the execution is over."""
        path, headers = f"/api/execution/{execution_id}/events", self._http.headers({"Last-Event-ID": cursor})
        async with self._http.pool.sse(path, headers=headers, timeout=SILENCE) as source:
            if not source.response.is_success:
                await source.response.aread()
                raise error_of(source.response)
            async for sent in source:
                if sent.event == "end":
                    yield None
                elif sent.event == "reconnect":
                    return
                elif sent.event == "problem":
                    raise rebuilt(problems.parse(strict_json.loads(sent.data.encode())))
                elif sent.data:
                    yield Event.model_validate_json(sent.data)


def _after(event: Event, cursor: str) -> bool:
    """Whether an event is new to who has seen ``cursor``; a server that repeats one must not be seen to."""
    if not cursor:
        return True
    epoch, _, seq = cursor.partition("-")
    return (event.epoch, event.seq) > (int(epoch), int(seq))
