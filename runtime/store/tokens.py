"""Refresh tokens, and the counters of failed logins: security counters are rows (DECISIONS.md 27)."""

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from symphainy.runtime.store.columns import SQLModel, instant, key, maybe, text
from symphainy.runtime.store.unit import Repository

__all__ = ["LoginFailureRow", "PendingLoginRow", "RefreshTokenRow", "Tokens"]


class RefreshTokenRow(SQLModel, table=True):
    """One refresh token: its digest only. All tokens that came from one login are a family; reuse ends the family."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index("refresh_tokens_family", "tenant", "family"),)
    tenant: str = key()
    token_id: str = key()
    family: str = text()
    user_id: str = text()
    session_id: str | None = maybe()
    digest: str = text()
    issued_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(optional=True)
    revoked_at: datetime | None = instant(optional=True)


class LoginFailureRow(SQLModel, table=True):
    """One failed attempt, counted under a scope (user, address, key …) and a digest. The tenant is ``*`` when none was named."""

    __tablename__ = "login_failures"
    __table_args__ = (Index("login_failures_count", "tenant", "scope", "key", "at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    tenant: str = text()
    scope: str = text()
    key: str = text()
    at: datetime = instant()


class PendingLoginRow(SQLModel, table=True):
    """A log-in that is away at an identity provider: found by its state's digest, once.

    ``kept`` is JSON: tenant, nonce and verifier, of no use to who has not the code that comes back with the state.
    """

    __tablename__ = "pending_logins"
    tenant: str = key()
    state_digest: str = key()
    kept: str = text()
    expires_at: datetime = instant()


_TAKE = sql("DELETE FROM pending_logins WHERE tenant = :tenant AND state_digest = :digest RETURNING kept, expires_at")
_SWEEP = sql("DELETE FROM pending_logins WHERE tenant = :tenant AND expires_at < :now")
_USE = sql("""
    UPDATE refresh_tokens SET used_at = :at WHERE tenant = :tenant AND token_id = :token_id AND digest = :digest
    AND used_at IS NULL AND revoked_at IS NULL AND expires_at > :at RETURNING token_id""")
_REVOKE = sql("""
    UPDATE refresh_tokens SET revoked_at = :at WHERE tenant = :tenant AND revoked_at IS NULL
    AND (family = :family OR user_id = :user_id OR session_id = :session_id)""")
_REVOKE_OTHERS = sql("""
    UPDATE refresh_tokens SET revoked_at = :at WHERE tenant = :tenant AND revoked_at IS NULL AND user_id = :user_id
    AND session_id IS DISTINCT FROM :keep""")
_FAILED = sql("INSERT INTO login_failures (tenant, scope, key, at) VALUES (:tenant, :scope, :key, :at)")
_COUNT = sql(
    "SELECT count(*), max(at) FROM login_failures WHERE tenant = :tenant AND scope = :scope AND key = :key AND at > :since"
)
_FORGET = sql("DELETE FROM login_failures WHERE tenant = :tenant AND scope = :scope AND key = :key")


class Tokens(Repository):
    """Statements on refresh tokens and failures."""

    async def issue(self, row: RefreshTokenRow, *, tx: AsyncSession | None = None) -> None:
        """Record a token that was given out."""
        await self._add(row, row.tenant, tx)

    async def get(self, tenant: str, token_id: str, *, tx: AsyncSession | None = None) -> RefreshTokenRow | None:
        """One token."""
        return await self._one(RefreshTokenRow, tenant, tx, tenant=tenant, token_id=token_id)

    async def use(
        self, tenant: str, token_id: str, digest: str, at: datetime, *, tx: AsyncSession | None = None
    ) -> bool:
        """Spend a token, once: False when it was spent, revoked, has expired or does not match (then look why)."""
        async with self.within(tenant, tx) as session:
            found = await session.execute(_USE, {"tenant": tenant, "token_id": token_id, "digest": digest, "at": at})
            return found.scalar_one_or_none() is not None

    async def revoke(
        self,
        tenant: str,
        at: datetime,
        *,
        family: str = "",
        user_id: str = "",
        session_id: str = "",
        tx: AsyncSession | None = None,
    ) -> None:
        """Revoke all tokens of a family, a user or a session."""
        about = {
            "tenant": tenant,
            "at": at,
            "family": family,
            "user_id": user_id or None,
            "session_id": session_id or None,
        }
        async with self.within(tenant, tx) as session:
            await session.execute(_REVOKE, about)

    async def revoke_others(
        self, tenant: str, at: datetime, user_id: str, keep: str, *, tx: AsyncSession | None = None
    ) -> None:
        """Revoke all tokens of a user but those of one session."""
        async with self.within(tenant, tx) as session:
            about = {"tenant": tenant, "at": at, "user_id": user_id, "keep": keep}
            await session.execute(_REVOKE_OTHERS, about)

    async def failed(self, tenant: str, scope: str, key: str, at: datetime, *, tx: AsyncSession | None = None) -> None:
        """Count one failure."""
        async with self.within(tenant, tx) as session:
            await session.execute(_FAILED, {"tenant": tenant, "scope": scope, "key": key, "at": at})

    async def failures(
        self, tenant: str, scope: str, key: str, since: datetime, *, tx: AsyncSession | None = None
    ) -> tuple[int, datetime | None]:
        """How many since, and the last one."""
        async with self.within(tenant, tx) as session:
            about = {"tenant": tenant, "scope": scope, "key": key, "since": since}
            count, last = (await session.execute(_COUNT, about)).one()
            return int(count), last

    async def forget(self, tenant: str, scope: str, key: str, *, tx: AsyncSession | None = None) -> None:
        """A success clears the count."""
        async with self.within(tenant, tx) as session:
            await session.execute(_FORGET, {"tenant": tenant, "scope": scope, "key": key})

    async def pend(self, row: PendingLoginRow, now: datetime, *, tx: AsyncSession | None = None) -> None:
        """Keep a log-in that has begun; those of this tenant that never came back go."""
        async with self.within(row.tenant, tx) as session:
            await session.execute(_SWEEP, {"tenant": row.tenant, "now": now})
            await self._add(row, row.tenant, session)

    async def take(self, tenant: str, digest: str, now: datetime, *, tx: AsyncSession | None = None) -> str | None:
        """What was kept under a state, once; None when it is unknown, taken or too old."""
        async with self.within(tenant, tx) as session:
            found = (await session.execute(_TAKE, {"tenant": tenant, "digest": digest})).one_or_none()
            return str(found.kept) if found is not None and found.expires_at > now else None
