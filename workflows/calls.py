"""How a call becomes an activity, and how Temporal's answer becomes a StepResult."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    TimeoutError,
    WorkflowAlreadyStartedError,
    is_cancelled_exception,
)

with workflow.unsafe.imports_passed_through():
    from symphainy.foundations.definitions.machine import Call, Machine, Program, step_call
    from symphainy.foundations.definitions.plan import Plan
    from symphainy.foundations.language.errors import ERROR_BASE, Problem
    from symphainy.foundations.language.ids import workflow_id
    from symphainy.foundations.language.label import Label
    from symphainy.foundations.language.wire import (
        CLOSING,
        OPENING,
        SAGA,
        SEGMENT,
        STEP,
        Closed,
        Closing,
        Opened,
        Opening,
        SagaAbout,
        SagaInput,
        SegmentCall,
        SegmentResult,
        StepResult,
    )  # fmt: skip
    from symphainy.workflows import effects

if TYPE_CHECKING:
    from symphainy.foundations.definitions.plan import Linked

RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=5)
)
"""Platform failures only (DECISIONS.md 6), without an attempt limit until schedule-to-close: safe because of the effect key."""
LOCAL_TIMEOUT = timedelta(seconds=30)
LONGEST = 800
"""Characters of an execution's name: Temporal takes 1,000 in a workflow id."""
INLINE = 64 << 10
"""Bytes up to which a value travels inline; the codec offloads the rest, so only this much counts in a task's sum."""


class Timed(Protocol):
    """Whoever walks a plan, as far as a call is concerned."""

    @property
    def now(self) -> datetime:
        """Durable time."""
        ...

    @property
    def cancelled(self) -> bool:
        """Whether it is the whole run that is cancelled, not a branch or a timed-out task of it."""
        ...


def size(command: Call) -> int:
    """About how many bytes this call adds to the workflow task."""
    return min(len(json.dumps(command.arguments)), INLINE)


def about(given: SagaInput) -> SagaAbout:
    """What every step of a saga has in common."""
    return SagaAbout(
        tenant=given.tenant, execution_id=given.execution_id, intent=given.intent, session_id=given.session_id,
        solution=given.solution, purpose=given.purpose,
    )  # fmt: skip


def task() -> str:
    """The workflow task that is running, as rows of the journal name it (DECISIONS.md 2)."""
    info = workflow.info()
    return f"{info.run_id}/{info.get_current_history_length()}"


async def run(
    program: Program, given: SagaInput, command: Call, machine: Timed | None, named: tuple[int, ...]
) -> StepResult:
    """Run one call as an activity on its realm's queue, and wait for how it ended. A rehearsal's failures have its own time."""
    linked: Linked = program.plan.capabilities[command.ref]
    assert machine is not None
    call = step_call(about(given), program, command, machine.now, scheduled=task(), witnessed=named)
    try:
        under_way: workflow.ActivityHandle[StepResult] = workflow.start_activity(
            STEP, call, result_type=StepResult, activity_id=command.id, task_queue=linked.queue, summary=Label(label(command)),
            start_to_close_timeout=linked.start_to_close, schedule_to_close_timeout=linked.schedule_to_close,
            heartbeat_timeout=linked.heartbeat, retry_policy=RETRY,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )  # fmt: skip
        return await effects.outcome(under_way, linked, machine)
    except (ActivityError, TimeoutError, asyncio.CancelledError) as error:
        at = workflow.now() if given.rehearsal is None else machine.now
        return StepResult(path=command.path, call_id=command.id, problem=problem_of(error, linked), at=at)


async def run_child(program: Program, given: SagaInput, command: Call, machine: Machine | None) -> StepResult:
    """Run a plan below this run, under the root's passport, named after its place; or only see it started.

    Below a rehearsed run it is rehearsed too: people decide there as well, and it says when it ended, in its own time.
    """
    assert machine is not None
    execution = f"{given.execution_id}{command.path}"
    if len(execution) > LONGEST:
        detail = "runs below runs go too deep: the place in them has become too long to be a name"
        fault = Problem(type=ERROR_BASE + "runtime", status=500, title="Too deep", detail=detail, code="too_deep")
        return StepResult(path=command.path, call_id=command.id, problem=fault, at=workflow.now())
    waits = command.arguments["await"]
    plan = Plan.model_validate(command.arguments["plan"]).model_copy(update={"limits": program.plan.limits}).sealed()
    cues = None if given.rehearsal is None else tuple(cue for cue in given.rehearsal if cue["do"] == "decide")
    below = given.model_copy(
        update={
            "rehearsal": cues,
            "execution_id": execution, "plan": plan.model_dump(mode="json"), "input": command.arguments["input"], "state": None,
            "submitted_at": workflow.now(), "witnessed": (),
        }
    )  # fmt: skip
    try:
        handle = await workflow.start_child_workflow(
            SAGA, below, id=workflow_id(given.tenant, execution), task_timeout=workflow.info().task_timeout,
            cancellation_type=workflow.ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
            parent_close_policy=workflow.ParentClosePolicy.REQUEST_CANCEL if waits else workflow.ParentClosePolicy.ABANDON,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE, static_summary=Label(plan.definition),
        )  # fmt: skip
        output: Any = await handle if waits else None
        at = workflow.now() if cues is None else machine.now
        if cues is not None and waits:
            output, at = output["output"], datetime.fromisoformat(output["at"])
        return StepResult(path=command.path, call_id=command.id, output=output, at=at)
    except (ChildWorkflowError, WorkflowAlreadyStartedError, asyncio.CancelledError) as error:
        at = workflow.now() if cues is None else _ended(error, machine.now)
        return StepResult(path=command.path, call_id=command.id, problem=problem_of(error, None), at=at)


