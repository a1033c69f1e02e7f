"""WebSockets: origin, identity, life, slow readers; and the agent's door."""

import asyncio
import json

import pytest
from tests_relay import Relay
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from symphainy.experience_api.parts import Limits
from symphainy.experience_api.sockets import Close
from symphainy.foundations.experience.edge.feed import Pace
from symphainy.foundations.language.errors import NotFound, Unauthenticated


def dial(plane, path, token=None, origin="own", **more):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = plane.url.replace("http", "ws") + path
    return connect(url, origin=plane.url if origin == "own" else origin, additional_headers=headers, proxy=None, **more)


async def hear(line):
    return json.loads(await asyncio.wait_for(line.recv(), 5))


async def closed(line):
    try:
        while True:
            await asyncio.wait_for(line.recv(), 5)
    except ConnectionClosed as end:
        return end.rcvd.code


async def test_events_and_resume_by_cursor(plane, client):
    found = await client.submit("test.echo")
    async with dial(plane, f"/api/execution/{found.execution_id}/stream", client.token) as line:
        heard = [await hear(line) for _ in range(5)]
        assert [h.get("cursor") for h in heard] == ["1-1", "1-2", "1-3", "1-4", None] and heard[-1]["type"] == "end"
        assert await closed(line) == Close.DONE
    async with dial(plane, f"/api/execution/{found.execution_id}/stream?after=1-3", client.token) as line:
        assert (await hear(line))["event"]["type"] == "execution.completed"


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "http://127.0.0.1:1", "file://"])
async def test_a_foreign_or_missing_origin_is_refused_at_the_handshake(plane, client, origin):
    found = await client.submit("test.echo")
    for path in (f"/api/execution/{found.execution_id}/stream", "/api/runtime/agent"):
        with pytest.raises(InvalidStatus) as refused:
            async with dial(plane, path, client.token, origin=origin):
                pass
        assert refused.value.response.status_code == 403


async def test_a_listed_origin_is_admitted(start):
    plane = await start(origins=("https://crm.example",))
    client = await plane.client()
    found = await client.submit("test.echo")
    async with dial(
        plane, f"/api/execution/{found.execution_id}/stream", client.token, origin="https://crm.example"
    ) as line:
        assert (await hear(line))["cursor"] == "1-1"


async def test_the_token_may_be_the_first_message_and_never_in_the_url(start):
    plane = await start(limits=Limits(auth=0.3))
    client = await plane.client()
    path = f"/api/execution/{(await client.submit('test.echo')).execution_id}/stream"
    async with dial(plane, path) as line:
        await line.send(json.dumps({"type": "auth", "token": client.token, "after": "1-3"}))
        assert (await hear(line))["cursor"] == "1-4"
    for first in ({"type": "auth", "token": "no"}, {"type": "auth"}, {"type": "message"}, {"type": "auth", "token": 1}):
        async with dial(plane, path) as line:
            await line.send(json.dumps(first))
            assert (await hear(line))["problem"]["status"] == 401 and await closed(line) == Close.UNAUTHENTICATED
    async with dial(plane, path) as line:
        assert await closed(line) == Close.SILENT
    for bad in (dial(plane, f"{path}?token={client.token}"), dial(plane, path, "nobody")):
        with pytest.raises(InvalidStatus) as refused:
            async with bad:
                pass
        assert refused.value.response.status_code == 403


async def test_another_tenants_execution_and_bad_cursors(plane, client):
    path = f"/api/execution/{(await client.submit('test.hold')).execution_id}/stream"
    stranger = await plane.client("eve@umbrella.example", "umbrella")
    for where in (path, "/api/execution/*/stream", "/api/execution/exe_1/stream"):
        async with dial(plane, where, stranger.token) as line:
            assert (await hear(line))["problem"]["code"] == "not_found" and await closed(line) == Close.NOT_FOUND
    async with dial(plane, path + "?after=x", client.token) as line:
        assert await closed(line) == Close.MALFORMED
    async with dial(plane, path, client.token) as line:
        await line.send("not json")
        assert await closed(line) == Close.MALFORMED


async def test_a_revoked_session_and_the_end_of_life_close_the_socket(start):
    plane = await start(pace=Pace(ping=0.1, recheck=0.2, life=1.0))
    client = await plane.client()
    path = f"/api/execution/{(await client.submit('test.hold')).execution_id}/stream"
    async with dial(plane, path, client.token) as line:
        assert await closed(line) == Close.LIFE
    async with dial(plane, path, client.token) as line:
        await client.end_session((await client.session()).session_id)
        assert await closed(line) == Close.UNAUTHENTICATED
    assert plane.parts.runtime.watchers == 0


