"""Who exists: founding a tenant, joining one, service accounts, and the rights each has. Every change is announced."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Literal

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound, Refused, Unauthenticated
from symphainy.foundations.public_works.abstractions.auth import Passwords
from symphainy.governance.workflow_ids import is_tenant
from symphainy.runtime.ids import mint
from symphainy.runtime.store.tenants import TenantRow, Tenants
from symphainy.runtime.store.users import CredentialRow, UserRow, Users

__all__ = ["FOUNDER", "ROLES", "People", "digest", "handle_of", "principal_of"]

FOUNDER = ("administrator", "author", "member", "operator")
"""Roles of whoever founds a tenant: somebody must be able to do everything, or nobody ever can."""
ROLES = frozenset({"administrator", "author", "operator", "member", "service"})
INVITATION = "invitation"
INVITED = timedelta(days=7)
"""How long an invitation is good."""
_ADDRESS = re.compile(r"^[^\s@\x00-\x1f]{1,64}@[^\s@\x00-\x1f]{1,190}$")


class People:
    """Users and services of all tenants. ``joining``: roles of whoever registers in a tenant that exists; None: nobody may."""

    def __init__(
        self, users: Users, tenants: Tenants, passwords: Passwords, clock: Clock, changed: Callable[[str], None],
        joining: tuple[str, ...] | None = ("member",),
    ) -> None:  # fmt: skip
        self._users, self._tenants, self._passwords, self._clock = users, tenants, passwords, clock
        self._changed, self._joining = changed, joining

    async def register(self, tenant: str, email: str, password: str, name: str = "") -> Principal:
        """A new user: the first founds the tenant, later ones join. An address that is taken answers as a new one does."""
        handle = handle_of(email)
        if not is_tenant(tenant):
            raise Invalid("A tenant's name is made of lower-case letters, digits and hyphens.", field="tenant")
        secret, now = await self._passwords.hash(password), self._clock.now()
        founding = await self._tenants.add(TenantRow(tenant=tenant, title=tenant, created_at=now))
        if not founding and self._joining is None:
            raise Refused(
                "This tenant takes no new users by themselves.", remedy="Ask its administrator for an account."
            )
        roles = FOUNDER if founding else self._joining or ()
        row = UserRow(
            tenant=tenant, user_id=mint("user"), handle=handle, name=name[:200], roles=list(roles), created_at=now
        )
        async with self._users.store.tenant(tenant) as tx:
            if await self._users.add(row, tx=tx):
                credential = CredentialRow(
                    tenant=tenant, user_id=row.user_id, kind="password", secret=secret, changed_at=now
                )
                await self._users.set_credential(credential, tx=tx)
        return principal_of(row)

    async def service(self, tenant: str, name: str, roles: tuple[str, ...] = ("service",)) -> Principal:
        """The service account of this name, made if there is none: schedules and adapters act as one."""
        _known(roles)
        handle = f"service:{name}"
        if (row := await self._users.by_handle(tenant, handle)) is None:
            row = UserRow(
                tenant=tenant, user_id=mint("service"), handle=handle, name=name, roles=list(roles), attributes={"type": "Service"},
                created_at=self._clock.now(),
            )  # fmt: skip
            if not await self._users.add(row):
                row = await self._users.by_handle(tenant, handle) or row
        return principal_of(row)

    async def invite(self, tenant: str, email: str, roles: tuple[str, ...], name: str = "") -> tuple[Principal, str]:
        """A user who has still to choose a password, and the invitation, shown this once; Conflict for an address that is taken."""
        _known(roles)
        handle, secret, now = handle_of(email), secrets.token_urlsafe(32), self._clock.now()
        row = UserRow(
            tenant=tenant, user_id=mint("user"), handle=handle, name=name[:200], roles=sorted(roles), created_at=now
        )
        async with self._users.store.tenant(tenant) as tx:
            if not await self._users.add(row, tx=tx):
                raise Conflict("There is a user with this address.", remedy="Change its roles instead.")
            kept = CredentialRow(
                tenant=tenant, user_id=row.user_id, kind=INVITATION, secret=digest(secret), changed_at=now
            )
            await self._users.set_credential(kept, tx=tx)
        return principal_of(row), f"{tenant}.{row.user_id}.{secret}"

    async def accept(self, invitation: str, password: str) -> Principal:
        """Choose a password with an invitation, once and within a week; Unauthenticated for any other text."""
        tenant, _, rest = invitation[:512].partition(".")
        user_id, _, secret = rest.partition(".")
        hashed, now = await self._passwords.hash(password), self._clock.now()
        if not is_tenant(tenant) or not secret:
            raise _no_invitation()
        async with self._users.store.tenant(tenant) as tx:
            kept = await self._users.credential(tenant, user_id, INVITATION, tx=tx)
            row = await self._users.get(tenant, user_id, tx=tx)
            good = kept is not None and kept.secret == digest(secret) and now - kept.changed_at < INVITED
            if row is None or not good or not await self._users.drop_credential(tenant, user_id, INVITATION, tx=tx):
                raise _no_invitation()
            await self._users.set_credential(
                CredentialRow(tenant=tenant, user_id=user_id, kind="password", secret=hashed, changed_at=now), tx=tx
            )
        return principal_of(row)

    async def all(self, tenant: str, kind: Literal["User", "Service"] = "User") -> list[UserRow]:
        """The tenant's users, or its service accounts, oldest first."""
        return [row for row in await self._users.all(tenant) if row.attributes.get("type", "User") == kind]

    async def through(
        self, tenant: str, issuer: str, subject: str, *, email: str = "", name: str = "", groups: Sequence[str] = ()
    ) -> UserRow:
        """The user whom an identity provider names; a new one joins as whoever registers does.

        An address is never taken for the identity: a password user with the same one stays another user.
        """
        kind = f"oidc:{issuer}"
        if (known := await self._users.by_credential(tenant, kind, subject)) is not None:
            row = await self._users.get(tenant, known.user_id)
            if row is not None:
                return row
        if self._joining is None or await self._tenants.get(tenant) is None:
            raise Refused("This tenant takes no new users by themselves.", remedy="Ask its administrator.")
        now, handle = self._clock.now(), f"oidc:{digest(issuer, subject)[:32]}"
        if email and await self._users.by_handle(tenant, handle_of(email)) is None:
            handle = handle_of(email)
        row = UserRow(
            tenant=tenant, user_id=mint("user"), handle=handle, name=name[:200], roles=list(self._joining), created_at=now,
            attributes={"groups": list(groups)[:50]} if groups else {},
        )  # fmt: skip
        async with self._users.store.tenant(tenant) as tx:
            if not await self._users.add(row, tx=tx):
                raise Conflict("This log-in is being set up at this moment.", remedy="Log in again.")
            credential = CredentialRow(tenant=tenant, user_id=row.user_id, kind=kind, secret=subject, changed_at=now)
            await self._users.set_credential(credential, tx=tx)
        return row

    async def set_roles(self, tenant: str, user_id: str, roles: tuple[str, ...]) -> None:
        """Give and take roles; the next step knows."""
        _known(roles)
        await self._change(tenant, user_id, roles=list(roles))

    async def set_state(self, tenant: str, user_id: str, state: Literal["enabled", "disabled"]) -> None:
        """Disable a user, or enable one again."""
        await self._change(tenant, user_id, disabled=state == "disabled")

    async def _change(
        self, tenant: str, user_id: str, *, roles: list[str] | None = None, disabled: bool | None = None
    ) -> None:
        row = await self._users.get(tenant, user_id)
        if row is None:
            raise NotFound("There is no such user.")
        now = self._clock.now()
        disabled_at = row.disabled_at if disabled is None else now if disabled else None
        async with self._users.store.tenant(tenant) as tx:
            await self._users.change(tenant, user_id, roles=roles, disabled_at=disabled_at, tx=tx)
            await self._tenants.bump(tenant, tx=tx)
        self._changed(tenant)


def principal_of(row: UserRow) -> Principal:
    """A row as the rest of the platform knows it: an id, no address."""
    kind = row.attributes.get("type", "User")
    return Principal(type=kind, id=row.user_id, tenant=row.tenant, roles=tuple(row.roles), attributes=row.attributes)


def handle_of(email: str) -> str:
    """An address in the one form it is kept in; Invalid if it is none.

    >>> handle_of(" Ann@Example.ORG ")
    'ann@example.org'
    """
    handle = unicodedata.normalize("NFKC", email).strip().casefold()
    if not _ADDRESS.match(handle):
        raise Invalid("This is not an e-mail address.", field="email")
    return handle


def digest(*parts: str) -> str:
    """What counters and token rows hold instead of names and secrets."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _known(roles: tuple[str, ...]) -> None:
    if strange := sorted(set(roles) - ROLES):
        raise Invalid(f"There is no role {', '.join(strange)}; there are {', '.join(sorted(ROLES))}.", field="roles")


def _no_invitation() -> Unauthenticated:
    return Unauthenticated("The invitation is unknown, used or too old.", remedy="Ask for a new one.")
