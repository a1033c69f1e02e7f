"""A noisy tenant and a quiet one: 5,000 sagas of one tenant wait, ten of the other come one after the other.

The bound (RELIABILITY.md 4.A.9): the quiet tenant's p95 is at most three times what it is beside one saga of the noisy tenant.
"""

import asyncio
import statistics
import sys
from time import perf_counter
from typing import Any

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.context import Principal

from .ground import Ground, ground

QUIET = 40
"""Sagas of the quiet tenant in each phase, five seconds' worth."""
STEPS = 5


async def measure(queued: int) -> dict[str, Any]:
    """p95 beside one noisy saga, and beside ``queued`` waiting ones."""
    async with ground() as on:
        noisy, quiet = await on.user("noisy"), await on.user("quiet")
        plan = on.plan("bench.far", STEPS)
        async with on.working():
            await asyncio.gather(*(on.run(who, plan) for who in (noisy, quiet)))
            alone = await _beside_one(on, noisy, quiet, plan)
        # Queued while no worker is there, so that all of them wait when the quiet tenant's first one comes.
        began = perf_counter()
        await _queue(on, noisy, plan, queued)
        sys.stderr.write(f"{queued} queued in {perf_counter() - began:.0f} s\n")
        async with on.working():
            crowded = await _quiet(on, quiet, plan)
            left = await _open(on)
        return {
            "queued": queued, "quiet_ms_p95_alone": round(alone * 1000), "quiet_ms_p95_crowded": round(crowded * 1000),
            "ratio": round(crowded / alone, 2), "still_waiting": left,
        }  # fmt: skip


async def _beside_one(on: Ground, noisy: Principal, quiet: Principal, plan: Plan) -> float:
    stop = asyncio.Event()

    async def one_after_the_other() -> None:
        while not stop.is_set():
            await on.run(noisy, plan)

    other = asyncio.create_task(one_after_the_other())
    try:
        return await _quiet(on, quiet, plan)
    finally:
        stop.set()
        await other


async def _quiet(on: Ground, who: Principal, plan: Plan) -> float:
    taken = []
    for _ in range(QUIET):
        began = perf_counter()
        await on.run(who, plan)
        taken.append(perf_counter() - began)
    return statistics.quantiles(taken, n=20)[18]


async def _queue(on: Ground, who: Principal, plan: Plan, count: int) -> None:
    gate = asyncio.Semaphore(16)

    async def one() -> None:
        async with gate:
            await on.submit(who, plan)

    await asyncio.gather(*(one() for _ in range(count)))


async def _open(on: Ground) -> int:
    found = await on.temporal.count_workflows("ExecutionStatus = 'Running' AND Tenant = 'noisy'")
    return found.count
