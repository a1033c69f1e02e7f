"""Lifecycle events as the specification names them, for documents that ask for them: ``document.metadata.lifecycle``.

A note is kept in the state and leaves with whatever the run tells the world next: a step, or its end. So it costs no Temporal
action, and a note of a workflow task that never completed is published no more than the step it leaves with (DECISIONS.md 2).
"""

from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.machine.state import Ending, Frame
from symphainy.foundations.definitions.problems import standard, telling
from symphainy.foundations.language.errors import Problem
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

PREFIX = "io.serverlessworkflow."
LEVELS = ("workflow", "tasks")
"""What a document may ask for: what becomes of the run, or of each of its tasks as well."""
MOST = 500
"""Notes that leave together: 100 KB. A loop that calls nothing makes more, which are counted in the last one (``omitted``)."""
STAMPS = {"correlation-started": "startedAt", "correlation-completed": "completedAt"}
"""Under which name an event carries its instant, where that is not its own verb's."""


def workflow(m: "Machine", verb: str, **more: Json) -> None:
    """Something became of the run."""
    if m.program.lifecycle:
        _note(m, f"workflow.{verb}", {"name": _name(m), STAMPS.get(verb, f"{verb}At"): m.state.now, **more})


def task(m: "Machine", f: Frame, verb: str, **more: Json) -> None:
    """Something became of a task. What the platform itself does in a run, and lists of tasks, are none."""
    if m.program.lifecycle == "tasks" and f.name and not f.path.startswith("/$"):
        _note(m, f"task.{verb}", {"workflow": _name(m), "task": f.pointer, f"{verb}At": m.state.now, **more})


def started(m: "Machine") -> None:
    """The run begins."""
    plan = m.program.plan
    workflow(m, "started", definition={"namespace": plan.namespace, "name": plan.name, "version": plan.version})


def entered(m: "Machine", f: Frame) -> None:
    """A task is there, and runs: between the two nothing happens here."""
    task(m, f, "created")
    task(m, f, "started")


def collapsed(m: "Machine", f: Frame, then: str, payload: Any, under: list[Frame]) -> None:
    """A task ends before its time: what is below it is cancelled, itself it has failed where an error ends it."""
    for frame in reversed(under):
        if frame.phase == "run":
            task(m, frame, "cancelled")
    if then == "fail" and f.phase != "drain":
        task(m, f, "faulted", error=_error(m, payload))


def held(m: "Machine", verb: str) -> None:
    """The run is suspended or resumed, and every task that is open with it."""
    workflow(m, verb)
    for frame in sorted(m.state.frames.values(), key=lambda f: f.id):
        if frame.phase == "run":
            task(m, frame, verb)


def ended(m: "Machine", ending: Ending) -> None:
    """The run is over, and what is left to tell leaves with that. Its output is not in the event: that says where it can be read."""
    if ending.status == "faulted":
        workflow(m, "faulted", error=_error(m, ending.problem))
    elif ending.status == "completed":
        workflow(m, "completed", outputUri=f"/api/execution/{m.state.execution}/result")
    else:
        workflow(m, "cancelled")
    ending.told = drain(m)


def drain(m: "Machine") -> list[dict[str, Json]]:
    """The notes that leave now."""
    told, m.state.told = m.state.told, []
    return told


def _note(m: "Machine", type_: str, data: dict[str, Json]) -> None:
    told = m.state.told
    if len(told) < MOST or type_.startswith("workflow."):
        told.append({"type": f"{PREFIX}{type_}.v1", "data": data})
    else:
        told[-1]["data"]["omitted"] = told[-1]["data"].get("omitted", 0) + 1


def _name(m: "Machine") -> str:
    """The qualified name: ``{name}-{id}.{namespace}``."""
    return f"{m.program.plan.name}-{m.state.execution}.{m.program.plan.namespace}"


def _error(m: "Machine", fault: Any) -> dict[str, Json]:
    """What an event may say of an error: never its detail, which may quote a value, nor a type or title that was computed."""
    found = fault if isinstance(fault, Problem) else Problem.model_validate(fault)
    about: dict[str, Json] = {"type": standard("runtime")}
    if telling(m.program.plan.document, found):
        about = {"type": found.type, "title": found.title}
    told = {**about, "status": found.status, "instance": found.instance}
    return {name: value for name, value in told.items() if value}
