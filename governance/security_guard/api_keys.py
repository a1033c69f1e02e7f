"""Rule ``api_keys`` (login): a key is good for its tenant, its roles and its time, and only its digest is kept.

A key is ``sk_<tenant>.<id>.<secret>``, shown once. It acts as the account it belongs to, with no role that it was not given, and
never with one that the account has lost. It has a session like everybody, so that what it did is found under it.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Principal, SessionContext
from symphainy.foundations.language.errors import Invalid, NotFound, Unauthenticated
from symphainy.governance.security_guard.people import ROLES, digest, principal_of
from symphainy.governance.workflow_ids import is_tenant
from symphainy.runtime.store.users import ApiKeyRow, Users

__all__ = ["PREFIX", "ApiKeys", "Issued", "is_key"]

PREFIX = "sk_"
LONGEST_LIFE = timedelta(days=365)
TOUCH = timedelta(minutes=1)
"""How often a key's last use is written down: a row per call would be a write per read."""
RENEW = timedelta(hours=1)
"""A key's session is moved on when it has less than this left."""
HELD = 4_096


class Sessions(Protocol):
    """The runtime's sessions, as far as keys need them."""

    async def create(self, principal: Principal) -> SessionContext:
        """A new one."""
        ...

    async def get(self, tenant: str, session_id: str) -> SessionContext:
        """The live one; NotFound or Unauthenticated when it has ended."""
        ...

    async def renew(self, tenant: str, session_id: str) -> SessionContext:
        """Move its idle end on; NotFound or Unauthenticated when it has ended."""
        ...

    async def revoke(self, tenant: str, session_id: str, reason: str = "logout") -> bool:
        """End it."""
        ...


@dataclass(frozen=True)
class Issued:
    """A key, this once."""

    key_id: str
    key: str = field(repr=False)
    expires_at: datetime


def is_key(token: str) -> bool:
    """Whether a bearer token is a key of ours by its form."""
    return token.startswith(PREFIX)


class ApiKeys:
    """Issue, list, revoke, and who bears one."""

    def __init__(self, users: Users, sessions: Sessions, clock: Clock) -> None:
        self._users, self._sessions, self._clock = users, sessions, clock
        self._open: dict[tuple[str, str], str] = {}

    async def issue(
        self, tenant: str, principal_id: str, name: str, roles: tuple[str, ...], life: timedelta = timedelta(days=90)
    ) -> Issued:
        """A new key of an account; Invalid for a role that the account has not, or for a life over a year."""
        row = await self._users.get(tenant, principal_id)
        if row is None or row.disabled_at is not None:
            raise NotFound("There is no such account, or it is disabled.")
        if strange := sorted(set(roles) - set(row.roles)):
            raise Invalid(
                f"The account has not the role {', '.join(strange)}.",
                field="roles",
                remedy=f"One of: {', '.join(row.roles)}.",
            )
        if not timedelta(0) < life <= LONGEST_LIFE:
            raise Invalid("A key lives from a moment to a year.", field="days")
        key_id, secret, now = secrets.token_hex(8), secrets.token_urlsafe(32), self._clock.now()
        expires_at = now + life
        await self._users.add_key(
            ApiKeyRow(
                tenant=tenant, key_id=key_id, principal_id=principal_id, name=name, digest=digest(secret),
                roles=sorted(roles or tuple(r for r in row.roles if r in ROLES)), created_at=now, expires_at=expires_at,
            )
        )  # fmt: skip
        return Issued(key_id, f"{PREFIX}{tenant}.{key_id}.{secret}", expires_at)

    async def all(self, tenant: str) -> list[ApiKeyRow]:
        """A tenant's keys, oldest first, ended ones included."""
        return await self._users.keys(tenant)

    async def revoke(self, tenant: str, key_id: str) -> None:
        """End a key at once; NotFound if there is none."""
        if await self._users.key(tenant, key_id) is None:
            raise NotFound("There is no such key.")
        await self._users.touch_key(tenant, key_id, revoked_at=self._clock.now())
        if session_id := self._open.pop((tenant, key_id), None):
            await self._sessions.revoke(tenant, session_id, "key revoked")

    async def bearer(self, token: str) -> tuple[Principal, SessionContext]:
        """Who bears a key, and the session of its use; Unauthenticated for anything but a key in force."""
        row = await self._row(token)
        account = await self._users.get(row.tenant, row.principal_id)
        if account is None:
            raise _refused()
        principal = principal_of(account).model_copy(update={"scope": tuple(row.roles)})
        now = self._clock.now()
        if row.used_at is None or now - row.used_at >= TOUCH:
            await self._users.touch_key(row.tenant, row.key_id, used_at=now)
        return principal, await self._session(row, principal)

    async def _row(self, token: str) -> ApiKeyRow:
        tenant, _, rest = token.removeprefix(PREFIX)[:512].partition(".")
        key_id, _, secret = rest.partition(".")
        row = await self._users.key(tenant, key_id) if is_tenant(tenant) and key_id.isalnum() else None
        # Compared also where there is no row: an invented id takes as long as a wrong secret.
        good = hmac.compare_digest(row.digest if row else digest("nobody"), digest(secret))
        now = self._clock.now()
        if (
            row is None
            or not good
            or row.revoked_at is not None
            or (row.expires_at is not None and row.expires_at <= now)
        ):
            raise _refused()
        return row

    async def _session(self, row: ApiKeyRow, principal: Principal) -> SessionContext:
        """The session that this process holds for the key, or a new one."""
        place = (row.tenant, row.key_id)
        if (known := self._open.get(place)) is not None:
            try:
                session = await self._sessions.get(row.tenant, known)
                if session.expires_at - self._clock.now() < RENEW:
                    session = await self._sessions.renew(row.tenant, known)
                return session.model_copy(update={"principal": principal})
            except (NotFound, Unauthenticated):
                pass
        session = await self._sessions.create(principal)
        if len(self._open) >= HELD:
            self._open.pop(next(iter(self._open)))
        self._open[place] = session.session_id
        return session


def _refused() -> Unauthenticated:
    return Unauthenticated("The API key is unknown, expired or revoked.", remedy="Ask for a new one.")
