"""What the pages may do in a browser, and what they take in: the policy of NiceGUI's pages, and the ceiling of uploads.

NiceGUI compiles its templates in the browser (``unsafe-eval``) and sets styles on elements; scripts are its own files, and the
few inline ones of a page carry that page's nonce. Nothing is loaded from, or sent to, another host.
"""

import re
import secrets

from symphainy.foundations.experience.edge import origins, problems
from symphainy.foundations.experience.edge.asgi import App, Message, Receive, Scope, Send, header
from symphainy.foundations.language.errors import TooLarge

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
_SCRIPT = re.compile(rb"<script(?=[\s>])")
_FOREVER = b"public, max-age=31536000, immutable"


class Guard:
    """Wraps the pages' app. ``upload`` is the largest body in bytes, multipart wrapping included."""

    def __init__(self, app: App, upload: int) -> None:
        self.app, self.upload = app, upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] == "websocket":
            if not origins.admitted(header(scope, b"origin"), header(scope, b"host")):
                return await send({"type": "websocket.close", "code": 4403})
            return await self.app(scope, receive, send)
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if scope["method"] not in ("GET", "HEAD") and not origins.admitted(
            header(scope, b"origin"), header(scope, b"host")
        ):
            return await problems.send(problems.of_status(403, "a page of another origin may not do this"), send)
        page = Page(scope, send)
        try:
            return await self.app(scope, _counted(receive, self.upload), page.send)
        except TooLarge as error:
            return await problems.send(problems.of_error(error, scope["path"]), send)


class Page:
    """An answer on its way out: HTML gets a nonce and the policy that names it, files of the library may be kept for ever."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._path, self._send, self._head, self._body = scope["path"], send, dict[str, object](), b""

    async def send(self, message: Message) -> None:
        """Pass on; an HTML answer is held back until it is whole."""
        if message["type"] == "http.response.start":
            headers = [(k.lower(), v) for k, v in message.get("headers", ())]
            if dict(headers).get(b"content-type", b"").startswith(b"text/html"):
                self._head = {**message, "headers": headers}
                return
            if "/_nicegui/" in self._path and "/dynamic_resources/" not in self._path and message["status"] == 200:
                headers = [(k, v) for k, v in headers if k != b"cache-control"] + [(b"cache-control", _FOREVER)]
            return await self._send({**message, "headers": headers})
        if not self._head:
            return await self._send(message)
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._page()

    async def _page(self) -> None:
        nonce = secrets.token_urlsafe(18)
        body = _SCRIPT.sub(b'<script nonce="' + nonce.encode() + b'"', self._body)
        found: list[tuple[bytes, bytes]] = self._head["headers"]  # type: ignore[assignment]
        headers = [(k, v) for k, v in found if k != b"content-length"]
        headers += [
            (b"content-length", str(len(body)).encode()),
            (b"content-security-policy", POLICY.format(nonce=nonce).encode()),
            (b"referrer-policy", b"same-origin"),
        ]
        await self._send({**self._head, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge(f"the upload is over the limit of {limit:,} bytes")
        return message

    return counted
