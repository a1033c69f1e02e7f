"""Conductor's place in the chain: what a run was granted at the door binds it at every step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from symphainy.foundations.definitions.plan import Limits
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Record, Ruling
from symphainy.foundations.language.step import Outcome
from symphainy.governance.bundle import Bundle
from symphainy.governance.conductor import allowed, ceilings, deadline, four_eyes, idempotency
from symphainy.governance.role import GovernedCall, Modes, Role, settle

__all__ = ["Conductor"]

GRACE = timedelta(days=1)
"""A passport outlives the duration ceiling by this, so that the interpreter's own deadline acts first."""


class Conductor(Role):
    """Governs orchestration; the interpreter orchestrates."""

    name = "conductor"
    rules = ("ceilings", "deadline", "allowed_capabilities", "four_eyes", "hard_idempotency", "sla", "auto_replay")

    def __init__(self, bundle: Callable[[str], Bundle], clock: Clock, modes: Modes) -> None:
        self._bundle, self._clock, self._modes = bundle, clock, modes

    def limits(self, tenant: str, solution: str | None = None, asked: Json = None) -> Limits:
        """The limits to put into a plan, for whoever links it."""
        return ceilings.narrower(self._bundle(tenant).orchestration_of(tenant, solution).limits, asked)

    async def step(self, call: GovernedCall) -> Outcome[Any]:
        """Ceilings, deadline and list; what is owed is bound by none of them."""
        if call.undo:
            call.record.rulings.append(Ruling(service=self.name, rule="deadline", reason="owed"))
            return await self.next.step(call)
        terms = self._bundle(call.tenant).orchestration_of(call.tenant, call.solution)
        settle(call.record, ceilings.judge(call.call, terms.limits))
        settle(call.record, deadline.judge(call.passport, self._clock.now(), call.undo))
        settle(call.record, allowed.judge(call.call.capability, terms.capabilities))
        if call.contract is not None and call.contract.effects is not None:
            mode = self._modes.mode("hard_idempotency", call.tenant, call.solution)
            settle(call.record, idempotency.judge_step(call.contract), mode)
        return await self.next.step(call)

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """Decisions need a second pair of eyes; a submit is granted its limits and its last moment."""
        solution = call.intent.solution if call.intent else None
        terms = self._bundle(call.principal.tenant).orchestration_of(call.principal.tenant, solution)
        if call.action == "decide":
            settle(record, four_eyes.judge(call, terms.approvers, terms.requester_decides))
        if call.action == "submit":
            mode = self._modes.mode("hard_idempotency", call.principal.tenant, solution)
            settle(record, idempotency.judge(call), mode)
        admission = await self.next.door(call, record)
        if call.action != "submit":
            return admission
        limits = ceilings.narrower(terms.limits, call.resource.get("limits"))
        not_after = self._clock.now() + limits.duration + GRACE
        return admission.model_copy(update={"limits": limits.model_dump(mode="json"), "not_after": not_after})
