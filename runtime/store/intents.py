"""Intents and idempotency keys: primary, never rebuilt (DECISIONS.md 13, 24).

``StateSurface.receive`` writes the row together with the door's decision and the event ``intent.received`` in one
transaction; the statements here are for everything after that.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, cipher, instant, json, key, maybe, text
from symphainy.runtime.store.unit import Repository

__all__ = ["IntentRow", "Intents"]


class IntentRow(SQLModel, table=True):
    """One intent received. ``state``: reserved (no workflow yet) → started, or refused. A refused one occupies no key."""

    __tablename__ = "intents"
    __table_args__ = (
        Index(
            "intents_key",
            "tenant",
            "principal",
            "operation",
            "key",
            unique=True,
            postgresql_where=sql("state <> 'refused'"),
        ),
        Index("intents_execution", "tenant", "execution_id"),
        Index(
            "intents_scheduled",
            "tenant",
            sql("split_part(key, ':', 2)"),
            "received_at",
            postgresql_where=sql("source = 'cron' AND key LIKE 'schedule:%'"),
        ),
        Index("intents_reserved", "received_at", postgresql_where=sql("state = 'reserved'")),
    )
    tenant: str = key()
    intent_id: str = key()
    principal: str = text()
    operation: str = text()
    key: str = text()
    body_digest: str = text()
    execution_id: str = text()
    session_id: str | None = maybe()
    type: str = text()
    solution: str | None = maybe()
    source: str = text()
    purpose: str = text()
    definition: str = text()
    plan_digest: str = text()
    start: bytes | None = cipher()
    """The sealed start (saga input and passport): what the reconciler starts a reserved intent with."""
    state: str = text("reserved")
    problem: dict[str, Any] = json()
    attempts: int = big()
    received_at: datetime = instant()
    started_at: datetime | None = instant(optional=True)


_BY_KEY = sql("""
    SELECT * FROM intents
    WHERE tenant = :tenant AND principal = :principal AND operation = :operation AND key = :key AND state <> 'refused'""")
_STARTED = sql("SELECT * FROM surface_started(:tenant, :intent_id, :at)")
_RESERVED = sql("""
    SELECT tenant, intent_id, execution_id FROM intents
    WHERE state = 'reserved' AND received_at < :before ORDER BY received_at LIMIT :limit""")


_LAST = sql("""
    SELECT i.execution_id, e.closed_at FROM intents i LEFT JOIN executions e USING (tenant, execution_id)
    WHERE i.tenant = :tenant AND split_part(i.key, ':', 2) = :schedule AND i.source = 'cron' AND i.key LIKE 'schedule:%'
    AND i.state <> 'refused' ORDER BY i.received_at DESC LIMIT 1""")


class LastRun(SQLModel):
    """When a schedule's last run was through."""

    execution_id: str
    closed_at: datetime | None


class Intents(Repository):
    """Statements on intents."""

    async def reserve(self, row: IntentRow, *, tx: AsyncSession | None = None) -> tuple[IntentRow, bool]:
        """Insert unless the key is taken: the row that stands, and whether it is this one. Compare ``body_digest`` yourself."""
        async with self.within(row.tenant, tx) as session:
            if await self._add(row, row.tenant, session):
                return row, True
            standing = await self.by_key(row.tenant, row.principal, row.operation, row.key, tx=session)
            return (standing, False) if standing else (row, await self._add(row, row.tenant, session))

    async def refuse(self, row: IntentRow, *, tx: AsyncSession | None = None) -> None:
        """Record a refused intent (``state='refused'``, ``problem`` filled in)."""
        await self._add(row, row.tenant, tx)

    async def get(self, tenant: str, intent_id: str, *, tx: AsyncSession | None = None) -> IntentRow | None:
        """By id."""
        return await self._one(IntentRow, tenant, tx, tenant=tenant, intent_id=intent_id)

    async def of_execution(self, tenant: str, execution_id: str, *, tx: AsyncSession | None = None) -> IntentRow | None:
        """The intent that an execution answers."""
        return await self._one(IntentRow, tenant, tx, tenant=tenant, execution_id=execution_id)

    async def by_key(
        self, tenant: str, principal: str, operation: str, key: str, *, tx: AsyncSession | None = None
    ) -> IntentRow | None:
        """The intent that holds an idempotency key."""
        about = {"tenant": tenant, "principal": principal, "operation": operation, "key": key}
        async with self.within(tenant, tx) as session:
            return (await session.execute(select(IntentRow).from_statement(_BY_KEY), about)).scalar_one_or_none()

    async def started(self, tenant: str, intent_id: str, at: datetime, *, tx: AsyncSession | None = None) -> None:
        """Its workflow exists now. The mark waits for no disk: where it is lost, the reconciler starts it once more, and finds it."""
        await self.store.call(_STARTED, {"tenant": tenant, "intent_id": intent_id, "at": at}, tx=tx)

    async def reserved(self, before: datetime, limit: int = 100) -> list[tuple[str, str, str]]:
        """(tenant, intent_id, execution_id) of intents without a workflow, oldest first, of all tenants: for the reconciler."""
        async with self.store.relay() as session:
            rows = await session.execute(_RESERVED, {"before": before, "limit": limit})
            return [(row.tenant, row.intent_id, row.execution_id) for row in rows]

    async def last_scheduled(self, tenant: str, schedule: str) -> LastRun | None:
        """The last run that a schedule started; ``closed_at`` None: it is not through."""
        async with self.within(tenant, None) as session:
            row = (await session.execute(_LAST, {"tenant": tenant, "schedule": schedule})).one_or_none()
            return LastRun(**row._mapping) if row else None
