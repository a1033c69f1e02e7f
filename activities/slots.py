"""How much a worker takes on at once: many while it waits for others, little while this machine is what all wait for.

A worker is one process and computes on one core. What it takes on beyond that core waits inside it, first come, first served;
what it leaves at the server waits in queues that are fair by tenant, at no cost. Measured on two cores with 400 sagas of one
tenant queued, sagas of another (five steps, each an activity) took 10 to 15 s where a worker took all it could get; now 1.3 s at
p95, and the worker does 20 steps of the busy tenant in a second instead of 15 (`python -P -m city noisy --sagas 400`).
"""

import asyncio
from collections import deque
from datetime import timedelta
from time import monotonic

from temporalio.worker import (
    CustomSlotSupplier,
    FixedSizeSlotSupplier,
    ResourceBasedSlotConfig,
    ResourceBasedSlotSupplier,
    ResourceBasedTunerConfig,
    SlotMarkUsedContext,
    SlotPermit,
    SlotReleaseContext,
    SlotReserveContext,
    WorkerTuner,
)

__all__ = ["Pace", "saga_tuner", "step_tuner"]

FEWEST, MOST = 2, 50
"""Steps of one owner: the fewest when the machine is busy, the most when they wait for others."""
BUSY, FULL = 0.8, 0.95
"""Shares of processor and memory in use above which no more than the fewest are taken."""
RAMP = timedelta(milliseconds=20)
TOGETHER = 8
"""Workflow tasks at once, of sagas under way and of new ones each. All share one core, and each task must be back within 3 s:
after an outage workers that took a hundred each of three hundred waiting sagas gave every one back too late, were given them
again, and none got on (`symphainy chaos`, two busy cores)."""
BESIDE = 1
"""New sagas begun at once where steps come steadily. A saga under way goes on through this worker's own queue at the
server, which is not fair by tenant: it must stay short, so what is begun is finished before more is begun."""

STEADY = 4
"""Steps begun within a second from which on a worker is one that runs steps, and new sagas take turns."""


class Pace:
    """How often a worker process begins a step, whoever owns it.

    >>> pace = Pace(busy=False)
    >>> pace.busy
    False
    >>> for _ in range(STEADY):
    ...     pace.step()
    >>> pace.busy
    True
    """

    def __init__(self, busy: bool = True) -> None:
        """``busy``: whether to begin so. A process that has just come does not know what waits for it."""
        self._began: deque[float] = deque([monotonic()] * STEADY * busy, maxlen=STEADY)

    @property
    def busy(self) -> bool:
        """Whether steps come steadily. (Not how many are under way: one that waits for a model takes nothing from anyone.)"""
        return len(self._began) == STEADY and monotonic() - self._began[0] < 1

    def step(self) -> None:
        """A step begins."""
        self._began.append(monotonic())


def step_tuner() -> WorkerTuner:
    """For a worker that runs steps and nothing else."""
    steps = ResourceBasedSlotSupplier(
        ResourceBasedSlotConfig(FEWEST, MOST, RAMP),
        ResourceBasedTunerConfig(target_memory_usage=FULL, target_cpu_usage=BUSY),
    )
    one = FixedSizeSlotSupplier(1)
    return WorkerTuner.create_composite(
        workflow_supplier=one, activity_supplier=steps, local_activity_supplier=one, nexus_supplier=one
    )


def saga_tuner(pace: Pace) -> WorkerTuner:
    """For a worker that walks sagas, with their local steps."""
    return WorkerTuner.create_composite(
        workflow_supplier=_Tasks(pace), activity_supplier=FixedSizeSlotSupplier(MOST),
        local_activity_supplier=FixedSizeSlotSupplier(MOST), nexus_supplier=FixedSizeSlotSupplier(1),
    )  # fmt: skip


class _Permit(SlotPermit):
    def __init__(self, sticky: bool) -> None:
        self.sticky = sticky


class _Tasks(CustomSlotSupplier):
    """Slots for workflow tasks: those of the worker's own (sticky) queue, and those of the common one, where new sagas wait."""

    def __init__(self, pace: Pace) -> None:
        self._pace, self._held = pace, {True: 0, False: 0}
        self._loop, self._changed = asyncio.get_running_loop(), asyncio.Event()

    async def reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit:
        """Wait for one."""
        while (permit := self.try_reserve_slot(ctx)) is None:
            self._changed.clear()
            await self._changed.wait()
        return permit

    def try_reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit | None:
        """One, if there is one now."""
        sticky = ctx.is_sticky
        if self._held[sticky] >= (BESIDE if self._pace.busy and not sticky else TOGETHER):
            return None
        self._held[sticky] += 1
        return _Permit(sticky)

    def mark_slot_used(self, ctx: SlotMarkUsedContext) -> None:
        """A poll holds its slot as a task does."""

    def release_slot(self, ctx: SlotReleaseContext) -> None:
        """The SDK calls this from a thread of its own."""
        assert isinstance(ctx.permit, _Permit)
        self._loop.call_soon_threadsafe(self._release, ctx.permit.sticky)

    def _release(self, sticky: bool) -> None:
        self._held[sticky] -= 1
        self._changed.set()
