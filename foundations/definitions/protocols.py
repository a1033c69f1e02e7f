"""Calls of the specification's own (``call: http`` …): which capability each needs. Governance decides per capability, so what a
call may do is in its name: reading, writing, or writing at a receiver that honours a key (DECISIONS.md 17).
"""

from typing import Any

PROTOCOLS = ("http", "grpc", "openapi", "asyncapi", "mcp", "a2a")
PROCESSES = ("script", "shell", "container")
"""What ``run`` starts beside workflows."""
Way = tuple[str, ...]
ENDPOINTS: dict[str, tuple[Way, ...]] = {
    "http": (("endpoint",),), "openapi": (("document", "endpoint"),), "grpc": (("proto", "endpoint"),),
    "asyncapi": (("document", "endpoint"),), "mcp": (("transport", "http", "endpoint"),),
    "a2a": (("agentCard", "endpoint"), ("server",)), "script": (("source", "endpoint"),), "catalog": (("endpoint",),),
}  # fmt: skip
"""Where the endpoints of each stand: a URI template, or a map with ``uri`` and ``authentication``."""
BESIDE: dict[str, tuple[Way, ...]] = {"openapi": ((),), "grpc": (("service",),), "asyncapi": ((),)}
"""Where a policy stands beside no address."""
LATER: dict[str, tuple[Way, ...]] = {
    "asyncapi": (("subscription", "filter"), ("subscription", "consume", "while"), ("subscription", "consume", "until"))
}
"""Expressions about what comes in: evaluated where it comes in, with the variables of the task."""
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
    >>> linked_name({"call": "mcp", "with": {"method": "tools/list"}}), linked_name({"run": {"shell": {"command": "ls"}}})
    ('mcp.read', 'run.shell')
    """
    if isinstance(run := task.get("run"), dict):
        return next((f"run.{kind}" for kind in PROCESSES if kind in run), "run")
    call = str(task.get("call"))
    given = task.get("with")
    if not isinstance(given, dict):
        return call
    if call == "mcp" and "stdio" in (given.get("transport") or {}):
        return "mcp.stdio"
    if call != "http":
        return f"{call}.read" if _only_reads(call, given) else call
    if str(given.get("method", "")).upper() in READS:
        return "http.read"
    headers = given.get("headers")
    keyed = isinstance(headers, dict) and any(str(name).lower() == KEY_HEADER for name in headers)
    return "http.keyed" if keyed else "http"


READING = {
    "mcp": ("tools/list", "prompts/list", "prompts/get", "resources/list", "resources/read", "resources/templates/list"),
    "a2a": (
        "tasks/get", "tasks/list", "tasks/resubscribe", "tasks/pushNotificationConfig/get", "tasks/pushNotificationConfig/list",
        "agent/getAuthenticatedExtendedCard",
    ),
}  # fmt: skip
"""Methods that change nothing there."""


def _only_reads(call: str, given: dict[str, Any]) -> bool:
    return "subscription" in given if call == "asyncapi" else given.get("method") in READING.get(call, ())


def at(value: Any, way: Way) -> Any:
    """What stands at ``way`` below ``value``, None where there is nothing.

    >>> at({"document": {"endpoint": "https://x.org"}}, ("document", "endpoint"))
    'https://x.org'
    """
    for key in way:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def policies(call: str, given: Any) -> list[tuple[Way, dict[str, Any]]]:
    """The authentication policies in the arguments of a call, with their places.

    >>> policies("grpc", {"service": {"host": "x.org", "authentication": {"use": "mine"}}})
    [(('service', 'authentication'), {'use': 'mine'})]
    """
    places = [(*way, "authentication") for way in (*ENDPOINTS.get(call, ()), *BESIDE.get(call, ()))]
    return [(way, found) for way in places if isinstance(found := at(given, way), dict)]


def is_protocol(call: str) -> bool:
    """Whether a ``call`` is one of the specification's own."""
    return call in PROTOCOLS
