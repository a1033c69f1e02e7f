"""Who calls: the bearer's principal and session; for pages and the codec also the session cookie, on requests of known origin."""

from typing import Annotated, Literal

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from symphainy.foundations.experience.edge import bearer
from symphainy.foundations.experience.edge.ports import Caller, identify
from symphainy.foundations.language.door import Action, DoorCall
from symphainy.solution_api.parts import SolutionParts

SCHEME = HTTPBearer(auto_error=False, description="The access token of the Experience plane's /api/auth/login.")
Resource = Literal["Capability", "Definition", "Document", "Execution", "Tenant"]


def parts(request: Request) -> SolutionParts:
    """What this app stands on."""
    found: SolutionParts = request.app.state.parts
    return found


async def caller(request: Request, _: Annotated[object, Depends(SCHEME)]) -> Caller:
    """The dependency of every route that is not public."""
    return await identify(parts(request).guard, bearer.token(request.headers.getlist("authorization")))


async def pass_door(
    given: SolutionParts, who: Caller, action: Action, kind: Resource, name: str, purpose: str = "operate"
) -> None:
    """Ask the city, and have the answer written down; Refused if it denies. ``purpose`` says in the record what it was about."""
    await given.doors.passed(
        DoorCall(
            action=action, principal=who.principal, session=who.session, resource_type=kind, resource_id=name,
            resource={"tenant": who.tenant}, purpose=purpose,
        )
    )  # fmt: skip


Parts = Annotated[SolutionParts, Depends(parts)]
Who = Annotated[Caller, Depends(caller)]
