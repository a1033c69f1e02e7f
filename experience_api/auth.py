"""``/api/auth``: register, login, refresh, logout, all through Security Guard's SDK."""

from fastapi import APIRouter, Request, Response

from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.models import Credentials, Login, Refresh, Registered, Registration

router = APIRouter(prefix="/api/auth", tags=["auth"])


@router.post("/register", status_code=201)
async def register(body: Registration, request: Request, parts: Parts) -> Registered:
    """Create a user of a tenant. Whether the address was known before is not told."""
    user = await parts.guard.register(body.tenant, body.email, body.password, name=body.name, address=_address(request))
    return Registered(user_id=user.id, tenant=user.tenant)


@router.post("/login")
async def login(body: Credentials, request: Request, parts: Parts) -> Login:
    """Exchange a password for tokens; a new session begins."""
    return _login(await parts.guard.login(body.tenant, body.email, body.password, address=_address(request)))


@router.post("/refresh")
async def refresh(body: Refresh, parts: Parts) -> Login:
    """Exchange a refresh token for new tokens. It works once; a second use ends the session."""
    return _login(await parts.guard.refresh(body.refresh_token))


@router.post("/logout", status_code=204)
async def logout(who: Who, parts: Parts) -> Response:
    """End the session of the token, at once."""
    await parts.guard.logout(who.token)
    return Response(status_code=204)


def _login(found: object) -> Login:
    return Login.model_validate(found, from_attributes=True)


def _address(request: Request) -> str:
    # The connection's own address; X-Forwarded-For is a client's word and is not read.
    return request.client.host if request.client else ""
