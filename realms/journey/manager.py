"""What Journey offers, line by line."""

from symphainy.foundations.curator import Registry
from symphainy.realms.journey import orchestrator
from symphainy.realms.journey.services.describe import describe


class Manager:
    """Hands Journey to the Curator."""

    name = "journey"

    def register(self, registry: Registry) -> None:
        """Capabilities and routes."""
        registry.register(describe)
        for route in orchestrator.ROUTES:
            registry.route(route)
