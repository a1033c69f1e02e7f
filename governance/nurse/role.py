"""Nurse's place in the chain: around everyone. It never stops a step, whatever happens to its own instruments."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import structlog
from opentelemetry.trace import Span, SpanKind, StatusCode, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome
from symphainy.foundations.language.wire import HEADER_TRACE
from symphainy.governance.incoming import incoming
from symphainy.governance.nurse.cost import ledger
from symphainy.governance.nurse.meters import Meters
from symphainy.governance.role import GovernedCall, Role

__all__ = ["Nurse"]

_log = structlog.get_logger("symphainy.step")
_own = logging.getLogger("symphainy.nurse")
_propagator = TraceContextTextMapPropagator()


class Nurse(Role):
    """Takes the pulse."""

    name = "nurse"
    rules = ("trace", "pulse", "cost", "auto_heal")
    offers = ("cost.estimate",)

    def __init__(self, tracers: TracerProvider, meters: Meters) -> None:
        self._tracer, self._meters = tracers.get_tracer("symphainy.city"), meters
        self.dropped = 0

    async def step(self, call: GovernedCall) -> Outcome[Any]:
        """Span, metrics, log line, cost."""
        started, ended = perf_counter(), "failed"
        name = call.call.capability.partition("@")[0]
        realm = call.contract.owner if call.contract else name.partition(".")[0]
        with self._unharmed():
            self._meters.active(realm, 1)
        with self._span(f"step {name}", incoming.get().trace, _ids(call)) as span:
            try:
                outcome = await self.next.step(call)
                ended = "completed"
                call.record.cost.update(ledger(outcome.cost, perf_counter() - started))
                return outcome
            except SymphainyError as error:
                ended = type(error).__name__
                raise
            except Exception:
                ended = "crashed"
                raise
            finally:
                with self._unharmed():
                    self._meters.active(realm, -1)
                    if span is not None:
                        span.set_attribute("symphainy.outcome", ended)
                        span.set_status(StatusCode.OK if ended == "completed" else StatusCode.ERROR)
                    self._meters.step(call.tenant, name, call.call.kind, ended, perf_counter() - started)
                    _log.info(
                        "step",
                        outcome=ended,
                        verdict=call.record.verdict,
                        seconds=round(perf_counter() - started, 6),
                        **_ids(call),
                    )

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """Count and time a call from outside."""
        ended = "failed"
        try:
            admission = await self.next.door(call, record)
            ended = "admitted"
            return admission
        except SymphainyError as error:
            ended = type(error).__name__
            raise
        finally:
            with self._unharmed():
                self._meters.door(call.principal.tenant, call.action, ended)

    @contextmanager
    def _span(self, name: str, traceparent: str, ids: dict[str, str]) -> Iterator[Span | None]:
        span = None
        with self._unharmed():
            parent = _propagator.extract({HEADER_TRACE: traceparent}) if traceparent else None
            span = self._tracer.start_span(
                name, parent, SpanKind.CONSUMER, {f"symphainy.{k}": v for k, v in ids.items()}
            )
        try:
            yield span
        finally:
            with self._unharmed():
                if span is not None:
                    span.end()

    @contextmanager
    def _unharmed(self) -> Iterator[None]:
        """Telemetry that fails is dropped and counted; the step goes on (DECISIONS.md 34)."""
        try:
            yield
        except Exception as error:
            self.dropped += 1
            _own.warning("telemetry dropped (%s)", type(error).__name__)


def _ids(call: GovernedCall) -> dict[str, str]:
    """Ids only: nothing of what the step is given or gives."""
    it = call.call
    return {
        "tenant": it.tenant, "execution_id": it.execution_id, "path": it.path, "capability": it.capability, "kind": it.kind,
        "effect_key": it.effect_key, "session_id": it.session_id or "", "solution": it.solution or "", "actor": call.passport.principal.id,
    }  # fmt: skip
