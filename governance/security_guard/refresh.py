"""Refresh tokens: spent once, replaced each time; one that comes a second time was stolen, and ends the whole family."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Unauthenticated
from symphainy.governance.security_guard.people import digest
from symphainy.governance.workflow_ids import is_tenant
from symphainy.runtime.store.tokens import RefreshTokenRow, Tokens

__all__ = ["RefreshTokens", "Spent"]

LONGEST = 512


@dataclass(frozen=True)
class Spent:
    """A refresh token that was good, once."""

    tenant: str
    family: str
    user_id: str
    session_id: str


class RefreshTokens:
    """A token is ``<tenant>.<id>.<secret>``; its row holds the secret's digest only."""

    def __init__(self, rows: Tokens, clock: Clock, lifetime: timedelta) -> None:
        self._rows, self._clock, self._lifetime = rows, clock, lifetime

    async def issue(self, tenant: str, user_id: str, session_id: str, family: str = "") -> str:
        """A new token; without a family, the first of one."""
        token_id, secret, now = secrets.token_hex(12), secrets.token_urlsafe(32), self._clock.now()
        row = RefreshTokenRow(
            tenant=tenant, token_id=token_id, family=family or token_id, user_id=user_id, session_id=session_id,
            digest=digest(secret), issued_at=now, expires_at=now + self._lifetime,
        )  # fmt: skip
        await self._rows.issue(row)
        return f"{tenant}.{token_id}.{secret}"

    async def spend(self, token: str) -> tuple[Spent, bool]:
        """The token's origin, and whether it may be replaced; False: it was used before, and its family is revoked now."""
        tenant, _, rest = token[:LONGEST].partition(".")
        token_id, _, secret = rest.partition(".")
        if not is_tenant(tenant) or not secret:
            raise _invalid()
        now = self._clock.now()
        good = await self._rows.use(tenant, token_id, digest(secret), now)
        row = await self._rows.get(tenant, token_id)
        if row is None or row.digest != digest(secret):
            raise _invalid()
        spent = Spent(tenant, row.family, row.user_id, row.session_id or "")
        if not good:
            if row.revoked_at is not None or row.used_at is None:
                raise _invalid()
            await self._rows.revoke(tenant, now, family=row.family)
        return spent, good

    async def revoke_others(self, tenant: str, user_id: str, keep: str) -> None:
        """A new password ends what could renew the other sessions."""
        await self._rows.revoke_others(tenant, self._clock.now(), user_id, keep)

    async def revoke_session(self, tenant: str, session_id: str) -> None:
        """A log-out ends what could renew it."""
        await self._rows.revoke(tenant, self._clock.now(), session_id=session_id)


def _invalid() -> Unauthenticated:
    return Unauthenticated("The refresh token is spent, expired, revoked, or was never issued.", remedy="Log in again.")
