"""Request bodies, read once and bounded: size, time, media type and strict JSON, before any route sees them."""

import asyncio

from symphainy.foundations.experience.edge import problems, strict_json
from symphainy.foundations.experience.edge.asgi import App, Message, Receive, Scope, Send, header
from symphainy.foundations.language.errors import DomainError, Problem, SymphainyError, TooLarge

READ_SECONDS = 30.0
"""A body of 1 MiB that is not here after 30 s is a slow-loris, or a line that no retry will help."""


class Bodies:
    """Admits JSON bodies up to ``max_bytes``; ``limits`` gives other ceilings by path prefix.

    Paths in ``streamed``, and below those of them that end in a slash, read their own body with their own ceiling.
    """

    def __init__(
        self, app: App, max_bytes: int, *, streamed: tuple[str, ...] = (), limits: dict[str, int] | None = None
    ) -> None:
        self.app, self.max_bytes, self.streamed, self.limits = app, max_bytes, streamed, limits or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the body, then let the app read the same bytes again."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS") or self._streams(scope["path"]):
            return await self.app(scope, receive, send)
        ceiling = next(
            (limit for prefix, limit in self.limits.items() if scope["path"].startswith(prefix)), self.max_bytes
        )
        try:
            body = await asyncio.wait_for(self._read(scope, receive, ceiling), READ_SECONDS)
            if body is None:
                return None
            if refused := self._media(scope, body):
                return await problems.send(refused, send)
            if body and "json" in header(scope, b"content-type"):
                strict_json.loads(body)
        except TimeoutError:
            detail = f"the body did not arrive within {READ_SECONDS:.0f} s"
            return await problems.send(problems.of_status(408, detail), send)
        except SymphainyError as error:
            return await problems.send(problems.of_error(error, scope["path"]), send)
        sent = False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, again, send)

    def _streams(self, path: str) -> bool:
        return any(path == each or (each.endswith("/") and path.startswith(each)) for each in self.streamed)

    async def _read(self, scope: Scope, receive: Receive, ceiling: int) -> bytes | None:
        declared = header(scope, b"content-length")
        if declared and not declared.isascii() or (declared and not declared.isdigit()):
            raise DomainError("Content-Length is not a number", code="content_length")
        if declared and int(declared[:20]) > ceiling:
            raise TooLarge(f"the body is over the limit of {ceiling:,} bytes")
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > ceiling:
                raise TooLarge(f"the body is over the limit of {ceiling:,} bytes")
            if not message.get("more_body", False):
                return bytes(body)

    def _media(self, scope: Scope, body: bytes) -> Problem | None:
        kind = header(scope, b"content-type").partition(";")[0].strip().lower()
        if (
            not body
            or kind == "application/json"
            or (kind.startswith("application/") and kind.endswith(("+json", "/zip")))
        ):
            return None
        return problems.of_status(415, "send the body as application/json")
