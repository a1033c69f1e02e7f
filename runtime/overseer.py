"""The overseer: looks at late and faulted runs, asks the city, and does what it is told; each thing once, written down.

Time over an SLO is always measured (``execution.late``). Whether anything follows is the city's to say, under its switches: a
replay is a new run of the same intent, submitted through the same door for the same principal with the rights of this moment.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client

from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.errors import DomainError, NotFound, Refused
from symphainy.foundations.language.ids import workflow_id
from symphainy.foundations.language.records import EventDraft
from symphainy.runtime.client import RuntimeClient
from symphainy.runtime.oversight import Act, Oversight
from symphainy.runtime.prepared import Prepare
from symphainy.runtime.rpc import answering
from symphainy.runtime.store.executions import ExecutionRow, Executions
from symphainy.runtime.store.intents import IntentRow, Intents
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

__all__ = ["Overseen", "Overseer"]

LOOK_BACK = timedelta(hours=1)
"""A run that faulted longer ago is history: whoever wants it again submits it again."""
_KEY = "replay:"
_log = logging.getLogger("symphainy.overseer")


@dataclass
class Overseen:
    """What one round did."""

    late: int = 0
    escalated: int = 0
    cancelled: int = 0
    replayed: int = 0
    noted: int = 0


@dataclass(frozen=True)
class _Faulted:
    row: ExecutionRow
    intent: IntentRow


class Overseer:
    """One round is ``once``; the relay runs it every five seconds."""

    def __init__(
        self, temporal: Client, store: Store, surface: StateSurface, runtime: RuntimeClient, oversight: Oversight, clock: Clock,
        prepare: Prepare,
    ) -> None:  # fmt: skip
        self._temporal, self._surface, self._runtime = temporal, surface, runtime
        self._oversight, self._clock, self._prepare = oversight, clock, prepare
        self._executions, self._intents = Executions(store), Intents(store)
        self._slos: dict[tuple[str, str], tuple[tuple[str, timedelta], ...]] = {}
        self._faulted: dict[tuple[str, str], _Faulted | None] = {}
        """What has faulted never changes: read once, asked about until it is too old."""

    async def once(self) -> Overseen:
        """One round."""
        found = Overseen()
        for tenant, solution, digest in await self._runtime.solutions.everywhere():
            for intent, within in await self._promises(tenant, digest):
                before = self._clock.now() - within
                for row in await self._executions.overdue(tenant, solution, intent, before):
                    await self._prepare(tenant)
                    await self._late(row, within, found)
        outlines = await self._executions.faulted(self._clock.now() - LOOK_BACK)
        here = [(outline.tenant, outline.execution_id) for outline in outlines]
        self._faulted = {key: self._faulted[key] if key in self._faulted else await self._read(*key) for key in here}
        for key, known in self._faulted.items():
            if known is not None:
                await self._again(key, known, found)
        return found

    async def _promises(self, tenant: str, digest: str) -> tuple[tuple[str, timedelta], ...]:
        if (tenant, digest) not in self._slos:
            slos = (await self._runtime.solutions.get(tenant, digest)).definition.get("slos")
            told = [each for each in slos if isinstance(each, dict)] if isinstance(slos, list) else []
            self._slos[tenant, digest] = tuple((str(s["intent"]), parse_duration(str(s["within"]))) for s in told)
        return self._slos[tenant, digest]

    async def _late(self, row: ExecutionRow, within: timedelta, found: Overseen) -> None:
        age = self._clock.now() - row.created_at
        found.late += await self._note(
            row, "late", EventDraft(type="execution.late", data={"within": within.total_seconds()})
        )
        act = await self._oversight.late(row.tenant, row.solution, age, within)
        if act.do == "note":
            found.noted += await self._would(row, act)
        if act.do in ("escalate", "cancel"):
            event = EventDraft(type="execution.escalated", data={"reason": act.reason})
            found.escalated += await self._note(row, "escalated", event, act.reason, work="late")
        if act.do == "cancel":
            event = EventDraft(type="execution.cancel_requested", data={"by": "symphainy", "reason": act.reason})
            found.cancelled += await self._note(row, "sla/cancel", event, act.reason)
            try:
                with answering("cancel", missing=lambda: NotFound("it does not run")):
                    await self._temporal.get_workflow_handle(workflow_id(row.tenant, row.execution_id)).cancel()
            except NotFound:
                pass  # it has ended meanwhile, or has not begun: the reconciler sees to it

    async def _read(self, tenant: str, execution_id: str) -> "_Faulted | None":
        row = await self._executions.get(tenant, execution_id)
        intent = await self._intents.of_execution(tenant, execution_id)
        return (
            None
            if row is None or row.closed_at is None or intent is None or intent.start is None
            else _Faulted(row, intent)
        )

    async def _again(self, key: tuple[str, str], known: "_Faulted", found: Overseen) -> None:
        row, intent = known.row, known.intent
        first, tries = _tried(intent)
        since = self._clock.now() - (row.closed_at or self._clock.now())
        act = await self._oversight.faulted(row.tenant, row.solution, row.compensation, tries, since)
        if act.do == "nothing":
            return
        await self._prepare(row.tenant)
        if act.do == "note":
            found.noted += await self._would(row, act)
            return
        self._faulted[key] = None
        try:
            start = await self._runtime.starter.unseal(intent)
        except Refused:
            return  # erased: nobody knows any more what was asked
        again = Intent(
            type=intent.type, payload=start.saga.input or {}, source=start.saga.source, purpose=intent.purpose, solution=intent.solution
        )  # fmt: skip
        try:
            told = await self._runtime.submit(
                again, principal=start.passport.principal, key=f"{_KEY}{first}:{tries + 1}"
            )
        except DomainError as refusal:  # the right may be gone since: then it is not replayed, and the record says so
            data = {"code": refusal.code or "refused"}
            await self._note(
                row, "replay/refused", EventDraft(type="execution.replay_refused", data=data), type(refusal).__name__
            )
            return
        event = EventDraft(type="execution.replayed", data={"as": told.execution_id, "reason": act.reason})
        found.replayed += await self._note(row, "replayed", event, act.reason)

    async def _would(self, row: ExecutionRow, act: Act) -> bool:
        event = EventDraft(type="execution.observed", data={"would": act.would, "reason": act.reason})
        return await self._note(row, f"would/{act.would}", event, act.reason)

    async def _note(self, row: ExecutionRow, name: str, event: EventDraft, reason: str = "", *, work: str = "") -> bool:
        named = event.model_copy(update={"subject": row.execution_id})
        return await self._surface.control(row.tenant, row.execution_id, name, named, reason=reason or name, work=work)


def _tried(intent: IntentRow) -> tuple[str, int]:
    """The run that was first, and how many replays of it there have been.

    >>> _tried(IntentRow(key="replay:exe_1:2", execution_id="exe_9"))
    ('exe_1', 2)
    """
    if intent.key.startswith(_KEY):
        first, _, number = intent.key.removeprefix(_KEY).partition(":")
        if number.isdigit():
            return first, int(number)
    return intent.execution_id, 0
