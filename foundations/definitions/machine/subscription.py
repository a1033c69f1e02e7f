"""``foreach`` of an asynchronous subscription: its tasks for each message that was consumed, one after the other."""

from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

PLACE = "with/subscription/foreach"


def iterated(m: "Machine", f: Frame) -> dict[str, Any] | None:
    """The ``foreach`` of a call, if it has one."""
    task = m.program.node(f.pointer)
    found = (
        ((task.get("with") or {}).get("subscription") or {}).get("foreach") if task.get("call") == "asyncapi" else None
    )
    return found if isinstance(found, dict) else None


def begin(m: "Machine", f: Frame, messages: Json) -> None:
    """The messages are here."""
    f.data.update(messages=messages, items=[])
    _next(m, f)


def through(m: "Machine", f: Frame, output: Json) -> None:
    """The tasks are through with one message: shape what they made of it, export, go on."""
    given = iterated(m, f) or {}
    index = len(f.data["items"])
    bound = _bound(given, f.data["messages"][index], index)
    how = (given.get("output") or {}).get("as")
    value = output if how is None else flow.shape(m, f, how, output, bound)
    flow.check(m, f"{f.pointer}/{PLACE}", (given.get("output") or {}).get("schema"), value, "output")
    export = given.get("export") or {}
    if export.get("as") is not None:
        made = flow.shape(m, f, export["as"], value, {**bound, "output": value})
        flow.check(m, f"{f.pointer}/{PLACE}", export.get("schema"), made, "export")
        m.state.scopes[f.scope] = made
    f.data["items"].append(value)
    _next(m, f)


def _next(m: "Machine", f: Frame) -> None:
    given, index = iterated(m, f) or {}, len(f.data["items"])
    if index >= len(f.data["messages"]):
        m.finish(f, f.data["items"])
        return
    message = f.data["messages"][index]
    if "do" not in given:
        through(m, f, message)
        return
    m.spawn(f, f"{f.pointer}/{PLACE}/do", f"{f.path}/foreach[{index}]/do", message, bound=_bound(given, message, index))


def _bound(given: dict[str, Any], item: Json, index: int) -> dict[str, Json]:
    return {given.get("item", "item"): item, given.get("at", "index"): index}
