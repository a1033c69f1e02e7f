"""A stub of servers outside: answers by host, method and path, in order, the last one repeating; remembers what it was asked.

One listener stands for every host: definitions name the real ones, a host map leads them here.
"""

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass
class Reply:
    """One answer."""

    status: int = 200
    body: Any = None
    text: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0

    def bytes(self) -> bytes:
        if self.text is not None:
            return self.text.encode()
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass
class Asked:
    """One request."""

    host: str
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


class StubServer:
    """``routes`` maps (host:port, method, path) to its answers."""

    def __init__(self) -> None:
        self.routes: dict[tuple[str, str, str], list[Reply]] = {}
        self.asked: list[Asked] = []

    def route(self, host: str, method: str, path: str, *replies: Reply) -> None:
        self.routes[(host, method, path)] = list(replies)

    def map(self) -> dict[str, str]:
        """For the outbound port: every host of a route leads here."""
        return {host: f"127.0.0.1:{self.port}" for host, _, _ in self.routes}

    def _answer(self, asked: Asked) -> Reply:
        known = self.routes.get((asked.host, asked.method, asked.path))
        if known is None:
            return Reply(404, text="no such route")
        before = sum((a.host, a.method, a.path) == (asked.host, asked.method, asked.path) for a in self.asked)
        return known[min(before, len(known) - 1)]

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                parts = urlsplit(self.path)
                host = self.headers.get("host", "")
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(
                    host, self.command, parts.path or "/", parse_qs(parts.query, keep_blank_values=True), headers, body
                )
                reply = outer._answer(asked)
                outer.asked.append(asked)
                time.sleep(reply.delay)
                data = reply.bytes()
                given = {name.lower(): value for name, value in reply.headers.items()}
                kind = (
                    {}
                    if "content-type" in given or not data
                    else {"content-type": "application/json" if reply.text is None else "text/plain"}
                )
                length = {} if self.command == "HEAD" else {"content-length": str(len(data))}
                try:
                    self.send_response(reply.status)
                    for name, value in {**kind, **given, **length}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(data)
                except OSError:
                    return  # the caller has hung up: it was cancelled

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
