"""Rule ``size``: what travels inline has a ceiling, and the refusal names the field that is over it."""

from typing import Any, Literal

import pydantic_core

from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Ruling

__all__ = ["INLINE_ACTIVITY", "INLINE_LOCAL", "judge", "largest", "weigh"]

INLINE_LOCAL = 65_536
"""Bytes in local mode: many local results share one workflow task of at most 4 MiB (DECISIONS.md 3)."""
INLINE_ACTIVITY = 1_048_576
"""Bytes of any other payload; at 3 MB Temporal terminates a workflow without compensation (TEMPORAL.md)."""


def weigh(value: Any) -> int:
    """Bytes of a value as JSON."""
    return len(pydantic_core.to_json(value))


def judge(value: Any, ceiling: int, what: Literal["input", "output", "intent"], size: int | None = None) -> Ruling:
    """Deny a value over its ceiling; the message names the largest field."""
    size = weigh(value) if size is None else size
    if size <= ceiling:
        return Ruling(service="data_steward", rule="size", reason=f"{what} of {size} bytes")
    field, part = largest(pydantic_core.to_jsonable_python(value))
    return Ruling(
        service="data_steward", rule="size", verdict="deny",
        reason=f"The {what} has {size} bytes; {ceiling} are allowed. Its largest field is {field or '/'} with {part} bytes.",
        remedy="Hand it over as an artifact: a reference travels, the bytes do not.",
    )  # fmt: skip


def largest(value: Json, pointer: str = "") -> tuple[str, int]:
    """JSON Pointer and bytes of the deepest field that holds more than half of its parent.

    >>> largest({"a": 1, "b": {"c": "xxxxxxxxxx", "d": 2}})
    ('/b/c', 12)
    """
    whole = weigh(value)
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    best = max(((weigh(part), str(name), part) for name, part in entries), key=lambda entry: entry[0], default=None)
    if best is None or best[0] * 2 < whole:
        return pointer, whole
    return largest(best[2], f"{pointer}/{best[1].replace('~', '~0').replace('/', '~1')}")
