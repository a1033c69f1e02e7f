"""JSON Schemas from models, with references to large values marked as such."""

import json
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.model import Json


def schema_of(model: type[BaseModel], mode: Literal["validation", "serialization"]) -> dict[str, Json]:
    """The schema of what a capability takes (``validation``) or gives (``serialization``).

    Every ``ArtifactRef`` in it carries ``x-artifact: true``: a reference is passed on whole, never looked into.

    >>> schema_of(ArtifactRef, "validation")["x-artifact"]
    True
    """
    schema: dict[str, Json] = json.loads(_written(model, mode))
    return schema


@lru_cache(maxsize=1024)  # a capability is declared each time a registry is made
def _written(model: type[BaseModel], mode: Literal["validation", "serialization"]) -> str:
    schema: dict[str, Any] = model.model_json_schema(mode=mode)
    if model is ArtifactRef:
        schema["x-artifact"] = True
    for name, definition in schema.get("$defs", {}).items():
        if name == ArtifactRef.__name__:
            definition["x-artifact"] = True
    return json.dumps(schema)
