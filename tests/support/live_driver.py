"""Drives the pure machine in real time with the real capability functions: without history, journal and policy."""

import asyncio
import atexit
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

from symphainy.activities.core import Core
from symphainy.foundations.curator import Registry
from symphainy.foundations.definitions.compile import Compiled, compile_text
from symphainy.foundations.definitions.machine import Call, Cancel, Command, Ending, Machine, Program, Timer
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.pool import ExpressionPool
from symphainy.foundations.language.errors import ERROR_BASE, NotFound, Problem, SymphainyError, from_problem
from symphainy.foundations.language.step import Outcome, Step
from symphainy.foundations.language.wire import StepResult
from symphainy.foundations.public_works.abstractions.outside import Admitted, Outside
from symphainy.foundations.public_works.abstractions.secrets import stored_name
from symphainy.foundations.public_works.adapters.grpc_outbound import GrpcOutbound
from symphainy.foundations.public_works.adapters.httpx_outbound import HttpxOutbound
from symphainy.foundations.public_works.adapters.outbound_guard import Guard
from symphainy.foundations.public_works.adapters.process_sandbox import ProcessSandbox
from symphainy.foundations.public_works.adapters.redis_channels import RedisChannels
from symphainy.governance.capabilities import Manager as SmartCity


@cache
def expressions() -> ExpressionPool:
    """One pool for all runs of this process: its children take 0.2 s of processor time each to start."""
    pool = ExpressionPool()
    atexit.register(pool.close)
    return pool


class Kept:
    """Secrets in a dict."""

    def __init__(self, secrets: dict[str, bytes]) -> None:
        self.secrets = {stored_name(name): value for name, value in secrets.items()}

    async def get(self, tenant: str, name: str) -> bytes:
        if name not in self.secrets:
            raise NotFound(name)
        return self.secrets[name]


class Watched(Machine):
    """Remembers which tasks were started, in order."""

    ran: list[str]

    def _start(self, frame: Frame) -> None:
        if frame.name:
            self.ran.append(frame.name)
        super()._start(frame)


class Live:
    """One environment: outbound HTTP with a host map, secrets, and a pool for heavy expressions."""

    def __init__(
        self,
        hosts: dict[str, str] | None = None,
        secrets: dict[str, bytes] | None = None,
        *,
        allow_run: tuple[str, ...] | None = None,
    ) -> None:
        self.http, self.pool = HttpxOutbound(map=hosts), expressions()
        self.sandbox = ProcessSandbox(timeout=timedelta(seconds=20))
        admitted = Admitted(
            frozenset(["script", "shell", "container", "mcp-stdio"]) if allow_run is None else frozenset(allow_run)
        )
        guard = Guard(map=hosts)
        self.outside = Outside(
            http=self.http,
            grpc=GrpcOutbound(guard),
            channels=RedisChannels(guard),
            secrets=Kept(secrets or {}),
            sandbox=self.sandbox,
            admitted=admitted,
        )
        self.registry = Registry()
        for manager in (Core(self.pool, self.outside, self._fetch, self), SmartCity()):
            manager.register(self.registry)
        self.events: list[dict[str, Any]] = []
        self.plans: list[Plan] = []
        self.received: dict[tuple[str, str], dict[str, Any]] = {}

    async def plan_of(self, tenant: str, definition: str) -> Plan | None:
        return next((plan for plan in self.plans if plan.definition.startswith(definition)), None)

    async def _fetch(self, tenant: str, execution: str, source: str, name: str) -> Any:
        return self.received.get((source, name))

    def compile(self, text: str) -> Compiled:
        return compile_text(text, catalog=self.registry.catalog())

    async def close(self) -> None:
        await self.sandbox.close()
        await self.http.close()

    async def run(self, plan: Plan, data: Any = None, limit: float = 30.0) -> "Run":
        run = Run(self, plan, data)
        run.task = asyncio.create_task(run.go())
        await asyncio.wait_for(run.task, limit)
        return run


