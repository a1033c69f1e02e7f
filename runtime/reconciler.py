"""The reconciler: compares what the record says is open with what Temporal says, and appends what it finds.

It starts what was reserved and never started, closes what Temporal ended behind the saga's back, and reports what is stuck
or has gone. It only ever appends, once per finding, so it may run anywhere, any number of times, at any moment.
"""

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from temporalio.client import Client

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import SymphainyError, Unavailable
from symphainy.foundations.language.records import EventDraft
from symphainy.runtime.condition import Condition, condition
from symphainy.runtime.healing import Healer
from symphainy.runtime.settle import Settler
from symphainy.runtime.starts import Starter
from symphainy.runtime.store.executions import Executions, OpenExecution
from symphainy.runtime.store.intents import Intents
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.work import WorkQueue
from symphainy.runtime.surface import StateSurface

__all__ = ["GRACE", "Findings", "Reconciler"]

GRACE = timedelta(seconds=3)
"""Younger ones are left to whoever is at them: a submit between reserving and starting, a saga in its first task."""

_AT_ONCE = 16
_log = logging.getLogger("symphainy.reconciler")


@dataclass
class Findings:
    """What one round did."""

    started: int = 0
    closed: int = 0
    stuck: int = 0
    unknown: int = 0
    healed: int = 0
    checked: int = 0


class Reconciler:
    """One round is ``once``; the relay runs it every five seconds, and at its start."""

    def __init__(
        self,
        temporal: Client,
        store: Store,
        surface: StateSurface,
        starter: Starter,
        settler: Settler,
        clock: Clock,
        *,
        grace: timedelta = GRACE,
        healer: Healer | None = None,
    ) -> None:
        self._temporal, self._surface, self._starter, self._settler = temporal, surface, starter, settler
        self._intents, self._executions, self._work = Intents(store), Executions(store), WorkQueue(store)
        self._clock, self._grace, self._healer = clock, grace, healer
        self._stuck: set[tuple[str, str]] = set()

    async def once(self) -> Findings:
        """One round. Raises Unavailable when SQL or Temporal is away; the next round goes on where this one stopped."""
        found = Findings()
        before = self._clock.now() - self._grace
        for tenant, intent_id, _ in await self._intents.reserved(before):
            found.started += await self._start(tenant, intent_id)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(outline: OpenExecution) -> None:
            async with gate:
                await self._check(outline, found)

        done = await asyncio.gather(*map(one, await self._executions.open(before)), return_exceptions=True)
        for error in done:
            if isinstance(error, BaseException):
                raise error
        return found

    async def _start(self, tenant: str, intent_id: str) -> bool:
        row = await self._intents.get(tenant, intent_id)
        if row is None or row.state != "reserved":
            return False
        try:
            await self._starter.resume(row)
        except Unavailable:
            raise
        except SymphainyError as error:  # its key is destroyed, its plan gone: one bad intent must not stop the others
            _log.error(
                "intent_not_startable", extra={"tenant": tenant, "intent_id": intent_id, "why": type(error).__name__}
            )
            return False
        return True

    async def _check(self, outline: OpenExecution, found: Findings) -> None:
        tenant, execution_id = outline.tenant, outline.execution_id
        told = await condition(self._temporal, tenant, execution_id)
        found.checked += 1
        if told.over:
            found.closed += await self._settler.settle(tenant, execution_id, told)
        elif told.kind == "stuck":
            found.stuck += await self._report(outline, told)
            found.healed += await self._heal(outline, "stuck", told.run_id)
        elif told.kind == "absent":
            found.unknown += await self._absent(outline, found)
        elif (tenant, execution_id) in self._stuck:
            await self._unstuck(tenant, execution_id)
        await self._executions.checked(tenant, execution_id, self._clock.now())

    async def _report(self, outline: OpenExecution, told: Condition) -> bool:
        self._stuck.add((outline.tenant, outline.execution_id))
        mark = hashlib.sha256(told.reason.encode()).hexdigest()[:12]
        event = EventDraft(
            type="execution.stuck", subject=outline.execution_id, data={"reason": told.reason, "run_id": told.run_id}
        )
        return await self._surface.control(
            outline.tenant, outline.execution_id, f"stuck/{told.run_id}/{mark}", event, work="stuck", reason=told.reason
        )

    async def _unstuck(self, tenant: str, execution_id: str) -> None:
        self._stuck.discard((tenant, execution_id))
        for item in await self._work.items(tenant, kind="stuck", execution_id=execution_id):
            await self._work.close(tenant, item.item_id, by="symphainy", resolution="it goes on", at=self._clock.now())

    async def _heal(self, outline: OpenExecution, kind: Literal["stuck", "unknown"], run_id: str = "") -> bool:
        return self._healer is not None and await self._healer.heal(outline, kind, run_id)

    async def _absent(self, outline: OpenExecution, found: Findings) -> bool:
        """Started once, and Temporal knows nothing of it: its data was lost, or replaced by another server's."""
        tenant, execution_id = outline.tenant, outline.execution_id
        intent = await self._intents.of_execution(tenant, execution_id)
        if intent is not None and intent.state == "reserved":
            return False  # not started yet, which is not lost
        reason = "Temporal has no workflow of this execution"
        event = EventDraft(type="execution.unknown", subject=execution_id, data={"reason": reason})
        told = await self._surface.control(tenant, execution_id, "unknown", event, work="stuck", reason=reason)
        found.healed += await self._heal(outline, "unknown")
        return told
