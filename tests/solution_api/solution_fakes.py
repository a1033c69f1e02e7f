"""Registers with memory, for the Solution plane's own tests."""

import base64
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from experience_fakes import FakeClock, FakeDoors, FakeGuard, FakeRuntime, FakeSecrets, FakeSessions, FakeTasks

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.experience.solution_models import PlaneStatus
from symphainy.foundations.language.context import Principal, SessionContext
from symphainy.foundations.language.contract import Catalog, Contract, IntentRoute
from symphainy.foundations.language.errors import Conflict, Defect, Invalid, NotFound, Problem, Refused, SymphainyError
from symphainy.governance.erasure_desk import Certificate
from symphainy.governance.overlay import Overlay
from symphainy.governance.security_guard.api_keys import Issued
from symphainy.governance.simulation import Simulation
from symphainy.governance.switches import SwitchSetting, check
from symphainy.governance.webhook_desk import WebhookDesk
from symphainy.runtime.ids import mint
from symphainy.runtime.models import ExecutionResult, Submitted
from symphainy.runtime.solutions import Deployment, RouteTo, Solution, SolutionDraft
from symphainy.runtime.store.users import ApiKeyRow
from symphainy.runtime.store.webhooks import EndpointRow, LetterRow
from symphainy.solution_api.parts import SolutionParts

CONTRACT = Contract(
    name="text.shout",
    version="1",
    owner="content",
    input={"type": "object"},
    output={"type": "object"},
    duration="short",
)
CATALOG = Catalog(
    contracts=(CONTRACT,), routes=(IntentRoute(intent="text.shout", capability="text.shout@1", owner="content"),)
)


@dataclass
class Row:
    namespace: str
    name: str
    version: str
    plan_digest: str
    source: str
    created_by: str
    created_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)


class FakeDefinitions:
    def __init__(self) -> None:
        self.rows, self.plans = dict[tuple[str, str], Row](), dict[tuple[str, str], Plan]()

    async def register(self, tenant: str, plan: Plan, source: str, by: str, *, scheduled: bool = True) -> bool:
        standing = self.rows.get((tenant, plan.definition))
        if standing is not None and standing.plan_digest != plan.digest:
            raise Conflict(f"{plan.definition} is registered with another content", code="version_taken")
        self.plans[tenant, plan.digest] = plan
        self.rows.setdefault(
            (tenant, plan.definition), Row(plan.namespace, plan.name, plan.version, plan.digest, source, by)
        )
        return standing is None

    async def all(self, tenant: str, *, limit: int = 500) -> list[Row]:
        return [row for (owner, _), row in self.rows.items() if owner == tenant][::-1]

    async def get(self, tenant: str, definition: str) -> Row:
        if (tenant, definition) not in self.rows:
            raise NotFound(f"there is no definition {definition}")
        return self.rows[tenant, definition]

    async def plan(self, tenant: str, digest: str) -> Plan:
        return self.plans[tenant, digest]


class FakeRegister:
    def __init__(self) -> None:
        self.stored, self.live = dict[tuple[str, str, str], Solution](), dict[tuple[str, str], Deployment]()

    async def create(self, tenant: str, draft: SolutionDraft, by: str) -> Solution:
        place = (tenant, draft.name, draft.version)
        if place in self.stored and self.stored[place].digest != draft.digest:
            raise Conflict("stored with another content", code="version_taken")
        routes = {k: RouteTo(definition=p.definition, plan_digest=p.digest) for k, p in draft.routes.items()}
        return self.stored.setdefault(place, Solution(routes=routes, **draft.model_dump(exclude={"routes"})))

    async def find(self, tenant: str, name: str, version: str | None = None) -> Solution:
        found = [s for (t, n, v), s in self.stored.items() if (t, n) == (tenant, name) and version in (None, v)]
        if not found:
            raise NotFound(f"there is no solution {name}")
        return found[-1]

    async def all(self, tenant: str) -> list[Solution]:
        return [s for (t, _, _), s in self.stored.items() if t == tenant][::-1]

    async def deploy(self, tenant: str, name: str, by: str, *, version: str | None = None) -> Deployment:
        found = await self.find(tenant, name, version)
        self.live[tenant, name] = Deployment(
            name=name, version=found.version, digest=found.digest, revision=1, deployed_by=by, bindings=found.bindings
        )
        return self.live[tenant, name]

    async def undeploy(self, tenant: str, name: str) -> None:
        if self.live.pop((tenant, name), None) is None:
            raise NotFound(f"the solution {name} is not deployed")

    async def deployed(self, tenant: str) -> list[Deployment]:
        return [d for (t, _), d in self.live.items() if t == tenant]


