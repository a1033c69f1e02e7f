"""``call: http`` as three capabilities, since what a call may do is governed by capability: read, write, write under a key."""

import json
from typing import Any

from symphainy.activities.protocols import authentication, secrets
from symphainy.activities.protocols.request import Output, build, judge, shown
from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.definitions.protocols import KEY_HEADER, READS
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Invalid, Refused
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp
from symphainy.foundations.public_works.abstractions.outside import Outside


class HttpCall(Message):
    """``with`` of ``call: http``; templates are expanded, policies are in their place."""

    method: str
    endpoint: Json
    """A URI, or ``{uri, authentication}``."""
    headers: Json = None
    body: Json = None
    query: Json = None
    output: Output = "content"
    redirect: bool = False
    secrets: dict[str, tuple[str | int, ...]] = {}
    """JSON pointer into these arguments → the secret's name and the path inside it."""
    reveal: bool = False
    """Whether the definition reads ``$authorization``."""


class Reply(Message):
    """The answer in the asked form; ``authorization`` only where the definition reads it."""

    value: Json = None
    authorization: dict[str, Json] | None = None


def register(registry: Registry, outside: Outside) -> None:
    """Three contracts over one function. Without a way out (a front end, an offline catalog) only the contracts count."""
    http, kept = outside.http, outside.secrets

    async def run(step: Step[HttpCall], *, safe: bool, keyed: bool = False) -> Reply:
        assert http is not None
        given = step.input
        if not given.secrets:
            return await perform(http, given, safe=safe, key=step.context.effect_key if keyed else None)
        plain = given.model_dump(exclude={"secrets"})
        filled = await secrets.filled(plain, given.secrets, kept, step.context.tenant)
        hidden = frozenset(_texts(filled) - _texts(plain))
        call = HttpCall.model_validate(filled)
        return await perform(http, call, safe=safe, key=step.context.effect_key if keyed else None, hidden=hidden)

    @capability("core.http.read", input=HttpCall, output=Reply, title="Read by HTTP")
    async def read(step: Step[HttpCall]) -> Reply:
        """Call with GET, HEAD or OPTIONS: nothing changes there, and a repetition does no harm."""
        if step.input.method.upper() not in READS:
            raise Refused(
                f"{step.input.method.upper()} is no reading method", remedy="write the method out in the definition"
            )
        return await run(step, safe=True)

    @capability(
        "core.http",
        input=HttpCall,
        output=Reply,
        determinism="effectful",
        effects=Effects(dedupe="none"),
        title="Call by HTTP",
    )
    async def write(step: Step[HttpCall]) -> Reply:
        """Call with a method that may change something. Sent at most once; without an answer its outcome is unknown."""
        return await run(step, safe=False)

    @capability(
        "core.http.keyed",
        input=HttpCall,
        output=Reply,
        determinism="effectful",
        effects=Effects(dedupe="key"),
        title="Call by HTTP under a key",
    )
    async def keyed(step: Step[HttpCall]) -> Reply:
        """Call a server that honours Idempotency-Key: repeated until it answers. An empty header is filled with the effect key."""
        return await run(step, safe=True, keyed=True)

    for function in (read, write, keyed):
        registry.register(function)


async def perform(
    http: OutboundHttp, given: HttpCall, *, safe: bool, key: str | None = None, hidden: frozenset[str] = frozenset()
) -> Reply:
    """One call, from a task's words to its answer."""
    endpoint = given.endpoint if isinstance(given.endpoint, dict) else {"uri": given.endpoint}
    if not isinstance(endpoint.get("uri"), str):
        raise Invalid("the endpoint is no URI", code="arguments")
    request = build(
        given.method, endpoint["uri"], headers=given.headers, query=given.query, body=given.body, hidden=hidden
    )
    if key is not None and not next((v for k, v in request.headers.items() if k.lower() == KEY_HEADER), ""):
        request = request.with_header("Idempotency-Key", key)
    sent, answer, credential = await authentication.exchange(http, request, endpoint.get("authentication"), safe=safe)
    judge(sent, answer, redirect=given.redirect)
    shows = credential.as_value() if credential and given.reveal else None
    return Reply(value=shown(sent, answer, given.output), authorization=shows)


def _texts(value: Any) -> set[str]:
    """Every text in a value: what secrets have added to it must not be shown."""
    if isinstance(value, dict):
        return set[str]().union(*(_texts(v) for v in value.values()))
    if isinstance(value, list | tuple):
        return set[str]().union(*(_texts(v) for v in value))
    return (
        {value} if isinstance(value, str) and value else {json.dumps(value)} if type(value) in (int, float) else set()
    )
