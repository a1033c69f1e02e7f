"""``core.function``: a function of a catalog, or at an address, fetched and compiled: a task that is run as a run of its own."""

import json
import re
from typing import Any

from symphainy.activities.protocols import resource
from symphainy.activities.protocols.filled import with_secrets
from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outside import Outside

_TREE = (
    (re.compile(r"^https://github\.com/([^/]+/[^/]+)/tree/(.+)$"), r"https://raw.githubusercontent.com/\1/\2"),
    (re.compile(r"^(https://gitlab\.com/.+)/-/tree/(.+)$"), r"\1/-/raw/\2"),
)
"""Pages of repositories and where their files are: the specification wants them rewritten."""


class FunctionAt(Message):
    """Where a function is: at the endpoint itself, or in the catalog at the endpoint, by name and version."""

    endpoint: Json
    name: str = ""
    version: str = ""
    secrets: dict[str, tuple[str | int, ...]] = {}


class FunctionFound(Message):
    """Its plan."""

    plan: dict[str, Json]


def register(registry: Registry, outside: Outside) -> None:
    """One contract; what the function calls is linked to this worker's capabilities, and governed like any call."""

    @capability("core.function", input=FunctionAt, output=FunctionFound, title="Fetch a function of a catalog")
    async def function(step: Step[FunctionAt]) -> FunctionFound:
        """Fetch and compile a function; the journal keeps what it was."""
        given = await with_secrets(step, FunctionAt, outside)
        where = given.endpoint if isinstance(given.endpoint, dict) else {"uri": given.endpoint}
        uri = raw(str(where.get("uri") or ""))
        if given.name:
            uri = f"{uri.rstrip('/')}/functions/{given.name}/{given.version}/function.yaml"
        accept = "application/yaml, application/json, text/plain"
        task = await resource.read_map(outside.http, {"endpoint": {**where, "uri": uri}}, "function", accept)
        compiled = compile_text(json.dumps(alone(task, given)), file=resource.shown(uri), catalog=registry.catalog())
        if compiled.plan is None:
            raise Invalid(f"the function cannot be used: {compiled.errors[0]}", code="function")
        return FunctionFound(plan=compiled.plan.model_dump(mode="json"))

    registry.register(function)


def raw(uri: str) -> str:
    """The address of a repository's files.

    >>> raw("https://github.com/acme/catalog/tree/main")
    'https://raw.githubusercontent.com/acme/catalog/main'
    """
    for pattern, made in _TREE:
        uri = pattern.sub(made, uri)
    return uri


def alone(task: dict[str, Any], given: FunctionAt) -> dict[str, Any]:
    """A document of one task."""
    name = re.sub(r"[^a-z0-9-]+", "-", (given.name or "function").lower()).strip("-") or "function"
    version = given.version if re.fullmatch(r"\d+\.\d+\.\d+", given.version) else "1.0.0"
    head = {"dsl": "1.0.3", "namespace": "catalog", "name": name, "version": version}
    return {"document": head, "do": [{name: task}]}
