"""Schedule bindings of deployed solutions as Temporal Schedules. The register is the truth; this makes Temporal agree with it.

A schedule never starts a saga itself: it starts ``Door``, which submits as a service principal (DECISIONS.md 10).
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleState,
)

from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.language.wire import DOOR, SAGA_QUEUE, Knock
from symphainy.runtime.rpc import answering
from symphainy.runtime.solutions import Binding, Solutions

__all__ = ["Schedules", "Wanted"]

_CATCH_UP = timedelta(minutes=10)
"""Knocks that an outage made late by more than this are dropped; the next one comes at its time."""


@dataclass(frozen=True)
class Wanted:
    """A schedule as the register has it. ``note`` names its content, so that a changed one is found by comparing."""

    id: str
    note: str
    spec: ScheduleSpec
    knock: Knock


class Schedules:
    """Compare, create, replace, delete."""

    def __init__(self, temporal: Client, solutions: Solutions) -> None:
        self._temporal, self._solutions = temporal, solutions

    async def once(self) -> int:
        """Make Temporal's schedules those of the deployed solutions; how many were changed. Idempotent."""
        wanted = {one.id: one for one in [w async for w in self._wanted()]}
        there: dict[str, str] = {}
        with answering("schedules"):
            async for listed in await self._temporal.list_schedules():
                if ":door/" in listed.id and listed.schedule is not None:
                    there[listed.id] = listed.schedule.state.note or ""
            changed = 0
            for name in sorted(there.keys() - wanted.keys()):
                await self._temporal.get_schedule_handle(name).delete()
                changed += 1
            for one in wanted.values():
                if there.get(one.id) != one.note:
                    if one.id in there:
                        await self._temporal.get_schedule_handle(one.id).delete()
                    with suppress(ScheduleAlreadyRunningError):  # listing lags behind creating
                        await self._temporal.create_schedule(one.id, schedule(one))
                    changed += 1
        return changed

    async def _wanted(self) -> Any:
        for tenant, _, digest in await self._solutions.everywhere():
            solution = await self._solutions.get(tenant, digest)
            for one in wanted(tenant, solution.name, solution.bindings):
                yield one


def wanted(tenant: str, solution: str, bindings: tuple[Binding, ...]) -> Iterator[Wanted]:
    """The schedules of one solution.

    >>> tick = Binding(kind="schedule", name="tick", intent="first.ask", about={"every": "PT1H"})
    >>> [one.id for one in wanted("acme", "first", (tick,))]
    ['acme:door/first.tick']
    """
    for binding in bindings:
        if binding.kind != "schedule":
            continue
        about = binding.about
        knock = Knock(
            tenant=tenant, solution=solution, binding=binding.name, intent=binding.intent, payload=about.get("payload") or {}
        )  # fmt: skip
        every, cron = about.get("every"), about.get("cron")
        spec = ScheduleSpec(
            intervals=[ScheduleIntervalSpec(every=parse_duration(every))] if every else [],
            cron_expressions=[str(cron)] if cron else [],
        )  # fmt: skip
        text = json.dumps([every, cron, knock.model_dump(mode="json")], sort_keys=True)
        yield Wanted(
            f"{tenant}:door/{solution}.{binding.name}", hashlib.sha256(text.encode()).hexdigest()[:32], spec, knock
        )


def schedule(one: Wanted) -> Schedule:
    """As Temporal takes it: knocks may overlap (an ``every`` runs whether or not the last one is through)."""
    return Schedule(
        action=ScheduleActionStartWorkflow(DOOR, one.knock, id=one.id, task_queue=SAGA_QUEUE, execution_timeout=timedelta(hours=2)),
        spec=one.spec,
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.ALLOW_ALL, catchup_window=_CATCH_UP),
        state=ScheduleState(note=one.note),
    )  # fmt: skip
