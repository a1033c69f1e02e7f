"""Functions of the default catalog that the interpreter answers itself: ``approval`` and ``compensate`` (DSL.md 6).

They change the flow, so they are calls, visible in the definition and valid under the official schema; what they write goes
through governed capabilities like every other step.
"""

from typing import Any

APPROVAL = "approval"
COMPENSATE = "compensate"

BUILTINS = {"approval:1.0.0@default": APPROVAL, "compensate:1.0.0@default": COMPENSATE}
"""What a ``call`` says → the kind that answers it."""

NEEDS: dict[str, dict[str, str]] = {
    APPROVAL: {
        "approval.ask": "people.ask@1", "approval.decide": "people.decide@1", "approval.escalate": "people.escalate@1",
        "approval.close": "people.close@1",
    },
    COMPENSATE: {},
}  # fmt: skip
"""Kind → the capabilities it calls, by the name that the plan lists them under."""


def builtin(task: dict[str, Any]) -> str | None:
    """The kind of a call that the interpreter answers itself, else None.

    >>> builtin({"call": "approval:1.0.0@default"}), builtin({"call": "content.parse"})
    ('approval', None)
    """
    call = task.get("call")
    return BUILTINS.get(call) if isinstance(call, str) else None
