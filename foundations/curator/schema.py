"""JSON Schemas from models, with references to large values marked as such."""

from typing import Literal

from pydantic import BaseModel

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.model import Json


def schema_of(model: type[BaseModel], mode: Literal["validation", "serialization"]) -> dict[str, Json]:
    """The schema of what a capability takes (``validation``) or gives (``serialization``).

    Every ``ArtifactRef`` in it carries ``x-artifact: true``: a reference is passed on whole, never looked into.

    >>> schema_of(ArtifactRef, "validation")["x-artifact"]
    True
    """
    schema = model.model_json_schema(mode=mode)
    if model is ArtifactRef:
        schema["x-artifact"] = True
    for name, definition in schema.get("$defs", {}).items():
        if name == ArtifactRef.__name__:
            definition["x-artifact"] = True
    return schema
