"""``call: a2a``: one request to an agent of the Agent2Agent protocol, by JSON-RPC, at the address its card names or the task gives."""

from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

from symphainy.activities.protocols import jsonrpc, resource
from symphainy.activities.protocols.filled import with_secrets
from symphainy.activities.protocols.http import Reply
from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.definitions.protocols import READING
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Invalid, Refused
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outside import Outside

STREAMS = ("message/stream", "tasks/resubscribe")
PATIENCE = timedelta(minutes=4)
"""An agent may think for long; below the five minutes that a step is given."""


class A2aCall(Message):
    """``with`` of ``call: a2a``."""

    method: str
    agentCard: Json = None  # the specification's own word
    server: Json = None
    parameters: Json = None
    secrets: dict[str, tuple[str | int, ...]] = {}
    reveal: bool = False


def register(registry: Registry, outside: Outside) -> None:
    """Asking what is there, and asking an agent to do something."""

    @capability("core.a2a.read", input=A2aCall, output=Reply, title="Ask for an agent's tasks")
    async def read(step: Step[A2aCall]) -> Reply:
        """Read a task, its list, or the extended card of an agent: nothing changes there."""
        if step.input.method not in READING["a2a"]:
            raise Refused(f"{step.input.method} is no reading method", remedy="write the method out in the definition")
        return await _call(step, outside, safe=True)

    @capability(
        "core.a2a", input=A2aCall, output=Reply, determinism="effectful", effects=Effects(dedupe="none"),
        title="Call an agent",
    )  # fmt: skip
    async def call(step: Step[A2aCall]) -> Reply:
        """Send a message to an agent, or change a task of its, at most once."""
        return await _call(step, outside, safe=False)

    for function in (read, call):
        registry.register(function)


async def _call(step: Step[A2aCall], outside: Outside, *, safe: bool) -> Reply:
    given = await with_secrets(step, A2aCall, outside)
    http = outside.http
    if http is None:
        raise Invalid("this process calls nobody outside", code="arguments")
    endpoint = await _endpoint(given, outside)
    key = step.context.effect_key
    body = jsonrpc.message(given.method, parameters(given, key), key)
    answer, credential = await jsonrpc.post(http, endpoint, body, headers={}, safe=safe, timeout=PATIENCE)
    found = jsonrpc.replies(answer, key)
    value: Json = found if given.method in STREAMS else found[-1]
    return Reply(value=value, authorization=credential.as_value() if credential and given.reveal else None)


def parameters(given: A2aCall, key: str) -> Json:
    """The parameters; a message gets the id and the role that the specification leaves to the runtime."""
    params = given.parameters
    if not isinstance(params, dict | None):
        raise Invalid("parameters must be an object", code="arguments")
    if given.method.startswith("message/"):
        message = (params or {}).get("message")
        if not isinstance(message, dict):
            raise Invalid(f"{given.method} needs parameters.message", code="arguments")
        return {**(params or {}), "message": {"kind": "message", "messageId": key, "role": "user", **message}}
    return params or {}


async def _endpoint(given: A2aCall, outside: Outside) -> dict[str, Any]:
    """Where the agent is called: ``server`` before what the card says, with the policy of whichever stands in the task."""
    server = given.server if isinstance(given.server, dict) else {"uri": given.server}
    if server.get("uri"):
        return server
    if given.agentCard is None:
        raise Invalid("a call of an agent needs an agentCard or a server", code="arguments")
    card = await resource.read_map(outside.http, given.agentCard, "agent card", "application/json")
    where = given.agentCard.get("endpoint") if isinstance(given.agentCard, dict) else None
    base = where if isinstance(where, dict) else {"uri": where}
    if not isinstance(card.get("url"), str):
        raise Invalid("the agent card names no url", code="agent_card")
    transport = str(card.get("preferredTransport") or "JSONRPC")
    if transport != "JSONRPC":
        others = [one for one in card.get("additionalInterfaces") or [] if isinstance(one, dict)]
        found = next((str(one.get("url")) for one in others if one.get("transport") == "JSONRPC"), None)
        if found is None:
            raise Invalid(f"the agent speaks {transport[:40]}, and only JSONRPC is spoken here", code="agent_card")
        card = {**card, "url": found}
    return {"uri": urljoin(str(base.get("uri")), card["url"]), "authentication": base.get("authentication")}
