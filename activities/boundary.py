"""The step boundary: look up, govern, run, commit. Side effects of the platform happen here and nowhere else (ADR 0002)."""

import inspect
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from symphainy.activities.tools import StepTools, Toolbox
from symphainy.foundations.curator import Capability, Registry
from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import ExecutionContext, Passport
from symphainy.foundations.language.document import Document
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import Defect, Invalid, OutcomeUnknown, SymphainyError, TooLarge
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome, Step
from symphainy.foundations.language.wire import StepCall, StepResult
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.governance.chain import City
from symphainy.runtime.surface import Entry, Recall, StateSurface

INLINE = 64 << 10
"""Bytes that a local step's value may have (DECISIONS.md 3); larger ones are Artifacts."""
LARGEST = 1 << 20
"""Bytes that any step's value may have (DECISIONS.md 21): over it the step fails, before anything is scheduled."""


Verify = Callable[[ReasonedArtifact, Callable[[str, str], Awaitable[Document]]], Awaitable[ReasonedArtifact]]
"""Re-reads every citation of an agent's artifact; Ungrounded, or claims dropped, as policy has it (ARCHITECTURE 8)."""


def no_fault(point: str) -> None:
    """No fault is injected at any moment."""


@dataclass(frozen=True)
class Budget:
    """What one segment may take of a workflow task (DECISIONS.md 3)."""

    steps: int = 32
    bytes: int = 1 << 20
    time: timedelta = timedelta(milliseconds=500)

    def left(self, steps: int, size: int, seconds: float) -> bool:
        """Whether another step may begin after so many, with so many bytes of output, in so many seconds.

        >>> Budget().left(31, 0, 0.1), Budget().left(32, 0, 0.1)
        (True, False)
        """
        return steps < self.steps and size < self.bytes and seconds < self.time.total_seconds()


