"""``/api/execution/{id}/events`` (SSE) and ``/stream`` (WebSocket): the same feed, resumable by the same cursor.

No loss, no repeat: an event's id is its cursor; who comes back with the last one seen gets the next one first.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, WebSocket
from fastapi.sse import EventSourceResponse, ServerSentEvent

from symphainy.experience_api import sockets
from symphainy.experience_api.executions import ExecutionId
from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.edge import problems
from symphainy.foundations.experience.edge.feed import Beat, cursor, feed, sse
from symphainy.foundations.experience.edge.ports import Caller, identify
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.records import Event

router = APIRouter(prefix="/api/execution", tags=["events"])


async def opened(
    execution_id: ExecutionId, who: Who, parts: Parts,
    after: Annotated[str | None, Query(max_length=64, description="The last cursor seen.")] = None,
    last: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> AsyncIterator[AsyncIterator[Event | Beat]]:  # fmt: skip
    """The feed of an execution, closed with its request.

    Refuses before the stream opens: 404 for what is not there, 400 for what is no cursor. The feed belongs to the
    request and not to the route's generator, which nobody closes when a client goes while an event is handed over.
    """
    start = cursor(last or after)
    source = await parts.runtime.watch(who.session, execution_id, start)
    async with aclosing(feed(source, check=lambda: identify(parts.guard, who.token), pace=parts.pace)) as items:
        yield items


@router.get("/{execution_id}/events", response_class=EventSourceResponse)
async def events(items: Annotated[AsyncIterator[Event | Beat], Depends(opened)]) -> AsyncIterator[ServerSentEvent]:
    """The execution's events as they come. Ends with `end`; `reconnect` asks to come back with the last id."""
    try:
        async for item in items:
            yield ServerSentEvent(**sse(item))
    except SymphainyError as error:
        yield ServerSentEvent(event="problem", raw_data=problems.body(problems.of_error(error)).decode())


@router.websocket("/{execution_id}/stream")
async def stream(socket: WebSocket, execution_id: str) -> None:
    """The same events over a socket, each as ``{"type":"event","cursor":…,"event":{…}}``; close codes: ``sockets.Close``."""

    async def serve(line: sockets.Line, who: Caller) -> sockets.Close:
        start = cursor(line.hello.get("after") or socket.query_params.get("after"))
        source = await line.parts.runtime.watch(who.session, execution_id, start)
        return await sockets.while_there(line, relay(line, who, execution_id, source))

    await sockets.run(socket, serve)


async def relay(line: sockets.Line, who: Caller, execution_id: str, source: AsyncIterator[Event]) -> sockets.Close:
    """Send the events of an execution down a line; how the feed ended."""
    checked = feed(source, check=lambda: identify(line.parts.guard, who.token), pace=line.parts.pace)
    async with aclosing(checked) as items:
        async for item in items:
            if isinstance(item, Event):
                await line.send({"type": "event", "cursor": item.cursor, "event": item.model_dump(mode="json")})
            elif item.kind == "reconnect":
                return sockets.Close.LIFE
            elif item.kind == "end":
                await line.send({"type": "end", "execution_id": execution_id})
    return sockets.Close.DONE
