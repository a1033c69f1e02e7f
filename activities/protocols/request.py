"""One HTTP exchange of the specification: what is sent, what an answer counts as, and in which of three forms it is given back."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from symphainy.foundations.language.errors import Answered, Invalid, Unavailable
from symphainy.foundations.language.model import Json
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp, OutboundResponse

Output = Literal["raw", "content", "response"]
REDACTED = "***"
_PRIVATE = {"authorization", "proxy-authorization", "cookie"}
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Request:
    """What is sent. ``hidden`` are values from secrets: they are not shown in a response envelope."""

    method: str
    uri: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    hidden: frozenset[str] = frozenset()

    def with_header(self, name: str, value: str) -> "Request":
        """This request with one header more; an equal name in any case is replaced."""
        rest = {k: v for k, v in self.headers.items() if k.lower() != name.lower()}
        return replace(self, headers={**rest, name: value})


def build(
    method: str,
    uri: str,
    *,
    headers: Any = None,
    query: Any = None,
    body: Json = None,
    hidden: frozenset[str] = frozenset(),
) -> Request:
    """A request from a task's words; Invalid where they do not make one."""
    for what, given in (("headers", headers), ("query", query)):
        if not isinstance(given, dict | None):
            raise Invalid(f"{what} must be an object, not {type(given).__name__}", code="arguments")
    sent = {str(name): text(value) for name, value in (headers or {}).items() if value is not None}
    kind = next((v for k, v in sent.items() if k.lower() == "content-type"), "")
    data, default = encode(body, kind)
    if data is not None and not kind:
        sent["Content-Type"] = default
    return Request(method.upper(), with_query(uri, query or {}), sent, data, hidden)


def with_query(uri: str, query: dict[str, Json]) -> str:
    """``uri`` with further query parameters; a list repeats its name, null is left out.

    >>> with_query("https://x.org/a?b=1", {"c": [1, True], "d": None})
    'https://x.org/a?b=1&c=1&c=true'
    """
    parts = urlsplit(uri)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for name, value in query.items():
        pairs += [(name, text(one)) for one in (value if isinstance(value, list) else [value]) if one is not None]
    query_text = parts.query if not query else urlencode(pairs, quote_via=quote)
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    return urlunsplit((parts.scheme, parts.netloc, path, query_text, ""))


def text(value: Json) -> str:
    """A value as it stands in a header or a query.

    >>> text(True), text(1), text("a")
    ('true', '1', 'a')
    """
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def encode(body: Json, kind: str) -> tuple[bytes | None, str]:
    """A body's bytes, and the content type they have by themselves."""
    if body is None:
        return None, ""
    if kind.startswith("application/x-www-form-urlencoded") and isinstance(body, dict):
        return urlencode({k: text(v) for k, v in body.items() if v is not None}).encode(), kind
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    return json.dumps(body, ensure_ascii=False).encode(), "application/json"


async def send(
    http: OutboundHttp, request: Request, *, safe: bool, timeout: timedelta | None = None
) -> OutboundResponse:
    """Send. Answered (status 500) when there is no connection, or no answer to a call that a repetition does not harm.

    OutcomeUnknown when a call that is not safe was sent and no answer came (DECISIONS.md 5).
    """
    try:
        return await http.request(
            request.method, request.uri, headers=request.headers, body=request.body, safe=safe, timeout=timeout
        )
    except Unavailable as error:
        raise Answered(
            error.detail, code="no_answer", remedy="catch it and retry, or see that the server is up"
        ) from error


def judge(request: Request, answer: OutboundResponse, *, redirect: bool) -> None:
    """Answered with the server's status, unless that is a success: 200 to 299, with ``redirect`` to 399."""
    if 200 <= answer.status < (400 if redirect else 300):
        return
    try:
        title = HTTPStatus(answer.status).phrase
    except ValueError:
        title = "HTTP error"
    said = answer.body[:300].decode(errors="replace").strip()
    detail = f"{request.method} {urlsplit(request.uri).netloc} answered {answer.status}" + (f": {said}" if said else "")
    raise Answered(detail, answer=answer.status, title=title, code="http_status")


def shown(request: Request, answer: OutboundResponse, output: Output) -> Json:
    """The answer in the form the task asks for."""
    if output == "raw":
        return base64.b64encode(answer.body).decode()
    content = decode(answer.body, answer.headers.get("content-type", ""))
    if output == "content":
        return content
    headers = {k: REDACTED if k.lower() in _PRIVATE else _masked(v, request.hidden) for k, v in request.headers.items()}
    return {
        "request": {"method": request.method, "uri": _masked(request.uri, request.hidden), "headers": headers},
        "statusCode": answer.status, "headers": dict(answer.headers), "content": content,
    }  # fmt: skip


def decode(body: bytes, kind: str) -> Json:
    """A body's value: JSON parsed, other text as text, what is neither as base64; nothing is null.

    >>> decode(b'{"a": 1}', "application/json"), decode(b"hello", "text/plain"), decode(b"", "")
    ({'a': 1}, 'hello', None)
    """
    if not body:
        return None
    base = kind.partition(";")[0].strip().lower()
    if base.endswith(("/json", "+json")) or not base:
        try:
            return json.loads(body)
        except ValueError:
            if base:
                raise Answered(f"the answer calls itself {base} and is not JSON", code="content") from None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return base64.b64encode(body).decode()


def _masked(value: str, hidden: frozenset[str]) -> str:
    for secret in hidden:
        value = value.replace(secret, REDACTED).replace(quote(secret, safe=""), REDACTED)
    return value
