"""The OpenAPI document of one deployed solution: its bindings, with the schemas of the intents they mean."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.experience.bindings import RestBinding
from symphainy.foundations.experience.edge import problem_schema
from symphainy.foundations.experience.models import Accepted, Result
from symphainy.foundations.language.model import Json
from symphainy.runtime.solutions import Deployment

_REF = "#/components/schemas/{model}"
_KEY = {"name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200}}
_PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "`wait=N` seconds.",
}


def document(
    deployed: Deployment, title: str, bindings: Iterable[RestBinding], plans: Mapping[str, Plan]
) -> dict[str, Json]:
    """OpenAPI 3.1, for the bindings in force; ``plans`` by intent."""
    paths: dict[str, Any] = {}
    for binding in bindings:
        paths.setdefault(f"/v1/{deployed.name}{binding.path}", {})[binding.method.lower()] = _operation(
            binding, plans.get(binding.intent)
        )
    schemas: dict[str, Any] = {}
    for model in (Accepted, Result):
        schema = model.model_json_schema(mode="serialization", ref_template=_REF)
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    return {
        "openapi": "3.1.0",
        "info": {"title": title or deployed.name, "version": deployed.version, "x-digest": deployed.digest},
        "paths": paths,
        "security": [{"bearer": []}],
        "components": {"schemas": schemas, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(binding: RestBinding, plan: Plan | None) -> dict[str, Any]:
    takes, gives = _schema(plan, "input"), _schema(plan, "output")
    named = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in binding.parameters()
    ]
    done: dict[str, Any] = {"$ref": "#/components/schemas/Result"}
    if gives is not None:
        done = {"allOf": [done, {"type": "object", "properties": {"output": gives}}]}
    operation: dict[str, Any] = {
        "operationId": re.sub(r"[^A-Za-z0-9]+", "_", f"{binding.method.lower()}{binding.path}").strip("_"),
        "summary": binding.title or binding.intent,
        "x-intent": binding.intent,
        "parameters": [*named, _KEY, _PREFER],
        "responses": {
            "200": {"description": "The result.", "content": {"application/json": {"schema": done}}},
            "202": {
                "description": "On its way.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Accepted"}}},
            },
            **{str(status): said for status, said in problem_schema.responses().items()},
        },
    }
    if binding.method in ("POST", "PUT", "PATCH"):
        schema = _without(takes or {"type": "object"}, binding.parameters())
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _schema(plan: Plan | None, side: str) -> dict[str, Json] | None:
    """The schema that a plan's document declares for its input or output, where it does."""
    found = (plan.document.get(side) or {}) if plan else {}
    schema = found.get("schema") if isinstance(found, dict) else None
    given = schema.get("document") if isinstance(schema, dict) else None
    return given if isinstance(given, dict) else None


def _without(schema: dict[str, Json], named: list[str]) -> dict[str, Json]:
    """The body's schema: the input's without what the path says."""
    if not named:
        return schema
    properties = {name: value for name, value in dict(schema.get("properties") or {}).items() if name not in named}
    required = [name for name in schema.get("required") or [] if name not in named]
    return {**schema, "properties": properties, "required": required}
