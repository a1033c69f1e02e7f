"""Healing a run that cannot go on, where the city says so: a stuck one is reset to its beginning, a lost one is started again.

Nothing takes effect twice: every outcome that was journaled is found by its effect key.
"""

import logging
from typing import Literal
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest, ResetWorkflowExecutionRequest
from temporalio.client import Client

from symphainy.foundations.language.ids import workflow_id
from symphainy.foundations.language.records import EventDraft
from symphainy.runtime.oversight import Act, Oversight
from symphainy.runtime.rpc import answering
from symphainy.runtime.starts import Starter
from symphainy.runtime.store.executions import Executions, OpenExecution
from symphainy.runtime.store.intents import Intents
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

__all__ = ["Healer"]

_ENDS = (EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
_log = logging.getLogger("symphainy.healing")


class Healer:
    """Asked by the reconciler about every run that it reports."""

    def __init__(
        self, temporal: Client, store: Store, surface: StateSurface, starter: Starter, oversight: Oversight
    ) -> None:
        self._temporal, self._surface, self._starter, self._oversight = temporal, surface, starter, oversight
        self._executions, self._intents = Executions(store), Intents(store)
        self._tries: dict[tuple[str, str], int] = {}

    async def heal(self, outline: OpenExecution, kind: Literal["stuck", "unknown"], run_id: str = "") -> bool:
        """Ask, and act; whether something was done. Once per finding: a run that is still ill is asked about again next round."""
        tenant, execution_id = outline.tenant, outline.execution_id
        row = await self._executions.get(tenant, execution_id)
        if row is None or row.closed_at is not None:
            return False
        tries = self._tries.get((tenant, execution_id), 0)
        act = await self._oversight.ill(tenant, row.solution, kind, tries)
        if act.do == "note":
            event = EventDraft(
                type="execution.observed", subject=execution_id, data={"would": "heal", "reason": act.reason}
            )
            await self._surface.control(tenant, execution_id, "would/heal", event, reason=act.reason)
        if act.do != "heal":
            return False
        self._tries[tenant, execution_id] = tries + 1
        if not await self._noted(tenant, execution_id, tries + 1, act):
            return False  # another process, or this one before its restart, has done this one
        await (self._reset(tenant, execution_id, run_id, act) if kind == "stuck" else self._again(tenant, execution_id))
        return True

    async def _noted(self, tenant: str, execution_id: str, number: int, act: Act) -> bool:
        event = EventDraft(type="execution.healed", subject=execution_id, data={"reason": act.reason})
        return await self._surface.control(tenant, execution_id, f"healed/{number}", event, reason=act.reason)

    async def _reset(self, tenant: str, execution_id: str, run_id: str, act: Act) -> None:
        """To the end of its first task: the code of today walks it anew."""
        execution = WorkflowExecution(workflow_id=workflow_id(tenant, execution_id), run_id=run_id)
        service, namespace = self._temporal.workflow_service, self._temporal.namespace
        with answering("reset"):
            page = await service.get_workflow_execution_history(
                GetWorkflowExecutionHistoryRequest(namespace=namespace, execution=execution, maximum_page_size=20)
            )
            place = next(event.event_id for event in page.history.events if event.event_type in _ENDS)
            await service.reset_workflow_execution(
                ResetWorkflowExecutionRequest(
                    namespace=namespace, workflow_execution=execution, reason=act.reason, workflow_task_finish_event_id=place,
                    request_id=str(uuid4()),
                )
            )  # fmt: skip

    async def _again(self, tenant: str, execution_id: str) -> None:
        intent = await self._intents.of_execution(tenant, execution_id)
        if intent is None or intent.start is None:
            _log.warning(
                "not_healable", extra={"tenant": tenant, "execution_id": execution_id, "why": "no start is kept"}
            )
            return
        await self._starter.resume(intent)
