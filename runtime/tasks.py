"""Tasks of people, as people see them: the open ones, and one with its form and the digest that a decision must name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.door import DoorCall, Sealer
from symphainy.foundations.language.errors import NotFound
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.people import Shown
from symphainy.runtime.doors import Caller, Doors, caller
from symphainy.runtime.people import decision_resource, is_named, unseal_shown, unseal_value
from symphainy.runtime.store.tasks import HumanTaskRow, TaskDecisionRow, Tasks
from symphainy.runtime.store.unit import Store

__all__ = ["HumanTask", "TaskDecision", "TaskDesk", "TaskLine"]


@dataclass(frozen=True)
class TaskLine:
    """One line of a list of tasks. ``named``: the task is given to the caller, by id or by role."""

    task_id: str
    title: str
    execution_id: str
    path: str
    requester: str
    approvers: tuple[str, ...]
    quorum: int
    state: str
    level: int
    named: bool
    opened_at: datetime
    due_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class TaskDecision:
    """What one person decided."""

    principal: str
    choice: str
    value: Json
    at: datetime


@dataclass(frozen=True)
class HumanTask:
    """A task with what it shows; a decision names ``shown_digest``."""

    line: TaskLine
    shown: Shown
    shown_digest: str
    decisions: tuple[TaskDecision, ...] = ()


class TaskDesk:
    """Reads behind the door; deciding is ``Steering``'s."""

    def __init__(self, store: Store, sealer: Sealer, doors: Doors) -> None:
        self._tasks, self._sealer, self._doors = Tasks(store), sealer, doors

    async def open(self, who: Caller, *, everyones: bool = False, limit: int = 200) -> list[TaskLine]:
        """Open tasks, oldest first: those that the caller is asked, or has asked for; ``everyones``: all of the tenant's."""
        principal, _ = caller(who)
        await self._read(who, "*", {"tenant": principal.tenant, "owner": "" if everyones else principal.id})
        lines = [line(row, principal) for row in await self._tasks.pending(principal.tenant, limit=limit)]
        return [
            each for each in lines if everyones or each.named or not each.approvers or each.requester == principal.id
        ]

    async def show(self, who: Caller, task_id: str) -> HumanTask:
        """One task, open or closed; NotFound also for another tenant's."""
        principal, _ = caller(who)
        row = await self._tasks.get(principal.tenant, task_id)
        if row is None:
            raise NotFound("there is no such task", code="no_task", remedy="list your tasks")
        await self._read(who, task_id, decision_resource(row, principal))
        decided = await self._tasks.decisions(principal.tenant, task_id)
        sealer = await self._sealer.of(row.tenant, "", row.shown, *(each.value for each in decided))
        return HumanTask(line(row, principal), unseal_shown(sealer, row), row.shown_digest, _told(sealer, decided))

    async def _read(self, who: Caller, task_id: str, resource: dict[str, Json]) -> None:
        principal, session = caller(who)
        call = DoorCall(
            action="read", principal=principal, session=session, resource_type="HumanTask", resource_id=task_id, resource=resource,
        )  # fmt: skip
        await self._doors.passed(call)


def _told(sealer: Sealer, rows: Sequence[TaskDecisionRow]) -> tuple[TaskDecision, ...]:
    return tuple(TaskDecision(r.principal, r.choice, unseal_value(sealer, r), r.at) for r in rows)


def line(row: HumanTaskRow, principal: Principal) -> TaskLine:
    """A row as one line, for this caller."""
    return TaskLine(
        task_id=row.task_id, title=row.title, execution_id=row.execution_id, path=row.path, requester=row.requester,
        approvers=tuple(row.approvers), quorum=row.quorum, state=row.state, level=int(row.about.get("level", 0)),
        named=is_named(row, principal), opened_at=row.opened_at, due_at=row.due_at, closed_at=row.closed_at,
    )  # fmt: skip
