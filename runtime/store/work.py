"""The work queue: what needs a person or a policy to go on. Never lost, opened at most once per cause."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, instant, json, key, maybe, text
from symphainy.runtime.store.unit import Repository

__all__ = ["WorkItemRow", "WorkQueue"]


class WorkItemRow(SQLModel, table=True):
    """One item. ``kind``: outcome_unknown, owed_undo, late_effect, stuck, reset. ``item_id`` = ``<kind>:<effect key>``."""

    __tablename__ = "work_items"
    __table_args__ = (Index("work_items_open", "tenant", "opened_at", postgresql_where=sql("state = 'open'")),)
    tenant: str = key()
    item_id: str = key()
    kind: str = text()
    execution_id: str = text()
    effect_key: str = text()
    capability: str = text()
    state: str = text("open")
    reason: str = text()
    detail: dict[str, Any] = json()
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(optional=True)
    closed_by: str | None = maybe()
    resolution: str | None = maybe()


_OPEN = sql("""
    SELECT * FROM work_items WHERE tenant = :tenant AND state = 'open' AND (:kind = '' OR kind = :kind)
    AND (:execution_id = '' OR execution_id = :execution_id) ORDER BY opened_at LIMIT :limit""")


class WorkQueue(Repository):
    """Statements on work items."""

    async def open(self, row: WorkItemRow, *, tx: AsyncSession | None = None) -> None:
        """Open an item; opening it again reopens it."""
        await self._put(row, row.tenant, tx)

    async def item(self, tenant: str, item_id: str, *, tx: AsyncSession | None = None) -> WorkItemRow | None:
        """One item, open or closed."""
        return await self._one(WorkItemRow, tenant, tx, tenant=tenant, item_id=item_id)

    async def note(self, tenant: str, item_id: str, detail: dict[str, Any], *, tx: AsyncSession | None = None) -> bool:
        """Keep what was tried; False when the item is not open."""
        about = {"tenant": tenant, "item_id": item_id, "state": "open"}
        return bool(await self._change(WorkItemRow, tenant, tx, {"detail": detail}, **about))

    async def items(
        self, tenant: str, *, kind: str = "", execution_id: str = "", limit: int = 200, tx: AsyncSession | None = None
    ) -> list[WorkItemRow]:
        """Open items, oldest first; empty filters do not filter."""
        about = {"tenant": tenant, "kind": kind, "execution_id": execution_id, "limit": limit}
        async with self.within(tenant, tx) as session:
            return list((await session.execute(select(WorkItemRow).from_statement(_OPEN), about)).scalars().all())

    async def close(
        self, tenant: str, item_id: str, *, by: str, resolution: str, at: datetime, tx: AsyncSession | None = None
    ) -> bool:
        """Close an open item; False when it was not open."""
        values = {"state": "closed", "closed_by": by, "resolution": resolution, "closed_at": at}
        return bool(await self._change(WorkItemRow, tenant, tx, values, tenant=tenant, item_id=item_id, state="open"))
