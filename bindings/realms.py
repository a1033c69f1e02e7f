"""What a worker registers: the core, the city's own capabilities, the four realms, then the builder's own."""

from importlib import import_module
from typing import Protocol

from symphainy.activities.core import Core
from symphainy.activities.definitions import Plans
from symphainy.activities.events import Fetch
from symphainy.activities.people import Desk, People
from symphainy.foundations.curator import Registry
from symphainy.foundations.definitions.pool import ExpressionPool
from symphainy.foundations.public_works.abstractions.outside import Outside
from symphainy.foundations.settings import Settings
from symphainy.governance.capabilities import Manager as SmartCity
from symphainy.realms.content.manager import Manager as Content
from symphainy.realms.insights.manager import Manager as Insights
from symphainy.realms.journey.manager import Manager as Journey
from symphainy.realms.solution.manager import Manager as Solution
from symphainy.runtime.shelves import Shelves


class Manager(Protocol):
    """What a realm hands its capabilities over with."""

    name: str

    def register(self, registry: Registry) -> None:
        """Capabilities, sagas, routes."""
        ...


def managers(
    settings: Settings, pool: ExpressionPool | None = None, out: Outside | None = None,
    given: Shelves | None = None, inbox: Fetch | None = None, plans: Plans | None = None, desk: Desk | None = None,
) -> list[Manager]:  # fmt: skip
    """Core, city, the four realms, then the builder's own (``SYMPHAINY_REALMS=package.module:Manager,…``)."""
    journey = Journey(given.sagas) if given else Journey()
    solution = Solution(register=given.solutions, memory=given.memory) if given else Solution()
    found: list[Manager] = [
        Core(pool, out, inbox, plans),
        People(desk),
        SmartCity(given.post if given else None, out.http if out else None, out.secrets if out else None),
        Content(),
        Insights(),
        journey,
        solution,
    ]
    for name in settings.realms:
        module, _, attribute = name.partition(":")
        found.append(getattr(import_module(module), attribute or "Manager")())
    return found


def registry(
    settings: Settings, pool: ExpressionPool | None = None, out: Outside | None = None,
    given: Shelves | None = None, inbox: Fetch | None = None, plans: Plans | None = None, desk: Desk | None = None,
) -> Registry:  # fmt: skip
    """Everything registered, and checked as a whole. ``given``: what a worker's realms read from; without it they cannot run."""
    made = Registry()
    for manager in managers(settings, pool, out, given, inbox, plans, desk):
        manager.register(made)
    made.check()
    return made
