"""``call: asyncapi``: publish to, or consume from, a channel of an AsyncAPI document (2.6 or 3.0); over HTTP and Redis."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from typing import Any

from symphainy.activities.protocols import asyncapi_document, authentication, resource
from symphainy.activities.protocols.asyncapi_document import Place
from symphainy.activities.protocols.filled import with_secrets
from symphainy.activities.protocols.http import Reply
from symphainy.activities.protocols.request import build, decode, judge, text
from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.expressions import evaluate, is_true
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Answered, Invalid, TooLarge, Unavailable
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outbound_channels import Broker
from symphainy.foundations.public_works.abstractions.outside import Outside

PATIENCE = timedelta(minutes=4)
"""The longest that one consumption may wait, below the five minutes that a step is given."""
MOST = 256 << 10
"""Bytes of what one consumption gives back: it travels as a step's output."""


class AsyncApiCall(Message):
    """``with`` of ``call: asyncapi``."""

    document: Json
    channel: str | None = None
    operation: str | None = None
    server: dict[str, Json] = {}
    protocol: str | None = None
    message: dict[str, Json] | None = None
    subscription: dict[str, Json] | None = None
    authentication: Json = None
    variables: dict[str, Json] = {}
    """What the expressions of a subscription see."""
    secrets: dict[str, tuple[str | int, ...]] = {}
    reveal: bool = False


def register(registry: Registry, outside: Outside) -> None:
    """Consuming, and publishing."""

    @capability("core.asyncapi.read", input=AsyncApiCall, output=Reply, interruptible=True, title="Consume messages")
    async def consume(step: Step[AsyncApiCall]) -> Reply:
        """Listen on a channel from now on, until enough has come; the messages that pass the filter, as an array."""
        given = await with_secrets(step, AsyncApiCall, outside)
        place = await _place(given, outside)
        return Reply(value=await _consumed(step, given, place, outside))

    @capability(
        "core.asyncapi", input=AsyncApiCall, output=Reply, determinism="effectful", effects=Effects(dedupe="none"),
        title="Publish a message",
    )  # fmt: skip
    async def publish(step: Step[AsyncApiCall]) -> Reply:
        """Publish one message, at most once. Over HTTP the answer is the output, a broker gives none."""
        given = await with_secrets(step, AsyncApiCall, outside)
        place = await _place(given, outside)
        message = given.message or {}
        if place.protocol in ("http", "https"):
            return await _posted(given, place, message, outside)
        if outside.channels is None or not outside.channels.knows(place.protocol):
            raise _unspoken(place.protocol, "published to")
        payload = message.get("payload")
        headers = message.get("headers")
        # Redis has no headers: a message that has some travels in an envelope, one without as its payload alone.
        sent: Json = {"headers": headers, "payload": payload} if headers else payload
        try:
            await outside.channels.publish(await _broker(given, place, outside), place.address, text(sent).encode())
        except Unavailable as error:
            raise Answered(error.detail, code="no_answer") from error
        return Reply()

    for function in (consume, publish):
        registry.register(function)


async def _place(given: AsyncApiCall, outside: Outside) -> Place:
    document = await resource.read_map(
        outside.http, given.document, "AsyncAPI document", "application/json, application/yaml"
    )
    return asyncapi_document.place(
        document, channel=given.channel, operation=given.operation, server=given.server, protocol=given.protocol
    )


def _unspoken(protocol: str, what: str) -> Invalid:
    return Invalid(
        f"{protocol} cannot be {what} here", code="asyncapi_protocol",
        remedy="http and redis are spoken; let a capability do the rest",
    )  # fmt: skip


async def _posted(given: AsyncApiCall, place: Place, message: dict[str, Json], outside: Outside) -> Reply:
    assert outside.http is not None
    request = build(place.method, place.url, headers=message.get("headers"), body=message.get("payload"))
    sent, answer, credential = await authentication.exchange(outside.http, request, given.authentication, safe=False)
    judge(sent, answer, redirect=False)
    shows = credential.as_value() if credential and given.reveal else None
    return Reply(value=decode(answer.body, answer.headers.get("content-type", "")), authorization=shows)


async def _broker(given: AsyncApiCall, place: Place, outside: Outside) -> Broker:
    scheme, words = authentication.single(given.authentication)
    if scheme not in ("", "basic"):
        raise Invalid(f"a broker takes a user and a password (basic), not {scheme}", code="arguments")
    user, password = words.get("username"), words.get("password")
    return Broker(place.protocol, place.host, place.port, None if user is None else text(user),
                  None if password is None else text(password))  # fmt: skip


async def _channel(given: AsyncApiCall, place: Place, outside: Outside) -> AsyncGenerator[bytes]:
    """What comes in: server-sent events or lines of an HTTP answer, or a broker's messages."""
    if place.protocol in ("http", "https"):
        assert outside.http is not None
        credential = await authentication.credential(outside.http, given.authentication)
        headers = {"Accept": "text/event-stream, application/x-ndjson, application/json"}
        if credential:
            headers["Authorization"] = credential.header
        return _texts(outside.http.listen(place.url, headers=headers))
    if outside.channels is None or not outside.channels.knows(place.protocol):
        raise _unspoken(place.protocol, "consumed from")
    return outside.channels.listen(await _broker(given, place, outside), place.address)


async def _texts(lines: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The messages in the lines of an answer: a line each, or the data of a server-sent event."""
    data: list[bytes] = []
    async with aclosing(lines):
        async for line in lines:
            if line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
            elif not line and data:
                yield b"\n".join(data)
                data = []
            elif line and not line.startswith((b":", b"event:", b"id:", b"retry:")):
                yield line


async def _consumed(step: Step[AsyncApiCall], given: AsyncApiCall, place: Place, outside: Outside) -> Json:
    subscription = given.subscription or {}
    how: Any = subscription.get("consume") or {}
    limit = min(parse_duration(how["for"]), PATIENCE) if "for" in how else PATIENCE
    now, found, size = step.context.now, [], 0
    channel = await _channel(given, place, outside)
    try:
        async with asyncio.timeout(limit.total_seconds()), aclosing(channel) as messages:
            async for data in messages:
                message = _message(data)
                wanted = subscription.get("filter")
                if isinstance(wanted, str) and not is_true(evaluate(wanted, message, given.variables, now)):
                    continue
                # until is asked before a message is consumed, while after it: so the specification's schema says it
                if "until" in how and is_true(evaluate(how["until"], message, given.variables, now)):
                    break
                found.append(message)
                size += len(data)
                if size > MOST:
                    raise TooLarge(f"what was consumed passes {MOST:,} bytes", limit=MOST)
                if len(found) == how.get("amount"):
                    break
                if "while" in how and not is_true(evaluate(how["while"], message, given.variables, now)):
                    break
    except TimeoutError:
        if "for" not in how:
            raise Answered(
                f"not enough messages came in {limit.total_seconds():g} s", answer=504, code="no_answer"
            ) from None
    except Unavailable as error:
        raise Answered(error.detail, code="no_answer") from error
    return found


def _message(data: bytes) -> dict[str, Json]:
    """A message as the specification's inbound message: payload, headers, correlation id."""
    try:
        value = json.loads(data)
    except ValueError:
        value = data.decode(errors="replace")
    if isinstance(value, dict) and set(value) == {"headers", "payload"}:
        headers = value["headers"] if isinstance(value["headers"], dict) else {}
        return {"payload": value["payload"], "headers": headers, "correlationId": headers.get("correlationId")}
    return {"payload": value, "headers": {}, "correlationId": None}
