"""What documents say under ``schedule``: Temporal's schedules, runs after runs, runs that events start; each once, none twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from symphainy.activities.door import door_activity
from symphainy.foundations.definitions.compile import compile_document
from symphainy.foundations.definitions.solution import load_solution
from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.wire import SAGA_QUEUE
from symphainy.runtime.event_starts import EventStarts
from symphainy.runtime.schedules import Schedules
from symphainy.runtime.solutions import SolutionDraft
from symphainy.runtime.store.erasing import Erasing
from symphainy.runtime.store.executions import ExecutionRow, Executions
from symphainy.workflows.door import Door

from .world import World

ORDERS = {"all": [{"with": {"type": t}, "correlate": {"order": {"from": ".data.id"}}} for t in ("placed", "paid")]}


async def register(world: World, name: str, schedule: dict[str, Any] | None, version: str = "1.0.0") -> None:
    document: dict[str, Any] = {
        "document": {"dsl": "1.0.3", "namespace": "t", "name": name, "version": version}, "do": [{"a": {"set": {"x": 1}}}],
    }  # fmt: skip
    document |= {"schedule": schedule} if schedule else {}
    plan = compile_document(document, catalog=Catalog()).plan
    assert plan is not None
    await world.client().definitions.register(world.tenant, plan, "text", "usr_ada")


@asynccontextmanager
async def doors(world: World) -> AsyncIterator[None]:
    """A worker that opens doors, and one that runs what they submit."""

    async def service(tenant: str, name: str) -> Principal:
        return Principal(id=f"svc_{name}", type="Service", tenant=tenant, roles=("service",))

    worker = Worker(
        world.temporal, task_queue=SAGA_QUEUE, workflows=[Door], activities=[door_activity(world.client(), service)],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )  # fmt: skip
    async with world.working(), worker:
        yield


async def runs(world: World, count: int) -> list[ExecutionRow]:
    """The runs of the tenant once there are so many and all are through, oldest first."""
    async with asyncio.timeout(15):
        while True:
            rows = await Executions(world.store).page(world.tenant, limit=50)
            if len(rows) >= count and all(row.closed_at for row in rows):
                return sorted(rows, key=lambda row: row.created_at)
            await asyncio.sleep(0.05)


async def told(world: World, row: ExecutionRow) -> Any:
    return (await world.client().result(world.someone(row.principal), row.execution_id)).output["said"]


def event(name: str, type_: str, order: int) -> dict[str, Any]:
    return {"specversion": "1.0", "id": name, "source": "shop", "type": type_, "data": {"id": order}}


async def held(tenant: str) -> None:
    """The sealer of these tests holds every key."""


async def test_events_start_a_run_once_with_what_they_say(world: World) -> None:
    client, ada = world.client(), world.someone()
    starts = EventStarts(world.temporal, world.store, world.sealer, held, world.clock)
    async with doors(world):
        await register(world, "orders", {"on": ORDERS})
        await register(
            world, "all", {"on": {"one": {"with": {"type": "paid", "data": "${ .id > 1 }"}}}, "read": "envelope"}
        )
        for given in (event("a", "placed", 1), event("b", "placed", 2), event("c", "paid", 2), event("x", "other", 1)):
            assert (await client.deliver(ada, given)).matched == 0, "a trigger is no run that was woken"
        assert await starts.once() == 2
        assert await starts.once() == 0, "events that were used start nothing again"
        found = {row.definition: row for row in await runs(world, 2)}
        assert await told(world, found["t/orders:1.0.0"]) == [{"id": 2}, {"id": 2}]
        assert await told(world, found["t/all:1.0.0"]) == [event("c", "paid", 2)]
        await client.deliver(ada, event("d", "paid", 1))
        assert await starts.once() == 1
        assert await told(world, (await runs(world, 3))[-1]) == [{"id": 1}, {"id": 1}]
        async with world.store.tenant(world.tenant) as tx:
            removed = await Erasing(world.store).remove(world.tenant, [found["t/orders:1.0.0"].execution_id], tx=tx)
        assert removed.events == 2, "what started a run goes with it"
        await register(world, "orders", None, "1.1.0")
        for given in (event("e", "placed", 9), event("f", "paid", 9)):
            await client.deliver(ada, given)
        assert await starts.once() == 1, "a newer version without a schedule ends the old one's"
    await client.close()


async def test_a_solutions_saga_is_scheduled_with_it(world: World) -> None:
    client, ada = world.client(), world.someone()
    starts = EventStarts(world.temporal, world.store, world.sealer, held, world.clock)
    schedules = Schedules(world.temporal, world.store, world.clock)
    saga = {
        "document": {"dsl": "1.0.3", "namespace": "t", "name": "thank", "version": "1.0.0"},
        "schedule": {"on": {"one": {"with": {"type": "paid"}}}}, "do": [{"a": {"set": {"x": 1}}}],
    }  # fmt: skip
    night = {"surface": "schedule", "name": "night", "intent": "shop.thank", "cron": "0 3 * * *"}
    about = {"name": "shop", "version": "1.0.0", "intents": {"shop.thank": "thank"}, "bindings": [night]}
    files = {"solution.yaml": json.dumps(about), "sagas/thank.yaml": json.dumps(saga)}
    async with doors(world):
        await client.solutions.create(world.tenant, SolutionDraft.of(load_solution(files, Catalog()), files), ada.id)
        await client.solutions.deploy(world.tenant, "shop", ada.id)
        assert await schedules.once() == 1, "the night is Temporal's, the events are not"
        await client.deliver(ada, event("a", "paid", 1))
        assert await starts.once() == 1
        (row,) = await runs(world, 1)
        assert (row.solution, row.intent, row.principal) == ("shop", "shop.thank", "svc_schedule-shop")
        await client.solutions.undeploy(world.tenant, "shop")
        await client.deliver(ada, event("b", "paid", 1))
        assert await starts.once() == 0
    await client.close()


async def test_who_dies_between_writing_down_a_start_and_making_it_makes_it_once(world: World) -> None:
    client = world.client()
    starts = EventStarts(world.temporal, world.store, world.sealer, held, world.clock)
    await register(world, "orders", {"on": ORDERS})
    for given in (event("a", "placed", 1), event("b", "paid", 1)):
        await client.deliver(world.someone(), given)
    real, starts._temporal = starts._temporal, None  # type: ignore[assignment]
    try:
        await starts.once()
    except AttributeError:
        starts._temporal = real
    await client.deliver(world.someone(), event("c", "placed", 1))
    async with doors(world):
        assert await starts.once() == 1
        starts._inbox.consumed = forgotten  # type: ignore[method-assign]
        await client.deliver(world.someone(), event("d", "paid", 1))
        assert (await starts.once(), await starts.once()) == (1, 0)
        assert len(await runs(world, 2)) == 2
    await client.close()


async def forgotten(*given: Any) -> None:
    """A process that died before it could write it down."""


async def test_a_run_follows_the_end_of_the_last_one(world: World) -> None:
    schedules, client = Schedules(world.temporal, world.store, world.clock), world.client()
    async with doors(world):
        await register(world, "again", {"after": {"milliseconds": 300}})
        await schedules.once()  # also for other tenants of this database: what it counts is not only ours
        (first,) = await runs(world, 1)
        assert first.closed_at is not None
        async with asyncio.timeout(15):
            while len(await Executions(world.store).page(world.tenant, limit=50)) < 2:
                await schedules.once()
                await asyncio.sleep(0.05)
        _, second = await runs(world, 2)
        assert second.created_at - first.closed_at >= timedelta(milliseconds=300)
        await register(world, "again", None, "1.1.0")
        await asyncio.sleep(0.4)
        await schedules.once()
        assert len(await runs(world, 2)) == 2
    await client.close()


async def test_temporal_has_the_schedules_that_the_register_has(world: World) -> None:
    schedules, client = Schedules(world.temporal, world.store, world.clock), world.client()

    async def there() -> list[str]:
        found = [one.id async for one in await world.temporal.list_schedules()]
        return sorted(name.partition("/")[2] for name in found if name.startswith(f"{world.tenant}:"))

    async def until(wanted: list[str]) -> None:
        async with asyncio.timeout(10):
            while await there() != wanted:  # listing lags behind
                await schedules.once()
                await asyncio.sleep(0.1)

    await register(world, "night", {"cron": "0 3 * * *", "every": {"hours": 6}})
    await schedules.once()
    await until(["t/night.cron", "t/night.every"])
    await register(world, "night", {"every": {"hours": 6}}, "1.1.0")
    await register(world, "night", {"cron": "0 4 * * *"}, "1.0.1")  # not the newest: it changes nothing
    await until(["t/night.every"])
    await register(world, "night", None, "2.0.0")
    await until([])
    await client.close()
