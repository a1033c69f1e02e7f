"""Cost of the city per step: all eight services in one process, in memory, without Temporal and without a database.

    python -m benchmarks.city_step [--steps 5000]

Prints p50 and p99 in microseconds for a local step, an activity with a 16 KiB input, an agent with citations, an undo and a
door call, beside the same call without the city. Wall and CPU time: on a machine that does other work, only the second says
what the city costs. The contract: p99 ≤ 2 ms per step.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

import structlog

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.governance.parts import CONTRACT, Clock, Scene, Text, a_passport, door_call, step_call

from symphainy.foundations.language.agent import Citation, Claim, ReasonedArtifact
from symphainy.foundations.language.document import Span
from symphainy.foundations.language.records import Record, UndoGrant
from symphainy.foundations.language.step import Outcome

Call = Callable[[int], Awaitable[Any]]


class Quiet(Clock):
    """The real time, so that caches expire as they do in life."""

    def now(self) -> datetime:
        return datetime.now(UTC)


async def calls() -> dict[str, tuple[Call, Call]]:
    """Name → (governed, bare)."""
    scene = Scene()
    for part in (scene.city.roles[3], scene.city.roles[4]):
        vars(part)["_clock"] = Quiet()
    await scene.start()
    scene.catalogue.documents = {("acme", f"doc_{n}"): "h" for n in range(10)}
    scene.grants.owed["acme", "k"] = UndoGrant(capability=CONTRACT.name, arguments_digest="x")
    passport = scene.city.sign(a_passport(not_after=datetime.now(UTC) + timedelta(days=1)))
    citations = tuple(
        Citation(document=f"doc_{n}", document_sha256="h", span=Span(start=0, end=4), quote="text") for n in range(10)
    )
    artifact = ReasonedArtifact(kind="grounded", agent="a", claims=(Claim(text="so", citations=citations),))
    agent = CONTRACT.model_copy(update={"name": "insights.answer", "agent": True, "determinism": "grounded"})
    rows = {"rows": [{"name": f"row {n}", "note": "x" * 200, "mail": f"u{n}@example.org"} for n in range(64)]}

    def governed(contract: Any, output: Any, **about: Any) -> tuple[Call, Call]:
        outcome: Outcome[Any] = Outcome(output=output)

        async def run() -> Outcome[Any]:
            return outcome

        async def step(n: int) -> Any:
            call = step_call(capability=contract.ref, effect_key=f"acme/exe_1/do/{n}", **about)
            return await scene.city.step(call, contract, scene.city.verify(passport.token), Record(), run)

        async def bare(n: int) -> Any:
            step_call(capability=contract.ref, effect_key=f"acme/exe_1/do/{n}", **about)
            return await run()

        return step, bare

    async def door(n: int) -> Any:
        return await scene.city.door(door_call(), Record())

    async def nobody(n: int) -> Any:
        return door_call()

    return {
        "local step": governed(CONTRACT, Text(text="done")),
        "activity, 16 KiB in": governed(
            CONTRACT.model_copy(update={"duration": "long"}), Text(text="x" * 4096), arguments=rows
        ),
        "agent, 10 citations": governed(agent, artifact),
        "undo": governed(CONTRACT, Text(), kind="undo", grant_key="k"),
        "door (rates in memory)": (door, nobody),
    }


async def measure(call: Call, steps: int, clock: Callable[[], float]) -> tuple[float, float]:
    """p50 and p99 in microseconds of ``clock``."""
    for n in range(200):
        await call(n)
    taken = []
    for n in range(steps):
        started = clock()
        await call(n)
        taken.append(clock() - started)
    marks = quantiles(taken, n=100)
    return marks[49] * 1e6, marks[98] * 1e6


async def main(steps: int) -> None:
    """Print one line per kind of call."""
    structlog.configure(
        logger_factory=structlog.ReturnLoggerFactory(), processors=[structlog.processors.JSONRenderer()]
    )
    print(f"{'':24}{'wall p50':>12}{'wall p99':>12}{'cpu p50':>12}{'cpu p99':>12}{'bare p50':>12}   (microseconds)")
    for name, (governed, bare) in (await calls()).items():
        wall, cpu = await measure(governed, steps, perf_counter), await measure(governed, steps, process_time)
        without, _ = await measure(bare, steps, perf_counter)
        print(f"{name:24}" + "".join(f"{f:12.0f}" for f in (*wall, *cpu, without)), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=5_000)
    asyncio.run(main(parser.parse_args().steps))
