"""What the Solution plane is given: ports as small Protocols, the concrete things behind them are chosen in bindings."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from symphainy.foundations.definitions.compile import Check
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.experience.edge.feed import Pace
from symphainy.foundations.experience.edge.ports import Guard, Ping
from symphainy.foundations.experience.solution_models import PlaneStatus
from symphainy.foundations.language.clock import Clock, SystemClock
from symphainy.foundations.language.context import Intent, Principal, SessionContext
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Edge, Event
from symphainy.foundations.public_works.abstractions.secrets import Secrets
from symphainy.runtime.models import Execution, ExecutionResult, Page, Submitted
from symphainy.runtime.records import WorkItem
from symphainy.runtime.recovery import Resolution, Settled
from symphainy.runtime.solutions import Deployment, Solution, SolutionDraft
from symphainy.runtime.store.webhooks import EndpointRow, LetterRow
from symphainy.runtime.tasks import HumanTask, TaskLine
from symphainy.runtime.webhooks import EndpointDraft
from symphainy.solution_api.desks import Desk, Erasure, Keys, Library, People


class Runtime(Protocol):
    """The runtime client, as this plane uses it: it looks and cancels, and submits what deploys and withdraws, nothing else."""

    async def submit(
        self,
        intent: Intent,
        session: SessionContext | None = None,
        principal: Principal | None = None,
        key: str | None = None,
    ) -> Submitted:
        """Record an intent and start what answers it."""
        ...

    async def result(self, who: SessionContext, execution_id: str, wait: float = 0.0) -> ExecutionResult:
        """Its end, after at most ``wait`` seconds."""
        ...

    async def describe(self, who: SessionContext, execution_id: str) -> Execution:
        """Where an execution stands; NotFound also for another tenant's."""
        ...

    async def executions(
        self,
        who: SessionContext,
        *,
        cursor: str | None = None,
        status: str = "",
        solution: str = "",
        mine: bool = True,
        limit: int = 50,
    ) -> Page:
        """A page of executions, newest first; ``mine=False``: all of the tenant's, for operators."""
        ...

    async def cancel(self, who: SessionContext, execution_id: str) -> bool:
        """Ask an execution to stop and unwind."""
        ...

    async def suspend(self, who: SessionContext, execution_id: str) -> bool:
        """Let no further task of it begin."""
        ...

    async def resume(self, who: SessionContext, execution_id: str) -> bool:
        """Let it go on."""
        ...

    async def decide(
        self, who: SessionContext, task_id: str, choice: str, value: Json = None, *, shown_digest: str
    ) -> Json:
        """Propose a decision on a person's task; what counts now."""
        ...

    async def watch(self, who: SessionContext, execution_id: str, after: str = "") -> AsyncIterator[Event]:
        """Its events after a cursor, as they come; NotFound and Refused before the first of them."""
        ...


class Records(Protocol):
    """What governors read of the record."""

    async def work(self, who: SessionContext, *, execution_id: str = "", limit: int = 200) -> Sequence[WorkItem]:
        """Open work items, oldest first."""
        ...

    async def decisions(self, who: SessionContext, execution_id: str) -> list[dict[str, Json]]:
        """The decision records of an execution."""
        ...

    async def lineage(self, who: SessionContext, node: str, *, back: bool, depth: int = 20) -> Sequence[Edge]:
        """What a value came from, or what came from it."""
        ...


class Work(Protocol):
    """What sagas have left for people."""

    async def settle(
        self, who: SessionContext, item_id: str, resolution: Resolution, note: str = "", *, wait: float = 10.0
    ) -> Settled:
        """Settle one item."""
        ...


class DefinitionRecord(Protocol):
    """A registered version, as the register gives it."""

    namespace: str
    name: str
    version: str
    plan_digest: str
    source: str
    created_by: str
    created_at: Any


class Definitions(Protocol):
    """The register of definitions and plans."""

    async def register(self, tenant: str, plan: Plan, source: str, by: str, *, scheduled: bool = True) -> bool:
        """Register a version; False if it stands already; Conflict if it stands with another content."""
        ...

    async def all(self, tenant: str, *, limit: int = 500) -> Sequence[DefinitionRecord]:
        """All versions, newest first."""
        ...

    async def get(self, tenant: str, definition: str) -> DefinitionRecord:
        """``namespace/name:version``; NotFound."""
        ...

    async def plan(self, tenant: str, digest: str) -> Plan:
        """A plan by digest; NotFound."""
        ...


class Solutions(Protocol):
    """The register of solutions."""

    async def create(self, tenant: str, draft: SolutionDraft, by: str) -> Solution:
        """Store a checked solution; Conflict if the version stands with another content."""
        ...

    async def find(self, tenant: str, name: str, version: str | None = None) -> Solution:
        """By name and version, the newest without one; NotFound."""
        ...

    async def all(self, tenant: str) -> Sequence[Solution]:
        """All versions of all solutions."""
        ...

    async def deployed(self, tenant: str) -> Sequence[Deployment]:
        """Every active deployment."""
        ...


