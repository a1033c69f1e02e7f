"""``/api/execution/{id}/events`` (SSE) and ``/stream`` (WebSocket): the same feed, resumable by the same cursor.

No loss, no repeat: an event's id is its cursor; who comes back with the last one seen gets the next one first.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, WebSocket
from fastapi.sse import EventSourceResponse, ServerSentEvent

from symphainy.experience_api import sockets
from symphainy.experience_api.executions import ExecutionId
from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.edge import problems
from symphainy.foundations.experience.edge.feed import cursor, feed, sse
from symphainy.foundations.experience.edge.ports import Caller, identify
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.records import Event

router = APIRouter(prefix="/api/execution", tags=["events"])


async def place(
    execution_id: ExecutionId, who: Who, parts: Parts,
    after: Annotated[str | None, Query(max_length=64, description="The last cursor seen.")] = None,
    last: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> str:  # fmt: skip
    """Where to begin. Refuses before the stream opens: 404 for what is not there, 400 for what is no cursor."""
    start = cursor(last or after)
    await parts.runtime.admit(who.session, execution_id)
    return start


@router.get("/{execution_id}/events", response_class=EventSourceResponse)
async def events(
    execution_id: ExecutionId, who: Who, parts: Parts, start: Annotated[str, Depends(place)]
) -> AsyncIterator[ServerSentEvent]:
    """The execution's events as they come. Ends with `end`; `reconnect` asks to come back with the last id."""
    source = parts.runtime.watch(who.session, execution_id, start)
    try:
        async for item in feed(source, check=lambda: identify(parts.guard, who.token), pace=parts.pace):
            yield ServerSentEvent(**sse(item))
    except SymphainyError as error:
        yield ServerSentEvent(event="problem", raw_data=problems.body(problems.of_error(error)).decode())


@router.websocket("/{execution_id}/stream")
async def stream(socket: WebSocket, execution_id: str) -> None:
    """The same events over a socket, each as ``{"type":"event","cursor":…,"event":{…}}``; close codes: ``sockets.Close``."""

    async def serve(line: sockets.Line, who: Caller) -> sockets.Close:
        start = cursor(line.hello.get("after") or socket.query_params.get("after"))
        await line.parts.runtime.admit(who.session, execution_id)
        return await sockets.while_there(line, relay(line, who, execution_id, start))

    await sockets.run(socket, serve)


async def relay(line: sockets.Line, who: Caller, execution_id: str, start: str) -> sockets.Close:
    """Send an execution's events after ``start`` down a line; how the feed ended."""
    source = line.parts.runtime.watch(who.session, execution_id, start)
    async for item in feed(source, check=lambda: identify(line.parts.guard, who.token), pace=line.parts.pace):
        if isinstance(item, Event):
            await line.send({"type": "event", "cursor": item.cursor, "event": item.model_dump(mode="json")})
        elif item.kind == "reconnect":
            return sockets.Close.LIFE
        elif item.kind == "end":
            await line.send({"type": "end", "execution_id": execution_id})
    return sockets.Close.DONE
