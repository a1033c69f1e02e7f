"""One process of the platform: ``python -P -m symphainy.worker --role worker|relay|experience|solution|verify|rebuild|plan|rehearse``.

A serving role prints one JSON line ``{"ready": "<role>", …}``, goes on until SIGTERM, and leaves with the right exit code.
"""

import argparse
import asyncio
import gc
import hashlib
import json
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import uvloop
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Interceptor, Replayer, Worker, WorkflowInboundInterceptor, WorkflowInterceptorClassInput

from symphainy.activities.boundary import Boundary, Budget
from symphainy.activities.door import door_activity
from symphainy.activities.opening import closing_activity, opening_activity
from symphainy.activities.people import Desk
from symphainy.activities.rehearsal import Clock as RehearsalClock
from symphainy.activities.segment import segment_activity
from symphainy.activities.slots import Pace, saga_tuner, step_tuner
from symphainy.activities.step import step_activity
from symphainy.activities.tools import Toolbox
from symphainy.bindings import realms, works
from symphainy.bindings.platform import Platform, platform
from symphainy.foundations.agentic import grounding
from symphainy.foundations.curator import Registry
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.pool import ExpressionPool
from symphainy.foundations.language.clock import SystemClock
from symphainy.foundations.language.errors import NotFound, SymphainyError
from symphainy.foundations.language.wire import DOOR, SAGA_QUEUE
from symphainy.foundations.public_works import logs
from symphainy.foundations.public_works.abstractions.outside import Outside
from symphainy.foundations.settings import Settings
from symphainy.governance.audit import RefusalAudit
from symphainy.governance.interceptors import CityActivityInterceptor
from symphainy.runtime import relay, upgrade, verify
from symphainy.runtime.correlation import EventValues
from symphainy.runtime.definitions import Definitions
from symphainy.runtime.namespace import ensure_namespace
from symphainy.runtime.prepared import prepare_all
from symphainy.runtime.rebuild import every_execution, rebuild
from symphainy.runtime.shelves import Shelves
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.tasks import Tasks
from symphainy.runtime.store.tenants import Tenants
from symphainy.workflows.code import CodeSaga
from symphainy.workflows.door import Door
from symphainy.workflows.headers import HeadersInbound
from symphainy.workflows.runner import sandbox
from symphainy.workflows.saga import Saga

GRACE = timedelta(seconds=10)
"""A worker that is told to stop lets its steps finish this long, then gives them back."""
THREADS = 2
"""Threads that walk workflow tasks: with more of them the event loop, which holds their local steps, waits for each of them
whenever it wants to go on."""
SWITCH = timedelta(milliseconds=1)
"""A thread that has something for the event loop, a task from the server say, waits this long for its turn; Python's own 5 ms come
a dozen times in each step."""
RARELY = (20_000, 10, 20)
"""When the collector looks for cycles: what is loaded is no garbage, and a saga makes thousands of objects that end by themselves."""
BEAT = timedelta(milliseconds=400)
"""Heartbeats are sent to the server at most this often; five of them fit into the timeout of 2 s."""


class Process:
    """What a role needs of its process: when to stop, how to say that it is ready, which socket to accept from."""

    def __init__(
        self, role: str, replica: int = 1, fd: int | None = None, job: str = "", tenant: str | None = None
    ) -> None:
        self.role, self.replica, self.fd, self.job, self.tenant = role, replica, fd, job, tenant
        self.stop = asyncio.Event()
        for what in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(what, self.stop.set)

    def tell(self, **facts: object) -> None:
        """One JSON line on stdout."""
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()

    def ready(self, **facts: object) -> None:
        """Tell the supervisor."""
        self.tell(ready=self.role, **facts)


Role = Callable[[Platform, Process], Awaitable[int]]


def tune() -> None:
    """What a process of the platform sets for itself once everything is loaded."""
    gc.freeze()
    gc.set_threshold(*RARELY)
    sys.setswitchinterval(SWITCH.total_seconds())


