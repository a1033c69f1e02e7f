"""A hostile expression on the real server: it fails its own run by name, and the runs beside it on the same worker go on meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from support.machine_driver import Fault, plan
from support.saga_worker import World, connect
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from symphainy.foundations.definitions.expressions import ExpressionError
from symphainy.foundations.definitions.pool import ExpressionPool

HOSTILE = "last(repeat(1))"
LIMIT = 2.0
"""Eight times the default, so that there is time to see what goes on beside it."""


@pytest.fixture
async def pool() -> AsyncIterator[ExpressionPool]:
    made = ExpressionPool(1, timeout=LIMIT)
    await asyncio.to_thread(made.evaluate, "[range(1)]", None, {}, datetime.now(UTC))
    yield made
    await asyncio.to_thread(made.close)


async def test_a_hung_expression_holds_up_nobody_else(temporal_address: str, pool: ExpressionPool) -> None:
    begun: list[float] = []
    loop = asyncio.get_running_loop()

    async def evaluated(asked: Any) -> Any:
        begun.append(loop.time())
        try:
            now = datetime.now(UTC)
            return {
                "value": await asyncio.to_thread(
                    pool.evaluate, asked["expression"], asked["data"], asked["variables"], now
                )
            }
        except ExpressionError as error:
            fault = Fault(error.status, error.kind)
            fault.problem = error.problem("/do/0/hang")
            raise fault from None

    functions = {"core.evaluate": evaluated, "inc": lambda asked: {"n": asked["n"] + 1}}
    hostile = plan([{"hang": {"set": {"n": f"${{ {HOSTILE} }}"}}}], functions, heavy=(HOSTILE,))
    plain = plan([{f"s{i}": {"call": "inc", "with": {"n": "${ .n }"}}} for i in range(3)], functions)
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        hanging = await world.start(hostile, {"n": 0})
        while not begun:
            await asyncio.sleep(0.01)
        for _ in range(2):
            assert await (await world.start(plain, {"n": 0})).result() == {"n": 3}
        beside = loop.time() - begun[0]
        with pytest.raises(WorkflowFailureError) as failed:
            await hanging.result()
    assert beside < LIMIT, "the runs beside it ended while it was still evaluated"
    assert isinstance(failed.value.cause, ApplicationError)
    said = failed.value.cause.details[0]
    assert said["type"].endswith("/expression") and said["status"] == 400
    assert HOSTILE in said["detail"] and "longer than 2000 ms" in said["detail"] and "repeat" in said["detail"]
