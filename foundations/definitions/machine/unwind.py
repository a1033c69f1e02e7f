"""Compensation: the undo of every effect that is owed, last first, one at a time; a failed undo is kept, not lost."""

from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.machine import lifecycle, trace
from symphainy.foundations.definitions.machine.faults import has_effects
from symphainy.foundations.definitions.machine.state import Call, Command, Effect, Ending
from symphainy.foundations.language.errors import Problem
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


CHILD = "workflow"
"""What the call of a run below names instead of a capability."""


def owe(m: "Machine", opened: dict[str, Any], result: StepResult) -> None:
    """A call has ended: keep what its success owes, and whose outcome nobody knows."""
    linked = m.program.plan.capabilities.get(opened["ref"])
    if result.problem is None and linked is not None and linked.effectful and opened["kind"] == "do":
        irreversible = bool(linked.effects and linked.effects.irreversible)
        undo = result.undo or linked.undo
        m.state.effects.append(
            Effect(opened["path"], linked.ref, undo, opened["arguments"], result.output, irreversible)
        )
    if result.problem is None and opened["kind"] == "child" and has_effects(opened["arguments"]["plan"]):
        # What a run below has done is not undone from here: it stays in the world, and the outcome says so.
        m.state.effects.append(Effect(opened["path"], CHILD, None, None, None))
    if result.problem is not None and result.problem.code == "outcome_unknown":
        m.state.unknown.append(opened["path"])


def begin(m: "Machine", cause: Problem) -> None:
    """The run has failed for good: unwind what was done, then end."""
    state = m.state
    owed = [*state.unknown, *state.owed]
    state.unwinding = {"cause": cause.model_dump(mode="json"), "owed": owed, "path": None}
    if m.program.plan.on_fault == "none":
        state.effects.clear()
    _next(m)


def resolved(m: "Machine", call_id: str, result: StepResult) -> None:
    """One undo has ended, well or badly."""
    unwinding = m.state.unwinding or {}
    if unwinding.get("path") is None or call_id != f"{unwinding['path']}/undo":
        return
    effect = m.state.effects.pop()
    trace.line(m, "undone", "", effect.path, trace.outcome(result.problem))
    if result.problem is None:
        m.state.undone += 1
    else:
        unwinding["owed"].append(effect.path)
    unwinding["path"] = None
    _next(m)


def pending(m: "Machine") -> list[Command]:
    """The undo that is open, if one is."""
    if m.state.unwinding is None or m.state.unwinding.get("path") is None:
        return []
    return [_call(m)]


def _next(m: "Machine") -> None:
    state, unwinding = m.state, m.state.unwinding or {}
    while state.effects and state.effects[-1].undo is None:
        # Nothing declared can take it back: it stays in the world, and the outcome says so.
        unwinding["owed"].append(state.effects.pop().path)
    if state.effects:
        unwinding["path"] = state.effects[-1].path
        m.state.steps += 1
        trace.line(m, "undo", "", state.effects[-1].path, state.effects[-1].undo or "")
        m._commands.append(_call(m))
        return
    owed = unwinding["owed"]
    state.ending = Ending(
        status="cancelled" if state.cancelled else "faulted",
        compensation="partial" if owed else "compensated" if state.undone else "none",
        error=unwinding["cause"],
        owed=owed,
    )
    lifecycle.ended(m, state.ending)


def _call(m: "Machine") -> Call:
    effect = m.state.effects[-1]
    return Call(-1, effect.path, effect.undo or "", effect.undo_arguments, name="undo", kind="undo", grant=effect.path)
