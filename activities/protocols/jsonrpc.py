"""JSON-RPC 2.0 over HTTP, answered by one message or by a stream of events: what MCP and A2A have in common."""

import json
from datetime import timedelta
from typing import Any

from symphainy.activities.protocols import authentication
from symphainy.activities.protocols.request import Request, judge
from symphainy.foundations.language.errors import Answered, Failed, Invalid
from symphainy.foundations.language.model import Json
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp, OutboundResponse

ACCEPT = "application/json, text/event-stream"


def message(method: str, params: Json, number: int | str | None) -> dict[str, Json]:
    """A request, or without a number a notification.

    >>> message("ping", None, 1)
    {'jsonrpc': '2.0', 'method': 'ping', 'id': 1}
    """
    made: dict[str, Json] = {"jsonrpc": "2.0", "method": method}
    if params is not None:
        made["params"] = params
    return made if number is None else {**made, "id": number}


async def post(
    http: OutboundHttp,
    endpoint: dict[str, Any],
    body: dict[str, Json],
    *,
    headers: dict[str, str],
    safe: bool,
    timeout: timedelta | None = None,
) -> tuple[OutboundResponse, authentication.Credential | None]:
    """Send one message; Answered where the server's status is no success."""
    if not isinstance(endpoint.get("uri"), str):
        raise Invalid("the endpoint is no URI", code="arguments")
    sent = {"Content-Type": "application/json", "Accept": ACCEPT, **headers}
    request = Request("POST", endpoint["uri"], sent, json.dumps(body).encode())
    asked, answer, credential = await authentication.exchange(
        http, request, endpoint.get("authentication"), safe=safe, timeout=timeout
    )
    judge(asked, answer, redirect=False)
    return answer, credential


def replies(answer: OutboundResponse, number: int | str) -> list[Json]:
    """The results that answer request ``number``; Failed (OWS: runtime) when it is an error, Answered when there is none."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    texts = events(answer.body.decode(errors="replace")) if kind == "text/event-stream" else [answer.body.decode()]
    found = []
    for text in texts:
        try:
            said = json.loads(text)
        except ValueError:
            raise Answered("the answer is not JSON", code="content") from None
        for one in said if isinstance(said, list) else [said]:
            if isinstance(one, dict) and one.get("id") == number and ("result" in one or "error" in one):
                found.append(result(one))
    if not found:
        raise Answered("the server did not answer the request", code="content")
    return found


def result(said: dict[str, Any]) -> Json:
    """The result of one answer; Failed when it is an error."""
    error = said.get("error")
    if error is None:
        return said.get("result")
    words = error if isinstance(error, dict) else {}
    raise Failed(
        f"error {words.get('code')}: {str(words.get('message', ''))[:500]}", code="rpc_error", data=words.get("data")
    )


def events(text: str) -> list[str]:
    r"""The data of each server-sent event.

    >>> events("event: message\ndata: {}\n\ndata: a\ndata: b\n\n")
    ['{}', 'a\nb']
    """
    found = []
    for block in text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n"):
        lines = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        if lines:
            found.append("\n".join(lines))
    return found
