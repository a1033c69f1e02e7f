"""``core.definition``: the plan of a registered definition, for a run that runs another one."""

from typing import Protocol

from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.errors import NotFound
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step


class Plans(Protocol):
    """Registered definitions; ``runtime.definitions`` is it."""

    async def plan_of(self, tenant: str, definition: str) -> Plan | None:
        """By ``namespace/name[:version]``, the newest version without one."""
        ...


class Name(Message):
    """A definition; without a version its newest."""

    namespace: str
    name: str
    version: str = ""


class Found(Message):
    """Its plan."""

    plan: dict[str, Json]


def register(registry: Registry, plans: Plans | None) -> None:
    """One contract. Without a register (a front end, an offline catalog) only it counts."""

    @capability("core.definition", input=Name, output=Found, title="Look up a definition")
    async def definition(step: Step[Name]) -> Found:
        """Find the plan of a definition of this tenant; the journal keeps which version it was."""
        assert plans is not None
        wanted = step.input
        name = f"{wanted.namespace}/{wanted.name}" + (f":{wanted.version}" if wanted.version else "")
        plan = await plans.plan_of(step.context.tenant, name)
        if plan is None:
            raise NotFound(f"there is no definition {name}", code="definition_unknown", remedy="register it first")
        return Found(plan=plan.model_dump(mode="json"))

    registry.register(definition)
