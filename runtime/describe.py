"""Reading executions: the projection in SQL, and for a live run what the workflow itself answers."""

import asyncio
from datetime import timedelta
from typing import Protocol

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError

from symphainy.foundations.language.door import ERASED, FORGOTTEN
from symphainy.foundations.language.errors import Refused, Unavailable
from symphainy.foundations.language.ids import effect_key, is_id, workflow_id
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.wire import Closing
from symphainy.runtime.doors import Caller, Doors, caller, found
from symphainy.runtime.models import (
    CLOSING_EVENTS,
    ErasedWhy,
    Execution,
    ExecutionResult,
    ExecutionSummary,
    Page,
    StepView,
)
from symphainy.runtime.rpc import answering
from symphainy.runtime.store.executions import ExecutionRow, Executions
from symphainy.runtime.store.journal import Journal, JournalRow
from symphainy.runtime.store.unit import Store
from symphainy.runtime.wakeups import Wakeups, event_stream

__all__ = ["ClosingSource", "Reader"]

QUERY_TIMEOUT = timedelta(seconds=1)
"""For a live answer. Without a worker there is none, and a description must not wait for one."""

_WHY: dict[str, ErasedWhy] = {ERASED: "subject", FORGOTTEN: "retention"}


class ClosingSource(Protocol):
    """Where closing rows are unsealed; ``StateSurface`` is it."""

    async def closed(self, tenant: str, execution_id: str) -> Closing | None:
        """The closing that stands, or None."""
        ...


class Reader:
    """Describe, result, list."""

    def __init__(self, temporal: Client, store: Store, closings: ClosingSource, doors: Doors, wakeups: Wakeups) -> None:
        self._temporal, self._closings, self._doors, self._wakeups = temporal, closings, doors, wakeups
        self._executions, self._journal = Executions(store), Journal(store)

    async def row(self, who: Caller, execution_id: str) -> ExecutionRow:
        """The execution's row, of the caller's own tenant; NotFound."""
        tenant = caller(who)[0].tenant
        known = is_id(execution_id.partition("/")[0], "execution")  # children are <root>/<path>
        return found(await self._executions.get(tenant, execution_id) if known else None, execution_id)

    async def describe(self, who: Caller, execution_id: str) -> Execution:
        """Everything but values: state, steps, problem; for a live run also where it is and what it waits for."""
        row = await self.row(who, execution_id)
        await self._doors.execution(who, "read", row)
        steps = await self._journal.steps(row.tenant, execution_id)
        if row.closed_at is None:  # what history has not witnessed yet may still be denied by it
            unwitnessed = {each.seq for each in await self._journal.provisional(row.tenant, execution_id)}
            steps = [step for step in steps if step.seq not in unwitnessed]
        closing, gone = await self._closing(row) if row.closed_at else (None, "")
        progress, waiting_for = (None, None) if row.closed_at else await self._live(row)
        return Execution(
            summary=summary(row),
            steps=tuple(_view(step) for step in steps),
            problem=closing.problem if closing else None,
            progress=progress,
            waiting_for=waiting_for,
            live=progress is not None,
            workflow_id=workflow_id(row.tenant, execution_id),
            run_id=row.run_id,
            erased=bool(gone),
            erased_why=gone,
        )

    async def result(self, who: Caller, execution_id: str, wait: float = 0.0) -> ExecutionResult:
        """How it ended; waits up to ``wait`` seconds for that. Still open then: ``closed`` is False."""
        row = await self.row(who, execution_id)
        await self._doors.execution(who, "read", row)
        if row.closed_at is None and wait > 0:
            row = await self._wait(row, wait)
        if row.closed_at is None:
            return ExecutionResult(execution_id, row.status, row.compensation)  # type: ignore[arg-type]
        closing, gone = await self._closing(row)
        return ExecutionResult(
            execution_id,
            row.status,  # type: ignore[arg-type]
            row.compensation,  # type: ignore[arg-type]
            closed=True,
            output=closing.output if closing else None,
            problem=closing.problem if closing else None,
            erased=bool(gone),
            erased_why=gone,
        )

    async def _closing(self, row: ExecutionRow) -> tuple[Closing | None, ErasedWhy]:
        """How it ended, and why what it ended with is gone, where it is."""
        try:
            return await self._closings.closed(row.tenant, row.execution_id), ""
        except Refused as refusal:
            if refusal.code not in _WHY:
                raise
            return None, _WHY[refusal.code]

    async def page(
        self,
        who: Caller,
        *,
        cursor: str | None = None,
        status: str = "",
        solution: str = "",
        mine: bool = True,
        limit: int = 50,
    ) -> Page:
        """A page of executions, newest first: the caller's own, or with ``mine=False`` all of the tenant (operators)."""
        principal, _ = caller(who)
        owner = principal.id if mine else ""
        probe = ExecutionRow.model_construct(tenant=principal.tenant, execution_id="*", principal=owner, purpose="")
        await self._doors.execution(who, "read", probe)
        limit = max(1, min(limit, 200))
        rows = await self._executions.page(
            principal.tenant, before=cursor or "", principal=owner, status=status, solution=solution, limit=limit + 1
        )
        items = tuple(summary(row) for row in rows[:limit])
        return Page(items, items[-1].execution_id if len(rows) > limit else None)

    async def context(self, who: Caller, execution_id: str) -> Json:
        """A live run's ``$context``; None for a closed one, and when no worker answers."""
        row = await self.row(who, execution_id)
        await self._doors.execution(who, "read", row)
        return None if row.closed_at else await self._query(row, "context")

    async def _live(self, row: ExecutionRow) -> tuple[Json, Json]:
        progress, waiting_for = await asyncio.gather(self._query(row, "progress"), self._query(row, "waiting_for"))
        return progress, waiting_for

    async def _query(self, row: ExecutionRow, name: str) -> Json:
        handle = self._temporal.get_workflow_handle(workflow_id(row.tenant, row.execution_id))
        try:
            with answering(name):
                return await handle.query(name, rpc_timeout=QUERY_TIMEOUT)
        except (Unavailable, WorkflowQueryFailedError, WorkflowQueryRejectedError):
            return None

    async def _wait(self, row: ExecutionRow, wait: float) -> ExecutionRow:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        async with self._wakeups.following(event_stream(row.tenant, row.execution_id), CLOSING_EVENTS) as follower:
            while True:
                fresh = await self._executions.get(row.tenant, row.execution_id) or row
                left = deadline - loop.time()
                if fresh.closed_at is not None or left <= 0:
                    return fresh
                await follower.wait(timedelta(seconds=left))


def summary(row: ExecutionRow) -> ExecutionSummary:
    """A row as one line of a list."""
    return ExecutionSummary(
        execution_id=row.execution_id, intent=row.intent, intent_id=row.intent_id, session_id=row.session_id,
        solution=row.solution, status=row.status, compensation=row.compensation, created_at=row.created_at,  # type: ignore[arg-type]
        closed_at=row.closed_at, definition=row.definition, plan_digest=row.plan_digest,
        forgotten=row.forgotten_at is not None,
    )  # fmt: skip


def _view(row: JournalRow) -> StepView:
    path = row.effect_key.removeprefix(effect_key(row.tenant, row.execution_id, ""))
    return StepView(
        path=path, name=row.name, capability=row.capability, kind=row.kind, status=row.status, at=row.at, seq=row.seq
    )
