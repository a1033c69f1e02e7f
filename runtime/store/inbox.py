"""Events in: listeners, the inbox, and deliveries (DECISIONS.md 23). The opening row registers what a plan listens for."""

from datetime import datetime

from sqlalchemy import Index, TextClause
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, cipher, instant, key, text
from symphainy.runtime.store.unit import Repository

__all__ = ["STARTS", "DeliveryRow", "Inbox", "InboxRow", "ListenerRow", "Pending"]

STARTS = "on:"
"""Before the name of a trigger that listens in place of a run: what is matched to it starts one."""


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
    __table_args__ = (
        Index("deliveries_unwoken", "matched_at", postgresql_where=sql("woken_at IS NULL")),
        Index("deliveries_event", "tenant", "source", "event_id"),
    )
    tenant: str = key()
    execution_id: str = key()
    source: str = key()
    event_id: str = key()
    matched_at: datetime = instant()
    woken_at: datetime | None = instant(optional=True)
    consumed_at: datetime | None = instant(optional=True)
    start_key: str = text()
    """Of an event that starts a run: which start it is part of."""


class Pending(SQLModel):
    """An event that came for a trigger, with its value."""

    source: str
    event_id: str
    start_key: str
    data: bytes | None


_MATCH = sql("""
    INSERT INTO deliveries (tenant, execution_id, source, event_id, matched_at)
    SELECT l.tenant, l.execution_id, :source, :event_id, :at FROM listeners l
    WHERE l.tenant = :tenant AND l.type IN (:type, '*')
    ON CONFLICT DO NOTHING RETURNING execution_id""")

_UNWOKEN = sql("""
    SELECT tenant, execution_id, source, event_id, matched_at FROM deliveries
    WHERE woken_at IS NULL AND matched_at < :before AND NOT starts_with(execution_id, 'on:')
    ORDER BY tenant, execution_id, matched_at LIMIT :limit""")

_STARTING = sql("""
    SELECT DISTINCT tenant, execution_id FROM deliveries WHERE woken_at IS NULL AND starts_with(execution_id, 'on:')
    ORDER BY tenant, execution_id LIMIT 100""")
_PENDING = sql("""
    SELECT d.source, d.event_id, d.start_key, i.data FROM deliveries d JOIN inbox i USING (tenant, source, event_id)
    WHERE d.tenant = :tenant AND d.execution_id = :listener AND d.consumed_at IS NULL
    ORDER BY d.matched_at, d.source, d.event_id LIMIT 1000""")
_MARK = """
    UPDATE deliveries d SET {} FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[])) AS e (source, event_id)
    WHERE d.tenant = :tenant AND d.execution_id = :listener AND d.source = e.source AND d.event_id = e.event_id"""
_EXAMINED, _CONSUMED = sql(_MARK.format("woken_at = :value")), sql(_MARK.format("consumed_at = :value"))
_ASSIGN = sql(_MARK.format("start_key = :value"))


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

    async def starting(self) -> list[tuple[str, str]]:
        """(tenant, listener) of the triggers that events have come for, of all tenants; for the relay."""
        async with self.store.relay() as session:
            return [(row.tenant, row.execution_id) for row in await session.execute(_STARTING)]

    async def pending(self, tenant: str, listener: str) -> list[Pending]:
        """What came for a trigger and is not used up, in order of arrival."""
        async with self.within(tenant, None) as session:
            rows = await session.execute(_PENDING, {"tenant": tenant, "listener": listener})
            return [Pending(**row._mapping) for row in rows]

    async def assign(self, tenant: str, listener: str, rows: list[Pending], start_key: str) -> None:
        """These events are part of one start."""
        await self._mark(_ASSIGN, tenant, listener, rows, start_key)

    async def consumed(self, tenant: str, listener: str, rows: list[Pending], at: datetime) -> None:
        """These events are used up."""
        await self._mark(_CONSUMED, tenant, listener, rows, at)

    async def examined(self, tenant: str, listener: str, rows: list[Pending], at: datetime) -> None:
        """These events were looked at: until another one comes, nothing follows from them."""
        await self._mark(_EXAMINED, tenant, listener, rows, at)

    async def _mark(
        self, statement: TextClause, tenant: str, listener: str, rows: list[Pending], value: datetime | str
    ) -> None:
        if rows:
            about = {"sources": [row.source for row in rows], "ids": [row.event_id for row in rows], "value": value}
            async with self.within(tenant, None) as session:
                await session.execute(statement, {"tenant": tenant, "listener": listener, **about})
