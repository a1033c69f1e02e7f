"""Executions: a projection of Temporal's histories, kept by the surface, read by everyone (DECISIONS.md 13)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, instant, key, maybe, text, texts, yes_no
from symphainy.runtime.store.unit import Repository

__all__ = ["ExecutionRow", "Executions", "OpenExecution"]


class ExecutionRow(SQLModel, table=True):
    """One execution. ``journal_length`` and ``event_length`` are the last numbers given: the next one is one more.

    ``begun``: the latest workflow task that has begun an activity; a closing by an earlier one is refused. The row's lock orders all
    writers of one execution. ``forgotten_at``: its payloads are past their retention, and were taken out.
    """

    __tablename__ = "executions"
    __table_args__ = (
        Index("executions_open", "created_at", postgresql_where=sql("closed_at IS NULL")),
        Index(
            "executions_unexported", "closed_at", postgresql_where=sql("closed_at IS NOT NULL AND exported_at IS NULL")
        ),
        Index("executions_root", "tenant", "root"),
        Index(
            "executions_kept",
            "tenant",
            "closed_at",
            postgresql_where=sql("closed_at IS NOT NULL AND forgotten_at IS NULL"),
        ),
    )
    tenant: str = key()
    execution_id: str = key()
    root: str = text()
    intent: str = text()
    intent_id: str = text()
    session_id: str | None = maybe()
    solution: str | None = maybe()
    principal: str = text()
    purpose: str = text()
    definition: str = text()
    plan_digest: str = text()
    status: str = text("pending")
    compensation: str = text("none")
    run_id: str = text()
    epoch: int = big(1)
    journal_length: int = big()
    journal_head: str = text()
    event_length: int = big()
    steps: int = big()
    listens: list[str] = texts()
    begun: str = text()
    recovered: bool = yes_no()
    created_at: datetime = instant()
    started_at: datetime | None = instant(optional=True)
    closed_at: datetime | None = instant(optional=True)
    checked_at: datetime | None = instant(optional=True)
    exported_at: datetime | None = instant(optional=True)
    forgotten_at: datetime | None = instant(optional=True)


_PAGE = sql("""
    SELECT * FROM executions WHERE tenant = :tenant AND (:before = '' OR execution_id < :before)
    AND (:principal = '' OR principal = :principal) AND (:status = '' OR status = :status)
    AND (:solution = '' OR solution = :solution) AND (:intent = '' OR intent = :intent) AND (:but = '' OR intent <> :but)
    ORDER BY execution_id DESC LIMIT :limit""")
_NAMED = sql("""
    SELECT * FROM executions WHERE tenant = :tenant AND starts_with(definition, :name) AND root IN ('', execution_id)
    ORDER BY closed_at IS NOT NULL, execution_id DESC LIMIT :limit""")
_OPEN = sql("""
    SELECT tenant, execution_id, run_id, status, created_at FROM executions WHERE closed_at IS NULL AND created_at < :before
    ORDER BY checked_at NULLS FIRST, created_at LIMIT :limit""")
_CHECKED = sql("UPDATE executions SET checked_at = :at WHERE tenant = :tenant AND execution_id = :execution_id")
_UNEXPORTED = sql("""
    SELECT tenant, execution_id, run_id, status, created_at FROM executions WHERE closed_at < :before AND exported_at IS NULL
    ORDER BY closed_at LIMIT :limit""")
_EXPORTED = sql("""
    UPDATE executions SET exported_at = :at WHERE tenant = :tenant AND execution_id = :execution_id
    RETURNING forgotten_at IS NOT NULL""")


_FAULTED = sql("""
    SELECT tenant, execution_id, run_id, status, created_at FROM executions WHERE status = 'faulted' AND closed_at > :after
    ORDER BY closed_at DESC LIMIT :limit""")
_OVERDUE = sql("""
    SELECT * FROM executions WHERE tenant = :tenant AND solution = :solution AND closed_at IS NULL AND created_at < :before
    AND (:intent = '*' OR intent = :intent) ORDER BY created_at LIMIT :limit""")


class OpenExecution(SQLModel):
    """The outline of an execution that the relay may see."""

    tenant: str
    execution_id: str
    run_id: str = ""
    status: str = ""
    created_at: datetime


class Executions(Repository):
    """Statements on executions. All writing of status and numbers is in ``StateSurface``."""

    async def get(self, tenant: str, execution_id: str, *, tx: AsyncSession | None = None) -> ExecutionRow | None:
        """The row; None also for another tenant's."""
        found = await self._fetch(ExecutionRow, "surface_execution", tenant, execution_id, tx=tx)
        return found[0] if found else None

    async def page(
        self, tenant: str, *, before: str = "", principal: str = "", status: str = "", solution: str = "", intent: str = "",
        but: str = "", limit: int = 50, tx: AsyncSession | None = None,
    ) -> list[ExecutionRow]:  # fmt: skip
        """Newest first (ids sort by time), older than ``before``; empty filters do not filter. ``but``: any intent but this."""
        about = {
            "tenant": tenant, "before": before, "principal": principal, "status": status, "solution": solution, "intent": intent,
            "but": but, "limit": limit,
        }  # fmt: skip
        async with self.within(tenant, tx) as session:
            return list((await session.execute(select(ExecutionRow).from_statement(_PAGE), about)).scalars().all())

    async def named(
        self, tenant: str, name: str, *, limit: int = 50, tx: AsyncSession | None = None
    ) -> list[ExecutionRow]:
        """Runs of every version of a definition (``namespace/name:``): open ones first, then the newest."""
        about = {"tenant": tenant, "name": name, "limit": limit}
        async with self.within(tenant, tx) as session:
            return list((await session.execute(select(ExecutionRow).from_statement(_NAMED), about)).scalars().all())

    async def open(self, before: datetime, limit: int = 200) -> list[OpenExecution]:
        """Open executions of all tenants, those not checked for longest first: for the reconciler."""
        return await self._outlines(_OPEN, before=before, limit=limit)

    async def checked(self, tenant: str, execution_id: str, at: datetime) -> None:
        """The reconciler has compared it with Temporal."""
        async with self.store.relay() as session:
            await session.execute(_CHECKED, {"tenant": tenant, "execution_id": execution_id, "at": at})

    async def unexported(self, before: datetime, limit: int = 50) -> list[OpenExecution]:
        """Closed executions whose history has not been exported yet."""
        return await self._outlines(_UNEXPORTED, before=before, limit=limit)

    async def exported(self, tenant: str, execution_id: str, at: datetime) -> bool:
        """Its history lies in objects now; True: and must not, since its payloads were forgotten at this very moment."""
        async with self.store.relay() as session:
            return bool(await session.scalar(_EXPORTED, {"tenant": tenant, "execution_id": execution_id, "at": at}))

    async def faulted(self, after: datetime, limit: int = 200) -> list[OpenExecution]:
        """Runs of all tenants that have faulted since, newest first."""
        return await self._outlines(_FAULTED, after=after, limit=limit)

    async def overdue(
        self,
        tenant: str,
        solution: str,
        intent: str,
        before: datetime,
        *,
        limit: int = 200,
        tx: AsyncSession | None = None,
    ) -> list[ExecutionRow]:
        """Open runs of a solution's intent (``*``: of all its intents) that began before, oldest first."""
        about = {"tenant": tenant, "solution": solution, "intent": intent, "before": before, "limit": limit}
        async with self.within(tenant, tx) as session:
            return list((await session.execute(select(ExecutionRow).from_statement(_OVERDUE), about)).scalars().all())

    async def _outlines(self, statement: Any, **about: Any) -> list[OpenExecution]:
        async with self.store.relay() as session:
            return [OpenExecution(**row._mapping) for row in await session.execute(statement, about)]