class Run:
    """One run."""

    def __init__(self, world: Live, plan: Plan, data: Any, *, stretch: float = 1) -> None:
        """``stretch``: how many times longer a timer takes than it says."""
        self.world, self.program, self.stretch = world, Program.of(plan), stretch
        start = Machine.begin(self.program, data, execution="exe_live", now=datetime.now(UTC))
        self.machine = Watched(self.program, start.state)
        self.machine.ran = []
        self.told: list[dict[str, Any]] = []
        """Lifecycle events, in the order in which they left."""
        self.open: dict[str, asyncio.Task[Any]] = {}
        self._woken = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def cancel(self) -> None:
        """Cancel the run from outside."""
        self._take(self.machine.cancel())
        self._woken.set()

    def suspend(self) -> None:
        """Let no further task begin."""
        self._take(self.machine.suspend())
        self._woken.set()

    def resume(self) -> None:
        """Go on."""
        self._take(self.machine.resume(datetime.now(UTC)))
        self._woken.set()

    @property
    def suspended(self) -> bool:
        return self.machine.state.suspended and self.machine.state.ending is None

    def deliver(self, event: dict[str, Any]) -> None:
        """An event has come in and was matched to this run."""
        self.world.received[(event["source"], event["id"])] = event
        self._take(self.machine.arrived([{"source": event["source"], "id": event["id"], "size": 1}], datetime.now(UTC)))
        self._woken.set()

    @property
    def waits(self) -> bool:
        """Whether nothing but an event, a timer or a person can make it go on."""
        frames = self.machine.state.frames.values()
        return any(f.kind == "listen" and f.phase == "run" for f in frames) and not any(f.call for f in frames)

    async def until_it_waits(self) -> None:
        while not self.waits:
            assert self.machine.state.ending is None, self.ending
            if self.task is not None and self.task.done():
                self.task.result()
            await asyncio.sleep(0.01)

    @property
    def final_context(self) -> Any:
        return self.machine.state.scopes[0]

    @property
    def ending(self) -> Ending:
        assert self.machine.state.ending is not None
        return self.machine.state.ending

    async def go(self) -> None:
        self._take(self.machine.start())
        while self.machine.state.ending is None:
            self._woken.clear()
            woken = asyncio.create_task(self._woken.wait())
            done, _ = await asyncio.wait([woken, *self.open.values()], return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()
            for name in [name for name, task in self.open.items() if task in done]:
                task = self.open.pop(name, None)
                if task is not None:
                    self._take(task.result()())
        self.told += self.ending.told

    def _take(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Call():
                    self.told += command.told
                    self.open[command.id] = asyncio.create_task(self._call(command))
                case Timer():
                    self.open[command.id] = asyncio.create_task(self._timer(command))
                case Cancel():
                    task = self.open.get(command.id)
                    if task is not None and ":" in command.id and not command.id.startswith("/"):
                        self.open.pop(command.id).cancel()
                    elif task is not None:
                        task.cancel()

    async def _timer(self, command: Timer) -> Any:
        await asyncio.sleep(max((command.due - datetime.now(UTC)).total_seconds(), 0) * self.stretch)
        return lambda: self.machine.fire(command.id, datetime.now(UTC))

    async def _call(self, command: Call) -> Any:
        output, problem = None, None
        try:
            output = await (self._child(command) if command.kind == "child" else self._answer(command))
        except asyncio.CancelledError:
            problem = Problem(type=ERROR_BASE + "runtime", status=499, title="Cancelled", code="cancelled")
        except SymphainyError as error:
            problem = error.problem(command.path)
        result = StepResult(path=command.path, call_id=command.id, output=output, problem=problem, at=datetime.now(UTC))
        return lambda: self.machine.resolve(command.id, result)

    async def _child(self, command: Call) -> Any:
        below = Run(self.world, Plan.model_validate(command.arguments["plan"]), command.arguments["input"])
        if not command.arguments["await"]:
            return None
        await below.go()
        if below.ending.problem is not None:
            raise from_problem(below.ending.problem)
        return below.ending.output

    async def _answer(self, command: Call) -> Any:
        capability = self.world.registry.find(command.ref)
        assert capability is not None
        context = SimpleNamespace(
            tenant="t",
            execution_id="exe_live",
            now=self.machine.now,
            effect_key=f"t/exe_live{command.path}",
            path=command.path,
        )
        value = capability.input.model_validate(command.arguments)
        found = capability.function(Step(input=value, context=context, tools=None))
        found = await found if hasattr(found, "__await__") else found
        outcome = found if isinstance(found, Outcome) else Outcome(output=found)
        self.world.events += [draft.data["event"] for draft in outcome.events]
        return outcome.output.model_dump(mode="json")
