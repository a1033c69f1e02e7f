"""Everything that the runtime needs, real but for the city: and a worker with a tiny saga whose end the intent's payload says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.clock import SystemClock
from symphainy.foundations.language.context import Passport, Principal
from symphainy.foundations.language.contract import Catalog, Contract, IntentRoute
from symphainy.foundations.language.wire import CLOSING, OPENING, SAGA, Closed, Closing, Opened, Opening, SagaInput
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.foundations.public_works.abstractions.streams import Streams
from symphainy.runtime.catalogs import Catalogs
from symphainy.runtime.client import ClientOptions, RuntimeClient
from symphainy.runtime.healing import Healer
from symphainy.runtime.history_export import HistoryArchive
from symphainy.runtime.overseer import Overseer
from symphainy.runtime.oversight import Oversight
from symphainy.runtime.publisher import Publisher
from symphainy.runtime.reconciler import Reconciler
from symphainy.runtime.relay import Relay
from symphainy.runtime.sealing import Sealing
from symphainy.runtime.sessions import Sessions
from symphainy.runtime.settle import Settler
from symphainy.runtime.store.decisions import DecisionRow, Decisions
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

from .fakes import FakeGate, FakeSealer

SHOUT = Contract(
    name="text.shout",
    version="1",
    owner="content",
    input={"type": "object"},
    output={"type": "object"},
    duration="short",
)
CATALOG = Catalog(contracts=(SHOUT,), routes=(IntentRoute(intent="text.shout", capability="text.shout"),))


@dataclass(frozen=True)
class Terms:
    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=1)
    count: int = 1000


@dataclass(frozen=True)
class Ahead:
    """The real time and some."""

    by: timedelta

    def now(self) -> datetime:
        return SystemClock().now() + self.by


@workflow.defn(name=SAGA)
class TinySaga:
    """Opens, does what the payload's ``mode`` says, closes."""

    mended = False
    """Set by a test that ships corrected code."""

    def __init__(self) -> None:
        self.go = False

    @workflow.run
    async def run(self, given: SagaInput) -> Any:
        mode = given.input.get("mode", "complete") if isinstance(given.input, dict) else "complete"
        if mode == "broken" and not TinySaga.mended:
            raise RuntimeError("this code does not fit that history")
        about = {"tenant": given.tenant, "execution_id": given.execution_id, "run_id": workflow.info().run_id}
        plan = Plan.model_validate(given.plan)
        opening = Opening(
            **about, intent=given.intent, intent_id=given.intent_id, session_id=given.session_id, plan_digest=plan.digest,
            definition=plan.definition, task="t",
        )  # fmt: skip
        limit = timedelta(seconds=10)
        await workflow.execute_local_activity(OPENING, opening, result_type=Opened, start_to_close_timeout=limit)
        if mode == "hang":
            await workflow.wait_condition(lambda: self.go)
        if mode == "unclosed":
            return {"said": "nothing"}
        closing = Closing(**about, status="completed", output={"said": given.input})
        closed = await workflow.execute_local_activity(
            CLOSING, closing, result_type=Closed, start_to_close_timeout=limit
        )
        return closed.closing.output

    @workflow.signal
    def proceed(self) -> None:
        self.go = True

    @workflow.query
    def progress(self) -> dict[str, Any]:
        return {"status": "running"}

    @workflow.query
    def waiting_for(self) -> list[Any]:
        return [{"kind": "event"}]

    @workflow.query
    def context(self) -> Any:
        return {"seen": True}

    @workflow.update
    async def decide(self, proposal: dict[str, Any]) -> dict[str, Any]:
        return {"took": proposal["choice"]}


@dataclass
class World:
    """One test's runtime, on a task queue of its own."""

    temporal: Client
    store: Store
    objects: Objects
    tenant: str
    streams: Streams | None
    gate: FakeGate
    sealer: FakeSealer
    queue: str = field(default_factory=lambda: f"q-{token_hex(4)}")
    clock: SystemClock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        self.surface = StateSurface(self.store, self.sealer, self.clock)
        self.sessions = Sessions(self.store, None, lambda tenant: Terms(), self.clock)
        self.catalogs = Catalogs(
            self.store, self.clock, sign=lambda data: "signed", verify=lambda data, sign: sign == "signed"
        )
        self.archive = HistoryArchive(self.temporal, self.objects, self.sealer)

    def client(self, temporal: Client | None = None) -> RuntimeClient:
        """A runtime client, as another process would have it."""
        return RuntimeClient(
            temporal or self.temporal, self.store, self.surface, self.gate, self.sealer, self.sessions, self.catalogs,
            streams=self.streams, clock=self.clock, options=ClientOptions(process="api-1", task_queue=self.queue),
        )  # fmt: skip

    def someone(self, name: str = "usr_ada", tenant: str = "") -> Principal:
        """A principal of this tenant, or another."""
        return Principal(id=name, tenant=tenant or self.tenant, roles=("member",))

    def reconciler(self, oversight: Oversight | None = None) -> Reconciler:
        """A reconciler that looks at everything at once."""
        healer = oversight and Healer(self.temporal, self.store, self.surface, self.client().starter, oversight)
        settler = Settler(self.temporal, self.store, self.surface, self.archive)
        starter = self.client().starter
        return Reconciler(
            self.temporal, self.store, self.surface, starter, settler, self.clock, grace=timedelta(0), healer=healer
        )

    def overseer(self, oversight: Oversight, later: timedelta = timedelta(0)) -> Overseer:
        """An overseer whose clock is ahead."""

        async def held(tenant: str) -> None:
            """The sealer of these tests holds every key."""

        return Overseer(self.temporal, self.store, self.surface, self.client(), oversight, Ahead(later), held)

    def relay(self) -> Relay:
        """The relay's parts, without a reconciler."""
        publisher = Publisher(self.store, self.streams, self.clock) if self.streams else None
        sealing = Sealing(self.store, self.objects, lambda data: "signature", self.clock)
        return Relay(self.store.sql, self.store, self.clock, publisher, sealing, self.archive, None)

    async def store_decisions(self) -> list[DecisionRow]:
        """All decisions of the tenant, in order of their streams."""
        return await Decisions(self.store).after(self.tenant)

    def elsewhere(self, tenant: str) -> "World":
        """The same installation, another tenant."""
        return replace(self, tenant=tenant)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Worker]:
        """A worker for the length of the block."""
        passport = Passport.model_construct(principal=self.someone(), purpose="operate", bundle="", tenant=self.tenant)

        @activity.defn(name=OPENING)
        async def opening(given: Opening) -> Opened:
            return await self.surface.open(given, passport)

        @activity.defn(name=CLOSING)
        async def closing(given: Closing) -> Closed:
            return await self.surface.close(given)

        worker = Worker(
            self.temporal, task_queue=self.queue, workflows=[TinySaga], activities=[opening, closing],
            workflow_runner=UnsandboxedWorkflowRunner(), build_id="test",
        )  # fmt: skip
        async with worker:
            yield worker
