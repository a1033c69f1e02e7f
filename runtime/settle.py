"""Closes in the record what has ended at Temporal without closing itself: terminated, timed out, or broken in the workflow.

Such a run undid nothing. What its steps owe is therefore written into the work queue, and the compensation is ``partial``.
"""

import logging
from typing import Literal

from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from symphainy.foundations.language.errors import ERROR_BASE, NotFound, Problem, SymphainyError
from symphainy.foundations.language.ids import effect_key
from symphainy.foundations.language.wire import Closing
from symphainy.runtime.condition import Condition
from symphainy.runtime.history import ExecutionHistory, outcome
from symphainy.runtime.history_export import HistoryArchive
from symphainy.runtime.store.grants import Grants
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

__all__ = ["Settler"]

Status = Literal["completed", "faulted", "cancelled"]

_log = logging.getLogger("symphainy.reconciler")
_STATUS: dict[str, Status] = {"completed": "completed", "cancelled": "cancelled"}


class Settler:
    """Writes the closing that a run did not write."""

    def __init__(self, temporal: Client, store: Store, surface: StateSurface, archive: HistoryArchive) -> None:
        self._temporal, self._surface, self._archive, self._grants = temporal, surface, archive, Grants(store)

    async def settle(self, tenant: str, execution_id: str, told: Condition) -> bool:
        """Close it as Temporal ended it; False when its own closing stood already."""
        history = await self._history(tenant, execution_id)
        base = effect_key(tenant, execution_id, "")
        owed = [key.removeprefix(base) for key, _ in await self._grants.owed(tenant, execution_id)]
        if told.kind == "completed":
            owed = []  # a completed run owes nothing: its grants were for the case that it did not
        status = _STATUS.get(told.kind, "faulted")
        output, problem = await self._ending(history, told)
        closing = Closing(
            tenant=tenant,
            execution_id=execution_id,
            status=status,
            compensation="partial" if owed else "none",
            output=output,
            problem=problem,
            telling=problem is None or problem.code is not None,  # its definition is not at hand
            run_id=told.run_id,
            steps=len(history.steps) if history else 0,
            owed=tuple(owed),
            witnessed=tuple(step.result.seq for step in history.steps if step.local and step.result) if history else (),
        )
        ended_by_force = told.kind in ("terminated", "timed_out")
        closed = await self._surface.close(closing, event="execution.terminated" if ended_by_force else "")
        return closed.closing == closing

    async def _history(self, tenant: str, execution_id: str) -> ExecutionHistory | None:
        """What history has, if it can be read: without it no local row counts as witnessed."""
        try:
            return await self._archive.read(tenant, execution_id)
        except (NotFound, SymphainyError, ValueError) as error:
            _log.warning(
                "history_unreadable",
                extra={"tenant": tenant, "execution_id": execution_id, "why": type(error).__name__},
            )
            return None

    async def _ending(self, history: ExecutionHistory | None, told: Condition) -> tuple[object, Problem | None]:
        if told.kind == "completed":
            return (await outcome(self._temporal.data_converter, history) if history else None), None
        if told.kind == "cancelled":
            return None, None
        if told.kind == "failed" and history is not None:
            error = await outcome(self._temporal.data_converter, history)
            if isinstance(error, ApplicationError) and error.details:
                try:
                    return None, Problem.model_validate(error.details[0])
                except ValueError:
                    pass  # a failure that is none of ours
        title = {"terminated": "Terminated", "timed_out": "Timed out"}.get(told.kind, "Workflow failed")
        code = {"terminated": "terminated", "timed_out": "timed_out"}.get(told.kind, "workflow_failed")
        return None, Problem(type=ERROR_BASE + "runtime", status=500, title=title, detail=told.reason, code=code)
