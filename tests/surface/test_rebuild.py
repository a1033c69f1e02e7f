"""The record against histories, and the projection filled again from them."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from symphainy.foundations.language.errors import Conflict
from symphainy.foundations.language.wire import Closed, Opened, SagaInput, StepResult
from symphainy.runtime.history import ExecutionHistory, HistoryStep
from symphainy.runtime.rebuild import rebuild
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.journal import Journal
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface
from symphainy.runtime.verify import verify

from .making import NOW, PAY, call, closing, entry, new, opening, passport


@dataclass
class Histories:
    """Histories as the server would give them."""

    known: dict[str, ExecutionHistory] = field(default_factory=dict)

    async def history(self, tenant: str, execution_id: str) -> ExecutionHistory | None:
        return self.known.get(execution_id)


def history_step(result: StepResult, tenant: str, execution: str, *, task: str = "") -> HistoryStep:
    asked = call(tenant, execution, result.path)
    return HistoryStep(
        asked.effect_key, result.path, False, bool(task), task, "run-1", 9, result=result, call=None if task else asked
    )


@pytest.fixture
async def told(surface: StateSurface, tenant: str) -> ExecutionHistory:
    """A closed execution: four activities and two local steps, in journal and history alike."""
    execution = new()
    opened = await surface.open(opening(tenant, execution), passport(tenant, execution))
    plan: dict[str, Any] = {"namespace": "acme", "name": "upload", "version": "1", "digest": "sha256:p"}
    start = SagaInput(tenant=tenant, execution_id=execution, intent="content.upload", plan=plan, submitted_at=NOW)
    history = ExecutionHistory(tenant, execution, start, ["run-1"], opened=[Opened(at=opened.at)], status="completed")
    for n in range(4):
        results = await surface.commit(
            [entry(call(tenant, execution, f"/do/{n}/a", contract=PAY), {"n": n}, contract=PAY)]
        )
        history.steps += [history_step(r, tenant, execution) for r in results]
    local = [entry(call(tenant, execution, f"/do/{n}/b", task="run-1/30"), n) for n in (4, 5)]
    history.steps += [history_step(r, tenant, execution, task="run-1/30") for r in await surface.commit(local)]
    history.closed = Closed(
        **(await surface.close(closing(tenant, execution, output=1, paths=("/do/4/b", "/do/5/b")))).model_dump()
    )
    return history


async def test_history_and_journal_agree(surface: StateSurface, tenant: str, told: ExecutionHistory) -> None:
    reader = Histories({told.execution_id: told})
    report = await verify(surface, reader, tenant)
    assert (report.findings, report.histories) == ([], 1)
    gone = told.steps.pop()
    (finding,) = (await verify(surface, reader, tenant)).findings
    assert finding.row == gone.effect_key
    assert finding.problem.endswith("history has no such step")


async def test_another_outcome_and_a_step_that_the_journal_lacks(
    surface: StateSurface, tenant: str, told: ExecutionHistory
) -> None:
    reader = Histories({told.execution_id: told})
    assert told.steps[0].result is not None
    told.steps[0] = history_step(
        told.steps[0].result.model_copy(update={"output": {"n": 99}}), tenant, told.execution_id
    )
    told.steps.append(history_step(StepResult(path="/do/9/z", output=1, at=NOW), tenant, told.execution_id))
    problems = [f.problem for f in (await verify(surface, reader, tenant)).findings]
    assert problems == [
        "history has another outcome of this step",
        "history has this step, the journal has no live row of it",
    ]


async def test_a_step_that_was_refused_behind_the_closing_is_none(
    surface: StateSurface, tenant: str, told: ExecutionHistory
) -> None:
    """A cancellation met a run that was closing: what it would have taken back stays, and nothing is missing or put back."""
    asked = call(tenant, told.execution_id, "/do/0/a", undo=True, scheduled="run-1/40")
    with pytest.raises(Conflict) as refused:
        await surface.find(asked, "d")
    told.steps.append(
        HistoryStep(
            asked.effect_key, asked.path, True, False, "", "run-1", 40, problem=refused.value.problem(), call=asked
        )
    )
    reader = Histories({told.execution_id: told})
    assert (await verify(surface, reader, tenant)).findings == []
    assert (await rebuild(surface, reader, tenant, [told.execution_id])).steps == 0


async def test_rows_that_history_need_not_have(surface: StateSurface, tenant: str) -> None:
    """An open execution's last results are not reported yet; a closing vouches for its own workflow task."""
    execution = new()
    await surface.open(opening(tenant, execution), passport(tenant, execution))
    await surface.commit(
        [entry(call(tenant, execution, "/do/0/a"), 1), entry(call(tenant, execution, "/do/1/b", task="run-1/3"), 2)]
    )
    start = SagaInput(tenant=tenant, execution_id=execution, intent="a.b", plan={}, submitted_at=NOW)
    history = ExecutionHistory(tenant, execution, start, ["run-1"])
    reader = Histories({execution: history})
    assert (await verify(surface, reader, tenant)).findings == []
    await surface.close(closing(tenant, execution, task="run-1/3", paths=("/do/1/b",)))
    history.status = "cancelled"
    assert (await verify(surface, reader, tenant)).findings == []


async def test_what_was_lost_comes_back_and_keeps_its_numbers(
    surface: StateSurface, store: Store, superuser: AsyncEngine, tenant: str, told: ExecutionHistory
) -> None:
    execution, reader = told.execution_id, Histories({told.execution_id: told})
    before = {r.effect_key: r.seq for r in await Journal(store).steps(tenant, execution)}
    async with superuser.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        about = {"t": tenant, "e": execution}
        await connection.execute(
            text("DELETE FROM journal WHERE tenant = :t AND execution_id = :e AND seq >= 5"), about
        )
        await connection.execute(text("DELETE FROM executions WHERE tenant = :t AND execution_id = :e"), about)
    done = await rebuild(surface, reader, tenant, [execution])
    assert (done.executions, done.restored, done.steps, done.closings) == (1, 1, 3, 1)
    again = await rebuild(surface, reader, tenant, [execution])
    assert (again.restored, again.steps, again.closings) == (0, 0, 0)
    rows = {r.effect_key: r for r in await Journal(store).steps(tenant, execution)}
    assert set(rows) == set(before)
    kept = [key for key, row in rows.items() if not row.recovered]
    assert len(kept) == 3
    assert all(rows[key].seq == before[key] for key in kept)
    row = await Executions(store).get(tenant, execution)
    assert row is not None
    assert (row.status, row.epoch, row.recovered, row.journal_length) == ("completed", 2, True, 8)
    events = await surface.events(tenant, execution)
    assert [(e.epoch, e.seq) for e in events] == [(1, n) for n in range(1, 9)] + [(2, n) for n in range(1, 5)]
    assert not [
        f for f in (await verify(surface, reader, tenant)).findings if f.table in ("executions", "events", "journal")
    ]
