"""Settling what a saga has left: an undo that failed, or that nothing declares, is retried, or said to be done or given up by a person."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from symphainy.foundations.definitions.compile import one_step_plan
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Intent, Principal, SessionContext
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound
from symphainy.foundations.language.model import Json
from symphainy.runtime.describe import Reader
from symphainy.runtime.doors import Caller, Doors, caller
from symphainy.runtime.forgotten import kept
from symphainy.runtime.models import Submitted
from symphainy.runtime.store.executions import ExecutionRow
from symphainy.runtime.store.journal import Journal
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.work import WorkItemRow, WorkQueue

__all__ = ["Resolution", "Settled", "WorkDesk"]

Resolution = Literal["retry", "undone", "kept"]
"""``undone``: a person has taken it back elsewhere; ``kept``: it stays in the world, and that is accepted."""
RETRY = "work.retry"
"""The type of the intent behind a retry."""
Submit = Callable[[Intent, SessionContext | None, Principal, str, Plan], Awaitable[Submitted]]


class Catalogued(Protocol):
    """The catalog in force."""

    async def current(self) -> tuple[Catalog, str]:
        """The catalog and its digest."""
        ...


@dataclass(frozen=True)
class Settled:
    """Where an item stands. ``execution_id``: the run that retries it, whose end settles it."""

    item_id: str
    state: str
    resolution: str
    by: str
    execution_id: str = ""


class WorkDesk:
    """Settles items behind the door: whoever may stop a run may settle what it left."""

    def __init__(
        self, store: Store, reader: Reader, doors: Doors, sealer: Sealer, catalogs: Catalogued, submit: Submit, clock: Clock
    ) -> None:  # fmt: skip
        self._work, self._journal = WorkQueue(store), Journal(store)
        self._reader, self._doors, self._sealer, self._catalogs = reader, doors, sealer, catalogs
        self._submit, self._clock = submit, clock

    async def settle(
        self, who: Caller, item_id: str, resolution: Resolution, note: str = "", *, wait: float = 10.0
    ) -> Settled:
        """Settle one item. A retry waits up to ``wait`` seconds; asked again it waits for the same run, or begins the next.

        NotFound: no such item, or another tenant's; Conflict: it is settled; Invalid: it cannot be retried.
        """
        principal, session = caller(who)
        row = await self._work.item(principal.tenant, item_id)
        if row is None:
            raise NotFound("there is no such work item", code="no_work_item", remedy="list the open ones")
        run = await self._reader.row(who, row.execution_id)
        await self._doors.execution(who, "cancel", run)
        if row.state != "open":
            raise Conflict(f"it is settled: {row.resolution}", code="work_settled", remedy="list the open ones")
        if resolution == "retry":
            return await self._retry(who, session, principal, row, run, note, wait)
        return await self._close(row, principal, f"{resolution}: {note}" if note else resolution)

    async def _retry(
        self, who: Caller, session: SessionContext | None, principal: Principal, row: WorkItemRow, run: ExecutionRow, note: str,
        wait: float,
    ) -> Settled:  # fmt: skip
        if row.kind != "owed_undo":
            raise Invalid(
                f"an item of the kind {row.kind} cannot be retried",
                code="not_retryable",
                remedy="settle it as undone or kept",
            )
        tries = list(row.detail.get("retries", ()))
        if tries and (standing := await self._standing(who, principal, row, str(tries[-1]), note, wait)) is not None:
            return standing
        plan, arguments = await self._undo(row)
        key = f"work-{hashlib.sha256(row.item_id.encode()).hexdigest()[:32]}-{len(tries)}"
        intent = Intent(
            type=RETRY, payload=arguments, source="api", solution=run.solution, purpose=run.purpose or "operate"
        )
        taken = await self._submit(intent, session, principal, key, plan)
        await self._work.note(row.tenant, row.item_id, {**row.detail, "retries": [*tries, taken.execution_id]})
        found = await self._standing(who, principal, row, taken.execution_id, note, wait)
        return found or Settled(row.item_id, "open", "retry failed", principal.id, taken.execution_id)

    async def _standing(
        self, who: Caller, principal: Principal, row: WorkItemRow, execution_id: str, note: str, wait: float
    ) -> Settled | None:
        """How a retry stands; None when it has failed, so that another one may begin."""
        result = await self._reader.result(who, execution_id, wait)
        if not result.closed:
            return Settled(row.item_id, "open", "retrying", principal.id, execution_id)
        if result.status != "completed":
            return None
        return await self._close(row, principal, f"retried: {note}" if note else "retried", execution_id)

    async def _undo(self, row: WorkItemRow) -> tuple[Plan, dict[str, Json]]:
        """The failed undo once more: its capability, and the arguments that the journal keeps."""
        key = f"{row.effect_key}/undo"
        steps = await self._journal.steps(row.tenant, row.execution_id)
        failed = next((step for step in reversed(steps) if step.effect_key == key and step.kind == "undo"), None)
        contract = (await self._catalogs.current())[0].find(failed.capability) if failed is not None else None
        if failed is None or failed.arguments is None or contract is None:
            raise Invalid(
                "nothing declared can take it back", code="not_retryable", remedy="settle it as undone or kept"
            )
        sealer = await self._sealer.of(row.tenant, "", failed.arguments)
        clear = sealer.unseal(row.tenant, kept(failed.arguments), context=f"arguments:{key}".encode())
        arguments = json.loads(clear)
        if not isinstance(arguments, dict):
            raise Invalid("its arguments are no object", code="not_retryable", remedy="settle it as undone or kept")
        return one_step_plan(contract, (await self._catalogs.current())[0]), arguments

    async def _close(self, row: WorkItemRow, principal: Principal, resolution: str, execution_id: str = "") -> Settled:
        by, at = f"{principal.type}:{principal.id}", self._clock.now()
        if not await self._work.close(row.tenant, row.item_id, by=by, resolution=resolution, at=at):
            raise Conflict("somebody else has settled it", code="work_settled", remedy="list the open ones")
        return Settled(row.item_id, "closed", resolution, principal.id, execution_id)
