"""Sessions: rows and verbs; the rules are Traffic Cop's (DECISIONS.md 32)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, instant, json, key, maybe, text
from symphainy.runtime.store.unit import Repository

__all__ = ["SessionRow", "Sessions"]


class SessionRow(SQLModel, table=True):
    """One session. ``principal`` is the whole Principal as JSON; ``expires_at`` is the absolute end, ``idle_at`` the moving one."""

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_principal", "tenant", "principal_id", "expires_at"),)
    tenant: str = key()
    session_id: str = key()
    principal_id: str = text()
    principal: dict[str, Any] = json()
    created_at: datetime = instant()
    seen_at: datetime = instant()
    idle_at: datetime | None = instant(optional=True)
    expires_at: datetime = instant()
    revoked_at: datetime | None = instant(optional=True)
    reason: str | None = maybe()


_LIVE = sql("""
    SELECT count(*) FROM sessions WHERE tenant = :tenant AND principal_id = :principal_id
    AND revoked_at IS NULL AND expires_at > :now AND (idle_at IS NULL OR idle_at > :now)""")
_RENEW = sql("""
    UPDATE sessions SET seen_at = :now, idle_at = :idle_at, expires_at = coalesce(:expires_at, expires_at)
    WHERE tenant = :tenant AND session_id = :session_id AND revoked_at IS NULL AND expires_at > :now
    AND (idle_at IS NULL OR idle_at > :now)""")
_REVOKE = sql("""
    UPDATE sessions SET revoked_at = :now, reason = :reason WHERE tenant = :tenant AND revoked_at IS NULL
    AND (session_id = :session_id OR principal_id = :principal_id) AND session_id <> :keep RETURNING session_id""")


class Sessions(Repository):
    """Statements on sessions."""

    async def add(self, row: SessionRow, *, tx: AsyncSession | None = None) -> None:
        """Create."""
        await self._add(row, row.tenant, tx)

    async def get(self, tenant: str, session_id: str, *, tx: AsyncSession | None = None) -> SessionRow | None:
        """The row, live or not; None also for another tenant's."""
        return await self._one(SessionRow, tenant, tx, tenant=tenant, session_id=session_id)

    async def live(self, tenant: str, principal_id: str, now: datetime, *, tx: AsyncSession | None = None) -> int:
        """How many live sessions a principal has."""
        async with self.within(tenant, tx) as session:
            found = await session.execute(_LIVE, {"tenant": tenant, "principal_id": principal_id, "now": now})
            return int(found.scalar_one())

    async def renew(
        self, tenant: str, session_id: str, now: datetime, *, idle_at: datetime | None, expires_at: datetime | None = None,
        tx: AsyncSession | None = None,
    ) -> bool:  # fmt: skip
        """Seen now: move the idle end, and the absolute one when given. False when the session lives no more."""
        about = {"tenant": tenant, "session_id": session_id, "now": now, "idle_at": idle_at, "expires_at": expires_at}
        async with self.within(tenant, tx) as session:
            return bool((await session.execute(_RENEW, about)).rowcount)  # type: ignore[attr-defined]

    async def revoke(
        self, tenant: str, now: datetime, reason: str, *, session_id: str = "", principal_id: str = "", keep: str = "",
        tx: AsyncSession | None = None,
    ) -> list[str]:  # fmt: skip
        """Revoke one session, or all of a principal but ``keep``; the ids that were live."""
        about = {
            "tenant": tenant,
            "now": now,
            "reason": reason,
            "session_id": session_id,
            "principal_id": principal_id,
            "keep": keep,
        }
        async with self.within(tenant, tx) as session:
            return list((await session.execute(_REVOKE, about)).scalars().all())
