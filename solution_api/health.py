"""``/ping`` (the process lives), ``/health`` (what it rests on), ``/ready`` (it may be sent work)."""

from fastapi import APIRouter, Response

from symphainy.foundations.experience.edge.pings import look
from symphainy.foundations.experience.models import Health
from symphainy.solution_api.security import Parts

router = APIRouter(tags=["health"])


@router.get("/ping", status_code=204)
async def ping() -> Response:
    """The process answers. Nothing else is asked."""
    return Response(status_code=204)


@router.get("/health")
async def health(parts: Parts) -> Health:
    """What the plane rests on, part by part: `ok` or `away`."""
    return await look(parts.pings)


@router.get("/ready", responses={503: {"model": Health, "description": "A part is away."}})
async def ready(parts: Parts, response: Response) -> Health:
    """200 when every part answers, 503 when one does not."""
    found = await look(parts.pings)
    if found.status != "ok":
        response.status_code = 503
    return found
