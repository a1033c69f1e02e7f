"""Parts with memory, for the front end's own tests: what they were told can be read back."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from symphainy.experience_api.parts import ExperienceParts
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.context import Intent, Principal, SessionContext
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.document import Span
from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import (
    Conflict,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    TooLarge,
    Unauthenticated,
)
from symphainy.foundations.language.records import Event
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.governance.hook_door import HookDoor
from symphainy.runtime.ids import mint
from symphainy.runtime.models import CLOSING_EVENTS, Execution, ExecutionResult, ExecutionSummary, Page, Submitted
from symphainy.runtime.reading import DocumentLine, Passage
from symphainy.runtime.solutions import Deployment, Solution
from symphainy.runtime.tasks import HumanTask, TaskLine

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


class FakeSessions:
    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.rows, self.revoked = clock, dict[str, SessionContext](), set[str]()

    async def create(self, principal: Principal) -> SessionContext:
        found = SessionContext(
            session_id=mint("session"), tenant=principal.tenant, principal=principal,
            created_at=self.clock.now(), expires_at=self.clock.now() + timedelta(hours=1),
        )  # fmt: skip
        self.rows[found.session_id] = found
        return found

    async def get(self, tenant: str, session_id: str) -> SessionContext:
        found = self.rows.get(session_id)
        if found is None or found.tenant != tenant:
            raise NotFound("there is no such session")
        if session_id in self.revoked or found.expires_at <= self.clock.now():
            raise Unauthenticated("the session has ended")
        return found

    async def renew(self, tenant: str, session_id: str) -> SessionContext:
        found = await self.get(tenant, session_id)
        self.rows[session_id] = found.model_copy(update={"expires_at": self.clock.now() + timedelta(hours=2)})
        return self.rows[session_id]

    async def revoke(self, tenant: str, session_id: str, reason: str = "logout") -> bool:
        await self.get(tenant, session_id)
        self.revoked.add(session_id)
        return True


@dataclass
class Found:
    principal: Principal
    session: SessionContext
    access_token: str = ""
    refresh_token: str = ""
    expires_in: int = 600
    session_id: str = ""


class FakeGuard:
    def __init__(self, sessions: FakeSessions) -> None:
        self.sessions, self.users = sessions, dict[tuple[str, str], tuple[str, Principal]]()
        self.tokens, self.refreshes = dict[str, tuple[Principal, str]](), dict[str, Principal]()
        self.addresses: list[str] = []

    async def register(self, tenant: str, email: str, password: str, *, name: str = "", address: str = "") -> Principal:
        if (tenant, email) in self.users:
            raise Conflict("this address is registered already")
        user = Principal(id=mint("user"), tenant=tenant, roles=("member",))
        self.users[tenant, email] = (password, user)
        return user

    async def login(self, tenant: str, email: str, password: str, *, address: str = "") -> Found:
        self.addresses.append(address)
        known, user = self.users.get((tenant, email), ("", None))
        if user is None or known != password:
            raise Unauthenticated("address or password is wrong")
        return await self._issue(user)

    async def _issue(self, user: Principal) -> Found:
        session = await self.sessions.create(user)
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.tokens[access], self.refreshes[refresh] = (user, session.session_id), user
        return Found(user, session, access, refresh, session_id=session.session_id)

    async def refresh(self, refresh_token: str) -> Found:
        if refresh_token not in self.refreshes:
            raise Unauthenticated("the refresh token is spent or was never issued")
        return await self._issue(self.refreshes.pop(refresh_token))

    async def authenticate(self, token: str) -> Found:
        if token not in self.tokens:
            raise Unauthenticated("the token is not valid")
        user, session_id = self.tokens[token]
        return Found(user, await self.sessions.get(user.tenant, session_id))

    @property
    def people(self) -> "FakeGuard":
        return self

    async def accept(self, invitation: str, password: str) -> Principal:
        raise Unauthenticated("the invitation is unknown")

    async def change_password(self, token: str, old: str, new: str) -> None:
        user, _ = self.tokens[token]
        place = next(place for place, (_, known) in self.users.items() if known.id == user.id)
        if self.users[place][0] != old:
            raise Unauthenticated("the old password is wrong")
        self.users[place] = (new, user)

    async def begin_login(self, tenant: str) -> Any:
        raise NotFound("no identity provider is set here", code="oidc_off")

    async def finish_login(self, state: str, code: str, *, begun: str, issuer: str | None = None) -> Found:
        raise NotFound("no identity provider is set here", code="oidc_off")

    def jwks(self) -> dict[str, Any]:
        return {"keys": []}

    async def logout(self, token: str) -> None:
        user, session_id = self.tokens[token]
        await self.sessions.revoke(user.tenant, session_id)


@dataclass
class Run:
    tenant: str
    intent: Intent
    intent_id: str
    execution_id: str
    session_id: str
    status: Any = "running"
    output: Any = None
    events: list[Event] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


class FakeRuntime:
    """Runs nothing: an execution's events are what the test emits. ``test.echo`` completes with its payload at once."""

    ROUTES = frozenset(
        {"test.echo", "test.hold", "test.pay", "content.upload", "content.search", "content.decode", "agent.message"}
    )

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.keys, self.runs = clock, dict[tuple[str, str, str], tuple[str, Submitted]](), dict[str, Run]()
        self.routes, self.cancelled, self.watchers = set(self.ROUTES), list[str](), 0
        self.limited = False

    async def submit(
        self, intent: Intent, session: SessionContext, principal: Principal | None = None, key: str | None = None
    ) -> Submitted:
        if self.limited:
            raise RateLimited("too many submits", retry_after=7, limit=10, window=60, policy="submit")
        if intent.type not in self.routes:
            raise NotFound(f"no capability answers {intent.type}", code="no_route", remedy="see /api/capabilities")
        if intent.type == "test.pay" and "payer" not in session.principal.roles:
            raise Refused("policy pays-only denies", remedy="ask for the role payer")
        key = key or mint("key")
        digest = hashlib.sha256(json.dumps([intent.type, intent.payload], sort_keys=True).encode()).hexdigest()
        place = (session.tenant, session.principal.id, key)
        if place in self.keys:
            known, first = self.keys[place]
            if known != digest:
                raise Invalid("this key was used with another body", code="key_reused")
            return Submitted(first.intent_id, first.execution_id, first.session_id, key, replayed=True)
        found = Submitted(mint("intent"), mint("execution"), session.session_id, key)
        self.keys[place] = (digest, found)
        self.runs[found.execution_id] = Run(
            session.tenant, intent, found.intent_id, found.execution_id, found.session_id
        )
        await self.emit(found.execution_id, "intent.received", "execution.started")
        if intent.type in ("test.echo", "content.search", "agent.message"):
            await self.complete(found.execution_id, intent.payload)
        return found

    async def emit(self, execution_id: str, *types: str, **data: Any) -> None:
        run = self.runs[execution_id]
        async with run.changed:
            for kind in types:
                at = self.clock.now()
                run.events.append(
                    Event(
                        id=mint("event"),
                        seq=len(run.events) + 1,
                        type=kind,
                        execution_id=execution_id,
                        time=at,
                        data=data,
                    )
                )
            run.changed.notify_all()

    async def complete(self, execution_id: str, output: Any = None) -> None:
        run = self.runs[execution_id]
        run.status, run.output = "completed", output
        await self.emit(execution_id, "step.completed", "execution.completed")

    def _run(self, session: SessionContext, execution_id: str) -> Run:
        run = self.runs.get(execution_id)
        if run is None or run.tenant != session.tenant:
            raise NotFound(f"there is no execution {execution_id}")
        return run

    def _summary(self, run: Run) -> ExecutionSummary:
        return ExecutionSummary(
            execution_id=run.execution_id, intent=run.intent.type, intent_id=run.intent_id, session_id=run.session_id,
            solution=run.intent.solution, status=run.status, compensation="none", created_at=NOW,
        )  # fmt: skip

    async def describe(self, session: SessionContext, execution_id: str) -> Execution:
        return Execution(self._summary(self._run(session, execution_id)))

    async def result(self, session: SessionContext, execution_id: str, wait: float = 0.0) -> ExecutionResult:
        run = self._run(session, execution_id)
        async with run.changed:
            try:
                await asyncio.wait_for(run.changed.wait_for(lambda: run.status != "running"), wait)
            except TimeoutError:
                pass
        return ExecutionResult(execution_id, run.status, closed=run.status != "running", output=run.output)

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
        found = [r for r in self.runs.values() if r.tenant == who.tenant and status in ("", r.status)]
        start = int(cursor) if cursor and cursor.isdigit() else 0
        page = found[::-1][start : start + limit]
        return Page(tuple(self._summary(r) for r in page), str(start + limit) if start + limit < len(found) else None)

    async def decide(
        self, who: SessionContext, task_id: str, choice: str, value: Any = None, *, shown_digest: str
    ) -> Any:
        raise NotFound("there is no such task")

    async def cancel(self, session: SessionContext, execution_id: str) -> bool:
        run = self._run(session, execution_id)
        if live := run.status in ("running", "suspended"):
            self.cancelled.append(execution_id)
            run.status = "cancelled"
            await self.emit(execution_id, "execution.cancelled")
        return live

    async def suspend(self, session: SessionContext, execution_id: str) -> bool:
        return await self._hold(session, execution_id, "suspended")

    async def resume(self, session: SessionContext, execution_id: str) -> bool:
        return await self._hold(session, execution_id, "running")

    async def _hold(self, session: SessionContext, execution_id: str, status: str) -> bool:
        run = self._run(session, execution_id)
        if live := run.status in ("running", "suspended"):
            run.status = status
        return live

    async def watch(self, session: SessionContext, execution_id: str, after: str = "") -> AsyncIterator[Event]:
        return self._events(self._run(session, execution_id), int(after.partition("-")[2] or 0))

    async def _events(self, run: Run, seen: int) -> AsyncIterator[Event]:
        self.watchers += 1
        try:
            while True:
                async with run.changed:
                    await run.changed.wait_for(lambda seen=seen: len(run.events) > seen or run.status != "running")
                    fresh = run.events[seen:]
                if not fresh:
                    return
                for event in fresh:
                    seen = event.seq
                    yield event
                    if event.type in CLOSING_EVENTS:
                        return
        finally:
            self.watchers -= 1


