"""``call: mcp`` against the protocol's own server over both transports; ``call: a2a`` by card, by server, streamed and failing."""

import asyncio
import json
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from support.live_driver import Live
from support.stub_server import Reply, StubServer

HEAD = {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"}
SERVER = '''
from mcp.server.mcpserver import MCPServer
it = MCPServer("shop")
@it.tool()
def add(a: int, b: int) -> int:
    """Adds."""
    return a + b
'''


@pytest.fixture(scope="module")
def mcp_port() -> Iterator[int]:
    """The protocol's own server, on a port of this machine."""
    import uvicorn

    space: dict[str, Any] = {}
    exec(SERVER, space)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(space["it"].streamable_http_app(), log_level="error", lifespan="on"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(10)


@pytest.fixture
async def run() -> AsyncIterator[Any]:
    worlds = []

    async def call(kind: str, given: dict[str, Any], data: Any = None, hosts: Any = None, **more: Any) -> Any:
        worlds.append(world := Live(hosts, {"token": b"t0k"}, **more))
        document = {"document": HEAD, "use": {"secrets": ["token"]}, "do": [{"one": {"call": kind, "with": given}}]}
        made = world.compile(json.dumps(document))
        if made.plan is None:
            return made.errors
        return (await world.run(made.plan, data or {})).ending

    yield call
    for world in worlds:
        await world.close()


def transport(port: int) -> tuple[dict[str, Any], dict[str, str]]:
    return {"http": {"endpoint": "http://localhost:7000/mcp"}}, {"localhost:7000": f"127.0.0.1:{port}"}


async def test_tools_are_listed_and_called_over_http(run: Any, mcp_port: int) -> None:
    by, hosts = transport(mcp_port)
    listed = await run("mcp", {"method": "tools/list", "transport": by}, hosts=hosts)
    assert [tool["name"] for tool in listed.output["tools"]] == ["add"], listed
    given = {
        "method": "tools/call",
        "transport": by,
        "parameters": {"name": "add", "arguments": {"a": "${ .n }", "b": 2}},
    }
    assert (await run("mcp", given, {"n": 40}, hosts=hosts)).output["content"][0]["text"] == "42"


async def test_an_error_of_the_server_is_a_runtime_error(run: Any, mcp_port: int) -> None:
    by, hosts = transport(mcp_port)
    error = (
        await run("mcp", {"method": "prompts/get", "transport": by, "parameters": {"name": "no"}}, hosts=hosts)
    ).error
    assert error["type"].endswith("/runtime"), error


async def test_a_program_is_started_only_where_it_is_admitted(run: Any) -> None:
    given = {
        "method": "tools/call", "parameters": {"name": "add", "arguments": {"a": 1, "b": 2}}, "timeout": {"minutes": 1},
        "transport": {"stdio": {"command": sys.executable, "arguments": ["-c", SERVER + "it.run()"]}},
    }  # fmt: skip
    assert [d.code for d in await run("mcp", given, allow_run=())] == ["LNK007"]
    ending = await run("mcp", given)
    assert ending.output["content"][0]["text"] == "3", ending


CARD = {"name": "fraud", "url": "https://agents.example.com/rpc", "preferredTransport": "JSONRPC"}
ENDPOINT = {
    "uri": "https://agents.example.com/card.json",
    "authentication": {"bearer": {"token": "${ $secrets.token }"}},
}
MESSAGE = {"message": {"parts": [{"kind": "text", "text": "hi"}]}}


class Agent(StubServer):
    """An agent: a card, and answers by method."""

    def _answer(self, asked: Any) -> Reply:
        if asked.method == "GET":
            return Reply(body=CARD)
        said = json.loads(asked.body)
        if said["method"] == "tasks/cancel":
            return Reply(
                body={"jsonrpc": "2.0", "id": said["id"], "error": {"code": -32001, "message": "no such task"}}
            )
        if said["method"] == "message/stream":
            parts = [{"jsonrpc": "2.0", "id": said["id"], "result": {"n": n}} for n in (1, 2)]
            return Reply(
                text="".join(f"data: {json.dumps(p)}\n\n" for p in parts), headers={"content-type": "text/event-stream"}
            )
        return Reply(body={"jsonrpc": "2.0", "id": said["id"], "result": {"asked": said["params"]}})


async def test_an_agent_is_called_where_its_card_says(run: Any) -> None:
    with Agent() as agent:
        hosts = {"agents.example.com": f"127.0.0.1:{agent.port}"}
        ending = await run(
            "a2a", {"method": "message/send", "agentCard": {"endpoint": ENDPOINT}, "parameters": MESSAGE}, hosts=hosts
        )
        message = ending.output["asked"]["message"]
        assert (message["role"], message["kind"], message["messageId"]) == ("user", "message", "t/exe_live/do/0/one")
        assert [(a.path, a.headers["authorization"]) for a in agent.asked] == [
            ("/card.json", "Bearer t0k"),
            ("/rpc", "Bearer t0k"),
        ]
        by_server = {"server": "https://agents.example.com/{where}"}
        streamed = await run(
            "a2a", {"method": "message/stream", "parameters": MESSAGE, **by_server}, {"where": "x"}, hosts=hosts
        )
        assert (streamed.output, agent.asked[-1].path) == ([{"n": 1}, {"n": 2}], "/x")
        failed = await run("a2a", {"method": "tasks/cancel", "parameters": {"id": "1"}, **by_server}, hosts=hosts)
        assert failed.error["type"].endswith("/runtime") and "no such task" in failed.error["detail"]
        read = await run("a2a", {"method": "tasks/get", "parameters": {"id": "1"}, **by_server}, hosts=hosts)
        assert read.output == {"asked": {"id": "1"}}
