"""Extensions: tasks around a task, before it and after it, each with its own condition (decision 0006, rows 17 to 19)."""

from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.kinds.base import Done
from symphainy.foundations.definitions.machine.program import escape
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.definitions.tasks import kind_of
from symphainy.foundations.language.errors import Problem
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

PLACE = "/use/extensions/"
COMPOSITE = {"do": "composite"}
"""What the specification calls a kind where it does not call it by its key."""


def begin(m: "Machine", f: Frame) -> None:
    """Find out which extensions apply, run what they have before the task, then the task."""
    if "extensions" not in f.data and not f.pointer.startswith(PLACE):  # none inside an extension's own tasks
        kind = str(kind_of(m.program.node(f.pointer)))
        found = [
            number
            for number, given in enumerate(_all(m))
            if given["extend"] in ("all", COMPOSITE.get(kind, kind)) and _holds(m, f, given)
        ]
        if found:
            f.data["extensions"] = found
    _next(m, f, "before", 0)


def after(m: "Machine", f: Frame, raw_output: Json, then: str | None) -> bool:
    """The task is through: run what its extensions have after it, the last one first. Whether there is something to run."""
    if not f.data.get("extensions") or "extended" in f.data:
        return False
    f.data["extended"] = [raw_output, then]
    return _next(m, f, "after", 0)


def leave(m: "Machine", f: Frame, raw_output: Json, then: str | None) -> None:
    """The task, and what its extensions have after it, are through."""
    f.phase = "leave"
    m._agenda.append(("leave", f.id, (raw_output, then)))


def child(m: "Machine", f: Frame, done: Done, output: Json, then: str) -> None:
    """A child has completed: the task's own, or an extension's list, whose ``exit`` before the task takes the task's place."""
    if not _is_list(done, f):
        m.kind(f).child(m, f, done, output, then)
        return
    when = done.pointer.rpartition("/")[2]
    if when == "before" and then == "exit":
        f.data["extended"] = [output, None]
        leave(m, f, output, None)
    else:
        _next(m, f, when, f.data["extension"] + 1)


def broke(m: "Machine", f: Frame, done: Done, fault: Problem) -> None:
    """A child has failed. What an extension has around a ``try`` is not within it: its catch does not see it."""
    if _is_list(done, f):
        m.fail(f, fault)
    else:
        m.kind(f).broke(m, f, done, fault)


def _is_list(done: Done, f: Frame) -> bool:
    """Whether a child of a frame is a list of an extension's, not the task's own."""
    return done.pointer.startswith(PLACE) and not f.pointer.startswith(PLACE) and done.pointer.count("/") == 5


def _next(m: "Machine", f: Frame, when: str, at: int) -> bool:
    """Run the list of the next extension that has one; when there is none left, go on with the task."""
    numbers = f.data.get("extensions", [])
    order = numbers if when == "before" else numbers[::-1]
    for place in range(at, len(order)):
        number = order[place]
        name, given = next(iter(m.program.use["extensions"][number].items()))
        if not given.get(when):
            continue
        f.data["extension"] = place
        pointer = f"{PLACE}{number}/{escape(name)}/{when}"
        bound: dict[str, Json] = {"task": described(m, f)}
        data = f.input
        if when == "after":
            data = bound["output"] = f.data["extended"][0]
        m.spawn(f, pointer, f"{f.path}/{when}/{escape(name)}", data, bound=bound)
        return True
    if when == "before":
        m._agenda.append(("start", f.id, ()))
    elif at:
        leave(m, f, *f.data["extended"])
    return False


def described(m: "Machine", f: Frame) -> dict[str, Json]:
    """The extended task as its extensions see it: the descriptor, and the definition's own keys beside it."""
    return {**m.program.node(f.pointer), **flow.descriptor(m, f)}


def _all(m: "Machine") -> list[dict[str, Any]]:
    return [next(iter(one.values())) for one in m.program.use.get("extensions") or []]


def _holds(m: "Machine", f: Frame, given: dict[str, Any]) -> bool:
    condition = given.get("when")
    return condition is None or flow.truthy(m, f, condition, f.input, {"task": described(m, f)})
