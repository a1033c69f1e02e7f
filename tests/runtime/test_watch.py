"""Watching: no gap and no repeat, whatever Redis does; woken quickly while it is there."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from symphainy.foundations.language.context import Intent, Passport
from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.language.records import EventDraft
from symphainy.foundations.language.wire import Closing, Opening
from symphainy.foundations.public_works.adapters.redis import RedisHotState
from symphainy.runtime.client import RuntimeClient
from symphainy.runtime.relay import run_relay
from symphainy.runtime.wakeups import event_stream

from .servers import Server
from .world import World


@asynccontextmanager
async def relaying(world: World) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(run_relay(world.relay(), stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def begun(world: World, client: RuntimeClient) -> str:
    """An execution that is open, and that only the test moves."""
    told = await client.submit(Intent(type="text.shout"), principal=world.someone())
    opening = Opening(
        tenant=world.tenant, execution_id=told.execution_id, intent="text.shout", plan_digest="sha256:p", definition="d/e:1",
        run_id="run-1", task="t",
    )  # fmt: skip
    await world.surface.open(opening, Passport.model_construct(principal=world.someone(), purpose="operate", bundle=""))
    return told.execution_id


async def note(world: World, execution_id: str, n: int) -> None:
    await world.surface.control(world.tenant, execution_id, f"note/{n}", EventDraft(type="note.taken", data={"n": n}))


async def close(world: World, execution_id: str) -> None:
    await world.surface.close(Closing(tenant=world.tenant, execution_id=execution_id, status="completed", output=1))


def whole(seen: list[int]) -> bool:
    return seen == list(range(1, len(seen) + 1))


async def test_events_come_at_once_and_end_with_the_closing_one(world: World) -> None:
    client = world.client()
    async with relaying(world):
        await asyncio.sleep(0.3)
        execution_id = await begun(world, client)
        delays: list[float] = []
        sent = 0.0
        count = 0
        async for event in await client.watch(world.someone(), execution_id):
            if event.type == "note.taken":
                delays.append(time.monotonic() - sent)
            if event.type == "execution.started" or event.type == "note.taken":
                await asyncio.sleep(0.05)  # let the watcher fall asleep first
                count += 1

                async def later(n: int = count) -> None:
                    nonlocal sent
                    await asyncio.sleep(0.05)
                    sent = time.monotonic()
                    await (note(world, execution_id, n) if n <= 9 else close(world, execution_id))

                asyncio.get_running_loop().create_task(later())
        assert event.type == "execution.completed" and event.seq == 12
    assert len(delays) == 9
    assert sorted(delays)[4] < 0.15, delays
    await client.close()


async def test_a_watcher_resumes_behind_its_cursor(world: World) -> None:
    client = world.client()
    execution_id = await begun(world, client)
    for n in range(5):
        await note(world, execution_id, n)
    await close(world, execution_id)
    everything = [e async for e in await client.watch(world.someone(), execution_id)]
    assert whole([e.seq for e in everything])
    for cut in range(len(everything) - 1):
        rest = [e async for e in await client.watch(world.someone(), execution_id, everything[cut].cursor)]
        assert rest == everything[cut + 1 :]


async def test_no_gap_and_no_repeat_while_redis_is_flushed_killed_and_restarted(world: World, redis: Server) -> None:
    clients = [world.client(), world.client()]
    async with relaying(world):
        execution_id = await begun(world, clients[0])
        ada = world.someone()

        async def follow(client: RuntimeClient) -> list[int]:
            return [event.seq async for event in await client.watch(ada, execution_id)]

        watchers = [asyncio.create_task(follow(clients[n % 2])) for n in range(8)]
        for n in range(60):
            await note(world, execution_id, n)
            if n == 15:
                await world.streams._redis.flushall()  # type: ignore[union-attr]
            if n == 25:
                redis.kill()
            if n == 45:
                redis.start()
            await asyncio.sleep(0.02)
        await close(world, execution_id)
        seen = await asyncio.wait_for(asyncio.gather(*watchers), 20)
        assert all(whole(each) and len(each) == 63 for each in seen)
        async with asyncio.timeout(15):
            while (waiting := await unpublished(world)) > 0:
                await asyncio.sleep(0.1)
        assert waiting == 0
        entries = await world.streams.read({event_stream(world.tenant, execution_id): "0"}, count=200)  # type: ignore[union-attr]
        # What was written while Redis was down is announced once it is back.
        assert {f"1-{n}".encode() for n in range(35, 64)} <= {entry.fields["cursor"] for entry in entries}
    for client in clients:
        await client.close()


async def unpublished(world: World) -> int:
    count = text("SELECT count(*) FROM events WHERE tenant = :tenant AND published_at IS NULL")
    async with world.store.relay() as tx:
        return int(await tx.scalar(count, {"tenant": world.tenant}) or 0)


async def test_without_streams_watchers_poll(world: World) -> None:
    world.streams = None
    client = world.client()
    execution_id = await begun(world, client)
    task = asyncio.ensure_future(anext(await client.watch(world.someone(), execution_id, "1-2")))
    await asyncio.sleep(0.2)
    await note(world, execution_id, 1)
    assert (await asyncio.wait_for(task, 2)).type == "note.taken"


async def test_two_relays_announce_each_event_once(world: World) -> None:
    client = world.client()
    execution_id = await begun(world, client)
    async with relaying(world), relaying(world):
        for n in range(30):
            await note(world, execution_id, n)
        async with asyncio.timeout(10):
            while await unpublished(world):
                await asyncio.sleep(0.05)
    entries = await world.streams.read({event_stream(world.tenant, execution_id): "0"}, count=200)  # type: ignore[union-attr]
    assert [e.fields["cursor"] for e in entries] == [f"1-{n}".encode() for n in range(1, 33)]


async def test_a_stream_that_takes_nothing_holds_up_its_own_execution_alone(world: World, hot: RedisHotState) -> None:
    client = world.client()
    stuck, well = [await begun(world, client) for _ in range(2)]
    publisher, streams = world.relay().publisher, world.streams
    assert publisher is not None and streams is not None
    await hot.set(event_stream(world.tenant, stuck), b"a plain value")
    with pytest.raises(Unavailable):
        await publisher.once()
    assert await streams.read({event_stream(world.tenant, well): "0"})
    await hot.delete(event_stream(world.tenant, stuck))
    assert await publisher.once()
    assert [entry.fields["type"] for entry in await streams.read({event_stream(world.tenant, stuck): "0"})] == [
        b"intent.received",
        b"execution.started",
    ]
    assert await publisher.once() == 0
