"""Governance views: open work, decision records, and who may do what."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from symphainy.foundations.experience.solution_models import DecisionRecords, Member, WorkItem, WorkItems
from symphainy.solution_api.security import Parts, Who, pass_door

router = APIRouter(prefix="/api", tags=["governance"])


@router.get("/work")
async def work(who: Who, parts: Parts, execution: Annotated[str, Query(max_length=128)] = "") -> WorkItems:
    """What needs a person: unknown outcomes, undos that failed, runs that are stuck."""
    items = await parts.records.work(who.session, execution_id=execution)
    return WorkItems(items=tuple(WorkItem(**asdict(item)) for item in items))


@router.get("/executions/{execution_id}/decisions")
async def decisions(execution_id: Annotated[str, Path(max_length=128)], who: Who, parts: Parts) -> DecisionRecords:
    """Why each step was allowed or refused, service by service."""
    return DecisionRecords(items=tuple(await parts.records.decisions(who.session, execution_id)))


@router.patch("/users/{user_id}", status_code=204)
async def change(user_id: Annotated[str, Path(max_length=64)], body: Member, who: Who, parts: Parts) -> Response:
    """Give and take roles, disable and enable; in force at the next step."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant)
    if body.roles is not None:
        await parts.people.set_roles(who.tenant, user_id, tuple(body.roles))
    if body.state is not None:
        await parts.people.set_state(who.tenant, user_id, body.state)
    return Response(status_code=204)
