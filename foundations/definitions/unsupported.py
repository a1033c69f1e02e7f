"""What the language has and this version has not: one row per construct. Adding one to the interpreter means deleting its row."""

from collections.abc import Iterator
from typing import Any

from symphainy.foundations.definitions.tasks import Task, all_tasks

UNSUPPORTED: dict[str, str] = {
    "asyncapi.protocol": "this protocol of an asynchronous call: http and redis are spoken; let a capability do the rest",
    "container.eventually": "a container that is removed later: use cleanup always or never",
}  # fmt: skip
"""Construct → what is not supported, and what to do instead."""


SPOKEN = ("http", "redis")
"""Protocols of asynchronous calls; one that only the document names is refused when it is called."""


def _given(task: Task) -> dict[str, Any]:
    given = task.body.get("with")
    return given if isinstance(given, dict) else {}


def _eventually(container: Any) -> bool:
    lifetime = container.get("lifetime") if isinstance(container, dict) else None
    return isinstance(lifetime, dict) and lifetime.get("cleanup") == "eventually"


def found(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(construct, pointer) of everything in ``document`` that the table names."""
    for task in all_tasks(document):
        if task.body.get("call") == "asyncapi" and _given(task).get("protocol", "http") not in SPOKEN:
            yield "asyncapi.protocol", f"{task.pointer}/with/protocol"
        if task.kind == "run" and _eventually(task.body["run"].get("container")):
            yield "container.eventually", f"{task.pointer}/run/container/lifetime"
