"""Whether the time of an answer tells what the answer does not: who has an account, and what belongs to another tenant.

The bounds (RELIABILITY.md 4.A.1 and 4.B.15): another tenant's thing and one that is not there within 20 %, a known and an unknown
address within 10 %, as medians over 100 tries that alternate.
"""

import statistics
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import perf_counter
from typing import Any

from symphainy.foundations.language.errors import NotFound, Unauthenticated
from symphainy.foundations.language.ids import split_workflow_id
from symphainy.runtime.ids import mint

from .ground import PASSWORD, Ground, ground

TRIES = 100
EACH = 8
"""Wrong passwords per account: the tenth within five minutes would be refused for their number."""
WITHIN = {"address": 1.10, "thing": 1.20}
"""How far apart two medians may be."""


async def measure(tries: int = TRIES) -> dict[str, dict[str, float]]:
    """Milliseconds of both sides of each pair, and the larger one over the smaller."""
    async with ground() as on:
        return {"address": await _addresses(on, tries), "thing": await _things(on, tries)}


def kept(found: dict[str, dict[str, float]]) -> bool:
    """Whether nothing is told.

    >>> kept({"address": {"ratio": 1.05}, "thing": {"ratio": 1.3}})
    False
    """
    return all(found[name]["ratio"] <= most for name, most in WITHIN.items())


async def _addresses(on: Ground, tries: int) -> dict[str, float]:
    guard = on.parts.guard()
    for number in range(-(-tries // EACH)):
        await guard.register("bench", f"known{number}@example.org", PASSWORD)

    def log_in(who: str) -> Callable[[int], Awaitable[object]]:
        return lambda n: guard.login(
            "bench", f"{who}{n // EACH}@example.org", "a wrong password", address=f"10.0.{n}.1"
        )

    return await _compared(tries, "known", log_in("known"), "unknown", log_in("unknown"))


async def _things(on: Ground, tries: int) -> dict[str, float]:
    ann, eve = await on.user("theirs"), await on.user("ours")
    _, name = split_workflow_id(await on.submit(ann, on.plan("bench.near", 1)))
    return await _compared(
        tries,
        "theirs", lambda n: on.runtime.describe(eve, name),
        "nobodys", lambda n: on.runtime.describe(eve, mint("execution")),
    )  # fmt: skip


async def _compared(tries: int, *sides: Any) -> dict[str, float]:
    names, calls = sides[::2], sides[1::2]
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(tries):
        for name, call in zip(names, calls, strict=True):
            began = perf_counter()
            with suppress(NotFound, Unauthenticated):
                await call(number)
                raise AssertionError(f"{name}: this must be refused")
            taken[name].append(perf_counter() - began)
    ms = {f"{name}_ms": round(statistics.median(values) * 1000, 3) for name, values in taken.items()}
    low, high = sorted(ms.values())
    return {**ms, "ratio": round(high / low, 3)}
