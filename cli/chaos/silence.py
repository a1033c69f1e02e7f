"""F10: a line that swallows everything, and heals.

A process that is stopped takes connections and bytes and gives nothing back: to everybody else that is what a black hole on the
line to it looks like, and continuing it is the heal. So it needs no right over the network, on any machine.
"""

import asyncio
import signal
from pathlib import Path

from symphainy.cli.chaos.site import Site

SILENT = 10.0
"""Seconds of silence: longer than heartbeats (2 s) and workflow tasks (3 s) are waited for."""


async def temporal_silent(on: Site) -> list[int]:
    """Nothing comes from the Temporal server."""
    return await _silent(on, on.pids("temporal"))


async def redis_silent(on: Site) -> list[int]:
    """Nothing comes from Redis."""
    return await _silent(on, on.pids("redis"))


async def database_silent(on: Site) -> list[int]:
    """Nothing comes from PostgreSQL: its server and the process behind each session."""
    return await _silent(on, [pid for server in on.pids("postgres") for pid in (server, *children(server))])


async def front_silent(on: Site) -> list[int]:
    """Nothing comes from one of the Experience APIs."""
    return await _silent(on, on.one("experience"))


async def receiver_silent(on: Site) -> list[int]:
    """The receiver of effects hangs up on everybody, then takes what comes and says nothing, then is back."""
    on.tell("/silent", {"refuse": SILENT / 2, "swallow": SILENT / 2})
    await asyncio.sleep(SILENT)
    return []


def children(pid: int) -> list[int]:
    """The processes that one has started itself (Linux tells)."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


async def _silent(on: Site, pids: list[int]) -> list[int]:
    on.signal(pids, signal.SIGSTOP)
    try:
        await asyncio.sleep(SILENT)
    finally:
        on.signal(pids, signal.SIGCONT)
    return pids
