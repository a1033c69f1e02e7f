"""``/api/execution``: where executions stand, how they ended, and stopping one."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from symphainy.experience_api import submitting
from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.edge import prefer
from symphainy.foundations.experience.models import Execution, Executions, Result, Status
from symphainy.foundations.experience.views import execution, summary

router = APIRouter(prefix="/api/execution", tags=["execution"])
ExecutionId = Annotated[str, Path(max_length=128)]


@router.get("")
async def executions(
    who: Who, parts: Parts, status: Status | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50, after: Annotated[str | None, Query(max_length=256)] = None,
) -> Executions:  # fmt: skip
    """The caller's executions, newest first."""
    page = await parts.runtime.executions(who.session, cursor=after, status=status or "", limit=limit)
    return Executions(items=tuple(summary(item) for item in page.items), next=page.next)


@router.get("/{execution_id}")
async def describe(execution_id: ExecutionId, who: Who, parts: Parts) -> Execution:
    """Where it stands; of a live one also its progress and what it waits for."""
    return execution(await parts.runtime.describe(who.session, execution_id))


@router.get("/{execution_id}/result")
async def result(execution_id: ExecutionId, who: Who, parts: Parts, waiting: submitting.Prefer = None) -> Result:
    """How it ended; with `Prefer: wait=N`, after waiting for it."""
    return submitting.result(await parts.runtime.result(who.session, execution_id, wait=prefer.wait(waiting) or 0.0))


@router.post("/{execution_id}/cancel", status_code=202)
async def cancel(execution_id: ExecutionId, who: Who, parts: Parts) -> Execution:
    """Ask it to stop; what it has done is undone. Cancelling twice is cancelling once."""
    await parts.runtime.cancel(who.session, execution_id)
    return execution(await parts.runtime.describe(who.session, execution_id))


@router.post("/{execution_id}/suspend", status_code=202)
async def suspend(execution_id: ExecutionId, who: Who, parts: Parts) -> Execution:
    """Begin no further task of it; what runs goes on to its end, and its clocks go on. Whoever may cancel it may."""
    await parts.runtime.suspend(who.session, execution_id)
    return execution(await parts.runtime.describe(who.session, execution_id))


@router.post("/{execution_id}/resume", status_code=202)
async def resume(execution_id: ExecutionId, who: Who, parts: Parts) -> Execution:
    """Let a suspended one go on."""
    await parts.runtime.resume(who.session, execution_id)
    return execution(await parts.runtime.describe(who.session, execution_id))
