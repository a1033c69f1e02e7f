"""Hooks in: which messages came already. A copy has no second effect, whoever sends it."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy import text as sql

from symphainy.runtime.store.columns import SQLModel, instant, key, text
from symphainy.runtime.store.unit import Repository

__all__ = ["HookMessageRow", "HookMessages"]


class HookMessageRow(SQLModel, table=True):
    """One message that a hook took in: its id, and the digest of its body."""

    __tablename__ = "hook_messages"
    __table_args__ = (Index("hook_messages_old", "received_at"),)
    tenant: str = key()
    hook: str = key()
    message: str = key()
    digest: str = text()
    received_at: datetime = instant()


_FORGET = sql("DELETE FROM hook_messages WHERE received_at < :before")


class HookMessages(Repository):
    """Statements on them."""

    async def take(self, row: HookMessageRow) -> HookMessageRow | None:
        """Keep it; what stands under its id when it came before."""
        if await self._add(row, row.tenant, None):
            return None
        about = {"tenant": row.tenant, "hook": row.hook, "message": row.message}
        return await self._one(HookMessageRow, row.tenant, None, **about)

    async def forget(self, before: datetime) -> int:
        """Drop those of all tenants that are older; for the relay."""
        async with self.store.relay() as session:
            return int((await session.execute(_FORGET, {"before": before})).rowcount)  # type: ignore[attr-defined]
