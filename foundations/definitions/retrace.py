"""Whether another plan would have done what a run has done: the machine walks it once more, and every recorded step answers its call.

The new plan retraces a run when it asks for each recorded step, by the same path, capability and arguments. Then the run may move to it
behind its last step. Where it asks for something else, that is the step at which the two part.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from symphainy.foundations.definitions.machine import Call, Cancel, Command, Machine, Program, Timer
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.wire import StepResult

UNTOLD = object()
"""Arguments that history does not hold: a local step's."""
MOST = 200_000
"""Turns in which a run must be retraced."""


@dataclass(frozen=True)
class Recorded:
    """One step of a run's history, in the order in which it answered."""

    result: StepResult
    capability: str = ""
    arguments: Any = UNTOLD


@dataclass(frozen=True)
class Parted:
    """Where the new plan does something else: the recorded step, and what it would have done instead."""

    step: str
    why: str


class Retrace:
    """One run, walked again under another plan."""

    def __init__(self, plan: Plan, data: Json, *, execution: str, began: datetime) -> None:
        self._machine = Machine.begin(Program(plan), data, execution=execution, now=began)
        self._calls: dict[str, Call] = {}
        self._timers: dict[str, Timer] = {}
        self._cancelled = False
        self._said_of = ""
        """The step whose cause from outside was given last: each is given once."""

    def walk(self, steps: list[Recorded]) -> Parted | None:
        """None when every step is retraced."""
        self._take(self._machine.start())
        for step in steps:
            if (parted := self._step(step)) is not None:
                return parted
        return None

    def _step(self, step: Recorded) -> Parted | None:
        name = step.result.call_id or step.result.path
        for _ in range(MOST):
            if name in self._calls:
                return self._answer(name, step)
            if not self._move(step):
                break
        ended = self._machine.state.ending
        instead = f"it has ended ({ended.status})" if ended is not None else self._open()
        return Parted(name, f"the new definition does not come to this step: {instead}")

    def _answer(self, name: str, step: Recorded) -> Parted | None:
        call = self._calls.pop(name)
        if step.capability and call.ref != step.capability:
            return Parted(name, f"it calls {call.ref}, where {step.capability} was called")
        if step.arguments is not UNTOLD and step.arguments != call.arguments:
            return Parted(name, f"it calls {call.ref} with other arguments")
        self._take(self._machine.resolve(name, step.result))
        return None

    def _move(self, step: Recorded) -> bool:
        """What else may have led to this step: a timer, an event, a decision, a cancellation. False when nothing is left."""
        if (told := self._said(step)) is not None:
            self._take(told)
            return True
        due = sorted((t for t in self._timers.values() if t.due <= step.result.at), key=lambda t: (t.due, t.id))
        if due:
            self._timers.pop(due[0].id)
            self._take(self._machine.fire(due[0].id, due[0].due))
            return True
        if step.result.call_id.endswith("/undo") and not self._cancelled and self._machine.state.ending is None:
            self._cancelled = True
            self._take(self._machine.cancel())
            return True
        return False

    def _said(self, step: Recorded) -> list[Command] | None:
        """Steps that somebody outside has caused: the events that were fetched, the decision that was proposed."""
        given, machine = step.arguments, self._machine
        if not isinstance(given, dict) or step.result.call_id == self._said_of:
            return None
        self._said_of = step.result.call_id
        if step.capability == "core.events@1":
            return machine.arrived([{**key, "size": 1} for key in given["events"]], step.result.at)
        if step.capability == "people.decide@1":
            return machine.proposed({**given, "id": f"again-{step.result.call_id}"}, step.result.at)
        return None

    def _open(self) -> str:
        names = [*self._calls, *(f"a timer of {t.purpose}" for t in self._timers.values())]
        return f"it is at {', '.join(sorted(names)[:3])}" if names else "it waits for something from outside"

    def _take(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Call):
                self._calls[command.id] = command
            elif isinstance(command, Timer):
                self._timers[command.id] = command
            elif isinstance(command, Cancel):
                self._timers.pop(command.id, None)
