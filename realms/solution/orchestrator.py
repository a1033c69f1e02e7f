"""Binds Solution's intents to its capabilities; runs nothing."""

from symphainy.foundations.language.contract import IntentRoute
from symphainy.foundations.language.model import Json

ROUTES = (IntentRoute(intent="solution.catalog", capability="solution.catalog", owner="solution"),)


def sagas() -> dict[str, dict[str, Json]]:
    """Solution packages no saga: its intent is one step."""
    return {}
