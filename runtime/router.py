"""From an intent to the plan that answers it: the deployed solution's route before the platform's.

The Curator's catalog is data here: a packaged saga is compiled against it, a single capability becomes a one-step plan. Both
are pure functions of the catalog, so they are made once per catalog and process.
"""

import difflib
from dataclasses import dataclass
from typing import Literal, Protocol

from symphainy.foundations.definitions.compile import compile_document, one_step_plan
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.contract import Catalog, IntentRoute
from symphainy.foundations.language.errors import Conflict, Defect, NotFound

__all__ = ["CatalogSource", "PlanSource", "Route", "RouteSource", "Router"]

_SUGGESTIONS = 3


@dataclass(frozen=True)
class Route:
    """What answers an intent. ``owner`` says whose route it is; ``solution`` is the solution that the run belongs to."""

    plan: Plan
    owner: Literal["solution", "platform", "definition"]
    solution: str | None = None


class CatalogSource(Protocol):
    """Where the published catalog is read."""

    async def current(self) -> tuple[Catalog, str]:
        """The catalog in force and its digest; NotFound before any worker has published one."""
        ...


class RouteSource(Protocol):
    """The routes of a tenant's deployed solutions."""

    async def answering(self, tenant: str, intent: str) -> dict[str, str]:
        """Solution name → plan digest, of the deployed solutions that answer an intent."""
        ...

    async def names(self, tenant: str) -> dict[str, tuple[str, ...]]:
        """Deployed solutions and the intents they answer."""
        ...


class PlanSource(Protocol):
    """Registered plans."""

    async def plan(self, tenant: str, digest: str) -> Plan:
        """By digest; NotFound."""
        ...

    async def plan_of(self, tenant: str, definition: str) -> Plan | None:
        """By ``namespace/name[:version]``, the newest version without one; None when there is none."""
        ...


class Router:
    """Finds the plan for an intent."""

    def __init__(self, catalogs: CatalogSource, solutions: RouteSource, definitions: PlanSource) -> None:
        self._catalogs, self._solutions, self._definitions = catalogs, solutions, definitions
        self._made: dict[str, Plan] = {}
        self._made_from = ""

    async def route(self, tenant: str, intent: Intent) -> Route:
        """The route of ``intent.type``; one that names a definition (``namespace/name[:version]``) runs that definition.

        NotFound with the nearest known types; Conflict when two solutions answer and the intent names none.
        """
        answering = await self._solutions.answering(tenant, intent.type)
        if intent.solution is not None:
            if intent.solution not in answering:
                await self._must_be_deployed(tenant, intent.solution)
            answering = {name: digest for name, digest in answering.items() if name == intent.solution}
        if len(answering) > 1:
            names = ", ".join(sorted(answering))
            raise Conflict(
                f"several solutions answer {intent.type}: {names}",
                code="intent_ambiguous",
                remedy="name one as the intent's solution",
            )
        for name, digest in answering.items():
            return Route(await self._definitions.plan(tenant, digest), "solution", name)
        if "/" in intent.type:
            return await self._definition(tenant, intent)
        catalog, digest = await self._catalog()
        for route in catalog.routes:
            if route.intent == intent.type:
                return Route(self._platform(route, catalog, digest), "platform", intent.solution)
        known = {route.intent for route in catalog.routes}
        known.update(kind for kinds in (await self._solutions.names(tenant)).values() for kind in kinds)
        raise NotFound(
            f"nothing answers the intent {intent.type}",
            code="intent_unknown",
            remedy=_nearest(intent.type, list(known)) or "list the capabilities and deployed solutions",
        )

    async def _must_be_deployed(self, tenant: str, solution: str) -> None:
        names = await self._solutions.names(tenant)
        if solution not in names:
            raise NotFound(
                f"the solution {solution} is not deployed",
                code="solution_not_deployed",
                remedy=_nearest(solution, list(names)) or "deploy it first",
            )

    async def _definition(self, tenant: str, intent: Intent) -> Route:
        plan = await self._definitions.plan_of(tenant, intent.type)
        if plan is None:
            raise NotFound(
                f"there is no definition {intent.type}",
                code="definition_unknown",
                remedy="register it, or list the definitions",
            )
        return Route(plan, "definition", intent.solution)

    async def _catalog(self) -> tuple[Catalog, str]:
        try:
            return await self._catalogs.current()
        except NotFound:  # no worker has ever been here: then the platform answers nothing yet
            return Catalog(), ""

    def _platform(self, route: IntentRoute, catalog: Catalog, digest: str) -> Plan:
        if digest != self._made_from:
            self._made, self._made_from = {}, digest
        if route.intent not in self._made:
            self._made[route.intent] = _make(route, catalog)
        return self._made[route.intent]


def _make(route: IntentRoute, catalog: Catalog) -> Plan:
    if route.saga is not None:
        document = catalog.sagas.get(route.saga)
        if document is None:
            raise Defect(f"the catalog routes {route.intent} to the saga {route.saga}, which it does not hold")
        compiled = compile_document(document, file=f"{route.saga}.yaml", catalog=catalog, saga=True)
        if compiled.plan is None:
            first = next((d for d in compiled.diagnostics if d.severity == "error"), None)
            raise Defect(f"the packaged saga {route.saga} does not compile: {first.code if first else 'unknown'}")
        return compiled.plan
    contract = catalog.find(route.capability or "")
    if contract is None:
        raise Defect(f"the catalog routes {route.intent} to {route.capability}, which it does not hold")
    return one_step_plan(contract, catalog)


def _nearest(wanted: str, known: list[str]) -> str | None:
    """A remedy that names what was probably meant.

    >>> _nearest("content.uplod", ["content.upload", "insights.ask"])
    'did you mean content.upload?'
    """
    near = difflib.get_close_matches(wanted, known, n=_SUGGESTIONS, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else None
