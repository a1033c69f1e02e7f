"""The reconciler: what Temporal ended, lost or cannot go on with is found, appended once, and starts what was forgotten."""

import asyncio
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus

from symphainy.foundations.language.context import Intent, Passport
from symphainy.foundations.language.contract import Contract, Effects
from symphainy.foundations.language.ids import effect_key, workflow_id
from symphainy.foundations.language.records import Record, UndoGrant
from symphainy.foundations.language.wire import Opening, StepCall, StepResult
from symphainy.runtime.anchors import object_key, spell
from symphainy.runtime.condition import STUCK_AFTER, condition
from symphainy.runtime.history_export import export_key
from symphainy.runtime.oversight import Act
from symphainy.runtime.relay import export_closed
from symphainy.runtime.store.decisions import Decisions
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.work import WorkQueue
from symphainy.runtime.surface import Entry

from .fakes import Watch
from .world import TinySaga, World

PAY = Contract(
    name="bank.pay",
    version="1",
    owner="content",
    input={},
    output={},
    determinism="effectful",
    effects=Effects(),
    undo="bank.refund",
)


async def started(world: World, mode: str) -> str:
    told = await world.client().submit(Intent(type="text.shout", payload={"mode": mode}), principal=world.someone())
    return told.execution_id


async def settled(world: World, execution_id: str, *, waits: float = 20) -> str:
    """Reconcile until the record has closed; how."""
    async with asyncio.timeout(waits):
        while True:
            await world.reconciler().once()
            row = await Executions(world.store).get(world.tenant, execution_id)
            assert row is not None
            if row.closed_at is not None:
                return f"{row.status}, {row.compensation}"
            await asyncio.sleep(0.1)


async def running(world: World, execution_id: str) -> Any:
    handle = world.temporal.get_workflow_handle(workflow_id(world.tenant, execution_id))
    async with asyncio.timeout(10):
        while (row := await Executions(world.store).get(world.tenant, execution_id)) is None or row.started_at is None:
            await asyncio.sleep(0.05)
    return handle


async def events(world: World, execution_id: str) -> list[str]:
    return [event.type for event in await world.surface.events(world.tenant, execution_id)]


async def test_a_terminated_workflow_is_closed_once_and_says_what_it_owes(world: World) -> None:
    client, ada = world.client(), world.someone()
    async with world.working():
        execution_id = await started(world, "hang")
        handle = await running(world, execution_id)
        await paid(world, execution_id)
        await handle.terminate(reason="an operator was here")
    assert await settled(world, execution_id) == "faulted, partial"
    await world.reconciler().once()
    assert await events(world, execution_id) == [
        "intent.received", "execution.started", "step.completed", "execution.terminated",
    ]  # fmt: skip
    ended = await client.result(ada, execution_id)
    assert ended.problem is not None
    assert (ended.problem.code, ended.problem.detail) == ("terminated", "an operator was here")
    (item,) = await WorkQueue(world.store).items(world.tenant, kind="owed_undo")
    assert item.effect_key == effect_key(world.tenant, execution_id, "/do/0/pay")
    seen = [event.type async for event in await client.watch(ada, execution_id)]
    assert seen[-1] == "execution.terminated"


async def paid(world: World, execution_id: str) -> None:
    """One effectful step, done and journaled."""
    at = world.clock.now()
    call = StepCall(
        tenant=world.tenant, execution_id=execution_id, capability=PAY.ref, path="/do/0/pay", name="pay",
        effect_key=effect_key(world.tenant, execution_id, "/do/0/pay"), now=at, plan_digest="sha256:p",
    )  # fmt: skip
    record = Record(grant=UndoGrant(capability="bank.refund", arguments_digest="d"))
    passport = Passport.model_construct(principal=world.someone(), purpose="operate", bundle="", tenant=world.tenant)
    result = StepResult(path=call.path, call_id=call.path, output={"paid": 1}, at=at, undo="bank.refund@1")
    await world.surface.commit([Entry(call, "digest", result, record, PAY, passport)])


async def test_a_run_that_did_not_close_itself_is_closed_as_temporal_ended_it(world: World) -> None:
    async with world.working():
        unclosed, hanging = await started(world, "unclosed"), await started(world, "hang")
        await (await running(world, unclosed)).result()
        await (await running(world, hanging)).cancel()
        assert await settled(world, unclosed) == "completed, none"
        assert await settled(world, hanging) == "cancelled, none"
    result = await world.client().result(world.someone(), unclosed)
    assert result.output == {"said": "nothing"}


async def test_a_saga_that_closed_itself_is_left_alone(world: World) -> None:
    async with world.working():
        execution_id = await started(world, "complete")
        await (await running(world, execution_id)).result()
    await world.reconciler().once()
    assert await events(world, execution_id) == ["intent.received", "execution.started", "execution.completed"]


async def test_a_task_that_always_fails_is_reported_once_and_settled_when_it_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconciler = world.reconciler()
    async with world.working():
        execution_id = await started(world, "broken")
        async with asyncio.timeout(60):
            while (await condition(world.temporal, world.tenant, execution_id)).kind != "stuck":
                await asyncio.sleep(0.2)
        await reconciler.once()
        await reconciler.once()
        found = await world.surface.events(world.tenant, execution_id)
        assert [event.type for event in found] == ["intent.received", "execution.stuck"]
        assert "does not fit" in found[-1].data["reason"]
        assert len(await WorkQueue(world.store).items(world.tenant, kind="stuck")) == 1
        assert STUCK_AFTER == 3
        await healed(world, execution_id, monkeypatch)


