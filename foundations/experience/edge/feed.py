"""The event feed behind SSE and WebSocket: one event at a time, with beats between, until the run ends or the feed must.

Nothing is buffered here: whoever reads slowly slows the source down, and resumes by cursor after the door has shut.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from symphainy.foundations.language.errors import DomainError
from symphainy.foundations.language.records import Event

FINAL = frozenset(
    {"intent.refused", "execution.completed", "execution.faulted", "execution.cancelled", "execution.terminated"}
)
"""After one of these nothing follows in the same execution."""

_CURSOR = re.compile(r"^(0|[1-9][0-9]{0,9})-(0|[1-9][0-9]{0,15})$", re.ASCII)


@dataclass(frozen=True)
class Beat:
    """No event, but a sign: ``ping`` the line lives, ``end`` the run is over, ``reconnect`` the feed's life is."""

    kind: Literal["ping", "end", "reconnect"]


@dataclass(frozen=True)
class Pace:
    """The feed's times, in seconds. A socket lives ten minutes at most; a session is looked at again every half minute."""

    ping: float = 15.0
    recheck: float = 30.0
    life: float = 600.0
    send: float = 10.0
    """A send that takes longer is a reader who does not read."""


def cursor(value: str | None) -> str:
    """A checked cursor ``<epoch>-<seq>``; empty means from the beginning. DomainError (400) for anything else.

    >>> cursor("1-42")
    '1-42'
    """
    if not value:
        return ""
    if not _CURSOR.match(value):
        raise DomainError(
            "a cursor has the form <epoch>-<seq>, as the id of the last event that you saw", code="cursor"
        )
    return value


async def feed(
    source: AsyncIterator[Event], *, check: Callable[[], Awaitable[object]], pace: Pace = Pace()
) -> AsyncIterator[Event | Beat]:
    """Events of ``source`` in order; ``check`` raises when the reader's right has gone, at the latest ``recheck`` seconds after."""
    clock = asyncio.get_running_loop().time
    died, checked = clock() + pace.life, clock() + pace.recheck
    pending: asyncio.Task[Event] | None = None
    try:
        while True:
            if clock() >= died:
                yield Beat("reconnect")
                return
            if clock() >= checked:
                await check()
                checked = clock() + pace.recheck
            pending = pending or asyncio.ensure_future(_next(source))
            wait = max(0.0, min(pace.ping, died - clock(), checked - clock()))
            done, _ = await asyncio.wait({pending}, timeout=wait)
            if not done:
                yield Beat("ping")
                continue
            task, pending = pending, None
            if isinstance(error := task.exception(), StopAsyncIteration | _Drained):
                yield Beat("end")
                return
            if error is not None:
                raise error
            event = task.result()
            yield event
            if event.type in FINAL:
                yield Beat("end")
                return
    finally:
        if pending is not None:
            pending.cancel()
            await asyncio.gather(pending, return_exceptions=True)
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()


class _Drained(Exception):
    """The source is at its end (a task cannot carry StopAsyncIteration's cousin StopIteration)."""


async def _next(source: AsyncIterator[Event]) -> Event:
    try:
        return await anext(source)
    except StopAsyncIteration:
        raise _Drained from None


def sse(item: Event | Beat) -> dict[str, str]:
    """The members of a server-sent event for an item; its id is the cursor, so that a browser resumes by itself.

    >>> sse(Beat("end"))
    {'event': 'end', 'raw_data': '{}'}
    """
    if isinstance(item, Event):
        return {"id": item.cursor, "event": item.type, "raw_data": item.model_dump_json()}
    if item.kind == "ping":
        return {"comment": "ping"}
    return {"event": item.kind, "raw_data": "{}"}
