"""Compensation that the definition declares for one of its tasks, besides what a capability's contract says of itself.

- pay:
    call: funds.transfer
    with: {amount: 7}
    metadata:
      compensate: {call: funds.refund, with: {payment: "${ $output.payment }"}}     # or  irreversible: true
"""

from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.faults import problem_of
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.definitions.protocols import is_protocol, linked_name
from symphainy.foundations.language.errors import Problem, SymphainyError
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


def of(task: dict[str, Any]) -> dict[str, Any] | None:
    """The compensation that a task declares.

    >>> of({"call": "a.b", "metadata": {"compensate": {"call": "a.c"}}})
    {'call': 'a.c'}
    """
    metadata = task.get("metadata")
    declared = metadata.get("compensate") if isinstance(metadata, dict) else None
    return declared if isinstance(declared, dict) else None


def is_irreversible(task: dict[str, Any]) -> bool:
    """Whether the definition itself says that a task cannot be taken back."""
    metadata = task.get("metadata")
    return isinstance(metadata, dict) and metadata.get("irreversible") is True


def ref(m: "Machine", task: dict[str, Any]) -> str | None:
    """The linked capability of a task's declared compensation."""
    declared = of(task)
    return m.program.plan.calls[linked_name(declared)] if declared is not None else None


def declare(m: "Machine", f: Frame, result: StepResult) -> Problem | None:
    """The task has succeeded: its own compensation, with the arguments of this moment, replaces the contract's.

    A problem when they cannot be evaluated: the effect then stands, nothing can take it back, and the run says so.
    """
    task = m.program.node(f.pointer)
    effect = next((e for e in reversed(m.state.effects) if e.path == result.path), None)
    if effect is None:
        return None
    if is_irreversible(task):
        effect.irreversible, effect.undo = True, None
    declared = of(task)
    if declared is None:
        return None
    effect.undo, effect.declared = None, True
    output = result.output.get("value") if is_protocol(task["call"]) else result.output
    try:
        effect.given = flow.resolve(m, f, declared.get("with", {}), f.input, {"output": output})
    except SymphainyError as error:
        return problem_of(error, f.pointer)
    effect.undo = ref(m, task)
    return None
