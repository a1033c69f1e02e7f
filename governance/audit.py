"""Refusals in front of an activity, as decision records: they never reach a step boundary that would write them."""

from collections.abc import Mapping
from typing import Protocol

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Refused
from symphainy.foundations.language.records import Decision, Ruling

__all__ = ["DecisionSink", "RefusalAudit"]


class DecisionSink(Protocol):
    """Where decisions are chained; the state surface."""

    async def door(self, decision: Decision) -> object:
        """Append one to its stream."""
        ...


class RefusalAudit:
    """For ``CityActivityInterceptor(audit=…)``. ``process`` names the worker in the stream ``tenant/process/day``."""

    def __init__(self, sink: DecisionSink, clock: Clock, process: str) -> None:
        self._sink, self._clock, self._process = sink, clock, process

    async def __call__(self, tenant: str, error: Refused, ids: Mapping[str, str]) -> None:
        """Write one refusal down, under the tenant that the workflow id claims."""
        now = self._clock.now()
        ruling = Ruling(
            service="security_guard", rule="passport", verdict="deny", reason=error.detail, remedy=error.remedy
        )
        decision = Decision(
            stream=f"{tenant}/{self._process}/{now:%Y-%m-%d}", tenant=tenant, actor="unknown", action="run",
            resource=f"Execution:{ids.get('workflow_id', '')[:300]}", verdict="deny", reason=error.detail, remedy=error.remedy,
            rulings=(ruling,), at=now,
        )  # fmt: skip
        await self._sink.door(decision)