async def run_worker(parts: Platform, process: Process) -> int:
    """Sagas and steps: one pool for the sagas, one for each realm."""
    settings = parts.settings
    expressions = ExpressionPool(
        timeout=settings.expression_timeout.total_seconds(), memory=settings.expression_memory_max
    )
    async with AsyncExitStack() as pools:
        pools.callback(expressions.close)
        out = await pools.enter_async_context(works.outside(settings))
        known = registry(parts, expressions, out)
        temporal = await parts.temporal()
        await ensure_namespace(temporal, keep=settings.history_retention)
        await parts.catalogs.publish(known.catalog(), parts.process)
        for pool in workers(parts, temporal, known, boundary(parts, known)):
            await pools.enter_async_context(pool)
        # One of the workers of a machine is scraped, the others export over OTLP; `status` asks every one of them.
        place = (settings.host, settings.ports.metrics) if process.replica == 1 else ("127.0.0.1", 0)
        metrics = await pools.enter_async_context(parts.telemetry.scraped(*place))
        contracts = list(known)
        owners = {
            owner: sorted(c.ref for c in contracts if c.owner == owner)
            for owner in sorted({c.owner for c in contracts})
        }
        roll = [role.name for role in parts.city.roles]
        agents = [{"name": c.name, "kind": c.determinism, "realm": c.owner} for c in contracts if c.agent]
        process.ready(city=roll, realms=owners, agents=agents, metrics=metrics)
        await process.stop.wait()
    return 0


def registry(parts: Platform, expressions: ExpressionPool, out: Outside) -> Registry:
    """Everything that a worker can run, with what it runs on."""
    return realms.registry(
        parts.settings, expressions, out, Shelves.of(parts.store, parts.city.keys, parts.objects, parts.clock),
        EventValues(parts.store, parts.city.keys).fetch, Definitions(parts.store, parts.clock),
        Desk(Tasks(parts.store), parts.city.keys, parts.city.inspect, parts.city.door),
    )  # fmt: skip