class FakeDeploying(FakeRuntime):
    """Runs what deploys and withdraws against the register with memory; ``slow`` leaves it open."""

    def __init__(self, clock: FakeClock, register: FakeRegister) -> None:
        super().__init__(clock)
        self.register, self.problems, self.slow = register, dict[str, Problem](), False
        self.routes |= {"solution.deploy", "solution.withdraw"}

    async def submit(self, intent: Any, session: Any, principal: Any = None, key: str | None = None) -> Submitted:
        found = await super().submit(intent, session, principal, key)
        if found.replayed or self.slow or not intent.type.startswith("solution."):
            return found
        tenant, who, about = session.tenant, session.principal.id, intent.payload
        try:
            if intent.type == "solution.deploy":
                await self.register.deploy(tenant, about["name"], who, version=about["version"])
            else:
                await self.register.undeploy(tenant, about["name"])
            await self.complete(found.execution_id)
        except SymphainyError as error:
            self.problems[found.execution_id] = error.problem()
            self.runs[found.execution_id].status = "faulted"
            await self.emit(found.execution_id, "execution.faulted")
        return found

    async def result(self, session: Any, execution_id: str, wait: float = 0.0) -> ExecutionResult:
        found = await super().result(session, execution_id, 0.0 if self.slow else wait)
        return replace(found, problem=self.problems.get(execution_id))


class FakeCatalog:
    async def current(self) -> tuple[Catalog, str]:
        return CATALOG, "sha256:00"


class FakeCodec:
    """Turns the bytes of a payload round; they name their tenant."""

    async def decode(self, payloads: Any, principal: Any) -> list[dict[str, Any]]:
        return [self._open(p, principal.tenant) for p in payloads]

    async def encode(self, payloads: Any, principal: Any) -> list[dict[str, Any]]:
        return [
            {"metadata": {"tenant": _b64(principal.tenant.encode())}, "data": _b64(_bytes(p["data"])[::-1])}
            for p in payloads
        ]

    def _open(self, payload: Any, tenant: str) -> dict[str, Any]:
        if _bytes(payload["metadata"].get("tenant", "")) != tenant.encode():
            raise Refused("the payload is another tenant's")
        if not payload["data"]:
            raise Defect("the payload was altered")
        return {"metadata": {}, "data": _b64(_bytes(payload["data"])[::-1])}


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


class FakeStatus:
    async def status(self, tenant: str) -> PlaneStatus:
        return PlaneStatus(planes={"runtime": "alive"}, city=({"name": "nurse"},), realms={"content": "registered"})


class FakeRecords:
    async def work(self, who: Any, *, execution_id: str = "", limit: int = 200) -> list[Any]:
        return []

    async def decisions(self, who: Any, execution_id: str) -> list[Any]:
        return []

    async def lineage(self, who: Any, node: str, *, back: bool, depth: int = 20, limit: int = 2000) -> list[Any]:
        return []

    async def settle(self, who: Any, item_id: str, resolution: str, note: str = "", *, wait: float = 10.0) -> Any:
        raise NotFound("there is no such work item")


@dataclass
class Account:
    """A row of users."""

    user_id: str
    name: str = ""
    handle: str = ""
    roles: tuple[str, ...] = ()
    created_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    disabled_at: datetime | None = None


class FakePeople:
    def __init__(self) -> None:
        self.changes: list[Any] = []
        self.rows: dict[tuple[str, str], list[Account]] = {}

    async def all(self, tenant: str, kind: str = "User") -> list[Account]:
        return self.rows.get((tenant, kind), [])

    async def invite(self, tenant: str, email: str, roles: tuple[str, ...], name: str = "") -> tuple[Principal, str]:
        row = Account(mint("user"), name, email, roles)
        self.rows.setdefault((tenant, "User"), []).append(row)
        return Principal(id=row.user_id, tenant=tenant, roles=roles), f"{tenant}.{row.user_id}.secret"

    async def service(self, tenant: str, name: str, roles: tuple[str, ...] = ("service",)) -> Principal:
        row = Account(mint("service"), name, f"service:{name}", roles)
        self.rows.setdefault((tenant, "Service"), []).append(row)
        return Principal(type="Service", id=row.user_id, tenant=tenant, roles=roles)

    async def set_roles(self, tenant: str, user_id: str, roles: tuple[str, ...]) -> None:
        self.changes.append((tenant, user_id, roles))

    async def set_state(self, tenant: str, user_id: str, state: str) -> None:
        self.changes.append((tenant, user_id, state))


