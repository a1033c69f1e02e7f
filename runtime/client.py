"""The runtime client: the only place that starts, signals, updates, cancels or resets a workflow.

WHAT: submit an intent, describe and follow its execution, get its result, cancel it, decide a person's task.
HOW: every call passes the city's door; reading goes to SQL, steering to Temporal; another tenant's execution is not found.
"""

import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.clock import Clock, SystemClock
from symphainy.foundations.language.context import Intent, Principal, SessionContext
from symphainy.foundations.language.door import Gate, Sealer
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Event
from symphainy.foundations.language.wire import SAGA_QUEUE
from symphainy.foundations.public_works.abstractions.streams import Streams
from symphainy.runtime.correlation import Correlation, Delivered
from symphainy.runtime.definitions import Definitions
from symphainy.runtime.describe import Reader
from symphainy.runtime.doors import Caller, Doors
from symphainy.runtime.intents import MAX_PAYLOAD
from symphainy.runtime.models import Execution, ExecutionResult, Page, Submitted
from symphainy.runtime.records import Records
from symphainy.runtime.recovery import WorkDesk
from symphainy.runtime.router import CatalogSource, Router
from symphainy.runtime.sessions import Sessions
from symphainy.runtime.solutions import Solutions
from symphainy.runtime.start import TASK_TIMEOUT
from symphainy.runtime.starts import Starter
from symphainy.runtime.steer import Steering
from symphainy.runtime.store.unit import Store
from symphainy.runtime.submit import Submitter
from symphainy.runtime.surface import StateSurface
from symphainy.runtime.tasks import TaskDesk
from symphainy.runtime.wakeups import Wakeups
from symphainy.runtime.watch import Watcher

__all__ = ["ClientOptions", "RuntimeClient"]


@dataclass(frozen=True)
class ClientOptions:
    """What the settings may change. ``process`` names this process in its door's decision stream."""

    process: str = ""
    task_queue: str = SAGA_QUEUE
    task_timeout: timedelta = TASK_TIMEOUT
    max_payload: int = MAX_PAYLOAD
    continue_after: int = 2_000


class RuntimeClient:
    """One per process. Its parts are public where front ends use them by themselves: ``sessions``, ``definitions``,
    ``solutions``, ``catalogs``. ``streams`` None: watchers poll SQL.
    """

    def __init__(
        self,
        temporal: Client,
        store: Store,
        surface: StateSurface,
        gate: Gate,
        sealer: Sealer,
        sessions: Sessions,
        catalogs: CatalogSource,
        *,
        streams: Streams | None = None,
        clock: Clock | None = None,
        options: ClientOptions | None = None,
    ) -> None:
        clock, options = clock or SystemClock(), options or ClientOptions()
        process = options.process or f"{socket.gethostname()}-{os.getpid()}"
        self.temporal, self.sessions, self.catalogs = temporal, sessions, catalogs
        self.definitions = Definitions(store, clock)
        self.solutions = Solutions(store, self.definitions, clock)
        self.router = Router(catalogs, self.solutions, self.definitions)
        self.doors = Doors(gate, surface, clock, process)
        self.starter = Starter(
            temporal,
            store,
            self.definitions,
            sealer,
            clock,
            task_queue=options.task_queue,
            task_timeout=options.task_timeout,
        )
        self._wakeups = Wakeups(streams)
        self._reader = Reader(temporal, store, surface, self.doors, self._wakeups)
        self.records = Records(store, self._reader, self.doors)
        self.tasks = TaskDesk(store, sealer, self.doors)
        self.work = WorkDesk(store, self._reader, self.doors, sealer, catalogs, self._submit_plan, clock)
        self._watcher = Watcher(surface, self._wakeups)
        self._steering = Steering(temporal, store, surface, self._reader, self.doors)
        self._correlation = Correlation(temporal, store, self.doors, sealer, clock)
        self._submitter = Submitter(
            store, surface, gate, self.doors, sealer, sessions, self.router, self.definitions, self.starter, clock,
            max_payload=options.max_payload,
            continue_after=options.continue_after,
        )  # fmt: skip

    async def submit(
        self,
        intent: Intent,
        session: SessionContext | None = None,
        principal: Principal | None = None,
        key: str | None = None,
        *,
        plan: Plan | None = None,
        rehearsal: tuple[dict[str, Json], ...] | None = None,
    ) -> Submitted:
        """Take an intent in; at most one saga per key. ``plan`` runs that plan instead of what answers the intent's type.
        ``rehearsal``: it is one, and this is what happens meanwhile; only a rehearsal's own workers can run it.

        Give a session, or a principal without one (it then gets one). Errors: ``Submitter.submit``.
        """
        who = principal or (session.principal if session else None)
        if who is None:
            raise TypeError("submit needs a session or a principal")
        return await self._submitter.submit(intent, session, who, key, plan, rehearsal)

    async def _submit_plan(
        self, intent: Intent, session: SessionContext | None, principal: Principal, key: str, plan: Plan
    ) -> Submitted:
        return await self._submitter.submit(intent, session, principal, key, plan)

    async def describe(self, who: Caller, execution_id: str) -> Execution:
        """State, steps and, for a live run, where it is; no values."""
        return await self._reader.describe(who, execution_id)

    async def result(self, who: Caller, execution_id: str, wait: float = 0.0) -> ExecutionResult:
        """How it ended, waiting up to ``wait`` seconds for that."""
        return await self._reader.result(who, execution_id, wait)

    async def context(self, who: Caller, execution_id: str) -> Json:
        """A live run's ``$context``."""
        return await self._reader.context(who, execution_id)

    async def executions(
        self,
        who: Caller,
        *,
        cursor: str | None = None,
        status: str = "",
        solution: str = "",
        mine: bool = True,
        limit: int = 50,
    ) -> Page:
        """A page of executions, newest first."""
        return await self._reader.page(who, cursor=cursor, status=status, solution=solution, mine=mine, limit=limit)

    async def watch(self, who: Caller, execution_id: str, after: str = "") -> AsyncIterator[Event]:
        """Every event behind the cursor ``after``, then each new one; ends behind the closing event.

        The door is asked, and NotFound raised, before there is anything to read: once for each stream, however it is delivered.
        """
        row = await self._reader.row(who, execution_id)
        await self.doors.execution(who, "subscribe", row)
        return self._watcher.watch(row.tenant, execution_id, after)

    async def cancel(self, who: Caller, execution_id: str) -> bool:
        """Ask for cancellation; False when it has ended already."""
        return await self._steering.cancel(who, execution_id)

    async def suspend(self, who: Caller, execution_id: str) -> bool:
        """Let no further task of it begin; False when it has ended already."""
        return await self._steering.suspend(who, execution_id)

    async def resume(self, who: Caller, execution_id: str) -> bool:
        """Let a suspended one go on; False when it has ended already."""
        return await self._steering.resume(who, execution_id)

    async def decide(self, who: Caller, task_id: str, choice: str, value: Json = None, *, shown_digest: str) -> Json:
        """Propose a decision on a person's task."""
        return await self._steering.decide(who, task_id, choice, value, shown_digest=shown_digest)

    async def deliver(self, who: Caller, event: dict[str, Json]) -> Delivered:
        """Take a CloudEvent in, for the runs of its tenant that listen for its type."""
        return await self._correlation.deliver(who, event)

    async def close(self) -> None:
        """Stop following streams."""
        await self._wakeups.close()
