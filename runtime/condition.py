"""How an execution stands at Temporal, in one word and with the reason: what the reconciler compares the record with."""

from dataclasses import dataclass
from typing import Literal

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionStatus

from symphainy.foundations.language.errors import NotFound
from symphainy.foundations.language.ids import workflow_id
from symphainy.runtime.rpc import answering

__all__ = ["STUCK_AFTER", "Condition", "condition"]

STUCK_AFTER = 3
"""Attempts of one workflow task. Two may be a worker killed at a bad moment and its replacement; three is a pattern."""

Kind = Literal["running", "stuck", "completed", "failed", "cancelled", "terminated", "timed_out", "absent"]

_CLOSED: dict[WorkflowExecutionStatus, Kind] = {
    WorkflowExecutionStatus.COMPLETED: "completed",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.CANCELED: "cancelled",
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.TIMED_OUT: "timed_out",
}
_LONGEST = 300


@dataclass(frozen=True)
class Condition:
    """``reason`` is the failing task's cause and first line, or who terminated and why; never a payload."""

    kind: Kind
    run_id: str = ""
    reason: str = ""

    @property
    def over(self) -> bool:
        """Whether the workflow has ended."""
        return self.kind not in ("running", "stuck", "absent")


async def condition(client: Client, tenant: str, execution_id: str) -> Condition:
    """Ask Temporal; Unavailable when it does not answer."""
    handle = client.get_workflow_handle(workflow_id(tenant, execution_id))
    try:
        with answering("describe", missing=_absent):
            told = await handle.describe()
            if told.status is WorkflowExecutionStatus.RUNNING:
                task = told.raw_description.pending_workflow_task
                if not told.raw_description.HasField("pending_workflow_task") or task.attempt < STUCK_AFTER:
                    return Condition("running", told.run_id)
                return Condition("stuck", told.run_id, await _failing(client, told.id, told.run_id))
            kind = _CLOSED.get(told.status) if told.status else None
            if kind == "terminated":
                return Condition(kind, told.run_id, await _failing(client, told.id, told.run_id))
            return Condition(kind or "running", told.run_id)
    except NotFound:
        return Condition("absent")


def _absent() -> NotFound:
    return NotFound("Temporal has no such workflow")


async def _failing(client: Client, name: str, run_id: str) -> str:
    """The last word of a run's history: why its task fails, or why it was terminated."""
    page = await client.workflow_service.get_workflow_execution_history_reverse(
        GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=name, run_id=run_id),
            maximum_page_size=20,
        )
    )
    for event in page.history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
            return _line(event.workflow_execution_terminated_event_attributes.reason)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            failed = event.workflow_task_failed_event_attributes
            error = await client.data_converter.decode_failure(failed.failure)
            return _line(str(error))
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
            return "the workflow task timed out"
    return ""


def _line(text: str) -> str:
    return text.strip().partition("\n")[0][:_LONGEST]
