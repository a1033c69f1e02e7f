"""Events in: listeners, the inbox, and deliveries (DECISIONS.md 23). The opening row registers what a plan listens for."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, cipher, instant, key, text
from symphainy.runtime.store.unit import Repository

__all__ = ["DeliveryRow", "Inbox", "InboxRow", "ListenerRow"]


class ListenerRow(SQLModel, table=True):
    """An open execution that listens for a type of event."""

    __tablename__ = "listeners"
    __table_args__ = (Index("listeners_type", "tenant", "type"),)
    tenant: str = key()
    execution_id: str = key()
    type: str = key()
    since: datetime = instant()


class InboxRow(SQLModel, table=True):
    """One event received: UNIQUE(tenant, source, id), so that a repeat changes nothing."""

    __tablename__ = "inbox"
    __table_args__ = (Index("inbox_type", "tenant", "type", "received_at"),)
    tenant: str = key()
    source: str = key()
    event_id: str = key()
    type: str = text()
    subject: str = text()
    data: bytes | None = cipher()
    size: int = big()
    received_at: datetime = instant()


class DeliveryRow(SQLModel, table=True):
    """An event matched to an execution: UNIQUE(execution, event). ``woken_at``: the wake-up signal was sent."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("deliveries_unwoken", "matched_at", postgresql_where=sql("woken_at IS NULL")),)
    tenant: str = key()
    execution_id: str = key()
    source: str = key()
    event_id: str = key()
    matched_at: datetime = instant()
    woken_at: datetime | None = instant(optional=True)
    consumed_at: datetime | None = instant(optional=True)


_MATCH = sql("""
    INSERT INTO deliveries (tenant, execution_id, source, event_id, matched_at)
    SELECT l.tenant, l.execution_id, :source, :event_id, :at FROM listeners l
    WHERE l.tenant = :tenant AND l.type IN (:type, '*')
    ON CONFLICT DO NOTHING RETURNING execution_id""")

_UNWOKEN = sql("""
    SELECT tenant, execution_id, source, event_id, matched_at FROM deliveries WHERE woken_at IS NULL AND matched_at < :before
    ORDER BY tenant, execution_id, matched_at LIMIT :limit""")


class Inbox(Repository):
    """Statements on events received."""

    async def receive(self, row: InboxRow, *, tx: AsyncSession | None = None) -> tuple[bool, list[str]]:
        """Record and match in one transaction: whether it is new, and the executions it was matched to just now."""
        about = {
            "tenant": row.tenant, "source": row.source, "event_id": row.event_id, "type": row.type, "at": row.received_at,
        }  # fmt: skip
        async with self.within(row.tenant, tx) as session:
            if not await self._add(row, row.tenant, session):
                return False, []
            return True, list((await session.execute(_MATCH, about)).scalars().all())

    async def get(self, tenant: str, source: str, event_id: str, *, tx: AsyncSession | None = None) -> InboxRow | None:
        """One event received."""
        return await self._one(InboxRow, tenant, tx, tenant=tenant, source=source, event_id=event_id)

    async def deliveries(self, tenant: str, execution_id: str, *, tx: AsyncSession | None = None) -> list[DeliveryRow]:
        """What was matched to an execution, in order of matching."""
        return await self._some(DeliveryRow, tenant, tx, oldest="matched_at", tenant=tenant, execution_id=execution_id)

    async def matched(self, tenant: str, execution_id: str, source: str, event_id: str) -> bool:
        """Whether an event was matched to an execution."""
        about = {"tenant": tenant, "execution_id": execution_id, "source": source, "event_id": event_id}
        return await self._one(DeliveryRow, tenant, None, **about) is not None

    async def woken(self, tenant: str, execution_id: str, source: str, event_id: str, at: datetime) -> None:
        """The wake-up for an event was sent."""
        about = {"tenant": tenant, "execution_id": execution_id, "source": source, "event_id": event_id}
        await self._change(DeliveryRow, tenant, None, {"woken_at": at}, **about)

    async def unwoken(self, before: datetime, limit: int = 500) -> list[DeliveryRow]:
        """Deliveries of all tenants, matched before an instant, whose wake-up was not sent; for the relay."""
        async with self.store.relay() as session:
            found = await session.execute(_UNWOKEN, {"before": before, "limit": limit})
            return [DeliveryRow(**row._mapping) for row in found]
