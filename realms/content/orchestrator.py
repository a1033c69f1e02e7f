"""Binds Content's intents to its packaged sagas and to its search; runs nothing."""

from pathlib import Path

from symphainy.foundations.definitions import yaml12
from symphainy.foundations.language.contract import IntentRoute
from symphainy.foundations.language.errors import Defect
from symphainy.foundations.language.model import Json

ROUTES = (
    IntentRoute(intent="content.upload", saga="content.upload", owner="content"),
    IntentRoute(intent="content.decode", saga="content.decode", owner="content"),
    IntentRoute(intent="content.search", capability="content.search", owner="content"),
)


def sagas() -> dict[str, dict[str, Json]]:
    """The realm's packaged OWS documents by name, ``<realm>.<file>``."""
    files = sorted((Path(__file__).parent / "sagas").glob("*.yaml"))
    return {f"content.{file.stem}": _document(file) for file in files}


def _document(file: Path) -> dict[str, Json]:
    source = yaml12.load(file.read_text(encoding="utf-8"), file=file.name)
    if source.faults or not isinstance(source.value, dict):
        raise Defect(f"The packaged saga {file.name} cannot be read: {'; '.join(f.message for f in source.faults)}.")
    return source.value