def build_id() -> str:
    """Which code walks the sagas: our version, and a digest of the sources that a replay rests on.

    Said by us, since the SDK's default reads and compiles every loaded module for it: 9 s of processor time at each start where
    Python may not keep its bytecode, 1 s elsewhere.
    """
    digest, here = hashlib.sha256(), Path(__file__).resolve().parent
    for folder in ("workflows", "foundations/definitions", "foundations/language"):
        for file in sorted((here / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    return f"{version('symphainy')}+{digest.hexdigest()[:12]}"


def boundary(parts: Platform, known: Registry) -> Boundary:
    """The step boundary of a worker process."""
    settings = parts.settings
    library = parts.library
    toolbox = Toolbox(parts.objects, library.search, parts.pool, parts.progress, library.cited, library.rulings)
    return Boundary(
        parts.city, parts.surface, known, parts.objects, parts.city.keys, toolbox, parts.clock, grounding.verify, fault(settings),
        Budget(settings.task_steps_max, settings.task_bytes_max, settings.task_time_max),
    )  # fmt: skip


def workers(
    parts: Platform, temporal: Client, known: Registry, boundary: Boundary, more: Sequence[Callable[..., Any]] = ()
) -> list[Worker]:
    """One pool for sagas with their local steps, one pool per owner for steps that are activities. ``more``: further activities."""
    settings = parts.settings
    audit = RefusalAudit(parts.surface, parts.clock, parts.process)
    guard = CityActivityInterceptor(parts.city.inspect, audit, without_passport=(DOOR.lower(),))
    door = door_activity(parts.runtime(temporal), parts.guard().people.service)
    build, pace = build_id(), Pace()
    sagas = Worker(
        temporal, task_queue=SAGA_QUEUE, workflows=[Saga, CodeSaga, Door], build_id=build,
        activities=[opening_activity(boundary), segment_activity(boundary), closing_activity(boundary), door, *more],
        interceptors=[guard, PassHeaders()], workflow_runner=sandbox(), max_cached_workflows=1_000, tuner=saga_tuner(pace),
        workflow_task_executor=ThreadPoolExecutor(THREADS, "saga"),
        sticky_queue_schedule_to_start_timeout=settings.sticky_timeout, graceful_shutdown_timeout=GRACE,
        max_workflow_task_external_storage_concurrency=1,  # no driver is in use, and more of none costs two turns of the loop
        # What we raise on purpose will be raised again: it ends the saga (the reconciler then closes it). A bug fails only the
        # task, is reported as stuck, and a corrected worker goes on.
        workflow_failure_exception_types=[SymphainyError],
    )  # fmt: skip
    step, slots = step_activity(boundary, pace), step_tuner()
    queues = sorted({contract.queue for contract in known})
    pools = [
        Worker(
            temporal, task_queue=queue, activities=[step], interceptors=[guard], graceful_shutdown_timeout=GRACE, build_id=build,
            tuner=slots, max_concurrent_activity_task_polls=2, max_heartbeat_throttle_interval=BEAT,
            default_heartbeat_throttle_interval=BEAT,
        )
        for queue in queues
    ]  # fmt: skip
    return [sagas, *pools]


def fault(settings: Settings) -> Callable[[str], None]:
    """Ends this process at a moment that a file in the fault folder names, once per file; without a folder, nothing."""
    folder = settings.fault

    def inject(point: str) -> None:
        if folder is not None:
            with suppress(FileNotFoundError):
                (folder / point).unlink()
                os._exit(137)

    return inject


def replayer(temporal: Client) -> Replayer:
    """Runs the histories of sagas again on this code, as a worker does that takes one over."""
    return Replayer(
        workflows=[Saga, CodeSaga], data_converter=temporal.data_converter, workflow_runner=sandbox(), interceptors=[PassHeaders()],
        workflow_failure_exception_types=[SymphainyError],
    )  # fmt: skip


class PassHeaders(Interceptor):
    """Puts the one workflow-side interceptor in place."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """Headers pass through."""
        return HeadersInbound


async def run_relay(parts: Platform, process: Process) -> int:
    """Events out, anchors, exports, reconciliation."""
    from symphainy.bindings import roles  # loads FastAPI, which a worker does not need

    made = roles.relay(parts, await parts.temporal())
    process.ready()
    await relay.run_relay(made, process.stop)
    return 0


async def run_experience(parts: Platform, process: Process) -> int:
    """The Experience plane's API."""
    from symphainy.bindings import roles
    from symphainy.foundations.experience.edge.serving import serve

    runtime = parts.runtime(await parts.temporal())
    deployed = sorted({name for _, name, _ in await runtime.solutions.everywhere()})
    app, host, port = roles.experience(parts, runtime), parts.settings.host, parts.settings.ports.experience_api
    await serve(app, process.stop, lambda: process.ready(solutions=deployed), host=host, port=port, fd=process.fd)
    await runtime.close()
    return 0


async def run_solution(parts: Platform, process: Process) -> int:
    """The Solution plane's API."""
    from symphainy.bindings import roles
    from symphainy.foundations.experience.edge.serving import serve

    runtime = parts.runtime(await parts.temporal())
    app, host, port = roles.solution(parts, runtime), parts.settings.host, parts.settings.ports.solution_api
    await serve(app, process.stop, process.ready, host=host, port=port, fd=process.fd)
    await runtime.close()
    return 0


async def run_verify(parts: Platform, process: Process) -> int:
    """Temporal's histories against the journal; every row that differs is named."""
    return await _verified(parts, process, parts.archive(await parts.temporal()))


async def run_audit(parts: Platform, process: Process) -> int:
    """The chains and anchors alone, without Temporal."""
    return await _verified(parts, process, None)


async def _verified(parts: Platform, process: Process, reader: verify.HistoryReader | None) -> int:
    await prepare_all(parts.store, parts.city.keys.prepare)

    async def stored(tenant: str, number: int) -> bytes | None:
        try:
            return await parts.objects.get(f"{tenant}/anchors/{number:012d}")
        except NotFound:
            return None

    report = await verify.verify(parts.surface, reader, process.tenant, signed=parts.signatures.verify, stored=stored)
    findings = [asdict(finding) for finding in report.findings]
    told = {name: value for name, value in asdict(report).items() if name != "findings"}
    process.tell(ok=report.ok, findings=[{"kind": f["table"], "detail": f["problem"], **f} for f in findings], **told)
    return 0 if report.ok else 1


async def run_rebuild(parts: Platform, process: Process) -> int:
    """Fill and repair what is a projection."""
    await prepare_all(parts.store, parts.city.keys.prepare)
    reader = parts.archive(await parts.temporal())
    told: dict[str, int] = {}
    for tenant in [process.tenant] if process.tenant else await Tenants(parts.store).all():
        done = await rebuild(parts.surface, reader, tenant, await every_execution(parts.surface, tenant))
        for name, value in asdict(done).items():
            told[name] = told.get(name, 0) + value
    process.tell(ok=True, findings=[], **told)
    return 0


async def run_plan(parts: Platform, process: Process) -> int:
    """The upgrade verdict of a definition: its runs replayed on this code, then retraced under it."""
    await prepare_all(parts.store, parts.city.keys.prepare)
    temporal = await parts.temporal()
    job = json.loads(Path(process.job).read_text())
    plan = Plan.model_validate(job["plan"])
    rows = await Executions(parts.store).named(job["tenant"], f"{plan.namespace}/{plan.name}:", limit=job["limit"])
    again = replayer(temporal)

    async def replay(runs: Sequence[WorkflowHistory]) -> str:
        for run in runs:
            told = await again.replay_workflow(run, raise_on_replay_failure=False)
            if told.replay_failure is not None:
                return str(told.replay_failure)[:300]
        return ""

    found = await upgrade.verdicts(rows, plan, parts.archive(temporal), replay)
    process.tell(ok=True, findings=[asdict(verdict) for verdict in found])
    return 0


async def run_rehearse(parts: Platform, process: Process) -> int:
    """One job of ``symphainy rehearse``, on servers that serve nothing else; the report goes beside the job."""
    from symphainy.bindings import rehearsal

    settings = parts.settings
    expressions = ExpressionPool(
        timeout=settings.expression_timeout.total_seconds(), memory=settings.expression_memory_max
    )
    async with AsyncExitStack() as stack:
        stack.callback(expressions.close)
        out = await stack.enter_async_context(works.outside(settings))
        known = registry(parts, expressions, out)
        theatre = rehearsal.Theatre(parts, await parts.temporal(), known, boundary, workers)
        await rehearsal.work_off(theatre, settings.data_dir / rehearsal.JOB, process.tell)
        process.ready()
    return 0


ROLES: dict[str, Role] = {
    "worker": run_worker, "relay": run_relay, "experience": run_experience, "solution": run_solution, "verify": run_verify,
    "audit": run_audit, "rebuild": run_rebuild, "plan": run_plan,
    "rehearse": run_rehearse,
}  # fmt: skip


async def run(role: str, replica: int, fd: int | None, job: str = "", tenant: str | None = None) -> int:
    """Open what every process shares, and run one role until it is asked to stop."""
    settings = Settings()
    logs.configure(level=settings.log_level, service=role)
    process = Process(role, replica, fd, job, tenant)
    clock = RehearsalClock() if role == "rehearse" else SystemClock()
    async with platform(settings, role, clock) as parts:
        return await ROLES[role](parts, process)


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse (``sys.argv`` where nothing is given), run, leave.

    Leaves through ``os._exit``: the Temporal SDK's native threads may still be at work while the interpreter finalizes, which in 2
    of 10 trials ended a process that had done everything right with 134 or 139. Everything is closed and flushed by then.
    """
    parser = argparse.ArgumentParser(prog="symphainy.worker", description=__doc__)
    parser.add_argument("--role", required=True, choices=sorted(ROLES))
    parser.add_argument("--replica", type=int, default=1)
    parser.add_argument("--fd", type=int, default=None, help="listening socket to accept from")
    parser.add_argument("--job", default="", help="file with what is asked, for a role that answers once")
    parser.add_argument("--tenant", default=None, help="what is verified or rebuilt: all tenants, or this one alone")
    given = parser.parse_args(arguments)
    tune()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            code = runner.run(run(given.role, given.replica, given.fd, given.job, given.tenant))
    except Exception as error:
        logging.getLogger("symphainy").exception("%s ended: %s", given.role, error)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
