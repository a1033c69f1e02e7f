"""One life of a WebSocket: origin, who, what, and a close with a code that says why.

| code | meaning | come back? |
|------|---------|------------|
| 1000 | the run is over, everything was sent | no |
| 4400 | a message or cursor that is none | no |
| 4401 | no valid token, or it ended meanwhile | after a login |
| 4403 | policy said no | no |
| 4404 | there is no such execution | no |
| 4408 | nobody said who they are in time | yes |
| 4410 | the socket's life is over | yes, with the last cursor |
| 4413 | a message over its limit | no |
| 4429 | too many sockets, or too fast | later |
| 4430 | the reader does not read | yes, with the last cursor |
| 1011 | the platform's fault | yes, with the last cursor |

A foreign or missing Origin, and a token in the URL, are refused before the socket opens (403).
"""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import Any

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from symphainy.experience_api.parts import ExperienceParts
from symphainy.foundations.experience.edge import bearer, origins, problems, strict_json
from symphainy.foundations.experience.edge.ports import Caller, identify
from symphainy.foundations.language.errors import DomainError, RateLimited, SymphainyError, Unauthenticated
from symphainy.foundations.language.model import Json

log = logging.getLogger(__name__)
MAX_MESSAGE = 65_536


class Close(IntEnum):
    """Close codes; the module's table says what each asks of the client."""

    DONE = 1000
    FAULT = 1011
    MALFORMED = 4400
    UNAUTHENTICATED = 4401
    REFUSED = 4403
    NOT_FOUND = 4404
    SILENT = 4408
    LIFE = 4410
    TOO_LARGE = 4413
    TOO_MANY = 4429
    SLOW = 4430


_BY_STATUS = {
    401: Close.UNAUTHENTICATED,
    403: Close.REFUSED,
    404: Close.NOT_FOUND,
    413: Close.TOO_LARGE,
    429: Close.TOO_MANY,
}


class TooSlow(Exception):
    """The reader does not read: its messages would have to be kept, and nothing is kept."""


class Line:
    """An open socket with somebody at the other end. Sends are whole, one at a time, and bounded in time."""

    def __init__(self, socket: WebSocket, parts: ExperienceParts) -> None:
        self.socket, self.parts, self.hello, self._lock = socket, parts, dict[str, Any](), asyncio.Lock()

    async def send(self, message: dict[str, Json]) -> None:
        """Send one message; TooSlow if it does not leave within the pace."""
        text = json.dumps(message, ensure_ascii=True, separators=(",", ":"))
        async with self._lock:
            try:
                await asyncio.wait_for(self.socket.send_text(text), self.parts.pace.send)
            except TimeoutError:
                raise TooSlow from None

    async def receive(self) -> dict[str, Any]:
        """The next message, an object; DomainError (400) for anything else."""
        message = await self.socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        if text is None or len(text) > MAX_MESSAGE:
            raise DomainError("a message is a JSON object as text, of at most 64 KiB", code="message")
        found = strict_json.loads(text.encode("utf-8", "surrogatepass"))
        if not isinstance(found, dict):
            raise DomainError("a message is a JSON object", code="message")
        return found


async def run(socket: WebSocket, serve: Callable[[Line, Caller], Awaitable[Close]]) -> None:
    """Admit a socket, serve it, close it with the code that fits."""
    parts: ExperienceParts = socket.app.state.parts
    open_sockets: Counter[str] = socket.app.state.sockets
    if not origins.admitted(socket.headers.get("origin", ""), socket.headers.get("host", ""), parts.origins):
        return await socket.close(Close.REFUSED)
    if {"token", "access_token", "authorization"} & {name.lower() for name in socket.query_params}:
        return await socket.close(Close.REFUSED)
    line, holder = Line(socket, parts), ""
    try:
        early = socket.headers.getlist("authorization")
        who = (
            await identify(parts.guard, bearer.token(early)) if early else None
        )  # a bad token is refused before the socket opens
        await socket.accept()
        who = who or await _hello(line)
        name = f"{who.tenant}/{who.principal.id}"
        if open_sockets[name] >= parts.limits.sockets:
            raise RateLimited(
                f"{parts.limits.sockets} sockets are open already", remedy="close one first", retry_after=5
            )
        open_sockets[holder := name] += 1
        await _close(socket, await serve(line, who))
    except SymphainyError as error:
        await _refuse(line, error)
    except TooSlow:
        await _close(socket, Close.SLOW)
    except TimeoutError:
        await _close(socket, Close.SILENT)
    except WebSocketDisconnect:
        pass
    except Exception as error:
        log.error("a socket failed: %s", type(error).__name__)
        await _close(socket, Close.FAULT)
    finally:
        if holder:
            open_sockets[holder] -= 1


async def _hello(line: Line) -> Caller:
    line.hello = await asyncio.wait_for(line.receive(), line.parts.limits.auth)
    token = line.hello.get("token")
    if line.hello.get("type") != "auth" or not isinstance(token, str):
        raise Unauthenticated('the first message is {"type": "auth", "token": …}', remedy=bearer.REMEDY)
    return await identify(line.parts.guard, bearer.token([f"Bearer {token}"]))


async def while_there(line: Line, work: Awaitable[Close]) -> Close:
    """Do ``work`` as long as the other end is there; it has nothing to say but ``{"type": "ping"}``."""
    doing, listening = asyncio.ensure_future(work), asyncio.ensure_future(_listen(line))
    try:
        await asyncio.wait({doing, listening}, return_when=asyncio.FIRST_COMPLETED)
        return listening.result() if listening.done() and not doing.done() else doing.result()
    finally:
        doing.cancel(), listening.cancel()
        await asyncio.gather(doing, listening, return_exceptions=True)


async def _listen(line: Line) -> Close:
    while True:
        if (await line.receive()).get("type") != "ping":
            raise DomainError("this socket only sends; a client may say ping", code="message")


async def _refuse(line: Line, error: SymphainyError) -> None:
    if line.socket.application_state is WebSocketState.CONNECTED:
        try:
            problem = json.loads(problems.body(problems.of_error(error)))
            await line.send({"type": "problem", "problem": problem})
        except (TooSlow, RuntimeError, WebSocketDisconnect):
            pass
    code = _BY_STATUS.get(error.status, Close.MALFORMED if error.status < 500 else Close.FAULT)
    await _close(line.socket, code)


async def _close(socket: WebSocket, code: Close) -> None:
    if WebSocketState.DISCONNECTED in (socket.client_state, socket.application_state):
        return
    try:
        await asyncio.wait_for(socket.close(code, code.name.lower()), 5.0)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        pass
