"""A worker for the real saga workflow whose four activities keep a log instead of a journal: to test the driver alone."""

import uuid
from datetime import UTC, datetime
from typing import Any

from support.machine_driver import Fault
from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.worker import Interceptor, Worker

from symphainy.activities.heartbeat import beating
from symphainy.foundations.definitions.machine import (
    Machine,
    Program,
    State,
    closing_of,
    is_local,
    local,
    parcel,
    step_call,
)
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.wire import (
    CLOSING,
    OPENING,
    SAGA,
    SEGMENT,
    STEP,
    Closed,
    Closing,
    Opened,
    Opening,
    SagaInput,
    SegmentCall,
    SegmentResult,
    StepCall,
    StepResult,
)  # fmt: skip
from symphainy.workflows.code import CodeSaga
from symphainy.workflows.headers import HeadersInbound
from symphainy.workflows.runner import sandbox
from symphainy.workflows.saga import Saga


class Headers(Interceptor):
    def workflow_interceptor_class(self, input: Any) -> type[HeadersInbound]:
        return HeadersInbound


class World:
    """Runs capabilities given as functions; remembers every call, opening and closing."""

    together = False
    """Whether runs open and close in the local activity of their steps (ADR 0021)."""

    def __init__(self, client: Client, functions: dict[str, Any]) -> None:
        self.client, self.functions = client, functions
        self.queue = f"q-{uuid.uuid4()}"
        self.log: list[str] = []
        self.segments: list[int] = []
        self.spent = 0
        """So many segments find their budget spent before their first step."""
        self.closings: list[Closing] = []
        self.stands: Closing | None = None
        """A closing that the surface has, and history has not."""
        self.openings: list[Opening] = []

    def _call(self, call: StepCall) -> Any:
        key = f"{call.path}/undo" if call.kind == "undo" else call.path
        self.log.append(key)
        return self.functions[call.capability.split("@")[0]](call.arguments)

    def worker(self, **options: Any) -> Worker:
        @activity.defn(name=STEP)
        async def step(call: StepCall) -> StepResult:
            try:
                async with beating():
                    found = self._call(call)
                    output = await found if hasattr(found, "__await__") else found
                return StepResult(
                    path=call.path, call_id=activity.info().activity_id, output=output, at=datetime.now(UTC)
                )
            except Fault as fault:
                raise ApplicationError("no", fault.problem, type=fault.problem.type, non_retryable=True) from None

        @activity.defn(name=SEGMENT)
        async def segment(given: SegmentCall) -> SegmentResult:
            program, held, results = Program.find(given.plan_digest), parcel.opened(given.state), list[StepResult]()
            opened = None
            if given.opening is None:
                machine = Machine(program, State.load(held))
                waiting = local(program, machine.pending())
            else:
                opened = await opening(given.opening)
                if opened.closed is not None:
                    return SegmentResult(closed=opened.closed)
                machine = Machine.begin(program, held["input"], execution=given.saga.execution_id, now=opened.at)
                commands = machine.start()
                waiting = [] if any(not is_local(program, c) for c in commands) else local(program, commands)
            self.spent, most = max(0, self.spent - 1), 0 if self.spent else 32
            while waiting and len(results) < most:
                command = waiting.pop(0)
                output = self._call(step_call(given.saga, program, command, machine.now))
                result = StepResult(path=command.path, call_id=command.id, output=output, at=datetime.now(UTC))
                results.append(result)
                waiting += local(program, machine.resolve(command.id, result))
            self.segments += [len(results)] if results or waiting or given.opening is None else []
            ended = None
            if given.ends and machine.state.ending is not None:
                said = closing_of(machine, given.saga.tenant, given.saga.execution_id, task=given.task)
                ended = await closing(said)
            return SegmentResult(results=tuple(results), budget_spent=bool(waiting), opened=opened, ended=ended)

        @activity.defn(name=OPENING)
        async def opening(given: Opening) -> Opened:
            self.openings.append(given)
            return Opened(at=datetime.now(UTC), closed=self.stands)

        @activity.defn(name=CLOSING)
        async def closing(given: Closing) -> Closed:
            self.closings.append(given)
            return Closed(closing=given, at=datetime.now(UTC))

        return Worker(
            self.client, task_queue=self.queue, workflows=[Saga, CodeSaga],
            activities=[step, segment, opening, closing], workflow_runner=sandbox(),
            interceptors=[Headers()], build_id="test", **options,
        )  # fmt: skip

    async def start(self, made: Plan, data: Any = None, **more: Any) -> WorkflowHandle[Any, Any]:
        caps = {ref: linked.model_copy(update={"queue": self.queue}) for ref, linked in made.capabilities.items()}
        made = made.model_copy(update={"capabilities": caps}).sealed()
        execution = f"exe_{uuid.uuid4().hex}"
        given = SagaInput(
            tenant="t", execution_id=execution, intent="test", plan=made.model_dump(mode="json"), input=data,
            submitted_at=datetime.now(UTC), **{"together": self.together, **more},
        )  # fmt: skip
        return await self.client.start_workflow(
            made.workflow or SAGA, given, id=f"t:{execution}", task_queue=self.queue
        )


async def connect(address: str) -> Client:
    """A client that speaks pydantic."""
    return await Client.connect(address, data_converter=pydantic_data_converter)