class Doors(Protocol):
    """The door of what is no intent: judged by the city, and written down."""

    async def passed(self, call: DoorCall) -> Admission:
        """Pass, or what the city raises."""
        ...


class Tasks(Protocol):
    """What people are asked."""

    async def open(self, who: SessionContext, *, everyones: bool = False, limit: int = 200) -> list[TaskLine]:
        """Open tasks, oldest first."""
        ...

    async def show(self, who: SessionContext, task_id: str) -> HumanTask:
        """One task with what it shows; NotFound also for another tenant's."""
        ...


class Webhooks(Protocol):
    """Endpoints outside, and what was sent to them."""

    async def create(self, tenant: str, draft: EndpointDraft, by: str) -> tuple[EndpointRow, str]:
        """A new endpoint and its secret, this once."""
        ...

    async def rotate(self, tenant: str, endpoint_id: str) -> tuple[EndpointRow, str]:
        """A new secret, this once; the one before signs beside it for a while."""
        ...

    async def remove(self, tenant: str, endpoint_id: str) -> None:
        """Take it away; Conflict for one that a solution has bound."""
        ...

    async def all(self, tenant: str) -> Sequence[EndpointRow]:
        """All, oldest first."""
        ...

    async def get(self, tenant: str, endpoint_id: str) -> EndpointRow:
        """One; NotFound."""
        ...

    async def change(self, tenant: str, endpoint_id: str, values: dict[str, object]) -> EndpointRow:
        """Another address, title or list of types; Conflict for one that a solution has bound."""
        ...

    async def set_state(self, tenant: str, endpoint_id: str, *, active: bool, reason: str = "") -> EndpointRow:
        """Enable or disable it."""
        ...

    async def letters(self, tenant: str, endpoint_id: str, state: str = "", limit: int = 100) -> Sequence[LetterRow]:
        """What was sent to it, newest first."""
        ...

    async def again(self, tenant: str, endpoint_id: str, event_id: str = "") -> int:
        """Make one letter due again, or all dead ones; how many."""
        ...


class CatalogReader(Protocol):
    """The capability catalog, as the workers have published it."""

    async def current(self) -> tuple[Catalog, str]:
        """The catalog in force and its digest; NotFound before any worker has published one."""
        ...


class Codec(Protocol):
    """Data Steward's codec, as the Temporal Web UI speaks to it: payloads as ``{"metadata": {name: base64}, "data": base64}``."""

    async def decode(self, payloads: Sequence[dict[str, Json]], principal: Principal) -> list[dict[str, Json]]:
        """In clear, for a principal of the payloads' tenant; Refused for another tenant's, Defect for altered ones."""
        ...

    async def encode(self, payloads: Sequence[dict[str, Json]], principal: Principal) -> list[dict[str, Json]]:
        """Encrypted for the principal's tenant."""
        ...


class StatusReader(Protocol):
    """The platform in one look, for one tenant."""

    async def status(self, tenant: str) -> PlaneStatus:
        """Planes, roll of the city, realms, solutions."""
        ...


@dataclass(frozen=True)
class Links:
    """Where the other faces of the platform are."""

    experience: str = "http://127.0.0.1:7300"
    temporal_ui: str = "http://127.0.0.1:7303"


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes."""

    json: int = 1 << 20
    folder: int = 8 << 20
    """A solution folder as a JSON map or a zip."""
    unpacked: int = 32 << 20
    codec: int = 4 << 20


@dataclass(frozen=True)
class SolutionParts:
    """Everything the plane stands on."""

    runtime: Runtime
    guard: Guard
    doors: Doors
    definitions: Definitions
    solutions: Solutions
    catalog: CatalogReader
    codec: Codec
    status: StatusReader
    records: Records
    work: Work
    people: People
    keys: Keys
    desk: Desk
    erasure: Erasure
    library: Library
    tasks: Tasks
    webhooks: Webhooks
    secrets: Secrets
    checks: Sequence[Check] = ()
    """What a definition must pass beside the compiler's own checks (the Cedar check)."""
    clock: Clock = field(default_factory=SystemClock)
    settings: Any = None
    limits: Limits = Limits()
    pace: Pace = Pace()
    links: Links = Links()
    codec_origins: tuple[str, ...] = ("http://127.0.0.1:7303", "http://localhost:7303")
    """Origins of the Temporal Web UI: no other page may have a history decoded."""
    namespace: str = "symphainy"
    pings: Mapping[str, Ping] = field(default_factory=dict)
