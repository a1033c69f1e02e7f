"""What the Experience plane is given: ports as small Protocols, the concrete things behind them are chosen in bindings."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.experience.edge.feed import Pace
from symphainy.foundations.experience.edge.ports import Entrance, Ping
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.clock import Clock, SystemClock
from symphainy.foundations.language.context import Intent, Principal, SessionContext
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Event
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.runtime.correlation import Delivered
from symphainy.runtime.models import Execution, ExecutionResult, Page, Submitted
from symphainy.runtime.reading import DocumentLine, Passage
from symphainy.runtime.solutions import Deployment, Solution
from symphainy.runtime.tasks import HumanTask, TaskLine


class Runtime(Protocol):
    """The runtime client, as this plane uses it. Every call is of one session, judged at the door."""

    async def submit(
        self,
        intent: Intent,
        session: SessionContext | None = None,
        principal: Principal | None = None,
        key: str | None = None,
    ) -> Submitted:
        """Record an intent and start what answers it."""
        ...

    async def deliver(self, who: SessionContext, event: dict[str, Json]) -> Delivered:
        """Take a CloudEvent in."""
        ...

    async def describe(self, who: SessionContext, execution_id: str) -> Execution:
        """Where an execution stands; NotFound also for another tenant's."""
        ...

    async def result(self, who: SessionContext, execution_id: str, wait: float = 0.0) -> ExecutionResult:
        """Its end, after at most ``wait`` seconds."""
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
        """A page of executions, newest first."""
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


class Sessions(Protocol):
    """Session verbs of the runtime; another tenant's session is NotFound, an ended one Unauthenticated."""

    async def create(self, principal: Principal) -> SessionContext:
        """A new session; RateLimited when the principal holds as many as it may."""
        ...

    async def get(self, tenant: str, session_id: str) -> SessionContext:
        """A live session."""
        ...

    async def renew(self, tenant: str, session_id: str) -> SessionContext:
        """The session with a later idle end."""
        ...

    async def revoke(self, tenant: str, session_id: str, reason: str = "logout") -> bool:
        """End it; False when it had ended."""
        ...


class Solutions(Protocol):
    """The register of solutions."""

    async def deployment(self, tenant: str, name: str) -> Deployment:
        """What is deployed under a name; NotFound if nothing is."""
        ...

    async def get(self, tenant: str, digest: str) -> Solution:
        """What was stored under a digest."""
        ...


class Hooks(Protocol):
    """The door for signed messages from outside."""

    async def take(
        self, tenant: str, solution: str, name: str, headers: Mapping[str, str], body: bytes
    ) -> Submitted | str | None:
        """What was started; None: it came before; a text: send it back. Unauthenticated: not to be believed."""
        ...


class Plans(Protocol):
    """The store of plans."""

    async def plan(self, tenant: str, digest: str) -> Plan:
        """A plan by digest; NotFound."""
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


class CatalogReader(Protocol):
    """The capability catalog, as the workers have published it."""

    async def current(self) -> tuple[Catalog, str]:
        """The catalog in force and its digest; NotFound before any worker has published one."""
        ...


class Documents(Protocol):
    """The admitted documents, to be read by a person."""

    async def documents(self, who: SessionContext, *, limit: int = 200) -> list[DocumentLine]:
        """Newest first."""
        ...

    async def passage(self, who: SessionContext, document_id: str, start: int = 0, length: int = 20_000) -> Passage:
        """A piece of one document's text; NotFound."""
        ...


class Uploads(Protocol):
    """The ledger of uploads, with the tenant's quota."""

    async def begin(self, who: SessionContext, upload_id: str, *, name: str, media_type: str) -> int:
        """An upload begins; how many bytes it may have. TooLarge when the quota is used up."""
        ...

    async def stored(self, tenant: str, upload_id: str, ref: ArtifactRef) -> None:
        """Its bytes are all there."""
        ...

    async def failed(self, tenant: str, upload_id: str) -> None:
        """It broke off."""
        ...


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    json: int = 1 << 20
    upload: int = 1 << 30
    sockets: int = 20
    """Open streams per principal and process."""
    auth: float = 10.0
    """How long a socket may stay silent before it says who it is."""


@dataclass(frozen=True)
class ExperienceParts:
    """Everything the plane stands on."""

    runtime: Runtime
    sessions: Sessions
    guard: Entrance
    objects: Objects
    uploads: Uploads
    solutions: Solutions
    plans: Plans
    doors: Doors
    catalog: CatalogReader
    documents: Documents
    tasks: Tasks
    hooks: Hooks
    clock: Clock = field(default_factory=SystemClock)
    settings: Any = None
    limits: Limits = Limits()
    pace: Pace = Pace()
    origins: tuple[str, ...] = ()
    """Foreign origins that may open sockets, beside the plane's own."""
    pings: Mapping[str, Ping] = field(default_factory=dict)