class FakeSolutions:
    """A register of deployed solutions and of plans."""

    def __init__(self) -> None:
        self.rows, self.plans = dict[tuple[str, str], Solution](), dict[str, Plan]()

    def put(self, tenant: str, solution: Solution, *plans: Plan) -> None:
        self.rows[tenant, solution.name] = solution
        self.plans |= {plan.digest: plan for plan in plans}

    async def deployment(self, tenant: str, name: str) -> Deployment:
        if (tenant, name) not in self.rows:
            raise NotFound(f"the solution {name} is not deployed", code="solution_not_deployed")
        found = self.rows[tenant, name]
        return Deployment(name=name, version=found.version, digest=found.digest, revision=1, bindings=found.bindings)

    async def get(self, tenant: str, digest: str) -> Solution:
        return next(s for (owner, _), s in self.rows.items() if owner == tenant and s.digest == digest)

    async def plan(self, tenant: str, digest: str) -> Plan:
        return self.plans[digest]


class FakeUploads:
    """Remembers every upload by its id and how it went; ``left`` bytes of the quota remain to each tenant."""

    def __init__(self, left: int = 1 << 40) -> None:
        self.left, self.states = left, dict[str, str]()

    async def begin(self, who: SessionContext, upload_id: str, *, name: str, media_type: str) -> int:
        if self.left <= 0:
            raise TooLarge("the uploads of this tenant go beyond", code="upload.quota")
        self.states[upload_id] = "receiving"
        return self.left

    async def stored(self, tenant: str, upload_id: str, ref: ArtifactRef) -> None:
        assert self.states[upload_id] == "receiving"
        self.states[upload_id], self.left = "stored", self.left - ref.size

    async def failed(self, tenant: str, upload_id: str) -> None:
        self.states[upload_id] = "failed"


