"""Governance views: open work, decision records, lineage."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from symphainy.foundations.experience.solution_models import (
    DecisionRecords,
    LineageEdge,
    LineageGraph,
    Settle,
    Settled,
    WorkItem,
    WorkItems,
)
from symphainy.solution_api.security import Parts, Who

router = APIRouter(prefix="/api", tags=["governance"])


@router.get("/work")
async def work(who: Who, parts: Parts, execution: Annotated[str, Query(max_length=128)] = "") -> WorkItems:
    """What needs a person: unknown outcomes, undos that failed, runs that are stuck."""
    items = await parts.records.work(who.session, execution_id=execution)
    return WorkItems(items=tuple(WorkItem(**asdict(item)) for item in items))


@router.post("/work/settle")
async def settle(body: Settle, who: Who, parts: Parts) -> Settled:
    """Settle one: retry an undo that failed, or say that it was done by hand, or that what was done stays."""
    return Settled(**asdict(await parts.work.settle(who.session, body.item_id, body.resolution, body.note)))


@router.get("/executions/{execution_id}/decisions")
async def decisions(execution_id: Annotated[str, Path(max_length=128)], who: Who, parts: Parts) -> DecisionRecords:
    """Why each step was allowed or refused, service by service."""
    return DecisionRecords(items=tuple(await parts.records.decisions(who.session, execution_id)))


@router.get("/lineage")
async def lineage(
    who: Who,
    parts: Parts,
    value: Annotated[str, Query(min_length=1, max_length=512)],
    direction: Literal["back", "forward"] = "back",
    depth: Annotated[int, Query(ge=1, le=50)] = 20,
) -> LineageGraph:
    """Back from a value to file, span, step, run, definition, capability, model and policy bundle that made it; or forward."""
    found = await parts.records.lineage(who.session, value, back=direction == "back", depth=depth)
    edges = tuple(LineageEdge(**edge.model_dump()) for edge in found)
    return LineageGraph(node=value, direction=direction, edges=edges)
