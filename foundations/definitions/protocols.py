"""Calls of the specification's own (``call: http`` …): which capability each needs. Governance decides per capability, so what a
call may do is in its name: reading, writing, or writing at a receiver that honours a key (DECISIONS.md 17).
"""

from typing import Any

PROTOCOLS = ("http", "grpc", "openapi", "asyncapi", "mcp", "a2a")
READS = frozenset(["GET", "HEAD", "OPTIONS"])
"""Methods that change nothing."""
KEY_HEADER = "idempotency-key"
"""A call that sends this header says that its receiver tells a second delivery from a first (DECISIONS.md 5)."""


def linked_name(task: dict[str, Any]) -> str:
    """What ``plan.calls`` lists a call under: its own word, and for ``http`` also what the method may do.

    >>> linked_name({"call": "http", "with": {"method": "get"}}), linked_name({"call": "http", "with": {"method": "post"}})
    ('http.read', 'http')
    >>> linked_name({"call": "http", "with": {"method": "post", "headers": {"Idempotency-Key": ""}}})
    'http.keyed'
    """
    call = str(task.get("call"))
    given = task.get("with")
    if call != "http" or not isinstance(given, dict):
        return call
    if str(given.get("method", "")).upper() in READS:
        return "http.read"
    headers = given.get("headers")
    keyed = isinstance(headers, dict) and any(str(name).lower() == KEY_HEADER for name in headers)
    return "http.keyed" if keyed else "http"


def is_protocol(call: str) -> bool:
    """Whether a ``call`` is one of the specification's own."""
    return call in PROTOCOLS
