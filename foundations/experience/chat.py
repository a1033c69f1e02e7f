"""Talking with the guide: one conversation over a socket, that survives the socket."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any, Literal
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Origin

from symphainy.foundations.experience.edge import problems, strict_json
from symphainy.foundations.experience.http import Client, Http, delay
from symphainy.foundations.experience.models import Accepted, Answer, Result, Submission
from symphainy.foundations.language.errors import Invalid, Unauthenticated, Unavailable, rebuilt
from symphainy.foundations.language.records import Event

ATTEMPTS = 8


class Heard(Answer):
    """One answer: ``accepted`` with ids, an ``event`` of the turn, or its ``result``."""

    type: Literal["accepted", "event", "result"]
    id: str | None = None
    execution_id: str | None = None
    event: Event | None = None
    result: Result | None = None


class Chats(Client):
    """Conversations."""

    def chat(self, conversation: str | None = None, solution: str | None = None) -> "Conversation":
        """A conversation with the guide, or with the chat that a solution has bound.

        Use it as ``async with client.chat() as chat: async for heard in chat.say("…")``.
        """
        return Conversation(self._http, conversation or f"cnv-{uuid.uuid4()}", solution)


class Conversation:
    """Turn by turn: say something, hear all of the answer."""

    def __init__(self, http: Http, conversation: str, solution: str | None) -> None:
        self.conversation, self._http, self._solution = conversation, http, solution
        self._line: ClientConnection | None = None

    async def __aenter__(self) -> "Conversation":
        """Open the socket."""
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self._drop()

    async def say(self, text: str) -> AsyncIterator[Heard]:
        """Say it, and hear the turn to its end. A lost line is taken up again: nothing is said twice, nothing is missed."""
        message: dict[str, Any] = {
            "type": "message",
            "id": str(uuid.uuid4()),
            "text": text,
            "conversation": self.conversation,
        }
        if self._solution:
            message["solution"] = self._solution
        execution, cursor, attempt, ask = "", "", 0, message
        while True:
            try:
                line = self._line or await self._open()
                await line.send(json.dumps(ask))
                while True:
                    heard = await self._hear(line)
                    attempt = 0
                    if heard.type == "accepted":
                        if execution:
                            continue
                        execution = heard.execution_id or ""
                    elif heard.event:
                        cursor = heard.event.cursor
                    yield heard
                    if heard.type == "result":
                        return
            except (ConnectionClosed, Unavailable) as error:
                await self._drop()
                attempt += 1
                if attempt > ATTEMPTS:
                    raise Unavailable("the conversation's line cannot be taken up again") from error
                ask = {"type": "resume", "execution_id": execution, "after": cursor} if execution else message
                await asyncio.sleep(delay(attempt))

    async def submit(self, result: Result) -> Accepted | Result:
        """Submit what the turn that ended so has confirmed, and nothing else; Invalid when it confirmed nothing.

        An agent only proposes. The turn after a proposal says ``confirmed`` if the person's word was a yes, and the key that it
        gives makes one submit of it, whoever sends it and however often.
        """
        confirmed = result.output.get("confirmed") if isinstance(result.output, dict) else None
        if not isinstance(confirmed, dict):
            raise Invalid("this turn has confirmed nothing", remedy="say yes to a proposal first")
        body = Submission(
            intent=confirmed["intent"], payload=confirmed["payload"], solution=confirmed.get("solution"), source="agent"
        )
        headers, about = {"Idempotency-Key": confirmed["key"]}, body.model_dump(mode="json", exclude_none=True)
        found = await self._http.request("POST", "/api/intent/submit", json=about, headers=headers, repeat=True)
        return (Accepted if found.status_code == 202 else Result).model_validate_json(found.content)

    async def _hear(self, line: ClientConnection) -> Heard:
        while True:
            found = strict_json.loads(await line.recv(decode=False))
            if found.get("type") == "problem":
                raise rebuilt(problems.parse(found["problem"]))
            if found.get("type") in ("accepted", "event", "result"):
                return Heard.model_validate(found)

    async def _open(self) -> ClientConnection:
        parts = urlsplit(self._http.base_url)
        url = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}{parts.path}/api/runtime/agent"
        try:
            self._line = await connect(
                url,
                origin=Origin(f"{parts.scheme}://{parts.netloc}"),
                additional_headers=self._http.headers(),
                proxy=None,
                max_size=1 << 20,
            )
        except InvalidStatus as error:
            raise Unauthenticated("the socket was refused", remedy="log in again") from error
        except (OSError, TimeoutError, WebSocketException) as error:
            raise Unavailable(
                "the conversation's socket does not open", remedy="Is the Experience plane up?"
            ) from error
        return self._line

    async def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            await line.close()
