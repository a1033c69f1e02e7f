"""Events in: a CloudEvent is recorded once, matched to the runs that listen for its type, and they are woken (DECISIONS.md 23).

The wake-up names events only; a run fetches their values by a governed step. It may be lost or come twice: a delivery that is
not marked as woken is woken again by the relay, and a run knows what it has seen.
"""

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from temporalio.client import Client

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.door import DoorCall, Sealer
from symphainy.foundations.language.errors import Invalid, NotFound, TooLarge, Unavailable
from symphainy.foundations.language.ids import workflow_id
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.wire import EVENT, EventKey
from symphainy.runtime.doors import Caller, Doors, caller
from symphainy.runtime.rpc import answering
from symphainy.runtime.store.inbox import STARTS, Inbox, InboxRow
from symphainy.runtime.store.unit import Store

__all__ = ["MOST", "Correlation", "Delivered", "EventValues", "Waker", "unsealed"]

MOST = 256 << 10
"""Bytes of one event: a step fetches several, and its output travels inline."""
PATIENCE = timedelta(seconds=1)
"""After this the relay wakes who should have been woken by whoever took the event in."""
_RPC = timedelta(seconds=5)
_TEXTS = ("specversion", "id", "source", "type")
_log = logging.getLogger("symphainy.correlation")


@dataclass(frozen=True)
class Delivered:
    """What became of an event: whether it is new here, and how many runs it was matched to just now."""

    new: bool
    matched: int


class Waker:
    """Signals runs that events were matched to them."""

    def __init__(self, temporal: Client, store: Store, clock: Clock) -> None:
        self._temporal, self._inbox, self._clock = temporal, Inbox(store), clock

    async def wake(self, tenant: str, execution_id: str, keys: list[EventKey]) -> None:
        """Wake one run, and mark its deliveries; a run that is no more needs none. Unavailable: Temporal is away."""
        handle = self._temporal.get_workflow_handle(workflow_id(tenant, execution_id))
        try:
            with answering("wake", missing=lambda: NotFound("it does not run", code="not_running")):
                await handle.signal(EVENT, keys, rpc_timeout=_RPC)
        except NotFound:
            pass
        for key in keys:
            await self._inbox.woken(tenant, execution_id, key.source, key.id, self._clock.now())

    async def once(self) -> int:
        """Wake whoever should have been woken before; how many runs."""
        rows = await self._inbox.unwoken(self._clock.now() - PATIENCE)
        count = 0
        for (tenant, execution_id), group in groupby(rows, key=lambda r: (r.tenant, r.execution_id)):
            keys = [EventKey(source=row.source, id=row.event_id, size=MOST) for row in group]
            await self.wake(tenant, execution_id, keys)
            count += 1
        return count


class EventValues:
    """Reads events for the runs they were matched to, and for no other."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._inbox, self._sealer = Inbox(store), sealer

    async def fetch(self, tenant: str, execution_id: str, source: str, name: str) -> dict[str, Json] | None:
        """The CloudEvent, or None when it was not matched to this run."""
        if not await self._inbox.matched(tenant, execution_id, source, name):
            return None
        row = await self._inbox.get(tenant, source, name)
        if row is None or row.data is None:
            return None
        return unsealed(self._sealer, tenant, source, name, row.data)


class Correlation:
    """The door for events."""

    def __init__(self, temporal: Client, store: Store, doors: Doors, sealer: Sealer, clock: Clock) -> None:
        self._inbox, self._doors, self._sealer, self._clock = Inbox(store), doors, sealer, clock
        self._waker = Waker(temporal, store, clock)

    async def deliver(self, who: Caller, event: dict[str, Json]) -> Delivered:
        """Take one event in. Twice the same source and id is once.

        Invalid: no CloudEvent; TooLarge; Refused by the city. That a run could not be woken at once is no error: it will be.
        """
        check(event)
        principal, session = caller(who)
        source, name, type_ = str(event["source"]), str(event["id"]), str(event["type"])
        await self._doors.passed(
            DoorCall(
                action="submit", principal=principal, session=session, resource_type="Topic", resource_id=type_,
                resource={"tenant": principal.tenant, "owner": principal.id},
            )
        )  # fmt: skip
        data = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
        if len(data) > MOST:
            raise TooLarge(
                f"the event has {len(data)} bytes; the limit is {MOST}", remedy="send a reference to its data"
            )
        row = InboxRow(
            tenant=principal.tenant, source=source, event_id=name, type=type_, subject=str(event.get("subject", "")),
            data=self._sealer.seal(principal.tenant, data, context=_context(source, name)), size=len(data), received_at=self._clock.now(),
        )  # fmt: skip
        new, matched = await self._inbox.receive(row)
        runs = [execution_id for execution_id in matched if not execution_id.startswith(STARTS)]
        for execution_id in runs:
            try:
                await self._waker.wake(
                    principal.tenant, execution_id, [EventKey(source=source, id=name, size=len(data))]
                )
            except Unavailable as error:
                _log.warning("wake_up_waits", extra={"execution_id": execution_id, "why": error.detail})
        return Delivered(new, len(runs))


def check(event: dict[str, Json]) -> None:
    """Invalid unless it is a CloudEvent 1.0 in JSON form with the attributes that make it one."""
    for name in _TEXTS:
        value = event.get(name)
        if not isinstance(value, str) or not value or len(value) > 1_000:
            raise Invalid(f"a CloudEvent needs '{name}', a text of 1 to 1,000 characters", code="event_form")
    if event["specversion"] != "1.0":
        raise Invalid("only CloudEvents of specversion 1.0 are taken", code="event_form")
    for name in event:
        if (
            name != "data"
            and name != "data_base64"
            and not (name.isalnum() and name.isascii() and name == name.lower())
        ):
            raise Invalid(
                f"'{name[:40]}' is no attribute of a CloudEvent: lower-case letters and digits only", code="event_form"
            )


def unsealed(sealer: Sealer, tenant: str, source: str, name: str, data: bytes) -> dict[str, Json]:
    """An event of the inbox in clear."""
    event: dict[str, Json] = json.loads(sealer.unseal(tenant, data, context=_context(source, name)))
    return event


def _context(source: str, name: str) -> bytes:
    return f"event\0{source}\0{name}".encode()
