"""``/api/runtime/agent``: talking over a socket, with the guide or with a solution (DECISIONS.md 37). No routing and no memory is here.

A client sends ``{"type": "message", "id", "text", "conversation"?}`` to the guide, or with ``solution`` to the chat that the
solution has bound (``binding`` says which, where there are several), and is answered ``accepted`` (with ids), then the turn's
``event``s, then its ``result``. After a lost line it sends ``{"type": "resume", "execution_id", "after"}`` and misses nothing.
"""

import asyncio
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket
from pydantic import Field, TypeAdapter, ValidationError

from symphainy.experience_api import chats, sockets, submitting
from symphainy.experience_api.streams import relay
from symphainy.foundations.experience.edge import problems
from symphainy.foundations.experience.edge.feed import cursor
from symphainy.foundations.experience.edge.ports import Caller
from symphainy.foundations.experience.models import Asked, Slug, Text
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.errors import Problem, RateLimited, SymphainyError

router = APIRouter(tags=["agent"])
INTENT = "agent.message"
TURNS = 4
"""Turns at once on one socket."""


class Said(Asked):
    """One thing said. ``id`` is the client's own and the intent's key: saying it twice is saying it once."""

    type: Literal["message"]
    id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,128}$")]
    text: Annotated[Text, Field(min_length=1)]
    conversation: Annotated[str | None, Field(max_length=64)] = None
    solution: Slug | None = None
    binding: Slug | None = None


class Resume(Asked):
    """Go on with a turn's events after a cursor."""

    type: Literal["resume"]
    execution_id: Annotated[str, Field(max_length=128)]
    after: Annotated[str, Field(max_length=64)] = ""


class Ping(Asked):
    """I am here."""

    type: Literal["ping"]


_MESSAGES: TypeAdapter[Said | Resume | Ping] = TypeAdapter(Annotated[Said | Resume | Ping, Field(discriminator="type")])


@router.websocket("/api/runtime/agent")
async def agent(socket: WebSocket) -> None:
    """A conversation; each message is an intent, each answer an execution."""
    await sockets.run(socket, _converse)


async def _converse(line: sockets.Line, who: Caller) -> sockets.Close:
    try:
        async with asyncio.timeout(line.parts.pace.life), asyncio.TaskGroup() as group:
            await _listen(line, who, group)
    except TimeoutError:
        return sockets.Close.LIFE
    except BaseExceptionGroup as errors:
        raise _first(errors) from None
    return sockets.Close.DONE


async def _listen(line: sockets.Line, who: Caller, group: asyncio.TaskGroup) -> None:
    turns: set[asyncio.Task[None]] = set()
    while True:
        try:
            message = _MESSAGES.validate_python(await line.receive())
        except ValidationError as error:
            found: list[Any] = list(error.errors(include_url=False))
            await _send_problem(line, None, problems.of_validation(found))
            continue
        if isinstance(message, Ping):
            continue
        if len(turns) >= TURNS:
            busy = RateLimited(f"{TURNS} turns are going on", remedy="wait for one to end", retry_after=1)
            await _send_problem(line, _name(message), problems.of_error(busy))
            continue
        turn = group.create_task(_turn(line, who, message))
        turns.add(turn)
        turn.add_done_callback(turns.discard)


async def _turn(line: sockets.Line, who: Caller, message: Said | Resume) -> None:
    name = _name(message)
    try:
        if isinstance(message, Said):
            intent = await _intent(message, line, who)
            found = await line.parts.runtime.submit(intent, who.session, key=message.id)
            execution_id, start = found.execution_id, ""
            await line.send({"type": "accepted", "id": name, **submitting.accepted(found).model_dump(mode="json")})
        else:
            execution_id, start = message.execution_id, cursor(message.after)
        await relay(line, who, execution_id, await line.parts.runtime.watch(who.session, execution_id, start))
        ended = submitting.result(await line.parts.runtime.result(who.session, execution_id, wait=1.0))
        await line.send(
            {"type": "result", "id": name, "execution_id": execution_id, "result": ended.model_dump(mode="json")}
        )
    except SymphainyError as error:
        await _send_problem(line, name, problems.of_error(error))


async def _intent(message: Said, line: sockets.Line, who: Caller) -> Intent:
    if message.solution is not None:
        return await chats.bound(line.parts.solutions, who.tenant, message.solution, message.binding, message.text)
    said = {"text": message.text, "message_id": message.id, "conversation": message.conversation}
    return Intent(type=INTENT, payload=said, source="ui")


def _name(message: Said | Resume) -> str:
    return message.id if isinstance(message, Said) else message.execution_id


def _first(errors: BaseExceptionGroup) -> BaseException:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


async def _send_problem(line: sockets.Line, name: str | None, problem: Problem) -> None:
    await line.send({"type": "problem", "id": name, "problem": json.loads(problems.body(problem))})
