"""The door of every call from outside: the city is asked first, and what it said is written down.

What changes something is recorded whichever way it went; a read that was allowed leaves no row, a denied one does. A caller
who is over a rate leaves none either: a flood must not become a flood of writes (Nurse counts it).
"""

from datetime import datetime
from typing import Protocol

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Passport, Principal, SessionContext
from symphainy.foundations.language.door import Action, Admission, DoorCall, Gate
from symphainy.foundations.language.errors import DomainError, NotFound, RateLimited, Refused
from symphainy.foundations.language.records import Decision, Record
from symphainy.runtime.chains import door_stream, verdict_of
from symphainy.runtime.store.executions import ExecutionRow

__all__ = ["Caller", "DecisionSink", "Doors", "caller", "found"]

Caller = SessionContext | Principal
"""Who calls: a session, or a principal without one."""

_UNRECORDED: frozenset[Action] = frozenset({"read", "subscribe"})


class DecisionSink(Protocol):
    """Where door decisions are chained; ``StateSurface`` is it."""

    async def door(self, decision: Decision) -> object:
        """Append one decision to its stream."""
        ...


def caller(who: Caller) -> tuple[Principal, SessionContext | None]:
    """The principal, and the session if there is one."""
    return (who.principal, who) if isinstance(who, SessionContext) else (who, None)


class Doors:
    """Asks the gate on behalf of one process; its decisions form one stream per tenant and day."""

    def __init__(self, gate: Gate, sink: DecisionSink, clock: Clock, process: str) -> None:
        self._gate, self._sink, self._clock, self._process = gate, sink, clock, process

    def now(self) -> datetime:
        """The time that decisions of this process are made at."""
        return self._clock.now()

    def sign(self, passport: Passport) -> Passport:
        """A passport, signed by the city."""
        return self._gate.sign(passport)

    async def ask(self, call: DoorCall, record: Record) -> Admission:
        """Only ask; the caller writes the decision down together with what follows from it."""
        return await self._gate.door(call, record)

    async def execution(self, who: Caller, action: Action, row: ExecutionRow) -> Admission:
        """Pass for one execution of the caller's tenant."""
        principal, session = caller(who)
        call = DoorCall(
            action=action, principal=principal, session=session, resource_type="Execution", resource_id=row.execution_id,
            resource={"tenant": row.tenant, "owner": row.principal}, purpose=row.purpose or "operate",
        )  # fmt: skip
        return await self.passed(call)

    async def passed(self, call: DoorCall) -> Admission:
        """Ask, and record what was said; raises what the gate raises."""
        record = Record()
        try:
            admission = await self._gate.door(call, record)
        except RateLimited:
            raise
        except Refused as refusal:
            await self._sink.door(self.decision(call, record, refusal=refusal))
            raise
        if call.action not in _UNRECORDED:
            await self._sink.door(self.decision(call, record, bundle=admission.bundle))
        return admission

    def decision(
        self, call: DoorCall, record: Record, *, refusal: DomainError | None = None, bundle: str = "", digest: str = ""
    ) -> Decision:
        """The decision record of a door call. A refusal that no service ruled (an unknown intent) is one all the same."""
        now, tenant = self._clock.now(), call.principal.tenant
        told = verdict_of(record) | ({"bundle": bundle} if bundle else {})
        if refusal is not None:
            told |= {"verdict": "deny", "reason": refusal.detail, "remedy": refusal.remedy}
        return Decision.model_validate(
            {
                "stream": door_stream(tenant, self._process, now), "tenant": tenant, "actor": call.principal.id,
                "action": call.action, "resource": f"{call.resource_type}:{call.resource_id}", "purpose": call.purpose,
                "input_digest": digest, "at": now, **told,
            }
        )  # fmt: skip


def found(row: ExecutionRow | None, execution_id: str) -> ExecutionRow:
    """The row, or NotFound: another tenant's looks the same."""
    if row is None:
        raise NotFound(f"there is no execution {execution_id[:40]}", code="no_execution", remedy="list your executions")
    return row
