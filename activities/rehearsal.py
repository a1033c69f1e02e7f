"""The rehearsal's side of the step boundary: the city, the journal and the saga are real; capabilities answer by the scenario.

A step is governed, checked and recorded like any other. Only where the capability's own function would run does the cast answer,
where it has an answer; time is the rehearsal's, for every service that asks what time it is.
"""

from collections.abc import Callable, Coroutine, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import RootModel, ValidationError
from temporalio import activity

from symphainy.activities.boundary import Boundary, first_fault
from symphainy.foundations.curator import Capability
from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.expressions import resolve
from symphainy.foundations.definitions.rehearsal.faults import place
from symphainy.foundations.definitions.rehearsal.scenario import Answer, Failure, Scenario
from symphainy.foundations.language.context import Passport, Principal
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.errors import ERROR_BASE, DomainError, Invalid, Problem, SymphainyError
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.step import Outcome
from symphainy.foundations.language.wire import CUE, Cue, StepCall, StepResult
from symphainy.runtime.client import RuntimeClient
from symphainy.runtime.surface import Entry, Recall

ONLY_HERE = ("core.evaluate", "core.events", "core.definition", "event.publish")
"""Of what has an effect or belongs to the core, what stays inside the platform: it runs as it is."""


class Clock:
    """The rehearsal's time: that of the step or cue that asks, else the latest that was reached."""

    def __init__(self) -> None:
        self.latest = datetime.now(UTC)
        self._here: ContextVar[datetime | None] = ContextVar("rehearsal_now", default=None)

    def now(self) -> datetime:
        """What time it is there."""
        return self._here.get() or self.latest

    def at(self, moment: datetime) -> None:
        """From here on, in this step or cue, it is this time."""
        self._here.set(moment)
        self.latest = max(self.latest, moment)


class Scripted(DomainError):
    """An error that the scenario lets a capability answer with."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail or failure.title, code=failure.code)
        self._failure = failure

    def problem(self, instance: str | None = None) -> Problem:
        """As the scenario has it."""
        given = self._failure
        kind = given.type if ":" in given.type else ERROR_BASE + given.type
        made = super().problem(instance)
        return made.model_copy(
            update={"type": kind, "status": given.status, "title": given.title, "code": given.code or "scripted"}
        )


@dataclass
class Cast:
    """Who plays what in one run: people, capabilities, and the fault that is injected, if one is."""

    scenario: Scenario
    people: Mapping[str, Principal]
    fail: str = ""
    """The step that fails for good, by its place in the document."""
    fail_undo: str = ""
    """The path whose undo fails."""
    given: dict[str, int] = field(default_factory=dict)

    def answer(self, call: StepCall, contract: Contract) -> Answer | None:
        """What is answered in the capability's place; None: the capability itself runs."""
        name = contract.name
        if call.kind == "undo":
            if self.fail_undo and call.path == self.fail_undo:
                return Answer(
                    error=Failure(title="Injected", detail="this undo fails in the rehearsal", code="injected")
                )
            return self._scripted((f"undo {call.path}", contract.ref, name)) or Answer(output={})
        if self.fail and place(call.path) == self.fail:
            return Answer(error=Failure(title="Injected", detail="this step fails in the rehearsal", code="injected"))
        found = self._scripted((call.name, contract.ref, name))
        if found is None and reaches_out(contract):
            raise Invalid(
                f"{call.name or name} would call {contract.ref} for real",
                code="not_mocked",
                remedy="mock it in the scenario",
            )
        return found

    def _scripted(self, keys: tuple[str, ...]) -> Answer | None:
        found = self.scenario.answer(keys, self.given.get(keys[0], 0))
        if found is not None:
            self.given[keys[0]] = self.given.get(keys[0], 0) + 1
        return found


def reaches_out(contract: Contract) -> bool:
    """Whether a capability touches anything outside the platform: that never runs in a rehearsal."""
    if contract.name in ONLY_HERE:
        return False
    return contract.effects is not None or contract.determinism == "effectful" or contract.name.startswith("core.")


@dataclass
class RehearsedBoundary(Boundary):
    """The step boundary with a cast per tenant: every rehearsed run has a tenant of its own."""

    casts: dict[str, Cast] = field(default_factory=dict)

    async def prepare(self, call: StepCall, passport: Passport, recall: Recall | None = None) -> Entry | StepResult:
        """The step at its own time."""
        assert isinstance(self.clock, Clock)
        self.clock.at(call.now)
        return await super().prepare(call, passport, recall)

    async def _run(self, call: StepCall, capability: Capability | None, passport: Passport) -> Outcome[Any]:
        answer = self.casts[call.tenant].answer(call, capability.contract) if capability is not None else None
        if answer is None or capability is None:
            return await super()._run(call, capability, passport)
        try:
            capability.input.model_validate(call.arguments)
        except ValidationError as error:
            raise Invalid(
                f"arguments of {call.name or call.capability}: {first_fault(error)}", code="arguments"
            ) from None
        assert isinstance(self.clock, Clock)
        self.clock.at(call.now + parse_duration(answer.takes))
        if answer.error is not None:
            raise Scripted(answer.error)
        value = resolve(answer.output, call.arguments, {"path": call.path, "key": call.effect_key}, call.now)
        return Outcome(output=_fitting(capability, call, value))


def _fitting(capability: Capability, call: StepCall, value: Json) -> Any:
    """The scenario's output as the contract has it; an undo may answer with nothing."""
    if capability.contract.name.startswith("core."):  # the specification's own calls answer in an envelope
        value = {"value": value}
    try:
        return capability.output.model_validate(value)
    except ValidationError as error:
        if call.kind == "undo" and value == {}:
            return capability.output.model_construct()
        raise Invalid(
            f"the scenario's answer for {call.name or capability.contract.ref} does not fit its contract: {first_fault(error)}",
            code="mock",
        ) from None


class Anything(RootModel[Json]):
    """What a capability takes and gives that only the scenario declares; its schemas bind the compiler's type check."""


def declared(ref: str, contract: Contract) -> Capability:
    """A capability without code: only a cast can answer for it."""

    def nobody(step: Any) -> Any:
        raise Invalid(f"{ref} exists in this rehearsal only", code="not_mocked", remedy="mock it in the scenario")

    return Capability(contract, Anything, Anything, nobody)


def cue_activity(
    runtime: RuntimeClient, clock: Clock, casts: Mapping[str, Cast]
) -> Callable[[Cue], Coroutine[Any, Any, Json]]:
    """The activity behind a cue: a person, or the world outside, comes to the platform's doors like any other."""

    @activity.defn(name=CUE)
    async def cue(given: Cue) -> Json:
        """Do it; what the platform said, a refusal included."""
        clock.at(given.at)
        cast = casts[given.tenant]
        who = cast.people[str(given.what["by"])]
        try:
            return {"ok": True, "answer": await _do(runtime, who, given)}
        except SymphainyError as error:
            return {"ok": False, "problem": error.problem().model_dump(mode="json")}

    return cue


async def _do(runtime: RuntimeClient, who: Principal, given: Cue) -> Json:
    what = given.what
    if what["do"] == "decide":
        shown = await runtime.tasks.show(who, given.task_id)
        return await runtime.decide(
            who, given.task_id, what["choice"], what.get("value"), shown_digest=shown.shown_digest
        )
    if what["do"] == "event":
        found = await runtime.deliver(who, {"specversion": "1.0", "source": "/rehearsal", **what["event"]})
        return {"matched": found.matched}
    return await runtime.cancel(who, given.execution_id)
