"""The theatre of rehearsals: the real parts of a worker process, with a cast in the capabilities' place and a clock of its own.

Each rehearsed run has a tenant, users and rights of its own, made for it: runs share nothing, and policies judge them like anybody.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowFailureError
from temporalio.worker import Worker

from symphainy.activities.boundary import Boundary
from symphainy.activities.rehearsal import Cast, Clock, RehearsedBoundary, cue_activity, declared, reaches_out
from symphainy.bindings.platform import Platform
from symphainy.foundations.curator import Registry
from symphainy.foundations.definitions.compile import Compiled, compile_text
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.protocols import linked_name
from symphainy.foundations.definitions.rehearsal import faults, report
from symphainy.foundations.definitions.rehearsal.scenario import Scenario
from symphainy.foundations.definitions.tasks import all_tasks
from symphainy.foundations.language.context import Intent, Principal
from symphainy.foundations.language.errors import Invalid, SymphainyError
from symphainy.foundations.language.ids import workflow_id
from symphainy.runtime.client import RuntimeClient
from symphainy.runtime.namespace import ensure_namespace

JOB, REPORT = "rehearsal.json", "rehearsal-report.json"
"""In the data folder: what is asked, and the answer."""
LONGEST = 120.0
"""Seconds of real time that one rehearsed run may take."""

Tell = Callable[..., None]
MakeBoundary = Callable[[Platform, Registry], Boundary]
MakeWorkers = Callable[..., Sequence[Worker]]


@dataclass
class Theatre:
    """What a rehearsal needs of its process."""

    parts: Platform
    temporal: Client
    known: Registry
    boundary: MakeBoundary
    workers: MakeWorkers
    prefix: str = "rehearsal"
    """How the tenants of its runs are called."""
    runs: int = field(default=0, init=False)

    async def rehearse(self, job: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
        """Rehearse a job: the scenario, then once more for each fault if that is asked. What the CLI prints."""
        scenario = Scenario.model_validate(job["scenario"])
        for ref, given in scenario.capabilities.items():
            contract = given.contract(ref)
            if contract.ref not in self.known:
                self.known.add(declared(contract.ref, contract))
        catalog = self.known.catalog()
        compiled = compile_text(job["text"], file=job["file"], catalog=catalog)
        others = [compile_text(text, file=file, catalog=catalog) for file, text in job.get("with", {}).items()]
        found = [d.model_dump(mode="json") for c in (compiled, *others) for d in c.diagnostics]
        if compiled.plan is None or any(other.plan is None for other in others):
            return {"diagnostics": found}
        plans = [other.plan for other in others if other.plan is not None]
        self._all_mocked(compiled.plan, scenario)
        casts: dict[str, Cast] = {}
        await ensure_namespace(self.temporal)
        async with AsyncExitStack() as open_workers:
            runtime = self.parts.runtime(self.temporal)
            open_workers.push_async_callback(runtime.close)
            for worker in self._workers(runtime, casts):
                await open_workers.enter_async_context(worker)
            stage = _Stage(self, runtime, casts, scenario, compiled, plans)
            return {"diagnostics": found, **await stage.play(bool(job.get("faults")), tell)}

    def _workers(self, runtime: RuntimeClient, casts: dict[str, Cast]) -> Sequence[Worker]:
        plain = self.boundary(self.parts, self.known)
        given = {f.name: getattr(plain, f.name) for f in fields(plain)}
        rehearsed = RehearsedBoundary(**given, casts=casts)
        assert isinstance(self.parts.clock, Clock)
        cue = cue_activity(runtime, self.parts.clock, casts)
        return self.workers(self.parts, self.temporal, self.known, rehearsed, (cue,))

    def _all_mocked(self, plan: Plan, scenario: Scenario) -> None:
        """Refuse at once what would reach out for real: the first fault a run would meet, and every other with it."""
        tasks = {ref: name for name, ref in plan.calls.items()}
        spoken = {*scenario.mocks, *scenario.answers}
        missing = []
        for ref in sorted(set(plan.calls.values())):
            contract = self.known.capability(ref).contract
            if reaches_out(contract) and not spoken & {ref, contract.name} and not _by_task(plan, tasks[ref], spoken):
                missing.append(ref)
        if missing:
            raise Invalid(
                f"the scenario has no answer for {', '.join(missing)}, which reach out of the platform",
                code="not_mocked", remedy="name each under mocks or answers",
            )  # fmt: skip


@dataclass
class _Stage:
    """The runs of one job."""

    theatre: Theatre
    runtime: RuntimeClient
    casts: dict[str, Cast]
    scenario: Scenario
    compiled: Compiled
    others: list[Plan]

    async def play(self, with_faults: bool, tell: Tell) -> dict[str, Any]:
        plan = self.compiled.plan
        assert plan is not None
        began = time.monotonic()
        first = await self.run(Cast(self.scenario, {}))
        told = report.of(plan.document, self.scenario, first) | {"seconds": round(time.monotonic() - began, 3)}
        if with_faults:
            told["faults"] = await self._faults(first, tell)
        return told

    async def _faults(self, first: dict[str, Any], tell: Tell) -> list[dict[str, Any]]:
        found, undone = [], dict[str, str]()
        steps = faults.steps(first["trace"])
        for number, step in enumerate(steps, 1):
            run = await self.run(Cast(self.scenario, {}, fail=step))
            found.append(faults.judged(step, "", run, self._irreversible()))
            for path in faults.undone(run["trace"]):
                undone.setdefault(path, step)
            tell(progress=f"fault {number} of {len(steps)}: {step}")
        for number, (path, step) in enumerate(undone.items(), 1):
            run = await self.run(Cast(self.scenario, {}, fail=step, fail_undo=path))
            found.append(faults.judged(step, path, run, self._irreversible()))
            tell(progress=f"failing undo {number} of {len(undone)}: {path}")
        return found

    def _irreversible(self) -> frozenset[str]:
        plan = self.compiled.plan
        assert plan is not None
        return frozenset(
            ref for ref, linked in plan.capabilities.items() if linked.effects and linked.effects.irreversible
        )

    async def run(self, cast: Cast) -> dict[str, Any]:
        """One run from its submit to its end: closing, trace, and what came of the cues."""
        self.theatre.runs += 1
        tenant, plan, scenario = f"{self.theatre.prefix}-{self.theatre.runs}", self.compiled.plan, self.scenario
        clock = self.theatre.parts.clock
        assert plan is not None and isinstance(clock, Clock)
        if scenario.start is not None:
            clock.latest = scenario.start
        cast.people = await self._people(tenant)
        self.casts[tenant] = cast
        for other in self.others:
            await self.runtime.definitions.register(tenant, other, "", "rehearsal")
        intent = Intent(type=scenario.intent, payload=scenario.input, source="cli")
        who = cast.people[scenario.as_]
        began = time.monotonic()
        taken = await self.runtime.submit(intent, principal=who, plan=plan, rehearsal=scenario.cues())
        handle = self.theatre.temporal.get_workflow_handle(workflow_id(tenant, taken.execution_id))
        try:
            await asyncio.wait_for(handle.result(), LONGEST)
        except WorkflowFailureError:
            pass  # a faulted or cancelled saga: its closing says how
        except TimeoutError:
            raise Invalid(
                f"the rehearsal did not end within {LONGEST:.0f} s of real time", code="rehearsal_slow"
            ) from None
        told: Any = await handle.query("rehearsal")
        closing = await self.theatre.parts.surface.closed(tenant, taken.execution_id)
        assert closing is not None
        about = {"execution": taken.execution_id, "took": round(time.monotonic() - began, 3)}
        return {**told, "closing": closing.model_dump(mode="json"), **about}

    async def _people(self, tenant: str) -> dict[str, Principal]:
        """Whoever takes part, as users with their roles; nobody logs in, so nobody has a password."""
        people, made = self.theatre.parts.guard().people, {}
        for number, (name, roles) in enumerate(self.scenario.everybody.items(), 1):
            made[name], _ = await people.invite(tenant, f"person{number}@rehearsal.invalid", roles, name)
        return made


async def work_off(theatre: Theatre, job: Path, tell: Tell) -> None:
    """Rehearse the job in this file, and write the report beside it."""
    try:
        told = await theatre.rehearse(json.loads(job.read_text()), tell)
    except SymphainyError as error:
        told = {"problem": error.problem().model_dump(mode="json")}
    job.with_name(REPORT).write_text(json.dumps(told))


def _by_task(plan: Plan, call: str, spoken: set[str]) -> bool:
    """Whether each task that makes this call has an answer of its own."""
    names = {t.name for t in all_tasks(plan.document) if t.kind == "call" and linked_name(t.body) == call}
    return bool(names) and names <= spoken
