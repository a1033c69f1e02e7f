"""``/hooks/…``: messages from outside for what a solution has bound. Nobody logs in here: the signature is the proof."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from symphainy.experience_api.security import Parts
from symphainy.foundations.experience.models import HookTaken

router = APIRouter(prefix="/hooks", tags=["hooks"])
Tenant = Annotated[str, Path(max_length=64)]
Name = Annotated[str, Path(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]


@router.post("/{tenant}/{solution}/{name}", status_code=202)
async def take(
    tenant: Tenant, solution: Name, name: Name, request: Request, response: Response, parts: Parts
) -> HookTaken:
    """Take a signed message in. It becomes the intent that the solution has bound, once: a copy has no second effect.

    401 for a hook that there is not and for a signature that does not fit alike.
    """
    headers = dict(request.headers.items())
    found = await parts.hooks.take(tenant, solution, name, headers, await request.body())
    if isinstance(found, str):
        response.status_code = 200
        return HookTaken(challenge=found)
    if found is None:
        return HookTaken(replayed=True)
    return HookTaken(execution_id=found.execution_id, replayed=found.replayed)
