"""The activity behind every remote step: one governed call. An effect under way is never torn: it ends, then cancellation counts."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from symphainy.activities.boundary import Boundary
from symphainy.activities.heartbeat import beating
from symphainy.activities.passport import passport
from symphainy.activities.slots import Pace
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.wire import STEP, StepCall, StepResult


def step_activity(boundary: Boundary, pace: Pace) -> Callable[[StepCall], Coroutine[Any, Any, StepResult]]:
    """The activity ``step`` over a boundary; ``pace`` is told of each."""

    @activity.defn(name=STEP)
    async def step(call: StepCall) -> StepResult:
        """Run one step; its declared failures are non-retryable, the platform's are Temporal's to retry (DECISIONS.md 6)."""
        pace.step()
        async with beating():
            result = await _whole(boundary, call)
        if result.problem is not None:
            raise ApplicationError(result.problem.title, result.problem, type=result.problem.type, non_retryable=True)
        return result

    return step


async def _whole(boundary: Boundary, call: StepCall) -> StepResult:
    work = asyncio.ensure_future(boundary.step(call, passport()))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        capability = boundary.registry.find(call.capability)
        if capability is None or capability.contract.effects is None or capability.contract.interruptible:
            work.cancel()
            raise
        return await work
    except SymphainyError as error:
        raise retryable(error) from error


def retryable(error: SymphainyError) -> ApplicationError:
    """The platform's trouble, for Temporal to retry until the step's deadline."""
    problem = error.problem()
    return ApplicationError(problem.title, problem, type=problem.type, non_retryable=not error.retry)
