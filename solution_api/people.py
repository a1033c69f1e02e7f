"""``/api/users``, ``/api/services``, ``/api/keys``: who may come in, and as what. An administrator's, each call written down."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from symphainy.foundations.experience.city_models import (
    Invitation,
    Invited,
    KeyIssued,
    KeyLine,
    Keys,
    KeyWanted,
    ServiceAccount,
    User,
    Users,
)
from symphainy.foundations.experience.solution_models import Member
from symphainy.solution_api.security import Parts, Who, pass_door

router = APIRouter(prefix="/api", tags=["people"])
UserId = Annotated[str, Path(max_length=64)]
KeyId = Annotated[str, Path(max_length=64, pattern=r"^[0-9a-f]+$")]


@router.get("/users")
async def users(who: Who, parts: Parts) -> Users:
    """The tenant's users, oldest first."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose="users list")
    return Users(items=tuple(_user(row) for row in await parts.people.all(who.tenant)))


@router.post("/users", status_code=201)
async def invite(body: Invitation, who: Who, parts: Parts) -> Invited:
    """Invite somebody: the answer's invitation, shown this once, lets them choose a password at ``/api/auth/invitation``."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose="users invite")
    user, invitation = await parts.people.invite(who.tenant, body.email, tuple(body.roles), body.name)
    return Invited(user_id=user.id, invitation=invitation)


@router.patch("/users/{user_id}", status_code=204)
async def change(user_id: UserId, body: Member, who: Who, parts: Parts) -> Response:
    """Give and take roles, disable and enable; in force at the next step."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"users change {user_id[:40]}")
    if body.roles is not None:
        await parts.people.set_roles(who.tenant, user_id, tuple(body.roles))
    if body.state is not None:
        await parts.people.set_state(who.tenant, user_id, body.state)
    return Response(status_code=204)


@router.get("/services")
async def services(who: Who, parts: Parts) -> Users:
    """The tenant's service accounts."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose="services list")
    return Users(items=tuple(_user(row) for row in await parts.people.all(who.tenant, "Service")))


@router.post("/services", status_code=201)
async def service(body: ServiceAccount, who: Who, parts: Parts) -> User:
    """The service account of this name, made if there is none. It has no password: give it a key."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose="services create")
    made = await parts.people.service(who.tenant, body.name, tuple(body.roles))
    return _user(next(row for row in await parts.people.all(who.tenant, "Service") if row.user_id == made.id))


@router.get("/keys")
async def keys(who: Who, parts: Parts) -> Keys:
    """The tenant's API keys, ended ones included; never a secret."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose="keys list")
    names = KeyLine.model_fields
    rows = await parts.keys.all(who.tenant)
    return Keys(items=tuple(KeyLine(**{name: getattr(row, name) for name in names}) for row in rows))


@router.post("/keys", status_code=201)
async def issue(body: KeyWanted, who: Who, parts: Parts) -> KeyIssued:
    """A new key of an account, shown this once: only its digest is kept."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"keys issue {body.principal_id[:40]}")
    life = timedelta(days=body.days)
    made = await parts.keys.issue(who.tenant, body.principal_id, body.name, tuple(body.roles), life)
    return KeyIssued(key_id=made.key_id, key=made.key, expires_at=made.expires_at)


@router.delete("/keys/{key_id}", status_code=204)
async def revoke(key_id: KeyId, who: Who, parts: Parts) -> Response:
    """End a key at once."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"keys revoke {key_id}")
    await parts.keys.revoke(who.tenant, key_id)
    return Response(status_code=204)


def _user(row: Any) -> User:
    return User(
        user_id=row.user_id, name=row.name, handle=row.handle, roles=tuple(row.roles), created_at=row.created_at,
        state="disabled" if row.disabled_at else "enabled",
    )  # fmt: skip
