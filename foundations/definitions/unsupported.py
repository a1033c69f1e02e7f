"""What the language has and this version has not: one row per construct. Adding one to the interpreter means deleting its row."""

from collections.abc import Iterator
from typing import Any

from symphainy.foundations.definitions.tasks import all_tasks

UNSUPPORTED: dict[str, str] = {
    "schedule": "a schedule in the document: bind the intent to a schedule in solution.yaml",
    "use.extensions": "extensions: governance wraps every step without them",
    "use.catalogs": "catalogs by address: register the function as a capability",
    "run.container": "run tasks with a container: no policy admits one here, use a capability",
    "run.script": "run tasks with a script: no policy admits one here, use a capability",
    "run.shell": "run tasks with a shell: no policy admits one here, use a capability",
    "call.url": "calls of a function by its address: register it as a capability",
    "call.catalog": "calls of functions of another catalog: only the default catalog is known here",
    "metadata.compensate": "metadata.compensate: the capability declares its own undo",
}  # fmt: skip
"""Construct → what is not supported, and what to do instead."""


def found(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(construct, pointer) of everything in ``document`` that the table names."""
    if "schedule" in document:
        yield "schedule", "/schedule"
    for section in ("extensions", "catalogs"):
        if isinstance(document.get("use"), dict) and document["use"].get(section):
            yield f"use.{section}", f"/use/{section}"
    for task in all_tasks(document):
        if task.kind == "run":
            yield from ((f"run.{key}", f"{task.pointer}/run") for key in task.body["run"])
        if isinstance(task.body.get("metadata"), dict) and "compensate" in task.body["metadata"]:
            yield "metadata.compensate", f"{task.pointer}/metadata/compensate"
