"""Live runs: what they answer, cancelling them, and people's decisions."""

import asyncio
import time
from typing import Any

import pytest

from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.errors import Conflict, NotFound, Refused
from symphainy.runtime.ids import mint
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.tasks import HumanTaskRow, Tasks

from .world import World


async def hanging(world: World) -> str:
    told = await world.client().submit(Intent(type="text.shout", payload={"mode": "hang"}), principal=world.someone())
    async with asyncio.timeout(10):
        while not ((row := await Executions(world.store).get(world.tenant, told.execution_id)) and row.started_at):
            await asyncio.sleep(0.05)
    return told.execution_id


async def test_a_live_run_is_described_by_itself_a_dead_worker_costs_no_answer(world: World) -> None:
    client, ada = world.client(), world.someone()
    async with world.working():
        execution_id = await hanging(world)
        told = await client.describe(ada, execution_id)
        assert (told.live, told.progress, told.waiting_for) == (True, {"status": "running"}, [{"kind": "event"}])
        assert told.summary.status == "running" and await client.context(ada, execution_id) == {"seen": True}
        before = time.monotonic()
        assert not (await client.result(ada, execution_id, wait=0.3)).closed
        assert 0.3 <= time.monotonic() - before < 2
    before = time.monotonic()
    told = await client.describe(ada, execution_id)
    assert (told.live, told.summary.status) == (False, "running")
    assert time.monotonic() - before < 5
    await client.close()


async def test_cancelling_is_asked_once_and_recorded(world: World) -> None:
    client, ada = world.client(), world.someone()
    async with world.working():
        execution_id = await hanging(world)
        assert await client.cancel(ada, execution_id)
        async with asyncio.timeout(15):
            while not (await client.result(ada, execution_id)).closed:
                await client.cancel(ada, execution_id)
                await world.reconciler().once()
    assert not await client.cancel(ada, execution_id)
    types = [e.type for e in await world.surface.events(world.tenant, execution_id)]
    assert types == ["intent.received", "execution.started", "execution.cancel_requested", "execution.cancelled"]
    assert "cancel" in [d.action for d in await world.store_decisions()]


async def test_suspending_and_resuming_are_recorded_each_time(world: World) -> None:
    client, ada = world.client(), world.someone()
    async with world.working():
        execution_id = await hanging(world)
        for verb in ("suspend", "suspend", "resume", "resume", "suspend"):
            assert await getattr(client, verb)(ada, execution_id)
        assert (await client.describe(ada, execution_id)).summary.status == "suspended"
        await client.cancel(ada, execution_id)
        async with asyncio.timeout(15):
            while not (await client.result(ada, execution_id)).closed:
                await world.reconciler().once()
    assert not await client.suspend(ada, execution_id) and not await client.resume(ada, execution_id)
    types = [e.type.partition(".")[2] for e in await world.surface.events(world.tenant, execution_id)]
    assert types == ["received", "started", "suspended", "resumed", "suspended", "cancel_requested", "cancelled"]
    world.gate.banned.add("usr_eve")
    with pytest.raises(Refused):
        await client.suspend(world.someone("usr_eve"), execution_id)
    await client.close()


async def test_a_denied_read_is_recorded_and_an_allowed_one_is_not(world: World) -> None:
    client = world.client()
    told = await client.submit(Intent(type="text.shout"), principal=world.someone())
    world.gate.banned.add("usr_eve")
    with pytest.raises(Refused):
        await client.describe(world.someone("usr_eve"), told.execution_id)
    with pytest.raises(Refused):
        await client.watch(world.someone("usr_eve"), told.execution_id)
    await client.result(world.someone("usr_bob"), told.execution_id)
    door = [(d.action, d.verdict) for d in await world.store_decisions() if "/api-1/" in d.stream]
    assert door == [("submit", "allow"), ("read", "deny"), ("subscribe", "deny")]
    assert [call.resource["owner"] for call in world.gate.calls[-2:]] == ["usr_ada", "usr_ada"]


async def test_a_list_is_paged_newest_first_and_ones_own(world: World) -> None:
    client, ada = world.client(), world.someone()
    made = [(await client.submit(Intent(type="text.shout"), principal=ada)).execution_id for _ in range(5)]
    bobs = (await client.submit(Intent(type="text.shout"), principal=world.someone("usr_bob"))).execution_id
    first = await client.executions(ada, limit=2)
    second = await client.executions(ada, limit=2, cursor=first.next)
    third = await client.executions(ada, limit=2, cursor=second.next)
    listed = [each.execution_id for page in (first, second, third) for each in page.items]
    assert (listed, third.next) == (made[::-1], None)
    everyones = await client.executions(ada, mine=False)
    assert [each.execution_id for each in everyones.items] == [bobs, *made[::-1]]
    assert (await client.executions(world.someone(tenant="t-other"), mine=False)).items == ()


async def task(world: World, execution_id: str, **more: Any) -> str:
    row = HumanTaskRow(
        tenant=world.tenant, task_id=mint("task"), execution_id=execution_id, path="/do/0/ask", requester="usr_ada",
        shown_digest="d1", opened_at=world.clock.now(), **more,
    )  # fmt: skip
    await Tasks(world.store).open(row)
    return row.task_id


async def test_a_decision_reaches_the_saga_only_for_what_was_shown(world: World) -> None:
    client, bob = world.client(), world.someone("usr_bob")
    async with world.working():
        task_id = await task(world, await hanging(world))
        assert await client.decide(bob, task_id, "approve", shown_digest="d1") == {"took": "approve"}
        again = await client.decide(bob, task_id, "reject", shown_digest="d1")
        assert again == {"took": "approve"}  # one person decides once: the repeat finds the first update
        with pytest.raises(Conflict, match="something else"):
            await client.decide(bob, task_id, "approve", shown_digest="d0")
        with pytest.raises(NotFound):
            await client.decide(world.someone(tenant="t-other"), task_id, "approve", shown_digest="d1")
        await Tasks(world.store).close(world.tenant, task_id, world.clock.now())
        with pytest.raises(Conflict, match="closed"):
            await client.decide(bob, task_id, "approve", shown_digest="d1")
