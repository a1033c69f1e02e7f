"""Data flow: which variables an expression sees, and how input, output and export are shaped and checked (DSL.md 1.4, 1.5)."""

import hashlib
import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions import expressions
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

_NAMES = re.compile(r"\$([A-Za-z_]\w*)")
INSTANT = timedelta(milliseconds=1)
"""The shortest timer."""
RUNTIME = {"name": "symphainy", "version": "1", "metadata": {}}


class NeedsStep(Exception):
    """A heavy expression: its value must come from a local step first (DECISIONS.md 19)."""

    def __init__(self, text: str, data: Json, variables: dict[str, Json], memo: str) -> None:
        super().__init__(text)
        self.text, self.data, self.variables, self.memo = text, data, variables, memo


def names(text: str) -> set[str]:
    """The variables that an expression mentions.

    >>> sorted(names("$context.a + $item"))
    ['context', 'item']
    """
    return set(_NAMES.findall(expressions.strip(text)))


def instant(text: str) -> dict[str, Json]:
    """An instant as the specification's dateTime descriptor."""
    at = datetime.fromisoformat(text)
    return {"iso8601": text, "epoch": {"seconds": int(at.timestamp()), "milliseconds": int(at.timestamp() * 1000)}}


def moment(text: str) -> datetime:
    """An instant of the state."""
    return datetime.fromisoformat(text)


def variables(m: "Machine", frame: Frame | None, names: set[str], extra: dict[str, Json]) -> dict[str, Json]:
    """The value of each name that an expression mentions and may see here."""
    found: dict[str, Json] = {}
    if "workflow" in names:
        found["workflow"] = {
            "id": m.state.execution, "definition": m.program.plan.document, "input": m.state.input,
            "startedAt": instant(m.state.started),
        }  # fmt: skip
    if "runtime" in names:
        found["runtime"] = RUNTIME
    if "secrets" in names:
        found["secrets"] = {}
    if frame is not None:
        found |= _of_frame(m, frame, names)
    found.update({k: v for k, v in extra.items() if k in names})
    return found


def _of_frame(m: "Machine", frame: Frame, names: set[str]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if "context" in names:
        found["context"] = m.state.scopes[frame.scope]
    if "task" in names and not frame.pointer.startswith("/use/extensions/"):  # there it is the extended task
        found["task"] = descriptor(m, frame)
    if "authorization" in names:
        found["authorization"] = frame.data.get("authorization")
    if "input" in names and frame.phase != "enter":
        found["input"] = frame.input
    here: Frame | None = frame
    while here is not None:
        found = {name: value for name, value in here.vars.items() if name in names} | found  # the nearest one counts
        here = m.state.frames.get(here.parent) if here.parent is not None else None
    return found


def descriptor(m: "Machine", frame: Frame) -> dict[str, Json]:
    """A task as ``$task`` shows it."""
    return {
        "name": frame.name, "reference": frame.pointer, "definition": m.program.node(frame.pointer), "input": frame.raw,
        "startedAt": instant(frame.data.get("started", m.state.started)),
    }  # fmt: skip


def evaluate(m: "Machine", frame: Frame | None, text: str, data: Json, extra: dict[str, Json] | None = None) -> Json:
    """The value of one expression, with or without ``${ }``."""
    bare = expressions.strip(text)
    bound = variables(m, frame, names(bare), extra or {})
    if frame is not None and bare in m.program.heavy:
        memo = hashlib.sha256(json.dumps([bare, data, bound], sort_keys=True).encode()).hexdigest()[:32]
        known = frame.data.get("memo", {})
        if memo not in known:
            raise NeedsStep(bare, data, bound, memo)
        return known[memo]
    return expressions.evaluate(bare, data, bound, datetime.fromisoformat(m.state.now))


def truthy(m: "Machine", frame: Frame, text: str, data: Json, extra: dict[str, Json] | None = None) -> bool:
    """Whether a condition holds: anything but false and null, as jq has it."""
    return expressions.is_true(evaluate(m, frame, text, data, extra))


def resolve(m: "Machine", frame: Frame | None, value: Json, data: Json, extra: dict[str, Json] | None = None) -> Json:
    """``value`` with every string that is wholly ``${…}`` replaced by its value. What comes out is never evaluated again."""
    if isinstance(value, str):
        return evaluate(m, frame, value, data, extra) if expressions.is_expression(value) else value
    if isinstance(value, dict):
        return {k: resolve(m, frame, v, data, extra) for k, v in value.items()}
    if isinstance(value, list):
        return [resolve(m, frame, v, data, extra) for v in value]
    return value


def shape(m: "Machine", frame: Frame | None, how: Json, data: Json, extra: dict[str, Json] | None = None) -> Json:
    """``input.from``, ``output.as``, ``export.as``: a string is always an expression, an object is resolved deeply."""
    return evaluate(m, frame, how, data, extra) if isinstance(how, str) else resolve(m, frame, how, data, extra)


def check(m: "Machine", pointer: str, schema: dict[str, Any] | None, value: Json, what: str) -> None:
    """Validate ``value`` against an inline schema; Invalid names the place and the first fault."""
    if not schema or "document" not in schema:
        return
    error = next(iter(m.program.validator(f"{pointer}/{what}", schema["document"]).iter_errors(value)), None)
    if error is not None:
        where = "".join(f"/{part}" for part in error.instance_path)
        raise Invalid(
            f"{what} of {pointer or 'the workflow'} does not fit its schema at '{where}': {error.message}",
            code="schema",
        )
