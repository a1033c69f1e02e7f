"""Which ways a definition has, and which of them a trace has taken."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from symphainy.foundations.definitions.builtins import APPROVAL, builtin
from symphainy.foundations.definitions.machine.trace import OTHERWISE
from symphainy.foundations.definitions.tasks import Task, all_tasks, named
from symphainy.foundations.language.model import Json


class Way(NamedTuple):
    """One way through a task: the task's pointer, its name, and which way."""

    pointer: str
    task: str
    label: str


def ways(document: dict[str, Any]) -> list[Way]:
    """Every way that a run may take, in the order of the document.

    >>> [way.label for way in ways({"do": [{"a": {"if": ".x", "set": {}}}]})]
    ['run', 'skipped']
    """
    return [Way(task.pointer, task.name, label) for task in all_tasks(document) for label in _labels(task)]


def taken(document: dict[str, Any], trace: Iterable[list[Json]]) -> set[Way]:
    """The ways that this trace has taken."""
    names = {task.pointer: task.name for task in all_tasks(document)}
    found: set[Way] = set()
    for _, what, pointer, _, detail in trace:
        label = _WAY.get(str(what)) or (str(detail) if what in ("case", "decided") else None)
        if label is not None and pointer in names:
            found.add(Way(str(pointer), names[str(pointer)], label))
    return found & set(ways(document))


_WAY = {"enter": "run", "skip": "skipped", "caught": "caught", "retry": "retried"}


def _labels(task: Task) -> Iterator[str]:
    yield "run"
    if "if" in task.body:
        yield "skipped"
    if task.kind == "switch":
        cases = named(task.body["switch"])
        yield from (name for _, name, _ in cases)
        if all("when" in case for _, _, case in cases):
            yield OTHERWISE
    if task.kind == "try":
        catch = task.body["catch"]
        if "retry" in catch:
            yield "retried"
        if "do" in catch or "then" in catch or "retry" not in catch:
            yield "caught"
    if builtin(task.body) == APPROVAL:
        yield from ("approved", "rejected")
        if "timeout" in (task.body.get("with") or {}):
            yield "timeout"
