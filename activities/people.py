"""``people.…``: tasks of people as governed steps. What a person decides counts only here, with everything checked again.

A proposal travels through Temporal, where anybody with access could write one; so who decides is told by a token that the door
has signed, what was seen by a digest, and whether they may by the same city that stands at the door.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from symphainy.activities.boundary import canonical
from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.definitions.approvals import fault_of_value
from symphainy.foundations.language.context import ExecutionContext, Passport, Principal
from symphainy.foundations.language.door import DoorCall, Sealer
from symphainy.foundations.language.errors import Conflict, Defect, Invalid, Unauthenticated
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.people import Shown, TaskClosed, TaskDecided, TaskEscalated, TaskOpened
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome, Step
from symphainy.runtime.people import decision_resource, proposal_digest, unseal_shown
from symphainy.runtime.store.tasks import HumanTaskRow, Tasks


@dataclass(frozen=True)
class Desk:
    """What the steps stand on: the record of tasks, the tenant's keys, and the city."""

    tasks: Tasks
    sealer: Sealer
    inspect: Callable[[str], Awaitable[Passport]]
    door: Callable[[DoorCall, Record], Awaitable[object]]


class Ask(Message):
    """A task to be opened."""

    task_id: str
    title: str = ""
    show: Json = None
    form: dict[str, Json] | None = None
    approvers: tuple[str, ...] = ()
    quorum: int = 1
    due: datetime | None = None


class Asked(Message):
    """It stands open; a decision names this digest."""

    task_id: str
    shown_digest: str


class Decide(Message):
    """A proposal, and how the task stands in the saga."""

    task_id: str
    principal: str
    choice: Literal["approve", "reject"]
    value: Json = None
    shown_digest: str = ""
    token: str | None = None
    quorum: int = 1
    approvals: int = 0


class Decided(Message):
    """Who has decided what, and how the task ended with it, if it did."""

    by: str
    choice: str
    value: Json = None
    settled: Literal["", "approved", "rejected"] = ""


class Escalate(Message):
    """Others who may decide as well."""

    task_id: str
    approvers: tuple[str, ...]
    level: int


class Close(Message):
    """A task that ends without a decision."""

    task_id: str
    reason: Literal["timeout", "withdrawn"]


class Done(Message):
    """It is written down."""

    task_id: str


class People:
    """Hands the four to the Curator. Without a desk (a front end, an offline catalog) only the contracts count."""

    name = "people"

    def __init__(self, desk: Desk | None = None) -> None:
        self._desk = desk

    def register(self, registry: Registry) -> None:
        """``people.ask``, ``people.decide``, ``people.escalate``, ``people.close``."""
        about: dict[str, Any] = {"realm": "core"}

        @capability("people.ask", input=Ask, output=Asked, title="Open a task", **about)
        async def ask(step: Step[Ask]) -> Outcome[Asked]:
            """Open a task of people; what is shown is sealed, and bound to the decision by its digest."""
            given, tenant = step.input, step.context.tenant
            shown = Shown(title=given.title, show=given.show, form=given.form)
            sealer = await self._open.sealer.of(tenant, step.context.execution_id)
            digest = sealer.digest(tenant, canonical(shown.model_dump(mode="json")))
            opened = TaskOpened(
                task_id=given.task_id, shown=shown, shown_digest=digest, approvers=given.approvers, quorum=given.quorum, due=given.due,
            )  # fmt: skip
            return Outcome(output=Asked(task_id=given.task_id, shown_digest=digest), people=(opened,))

        @capability("people.decide", input=Decide, output=Decided, title="Take a decision in", **about)
        async def decide(step: Step[Decide]) -> Outcome[Decided]:
            """Check who, what was shown, the form, four eyes and the right to decide; only what passes moves the saga."""
            return await _decide(self._open, step)

        @capability("people.escalate", input=Escalate, output=Done, title="Ask others as well", **about)
        async def escalate(step: Step[Escalate]) -> Outcome[Done]:
            """Let others decide too."""
            given = step.input
            change = TaskEscalated(task_id=given.task_id, approvers=given.approvers, level=given.level)
            return Outcome(output=Done(task_id=given.task_id), people=(change,))

        @capability("people.close", input=Close, output=Done, title="Close a task", **about)
        async def close(step: Step[Close]) -> Outcome[Done]:
            """Close a task that nobody decided in time, or that nothing waits for any more."""
            change = TaskClosed(task_id=step.input.task_id, reason=step.input.reason)
            return Outcome(output=Done(task_id=step.input.task_id), people=(change,))

        for function in (ask, decide, escalate, close):
            registry.register(function)

    @property
    def _open(self) -> Desk:
        assert self._desk is not None, "this process runs no steps"
        return self._desk


async def _decide(desk: Desk, step: Step[Decide]) -> Outcome[Decided]:
    given, context = step.input, step.context
    row = await desk.tasks.get(context.tenant, given.task_id)
    if row is None or row.execution_id != context.execution_id:
        raise Defect("a decision came for a task that this execution has not opened")
    person = await _person(desk, given, context)
    if row.state != "open":
        raise Conflict("the task is closed", code="task_closed", remedy="read how it was decided")
    if given.shown_digest != row.shown_digest:
        raise Conflict("the task shows something else", code="task_changed", remedy="read it again, then decide")
    if any(d.principal == person.id for d in await desk.tasks.decisions(context.tenant, given.task_id)):
        raise Conflict("this person has decided this task", code="already_decided", remedy="read how it stands")
    await _permitted(desk, person, row, context)
    sealer = await desk.sealer.of(row.tenant, "", row.shown)
    fault = fault_of_value(unseal_shown(sealer, row).form, given.choice, given.value)
    if fault is not None:
        raise Invalid(fault, code="form", remedy="fill in the form that the task shows")
    approved = given.approvals + (given.choice == "approve") >= given.quorum
    settled: Literal["", "approved", "rejected"] = (
        "rejected" if given.choice == "reject" else "approved" if approved else ""
    )
    change = TaskDecided(
        task_id=given.task_id, principal=person.id, choice=given.choice, value=given.value, shown_digest=given.shown_digest,
        settled=settled,
    )  # fmt: skip
    output = Decided(by=person.id, choice=given.choice, value=given.value, settled=settled)
    return Outcome(output=output, people=(change,))


async def _person(desk: Desk, given: Decide, context: ExecutionContext) -> Principal:
    """Who decides, as the door has signed it: for this execution, this task, this choice and this value."""
    passport = await desk.inspect(given.token or "")
    said = proposal_digest(given.task_id, given.choice, given.value, given.shown_digest)
    if (passport.tenant, passport.execution_id, passport.purpose) != (context.tenant, context.execution_id, "decide"):
        raise Unauthenticated("the decision was signed for something else", remedy="decide through the platform")
    if passport.plan_digest != said or passport.principal.id != given.principal:
        raise Unauthenticated("the decision is not what was signed at the door", remedy="decide through the platform")
    return passport.principal


async def _permitted(desk: Desk, person: Principal, row: HumanTaskRow, context: ExecutionContext) -> None:
    """Four eyes and Cedar, as at the door: rights may have gone since."""
    call = DoorCall(
        action="decide", principal=person, resource_type="HumanTask", resource_id=row.task_id,
        resource=decision_resource(row, person), purpose=context.purpose,
    )  # fmt: skip
    await desk.door(call, Record())