class FakeDocuments:
    """A shelf per tenant: ``put`` stands for an upload that has been indexed."""

    def __init__(self) -> None:
        self.rows = dict[str, dict[str, tuple[str, str]]]()

    def put(self, tenant: str, document_id: str, title: str, text: str) -> None:
        self.rows.setdefault(tenant, {})[document_id] = (title, text)

    def _line(self, document_id: str, title: str) -> DocumentLine:
        return DocumentLine(document_id, "0" * 64, title, NOW, NOW)

    async def documents(self, who: SessionContext, *, limit: int = 200) -> list[DocumentLine]:
        return [self._line(name, title) for name, (title, _) in self.rows.get(who.tenant, {}).items()][:limit]

    async def passage(self, who: SessionContext, document_id: str, start: int = 0, length: int = 20_000) -> Passage:
        if document_id not in self.rows.get(who.tenant, {}):
            raise NotFound("there is no such document")
        title, text = self.rows[who.tenant][document_id]
        return Passage(
            line=self._line(document_id, title), media_type="text/plain", characters=len(text), start=start,
            text=text[start : start + length], pages=(Span(start=0, end=len(text), page=1),), tables=(),
            parsed=ArtifactRef.of(text.encode()),
        )  # fmt: skip


class FakeTasks:
    """Tasks that a test puts there, by tenant."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], HumanTask] = {}

    async def open(self, who: SessionContext, *, everyones: bool = False, limit: int = 200) -> list[TaskLine]:
        return [t.line for (tenant, _), t in self.rows.items() if tenant == who.tenant and (everyones or t.line.named)]

    async def show(self, who: SessionContext, task_id: str) -> HumanTask:
        if (who.tenant, task_id) not in self.rows:
            raise NotFound("there is no such task")
        return self.rows[who.tenant, task_id]


class FakeDoors:
    """Remembers who passed; refuses the actions in ``shut``."""

    def __init__(self) -> None:
        self.calls, self.shut = list[DoorCall](), set[str]()

    async def passed(self, call: DoorCall) -> Admission:
        self.calls.append(call)
        if call.action in self.shut:
            raise Refused(f"policy denies {call.action}", remedy="ask an administrator")
        return Admission()


class FakeCatalog:
    async def current(self) -> tuple[Catalog, str]:
        return Catalog(), "sha256:00"


class FakeSecrets:
    """Secrets by tenant and name."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    async def get(self, tenant: str, name: str) -> bytes:
        if (tenant, name) not in self.kept:
            raise NotFound("there is no such secret")
        return self.kept[tenant, name]

    async def put(self, tenant: str, name: str, value: bytes) -> None:
        self.kept[tenant, name] = value

    async def delete(self, tenant: str, name: str) -> None:
        self.kept.pop((tenant, name), None)

    async def list(self, tenant: str) -> list[str]:
        return sorted(name for home, name in self.kept if home == tenant)


async def _service(tenant: str, name: str) -> Principal:
    return Principal(type="Service", id=f"svc_{name}", tenant=tenant, roles=("service",))


class FakePing:
    def __init__(self) -> None:
        self.away = False

    async def ping(self) -> None:
        if self.away:
            raise OSError("away")


def parts(folder: Path, **more: Any) -> ExperienceParts:
    """A plane's parts, on a folder for objects."""
    clock = FakeClock()
    sessions, solutions, runtime = FakeSessions(clock), FakeSolutions(), FakeRuntime(clock)
    return ExperienceParts(
        runtime=runtime, sessions=sessions, guard=FakeGuard(sessions), objects=LocalObjects(folder), uploads=FakeUploads(),
        solutions=solutions, plans=solutions, doors=FakeDoors(), catalog=FakeCatalog(), documents=FakeDocuments(),
        tasks=FakeTasks(), clock=clock, hooks=HookDoor(solutions, FakeSecrets(), _service, runtime.submit, clock), **more,
    )  # fmt: skip
