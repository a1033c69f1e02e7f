"""The loop: take the next thing on the agenda, let its task kind act, until nothing is left but what others must answer.

enter ─▶ if ─▶ input ─▶ kind.start ─▶ … ─▶ finish: output, export ─▶ parent.child
└─▶ fail ─▶ parent.broke ─▶ … ─▶ unwind
"""

from collections import deque
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.machine import (
    drain,
    extending,
    flow,
    inbox,
    lifecycle,
    pace,
    people,
    suspension,
    terms,
    trace,
    unwind,
)
from symphainy.foundations.definitions.machine.faults import problem, problem_of
from symphainy.foundations.definitions.machine.kinds import Done, Kind, kind_for
from symphainy.foundations.definitions.machine.program import Program, kind_of
from symphainy.foundations.definitions.machine.state import Call, Cancel, Command, Ending, Frame, State, Timer
from symphainy.foundations.language.errors import Problem, SymphainyError
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.wire import StepResult

EVALUATE = "core.evaluate@1"
CHILD = unwind.CHILD
CONTINUE = "continue"


class Machine:
    """One run of one program. Feed it with ``resolve``, ``fire`` and ``cancel``; each returns the commands that follow."""

    def __init__(self, program: Program, state: State) -> None:
        self.program, self.state = program, state
        self._agenda: deque[tuple[str, int, tuple[Any, ...]]] = deque(pace.left(state))
        self._commands: list[Command] = []

    @classmethod
    def begin(cls, program: Program, data: Json, *, execution: str, now: datetime) -> "Machine":
        """A machine at the start of its program; ``start`` sets it going."""
        at = now.isoformat()
        return cls(program, State(now=at, started=at, execution=execution, input=data))

    # -- what the driver calls ------------------------------------------------------------------------------------

    def start(self) -> list[Command]:
        """Enter the root list."""
        root = Frame(id=0, parent=None, kind="list", pointer="/do", path="/do")
        self.state.frames[0] = root
        lifecycle.started(self)
        document = self.program.plan.document
        try:
            flow.check(self, "", (document.get("input") or {}).get("schema"), self.state.input, "input")
            how = (document.get("input") or {}).get("from")
            root.raw = self.state.input if how is None else flow.shape(self, None, how, self.state.input)
        except SymphainyError as error:
            self.fail(root, problem_of(error, "/"))
            return self.settle()
        if limit := self.program.named("timeouts", document.get("timeout")):
            self.timer(root, "timeout", parse_duration(flow.resolve(self, None, limit["after"], root.raw)))
        terms.begin(self)
        self._agenda.append(("start", 0, ()))
        return self.settle()

    def resolve(self, call_id: str, result: StepResult) -> list[Command]:
        """A call has ended."""
        self.tick(result.at)
        if self.state.unwinding is not None:
            unwind.resolved(self, call_id, result)
        else:
            owner = next((f for f in self.state.frames.values() if f.call and Call(**f.call).id == call_id), None)
            if owner is not None:
                self._resolved(owner, result)
        return self.settle()

    def fire(self, timer_id: str, now: datetime) -> list[Command]:
        """A timer is due."""
        if timer_id == pace.BREATH:
            self.state.breath = False
            return self.settle()
        number, _, purpose = timer_id.partition(":")
        frame = self.state.frames.get(int(number))
        if frame is not None and purpose in frame.due:
            self.tick(max(now, datetime.fromisoformat(frame.due.pop(purpose))))
            if purpose == terms.DEADLINE:
                self.collapse(frame, "fail", terms.passed(self))
            elif purpose == "timeout":
                trace.note(self, "timeout", frame)
                title = f"{frame.name or 'the workflow'} took longer than its timeout"
                place = frame.pointer if frame.parent is not None else "/"
                self.collapse(frame, "fail", problem("timeout", 408, "Timeout", title, place))
            else:
                self._agenda.append(("due", frame.id, (purpose,)))
        return self.settle()

    def cancel(self) -> list[Command]:
        """Cancel the whole run: open calls are awaited, effects undone."""
        if self.state.ending is None and self.state.unwinding is None and not self.state.cancelled:
            self.state.cancelled = True
            cause = problem("runtime", 499, "Cancelled", "the run was cancelled", "/")
            self.collapse(self.state.frames[0], "fail", cause)
        return self.settle()

    def suspend(self) -> list[Command]:
        """Begin no task until ``resume``; what is open goes on to its end."""
        return suspension.suspend(self)

    def resume(self, now: datetime) -> list[Command]:
        """Begin what was held back."""
        return suspension.resume(self, now)

    def arrived(self, keys: list[dict[str, Json]], now: datetime) -> list[Command]:
        """Events have been matched to this run."""
        return inbox.arrived(self, keys, now)

    def proposed(self, proposal: dict[str, Json], now: datetime) -> list[Command]:
        """A person proposes a decision; its answer will stand in ``state.answers`` under the proposal's id."""
        return people.proposed(self, proposal, now)

    def pending(self) -> list[Command]:
        """Every call and timer that is open: what a continued run must issue again."""
        frames = sorted(self.state.frames.values(), key=lambda f: f.id)
        found: list[Command] = [Call(**f.call) for f in frames if f.call]
        found += [Timer(f.id, purpose, datetime.fromisoformat(at)) for f in frames for purpose, at in f.due.items()]
        return found + unwind.pending(self) + pace.pending(self)

    # -- what kinds call ------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """Durable time."""
        return datetime.fromisoformat(self.state.now)

    @property
    def cancelled(self) -> bool:
        """Whether the whole run has been cancelled."""
        return self.state.cancelled

    def kind(self, frame: Frame) -> Kind:
        """The code of a frame's kind."""
        return kind_for(frame.kind)

    def spawn(
        self,
        parent: Frame,
        pointer: str,
        path: str,
        raw: Json,
        *,
        name: str = "",
        scope: int | None = None,
        bound: dict[str, Json] | None = None,
    ) -> Frame:
        """A child frame: of the task at ``pointer``, or of the list there when no ``name`` is given."""
        kind = kind_of(self.program.node(pointer)) if name else "list"
        where = parent.scope if scope is None else scope
        frame = Frame(self.state.next_id, parent.id, kind, pointer, path, name, where, raw=raw, vars=bound or {})
        self.state.next_id += 1
        self.state.frames[frame.id] = frame
        self._agenda.append(("start" if kind == "list" else "enter", frame.id, ()))
        return frame

    def visit(self, frame: Frame, segment: str) -> str:
        """The dynamic path of ``segment`` below ``frame`` at this visit: ``~n`` from the second on."""
        count = frame.visits[segment] = frame.visits.get(segment, 0) + 1
        return f"{frame.path}/{segment}" + (f"~{count}" if count > 1 else "")

    def call(
        self, frame: Frame, ref: str, arguments: Json, *, path: str | None = None, undoes: str | None = None,
        undo: str | None = None,
    ) -> None:  # fmt: skip
        """Issue a call for ``frame``; its kind's ``resolved`` gets the answer. ``undoes``: the path whose effect it takes back;
        ``undo``: what the definition itself declares to take this one back.
        """
        kind: Literal["do", "undo"] = "undo" if undoes else "do"
        command = Call(frame.id, undoes or path or frame.path, ref, arguments, frame.name, kind, undoes, undo)
        self._issue(frame, command)

    def child(self, frame: Frame, plan: dict[str, Json], data: Json, *, waits: bool) -> None:
        """Run another plan below this run, or only start it; its kind's ``resolved`` gets the answer."""
        self._issue(
            frame, Call(frame.id, frame.path, CHILD, {"plan": plan, "input": data, "await": waits}, frame.name, "child")
        )

    def _issue(self, frame: Frame, command: Call) -> None:
        if terms.exceeded(self, frame):
            return
        if self.state.told and command.kind == "do":
            command = replace(command, told=lifecycle.drain(self))
        frame.call = asdict(command)
        trace.note(self, "call", frame, command.ref, path=command.id)
        self._commands.append(command)

    def timer(self, frame: Frame, purpose: str, delay: timedelta) -> None:
        """Issue a timer for ``frame``, ``delay`` from now in durable time."""
        due = self.now + delay
        frame.due[purpose] = due.isoformat()
        self._commands.append(Timer(frame.id, purpose, due))

    def untimer(self, frame: Frame, purpose: str) -> None:
        """Take a timer back."""
        if frame.due.pop(purpose, None) is not None:
            self._commands.append(Cancel(f"{frame.id}:{purpose}"))

    def pump(self, frame: Frame) -> None:
        """There is something in a listener's queue: look at it, unless it is busy with what came before."""
        if frame.call is None and not frame.data.get("busy"):
            self._agenda.append(("pump", frame.id, ()))

    def finish(self, frame: Frame, raw_output: Json, then: str | None = None) -> None:
        """A task has its raw output: shape, check, export, and tell the parent. ``then`` overrides the task's own."""
        if not extending.after(self, frame, raw_output, then):
            extending.leave(self, frame, raw_output, then)

    def fail(self, frame: Frame, error: Problem) -> None:
        """A task has failed: its remaining children are ended first, then the parent hears of it."""
        fault = error if error.instance else error.model_copy(update={"instance": frame.pointer})
        self.collapse(frame, "fail", fault)

    def end(self, frame: Frame, output: Json) -> None:
        """The directive ``end``: the whole run completes with this output."""
        root = self.state.frames[0]
        self.collapse(root, "end", output)

    def collapse(self, frame: Frame, then: str, payload: Any) -> None:
        """End everything below ``frame`` (and its own call), then go on with ``then``. Open calls are cancelled and awaited."""
        drain.collapse(self, frame, then, payload)

    def below(self, frame: Frame) -> list[Frame]:
        """All descendants, children before grandchildren."""
        return drain.below(self.state, frame)

    def drop(self, frame: Frame) -> None:
        """Forget a frame, its timers and its context copy."""
        self._commands += [Cancel(f"{frame.id}:{purpose}") for purpose in frame.due]
        self.state.frames.pop(frame.id, None)

    # -- inside ---------------------------------------------------------------------------------------------------

    def settle(self) -> list[Command]:
        """Work the agenda off; the commands that follow."""
        turn = 0
        while self._agenda and self.state.ending is None and (turn := turn + 1) <= pace.TURN:
            verb, number, payload = self._agenda.popleft()
            frame = self.state.frames.get(number)
            if frame is None or (frame.phase == "drain" and verb != "after"):
                continue
            try:
                getattr(self, f"_{verb}")(frame, *payload)
            except flow.NeedsStep as need:
                frame.data["resume"] = [verb, list(payload), need.memo]
                count = frame.data["heavy"] = frame.data.get("heavy", 0) + 1
                arguments = {"expression": need.text, "data": need.data, "variables": need.variables}
                self.call(
                    frame, EVALUATE, arguments, path=f"{frame.path}/$expression" + (f"~{count}" if count > 1 else "")
                )
            except SymphainyError as error:
                self.fail(frame, problem_of(error, frame.pointer))
        inbox.purge(self)
        people.withdraw(self)
        self._commands += pace.keep(self.state, self._agenda)
        commands, self._commands = self._commands, []
        return commands

    def tick(self, at: datetime) -> None:
        """Durable time goes on; it never goes back."""
        if at > self.now:
            self.state.now = at.isoformat()

    def _enter(self, frame: Frame) -> None:
        if suspension.holds(self, "enter", frame) or not pace.admits(self, frame):
            return
        frame.data.setdefault("started", self.state.now)
        task = self.program.node(frame.pointer)
        if (condition := task.get("if")) is not None and not flow.truthy(self, frame, condition, frame.raw):
            trace.note(self, "skip", frame)
            self._leave_to_parent(frame, frame.raw, CONTINUE)
            return
        given = task.get("input") or {}
        flow.check(self, frame.pointer, given.get("schema"), frame.raw, "input")
        frame.input = frame.raw if given.get("from") is None else flow.shape(self, frame, given["from"], frame.raw)
        frame.phase = "run"
        trace.note(self, "enter", frame)
        lifecycle.entered(self, frame)
        if limit := self.program.named("timeouts", task.get("timeout")):
            self.timer(frame, "timeout", parse_duration(flow.resolve(self, frame, limit["after"], frame.input)))
        self._agenda.append(("extend" if self.program.use.get("extensions") else "start", frame.id, ()))

    def _extend(self, frame: Frame) -> None:
        extending.begin(self, frame)

    def _start(self, frame: Frame) -> None:
        if frame.kind == "list":
            frame.input, frame.phase = frame.raw, "run"
        self.kind(frame).start(self, frame)

    def _pump(self, frame: Frame) -> None:
        if frame.phase == "run" and frame.call is None and not frame.data.get("busy"):
            self.kind(frame).pump(self, frame)

    def _due(self, frame: Frame, purpose: str) -> None:
        self.kind(frame).due(self, frame, purpose)

    def _leave(self, frame: Frame, raw_output: Json, then: str | None) -> None:
        task = self.program.node(frame.pointer)
        given, export = task.get("output") or {}, task.get("export") or {}
        output = raw_output if given.get("as") is None else flow.shape(self, frame, given["as"], raw_output)
        flow.check(self, frame.pointer, given.get("schema"), output, "output")
        if export.get("as") is not None:
            value = flow.shape(self, frame, export["as"], output, {"output": output})
            flow.check(self, frame.pointer, export.get("schema"), value, "export")
            self.state.scopes[frame.scope] = value
        self._leave_to_parent(frame, output, then or task.get("then") or CONTINUE)

    def _leave_to_parent(self, frame: Frame, output: Json, then: str) -> None:
        parent = self.state.frames.get(frame.parent if frame.parent is not None else -1)
        if parent is None:
            self.complete(output)
            return
        self.told(frame, output, then)

    def told(self, frame: Frame, output: Json, then: str) -> None:
        """``frame`` is through: it goes, its parent is told."""
        if frame.phase != "enter":  # what a condition skips was never there
            lifecycle.task(self, frame, "completed")
        self.drop(frame)
        self._agenda.append(("child", frame.parent or 0, (frame.id, frame.pointer, output, then)))

    def complete(self, output: Json) -> None:
        """The root list is through: shape the workflow's output and end."""
        root = self.state.frames[0]
        if suspension.holds(self, "complete", root, output):
            return
        given = self.program.plan.document.get("output") or {}
        try:
            value = output if given.get("as") is None else flow.shape(self, root, given["as"], output)
            flow.check(self, "", given.get("schema"), value, "output")
        except SymphainyError as error:
            self.fail(root, problem_of(error, "/"))
            return
        self._commands += [Cancel(Call(**f.call).id) for f in self.state.frames.values() if f.call]
        self.drop(root)
        owed, undone = self.state.owed, self.state.undone
        self.state.ending = Ending(
            "completed", "partial" if owed else "compensated" if undone else "none", value, owed=list(owed)
        )
        lifecycle.ended(self, self.state.ending)

    def _complete(self, frame: Frame, output: Json) -> None:
        self.complete(output)

    def _child(self, frame: Frame, number: int, pointer: str, output: Json, then: str) -> None:
        extending.child(self, frame, Done(number, pointer), output, then)

    def _broke(self, frame: Frame, number: int, pointer: str, error: dict[str, Json]) -> None:
        extending.broke(self, frame, Done(number, pointer), Problem.model_validate(error))

    def _resolved(self, frame: Frame, result: StepResult) -> None:
        opened, frame.call = frame.call or {}, None
        trace.note(self, "answer", frame, trace.outcome(result.problem), path=result.call_id)
        unwind.owe(self, opened, result)
        if frame.phase != "drain" and terms.charge(self, result):
            return
        if frame.phase == "drain":
            drain.drained(self, frame)
        elif resume := frame.data.pop("resume", None):
            if result.problem is not None:
                self.fail(frame, result.problem)
                return
            frame.data.setdefault("memo", {})[resume[2]] = result.output["value"]
            self._agenda.append((resume[0], frame.id, tuple(resume[1])))
        else:
            self.kind(frame).resolved(self, frame, result)

    def _after(self, frame: Frame, then: str, payload: Any) -> None:
        parent = self.state.frames.get(frame.parent if frame.parent is not None else -1)
        if parent is not None and parent.phase == "drain":  # something above has ended in the meantime
            self.state.frames.pop(frame.id, None)
            drain.drained(self, parent)
        elif then == "fail":
            self.state.frames.pop(frame.id, None)
            if parent is None:
                unwind.begin(self, Problem.model_validate(payload))
            else:
                self._agenda.append(("broke", parent.id, (frame.id, frame.pointer, payload)))
        elif then == "end":
            frame.phase = "run"
            self.complete(payload)
        else:
            frame.phase = "run"
            self.finish(frame, payload)
