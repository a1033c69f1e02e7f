"""Binds Insights' intents to its capabilities; runs nothing."""

from symphainy.foundations.language.contract import IntentRoute
from symphainy.foundations.language.model import Json

ROUTES = (
    IntentRoute(intent="insights.ask", capability="insights.ask", owner="insights"),
    IntentRoute(intent="insights.profile", capability="insights.profile", owner="insights"),
    IntentRoute(intent="insights.match", capability="insights.match", owner="insights"),
    IntentRoute(intent="insights.quality", capability="insights.quality", owner="insights"),
    IntentRoute(intent="insights.map", capability="insights.map", owner="insights"),
    IntentRoute(intent="data_mash.create", capability="data_mash.create", owner="insights"),
)


def sagas() -> dict[str, dict[str, Json]]:
    """Insights packages no saga: each of its intents is one step."""
    return {}
