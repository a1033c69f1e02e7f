"""Schedules as Temporal Schedules. The register is the truth; this makes Temporal agree with it.

A schedule never starts a saga itself: it starts ``Door``, which submits as a service principal (DECISIONS.md 10). What starts a
run ``after`` the last one has ended follows from the record, which knows when that was.
"""

import hashlib
import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

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
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.wire import DOOR, SAGA_QUEUE, Knock
from symphainy.runtime.rpc import answering
from symphainy.runtime.scheduled import Register, Scheduled
from symphainy.runtime.store.intents import Intents
from symphainy.runtime.store.unit import Store

__all__ = ["Schedules", "Wanted", "knock", "wanted"]

_CATCH_UP = timedelta(minutes=10)
"""Knocks that an outage made late by more than this are dropped; the next one comes at its time."""
_DOOR = timedelta(hours=2)
_AGAIN = timedelta(minutes=10)
"""When a door that was closed in our face is knocked at once more."""
_log = logging.getLogger("symphainy.schedules")


@dataclass(frozen=True)
class Wanted:
    """A schedule as the register has it. ``note`` names its content, so that a changed one is found by comparing."""

    id: str
    note: str
    spec: ScheduleSpec
    knock: Knock


class Schedules:
    """Compare, create, replace, delete; and start what is due after a run has ended."""

    def __init__(self, temporal: Client, store: Store, clock: Clock) -> None:
        self._temporal, self._register, self._intents, self._clock = temporal, Register(store), Intents(store), clock
        self._bad: set[str] = set()

    async def once(self) -> int:
        """Make Temporal's schedules those of the register; how many were changed or started. Idempotent."""
        known = await self._register.all()
        return await self._agree(known) + sum([await self._afterwards(one) for one in known if one.about.get("after")])

    async def _agree(self, known: list[Scheduled]) -> int:
        want = {made.id: made for one in known if (made := wanted(one)) is not None}
        there: dict[str, str] = {}
        with answering("schedules"):
            async for listed in await self._temporal.list_schedules():
                if ":door/" in listed.id and listed.schedule is not None:
                    there[listed.id] = listed.schedule.state.note or ""
            changed = 0
            for name in sorted(there.keys() - want.keys()):
                await self._temporal.get_schedule_handle(name).delete()
                changed += 1
            for one in want.values():
                if there.get(one.id) != one.note and one.note not in self._bad:
                    if one.id in there:
                        await self._temporal.get_schedule_handle(one.id).delete()
                    await self._create(one)
                    changed += 1
        return changed

    async def _create(self, one: Wanted) -> None:
        try:
            with suppress(ScheduleAlreadyRunningError):  # listing lags behind creating
                await self._temporal.create_schedule(one.id, schedule(one))
        except RPCError as error:
            if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                raise
            self._bad.add(one.note)  # one that the server refuses must not keep the others from being made
            _log.error("schedule_refused", extra={"schedule": one.id, "why": error.message})

    async def _afterwards(self, one: Scheduled) -> bool:
        """Start the next run when the last one is through for as long as the schedule says; the first at once."""
        last = await self._intents.last_scheduled(one.tenant, one.key)
        ended = last.closed_at if last is not None else None
        if last is not None and ended is None:
            return False
        due = one.since if ended is None else ended + parse_duration(one.about["after"])
        late = self._clock.now() - due
        return late >= timedelta(0) and await knock(
            self._temporal, one, one.knock(nominal=due), f"{_instant(due)}.{late // _AGAIN}"
        )


async def knock(temporal: Client, one: Scheduled, given: Knock, name: str) -> bool:
    """Knock once under a name; False when that has been done before. Unavailable when Temporal is away."""
    try:
        with answering("knock"):
            await temporal.start_workflow(
                DOOR, given, id=f"{one.id}/{name}", task_queue=SAGA_QUEUE, execution_timeout=_DOOR,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            )  # fmt: skip
    except WorkflowAlreadyStartedError:
        return False
    return True


def wanted(one: Scheduled) -> Wanted | None:
    """The Temporal Schedule of a trigger; None for one that no clock moves.

    >>> since = datetime(2026, 1, 1)
    >>> tick = wanted(Scheduled("acme", "first", "tick", "first.ask", since, {"every": "PT1H"}))
    >>> tick.id, wanted(Scheduled("acme", "first", "then", "first.ask", since, {"after": "PT1H"}))
    ('acme:door/first.tick', None)
    """
    every, cron = one.about.get("every"), one.about.get("cron")
    if not every and not cron:
        return None
    spec = ScheduleSpec(
        intervals=[ScheduleIntervalSpec(every=parse_duration(every))] if every else [],
        cron_expressions=[str(cron)] if cron else [],
    )  # fmt: skip
    given = one.knock()
    text = json.dumps([every, cron, given.model_dump(mode="json")], sort_keys=True)
    return Wanted(one.id, hashlib.sha256(text.encode()).hexdigest()[:32], spec, given)


def schedule(one: Wanted) -> Schedule:
    """As Temporal takes it: knocks may overlap (an ``every`` runs whether or not the last one is through)."""
    return Schedule(
        action=ScheduleActionStartWorkflow(DOOR, one.knock, id=one.id, task_queue=SAGA_QUEUE, execution_timeout=_DOOR),
        spec=one.spec,
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.ALLOW_ALL, catchup_window=_CATCH_UP),
        state=ScheduleState(note=one.note),
    )  # fmt: skip


def _instant(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%S.%f")
