"""Solution Definitions: stored by digest, deployed by name. Only a deployed solution's intents can be submitted."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from types import EllipsisType
from typing import Any

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.solution import CompiledSolution
from symphainy.foundations.definitions.surfaces import ENDINGS
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound
from symphainy.foundations.language.model import Json, Message
from symphainy.runtime.definitions import Definitions
from symphainy.runtime.ids import mint
from symphainy.runtime.store.solutions import BindingRow, DeploymentRow, IntentRouteRow, SolutionRow
from symphainy.runtime.store.solutions import Solutions as Rows
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.webhooks import EndpointRow

__all__ = ["Binding", "Deployment", "RouteTo", "Solution", "SolutionDraft", "Solutions"]


class Binding(Message):
    """One experience binding: ``kind`` rest, schedule, webhook …; ``about`` is its definition."""

    kind: str
    name: str
    intent: str | None = None
    about: dict[str, Json] = {}


class RouteTo(Message):
    """What an intent is answered with."""

    definition: str
    plan_digest: str


class SolutionDraft(Message):
    """A compiled solution folder, before it is stored. ``files``: file name → text, as the author wrote them."""

    name: str
    version: str
    title: str = ""
    digest: str = ""
    """The compiler's digest over the files; empty: one over everything here."""
    files: dict[str, str] = {}
    routes: dict[str, Plan] = {}
    bindings: tuple[Binding, ...] = ()
    definition: dict[str, Json] = {}

    @classmethod
    def of(cls, compiled: CompiledSolution, files: Mapping[str, str]) -> "SolutionDraft":
        """What the compiler found good; Invalid when it did not."""
        found = compiled.definition
        if found is None:
            raise Invalid(
                "the solution has errors", code="solution_errors", remedy="validate it, and mend what is named"
            )
        bindings = tuple(
            Binding(kind=each.surface, name=each.name, intent=each.intent, about=_about(each.model_dump(mode="json")))
            for each in found.bindings
        )
        return cls(
            name=found.name, version=found.version, title=found.title, digest=found.digest, files=dict(files),
            routes=compiled.plans, bindings=bindings, definition=found.model_dump(mode="json"),
        )  # fmt: skip


class Solution(Message):
    """A stored solution: immutable, one digest per version. ``definition`` is the compiler's SolutionDefinition as JSON."""

    name: str
    version: str
    title: str = ""
    digest: str = ""
    files: dict[str, str] = {}
    routes: dict[str, RouteTo] = {}
    bindings: tuple[Binding, ...] = ()
    definition: dict[str, Json] = {}


class Deployment(Message):
    """What is deployed under a name now."""

    name: str
    version: str
    digest: str
    revision: int
    deployed_by: str = ""
    intents: tuple[str, ...] = ()
    bindings: tuple[Binding, ...] = ()


