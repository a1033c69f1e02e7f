"""Ending what is below a frame: timers go, open calls are cancelled and awaited, then whoever waits for the quiet goes on."""

from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.machine import lifecycle
from symphainy.foundations.definitions.machine.state import Call, Cancel, Frame, State
from symphainy.foundations.language.errors import Problem

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


def collapse(m: "Machine", frame: Frame, then: str, payload: Any) -> None:
    """End everything below ``frame`` (and its own call), then go on with ``then``."""
    inside = below(m.state, frame)
    lifecycle.collapsed(m, frame, then, payload, inside)
    for under in inside:
        under.data.pop("after", None)
        _silence(m, under)
    _silence(m, frame, keep=True)
    frame.phase = "drain"
    frame.data["after"] = [then, payload.model_dump(mode="json") if isinstance(payload, Problem) else payload]
    drained(m, frame)


def below(state: State, frame: Frame) -> list[Frame]:
    """All descendants, children before grandchildren."""
    found, edge = [], {frame.id}
    while edge:
        layer = [f for f in state.frames.values() if f.parent in edge]
        found += layer
        edge = {f.id for f in layer}
    return found


def drained(m: "Machine", frame: Frame) -> None:
    """Climb from a settled frame: whoever waits for it and has nothing else open goes on."""
    here: Frame | None = frame
    while here is not None and here.call is None and not any(f.call for f in below(m.state, here)):
        parent = m.state.frames.get(here.parent) if here.parent is not None else None
        if "after" in here.data:
            for under in below(m.state, here):
                m.state.frames.pop(under.id, None)
            m._agenda.append(("after", here.id, tuple(here.data.pop("after"))))
            return
        m.state.frames.pop(here.id, None)
        here = parent if parent is not None and parent.phase == "drain" else None


def _silence(m: "Machine", frame: Frame, *, keep: bool = False) -> None:
    m._commands += [Cancel(f"{frame.id}:{purpose}") for purpose in frame.due]
    frame.due.clear()
    m.kind(frame).silenced(m, frame)
    frame.phase = "drain"
    if frame.call is not None:
        m._commands.append(Cancel(Call(**frame.call).id))
    elif not keep and not any(f.call for f in below(m.state, frame)):
        m.state.frames.pop(frame.id, None)
