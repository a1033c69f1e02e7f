"""The saga's own terms: a deadline that no ``try`` catches, and budgets. Who breaks them fails as a whole and takes back what it did."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine.faults import problem
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.errors import Problem
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

DEADLINE = "deadline"
"""The purpose of the root's timer."""


def begin(m: "Machine") -> None:
    """Set the deadline."""
    if (deadline := m.program.plan.deadline) is not None:
        m.timer(m.state.frames[0], DEADLINE, deadline)


def passed(m: "Machine") -> Problem:
    """The deadline has passed."""
    fault = problem("timeout", 408, "Deadline passed", f"not done within {m.program.plan.deadline}", "/")
    return fault.model_copy(update={"code": DEADLINE})


def exceeded(m: "Machine", f: Frame) -> bool:
    """Count a step that is about to be issued; over the plan's limit the task fails, and True comes back."""
    m.state.steps += 1
    limit = m.program.plan.limits.steps
    if m.state.steps > limit:
        m.fail(f, problem("runtime", 500, "Too many steps", f"the limit of {limit} steps is reached", f.pointer))
    return m.state.steps > limit


def charge(m: "Machine", result: StepResult) -> bool:
    """Count what a step has used; over the budget the run fails, and True comes back. What is owed is undone whatever it costs."""
    budget, state = m.program.plan.budget, m.state
    if not budget or state.unwinding is not None or state.ending is not None:
        return False
    used = {**result.cost, "steps": 1.0}
    for unit in budget:
        if unit in used:
            state.spent[unit] = state.spent.get(unit, 0.0) + used[unit]
    over = [unit for unit in sorted(budget) if state.spent.get(unit, 0.0) > budget[unit]]
    if not over:
        return False
    unit = over[0]
    detail = f"{state.spent[unit]:g} {unit} are used, {budget[unit]:g} are allowed"
    fault = problem("runtime", 500, "Budget exceeded", detail, "/")
    m.fail(state.frames[0], fault.model_copy(update={"code": "budget"}))
    return True
