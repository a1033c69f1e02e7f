"""``/api/capabilities`` and ``/api/status``: what the platform can do, and how it is."""

from fastapi import APIRouter

from symphainy.foundations.experience.solution_models import CatalogView, PlaneStatus
from symphainy.solution_api.security import Parts, Who, pass_door

router = APIRouter(prefix="/api", tags=["platform"])


@router.get("/capabilities")
async def capabilities(who: Who, parts: Parts) -> CatalogView:
    """The catalog that the workers have published: contracts with schemas, and which intent each answers."""
    await pass_door(parts, who, "read", "Capability", "*")
    catalog, digest = await parts.catalog.current()
    return CatalogView(digest=digest, contracts=catalog.contracts, routes=catalog.routes)


@router.get("/status")
async def status(who: Who, parts: Parts) -> PlaneStatus:
    """Planes, the roll of the city, realms, solutions."""
    await pass_door(parts, who, "read", "Capability", "*")
    return await parts.status.status(who.tenant)
