"""Whether a run whose values are gone went the way of its plan: its recorded steps, held against the plan's own tasks.

The machine cannot walk such a run again (``retrace`` does, where values are there): what decided is erased. What stays is the outline:
every step stands at a task of the plan, calls what the plan calls there, comes in the order of its list, and is undone only after it
was done.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.model import Json

__all__ = ["Trace", "strayed"]

_MARKS = re.compile(r"(\[\d+\]|~(?:[2-9]|[1-9]\d+))+$")
"""Behind a task's name in a path: which item of a loop, and which visit."""


@dataclass(frozen=True)
class Trace:
    """One recorded step: where, what, and whether it took something back."""

    path: str
    capability: str
    undo: bool = False


def strayed(plan: Plan, steps: Sequence[Trace]) -> str | None:
    """What does not follow from the plan, or None.

    >>> made = Plan(namespace="n", name="p", version="1", document={"do": [{"a": {"call": "x"}}]}, calls={"x": "x@1"})
    >>> strayed(made, [Trace("/do/0/a", "x@1")]), strayed(made, [Trace("/do/0/a", "y@1")])
    (None, '/do/0/a calls y@1, where the plan calls x@1')
    """
    done: set[str] = set()
    last: dict[str, int] = {}
    if plan.workflow:
        return None  # a Python function walked it, and its tasks stand nowhere
    for step in steps:
        if step.undo:
            if step.path not in done:
                return f"{step.path} was undone before it was done"
            continue
        done.add(step.path)
        if (wrong := _misplaced(plan, step) or _disordered(plan.document, step.path, last)) is not None:
            return wrong
    return None


def _misplaced(plan: Plan, step: Trace) -> str | None:
    if step.path.startswith("/$"):  # of the run as a whole: events are fetched for whoever listens
        return (
            None
            if step.capability in plan.calls.values()
            else f"{step.path} calls {step.capability}, which the plan does not"
        )
    task, rest = _task(plan.document, step.path)
    if task is None:
        return f"{step.path} is no task of the plan"
    called = plan.calls.get(str(task.get("call"))) if "call" in task and not rest else None
    if called is not None and called != step.capability:
        return f"{step.path} calls {step.capability}, where the plan calls {called}"
    return None


def _disordered(document: Json, path: str, last: dict[str, int]) -> str | None:
    """Lists run from first to last: an earlier task comes again only as a visit of its own, or where the list jumps."""
    parts = path.split("/")
    for place in range(2, len(parts) - 1):
        above, number = "/".join(parts[:place]), parts[place]
        if not number.isdecimal() or above.endswith("/branches"):
            continue
        before, here = last.get(above, -1), int(number)
        last[above] = here
        if here < before and not _MARKS.search(parts[place + 1]) and not _jumps(_node(document, above.split("/")[1:])):
            return f"{path} came behind a later task of its list"
    return None


def _task(document: Json, path: str) -> tuple[dict[str, Any] | None, list[str]]:
    """The innermost task that a path leads to, and what the machine has put behind it (``$expression``, ``ask`` …)."""
    found, rest, parts = None, list[str](), path.split("/")[1:]
    for place in range(2, len(parts)):
        node = _node(document, parts[: place + 1])
        if isinstance(node, dict) and parts[place - 1].isdecimal():
            found, rest = node, parts[place + 1 :]
    return found, rest


def _node(document: Json, parts: Sequence[str]) -> Any:
    node: Any = document
    for part in parts:
        if isinstance(node, list) and part.isdecimal() and int(part) < len(node):
            node = node[int(part)]
        elif isinstance(node, dict):
            bare = _MARKS.sub("", part)
            node = node.get(bare.replace("~1", "/").replace("~0", "~"))
        else:
            return None
    return node


def _jumps(tasks: Any) -> bool:
    """Whether a list of tasks has a way back: a ``then`` that names a task."""
    names = {name for task in tasks if isinstance(task, dict) for name in task} if isinstance(tasks, list) else set()
    return bool(names & set(_targets(tasks)))


def _targets(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for each in node for name in _targets(each)]
    if not isinstance(node, dict):
        return []
    own = [node["then"]] if isinstance(node.get("then"), str) else []
    return own + [name for each in node.values() for name in _targets(each)]