def _ended(error: BaseException, now: datetime) -> datetime:
    """When a run below a rehearsed one has failed, in the rehearsal's time."""
    cause = error.__cause__
    if isinstance(cause, ApplicationError) and len(cause.details) > 1:
        return datetime.fromisoformat(cause.details[1])
    return now


def problem_of(error: BaseException, linked: "Linked | None") -> Problem:
    """What an activity's failure says: the boundary's own problem, a timeout, or a cancellation."""
    if is_cancelled_exception(error):
        return Problem(type=ERROR_BASE + "runtime", status=499, title="Cancelled", code="cancelled")
    cause = error if isinstance(error, TimeoutError) else error.__cause__
    if isinstance(cause, ApplicationError) and cause.details:
        return Problem.model_validate(cause.details[0])
    if isinstance(cause, TimeoutError) and linked is not None and linked.effectful:
        detail = "no reply came before the step's deadline, and its effect may have happened"
        return Problem(
            type=ERROR_BASE + "timeout", status=408, title="Outcome unknown", detail=detail, code="outcome_unknown"
        )
    if isinstance(cause, TimeoutError):
        return Problem(
            type=ERROR_BASE + "timeout",
            status=408,
            title="Timeout",
            detail="the step did not end before its deadline",
            code="timeout",
        )
    return Problem(
        type=ERROR_BASE + "runtime", status=500, title="Step failed", detail=type(cause).__name__, code="defect"
    )


def cancelled(call_id: str, at: datetime) -> StepResult:
    """The answer to a call that was taken back before it began."""
    problem = Problem(type=ERROR_BASE + "runtime", status=499, title="Cancelled", code="cancelled")
    return StepResult(path=call_id.removesuffix("/undo"), call_id=call_id, problem=problem, at=at)


async def run_segment(given: SegmentCall, commands: tuple[Call, ...]) -> SegmentResult:
    """Run the open local calls, and those that follow from them."""
    try:
        return await segment(given, summary(*(label(c) for c in commands)))
    except ActivityError as error:
        fault = problem_of(error, None)
        return SegmentResult(
            results=tuple(StepResult(path=c.path, call_id=c.id, problem=fault, at=workflow.now()) for c in commands)
        )


async def segment(given: SegmentCall, summary: str) -> SegmentResult:
    """The local activity itself; ``summary`` labels its marker."""
    result: SegmentResult = await workflow.execute_local_activity(
        SEGMENT, given, result_type=SegmentResult, schedule_to_close_timeout=timedelta(hours=24), start_to_close_timeout=LOCAL_TIMEOUT,
        retry_policy=RETRY, summary=Label(summary),
    )  # fmt: skip
    return result


async def opening(given: Opening) -> Opened:
    """Admit the run: passport, ``saga.started``."""
    result: Opened = await asyncio.shield(
        workflow.execute_local_activity(
            OPENING,
            given,
            result_type=Opened,
            schedule_to_close_timeout=timedelta(hours=24),
            start_to_close_timeout=LOCAL_TIMEOUT,
            retry_policy=RETRY,
            summary=Label("opening"),
        )  # fmt: skip
    )
    return result


async def closing(given: Closing) -> Closed:
    """Decide the end: the closing row is the decision."""
    result: Closed = await asyncio.shield(
        workflow.execute_local_activity(
            CLOSING,
            given,
            result_type=Closed,
            schedule_to_close_timeout=timedelta(hours=24),
            start_to_close_timeout=LOCAL_TIMEOUT,
            retry_policy=RETRY,
            summary=Label("closing"),
        )  # fmt: skip
    )
    return result


def summary(*names: str) -> str:
    """What the marker of a segment says.

    >>> summary("parse", "chunk", "parse")
    'parse · chunk'
    """
    return " · ".join(dict.fromkeys(names))[:200]


def label(command: Call) -> str:
    """A step's name as the definition has it; an undo says of what."""
    return f"undo {command.path.rsplit('/', 1)[-1]}" if command.kind == "undo" else command.name or command.ref
