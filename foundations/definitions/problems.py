"""Error types of the language: the standard ones, and which spellings name the same one (DSL.md 1.7)."""

import re

from symphainy.foundations.language.errors import ERROR_BASE, Problem
from symphainy.foundations.language.model import Json

STANDARD: dict[str, int] = {
    "configuration": 400, "validation": 400, "expression": 400, "authentication": 401, "authorization": 403, "timeout": 408,
    "communication": 500, "runtime": 500,
}  # fmt: skip
"""Name of a standard error → its default status."""

_ALIAS = re.compile(
    r"https?://(?:open-workflow-specification\.org|serverlessworkflow\.io)/(?:spec/\d+\.\d+\.\d+(?:-[\w.]+)?/errors|dsl/errors/types)/(?P<name>[a-z][\w-]*)"
)


def standard(name: str) -> str:
    """The type URI of a standard error.

    >>> standard("timeout")
    'https://open-workflow-specification.org/spec/1.0.0/errors/timeout'
    """
    return ERROR_BASE + name


def canonical(type_: str) -> str:
    """The one spelling of an error type: all bases ever used for standard errors become today's; others stay.

    >>> canonical("https://serverlessworkflow.io/dsl/errors/types/communication") == standard("communication")
    True
    """
    match = _ALIAS.fullmatch(type_.strip().rstrip("/"))
    return ERROR_BASE + match["name"] if match else type_.strip()


def same_type(a: str, b: str) -> bool:
    """Whether two error types are the same, whichever base they are written with."""
    return a == b or canonical(a) == canonical(b)


def telling(document: Json, problem: Problem | None) -> bool:
    """Whether a problem's type and title may be told: the platform's own, or a document's that computes none of either.

    >>> raised = Problem(type="https://a.example/no", status=422, title="Ann")
    >>> telling({"raise": {"error": {"title": "${ .name }"}}}, raised), telling({"raise": {"error": {"title": "No"}}}, raised)
    (False, True)
    """
    return problem is None or problem.code is not None or not _computed(document)


def _computed(node: Json) -> bool:
    """Whether some error of a document has an expression for its type or title."""
    if isinstance(node, list):
        return any(_computed(each) for each in node)
    if not isinstance(node, dict):
        return False
    errors = node.get("errors")
    named = list(errors.values()) if isinstance(errors, dict) else []
    for error in (node.get("error"), *named):
        if isinstance(error, dict) and any("${" in str(error.get(name, "")) for name in ("type", "title")):
            return True
    return any(_computed(each) for each in node.values())


def as_value(error: Problem) -> dict[str, Json]:
    """An error as expressions see it: the RFC 7807 fields."""
    fields = {
        "type": error.type,
        "status": error.status,
        "title": error.title,
        "detail": error.detail,
        "instance": error.instance,
    }
    return {k: v for k, v in fields.items() if v not in (None, "")}
