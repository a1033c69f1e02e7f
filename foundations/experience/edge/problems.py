"""Problem bodies (RFC 9457): every error of a front end leaves in this one form, without a stack, a query or a path of ours."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from symphainy.foundations.experience.edge.asgi import Send
from symphainy.foundations.language.errors import DomainError, Problem, SymphainyError

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad request", 401: "Unauthenticated", 403: "Refused", 404: "Not found", 405: "Method not allowed",
    406: "Not acceptable", 408: "Request timeout", 413: "Too large", 415: "Unsupported media type", 422: "Invalid",
    431: "Headers too large",
}  # fmt: skip
LAST_WORD = Problem(
    type="about:blank", status=500, title="Internal error", code="internal",
    detail="The platform met a condition it did not expect. It has been logged; nothing is known to be lost.",
)  # fmt: skip


def of_status(status: int, detail: str = "", code: str | None = None) -> Problem:
    """A problem for a bare HTTP status.

    >>> of_status(405).title
    'Method not allowed'
    """
    title = TITLES.get(status, "Error")
    return Problem(
        type="about:blank", status=status, title=title, detail=detail, code=code or title.lower().replace(" ", "_")
    )


def of_validation(errors: Iterable[Mapping[str, Any]]) -> Problem:
    """A problem for values that a model refused: where and why, never what was sent (it may be a secret).

    >>> of_validation([{"loc": ("body", "type"), "msg": "Field required", "type": "missing"}]).detail
    'body.type: Field required'
    """
    found = [
        {"where": ".".join(_safe(p) for p in e["loc"]), "why": str(e["msg"]), "rule": str(e["type"])} for e in errors
    ][:20]
    detail = "; ".join(f"{e['where']}: {e['why']}" for e in found[:3])
    return Problem(
        type=DomainError.problem(DomainError("")).type.rsplit("/", 1)[0] + "/validation", status=422, title="Invalid",
        detail=detail, code="invalid", remedy="Correct the named fields and send it again.", extra={"errors": found},
    )  # fmt: skip


def of_error(error: SymphainyError, instance: str | None = None) -> Problem:
    """A problem for one of our errors. What the platform itself got wrong is told by code alone."""
    problem = error.problem(instance)
    if problem.status == 500:
        return LAST_WORD.model_copy(update={"instance": instance, "code": problem.code, "type": problem.type})
    return problem


def body(problem: Problem) -> bytes:
    """The JSON text of a problem: our fields, and ``extra``'s members beside them."""
    fields = problem.model_dump(mode="json", exclude={"extra"}, exclude_none=True)
    return json.dumps({**problem.extra, **fields}, ensure_ascii=True, default=str).encode()


def headers(problem: Problem) -> dict[str, str]:
    """What a problem says in headers: ``WWW-Authenticate`` with 401, ``Retry-After`` and ``RateLimit`` with 429 and 503."""
    found = {}
    if problem.status in (408, 413, 431):
        found["Connection"] = "close"  # whoever sends too much, or never ends, is not listened to any longer
    if problem.status == 401:
        found["WWW-Authenticate"] = 'Bearer realm="symphainy"'
    if problem.status in (429, 503):
        wait = max(1, round(float(problem.extra.get("retry_after", 1))))
        found["Retry-After"] = str(wait)
        if problem.status == 429:
            policy, limit = str(problem.extra.get("policy", "default")).replace('"', ""), problem.extra.get("limit")
            found["RateLimit"] = f'"{policy}";r=0;t={wait}'
            if isinstance(limit, int):
                found["RateLimit-Policy"] = f'"{policy}";q={limit};w={problem.extra.get("window", wait)}'
    return found


def parse(data: Mapping[str, Any]) -> Problem:
    """The problem in a body; unknown members go to ``extra``. The client library's half of :func:`body`."""
    known = {k: v for k, v in data.items() if k in Problem.model_fields and k != "extra"}
    extra = {k: v for k, v in data.items() if k not in Problem.model_fields}
    return Problem.model_validate({"type": "about:blank", "title": "Error", "status": 500, **known, "extra": extra})


async def send(problem: Problem, send: Send) -> None:
    """Answer with a problem, straight over ASGI."""
    raw = [(k.lower().encode(), v.encode()) for k, v in headers(problem).items()]
    raw += [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body(problem))).encode())]
    await send({"type": "http.response.start", "status": problem.status, "headers": raw})
    await send({"type": "http.response.body", "body": body(problem)})


def _safe(part: object) -> str:
    return str(part).encode("ascii", "backslashreplace").decode()[:80]
