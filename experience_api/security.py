"""Who calls: the bearer's principal and session, from Security Guard and from nothing that a client may write elsewhere."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from symphainy.experience_api.parts import ExperienceParts
from symphainy.foundations.experience.edge import bearer
from symphainy.foundations.experience.edge.ports import Caller, identify

SCHEME = HTTPBearer(auto_error=False, description="The access token of /api/auth/login.")


def parts(request: Request) -> ExperienceParts:
    """What this app stands on."""
    found: ExperienceParts = request.app.state.parts
    return found


async def caller(request: Request, _: Annotated[object, Depends(SCHEME)]) -> Caller:
    """The dependency of every route that is not public."""
    return await identify(parts(request).guard, bearer.token(request.headers.getlist("authorization")))


Parts = Annotated[ExperienceParts, Depends(parts)]
Who = Annotated[Caller, Depends(caller)]
