"""Webhooks out: endpoints, and what is due to them. What is due is written by a trigger, together with the event (``0002_1_post.sql``)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, instant, key, text, texts, yes_no
from symphainy.runtime.store.unit import Repository

__all__ = ["Due", "EndpointRow", "LetterRow", "Webhooks"]


class EndpointRow(SQLModel, table=True):
    """An endpoint. ``state``: active, disabled, removed. ``binding``: of the solution's own; ``secrets`` are references."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("webhook_endpoints_active", "tenant", postgresql_where=sql("state = 'active'")),)
    tenant: str = key()
    endpoint_id: str = key()
    title: str = text()
    url: str = text()
    types: list[str] = texts()
    subject: str = text()
    solution: str = text()
    binding: str = text()
    intent: str = text()
    result: bool = yes_no()
    secrets: list[str] = texts()
    rotated_at: datetime | None = instant(optional=True)
    state: str = text("active")
    reason: str = text()
    created_by: str = text()
    created_at: datetime = instant()


class LetterRow(SQLModel, table=True):
    """One event for one endpoint. ``state``: due, started, delivered, dead. ``round`` counts sendings by hand; no payload is here."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("webhook_deliveries_open", "created_at", postgresql_where=sql("state IN ('due', 'started')")),
        Index("webhook_deliveries_page", "tenant", "endpoint_id", "created_at"),
    )
    tenant: str = key()
    endpoint_id: str = key()
    event_id: str = key()
    type: str = text()
    source_execution: str = text()
    state: str = text("due")
    round: int = big(1)
    attempts: int = big()
    answer: int = big()
    reason: str = text()
    execution_id: str = text()
    created_at: datetime = instant()
    noted_at: datetime | None = instant(optional=True)


class Due(SQLModel):
    """What the dispatcher sees: ids only."""

    tenant: str
    endpoint_id: str
    event_id: str
    round: int


_UNDER_WAY = 200
"""Deliveries to one endpoint at once: one that does not answer holds back its own letters, not everybody's."""
_DUE = sql(f"""
    SELECT d.tenant, d.endpoint_id, d.event_id, d.round FROM webhook_deliveries d WHERE d.state = 'due'
    AND (SELECT count(*) FROM webhook_deliveries o WHERE o.tenant = d.tenant AND o.endpoint_id = d.endpoint_id AND o.state = 'started')
        < {_UNDER_WAY}
    ORDER BY d.created_at LIMIT :limit""")
_STARTED = sql("""
    UPDATE webhook_deliveries SET execution_id = :execution_id, state = CASE state WHEN 'due' THEN 'started' ELSE state END
    WHERE tenant = :tenant AND endpoint_id = :endpoint_id AND event_id = :event_id AND round = :round""")
_LEFT = sql("""
    SELECT d.tenant, d.endpoint_id, d.event_id, d.round FROM webhook_deliveries d
    JOIN executions e ON e.tenant = d.tenant AND e.execution_id = d.execution_id
    WHERE d.state = 'started' AND e.closed_at < :before LIMIT :limit""")
_BACKLOG = sql("SELECT state, count(*) FROM webhook_deliveries WHERE state IN ('due', 'started') GROUP BY state")
_PAGE = sql("""
    SELECT * FROM webhook_deliveries WHERE tenant = :tenant AND endpoint_id = :endpoint AND (:state = '' OR state = :state)
    ORDER BY created_at DESC, event_id LIMIT :limit""")
_AGAIN = sql("""
    UPDATE webhook_deliveries SET state = 'due', round = round + 1, reason = '', execution_id = ''
    WHERE tenant = :tenant AND endpoint_id = :endpoint AND state IN ('dead', 'delivered')
    AND (:event = '' AND state = 'dead' OR event_id = :event)""")


