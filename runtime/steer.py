"""Steering a live execution: cancelling it, and carrying a person's decision to it. Both only ask; the saga itself acts."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError

from symphainy.foundations.language.context import Passport, Principal
from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound, Problem, Unavailable, rebuilt
from symphainy.foundations.language.ids import workflow_id
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import EventDraft
from symphainy.foundations.language.wire import DECIDE, RESUME, SUSPEND, Proposal
from symphainy.runtime.describe import Reader
from symphainy.runtime.doors import Caller, Doors, caller
from symphainy.runtime.people import decision_resource, proposal_digest
from symphainy.runtime.rpc import answering
from symphainy.runtime.store.executions import ExecutionRow
from symphainy.runtime.store.tasks import Tasks
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

__all__ = ["DECIDE", "Proposal", "Steering"]

_RPC = timedelta(seconds=5)
_UPDATE = timedelta(seconds=10)
_PROPOSAL = timedelta(days=7)  # how long a proposal may lie at a run without workers
T = TypeVar("T")


class Steering:
    """Cancel, suspend, resume, decide."""

    def __init__(self, temporal: Client, store: Store, surface: StateSurface, reader: Reader, doors: Doors) -> None:
        self._temporal, self._tasks, self._surface = temporal, Tasks(store), surface
        self._reader, self._doors = reader, doors

    async def cancel(self, who: Caller, execution_id: str) -> bool:
        """Ask for cancellation: what is running is awaited, what took effect is undone. False when it has ended already."""
        row = await self._reader.row(who, execution_id)
        await self._doors.execution(who, "cancel", row)
        if row.closed_at is not None:
            return False
        principal, _ = caller(who)
        # Noted once however often it is asked, before the ask itself: the record then says who wanted it.
        event = EventDraft(type="execution.cancel_requested", subject=execution_id, data={"by": principal.id})
        await self._surface.control(
            row.tenant,
            execution_id,
            "cancel",
            event,
            actor=f"{principal.type}:{principal.id}",
            reason="cancellation asked for",
        )
        try:
            await _told(execution_id, self._handle(row).cancel(rpc_timeout=_RPC))
        except NotFound:
            if row.started_at is None:
                raise Unavailable("the execution is about to start", remedy="ask again in a moment") from None
            return False  # it has ended meanwhile; the reconciler settles the row if its closing is missing
        return True

    async def suspend(self, who: Caller, execution_id: str) -> bool:
        """Let no further task begin; what runs goes on to its end, and clocks go on. False when it has ended already."""
        return await self._hold(who, execution_id, SUSPEND, "suspended")

    async def resume(self, who: Caller, execution_id: str) -> bool:
        """Let a suspended run go on. False when it has ended already."""
        return await self._hold(who, execution_id, RESUME, "running")

    async def _hold(self, who: Caller, execution_id: str, verb: str, status: str) -> bool:
        row = await self._reader.row(who, execution_id)
        await self._doors.execution(who, "cancel", row)  # who may stop a run may hold it
        if row.closed_at is not None:
            return False
        if row.started_at is None:
            raise Unavailable("the execution is about to start", remedy="ask again in a moment")
        if (row.status == "suspended") != (status == "suspended"):
            principal, _ = caller(who)
            kind = "execution.suspended" if verb == SUSPEND else "execution.resumed"
            event = EventDraft(type=kind, subject=execution_id, data={"by": principal.id})
            # The journal's length tells this time from the one before: a run may be suspended again and again.
            await self._surface.control(
                row.tenant, execution_id, f"{verb}/{row.journal_length}", event, status=status,
                actor=f"{principal.type}:{principal.id}", reason=f"{verb} asked for",
            )  # fmt: skip
        try:
            # Sent also when it is noted already: the one before may have been lost, and the run knows where it stands.
            await _told(execution_id, self._handle(row).signal(verb, rpc_timeout=_RPC))
        except NotFound:
            return False
        return True

    async def decide(self, who: Caller, task_id: str, choice: str, value: Json = None, *, shown_digest: str) -> Json:
        """Propose a decision on a person's task; the saga's answer. One person decides a task once.

        NotFound; Conflict: the task is closed, or something else was shown; Refused by the city.
        """
        principal, session = caller(who)
        task = await self._tasks.get(principal.tenant, task_id)
        if task is None:
            raise NotFound("there is no such task", code="no_task", remedy="list your tasks")
        await self._doors.passed(
            DoorCall(
                action="decide", principal=principal, session=session, resource_type="HumanTask", resource_id=task_id,
                resource=decision_resource(task, principal),
            )
        )  # fmt: skip
        if task.state != "open":
            raise Conflict("the task is closed", code="task_closed", remedy="read how it was decided")
        if shown_digest != task.shown_digest:
            raise Conflict(
                "the task shows something else by now", code="task_changed", remedy="read it again, then decide"
            )
        before = next(
            (d for d in await self._tasks.decisions(task.tenant, task_id) if d.principal == principal.id), None
        )
        if before is not None and before.choice != choice:
            raise Conflict(
                "you have decided this task already", code="already_decided", remedy="a decision stands once it is made"
            )
        row = await self._reader.row(who, task.execution_id)
        proposal = Proposal(
            task_id=task_id, principal=principal.id, choice=choice, value=value, shown_digest=shown_digest,
            token=self._signed(principal, row, proposal_digest(task_id, choice, value, shown_digest)),
        )  # fmt: skip
        # The id makes a repeated decision of one person one update, however often it is sent.
        update = self._handle(row).execute_update(DECIDE, proposal, id=f"{task_id}:{principal.id}", rpc_timeout=_UPDATE)
        return await _told(task.execution_id, update)

    def _signed(self, principal: Principal, row: ExecutionRow, digest: str) -> str:
        """A passport of who decides, for this one proposal: the step that takes it in believes nothing else."""
        now = self._doors.now()
        passport = Passport(
            tenant=principal.tenant, principal=principal, purpose="decide", execution_id=row.execution_id, plan_digest=digest,
            issued_at=now, not_after=now + _PROPOSAL,
        )  # fmt: skip
        return self._doors.sign(passport).token

    def _handle(self, row: ExecutionRow) -> WorkflowHandle[object, object]:
        return self._temporal.get_workflow_handle(workflow_id(row.tenant, row.execution_id))


async def _told(execution_id: str, call: Awaitable[T]) -> T:
    try:
        with answering("steer", missing=lambda: NotFound(f"execution {execution_id} does not run", code="not_running")):
            return await call
    except WorkflowUpdateFailedError as failed:
        cause = failed.cause
        if isinstance(cause, ApplicationError) and cause.details:
            raise rebuilt(Problem.model_validate(cause.details[0])) from failed
        raise Invalid(f"the execution refused the decision: {cause}", code="decision_refused") from failed
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        raise Unavailable("no worker answered in time", remedy="send the decision again") from error
