"""The sweep of what is past its retention: run by run, each in a transaction of its own, under the rule of this moment.

A run is marked as forgotten behind everything else. Whatever breaks off before is done again by the next round, which finds less
to do: rows that are empty stay so, and an object that is gone is no error. Runs below a root come first, the root last.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.runtime import lifecycle
from symphainy.runtime.history_export import export_key
from symphainy.runtime.oversight import Keeper, Keeping
from symphainy.runtime.store.retaining import Retaining
from symphainy.runtime.store.tenants import Tenants
from symphainy.runtime.store.unit import Store

__all__ = ["Retention", "Swept"]

BATCH = 50
"""Roots that are looked up at once."""
MOST = 1_000
"""Trees of one tenant in one round: others wait behind it, and the next round goes on."""
ACTOR = "Service:symphainy"
_log = logging.getLogger("symphainy.retention")


@dataclass
class Swept:
    """What one round did: trees that were counted only, by tenant, and trees that were forgotten."""

    observed: dict[str, int] = field(default_factory=dict)
    forgotten: int = 0
    failed: int = 0


class Retention:
    """One round is ``once``; the relay runs it every few minutes."""

    def __init__(self, store: Store, objects: Objects, keeper: Keeper, clock: Clock) -> None:
        self._store, self._rows, self._stop = store, Retaining(store), asyncio.Event()
        self._objects, self._keeper, self._clock = objects, keeper, clock

    async def once(self, stop: asyncio.Event | None = None) -> Swept:
        """Every tenant, and its rehearsals; ends between two trees once ``stop`` is set. One whose rule cannot be read is left."""
        swept, self._stop = Swept(), stop or asyncio.Event()
        for home in await Tenants(self._store).all():
            for tenant in (home, f"rehearsal:{home}"):
                try:
                    await self._tenant(tenant, swept)
                except SymphainyError as error:
                    swept.failed += 1
                    _log.warning("retention_waits", extra={"tenant": tenant, "why": error.detail})
                except Exception:  # of this tenant: the others are not to wait for it
                    swept.failed += 1
                    _log.exception("retention_failed", extra={"tenant": tenant})
        return swept

    async def _tenant(self, tenant: str, swept: Swept) -> None:
        days = (await self._keeper.keeping(tenant)).days
        if not days:
            return
        before = self._clock.now() - timedelta(days=days)
        for solution, count in (await self._rows.counts(tenant, before)).items():
            rule = await self._keeper.keeping(tenant, solution)
            if rule.days != days:
                return  # changed at this moment: the next round asks again
            if rule.mode == "observe":
                swept.observed[tenant] = swept.observed.get(tenant, 0) + count
            elif rule.mode == "enforce":
                await self._solution(tenant, solution, before, rule, swept)
        if swept.observed.get(tenant):
            _log.info("retention_observed", extra={"tenant": tenant, "runs": swept.observed[tenant], "days": days})

    async def _solution(self, tenant: str, solution: str | None, before: datetime, rule: Keeping, swept: Swept) -> None:
        last, tried = None, 0
        while tried < MOST and (roots := await self._rows.roots(tenant, solution, before, last=last, limit=BATCH)):
            for root in roots:
                if self._stop.is_set():
                    return
                await self._tree(tenant, root.execution_id, before, rule.reason)
                swept.forgotten += 1
            last, tried = roots[-1], tried + len(roots)
        _log.info("retention_swept", extra={"tenant": tenant, "runs": tried, "days": rule.days})

    async def _tree(self, tenant: str, root: str, before: datetime, reason: str) -> None:
        runs = await self._rows.tree(tenant, root)
        for run in runs:
            now = self._clock.now()
            mark = lifecycle.noted(tenant, run, lifecycle.RETENTION, ACTOR, reason, now)
            async with self._store.tenant(tenant) as tx:
                await self._rows.forget(tenant, run, mark, tx=tx)
                gone = await self._rows.leave(tenant, runs, before, tx=tx) if run == root else []
            for sha256 in gone:
                await self._objects.delete(f"{tenant}/artifacts/{sha256}")
            await self._objects.delete(export_key(tenant, run))
            if run == root:
                for key in [stat.key async for stat in self._objects.list(f"{tenant}/payloads/{root}")]:
                    await self._objects.delete(key)
            if await self._rows.forgotten(
                tenant, run, now
            ):  # an export that was on its way has come, or finds the mark
                await self._objects.delete(export_key(tenant, run))
