"""A served Experience plane on a free port, over parts with memory."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

sys.path.insert(0, str(Path(__file__).parent))

from experience_fakes import parts

from symphainy.experience_api.app import create_app
from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.experience.edge.serving import OPTIONS

PASSWORD = "a long enough sentence"


@dataclass
class Plane:
    """A served plane, and ways to speak to it."""

    url: str
    parts: Any
    server: uvicorn.Server
    stack: AsyncExitStack

    async def client(self, email: str = "ann@acme.example", tenant: str = "acme") -> SymphainyClient:
        """A client, logged in as a user who is made when needed."""
        client = await self.stack.enter_async_context(SymphainyClient(self.url))
        if (tenant, email) not in self.parts.guard.users:
            await client.register(tenant, email, PASSWORD)
        await client.login(tenant, email, PASSWORD)
        return client


@asynccontextmanager
async def served(app: Any, port: int = 0) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """Serve an app on a loopback port."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1, **OPTIONS)
    )
    task = asyncio.ensure_future(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", server
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Plane]]]:
    """Start a plane with other parts than the usual ones."""
    async with AsyncExitStack() as stack:

        async def begin(**more: Any) -> Plane:
            given = replace(parts(tmp_path / "objects"), **more)
            url, server = await stack.enter_async_context(served(create_app(given)))
            return Plane(url, given, server, stack)

        yield begin


@pytest.fixture
async def plane(start: Callable[..., Awaitable[Plane]]) -> Plane:
    """The usual plane."""
    return await start()


@pytest.fixture
async def client(plane: Plane) -> SymphainyClient:
    """A logged-in client of the usual plane."""
    return await plane.client()
