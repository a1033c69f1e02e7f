"""A served Solution plane on a free port, over registers with memory."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "experience")]

from solution_fakes import parts  # noqa: E402

from symphainy.foundations.experience import SolutionClient  # noqa: E402
from symphainy.foundations.experience.edge.serving import OPTIONS  # noqa: E402
from symphainy.solution_api.app import create_app  # noqa: E402

PASSWORD = "a long enough sentence"


@dataclass
class Plane:
    url: str
    parts: Any
    stack: AsyncExitStack

    async def token(self, email: str = "ann@acme.example", tenant: str = "acme") -> str:
        guard = self.parts.guard
        if (tenant, email) not in guard.users:
            await guard.register(tenant, email, PASSWORD)
        return (await guard.login(tenant, email, PASSWORD)).access_token

    async def client(self, email: str = "ann@acme.example", tenant: str = "acme") -> SolutionClient:
        return await self.stack.enter_async_context(SolutionClient(self.url, await self.token(email, tenant)))

    async def http(self, **headers: str) -> httpx2.AsyncClient:
        return await self.stack.enter_async_context(httpx2.AsyncClient(base_url=self.url, headers=headers))


@pytest.fixture
async def start() -> AsyncIterator[Callable[..., Awaitable[Plane]]]:
    async with AsyncExitStack() as stack:

        async def begin(**more: Any) -> Plane:
            given, listener = replace(parts(), **more), socket.socket()
            listener.bind(("127.0.0.1", 0))
            server = uvicorn.Server(
                uvicorn.Config(
                    create_app(given), log_config=None, lifespan="off", timeout_graceful_shutdown=1, **OPTIONS
                )
            )
            task = asyncio.ensure_future(server.serve(sockets=[listener]))

            async def stop() -> None:
                server.should_exit = True
                await task

            stack.push_async_callback(stop)
            while not server.started:
                await asyncio.sleep(0.01)
            return Plane(f"http://127.0.0.1:{listener.getsockname()[1]}", given, stack)

        yield begin


@pytest.fixture
async def plane(start: Callable[..., Awaitable[Plane]]) -> Plane:
    return await start()


@pytest.fixture
async def client(plane: Plane) -> SolutionClient:
    return await plane.client()
