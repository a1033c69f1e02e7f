"""What queries and the Temporal Web UI show of a saga: names and states, never values."""

import asyncio

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from symphainy.foundations.definitions import problems
    from symphainy.foundations.definitions.machine import Call, Machine, Timer
    from symphainy.foundations.language.label import Label
    from symphainy.foundations.language.model import Json
    from symphainy.foundations.language.wire import Closing

STATUS = SearchAttributeKey.for_keyword("Status")
COMPENSATION = SearchAttributeKey.for_keyword("Compensation")

_MARK = {"done": "✓", "failed": "✗", "running": "…"}
MOST = 60
"""Steps listed in the current details; a longer saga shows its last ones."""


def end(closing: Closing, states: dict[str, str], rehearsed: Machine | None = None) -> Json:
    """End the workflow as the closing says: its output, a failure, or a cancellation; and say so in Temporal's own terms.

    A run below a rehearsed one also says when it ended, in the rehearsal's time: see ``calls.run_child``.
    """
    at = [rehearsed.state.now] if rehearsed is not None and workflow.info().parent is not None else []
    workflow.upsert_search_attributes([STATUS.value_set(closing.status), COMPENSATION.value_set(closing.compensation)])
    workflow.set_current_details(Label(details(states, closing.status, closing.compensation)))
    if closing.status == "cancelled":
        raise asyncio.CancelledError
    if closing.problem is not None:
        type_ = closing.problem.type if closing.telling else problems.standard("runtime")
        raise ApplicationError(closing.problem.title, closing.problem, *at, type=type_, non_retryable=True)
    return {"output": closing.output, "at": at[0]} if at else closing.output


def report(machine: Machine | None, states: dict[str, str]) -> dict[str, Json]:
    """The query ``progress``."""
    if machine is None:
        return {"status": "pending", "steps": 0, "undone": 0, "open": [], "states": {}}
    state = machine.state
    status: str = state.ending.status if state.ending else "unwinding" if state.unwinding is not None else "running"
    status = "suspended" if status == "running" and state.suspended else status
    places = [
        {"path": f.path, "kind": f.kind, "name": f.name} for f in sorted(state.frames.values(), key=lambda f: f.id)
    ]
    return {"status": status, "steps": state.steps, "undone": state.undone, "open": places, "states": dict(states)}


def waiting(machine: Machine | None) -> list[dict[str, Json]]:
    """The query ``waiting_for``."""
    found: list[dict[str, Json]] = []
    for command in machine.pending() if machine else []:
        if isinstance(command, Call):
            found.append({"kind": "step", "path": command.path, "capability": command.ref})
        elif isinstance(command, Timer):
            found.append({"kind": "timer", "purpose": command.purpose, "due": command.due.isoformat()})
    for frame in machine.state.frames.values() if machine else []:
        if frame.kind == "listen" and frame.phase == "run":
            found.append({"kind": "event", "path": frame.path})
        if frame.kind == "approval" and frame.phase == "run" and frame.data.get("open"):
            found.append({"kind": "people", "path": frame.path, "task": frame.data["task"]})
    return found


def details(states: dict[str, str], status: str, compensation: str) -> str:
    """The current details: one line per step with its state."""
    lines = [f"- {_MARK.get(state, '?')} `{path}`" for path, state in list(states.items())[-MOST:]]
    head = status if compensation == "none" else f"{status}, {compensation}"
    return "\n".join([f"**{head}**", *lines])
