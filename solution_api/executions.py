"""``/api/executions``: looking at what runs, and stopping it. This plane makes definitions, never executions."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from symphainy.foundations.definitions.graph import mermaid
from symphainy.foundations.experience.edge import problems
from symphainy.foundations.experience.edge.feed import Beat, cursor, feed, sse
from symphainy.foundations.experience.edge.ports import identify
from symphainy.foundations.experience.models import Execution, Executions, Status
from symphainy.foundations.experience.solution_models import Graph
from symphainy.foundations.experience.views import execution, summary
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.records import Event
from symphainy.solution_api.security import Parts, Who

router = APIRouter(prefix="/api/executions", tags=["executions"])
ExecutionId = Annotated[str, Path(max_length=128)]


@router.get("")
async def executions(
    who: Who, parts: Parts, status: Status | None = None, solution: Annotated[str, Query(max_length=63)] = "",
    mine: bool = False, limit: Annotated[int, Query(ge=1, le=200)] = 50, after: Annotated[str | None, Query(max_length=256)] = None,
) -> Executions:  # fmt: skip
    """The tenant's executions, newest first; with `mine`, the caller's own."""
    page = await parts.runtime.executions(
        who.session, cursor=after, status=status or "", solution=solution, mine=mine, limit=limit
    )
    return Executions(items=tuple(summary(item) for item in page.items), next=page.next)


@router.get("/{execution_id}")
async def describe(execution_id: ExecutionId, who: Who, parts: Parts) -> Execution:
    """Where it stands."""
    return execution(await parts.runtime.describe(who.session, execution_id))


@router.get("/{execution_id}/graph")
async def graph(execution_id: ExecutionId, who: Who, parts: Parts) -> Graph:
    """The plan it follows, as a Mermaid flowchart: also of a packaged saga and of a single capability."""
    found = await parts.runtime.describe(who.session, execution_id)
    return Graph(mermaid=mermaid(await parts.definitions.plan(who.tenant, found.summary.plan_digest)))


@router.post("/{execution_id}/cancel", status_code=202)
async def cancel(execution_id: ExecutionId, who: Who, parts: Parts) -> Execution:
    """Ask it to stop; what it has done is undone."""
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


async def opened(
    execution_id: ExecutionId, who: Who, parts: Parts,
    after: Annotated[str | None, Query(max_length=64, description="The last cursor seen.")] = None,
    last: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> AsyncIterator[AsyncIterator[Event | Beat]]:  # fmt: skip
    """Its feed, closed with its request. Refuses before the stream opens."""
    source = await parts.runtime.watch(who.session, execution_id, cursor(last or after))
    async with aclosing(feed(source, check=lambda: identify(parts.guard, who.token), pace=parts.pace)) as items:
        yield items


@router.get("/{execution_id}/events", response_class=EventSourceResponse)
async def events(items: Annotated[AsyncIterator[Event | Beat], Depends(opened)]) -> AsyncIterator[ServerSentEvent]:
    """The execution's events as they come, resumable by the last id."""
    try:
        async for item in items:
            yield ServerSentEvent(**sse(item))
    except SymphainyError as error:
        yield ServerSentEvent(event="problem", raw_data=problems.body(problems.of_error(error)).decode())
