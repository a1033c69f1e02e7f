"""``/api/webhooks``: endpoints outside that are told what happens, what was sent to them, and what is to be sent again."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from symphainy.foundations.experience.webhook_models import (
    Deliveries,
    Delivery,
    Endpoint,
    EndpointChange,
    Endpoints,
    EndpointSecret,
    EndpointWanted,
    Replay,
    Replayed,
)
from symphainy.runtime.store.webhooks import EndpointRow
from symphainy.runtime.webhooks import EndpointDraft
from symphainy.solution_api.security import Parts, Who, pass_door

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])
EndpointId = Annotated[str, Path(max_length=64)]
State = Annotated[Literal["due", "started", "delivered", "dead"] | None, Query()]


@router.get("")
async def endpoints(who: Who, parts: Parts) -> Endpoints:
    """The tenant's endpoints, oldest first; never a secret."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose="webhooks list")
    return Endpoints(items=tuple(_told(row) for row in await parts.webhooks.all(who.tenant)))


@router.post("", status_code=201)
async def create(body: EndpointWanted, who: Who, parts: Parts) -> EndpointSecret:
    """A new endpoint. Its secret (Standard Webhooks, ``whsec_…``) is shown this once."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose="webhooks create")
    draft = EndpointDraft(
        url=body.url, types=tuple(body.types), title=body.title, subject=body.subject, solution=body.solution or "",
        intent=body.intent, result=body.result,
    )  # fmt: skip
    row, secret = await parts.webhooks.create(who.tenant, draft, who.principal.id)
    return EndpointSecret(endpoint=_told(row), secret=secret)


@router.get("/{endpoint_id}")
async def show(endpoint_id: EndpointId, who: Who, parts: Parts) -> Endpoint:
    """One endpoint; 404 also for another tenant's."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"webhooks show {endpoint_id[:40]}")
    return _told(await parts.webhooks.get(who.tenant, endpoint_id))


@router.patch("/{endpoint_id}")
async def change(endpoint_id: EndpointId, body: EndpointChange, who: Who, parts: Parts) -> Endpoint:
    """Disable or enable it, or send elsewhere; 409 for another address of one that a solution has bound."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"webhooks change {endpoint_id[:40]}")
    register, values = parts.webhooks, body.model_dump(exclude_none=True, exclude={"state"})
    row = await register.change(who.tenant, endpoint_id, values) if values else None
    if body.state is not None:
        active = body.state == "active"
        row = await register.set_state(who.tenant, endpoint_id, active=active, reason="" if active else "by hand")
    return _told(row or await register.get(who.tenant, endpoint_id))


@router.delete("/{endpoint_id}", status_code=204)
async def remove(endpoint_id: EndpointId, who: Who, parts: Parts) -> Response:
    """Take it away with its secrets; what is under way to it is given up. 409 for one that a solution has bound."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"webhooks remove {endpoint_id[:40]}")
    await parts.webhooks.remove(who.tenant, endpoint_id)
    return Response(status_code=204)


@router.post("/{endpoint_id}/rotate")
async def rotate(endpoint_id: EndpointId, who: Who, parts: Parts) -> EndpointSecret:
    """A new secret, shown this once; for a day messages are signed by the one before as well."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"webhooks rotate {endpoint_id[:40]}")
    row, secret = await parts.webhooks.rotate(who.tenant, endpoint_id)
    return EndpointSecret(endpoint=_told(row), secret=secret)


@router.get("/{endpoint_id}/deliveries")
async def deliveries(
    endpoint_id: EndpointId, who: Who, parts: Parts, state: State = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Deliveries:  # fmt: skip
    """What was, is or will be sent to it, newest first; `state=dead`: what was given up."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"webhooks deliveries {endpoint_id[:40]}")
    rows = await parts.webhooks.letters(who.tenant, endpoint_id, state or "", limit)
    names = Delivery.model_fields
    return Deliveries(items=tuple(Delivery(**{name: getattr(row, name) for name in names}) for row in rows))


@router.post("/{endpoint_id}/replay")
async def replay(endpoint_id: EndpointId, body: Replay, who: Who, parts: Parts) -> Replayed:
    """Send what has ended again under the id that it had: one event, or every dead letter."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"webhooks replay {endpoint_id[:40]}")
    return Replayed(count=await parts.webhooks.again(who.tenant, endpoint_id, body.event_id or ""))


def _told(row: EndpointRow) -> Endpoint:
    return Endpoint(**{name: getattr(row, name) for name in Endpoint.model_fields})
