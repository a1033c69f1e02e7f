"""Event streams: in order, no loss, no repeat, whatever happens to the line."""

import asyncio

import httpx2
import pytest
from tests_relay import Relay

from symphainy.foundations.experience.edge.feed import Pace
from symphainy.foundations.language.errors import NotFound, Unauthenticated


async def _collect(client, execution_id, cursor=""):
    return [event async for event in client.watch(execution_id, cursor)]


async def test_a_finished_execution_is_told_from_the_start_or_a_cursor(plane, client):
    found = await client.submit("test.echo")
    events = await _collect(client, found.execution_id)
    assert [e.type for e in events] == ["intent.received", "execution.started", "step.completed", "execution.completed"]
    assert [e.seq for e in await _collect(client, found.execution_id, events[1].cursor)] == [3, 4]
    assert await _collect(client, found.execution_id, events[-1].cursor) == []


async def test_events_come_as_they_happen(plane, client):
    runtime, found = plane.parts.runtime, await client.submit("test.hold")
    watching = client.watch(found.execution_id)
    assert [(await anext(watching)).seq for _ in range(2)] == [1, 2]
    await runtime.emit(found.execution_id, "step.completed")
    assert (await asyncio.wait_for(anext(watching), 2)).seq == 3
    await runtime.complete(found.execution_id)
    assert [e.seq async for e in watching] == [4, 5]


async def test_dropped_lines_lose_and_repeat_nothing(start):
    """A relay between client and plane cuts the connection again and again, mid-event included."""
    plane = await start(pace=Pace(ping=0.2))  # a server notices a gone client only when it writes again
    client = await plane.client()
    runtime, found = plane.parts.runtime, await client.submit("test.hold")
    async with Relay(plane.url, cut_after=900) as relay:
        through = await plane.client()
        through._http.pool.base_url = relay.url

        async def emit():
            for _ in range(60):
                await runtime.emit(found.execution_id, "step.completed")
                await asyncio.sleep(0.01)
            await runtime.complete(found.execution_id)

        emitting = asyncio.ensure_future(emit())
        seen = [e.seq for e in await _collect(through, found.execution_id)]
        await emitting
    assert seen == list(range(1, 65)) and relay.cuts >= 2
    async with asyncio.timeout(10):
        while runtime.watchers:
            await asyncio.sleep(0.05)


async def test_a_stream_ends_with_its_life_and_the_client_comes_back(start):
    plane = await start(pace=Pace(ping=0.1, life=0.3))
    client = await plane.client()
    found = await client.submit("test.hold")

    async def finish():
        await asyncio.sleep(1.0)
        await plane.parts.runtime.complete(found.execution_id)

    task = asyncio.ensure_future(finish())
    assert [e.seq for e in await _collect(client, found.execution_id)] == [1, 2, 3, 4]
    await task


async def test_a_revoked_session_ends_the_stream(start):
    plane = await start(pace=Pace(ping=0.1, recheck=0.2))
    client = await plane.client()
    found = await client.submit("test.hold")
    watching = client.watch(found.execution_id)
    assert (await anext(watching)).seq == 1
    await client.end_session((await client.session()).session_id)
    with pytest.raises(Unauthenticated):
        async for _ in watching:
            pass


@pytest.mark.parametrize("cursor", ["x", "1", "-1-2", "1-", "1-2-3", "1-99999999999999999999", "1-2\u0661", "' OR 1=1"])
async def test_a_cursor_that_is_none_is_400(plane, client, cursor):
    found = await client.submit("test.echo")
    async with httpx2.AsyncClient(base_url=plane.url, headers={"Authorization": f"Bearer {client.token}"}) as http:
        answer = await http.get(f"/api/execution/{found.execution_id}/events", params={"after": cursor})
    assert answer.status_code == 400 and answer.json()["code"] == "cursor"


async def test_the_wire_is_what_browsers_read(plane, client):
    found = await client.submit("test.echo")
    async with httpx2.AsyncClient(base_url=plane.url, headers={"Authorization": f"Bearer {client.token}"}) as http:
        answer = await http.get(f"/api/execution/{found.execution_id}/events", headers={"Last-Event-ID": "1-2"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = [dict(line.split(": ", 1) for line in b.splitlines()) for b in answer.text.strip().split("\n\n")]
    assert [(b["event"], b.get("id")) for b in blocks] == [
        ("step.completed", "1-3"),
        ("execution.completed", "1-4"),
        ("end", None),
    ]


async def test_nobody_watches_what_is_not_there(plane, client):
    with pytest.raises(NotFound):
        await _collect(client, "exe_00000000000000000000000000")
