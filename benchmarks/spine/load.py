"""One way to load anything that runs sagas: one after another for the latency, many at once for the throughput.

Every side of a comparison is measured by this file, in a process of its own, so that only what is compared differs.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

Run = Callable[[int], Awaitable[Any]]
"""Start the numbered saga and wait until it is closed."""

WARM = 30
"""Sagas that are not counted before the others; of few long ones, half as many as are."""


async def measure(run: Run, *, alone: int, together: int, width: int) -> dict[str, float]:
    """Milliseconds of ``alone`` sagas one by one (p50, p99), and sagas per second of ``together``, ``width`` at a time."""
    warm, taken = min(WARM, alone // 2), []
    for number in range(warm + alone):
        begin = time.perf_counter()
        await run(number)
        if number >= warm:
            taken.append((time.perf_counter() - begin) * 1000)
    per_second = await _throughput(run, warm + alone, together, width) if together else 0.0
    return {
        "p50_ms": round(statistics.median(taken), 2),
        "p99_ms": round(_quantile(taken, 0.99), 2),
        "per_s": per_second,
    }


async def _throughput(run: Run, first: int, count: int, width: int) -> float:
    numbers = iter(range(first, first + count))

    async def lane() -> None:
        for number in numbers:
            await run(number)

    begin = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(width)))
    return round(count / (time.perf_counter() - begin), 2)


def _quantile(values: list[float], at: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(at * len(ordered)))]


def tell(found: dict[str, Any]) -> None:
    """The one line on standard output that ``sides`` reads."""
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