async def test_sockets_per_user_are_limited_and_given_back(start):
    plane = await start(limits=Limits(sockets=2))
    client, other = await plane.client(), await plane.client("bob@acme.example")
    path = f"/api/execution/{(await client.submit('test.hold')).execution_id}/stream"
    async with (
        dial(plane, path, client.token) as one,
        dial(plane, path, client.token) as two,
        dial(plane, path, other.token) as three,
    ):
        for line in (one, two, three):
            await hear(line)
        async with dial(plane, path, client.token) as line:
            assert await closed(line) == Close.TOO_MANY
    await asyncio.sleep(0.1)
    async with dial(plane, path, client.token) as line:
        assert (await hear(line))["cursor"] == "1-1"


async def test_a_reader_who_does_not_read_is_closed_and_others_are_not(start):
    plane = await start(pace=Pace(send=0.5))
    client, runtime = await plane.client(), plane.parts.runtime
    found = await client.submit("test.hold")
    path = f"/api/execution/{found.execution_id}/stream"
    async with dial(plane, path, client.token, max_queue=1) as slow:
        slow.transport.pause_reading()
        slow.pause_reading = slow.resume_reading = lambda *_: None
        healthy = asyncio.ensure_future(_read_all(client, found.execution_id))
        async with asyncio.timeout(20):
            while runtime.watchers != 2:
                await asyncio.sleep(0.01)
        for _ in range(500):  # 16 MB: more than the buffers of two kernels' ends hold
            await runtime.emit(found.execution_id, "step.completed", note="x" * 32_000)
        async with asyncio.timeout(20):
            while runtime.watchers != 1:  # the slow one is gone while the execution goes on
                await asyncio.sleep(0.05)
        await runtime.complete(found.execution_id)
        assert await asyncio.wait_for(healthy, 30) == list(range(1, 505))
        slow.transport.abort()
    async with dial(plane, path + "?after=1-503", client.token) as line:
        assert (await hear(line))["cursor"] == "1-504"


async def _read_all(client, execution_id):
    return [event.seq async for event in client.watch(execution_id)]


async def test_a_conversation(plane, client):
    async with client.chat() as chat:
        heard = [h async for h in chat.say("hello")]
        assert [h.type for h in heard] == ["accepted", *["event"] * 4, "result"]
        assert (
            heard[-1].result.output["text"] == "hello" and heard[-1].result.output["conversation"] == chat.conversation
        )
        again = [h async for h in chat.say("and again")]
        assert again[-1].result.output["text"] == "and again"
    assert len(plane.parts.runtime.runs) == 2


async def test_a_conversation_survives_its_line(plane, client):
    async with Relay(plane.url, cut_after=1_500) as relay:
        client._http.base_url = relay.url
        async with client.chat() as chat:
            heard = [h async for h in chat.say("hello")]
    assert [h.event.seq for h in heard if h.event] == [1, 2, 3, 4] and relay.cuts >= 1
    assert [h.type for h in heard].count("accepted") == 1 and len(plane.parts.runtime.runs) == 1


async def test_without_a_route_the_agent_answers_the_problem(plane, client):
    plane.parts.runtime.routes.discard("agent.message")
    async with client.chat() as chat:
        with pytest.raises(NotFound, match="agent.message"):
            async for _ in chat.say("hello"):
                pass
        plane.parts.runtime.routes.add("agent.message")
        assert [h async for h in chat.say("hello")][-1].type == "result"


async def test_the_agents_door_refuses_nonsense_and_stays_open(plane, client):
    async with dial(plane, "/api/runtime/agent", client.token) as line:
        for bad in (
            {"type": "message"},
            {"type": "x"},
            {"type": "message", "id": "1", "text": "", "role": "admin"},
            {},
        ):
            await line.send(json.dumps(bad))
            assert (await hear(line))["problem"]["status"] == 422
        await line.send(json.dumps({"type": "resume", "execution_id": "exe_none"}))
        assert (await hear(line))["problem"]["status"] == 404
        await line.send(json.dumps({"type": "message", "id": "m1", "text": "hi"}))
        assert (await hear(line))["type"] == "accepted"
    client._http.tokens.access = "nobody"
    with pytest.raises(Unauthenticated):
        await client.chat().__aenter__()


async def test_frames_over_the_limit_close_the_socket(plane, client):
    async with dial(plane, "/api/runtime/agent", client.token) as line:
        await line.send("x" * 200_000)
        assert await closed(line) in (1009, Close.MALFORMED)
    async with dial(plane, "/api/runtime/agent", client.token) as line:
        await line.send(b"\x00\x01")
        assert await closed(line) == Close.MALFORMED