class Webhooks(Repository):
    """Statements on endpoints and letters."""

    async def add(self, row: EndpointRow, *, tx: AsyncSession | None = None) -> None:
        """Keep an endpoint, or change what stands under its id."""
        await self._put(row, row.tenant, tx)

    async def get(self, tenant: str, endpoint_id: str, *, tx: AsyncSession | None = None) -> EndpointRow | None:
        """One endpoint."""
        return await self._one(EndpointRow, tenant, tx, tenant=tenant, endpoint_id=endpoint_id)

    async def all(self, tenant: str, *, solution: str = "", tx: AsyncSession | None = None) -> list[EndpointRow]:
        """The endpoints that were not removed, or all that a solution has bound."""
        about: dict[str, Any] = {"solution": solution} if solution else {}
        rows = await self._some(EndpointRow, tenant, tx, oldest="created_at", tenant=tenant, **about)
        return [row for row in rows if row.state != "removed" and (not solution or row.binding)]

    async def bind(self, tenant: str, solution: str, wanted: Sequence[EndpointRow], *, tx: AsyncSession) -> None:
        """Make a solution's endpoints those of its bindings. One that stays keeps id, secrets and, at the same address, state."""
        standing = {row.binding: row for row in await self.all(tenant, solution=solution, tx=tx)}
        for row in wanted:
            before = standing.pop(row.binding, None)
            if before is None:
                await self._add(row, tenant, tx)
                continue
            kept = {"endpoint_id": before.endpoint_id, "created_at": before.created_at}
            if row.secrets[0] in before.secrets:
                kept |= {"secrets": before.secrets, "rotated_at": before.rotated_at}
            if row.url == before.url:
                kept |= {"state": before.state, "reason": before.reason}
            await self._put(row.model_copy(update=kept), tenant, tx)
        for row in standing.values():
            await self.change(tenant, row.endpoint_id, {"state": "removed"}, tx=tx)

    async def change(
        self, tenant: str, endpoint_id: str, values: dict[str, object], *, tx: AsyncSession | None = None
    ) -> bool:
        """Change some columns; False when there is no such endpoint."""
        return bool(await self._change(EndpointRow, tenant, tx, values, tenant=tenant, endpoint_id=endpoint_id))

    async def letter(self, tenant: str, endpoint_id: str, event_id: str) -> LetterRow | None:
        """What is due to an endpoint under an event's id."""
        return await self._one(LetterRow, tenant, None, tenant=tenant, endpoint_id=endpoint_id, event_id=event_id)

    async def note(self, tenant: str, endpoint_id: str, event_id: str, values: dict[str, object]) -> bool:
        """Change a letter's row."""
        about = {"tenant": tenant, "endpoint_id": endpoint_id, "event_id": event_id}
        return bool(await self._change(LetterRow, tenant, None, values, **about))

    async def started(self, due: Due, execution_id: str) -> None:
        """Note which execution delivers a letter; one that has ended by now keeps its end."""
        async with self.within(due.tenant, None) as session:
            await session.execute(_STARTED, {**due.model_dump(), "execution_id": execution_id})

    async def page(self, tenant: str, endpoint_id: str, state: str, limit: int) -> list[LetterRow]:
        """Letters of an endpoint, newest first."""
        about = {"tenant": tenant, "endpoint": endpoint_id, "state": state, "limit": limit}
        async with self.within(tenant, None) as session:
            return list((await session.execute(select(LetterRow).from_statement(_PAGE), about)).scalars().all())

    async def again(self, tenant: str, endpoint_id: str, event_id: str = "") -> int:
        """Make one letter due again, or all dead ones; how many."""
        about = {"tenant": tenant, "endpoint": endpoint_id, "event": event_id}
        async with self.within(tenant, None) as session:
            return int((await session.execute(_AGAIN, about)).rowcount)  # type: ignore[attr-defined]

    async def due(self, limit: int = 200) -> list[Due]:
        """Letters of all tenants that nobody delivers yet."""
        async with self.store.relay() as session:
            return [Due(**row._mapping) for row in await session.execute(_DUE, {"limit": limit})]

    async def left(self, before: datetime, limit: int = 200) -> list[Due]:
        """Letters whose delivering execution has closed without noting an end."""
        async with self.store.relay() as session:
            return [Due(**row._mapping) for row in await session.execute(_LEFT, {"before": before, "limit": limit})]

    async def backlog(self) -> dict[str, int]:
        """How many letters are due, and how many under way, of all tenants."""
        async with self.store.relay() as session:
            return {state: int(count) for state, count in await session.execute(_BACKLOG)}
