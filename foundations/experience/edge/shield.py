"""The outermost guard of a front end: security headers on every answer, a problem body for whatever nobody expected."""

import asyncio
import logging
import traceback

from symphainy.foundations.experience.edge import problems
from symphainy.foundations.experience.edge.asgi import App, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

MAX_HEADERS = 32_768
"""Bytes; the server's own limit binds only while a header is incomplete."""
LINGER_BYTES, LINGER_SECONDS = 64 << 20, 2.0
CSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
PAGES_CSP = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Pages are made on the server and need no script."""
HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"content-security-policy": CSP.encode(),
    b"cache-control": b"no-store",
}


class Shield:
    """Wraps an app. ``pages`` are the paths that are HTML for people and get the policy of pages."""

    def __init__(self, app: App, pages: tuple[str, ...] = ()) -> None:
        self.app, self.pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; websockets and lifespan pass untouched."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, more = False, scope["method"] not in ("GET", "HEAD", "OPTIONS")

        async def counted() -> Message:
            nonlocal more
            message = await receive()
            more = bool(message.get("more_body", False))
            return message

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                if message["status"] == 413 and more:
                    await _linger(receive)
                message["headers"] = self._headers(scope, list(message.get("headers", ())))
            await send(message)

        try:
            if scope["method"] in ("TRACE", "CONNECT"):
                return await problems.send(problems.of_status(405), guarded)
            if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADERS:
                return await problems.send(
                    problems.of_status(431, f"the headers are over {MAX_HEADERS:,} bytes"), guarded
                )
            await self.app(scope, counted, guarded)
        except Exception as error:
            # Class and places only: the message of a foreign error may hold what somebody sent.
            frames = [f"{f.filename}:{f.lineno}:{f.name}" for f in traceback.extract_tb(error.__traceback__)[-8:]]
            log.error("unexpected %s at %s", type(error).__name__, " < ".join(reversed(frames)))
            if started:
                raise
            await problems.send(problems.LAST_WORD.model_copy(update={"instance": scope["path"]}), guarded)

    def _headers(self, scope: Scope, found: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in found}
        mine = dict(HEADERS)
        if scope["path"] in self.pages:
            mine[b"content-security-policy"] = PAGES_CSP.encode()
            mine[b"referrer-policy"] = b"same-origin"  # without one, a browser sends a form with the origin "null"
        if scope.get("scheme") == "https":
            mine[b"strict-transport-security"] = b"max-age=31536000"
        return found + [(name, value) for name, value in mine.items() if name not in names]


async def _linger(receive: Receive) -> None:
    """Take in, for a moment, what is still being sent: a line that is cut at once takes the answer with it."""
    left = LINGER_BYTES
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return