@dataclass
class Boundary:
    """Runs steps; one per worker process."""

    city: City
    surface: StateSurface
    registry: Registry
    objects: Objects
    sealer: Sealer
    toolbox: Toolbox
    clock: Clock
    verify: Verify
    fault: Callable[[str], None] = no_fault
    """Called at each named moment of a step (before, replied, committed); only fault injection gives it something to do."""
    budget: Budget = Budget()

    async def step(self, call: StepCall, passport: Passport) -> StepResult:
        """Run one step and commit it; a stored outcome is returned without calling again."""
        entry = await self.prepare(call, passport)
        if isinstance(entry, StepResult):
            return entry
        (result,) = await self.surface.commit([entry])
        self.fault("committed")
        return result

    async def prepare(self, call: StepCall, passport: Passport, recall: Recall | None = None) -> Entry | StepResult:
        """Everything but the commit: the stored result if there is one, else the entry to commit.

        ``recall`` holds what earlier attempts of a segment left; without it the journal is asked for this one key. Raises what
        a later attempt may cure (``retry`` is set); every other failure is an outcome and is journaled.
        """
        await self.city.prepare(call.tenant)
        sealer = await self.sealer.of(call.tenant, call.execution_id)
        digest = sealer.digest(call.tenant, canonical(call.arguments))
        if recall is None:
            known = await self.surface.find(call, digest)
            await self.surface.tell(call)
        else:
            found = recall.outcomes.get(call.effect_key)
            known = found.result if found and found.input_digest == digest else None
        if known is not None:
            return known
        capability = self.registry.find(call.capability)
        contract = capability.contract if capability else None
        record, outcome, problem, output = Record(), None, None, None
        try:
            await self._claim(call, capability, digest)
            outcome = await self.city.step(
                call, contract, passport, record, lambda: self._run(_given(call, record), capability, passport)
            )
            output = bounded(call, outcome.output.model_dump(mode="json"))
            record.lineage.extend(outcome.lineage)
            for new in outcome.artifacts:
                await self.objects.put(f"{call.tenant}/{new.ref.key}", new.data)
        except SymphainyError as error:
            if error.retry:
                raise
            outcome, problem = None, error.problem(call.path)
        result = StepResult(
            path=call.path, call_id=f"{call.path}/undo" if call.kind == "undo" else call.path, output=output, problem=problem,
            at=self.clock.now(), cost={} if outcome is None else outcome.cost,
        )  # fmt: skip
        return Entry(
            call=call, input_digest=digest, result=result, record=record, contract=contract, passport=passport,
            artifacts=tuple(new.ref for new in outcome.artifacts) if outcome else (), index=outcome.index if outcome else (),
            people=outcome.people if outcome else (), rulings=outcome.rulings if outcome else (),
        )  # fmt: skip

    async def _run(self, call: StepCall, capability: Capability | None, passport: Passport) -> Outcome[Any]:
        if capability is None:
            raise Defect(f"nothing is registered under {call.capability}: this worker is older than the plan")
        try:
            value = capability.input.model_validate(call.arguments)
        except ValidationError as error:
            raise Invalid(
                f"arguments of {call.name or call.capability}: {first_fault(error)}", code="arguments"
            ) from None
        async with self.toolbox.open(call, capability.contract) as tools:
            self.fault("before")
            try:
                found = capability.function(Step(input=value, context=execution_context(call, passport), tools=tools))
                found = await found if inspect.isawaitable(found) else found
            except (SymphainyError, ConnectionError):
                raise
            except Exception as error:  # a bug in a capability fails its saga, never the worker
                raise Defect(
                    f"{call.capability} raised {type(error).__name__}", exception=type(error).__name__
                ) from error
            self.fault("replied")
            outcome = found if isinstance(found, Outcome) else Outcome(output=found)
            if not isinstance(outcome.output, capability.output):
                raise Defect(
                    f"{call.capability} promised {capability.output.__name__}, returned {type(outcome.output).__name__}"
                )
            return await self._ground(outcome, tools) if capability.contract.agent else outcome

    async def _ground(self, outcome: Outcome[Any], tools: StepTools) -> Outcome[Any]:
        if not isinstance(outcome.output, ReasonedArtifact):
            raise Defect(f"an agent returns a ReasonedArtifact, not {type(outcome.output).__name__}")
        return replace(outcome, output=await self.verify(outcome.output, tools.cited))

    async def _claim(self, call: StepCall, capability: Capability | None, digest: str) -> None:
        """DECISIONS.md 5: a receiver that cannot tell a second delivery from a first is never sent one unasked."""
        effects = capability.contract.effects if capability else None
        if effects is None or effects.dedupe == "key" or call.kind == "undo" or await self.surface.claim(call, digest):
            return
        detail = f"{call.capability} was called before under this key and no answer is known; it is not called again"
        raise OutcomeUnknown(
            detail, remedy="decide in the work queue: retry, mark done with an output, or mark not done"
        )


def execution_context(call: StepCall, passport: Passport) -> ExecutionContext:
    """What the step sees of where it stands."""
    return ExecutionContext(
        tenant=call.tenant, execution_id=call.execution_id, root_execution_id=passport.execution_id, session_id=call.session_id,
        principal=passport.principal, purpose=call.purpose, solution=call.solution, intent=call.intent, path=call.path,
        effect_key=call.effect_key, now=call.now,
    )  # fmt: skip


def canonical(value: Json) -> bytes:
    """A value's one encoding, for digests.

    >>> canonical({"b": 1, "a": 2})
    b'{"a":2,"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def bounded(call: StepCall, output: Json) -> Json:
    """The output, if it may travel; TooLarge names the field that is largest, and the way out."""
    most = INLINE if call.task else LARGEST
    size = len(canonical(output))
    if size <= most:
        return output
    largest = (
        max(output, key=lambda k: len(canonical(output[k]))) if isinstance(output, dict) and output else "the whole"
    )
    detail = (
        f"output of {call.name or call.capability} has {size} bytes, most of them in {largest}; the limit is {most}"
    )
    raise TooLarge(detail, remedy="return it as an Artifact", code="payload.too_large")


def first_fault(error: ValidationError) -> str:
    """The first validation fault in a sentence: where and what, never the value."""
    fault = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in fault['loc']) or 'the whole'}: {fault['msg']}"


def _given(call: StepCall, record: Record) -> StepCall:
    """What the capability gets: the call, or the masked one. Keys and digests stay those of the call."""
    return call if record.masked is None else call.model_copy(update={"arguments": record.masked})
