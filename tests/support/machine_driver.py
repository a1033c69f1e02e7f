"""Drives the pure machine without Temporal: capabilities are Python functions, time jumps, and everything asked is remembered.

Between any two events the state is dumped to JSON and loaded again, so every test here also shows that continue-as-new works there.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from symphainy.foundations.definitions.machine import Call, Cancel, Command, Ending, Machine, Program, State, Timer
from symphainy.foundations.definitions.plan import Linked, Plan
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import ERROR_BASE, Problem
from symphainy.foundations.language.wire import StepResult

T0 = datetime(2026, 1, 1, tzinfo=UTC)
Function = Callable[[Any], Any]


class Fault(Exception):
    """A capability's declared failure."""

    def __init__(self, status: int = 500, kind: str = "runtime", code: str | None = None) -> None:
        super().__init__(kind)
        self.problem = Problem(type=ERROR_BASE + kind, status=status, title=kind, code=code)


def linked(name: str, *, undo: str | None = None, effectful: bool = False, mode: str = "activity") -> Linked:
    return Linked(
        ref=f"{name}@1", mode=mode, queue="q", effectful=effectful, undo=undo, effects=Effects() if effectful else None,
        start_to_close=timedelta(minutes=1), schedule_to_close=timedelta(hours=1), heartbeat=timedelta(seconds=2),
    )  # fmt: skip


def plan(do: list[Any], functions: dict[str, Function], undo: dict[str, str] | None = None, **more: Any) -> Plan:
    """A plan calling these functions; those with an undo are effectful."""
    undo = undo or {}
    fields = {k: more.pop(k) for k in ("heavy", "on_fault", "limits") if k in more}
    document = {"document": {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"}, "do": do, **more}
    caps = {
        f"{n}@1": linked(n, undo=f"{undo[n]}@1" if n in undo else None, effectful=n in undo or n.startswith("pay"))
        for n in functions
    }
    return Plan(
        namespace="t", name="t", version="1.0.0", document=document, calls={n: f"{n}@1" for n in functions}, capabilities=caps, **fields
    ).sealed()  # fmt: skip


class Driver:
    """Runs a plan to its end. ``log`` holds (id, arguments) of every call, in order."""

    def __init__(self, made: Plan, functions: dict[str, Function], data: Any = None, *, lifo: bool = False) -> None:
        self.functions, self.log, self.lifo = functions, [], lifo
        self.program = Program.of(made)
        self.machine = Machine.begin(self.program, data, execution="exe_1", now=T0)
        self.open: dict[str, Call] = {}
        self.timers: dict[str, Timer] = {}
        self.cancelled: list[str] = []
        self.on_event: Callable[[Driver], list[Command]] | None = None

    def run(self, most: int = 20_000) -> Ending:
        self._take(self.machine.start())
        for _ in range(most):
            if self.machine.state.ending is not None:
                assert not self.open, f"ended with open calls {list(self.open)}"
                return self.machine.state.ending
            self.machine = Machine(self.program, State.load(json.loads(json.dumps(self.machine.state.dump()))))
            known = {c.id for c in self.machine.pending()}
            assert known == {*self.open, *self.timers}, (known, self.open, self.timers)
            if self.on_event and (commands := self.on_event(self)):
                self._take(commands)
                continue
            if self.machine.state.ending is None:
                self._take(self._event())
        raise AssertionError("no end")

    def _event(self) -> list[Command]:
        if self.open:
            call = self.open.pop((list(self.open))[-1 if self.lifo else 0])
            return self.machine.resolve(call.id, self._answer(call))
        timer = min(self.timers.values(), key=lambda t: (t.due, t.frame))
        del self.timers[timer.id]
        return self.machine.fire(timer.id, timer.due)

    def _answer(self, call: Call) -> StepResult:
        at = self.machine.now + timedelta(milliseconds=1)
        if call.id in self.cancelled:
            problem = Problem(type=ERROR_BASE + "runtime", status=499, title="Cancelled", code="cancelled")
            return StepResult(path=call.path, call_id=call.id, problem=problem, at=at)
        self.log.append((call.id, call.arguments))
        try:
            return StepResult(
                path=call.path, call_id=call.id, output=self.functions[call.ref.split("@")[0]](call.arguments), at=at
            )
        except Fault as fault:
            return StepResult(path=call.path, call_id=call.id, problem=fault.problem, at=at)

    def _take(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Call():
                    assert command.id not in self.open
                    self.open[command.id] = command
                case Timer():
                    self.timers[command.id] = command
                case Cancel():
                    self.timers.pop(command.id, None)
                    if command.id in self.open:
                        self.cancelled.append(command.id)


def run(
    do: list[Any], functions: dict[str, Function] | None = None, data: Any = None, **more: Any
) -> tuple[Ending, list[tuple[str, Any]]]:
    """Run a document's ``do`` and return how it ended and what was called."""
    functions = functions or {}
    driver = Driver(plan(do, functions, **more), functions, data)
    return driver.run(), driver.log
