"""Code-first sagas: a Python function in place of a YAML document, with the same governed steps, compensation and record.

@saga("claims/settle:1.0.0", uses=["funds.reserve", "funds.transfer", "funds.refund"])
async def settle(run: Run, data: Json) -> Json:
    held = await run.call("funds.reserve", {"amount": data["amount"]})
    await run.wait(timedelta(days=5))
    return await run.call("funds.transfer", held, compensate=("funds.refund", held))

The function is workflow code: the time is ``run.now``, it waits with ``run.wait``, and ``run.call`` is its one way to the world.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from symphainy.foundations.definitions.machine import Call, Program
    from symphainy.foundations.definitions.machine.faults import problem
    from symphainy.foundations.definitions.machine.program import escape
    from symphainy.foundations.definitions.machine.state import Effect
    from symphainy.foundations.language.errors import DomainError, Invalid, Problem
    from symphainy.foundations.language.model import Json
    from symphainy.foundations.language.wire import CODE_SAGA, Closing, Opened, Opening, SagaInput, StepResult
    from symphainy.workflows import calls, progress

Function = Callable[["Run", Json], Awaitable[Json]]
FUNCTIONS: dict[str, Function] = {}
"""Definition (``namespace/name:version``) → the function behind it, in this process."""


@dataclass(frozen=True)
class CodeFirst:
    """A function, and the document that stands for it: what is registered, deployed, routed to and shown."""

    name: str
    document: dict[str, Json]
    function: Function


def saga(
    definition: str, *, uses: Sequence[str], title: str = "", input: dict[str, Json] | None = None
) -> Callable[[Function], CodeFirst]:
    """Mark an ``async def f(run, data)`` as the saga ``namespace/name:version``. ``uses``: every capability that it calls.

    A manager hands it over with ``registry.saga(settle.name, settle.document)``.
    """
    where, _, version = definition.partition(":")
    namespace, _, name = where.partition("/")
    head = {
        "dsl": "1.0.3",
        "namespace": namespace,
        "name": name,
        "version": version,
        "metadata": {"code": {"uses": list(uses)}},
    }
    document: dict[str, Json] = {"document": {**head, **({"title": title} if title else {})}, "do": []}
    if input is not None:
        document["input"] = {"schema": {"format": "json", "document": input}}

    def mark(function: Function) -> CodeFirst:
        if FUNCTIONS.setdefault(definition, function) is not function:
            raise Invalid(f"{definition} is two functions: give one of them another name or version")
        return CodeFirst(name, document, function)

    return mark


class StepFailed(DomainError):
    """A step has failed; ``error`` is what it answered. Caught, the saga goes on; uncaught, it takes back what it did."""

    def __init__(self, error: Problem) -> None:
        super().__init__(error.detail or error.title, code=error.code)
        self.error = error

    def problem(self, instance: str | None = None) -> Problem:
        """What the step has answered."""
        return self.error


@dataclass
class Run:
    """What the function sees: governed steps, durable time."""

    program: Program
    given: SagaInput
    now: datetime
    """Durable time: that of the last completed step or wait."""
    effects: list[Effect] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    cancelled = True
    """A function is only ever cancelled as a whole."""
    _visits: dict[str, int] = field(default_factory=dict)

    async def call(
        self,
        capability: str,
        arguments: Json,
        *,
        name: str = "",
        compensate: tuple[str, Json] | None = None,
        irreversible: bool = False,
    ) -> Any:
        """Run a capability as one governed step. StepFailed when it answers with an error.

        ``compensate``: what takes it back, in place of its contract's undo, and with what arguments.
        """
        ref, label = self._ref(capability), name or capability.rpartition(".")[2]
        undo = self._ref(compensate[0]) if compensate else None
        path = self._path(label)
        result = await self._step(Call(-1, path, ref, arguments, label, undo=undo))
        if result.problem is not None:
            if result.problem.code == "outcome_unknown":
                self.unknown.append(path)
            raise StepFailed(result.problem.model_copy(update={"instance": path}))
        linked = self.program.plan.capabilities[ref]
        if linked.effectful:
            own = None if irreversible else undo or linked.undo
            declared = compensate is not None
            given = compensate[1] if compensate is not None else None
            self.effects.append(Effect(path, ref, own, arguments, result.output, irreversible, declared, given))
        return result.output

    async def wait(self, span: timedelta) -> None:
        """Wait, durably."""
        await workflow.sleep(span)
        self.now = max(self.now, workflow.now())

    async def unwind(self) -> tuple[list[str], int]:
        """Take back what is owed, last first, one at a time: what stays, and how much was undone."""
        owed, undone = list(self.unknown), 0
        while self.effects:
            effect = self.effects.pop()
            if effect.undo is None:
                owed.append(effect.path)
                continue
            undo = Call(-1, effect.path, effect.undo, effect.undo_arguments, "undo", "undo", effect.path)
            if (await self._step(undo)).problem is None:
                undone += 1
            else:
                owed.append(effect.path)
        return owed, undone

    async def _step(self, command: Call) -> StepResult:
        limit = self.program.plan.limits.steps
        if len(self.states) >= limit and command.kind == "do":
            raise StepFailed(
                problem("runtime", 500, "Too many steps", f"the limit of {limit} steps is reached", command.path)
            )
        self.states[command.id] = "running"
        result = await calls.run(self.program, self.given, command, self, ())
        if result.problem is not None and result.problem.code == "cancelled" and command.kind == "do":
            raise asyncio.CancelledError
        self.states[command.id] = "failed" if result.problem else "done"
        self.now = max(self.now, result.at)
        return result

    def _ref(self, capability: str) -> str:
        try:
            return self.program.plan.calls[capability]
        except KeyError:
            raise Invalid(
                f"{capability} is not among what this saga uses: add it to uses=[…]", code="not_used"
            ) from None

    def _path(self, label: str) -> str:
        count = self._visits[label] = self._visits.get(label, 0) + 1
        return f"/do/{escape(label)}" + (f"~{count}" if count > 1 else "")


@workflow.defn(name=CODE_SAGA)
class CodeSaga:
    """One execution of one function: opened, walked and closed like any saga."""

    def __init__(self) -> None:
        self._run: Run | None = None
        self._status = "pending"

    @workflow.run
    async def run(self, given: SagaInput) -> Json:
        """Open, run the function, take back if it failed, close."""
        program = Program.of(given.plan)
        opened = await self._open(given, program)
        if opened.closed is not None:
            return progress.end(opened.closed, {})
        run = self._run = Run(program, given, opened.at)
        self._status = "running"
        closing = await self._ended(run)
        closed = await calls.closing(closing)
        self._status = closed.closing.status
        return progress.end(closed.closing, run.states)

    @workflow.query
    def progress(self) -> dict[str, Json]:
        """Status, and each step's state."""
        states = self._run.states if self._run else {}
        return {"status": self._status, "steps": len(states), "undone": 0, "open": [], "states": dict(states)}

    @workflow.query
    def context(self) -> Json:
        """A function keeps its context to itself."""
        return None

    @workflow.query
    def waiting_for(self) -> list[dict[str, Json]]:
        """The steps that are under way."""
        states = self._run.states if self._run else {}
        return [{"kind": "step", "path": path} for path, state in states.items() if state == "running"]

    async def _ended(self, run: Run) -> Closing:
        output, fault = None, None
        status = "completed"
        try:
            output = await self._function(run)
        except asyncio.CancelledError:
            status, fault = "cancelled", problem("runtime", 499, "Cancelled", "the run was cancelled", "/")
        except DomainError as error:
            status, fault = "faulted", error.problem()
        owed, undone = (list[str](), 0) if fault is None else await asyncio.shield(run.unwind())
        word = "partial" if owed else "compensated" if undone else "none"
        return Closing.model_validate(
            {
                **self._about(run),
                "status": status,
                "compensation": word,
                "output": output,
                "problem": fault,
                "steps": len(run.states),
                "owed": owed,
            }
        )

    async def _function(self, run: Run) -> Json:
        definition = run.program.plan.definition
        function = FUNCTIONS.get(definition)
        if function is None:
            raise Invalid(
                f"no worker here has the code of {definition}", code="code_missing", remedy="start one with its realm"
            )
        return await function(run, run.given.input)

    async def _open(self, given: SagaInput, program: Program) -> Opened:
        info = workflow.info()
        return await calls.opening(
            Opening(
                tenant=given.tenant, execution_id=given.execution_id, intent=given.intent, intent_id=given.intent_id,
                session_id=given.session_id, solution=given.solution, plan_digest=program.plan.digest, definition=program.plan.definition,
                run_id=info.run_id, task=calls.task(),
            )
        )  # fmt: skip

    def _about(self, run: Run) -> dict[str, Any]:
        given, run_id = run.given, workflow.info().run_id
        return {"tenant": given.tenant, "execution_id": given.execution_id, "run_id": run_id, "task": calls.task()}
