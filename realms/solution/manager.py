"""What Solution offers, line by line."""

from collections.abc import Callable

from symphainy.foundations.curator import Registry
from symphainy.foundations.language.contract import Catalog
from symphainy.realms.solution import orchestrator
from symphainy.realms.solution.services.catalog import lister


class Manager:
    """Hands Solution to the Curator."""

    name = "solution"

    def __init__(self, catalog: Callable[[], Catalog] | None = None) -> None:
        """``catalog`` is what there is to list; by default that of the registry it registers with."""
        self.catalog = catalog

    def register(self, registry: Registry) -> None:
        """Capabilities and routes."""
        registry.register(lister(self.catalog or registry.catalog))
        for route in orchestrator.ROUTES:
            registry.route(route)
