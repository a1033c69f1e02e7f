"""Pace: how much the machine does in one go, and in one run. A loop without a step in it must not hold up a worker.

The count is of turns of the loop, not of time: a replay then takes its breaths at the same places.
"""

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.machine.faults import problem
from symphainy.foundations.definitions.machine.state import Command, Frame, State, Timer

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

TURN = 1_000
"""Items of the agenda in one go: about 25 ms of plain data flow, and under the 2 s after which Temporal calls a workflow stuck
when each one evaluates an expression on its largest input (4 ms for 64 KiB)."""
BREATH = "0:breath"
"""The timer between two turns."""
TASKS_PER_STEP = 10
"""A run may enter this many times its limit of steps in tasks: a jump back without a way out ends by name."""

Item = tuple[str, int, tuple[Any, ...]]


def left(state: State) -> Iterator[Item]:
    """What an earlier turn has left to do."""
    return ((verb, number, tuple(payload)) for verb, number, payload in state.agenda)


def keep(state: State, agenda: "deque[Item]") -> list[Command]:
    """After a turn: what is left goes into the state, and a breath is taken before the next one."""
    forget(state)
    state.agenda = [[verb, number, list(payload)] for verb, number, payload in agenda] if state.ending is None else []
    if not state.agenda or state.breath:
        return []
    state.breath = True
    return _breath(state)


def forget(state: State) -> None:
    """Contexts of branches that are no more, left behind where a fork did not come to its end."""
    if len(state.scopes) <= 2 * len(state.frames) + 16:
        return
    alive = {0, *(frame.scope for frame in state.frames.values())}
    for frame in state.frames.values():
        alive |= set(frame.data.get("scopes", {}).values())
    state.scopes = {number: value for number, value in state.scopes.items() if number in alive}


def pending(m: "Machine") -> list[Command]:
    """The breath that is open, if one is."""
    return _breath(m.state) if m.state.breath else []


def admits(m: "Machine", frame: Frame) -> bool:
    """Whether the run may enter one more task; else it fails as a whole, for no ``try`` should loop on."""
    m.state.tasks += 1
    most = m.program.plan.limits.steps * TASKS_PER_STEP
    if m.state.tasks <= most:
        return True
    m.fail(
        m.state.frames[0],
        problem("runtime", 500, "Too many tasks", f"the limit of {most} tasks is reached", frame.pointer),
    )
    return False


def overfull(m: "Machine", size: int, most: int) -> list[Command]:
    """The state has grown beyond what a run can carry on: it fails by name, and unwinds, instead of standing still for ever."""
    m.state.breath = False  # its timer was taken back, to continue as new
    detail = f"the run's data has {size} bytes packed; {most} can be carried on: pass large values as artifacts"
    m.fail(m.state.frames[0], problem("runtime", 413, "State too large", detail, "/"))
    return m.settle()


def _breath(state: State) -> list[Command]:
    number, _, purpose = BREATH.partition(":")
    return [Timer(int(number), purpose, state.at)]
