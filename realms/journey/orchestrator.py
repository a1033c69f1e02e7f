"""Binds Journey's intents to its capabilities; runs nothing."""

from symphainy.foundations.language.contract import IntentRoute
from symphainy.foundations.language.model import Json

ROUTES = (IntentRoute(intent="journey.describe", capability="journey.describe", owner="journey"),)


def sagas() -> dict[str, dict[str, Json]]:
    """Journey packages no saga: each of its intents is one step."""
    return {}
