"""Binds Insights' intents to its capabilities and its packaged saga; runs nothing."""

from pathlib import Path

from symphainy.foundations.definitions import yaml12
from symphainy.foundations.language.contract import IntentRoute
from symphainy.foundations.language.errors import Defect
from symphainy.foundations.language.model import Json

ROUTES = (
    IntentRoute(intent="insights.ask", capability="insights.ask", owner="insights"),
    IntentRoute(intent="insights.profile", capability="insights.profile", owner="insights"),
    IntentRoute(intent="insights.match", capability="insights.match", owner="insights"),
    IntentRoute(intent="insights.quality", capability="insights.quality", owner="insights"),
    IntentRoute(intent="insights.map", capability="insights.map", owner="insights"),
    IntentRoute(intent="insights.interpret", saga="insights.interpret", owner="insights"),
    IntentRoute(intent="data_mash.create", capability="data_mash.create", owner="insights"),
)


def sagas() -> dict[str, dict[str, Json]]:
    """The realm's packaged OWS documents by name, ``<realm>.<file>``."""
    files = sorted((Path(__file__).parent / "sagas").glob("*.yaml"))
    return {f"insights.{file.stem}": _document(file) for file in files}


def _document(file: Path) -> dict[str, Json]:
    source = yaml12.load(file.read_text(encoding="utf-8"), file=file.name)
    if source.faults or not isinstance(source.value, dict):
        raise Defect(f"The packaged saga {file.name} cannot be read: {'; '.join(f.message for f in source.faults)}.")
    return source.value
