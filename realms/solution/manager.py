"""What Solution offers, line by line."""

from collections.abc import Callable

from symphainy.foundations.agentic import attach
from symphainy.foundations.curator import Registry
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.conversation import Heard, Memory
from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.language.registers import SolutionRegister
from symphainy.realms.solution import orchestrator
from symphainy.realms.solution.agents.guide import Guide
from symphainy.realms.solution.services.announce import announce
from symphainy.realms.solution.services.bind import binder, finder, restorer, unbinder, withdrawer
from symphainy.realms.solution.services.catalog import lister
from symphainy.realms.solution.services.check import checker
from symphainy.realms.solution.services.link import linker
from symphainy.realms.solution.services.recall import recaller
from symphainy.realms.solution.services.store import discarder, storer


class Manager:
    """Hands Solution to the Curator."""

    name = "solution"

    def __init__(
        self,
        catalog: Callable[[], Catalog] | None = None,
        register: SolutionRegister | None = None,
        memory: Memory | None = None,
    ) -> None:
        """``catalog`` is what there is to list; by default that of the registry it registers with. ``register`` and ``memory``
        come from the composition; a process without them (an offline catalog) knows the contracts and cannot run what needs them.
        """
        self.catalog, self._register, self._memory = catalog, register, memory

    def register(self, registry: Registry) -> None:
        """Capabilities, the guide, sagas and routes."""
        catalog, register = self.catalog or registry.catalog, self.solutions
        for made in (
            lister(catalog, self._register), checker(catalog, register), linker(catalog, register), storer(register),
            discarder(register), binder(register), unbinder(register), finder(register), withdrawer(register), restorer(register),
            announce, recaller(catalog, self.memory),
        ):  # fmt: skip
            registry.register(made)
        registry.agent(attach(Guide(), "solution.guide", input=Heard, duration="short", title="Guide a conversation"))
        for name, document in orchestrator.sagas().items():
            registry.saga(name, document)
        for route in orchestrator.ROUTES:
            registry.route(route)

    def solutions(self) -> SolutionRegister:
        """The register; Unavailable in a process that was given none."""
        if self._register is None:
            raise Unavailable("this process has no register of solutions", remedy="ask a running platform")
        return self._register

    def memory(self) -> Memory:
        """What agents may recall; Unavailable in a process that was given none."""
        if self._memory is None:
            raise Unavailable("this process remembers no conversation", remedy="ask a running platform")
        return self._memory
