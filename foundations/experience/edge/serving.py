"""How a front end is served: the options that its guards count on, for ``uvicorn.Config(app, **OPTIONS)``."""

import asyncio
from collections.abc import Callable
from typing import Any

OPTIONS: dict[str, Any] = {
    "ws": "websockets-sansio",
    "ws_max_size": 65_536,  # a client's message is a token, a cursor or a sentence
    "ws_max_queue": 16,
    "ws_ping_interval": 20.0,  # a half-open line is found within 40 s
    "ws_ping_timeout": 20.0,
    "ws_per_message_deflate": False,  # a compressed frame hides its size
    "timeout_keep_alive": 15,
    "h11_max_incomplete_event_size": 32_768,  # a larger header is refused
    "server_header": False,
    "proxy_headers": False,  # X-Forwarded-* from a client changes nothing
    "limit_concurrency": 1_000,
}


async def serve(
    app: Any, stop: asyncio.Event, ready: Callable[[], None], *, host: str, port: int, fd: int | None = None
) -> None:
    """Serve ``app`` until ``stop`` is set; ``ready`` is called once it accepts. ``fd``: a listening socket to accept from."""
    import uvicorn

    where: dict[str, Any] = {"fd": fd} if fd is not None else {"host": host, "port": port}
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5, **where, **OPTIONS)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server._serve())
    while not server.started and not running.done():
        await asyncio.sleep(0.01)
    if server.started:
        ready()
        await asyncio.wait([asyncio.create_task(stop.wait()), running], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await running
