"""The registers as realms see them: ``language.registers`` over the runtime's own. Handed to managers by the composition."""

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.solution import CompiledSolution, SolutionDefinition
from symphainy.foundations.language.errors import NotFound
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.registers import Deployed, Handed, Stored
from symphainy.runtime.definitions import Definitions
from symphainy.runtime.solutions import Deployment, Solution, SolutionDraft, Solutions

__all__ = ["Register", "Shelf"]


class Register:
    """Implements ``SolutionRegister``."""

    def __init__(self, solutions: Solutions, definitions: Definitions) -> None:
        self._solutions, self._definitions = solutions, definitions

    async def find(self, tenant: str, name: str, version: str | None = None) -> Handed:
        """By name and version; NotFound."""
        return await self._handed(tenant, await self._solutions.find(tenant, name, version))

    async def standing(self, tenant: str, name: str) -> Deployed | None:
        """What is deployed under a name."""
        try:
            return await self._deployed(tenant, await self._solutions.deployment(tenant, name))
        except NotFound:
            return None

    async def deployed(self, tenant: str) -> list[Deployed]:
        """Everything that is deployed."""
        return [await self._deployed(tenant, each) for each in await self._solutions.deployed(tenant)]

    async def create(self, tenant: str, draft: dict[str, Json], by: str) -> Handed:
        """Keep a compiled folder; Conflict when the version stands with another content."""
        compiled = CompiledSolution(
            definition=SolutionDefinition.model_validate(draft["definition"]),
            plans={intent: Plan.model_validate(plan) for intent, plan in draft["plans"].items()},
        )
        stored = await self._solutions.create(tenant, SolutionDraft.of(compiled, draft["files"]), by)
        return await self._handed(tenant, stored)

    async def deploy(self, tenant: str, name: str, version: str, by: str, *, replaces: str | None) -> Deployed:
        """Make it answer; Conflict when something else than ``replaces`` is deployed by now."""
        done = await self._solutions.deploy(tenant, name, by, version=version, replaces=replaces)
        return await self._deployed(tenant, done)

    async def revert(self, tenant: str, name: str, digest: str, by: str, *, to: str | None) -> bool:
        """Put back what ``digest`` replaced, if ``digest`` is what is deployed."""
        standing = await self.standing(tenant, name)
        if standing is None or standing.digest != digest:
            return False
        if to is None:
            await self._solutions.undeploy(tenant, name, digest=digest)
        elif to != digest:
            before = await self._solutions.get(tenant, to)
            await self._solutions.deploy(tenant, name, by, version=before.version, replaces=digest)
        return True

    async def _handed(self, tenant: str, stored: Solution) -> Handed:
        plans = [await self._definitions.plan(tenant, to.plan_digest) for to in stored.routes.values()]
        return Handed(
            name=stored.name, version=stored.version, digest=stored.digest, title=stored.title, files=stored.files,
            capabilities=tuple(sorted({ref for plan in plans for ref in plan.capabilities})),
        )  # fmt: skip

    async def _deployed(self, tenant: str, done: Deployment) -> Deployed:
        return Deployed(
            name=done.name, version=done.version, digest=done.digest, revision=done.revision, intents=done.intents,
            title=(await self._solutions.get(tenant, done.digest)).title,
            bindings=tuple(f"{each.kind} {each.name}" for each in done.bindings),
        )  # fmt: skip


class Shelf:
    """Implements ``SagaShelf``: registered definitions, then the sagas of deployed solutions."""

    def __init__(self, solutions: Solutions, definitions: Definitions) -> None:
        self._solutions, self._definitions = solutions, definitions

    async def saga(self, tenant: str, name: str) -> Stored | None:
        """By the definition's name, with or without a version, or by the intent that it answers."""
        plan = await self._definitions.plan_of(tenant, name) if "/" in name else None
        plan = plan or await self._of_solution(tenant, name)
        return Stored(definition=plan.definition, digest=plan.digest, document=plan.document) if plan else None

    async def _of_solution(self, tenant: str, name: str) -> Plan | None:
        for deployed in await self._solutions.deployed(tenant):
            for intent, to in (await self._solutions.get(tenant, deployed.digest)).routes.items():
                if name in (intent, to.definition, to.definition.rpartition(":")[0]):
                    return await self._definitions.plan(tenant, to.plan_digest)
        return None
