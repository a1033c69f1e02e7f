"""How problems stand in an OpenAPI document: one schema, for every operation of both planes."""

from typing import Any

from symphainy.foundations.experience.edge.problems import MEDIA_TYPE

SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "description": "An error (RFC 9457). `code` is stable and for programs, `remedy` says the way out.",
    "required": ["type", "status", "title"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "remedy": {"type": "string"},
        "retryable": {"type": "boolean"},
    },
}


def responses(*statuses: str) -> dict[int | str, dict[str, Any]]:
    """Response entries for ``4XX`` and ``5XX``, or for the statuses named.

    >>> sorted(responses())
    ['4XX', '5XX']
    """
    content = {MEDIA_TYPE: {"schema": SCHEMA}}
    words = {"4XX": "Refused, with the reason and the way out.", "5XX": "The platform's fault; retry when `retryable`."}
    return {
        status: {"description": words.get(status, "A problem."), "content": content} for status in statuses or words
    }
