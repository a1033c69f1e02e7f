"""Heartbeats sent by the boundary, so that no capability has to think of them (DECISIONS.md 14)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

RATE = 4
"""Heartbeats per timeout: three may be lost before a living worker is taken for dead."""


@asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Send heartbeats until the block ends."""
    limit = activity.info().heartbeat_timeout
    if limit is None:
        yield
        return

    async def beat() -> None:
        while (
            True
        ):  # not at once: the server counts from the start, and most steps end before they have to show that they live
            await asyncio.sleep(limit.total_seconds() / RATE)
            activity.heartbeat()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
