"""``/api/auth``: register, login (by password, or through an identity provider), refresh, logout: Security Guard's SDK."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.models import (
    Accepting,
    Credentials,
    Login,
    PasswordChange,
    Refresh,
    Registered,
    Registration,
    Slug,
)
from symphainy.foundations.language.model import Json

router = APIRouter(prefix="/api/auth", tags=["auth"])
keys = APIRouter(tags=["auth"])
AWAY = 600
"""Seconds that somebody may take at an identity provider."""
Long = Annotated[str, Query(min_length=1, max_length=2_048)]


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


@router.post("/invitation", status_code=201)
async def accept(body: Accepting, parts: Parts) -> Registered:
    """Choose a password with an invitation, once and within a week; then log in."""
    user = await parts.guard.people.accept(body.invitation, body.password)
    return Registered(user_id=user.id, tenant=user.tenant)


@router.post("/password", status_code=204)
async def password(body: PasswordChange, who: Who, parts: Parts) -> Response:
    """Choose another password; every other session ends."""
    await parts.guard.change_password(who.token, body.old, body.new)
    return Response(status_code=204)


@router.get("/oidc/start", status_code=303, response_class=RedirectResponse)
async def oidc_start(tenant: Annotated[Slug, Query()], request: Request, parts: Parts) -> RedirectResponse:
    """Go to the identity provider, to log in to a tenant. 404 where none is set."""
    started = await parts.guard.begin_login(tenant)
    response = RedirectResponse(started.url, status_code=303)
    secure = request.url.scheme == "https"
    # Lax: the provider sends the browser back from another site, and the cookie has to come along.
    response.set_cookie(
        _begun(request), started.state, max_age=AWAY, httponly=True, secure=secure, samesite="lax", path="/"
    )
    return response


@router.get("/oidc/callback")
async def oidc_callback(
    state: Long, code: Long, request: Request, parts: Parts, response: Response,
    iss: Annotated[str | None, Query(max_length=2_048)] = None,
) -> Login:  # fmt: skip
    """Come back from the identity provider, in the browser that went there: tokens, in a new session."""
    found = await parts.guard.finish_login(state, code, begun=request.cookies.get(_begun(request), ""), issuer=iss)
    response.delete_cookie(_begun(request), path="/")
    return _login(found)


@keys.get("/.well-known/jwks.json")
async def jwks(parts: Parts) -> dict[str, Json]:
    """The public keys that access tokens verify with (RFC 7517); after a rotation the old ones stay as long as they are needed."""
    return dict(parts.guard.jwks())


def _begun(request: Request) -> str:
    return "__Host-symphainy-oidc" if request.url.scheme == "https" else "symphainy-oidc"


def _login(found: object) -> Login:
    return Login.model_validate(found, from_attributes=True)


def _address(request: Request) -> str:
    # The connection's own address; X-Forwarded-For is a client's word and is not read.
    return request.client.host if request.client else ""
