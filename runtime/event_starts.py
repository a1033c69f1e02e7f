"""Events that start runs (``schedule.on``): what came is taken into sets, and each set that is complete knocks at the door once.

First it is written down which start an event is part of, then the start is made, under a name that follows from the events:
whoever dies in between, the next round makes the same start again, and it is found done.
"""

import asyncio
import hashlib
import json
import logging
from itertools import groupby

from temporalio.client import Client

from symphainy.foundations.definitions.machine.gathering import Gathered, gather
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.model import Json
from symphainy.runtime.correlation import unsealed
from symphainy.runtime.intents import MAX_PAYLOAD
from symphainy.runtime.prepared import Prepare
from symphainy.runtime.scheduled import Register, Scheduled
from symphainy.runtime.schedules import knock
from symphainy.runtime.store.inbox import STARTS, Inbox, Pending
from symphainy.runtime.store.unit import Store

__all__ = ["MOST_OPEN", "EventStarts"]

MOST_OPEN = 200
"""Events of one trigger that wait for others; the oldest goes when there is one more. Taking all of them anew costs half a second."""
_log = logging.getLogger("symphainy.event_starts")


class EventStarts:
    """One round is ``once``; the relay runs it."""

    def __init__(self, temporal: Client, store: Store, sealer: Sealer, prepare: Prepare, clock: Clock) -> None:
        self._temporal, self._sealer, self._prepare, self._clock = temporal, sealer, prepare, clock
        self._inbox, self._register = Inbox(store), Register(store)

    async def once(self) -> int:
        """Look at every trigger that events have come for; how many runs were started. Unavailable: SQL or Temporal is away."""
        count = 0
        for tenant, listener in await self._inbox.starting():
            owner, _, name = listener.removeprefix(STARTS).rpartition(".")
            trigger = await self._register.one(tenant, owner, name)
            rows = await self._inbox.pending(tenant, listener)
            if trigger is None:  # withdrawn in the meantime
                await self._inbox.consumed(tenant, listener, rows, self._clock.now())
            else:
                await self._prepare(tenant)
                count += await self._look(trigger, listener, rows)
            await self._inbox.examined(tenant, listener, rows, self._clock.now())
        return count

    async def _look(self, trigger: Scheduled, listener: str, rows: list[Pending]) -> int:
        left = [row for row in rows if not row.start_key]
        made = await self._gather(trigger, left)
        sets = [[left[place] for place in places] for places, _ in made.complete]
        for taken in sets:
            await self._inbox.assign(trigger.tenant, listener, taken, _name(taken))
        gone = [left[place] for place in made.dropped]
        taken_up = {id(row) for each in (*sets, gone) for row in each}
        still = [row for row in left if id(row) not in taken_up]
        if len(still) > MOST_OPEN:
            _log.warning("event_starts_overflow", extra={"tenant": trigger.tenant, "schedule": trigger.key})
            gone += still[: len(still) - MOST_OPEN]
        before = sorted((row for row in rows if row.start_key), key=lambda row: row.start_key)
        sets += [list(group) for _, group in groupby(before, key=lambda row: row.start_key)]
        count = 0
        for taken in sets:
            count += await self._start(trigger, taken)
            gone += taken
        await self._inbox.consumed(trigger.tenant, listener, gone, self._clock.now())
        return count

    async def _start(self, trigger: Scheduled, taken: list[Pending]) -> bool:
        made = (await self._gather(trigger, taken)).complete
        if not made:  # erased meanwhile
            return False
        payload = made[0][1]
        if len(json.dumps(payload)) > MAX_PAYLOAD:
            _log.error("event_start_too_large", extra={"tenant": trigger.tenant, "schedule": trigger.key})
            return False
        name = _name(taken)
        return await knock(self._temporal, trigger, trigger.knock(payload, round=name), name)

    async def _gather(self, trigger: Scheduled, rows: list[Pending]) -> Gathered:
        events = [self._event(trigger.tenant, row) for row in rows]
        return await asyncio.to_thread(gather, trigger.about["on"], str(trigger.about.get("read") or "data"), events)

    def _event(self, tenant: str, row: Pending) -> dict[str, Json]:
        return unsealed(self._sealer, tenant, row.source, row.event_id, row.data) if row.data is not None else {}


def _name(taken: list[Pending]) -> str:
    """A name for one set of events, the same whenever it is made."""
    return hashlib.sha256(json.dumps([[row.source, row.event_id] for row in taken]).encode()).hexdigest()[:32]
