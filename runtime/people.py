"""What steps tell of people's tasks, written into the record in the step's own transaction; and what is shown, sealed."""

import hashlib
import json

from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import Conflict
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.people import Shown, TaskChange, TaskClosed, TaskDecided, TaskEscalated, TaskOpened
from symphainy.runtime.forgotten import kept
from symphainy.runtime.journal import Entry
from symphainy.runtime.store.tasks import HumanTaskRow, TaskDecisionRow, Tasks
from symphainy.runtime.store.unit import Store

__all__ = ["PeopleWriter", "decision_resource", "is_named", "proposal_digest", "unseal_shown", "unseal_value"]


class PeopleWriter:
    """Writes one change after the other."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._tasks, self._sealer = Tasks(store), sealer

    async def write(self, tx: AsyncSession, entry: Entry, change: TaskChange) -> None:
        """Apply one change; Conflict undoes the step that asked for it."""
        tenant, at = entry.call.tenant, entry.result.at
        sealer = await self._sealer.of(tenant, entry.call.execution_id)
        if isinstance(change, TaskOpened):
            await self._tasks.open(_row(sealer, entry, change), tx=tx)
        elif isinstance(change, TaskDecided):
            row = TaskDecisionRow(
                tenant=tenant, task_id=change.task_id, principal=change.principal, choice=change.choice,
                value=seal(sealer, tenant, f"decision:{change.task_id}:{change.principal}", change.value),
                shown_digest=change.shown_digest, at=at,
            )  # fmt: skip
            if not await self._tasks.decide(row, tx=tx):
                raise Conflict("this person has decided this task", code="already_decided")
            if change.settled:
                await self._tasks.close(tenant, change.task_id, at, reason=change.settled, tx=tx)
        elif isinstance(change, TaskEscalated):
            await self._tasks.widen(tenant, change.task_id, change.approvers, change.level, tx=tx)
        elif isinstance(change, TaskClosed):
            await self._tasks.close(tenant, change.task_id, at, reason=change.reason, tx=tx)


def _row(sealer: Sealer, entry: Entry, change: TaskOpened) -> HumanTaskRow:
    call, tenant = entry.call, entry.call.tenant
    shown = seal(sealer, tenant, f"shown:{change.task_id}", change.shown.model_dump(mode="json"))
    return HumanTaskRow(
        tenant=tenant, task_id=change.task_id, execution_id=call.execution_id, path=call.path.rpartition("/")[0],
        title=change.shown.title, requester=entry.passport.principal.id, approvers=list(change.approvers), quorum=change.quorum,
        shown=shown, shown_digest=change.shown_digest, about={"solution": call.solution or "", "name": call.name},
        opened_at=entry.result.at, due_at=change.due,
    )  # fmt: skip


def seal(sealer: Sealer, tenant: str, context: str, value: Json) -> bytes:
    """Ciphertext, bound to its place."""
    return sealer.seal(tenant, json.dumps(value, separators=(",", ":")).encode(), context=context.encode())


def unseal_shown(sealer: Sealer, row: HumanTaskRow) -> Shown:
    """What the person sees."""
    clear = sealer.unseal(row.tenant, kept(row.shown), context=f"shown:{row.task_id}".encode())
    return Shown.model_validate_json(clear)


def unseal_value(sealer: Sealer, row: TaskDecisionRow) -> Json:
    """What a person has filled in."""
    if row.value is None:
        return None
    context = f"decision:{row.task_id}:{row.principal}".encode()
    return json.loads(sealer.unseal(row.tenant, kept(row.value), context=context))


def proposal_digest(task_id: str, choice: str, value: Json, shown_digest: str) -> str:
    """What the door signs of a proposal, so that nobody changes it on its way."""
    text = json.dumps([task_id, choice, value, shown_digest], sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def is_named(row: HumanTaskRow, person: Principal) -> bool:
    """Whether a task names this person, by id or by role."""
    mine = {f"user:{person.id}", *(f"role:{role}" for role in person.roles)}
    return bool(mine & set(row.approvers))


def decision_resource(row: HumanTaskRow, person: Principal) -> dict[str, Json]:
    """A task as the city judges it. To whom it names it is as their own; who requested it is told apart (four eyes)."""
    owner = person.id if is_named(row, person) else row.requester
    return {"tenant": row.tenant, "owner": owner, "requester": row.requester, "approvers": list(row.approvers)}
