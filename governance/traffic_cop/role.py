"""Traffic Cop's place in the chain: sessions and rates at doors; at steps only a capability's own rate."""

from collections.abc import Callable
from typing import Any

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import RateLimited, Unauthenticated
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome
from symphainy.governance.bundle import Bundle
from symphainy.governance.role import GovernedCall, Modes, Role, settle
from symphainy.governance.traffic_cop import rates, sessions
from symphainy.governance.traffic_cop.counter import Counter, Drawn

__all__ = ["TrafficCop"]

PRIORITY = {"ui": 2, "cli": 2, "agent": 3, "api": 3, "webhook": 3, "cron": 4}
"""People waiting at a screen before programs, programs before the clock. 1 is kept for what an operator lifts by hand."""


class TrafficCop(Role):
    """Counts at the door; a rate reached inside a saga is a durable wait, because RateLimited is retried."""

    name = "traffic_cop"
    rules = ("sessions", "rates")

    def __init__(self, bundle: Callable[[str], Bundle], counter: Counter, clock: Clock, modes: Modes) -> None:
        self._bundle, self.counter, self._clock, self._modes = bundle, counter, clock, modes

    async def step(self, call: GovernedCall) -> Outcome[Any]:
        """A capability's rate, once per effect key; an undo is never held up."""
        buckets = (
            ()
            if call.undo
            else rates.at_step(call.call, self._bundle(call.tenant).rates_of(call.tenant, call.solution))
        )
        if buckets and (mode := self._modes.mode("rates", call.tenant, call.solution)) != "off":
            drawn = await self.counter.draw(buckets, once=call.call.effect_key)
            settle(
                call.record,
                rates.judge(drawn.full, drawn.retry_after),
                mode,
                RateLimited,
                **_told(drawn),
            )
        return await self.next.step(call)

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """Session, then rates; what is admitted gets its fairness key and priority."""
        tenant = call.principal.tenant
        bundle = self._bundle(tenant)
        settle(
            record, sessions.judge(call.session, self._clock.now(), bundle.sessions_of(tenant)), error=Unauthenticated
        )
        if (mode := self._modes.mode("rates", tenant)) != "off":
            drawn = await self.counter.draw(rates.at_door(call, bundle.rates_of(tenant)))
            settle(
                record,
                rates.judge(drawn.full, drawn.retry_after),
                mode,
                RateLimited,
                **_told(drawn),
            )
        admission = await self.next.door(call, record)
        priority = PRIORITY.get(call.intent.source, 3) if call.intent else 3
        return admission.model_copy(update={"fairness_key": tenant, "priority": priority})


def _told(drawn: Drawn) -> dict[str, Json]:
    """What a caller may know of the limit that was reached: the ``RateLimit`` headers are made of it."""
    policy = (drawn.full or "").partition("/")[0]
    return {
        "retry_after": max(1, round(drawn.retry_after)), "policy": policy, "limit": drawn.limit, "window": drawn.window,
    }  # fmt: skip
