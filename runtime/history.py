"""Reads Temporal histories: which steps an execution has, with what results. The write-ahead log as data.

``read`` follows an execution through all its runs (continue-as-new), ``fold`` decodes one set of histories through the
client's own data converter, so that encrypted payloads and offloaded values come out as the workflow saw them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.exceptions import ActivityError, ApplicationError

from symphainy.foundations.language.errors import NotFound, Problem, rebuilt
from symphainy.foundations.language.ids import effect_key, workflow_id
from symphainy.foundations.language.wire import (
    CLOSING,
    OPENING,
    SEGMENT,
    STEP,
    Closed,
    Opened,
    SagaInput,
    SegmentResult,
    StepCall,
    StepResult,
)
from symphainy.runtime.rpc import answering

__all__ = ["ExecutionHistory", "HistoryStep", "fold", "histories", "is_over", "outcome", "read"]

RunStatus = Literal["running", "completed", "failed", "cancelled", "terminated", "timed_out"]

_ENDS: dict[int, RunStatus] = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "completed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "failed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "cancelled",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: "terminated",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: "timed_out",
}
_LOCAL = "core_local_activity"  # the marker that the SDK's core writes for a local activity


@dataclass(frozen=True)
class HistoryStep:
    """One step that history witnesses: an outcome (``result``) or a declared error (``problem``), never a platform failure."""

    effect_key: str
    path: str
    undo: bool
    local: bool
    task: str
    """``run_id/started_event_id`` of the workflow task that recorded a local step; empty for activities."""
    run_id: str
    event_id: int
    result: StepResult | None = None
    problem: Problem | None = None
    call: StepCall | None = None
    """The call, where history holds it: a local step's marker does not."""
    at: datetime | None = None
    """When the server heard of it."""


@dataclass
class ExecutionHistory:
    """An execution as Temporal tells it, over all its runs, in order."""

    tenant: str
    execution_id: str
    start: SagaInput
    run_ids: list[str] = field(default_factory=list)
    steps: list[HistoryStep] = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)
    closed: Closed | None = None
    status: RunStatus = "running"
    last: HistoryEvent | None = None
    """The last event of the last run."""


async def histories(client: Client, tenant: str, execution_id: str) -> list[WorkflowHistory]:
    """The raw histories of all runs, first run first; NotFound when the server has none (any more)."""
    name, run_id = workflow_id(tenant, execution_id), None
    found: list[WorkflowHistory] = []
    while True:
        with answering(
            "history", missing=lambda: NotFound(f"Temporal has no history of {execution_id}", code="no_history")
        ):
            history = await client.get_workflow_handle(name, run_id=run_id).fetch_history()
        found.insert(0, history)
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id or None
        if run_id is None:
            return found


async def read(client: Client, tenant: str, execution_id: str) -> ExecutionHistory:
    """Fetch and fold in one."""
    runs = await histories(client, tenant, execution_id)
    return await fold(client.data_converter, tenant, execution_id, runs)


async def fold(
    converter: DataConverter, tenant: str, execution_id: str, runs: Sequence[WorkflowHistory]
) -> ExecutionHistory:
    """Decode the histories of one execution's runs, first run first."""
    start = runs[0].events[0].workflow_execution_started_event_attributes
    told = ExecutionHistory(tenant, execution_id, await _first(converter, start.input, SagaInput))
    for run in runs:
        told.run_ids.append(run.run_id)
        told.status = "running"
        reader = _Run(converter, told, run.run_id)
        for event in run.events:
            await reader.take(event)
            told.last = event
    return told


def is_over(run: WorkflowHistory) -> bool:
    """Whether a run's history has its last event."""
    return bool(run.events) and run.events[-1].event_type in _ENDS


async def outcome(converter: DataConverter, told: ExecutionHistory) -> Any:
    """How the last run ended: its result, or the exception it failed with; None while it runs, and for other ends."""
    if told.last is None:
        return None
    if told.status == "completed":
        result = told.last.workflow_execution_completed_event_attributes.result
        return await _first(converter, result, None) if result.payloads else None
    if told.status == "failed":
        return await converter.decode_failure(told.last.workflow_execution_failed_event_attributes.failure)
    return None


