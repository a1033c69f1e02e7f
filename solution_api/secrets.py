"""``/api/secrets``: the tenant's secrets, written here and read by steps alone. No answer ever holds a value."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from symphainy.foundations.experience.webhook_models import SecretName, SecretNames, SecretValue
from symphainy.solution_api.security import Parts, Who, pass_door

router = APIRouter(prefix="/api/secrets", tags=["secrets"])
Name = Annotated[SecretName, Path()]


@router.get("")
async def names(who: Who, parts: Parts) -> SecretNames:
    """The names, sorted."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose="secrets list")
    return SecretNames(items=tuple(await parts.secrets.list(who.tenant)))


@router.put("/{name}", status_code=204)
async def put(name: Name, body: SecretValue, who: Who, parts: Parts) -> Response:
    """Keep a value under a name, in the place of the one before. Sealed; definitions and bindings name it by reference."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"secrets put {name}")
    await parts.secrets.put(who.tenant, name, body.value.encode())
    return Response(status_code=204)


@router.delete("/{name}", status_code=204)
async def delete(name: Name, who: Who, parts: Parts) -> Response:
    """Forget it; what needs it will say that it is not there."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"secrets delete {name}")
    await parts.secrets.delete(who.tenant, name)
    return Response(status_code=204)
