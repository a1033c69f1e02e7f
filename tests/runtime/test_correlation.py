"""Events in: recorded once, matched to who listens, woken at once or by the relay; read by nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from symphainy.foundations.language.errors import Invalid, Refused, TooLarge
from symphainy.foundations.language.ids import workflow_id
from symphainy.foundations.language.wire import EVENT
from symphainy.runtime.correlation import MOST, EventValues, Waker
from symphainy.runtime.store.inbox import Inbox, ListenerRow

from .test_steer import hanging
from .world import World

PAID = {"specversion": "1.0", "id": "1", "source": "shop", "type": "order.paid", "data": {"n": 1}}


async def listens(world: World, execution_id: str, type_: str = "order.paid") -> None:
    async with world.store.tenant(world.tenant) as tx:
        tx.add(ListenerRow(tenant=world.tenant, execution_id=execution_id, type=type_, since=world.clock.now()))


async def signals(world: World, execution_id: str) -> int:
    handle: WorkflowHandle[Any, Any] = world.temporal.get_workflow_handle(workflow_id(world.tenant, execution_id))
    history = await handle.fetch_history()
    told = [
        e.workflow_execution_signaled_event_attributes
        for e in history.events
        if e.HasField("workflow_execution_signaled_event_attributes")
    ]
    return sum(t.signal_name == EVENT for t in told)


@pytest.mark.parametrize("type_", ["order.paid", "*"])
async def test_who_listens_is_woken_once_and_reads_the_event(world: World, type_: str) -> None:
    client, ada = world.client(), world.someone()
    async with world.working():
        execution_id = await hanging(world)
        await listens(world, execution_id, type_)
        told = [await client.deliver(ada, PAID), await client.deliver(ada, PAID)]
        assert [(t.new, t.matched) for t in told] == [(True, 1), (False, 0)]
        assert await signals(world, execution_id) == 1
    values = EventValues(world.store, world.sealer)
    assert await values.fetch(world.tenant, execution_id, "shop", "1") == PAID
    assert await values.fetch(world.tenant, "exe_other", "shop", "1") is None
    (row,) = await Inbox(world.store).deliveries(world.tenant, execution_id)
    assert row.woken_at is not None
    stored = await Inbox(world.store).get(world.tenant, "shop", "1")
    assert stored is not None and b"order" not in (stored.data or b"order")
    await client.close()


async def test_another_type_and_another_tenant_wake_nobody(world: World) -> None:
    client, other = world.client(), world.elsewhere("other-" + world.tenant)
    async with world.working():
        execution_id = await hanging(world)
        await listens(world, execution_id)
        assert (await client.deliver(world.someone(), {**PAID, "type": "order.sent"})).matched == 0
        assert (await client.deliver(other.someone(), PAID)).matched == 0
        assert await signals(world, execution_id) == 0
    await client.close()


async def test_the_relay_wakes_who_was_not_woken(world: World) -> None:
    client = world.client()
    async with world.working():
        execution_id = await hanging(world)
        await listens(world, execution_id)
        await client.deliver(world.someone(), PAID)
        await Inbox(world.store).woken(world.tenant, execution_id, "shop", "1", None)  # type: ignore[arg-type]
        waker = Waker(world.temporal, world.store, Later(world))
        await waker.once()
        assert await signals(world, execution_id) == 2
        (row,) = await Inbox(world.store).deliveries(world.tenant, execution_id)
        assert row.woken_at is not None
    await client.close()


class Later:
    """The clock, a minute on."""

    def __init__(self, world: World) -> None:
        self._clock = world.clock

    def now(self) -> Any:
        return self._clock.now() + timedelta(minutes=1)


async def test_a_run_that_is_no_more_is_not_woken_again_and_again(world: World) -> None:
    client = world.client()
    await listens(world, "exe_gone")
    assert (await client.deliver(world.someone(), PAID)).matched == 1
    (row,) = await Inbox(world.store).deliveries(world.tenant, "exe_gone")
    assert row.woken_at is not None
    await client.close()


@pytest.mark.parametrize(
    "change", [{"id": ""}, {"source": 3}, {"specversion": "0.3"}, {"type": "x" * 1001}, {"Bad-Name": 1}]
)
async def test_what_is_no_cloud_event_is_refused(world: World, change: dict[str, Any]) -> None:
    client = world.client()
    with pytest.raises(Invalid):
        await client.deliver(world.someone(), {**PAID, **change})
    await client.close()


async def test_size_and_rights(world: World) -> None:
    client = world.client()
    with pytest.raises(TooLarge):
        await client.deliver(world.someone(), {**PAID, "data": "x" * MOST})
    world.gate.banned.add(world.someone().id)
    with pytest.raises(Refused):
        await client.deliver(world.someone(), PAID)
    await client.close()
