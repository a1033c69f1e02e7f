"""What a reserved intent is started with, sealed in its row: so that whoever finds it later can start it, and nobody can read it.

The plan is not in it: plans are kept once, by digest.
"""

from datetime import timedelta

from temporalio.client import Client

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import Defect
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.wire import SAGA_QUEUE, SagaInput
from symphainy.runtime.definitions import Definitions
from symphainy.runtime.forgotten import kept
from symphainy.runtime.start import TASK_TIMEOUT, start_saga
from symphainy.runtime.store.intents import IntentRow, Intents
from symphainy.runtime.store.unit import Store

__all__ = ["Start", "Starter"]


class Start(Message):
    """A saga's start without its plan (``saga.plan`` is empty here; ``passport.plan_digest`` names it)."""

    saga: SagaInput
    passport: Passport
    priority: int = 3


class Starter:
    """Seals starts, and carries them out: once at submit, again by the reconciler where that failed."""

    def __init__(
        self,
        temporal: Client,
        store: Store,
        definitions: Definitions,
        sealer: Sealer,
        clock: Clock,
        *,
        task_queue: str = SAGA_QUEUE,
        task_timeout: timedelta = TASK_TIMEOUT,
    ) -> None:
        self._temporal, self._intents, self._definitions = temporal, Intents(store), definitions
        self._sealer, self._clock, self._queue, self._task_timeout = sealer, clock, task_queue, task_timeout

    async def seal(self, start: Start) -> bytes:
        """Ciphertext for the intent's row, bound to its execution; which key sealed it tells, for good, whom the run is about."""
        tenant, execution_id = start.saga.tenant, start.saga.execution_id
        sealer = await self._sealer.of(tenant, execution_id)
        return sealer.seal(tenant, start.model_dump_json().encode(), context=_context(execution_id))

    async def run(self, intent_id: str, start: Start, plan: Plan) -> None:
        """Start the workflow and mark the intent started. Unavailable leaves it reserved: the reconciler repeats it."""
        saga = start.saga.model_copy(update={"plan": plan.model_dump(mode="json")})
        await start_saga(
            self._temporal, saga, start.passport, plan,
            priority=start.priority, task_queue=self._queue, task_timeout=self._task_timeout,
        )  # fmt: skip
        await self._intents.started(saga.tenant, intent_id, self._clock.now())

    async def resume(self, row: IntentRow) -> None:
        """Start an intent that is reserved and has no workflow; it does not matter if it has one after all."""
        start = await self.unseal(row)
        await self.run(row.intent_id, start, await self._definitions.plan(row.tenant, row.plan_digest))

    async def unseal(self, row: IntentRow) -> Start:
        """What an intent was, or is to be, started with."""
        if row.start is None:
            raise Defect(f"the intent {row.intent_id} holds no start", code="start_missing")
        sealer = await self._sealer.of(row.tenant, "", row.start)
        return Start.model_validate_json(sealer.unseal(row.tenant, kept(row.start), context=_context(row.execution_id)))


def _context(execution_id: str) -> bytes:
    return b"start:" + execution_id.encode()