class Solutions:
    """Create, get, list, deploy, undeploy."""

    def __init__(self, store: Store, definitions: Definitions, clock: Clock) -> None:
        self._store, self._rows, self._definitions, self._clock = store, Rows(store), definitions, clock

    async def create(self, tenant: str, draft: SolutionDraft, by: str) -> Solution:
        """Store a checked solution. The same digest again: what stands, with the plans it was linked to then.

        Conflict when this version has another content.
        """
        routes = {
            kind: RouteTo(definition=plan.definition, plan_digest=plan.digest) for kind, plan in draft.routes.items()
        }
        solution = Solution(routes=routes, **draft.model_dump(exclude={"routes"}))
        solution = solution.model_copy(update={"digest": draft.digest or _digest(solution)})
        async with self._store.tenant(tenant) as tx:
            for plan in draft.routes.values():
                await self._definitions.keep(tenant, plan, tx=tx)
            row = SolutionRow(
                tenant=tenant, digest=solution.digest, name=draft.name, version=draft.version,
                body=solution.model_dump_json(), created_by=by, created_at=self._clock.now(),
            )  # fmt: skip
            if await self._rows.add(row, tx=tx):
                return solution
            standing = await self._rows.get(tenant, solution.digest, tx=tx)
            if standing is None:
                raise Conflict(
                    f"solution {draft.name} {draft.version} is stored with another content",
                    code="version_taken",
                    remedy="give the changed solution a new version",
                )
        return Solution.model_validate_json(standing.body)

    async def get(self, tenant: str, digest: str) -> Solution:
        """By digest; NotFound."""
        row = await self._rows.get(tenant, digest)
        if row is None:
            raise NotFound(f"there is no solution {digest}", code="solution_unknown", remedy="list the solutions")
        return Solution.model_validate_json(row.body)

    async def find(self, tenant: str, name: str, version: str | None = None) -> Solution:
        """By name and version; without a version the one stored last. NotFound."""
        rows = await self._rows.versions(tenant, name)
        row = next((row for row in rows if version is None or row.version == version), None)
        if row is None:
            what = f"{name} {version}" if version else name
            raise NotFound(f"there is no solution {what}", code="solution_unknown", remedy="list the solutions")
        return Solution.model_validate_json(row.body)

    async def all(self, tenant: str) -> list[Solution]:
        """All versions of all solutions, newest first."""
        return [Solution.model_validate_json(row.body) for row in await self._rows.versions(tenant)]

    async def deploy(
        self, tenant: str, name: str, by: str, *, version: str | None = None, replaces: str | None | EllipsisType = ...
    ) -> Deployment:
        """Make a stored version the one that answers: its intents and bindings change places in one transaction.

        ``replaces``: the digest that is deployed until then (None: nothing is); Conflict when it is another by now.
        """
        solution = await self.find(tenant, name, version)
        now = self._clock.now()
        routes = [
            IntentRouteRow(
                tenant=tenant, intent=kind, solution=name, definition=to.definition, plan_digest=to.plan_digest
            )
            for kind, to in solution.routes.items()
        ]
        bindings = [
            BindingRow(
                tenant=tenant,
                solution=name,
                kind=each.kind,
                name=each.name,
                intent=each.intent,
                about=each.about,
                bound_at=now,
            )
            for each in solution.bindings
        ]
        row = DeploymentRow(
            tenant=tenant,
            name=name,
            revision=0,
            digest=solution.digest,
            version=solution.version,
            deployed_by=by,
            deployed_at=now,
        )
        endpoints = [
            _endpoint(tenant, name, each, by, now) for each in solution.bindings if each.kind == "outgoing-webhook"
        ]
        standing = await self._rows.deploy(row, routes, bindings, endpoints, replaces=replaces)
        if standing is None:
            raise Conflict(
                f"another version of {name} was deployed in the meantime",
                code="deployed_meanwhile",
                remedy="look at what is deployed, and deploy again",
            )
        return _deployment(standing, solution)

    async def undeploy(self, tenant: str, name: str, *, digest: str = "") -> None:
        """Withdraw it: its intents are no longer answered, runs that live go on. NotFound when it (that very digest,
        where one is given) is not deployed.
        """
        if not await self._rows.withdraw(tenant, name, self._clock.now(), digest=digest):
            raise NotFound(f"the solution {name} is not deployed", code="solution_not_deployed")

    async def deployed(self, tenant: str) -> list[Deployment]:
        """Every active deployment of a tenant, by name."""
        return [_deployment(row, await self.get(tenant, row.digest)) for row in await self._rows.deployed(tenant)]

    async def deployment(self, tenant: str, name: str) -> Deployment:
        """What is deployed under a name; NotFound."""
        row = await self._rows.active(tenant, name)
        if row is None:
            raise NotFound(
                f"the solution {name} is not deployed", code="solution_not_deployed", remedy="deploy it first"
            )
        return _deployment(row, await self.get(tenant, row.digest))

    async def everywhere(self) -> list[tuple[str, str, str]]:
        """(tenant, name, digest) of all active deployments: what an API binds when it starts."""
        return await self._rows.everywhere()

    async def answering(self, tenant: str, intent: str) -> dict[str, str]:
        """Solution name → plan digest, of the deployed solutions that answer an intent."""
        return {row.solution: row.plan_digest for row in await self._rows.routes(tenant, intent)}

    async def names(self, tenant: str) -> dict[str, tuple[str, ...]]:
        """Deployed solutions and the intents they answer."""
        return {each.name: each.intents for each in await self.deployed(tenant)}


def _deployment(row: DeploymentRow, solution: Solution) -> Deployment:
    return Deployment(
        name=row.name, version=row.version, digest=row.digest, revision=row.revision, deployed_by=row.deployed_by,
        intents=tuple(sorted(solution.routes)), bindings=solution.bindings,
    )  # fmt: skip


def _endpoint(tenant: str, solution: str, binding: Binding, by: str, now: datetime) -> EndpointRow:
    """An outgoing-webhook binding as the endpoint that it stands for."""
    about = binding.about
    return EndpointRow(
        tenant=tenant, endpoint_id=mint("endpoint"), title=binding.name, url=str(about.get("url")), solution=solution,
        types=list(about.get("events") or ENDINGS), binding=binding.name, intent=binding.intent or "",
        result=bool(about.get("result")), secrets=[str(about.get("secret"))], created_by=by, created_at=now,
    )  # fmt: skip


def _about(binding: dict[str, Json]) -> dict[str, Json]:
    """What a binding says beyond its place."""
    return {name: value for name, value in binding.items() if name not in ("surface", "name", "intent")}


def _digest(solution: Solution) -> str:
    body: dict[str, Any] = solution.model_dump(mode="json", exclude={"digest"})
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
