"""An effect and the cancellation of who waits for it, in one moment."""

import asyncio
from typing import Any

import pytest
from support.machine_driver import linked

from symphainy.workflows.effects import outcome


async def raced(end: Any) -> Any:
    """What comes out when the effect ends and its waiter is cancelled before it has been told."""
    under_way = asyncio.get_running_loop().create_future()
    waiter = asyncio.create_task(outcome(under_way, linked("pay", effectful=True), None))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    end(under_way)
    waiter.cancel()
    return await waiter


async def test_what_is_known_is_never_lost_to_a_cancellation() -> None:
    assert await raced(lambda effect: effect.set_result("paid")) == "paid"


async def test_a_failure_is_the_answer_too() -> None:
    with pytest.raises(ValueError, match="no money"):
        await raced(lambda effect: effect.set_exception(ValueError("no money")))


async def test_an_effect_that_was_cancelled_itself_is_cancelled() -> None:
    with pytest.raises(asyncio.CancelledError):
        await raced(lambda effect: effect.cancel())
