"""The relay: announces events, seals anchors, exports closed histories, reconciles, dispatches, forgets. One process, nothing kept.

Each loop may fail, be late, or run twice at once; what it did not do it finds again by looking. Run one or several.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import NotFound, Unavailable
from symphainy.foundations.public_works.abstractions.sql import Sql
from symphainy.runtime.correlation import Waker
from symphainy.runtime.dispatch import Dispatcher
from symphainy.runtime.event_starts import EventStarts
from symphainy.runtime.history_export import HistoryArchive
from symphainy.runtime.overseer import Overseer
from symphainy.runtime.publisher import BATCH, Publisher
from symphainy.runtime.reconciler import Reconciler
from symphainy.runtime.retention import Retention
from symphainy.runtime.schedules import Schedules
from symphainy.runtime.sealing import Sealing
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.unit import Store

__all__ = ["Relay", "run_relay"]

CHANNEL = "symphainy_outbox"
SEAL_EVERY = timedelta(seconds=1)
RECONCILE_EVERY = timedelta(seconds=5)
EXPORT_EVERY = timedelta(seconds=2)
SCHEDULE_EVERY = timedelta(seconds=2)
START_EVERY = timedelta(milliseconds=500)
WAKE_EVERY = timedelta(seconds=1)
DISPATCH_EVERY = timedelta(milliseconds=500)
FORGET_EVERY = timedelta(minutes=5)
_LOOK_ANYWAY = timedelta(seconds=1)  # while notified: a notification may be lost with its connection
_POLL_BUSY, _POLL_IDLE = timedelta(milliseconds=20), timedelta(milliseconds=250)
"""Without notifications (a transaction-pooling proxy drops them): soon after something happened, rarely after nothing did."""
_BACK_OFF = timedelta(milliseconds=500)

_log = logging.getLogger("symphainy.relay")


@dataclass(frozen=True)
class Relay:
    """The parts. ``publisher`` None: there are no streams, watchers poll; ``reconciler`` None: another process reconciles."""

    sql: Sql
    store: Store
    clock: Clock
    publisher: Publisher | None
    sealing: Sealing
    archive: HistoryArchive | None
    reconciler: Reconciler | None
    schedules: Schedules | None = None
    starts: EventStarts | None = None
    waker: Waker | None = None
    dispatcher: Dispatcher | None = None
    overseer: Overseer | None = None
    retention: Retention | None = None
    seal_every: timedelta = SEAL_EVERY
    reconcile_every: timedelta = RECONCILE_EVERY
    forget_every: timedelta = FORGET_EVERY


async def run_relay(relay: Relay, stop: asyncio.Event) -> None:
    """Run until ``stop`` is set; then finish the round that is under way, and announce what is left."""
    loops = [_every(relay.seal_every, relay.sealing.once, "sealing", stop)]
    if relay.publisher is not None:
        loops.append(_publish(relay, relay.publisher, stop))
    if relay.archive is not None:
        archive = relay.archive
        loops.append(_every(EXPORT_EVERY, lambda: export_closed(relay, archive), "export", stop))
    parts = (
        (relay.reconciler, relay.reconcile_every, "reconcile"), (relay.overseer, relay.reconcile_every, "oversee"),
        (relay.schedules, SCHEDULE_EVERY, "schedules"), (relay.starts, START_EVERY, "event_starts"), (relay.waker, WAKE_EVERY, "wake"),
        (relay.dispatcher, DISPATCH_EVERY, "dispatch"),
    )  # fmt: skip
    loops += [_every(period, part.once, name, stop) for part, period, name in parts if part is not None]
    if relay.retention is not None:
        retention = relay.retention
        loops.append(_every(relay.forget_every, lambda: retention.once(stop), "retention", stop))
    async with asyncio.TaskGroup() as group:
        for loop in loops:
            group.create_task(loop)


async def export_closed(relay: Relay, archive: HistoryArchive) -> int:
    """Export the histories of closed executions, oldest first; how many."""
    executions, exported = Executions(relay.store), 0
    for each in await executions.unexported(relay.clock.now() - EXPORT_EVERY):
        try:
            if not await archive.export(each.tenant, each.execution_id):
                continue  # its last event is still to come
            exported += 1
        except NotFound:
            # Nothing will ever be there: it was never started, or the server lost it. Asking again would only starve others.
            _log.warning("history_missing", extra={"tenant": each.tenant, "execution_id": each.execution_id})
        if await executions.exported(each.tenant, each.execution_id, relay.clock.now()):
            await archive.forget(each.tenant, each.execution_id)
    return exported


async def _publish(relay: Relay, publisher: Publisher, stop: asyncio.Event) -> None:
    wake, listening = asyncio.Event(), asyncio.Event()
    ears = asyncio.create_task(_listen(relay.sql, wake, listening))
    busy = False
    try:
        while True:
            wake.clear()
            try:
                count = await publisher.once()
            except Unavailable as error:
                _log.warning("publishing_waits", extra={"why": error.detail})
                await _pause(stop, _BACK_OFF)
                count = 0
            except Exception:
                _log.exception("publishing_failed")
                await _pause(stop, _BACK_OFF)
                count = 0
            if count == BATCH:
                continue
            if stop.is_set():
                return
            busy = bool(count)
            limit = _LOOK_ANYWAY if listening.is_set() or count is None else _POLL_BUSY if busy else _POLL_IDLE
            await _first(stop, wake, limit)
    finally:
        ears.cancel()
        with suppress(asyncio.CancelledError):
            await ears


async def _listen(sql: Sql, wake: asyncio.Event, listening: asyncio.Event) -> None:
    while True:
        try:
            async with aclosing(sql.listen(CHANNEL)) as notes:
                async for _ in notes:
                    listening.set()
                    wake.set()
        except Unavailable:
            pass
        listening.clear()
        await asyncio.sleep(_BACK_OFF.total_seconds())


async def _every(period: timedelta, work: Callable[[], Awaitable[object]], name: str, stop: asyncio.Event) -> None:
    """Run ``work`` at once and then every ``period``; no error ends it."""
    while not stop.is_set():
        try:
            await work()
        except Unavailable as error:
            _log.warning("%s_waits", name, extra={"why": error.detail})
        except Exception:
            _log.exception("%s_failed", name)
        await _pause(stop, period)


async def _pause(stop: asyncio.Event, limit: timedelta) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), limit.total_seconds())


async def _first(stop: asyncio.Event, wake: asyncio.Event, limit: timedelta) -> None:
    waiting = [asyncio.create_task(stop.wait()), asyncio.create_task(wake.wait())]
    try:
        await asyncio.wait(waiting, timeout=limit.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
