"""``call: mcp``: one request to a server of the Model Context Protocol, over streamable HTTP, or over a program's pipes where admitted."""

import asyncio
import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

from symphainy.activities.protocols import jsonrpc
from symphainy.activities.protocols.filled import with_secrets
from symphainy.activities.protocols.http import Reply
from symphainy.activities.protocols.process import named
from symphainy.activities.protocols.request import Request, send, text
from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.protocols import READING
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Answered, Invalid, Overdue, Refused
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outside import Outside
from symphainy.foundations.public_works.abstractions.sandbox import Program

VERSION = "2025-06-18"
"""The specification's default."""
CLIENT: dict[str, Json] = {"name": "symphainy", "version": "1"}
PATIENCE = timedelta(seconds=30)


class McpCall(Message):
    """``with`` of ``call: mcp``."""

    method: str
    parameters: Json = None
    transport: dict[str, Json]
    timeout: Json = None
    protocolVersion: str = VERSION  # the specification's own word
    client: dict[str, Json] = CLIENT
    secrets: dict[str, tuple[str | int, ...]] = {}
    reveal: bool = False


def register(registry: Registry, outside: Outside) -> None:
    """Reading, calling, and calling a program that is started for it, the last only where an operator admits it."""

    @capability("core.mcp.read", input=McpCall, output=Reply, title="Read from an MCP server")
    async def read(step: Step[McpCall]) -> Reply:
        """List or read what an MCP server has: nothing changes there."""
        if step.input.method not in READING["mcp"]:
            raise Refused(f"{step.input.method} is no reading method", remedy="write the method out in the definition")
        return await _over_http(step, outside, safe=True)

    @capability(
        "core.mcp", input=McpCall, output=Reply, determinism="effectful", effects=Effects(dedupe="none"),
        title="Call an MCP server",
    )  # fmt: skip
    async def call(step: Step[McpCall]) -> Reply:
        """Call a tool of an MCP server, at most once."""
        return await _over_http(step, outside, safe=False)

    @capability(
        "core.mcp.stdio", input=McpCall, output=Reply, determinism="effectful", effects=Effects(dedupe="none"),
        interruptible=True, admission="mcp-stdio", title="Call an MCP server that is started for it",
    )  # fmt: skip
    async def stdio(step: Step[McpCall]) -> Reply:
        """Start the server's program in the sandbox, ask it one thing, end it."""
        given = await with_secrets(step, McpCall, outside)
        try:
            async with asyncio.timeout(_patience(given).total_seconds()):
                return Reply(value=await _over_pipes(given, outside))
        except TimeoutError:
            raise Overdue("the MCP server did not answer in time") from None

    for function in (read, call, *((stdio,) if "mcp-stdio" in outside.admitted.run else ())):
        registry.register(function)


def _patience(given: McpCall) -> timedelta:
    return PATIENCE if given.timeout is None else parse_duration(given.timeout)


def _hello(given: McpCall) -> dict[str, Json]:
    return {"protocolVersion": given.protocolVersion, "capabilities": {}, "clientInfo": given.client}


def _params(given: McpCall) -> Json:
    if not isinstance(given.parameters, dict | None):
        raise Invalid("parameters must be an object", code="arguments")
    return given.parameters or {}


async def _over_http(step: Step[McpCall], outside: Outside, *, safe: bool) -> Reply:
    given = await with_secrets(step, McpCall, outside)
    http, transport = outside.http, given.transport.get("http")
    if http is None or not isinstance(transport, dict):
        raise Invalid("this call needs an HTTP transport", code="arguments")
    where: Any = transport.get("endpoint")
    endpoint = where if isinstance(where, dict) else {"uri": where}
    headers = {str(name): text(value) for name, value in (transport.get("headers") or {}).items()}
    patience = _patience(given)
    try:
        async with asyncio.timeout(patience.total_seconds()):
            hello = jsonrpc.message("initialize", _hello(given), 0)
            answer, _ = await jsonrpc.post(http, endpoint, hello, headers=headers, safe=True, timeout=patience)
            agreed = jsonrpc.replies(answer, 0)[-1]
            version = agreed.get("protocolVersion", given.protocolVersion) if isinstance(agreed, dict) else ""
            headers["MCP-Protocol-Version"] = str(version)
            if session := answer.headers.get("mcp-session-id"):
                headers["Mcp-Session-Id"] = session
            ready = jsonrpc.message("notifications/initialized", None, None)
            await jsonrpc.post(http, endpoint, ready, headers=headers, safe=True, timeout=patience)
            asked = jsonrpc.message(given.method, _params(given), 1)
            said, credential = await jsonrpc.post(http, endpoint, asked, headers=headers, safe=safe, timeout=patience)
    except TimeoutError:
        raise Overdue(f"the MCP server did not answer in {patience.total_seconds():g} s") from None
    if session:
        with suppress(Answered):  # a server may forbid that; then it forgets the session by itself
            await send(http, Request("DELETE", str(endpoint["uri"]), headers), safe=True, timeout=timedelta(seconds=5))
    return Reply(
        value=jsonrpc.replies(said, 1)[-1], authorization=credential.as_value() if credential and given.reveal else None
    )


async def _over_pipes(given: McpCall, outside: Outside) -> Json:
    transport = given.transport.get("stdio")
    if outside.sandbox is None or not isinstance(transport, dict) or not isinstance(transport.get("command"), str):
        raise Invalid("this call needs a command", code="arguments")
    command = str(transport["command"])
    found = outside.sandbox.find(command) if "/" not in command else command
    if found is None:
        raise Invalid(f"there is no program '{command[:60]}' on this worker", code="arguments")
    arguments = [text(one) for one in transport.get("arguments") or []]
    server = await outside.sandbox.talk(
        Program((found, *arguments), environment=named(transport.get("environment") or {}))
    )
    try:
        await server.say(json.dumps(jsonrpc.message("initialize", _hello(given), 0)).encode())
        await _heard(server, 0)
        await server.say(json.dumps(jsonrpc.message("notifications/initialized", None, None)).encode())
        await server.say(json.dumps(jsonrpc.message(given.method, _params(given), 1)).encode())
        return await _heard(server, 1)
    finally:
        await server.close()


async def _heard(server: Any, number: int) -> Json:
    """The answer to a request; what else the server says is let go."""
    while line := await server.hear():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict) and said.get("id") == number and ("result" in said or "error" in said):
            return jsonrpc.result(said)
    raise Answered("the MCP server ended without an answer", code="no_answer")
