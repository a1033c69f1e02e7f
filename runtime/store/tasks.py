"""Tasks of people and their decisions (DECISIONS.md 11): a decision counts once per person and task."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, cipher, instant, json, key, text, texts
from symphainy.runtime.store.unit import Repository

__all__ = ["HumanTaskRow", "TaskDecisionRow", "Tasks"]


class HumanTaskRow(SQLModel, table=True):
    """One task. ``shown`` is the sealed form with what the person sees, ``shown_digest`` what a decision must name."""

    __tablename__ = "human_tasks"
    __table_args__ = (
        Index("human_tasks_open", "tenant", "opened_at", postgresql_where=sql("state = 'open'")),
        Index("human_tasks_execution", "tenant", "execution_id"),
    )
    tenant: str = key()
    task_id: str = key()
    execution_id: str = text()
    path: str = text()
    title: str = text()
    requester: str = text()
    approvers: list[str] = texts()
    quorum: int = big(1)
    shown: bytes | None = cipher()
    shown_digest: str = text()
    state: str = text("open")
    """open, approved, rejected, timeout, withdrawn."""
    about: dict[str, Any] = json()
    opened_at: datetime = instant()
    due_at: datetime | None = instant(optional=True)
    closed_at: datetime | None = instant(optional=True)


class TaskDecisionRow(SQLModel, table=True):
    """One person's decision: UNIQUE(task, principal), append-only."""

    __tablename__ = "task_decisions"
    tenant: str = key()
    task_id: str = key()
    principal: str = key()
    choice: str = text()
    value: bytes | None = cipher()
    shown_digest: str = text()
    at: datetime = instant()


class Tasks(Repository):
    """Statements on tasks of people."""

    async def open(self, row: HumanTaskRow, *, tx: AsyncSession | None = None) -> bool:
        """Open a task; False when it is there already."""
        return await self._add(row, row.tenant, tx)

    async def get(self, tenant: str, task_id: str, *, tx: AsyncSession | None = None) -> HumanTaskRow | None:
        """One task."""
        return await self._one(HumanTaskRow, tenant, tx, tenant=tenant, task_id=task_id)

    async def pending(self, tenant: str, *, limit: int = 200, tx: AsyncSession | None = None) -> list[HumanTaskRow]:
        """Open tasks, oldest first."""
        return await self._some(HumanTaskRow, tenant, tx, oldest="opened_at", limit=limit, tenant=tenant, state="open")

    async def decide(self, row: TaskDecisionRow, *, tx: AsyncSession | None = None) -> bool:
        """Record a decision; False when this person has decided this task already."""
        return await self._add(row, row.tenant, tx)

    async def decisions(self, tenant: str, task_id: str, *, tx: AsyncSession | None = None) -> list[TaskDecisionRow]:
        """All decisions on a task, first first."""
        return await self._some(TaskDecisionRow, tenant, tx, oldest="at", tenant=tenant, task_id=task_id)

    async def close(
        self, tenant: str, task_id: str, at: datetime, *, reason: str = "", tx: AsyncSession | None = None
    ) -> bool:
        """Close an open task; ``reason``: approved, rejected, timeout, withdrawn."""
        values = {"state": reason or "closed", "closed_at": at}
        return bool(await self._change(HumanTaskRow, tenant, tx, values, tenant=tenant, task_id=task_id, state="open"))

    async def widen(
        self, tenant: str, task_id: str, approvers: Sequence[str], level: int, *, tx: AsyncSession | None = None
    ) -> bool:
        """These may decide an open task as well, and its level has risen."""
        row = await self.get(tenant, task_id, tx=tx)
        if row is None:
            return False
        everyone = list(dict.fromkeys([*row.approvers, *approvers])) if row.approvers else []
        values = {"approvers": everyone, "about": {**row.about, "level": level}}
        return bool(await self._change(HumanTaskRow, tenant, tx, values, tenant=tenant, task_id=task_id, state="open"))