async def healed(world: World, execution_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Corrected code is shipped: where the city lets Nurse heal, the run is reset at once and goes through."""
    handle = world.temporal.get_workflow_handle(workflow_id(world.tenant, execution_id))
    before = (await handle.describe()).run_id
    only_observed = Watch(ill=Act(do="note", would="heal", reason="would"))
    await world.reconciler(only_observed).once()
    assert (await events(world, execution_id))[-1] == "execution.observed" and only_observed.asked == [
        ("ill", "stuck", 0)
    ]
    assert (await handle.describe()).run_id == before
    monkeypatch.setattr(TinySaga, "mended", True)
    await world.reconciler(Watch(ill=Act(do="heal", reason="mended"))).once()
    assert (await handle.describe()).run_id != before, "reset: a new run of the same execution"
    async with asyncio.timeout(10):
        assert await handle.result() == {"said": {"mode": "broken"}}
    assert "execution.healed" in await events(world, execution_id)


async def test_a_run_that_temporal_has_lost_is_started_again_where_the_city_says_so(world: World) -> None:
    async with world.working():
        execution_id = await started(world, "hang")
        handle = await running(world, execution_id)
        await lost(world, execution_id)
        await world.reconciler().once()
        assert (await condition(world.temporal, world.tenant, execution_id)).kind == "absent", (
            "without the switch it is reported only"
        )
        await world.reconciler(Watch(ill=Act(do="heal", reason="lost"))).once()
        await handle.signal("proceed")
        assert await handle.result() == {"said": {"mode": "hang"}}
    told = await events(world, execution_id)
    assert told[:2] == ["intent.received", "execution.started"] and told[-1] == "execution.completed"
    assert told.count("execution.unknown") == told.count("execution.healed") == 1


async def lost(world: World, execution_id: str) -> None:
    """As after a server's data is gone: Temporal knows nothing of the run."""
    name = WorkflowExecution(workflow_id=workflow_id(world.tenant, execution_id))
    request = DeleteWorkflowExecutionRequest(namespace=world.temporal.namespace, workflow_execution=name)
    await world.temporal.workflow_service.delete_workflow_execution(request)
    async with asyncio.timeout(20):
        while (await condition(world.temporal, world.tenant, execution_id)).kind != "absent":
            await asyncio.sleep(0.1)


async def test_a_workflow_that_temporal_does_not_know_is_unknown_once(world: World) -> None:
    opening = Opening(
        tenant=world.tenant, execution_id="exe_00000000000000000000000000", intent="text.shout", plan_digest="sha256:p",
        definition="d/e:1", run_id="run-1", task="t",
    )  # fmt: skip
    await world.surface.open(opening, Passport.model_construct(principal=world.someone(), purpose="", bundle=""))
    for _ in range(2):
        await world.reconciler().once()
    assert await events(world, opening.execution_id) == ["execution.started", "execution.unknown"]
    row = await Executions(world.store).get(world.tenant, opening.execution_id)
    assert row is not None and row.closed_at is None and row.checked_at is not None


async def test_closed_histories_are_exported_sealed_and_read_when_temporal_has_forgotten(world: World) -> None:
    async with world.working():
        execution_id = await started(world, "complete")
        handle = await running(world, execution_id)
        await handle.result()
    relay = world.relay()
    async with asyncio.timeout(10):
        while (row := await Executions(world.store).get(world.tenant, execution_id)) is None or row.exported_at is None:
            await export_closed(relay, world.archive)
            await asyncio.sleep(0.3)
    raw = await world.objects.get(export_key(world.tenant, execution_id))
    assert b"text.shout" not in raw
    there = await world.archive.read(world.tenant, execution_id)
    assert (there.start.intent, there.status, len(there.opened)) == ("text.shout", "completed", 1)
    assert there.closed is not None and there.closed.closing.output == {"said": {"mode": "complete"}}
    runs = await world.archive.exported(world.tenant, execution_id)
    again = await world.archive.raw(world.tenant, execution_id)
    assert [run.to_json_dict() for run in runs] == [run.to_json_dict() for run in again]
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED


async def test_every_second_what_grew_is_anchored_in_the_objects_once(world: World) -> None:
    await world.client().submit(Intent(type="text.shout"), principal=world.someone())
    sealing = world.relay().sealing
    assert await sealing.once() >= 1
    (anchor,) = await Decisions(world.store).anchors(world.tenant)
    assert anchor.stored_at is not None and anchor.signature == "signature"
    key = f"{world.tenant}/{object_key(anchor)}"
    body = await world.objects.get(key)
    assert body == spell(anchor)
    await sealing.once()
    assert len(await Decisions(world.store).anchors(world.tenant)) == 1

    # The tables were rewritten: an object with this number is there and says something else. It is never overwritten.
    await world.client().submit(Intent(type="text.shout"), principal=world.someone())
    taken = f"{world.tenant}/anchors/{2:012d}"
    await world.objects.put(taken, b"another anchor")
    await sealing.once()
    assert await world.objects.get(taken) == b"another anchor"
    assert [each.stored_at is None for each in await Decisions(world.store).anchors(world.tenant)] == [False, True]