class FakeKeys:
    """Keys by tenant and id."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], ApiKeyRow] = {}

    async def all(self, tenant: str) -> list[ApiKeyRow]:
        return [row for (home, _), row in self.rows.items() if home == tenant]

    async def issue(self, tenant: str, principal_id: str, name: str, roles: tuple[str, ...], life: timedelta) -> Issued:
        at, key_id = datetime(2026, 1, 1, tzinfo=UTC), f"{len(self.rows):016x}"
        self.rows[tenant, key_id] = ApiKeyRow(
            tenant=tenant,
            key_id=key_id,
            principal_id=principal_id,
            name=name,
            roles=list(roles),
            created_at=at,
            expires_at=at + life,
        )
        return Issued(key_id, f"sk_{tenant}.{key_id}.secret", at + life)

    async def revoke(self, tenant: str, key_id: str) -> None:
        if self.rows.pop((tenant, key_id), None) is None:
            raise NotFound("there is no such key")


class FakeErasure:
    """Whom it was told to erase; nobody is known to it."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def erase(self, who: SessionContext, subject: str) -> Certificate:
        self.told.append(subject)
        raise NotFound("nothing is kept under this subject")

    async def certificates(self, tenant: str) -> list[Certificate]:
        return []


class FakeLibrary:
    """No document is in it."""

    async def all(self, tenant: str, *, limit: int = 200) -> list[Any]:
        return []

    async def change(self, tenant: str, document_id: str, by: str, **change: Any) -> Any:
        raise NotFound("there is no such document")


class FakeDesk:
    """What it was told can be read back; it governs nothing."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.overlays: dict[str, Overlay] = {}

    async def document(self, tenant: str) -> dict[str, Any]:
        return {"roll": [], "bundle": {"digest": "sha256:00"}, "switches": {}, "maintenance": [], "degraded": []}

    async def switch(self, switch: str, mode: str, tenant: str, solution: str, *, by: str) -> None:
        check(SwitchSetting.model_validate({"switch": switch, "mode": mode, "tenant": tenant, "solution": solution}))
        self.told.append((switch, mode, tenant, solution))

    async def maintain(self, tenant: str, closed: bool, by: str, reason: str = "") -> None:
        self.told.append((tenant, closed))

    def read(self, told: dict[str, Any]) -> Overlay:
        try:
            return Overlay.model_validate(told)
        except ValueError as error:
            raise Invalid("the bundle does not fit") from error

    async def overlay(self, tenant: str) -> Overlay:
        return self.overlays.get(tenant, Overlay())

    async def history(self, tenant: str, limit: int = 50) -> list[Any]:
        return []

    async def apply(self, tenant: str, overlay: Overlay, by: str, expects: str | None = None) -> str:
        self.overlays[tenant] = overlay
        return overlay.digest

    async def roll_back(self, tenant: str, by: str, to: str | None = None) -> str:
        if self.overlays.pop(tenant, None) is None:
            raise Conflict("nothing to roll back")
        return ""

    async def simulate(self, tenant: str, overlay: Overlay, since: timedelta) -> Simulation:
        return Simulation(digest=overlay.digest)


class FakeRows:
    """Endpoints and letters by tenant and id, as ``runtime.store.webhooks`` keeps them."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], EndpointRow] = {}
        self.letters: list[LetterRow] = []

    async def add(self, row: EndpointRow) -> None:
        self.rows[row.tenant, row.endpoint_id] = row

    async def get(self, tenant: str, endpoint_id: str) -> EndpointRow | None:
        return self.rows.get((tenant, endpoint_id))

    async def all(self, tenant: str) -> list[EndpointRow]:
        return [row for row in self.rows.values() if row.tenant == tenant and row.state != "removed"]

    async def change(self, tenant: str, endpoint_id: str, values: dict[str, Any]) -> None:
        self.rows[tenant, endpoint_id] = self.rows[tenant, endpoint_id].model_copy(update=values)

    async def page(self, tenant: str, endpoint_id: str, state: str, limit: int) -> list[LetterRow]:
        of = [row for row in self.letters if (row.tenant, row.endpoint_id) == (tenant, endpoint_id)]
        return [row for row in of if state in ("", row.state)][:limit]

    async def again(self, tenant: str, endpoint_id: str, event_id: str) -> int:
        ended = await self.page(tenant, endpoint_id, "dead", 1_000)
        return len([row for row in ended if event_id in ("", row.event_id)])


def webhook_desk(clock: Any, secrets: FakeSecrets) -> WebhookDesk:
    """The real desk over rows with memory."""
    made = WebhookDesk(None, clock, secrets)  # type: ignore[arg-type]
    made._rows = FakeRows()  # type: ignore[assignment]
    return made


def parts(**more: Any) -> SolutionParts:
    clock, register, secrets = FakeClock(), FakeRegister(), FakeSecrets()
    return SolutionParts(
        runtime=FakeDeploying(clock, register), guard=FakeGuard(FakeSessions(clock)), doors=FakeDoors(), definitions=FakeDefinitions(),
        solutions=register, catalog=FakeCatalog(), codec=FakeCodec(), status=FakeStatus(), records=FakeRecords(), work=FakeRecords(),
        people=FakePeople(), keys=FakeKeys(), desk=FakeDesk(), erasure=FakeErasure(), library=FakeLibrary(), tasks=FakeTasks(), clock=clock,
        webhooks=webhook_desk(clock, secrets), secrets=secrets, **more,
    )  # fmt: skip
