"""What Journey offers, line by line."""

from collections.abc import Callable

from symphainy.foundations.curator import Registry
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.registers import SagaShelf
from symphainy.realms.journey import orchestrator
from symphainy.realms.journey.services.describe import describer


class Manager:
    """Hands Journey to the Curator."""

    name = "journey"

    def __init__(self, sagas: SagaShelf | None = None, catalog: Callable[[], Catalog] | None = None) -> None:
        """``sagas`` are those of the registers, from the composition; ``catalog`` holds the packaged ones, by default that of
        the registry it registers with.
        """
        self.sagas, self.catalog = sagas, catalog

    def register(self, registry: Registry) -> None:
        """Capabilities and routes."""
        registry.register(describer(self.catalog or registry.catalog, self.sagas))
        for route in orchestrator.ROUTES:
            registry.route(route)
