"""``call: asyncapi``: publish and consume over HTTP and Redis, ``foreach``; what nobody speaks here is refused when it is checked."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from support.live_driver import Live
from support.stub_server import Reply, StubServer

from symphainy.foundations.public_works.adapters.redis_embedded import EmbeddedRedis

HEAD = {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"}
V3 = {
    "asyncapi": "3.0.0",
    "servers": {
        "web": {
            "host": "api.example.com",
            "pathname": "/{stage}",
            "protocol": "https",
            "variables": {"stage": {"default": "prod"}},
        },
        "queue": {"host": "redis.example.com:6379", "protocol": "redis"},
    },
    "channels": {"greetings": {"address": "greetings/new"}},
    "operations": {"greet": {"action": "send", "channel": {"$ref": "#/channels/greetings"}}},
}
V2 = {
    "asyncapi": "2.6.0",
    "servers": {"queue": {"url": "redis://redis.example.com:6379", "protocol": "redis"}},
    "channels": {"/notes": {"subscribe": {"operationId": "notes"}}},
}


def inline(document: Any) -> dict[str, str]:
    return {"endpoint": "data:;base64," + base64.b64encode(json.dumps(document).encode()).decode()}


@pytest.fixture
async def run() -> AsyncIterator[Any]:
    worlds = []

    async def call(given: dict[str, Any], data: Any = None, hosts: Any = None) -> Any:
        worlds.append(world := Live(hosts))
        made = world.compile(json.dumps({"document": HEAD, "do": [{"one": {"call": "asyncapi", "with": given}}]}))
        if made.plan is None:
            return made.errors
        return (await world.run(made.plan, data or {})).ending

    yield call
    for world in worlds:
        await world.close()


async def test_a_message_is_posted_to_the_channel_of_the_operation(run: Any) -> None:
    with StubServer() as server:
        server.route("api.example.com", "POST", "/dev/greetings/new", Reply(body={"queued": 1}))
        given = {
            "document": inline(V3), "operation": "greet", "server": {"name": "web", "variables": {"stage": "dev"}},
            "message": {"payload": {"hello": "${ .who }"}, "headers": {"x-a": "b"}},
        }  # fmt: skip
        ending = await run(given, {"who": "Ada"}, {"api.example.com": f"127.0.0.1:{server.port}"})
        assert ending.output == {"queued": 1}, ending
        [asked] = server.asked
        assert (json.loads(asked.body), asked.headers["x-a"]) == ({"hello": "Ada"}, "b")


async def test_messages_are_published_to_and_consumed_from_redis(run: Any) -> None:
    redis = await EmbeddedRedis.start(0)
    hosts = {
        "redis.example.com": redis.url.rpartition("/")[2] if redis.url.count("/") == 2 else redis.url.split("/")[2]
    }
    try:
        consume = {
            "document": inline(V2), "channel": "/notes",
            "subscription": {
                "filter": "${ .payload.n > $input.least }", "consume": {"amount": 2},
                "foreach": {
                    "item": "it", "at": "i", "do": [{"a": {"set": {"n": "${ $it.payload.n }", "at": "${ $i }"}}}],
                    "output": {"as": "[.n, .at]"},
                },
            },
        }  # fmt: skip
        listening = asyncio.create_task(run(consume, {"least": 1}, hosts))
        for number in range(40):
            publish = {"document": inline(V2), "channel": "/notes", "message": {"payload": {"n": number % 4}}}
            assert (await run(publish, hosts=hosts)).status == "completed"
            if listening.done():
                break
        items = (await asyncio.wait_for(listening, 10)).output
        assert sorted(at for _, at in items) == [0, 1] and all(n > 1 for n, _ in items), items
    finally:
        await redis.stop()


@pytest.mark.parametrize(("consume", "numbers"), [
    ({"until": "${ .payload.n == 3 }"}, [1, 2]), ({"while": "${ .payload.n < 2 }"}, [1, 2]), ({"amount": 1}, [1]),
    ({"amount": 9, "for": {"milliseconds": 500}}, [1, 2, 3]),
])  # fmt: skip
async def test_events_and_lines_of_an_http_answer_are_consumed(run: Any, consume: Any, numbers: list[int]) -> None:
    with StubServer() as server:
        text = 'event: a\ndata: {"n": 1}\n\n{"n": 2}\n{"n": 3}\n'
        server.route("api.example.com", "GET", "/prod/greetings/new", Reply(text=text))
        given = {"document": inline(V3), "operation": "greet", "protocol": "http", "subscription": {"consume": consume}}
        ending = await run(given, hosts={"api.example.com": f"127.0.0.1:{server.port}"})
        assert [message["payload"]["n"] for message in ending.output] == numbers, ending


async def test_what_nobody_speaks_is_refused_when_checked_or_when_only_the_document_says_it(run: Any) -> None:
    given = {"document": inline(V3), "operation": "greet", "message": {"payload": {}}}
    (found,) = await run({**given, "protocol": "kafka"})
    assert (found.code, "http and redis" in found.message) == ("LNK004", True)
    kafka = {**V3, "servers": {"k": {"host": "k.example.com", "protocol": "kafka"}}}
    error = (await run({**given, "document": inline(kafka)})).error
    assert error["type"].endswith("/validation") and "kafka" in error["detail"]
