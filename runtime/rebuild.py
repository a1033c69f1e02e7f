"""``symphainy state rebuild``: fill the projection from histories, by effect key.

Rows that are there keep their numbers; what history has and the journal lacks is appended, marked ``recovered``. What was
primary in SQL (decisions, intents, claims) is not made up: a hole in a chain stays a hole that verify names.
"""

from dataclasses import dataclass

from symphainy.foundations.language.context import Passport, Principal
from symphainy.foundations.language.door import ERASED
from symphainy.foundations.language.errors import Refused
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.wire import Opening, StepCall, StepResult
from symphainy.runtime.findings import Report
from symphainy.runtime.history import ExecutionHistory, HistoryStep
from symphainy.runtime.journal import result_digest
from symphainy.runtime.store import calls
from symphainy.runtime.store.executions import ExecutionRow, Executions
from symphainy.runtime.surface import Entry, StateSurface
from symphainy.runtime.verify import HistoryReader
from symphainy.runtime.verify_history import outcome_of
from symphainy.runtime.verify_journal import JournalFacts, walk

__all__ = ["Rebuilt", "every_execution", "rebuild"]

_BATCH = 100


@dataclass
class Rebuilt:
    """What was done."""

    executions: int = 0
    restored: int = 0
    steps: int = 0
    closings: int = 0


async def every_execution(surface: StateSurface, tenant: str) -> list[str]:
    """Every execution of a tenant that the record knows of: by its own row, or by its journal alone."""
    found = set((await walk(surface, tenant, Report())).ends)
    before = ""
    while page := await Executions(surface.store).page(tenant, before=before, limit=500):
        before = page[-1].execution_id
        found |= {row.execution_id for row in page}
    return sorted(found)


async def rebuild(surface: StateSurface, reader: HistoryReader, tenant: str, executions: list[str]) -> Rebuilt:
    """Rebuild these executions of a tenant; repeating it changes nothing. Those without a history are left as they are."""
    done = Rebuilt()
    facts = await walk(surface, tenant, Report())
    for execution in executions:
        if execution in facts.forgotten:
            continue  # past its retention: a history that still has the payloads does not bring them back
        try:
            history = await reader.history(tenant, execution)
        except Refused as refusal:
            if refusal.code != ERASED:
                raise
            continue  # what nobody can read any more, nobody can put back
        if history is not None:
            done.executions += 1
            await _one(surface, history, facts, done)
    return done


async def _one(surface: StateSurface, history: ExecutionHistory, facts: JournalFacts, done: Rebuilt) -> None:
    tenant, execution = history.tenant, history.execution_id
    done.restored += await _restore(surface, history, facts)
    passport = _passport(history)
    if execution not in facts.ends and history.opened:
        await surface.open(_opening(history), passport)
    live = facts.live.get(execution, {})
    missing, sealer = [], await surface.sealer.of(tenant, execution)
    for step in {s.effect_key: s for s in history.steps}.values():
        result = outcome_of(step)
        if result is None:
            continue
        digests = {found.output_digest for found in live.get(step.effect_key, {}).values()}
        if digests != {result_digest(sealer, tenant, result)}:
            missing.append(_entry(history, step, result, passport))
    for start in range(0, len(missing), _BATCH):
        done.steps += len(await surface.commit(missing[start : start + _BATCH]))
    if history.closed is not None and execution not in facts.closed:
        await surface.close(history.closed.closing)
        done.closings += 1


async def _restore(surface: StateSurface, history: ExecutionHistory, facts: JournalFacts) -> bool:
    tenant, execution, start = history.tenant, history.execution_id, history.start
    if await Executions(surface.store).get(tenant, execution) is not None:
        return False
    closed = facts.closed.get(execution)
    closing = await surface.closed(tenant, execution) if closed is not None else None
    row = ExecutionRow(
        tenant=tenant, execution_id=execution, root=execution.partition("/")[0], intent=start.intent, intent_id=start.intent_id,
        session_id=start.session_id, solution=start.solution, purpose=start.purpose, definition=_definition(history),
        plan_digest=str(start.plan.get("digest", "")), run_id=history.run_ids[-1] if history.run_ids else "",
        status=closing.status if closing else "running", compensation=closing.compensation if closing else "none",
        recovered=True, created_at=start.submitted_at, closed_at=closed.at if closed is not None else None,
    )  # fmt: skip
    about = {"tenant": tenant, "execution": execution, "row": row.model_dump(mode="json")}
    (found,) = await surface.store.call(calls.RESTORE, about)
    return bool(found.fresh)


def _entry(history: ExecutionHistory, step: HistoryStep, result: StepResult, passport: Passport) -> Entry:
    call = step.call or StepCall(
        tenant=history.tenant, execution_id=history.execution_id, capability="", path=step.path, name=step.path.rsplit("/", 1)[-1],
        effect_key=step.effect_key, kind="undo" if step.undo else "do", now=result.at, plan_digest="",
    )  # fmt: skip
    record = Record()
    record.rule("runtime", "rebuild", reason="recovered from history")
    return Entry(call.model_copy(update={"task": step.task}), "", result, record, None, passport, recovered=True)


def _opening(history: ExecutionHistory) -> Opening:
    start = history.start
    return Opening(
        tenant=history.tenant, execution_id=history.execution_id, intent=start.intent, intent_id=start.intent_id,
        session_id=start.session_id, solution=start.solution, plan_digest=str(start.plan.get("digest", "")),
        definition=_definition(history), run_id=history.run_ids[0], task="",
    )  # fmt: skip


def _definition(history: ExecutionHistory) -> str:
    plan = history.start.plan
    return f"{plan.get('namespace', '')}/{plan.get('name', '')}:{plan.get('version', '')}"


def _passport(history: ExecutionHistory) -> Passport:
    """Who rebuilds: the platform. The original principal is in the decisions that survived, and cannot be made up."""
    at = history.start.submitted_at
    return Passport(
        tenant=history.tenant, principal=Principal(type="Service", id="symphainy", tenant=history.tenant),
        execution_id=history.execution_id, plan_digest=str(history.start.plan.get("digest", "")), not_after=at, issued_at=at,
    )  # fmt: skip