class _Run:
    """Folds one run: remembers what was scheduled until it is completed."""

    def __init__(self, converter: DataConverter, told: ExecutionHistory, run_id: str) -> None:
        self.converter, self.told, self.run_id = converter, told, run_id
        self.scheduled: dict[int, HistoryEvent] = {}
        self.started_by_completed: dict[int, int] = {}

    async def take(self, event: HistoryEvent) -> None:
        kind = event.event_type
        if kind == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            self.started_by_completed[event.event_id] = event.workflow_task_completed_event_attributes.started_event_id
        elif kind == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            self.scheduled[event.event_id] = event
        elif kind == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            done = event.activity_task_completed_event_attributes
            await self._activity(event, self.scheduled.pop(done.scheduled_event_id), result=done.result)
        elif kind == EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED:
            failed = event.activity_task_failed_event_attributes
            await self._activity(event, self.scheduled.pop(failed.scheduled_event_id), failure=failed.failure)
        elif kind == EventType.EVENT_TYPE_MARKER_RECORDED:
            await self._marker(event)
        elif kind in _ENDS:
            self.told.status = _ENDS[kind]

    async def _activity(
        self,
        event: HistoryEvent,
        scheduled: HistoryEvent,
        *,
        result: Payloads | None = None,
        failure: Failure | None = None,
    ) -> None:
        about = scheduled.activity_task_scheduled_event_attributes
        call = await _first(self.converter, about.input, StepCall) if about.activity_type.name == STEP else None
        await self._record(about.activity_type.name, about.activity_id, event, "", call, result, failure)

    async def _marker(self, event: HistoryEvent) -> None:
        marker = event.marker_recorded_event_attributes
        if marker.marker_name != _LOCAL:
            return
        about = json.loads(marker.details["data"].payloads[0].data)
        task = f"{self.run_id}/{self.started_by_completed[marker.workflow_task_completed_event_id]}"
        result = marker.details["result"] if "result" in marker.details else None
        failure = marker.failure if marker.HasField("failure") else None
        await self._record(about["activity_type"], about["activity_id"], event, task, None, result, failure)

    async def _record(
        self, kind: str, activity_id: str, event: HistoryEvent, task: str, call: StepCall | None,
        result: Payloads | None, failure: Failure | None,
    ) -> None:  # fmt: skip
        told, decode = self.told, self.converter
        if kind == OPENING and result:
            told.opened.append(await _first(decode, result, Opened))
        elif kind == CLOSING and result:
            told.closed = await _first(decode, result, Closed)
        elif kind == SEGMENT and result:
            segment = await _first(decode, result, SegmentResult)
            told.opened += [segment.opened] if segment.opened else []
            told.closed = segment.ended or told.closed
            for one in segment.results:
                told.steps.append(self._step(one.path, event, task, result=one))
        elif kind == STEP and result:
            one = await _first(decode, result, StepResult)
            undo = call.kind == "undo" if call else activity_id.endswith("/undo")
            told.steps.append(self._step(one.path, event, task, undo=undo, result=one, call=call))
        elif kind == STEP and failure:
            problem = await _problem(decode, failure)
            if problem is not None:
                undo = call.kind == "undo" if call else activity_id.endswith("/undo")
                path = call.path if call else activity_id.removesuffix("/undo")
                told.steps.append(self._step(path, event, task, undo=undo, problem=problem, call=call))

    def _step(self, path: str, event: HistoryEvent, task: str, *, undo: bool = False, **about: Any) -> HistoryStep:
        call: StepCall | None = about.get("call")
        key = call.effect_key if call else effect_key(self.told.tenant, self.told.execution_id, path, undo=undo)
        at = event.event_time.ToDatetime(tzinfo=UTC)
        return HistoryStep(key, path, undo, bool(task), task, self.run_id, event.event_id, at=at, **about)


async def _first(converter: DataConverter, payloads: Payloads, as_type: type[Any] | None) -> Any:
    try:
        (value,) = await converter.decode(payloads.payloads[:1], [as_type] if as_type else None)
    except ApplicationError as refused:  # a payload that must not be read, or cannot be any more
        raise rebuilt(Problem.model_validate(refused.details[0])) from refused
    return value


async def _problem(converter: DataConverter, failure: Failure) -> Problem | None:
    """The declared error in a failure: an ``ApplicationError`` whose first detail is a Problem (DECISIONS.md 6)."""
    error: BaseException | None = await converter.decode_failure(failure)
    if isinstance(error, ActivityError):
        error = error.cause
    if isinstance(error, ApplicationError) and error.details:
        return Problem.model_validate(error.details[0])
    return None
