"""Which event passes which filter: attributes, data, correlation. A filter decides on the envelope, and never changes it."""

import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from symphainy.foundations.definitions import expressions
from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

_PLAIN = re.compile(r"^[\w.:/@ -]*$")


def passes(
    m: "Machine", f: Frame, wanted: dict[str, Any], event: dict[str, Json], fixed: dict[str, Json]
) -> dict[str, Json] | None:
    """The correlation values that hold once this event is taken; None when it does not pass.

    ``fixed`` holds what earlier events of this task have fixed (decision 0006, row 21).
    """
    for name, value in wanted["with"].items():
        if not (_data(m, f, value, event.get("data")) if name == "data" else _attribute(m, f, value, event.get(name))):
            return None
    found = dict(fixed)
    for name, correlation in (wanted.get("correlate") or {}).items():
        value = flow.evaluate(m, f, correlation["from"], event)
        expect = correlation.get("expect")
        if expect is None:
            if found.setdefault(name, value) != value or value is None:
                return None
        else:
            want = flow.evaluate(m, f, expect, f.input) if expressions.is_expression(expect) else expect
            if value != want and not (
                isinstance(want, str) and not isinstance(value, str) and as_constant(value) == want
            ):
                return None
    return found


def as_constant(value: Json) -> str:
    """A value as a constant of a definition writes it.

    >>> as_constant(3), as_constant(True)
    ('3', 'true')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def _data(m: "Machine", f: Frame, wanted: Json, data: Json) -> bool:
    """An expression must hold on the data; an object is compared key by key."""
    if isinstance(wanted, str) and expressions.is_expression(wanted):
        return flow.truthy(m, f, wanted, data)
    if isinstance(wanted, dict):
        return isinstance(data, dict) and all(k in data and _data(m, f, v, data[k]) for k, v in wanted.items())
    return bool(wanted == data)


def _attribute(m: "Machine", f: Frame, wanted: Json, value: Json) -> bool:
    """An expression over the task's input gives what is wanted, or whether it is; a text may be a regular expression."""
    if isinstance(wanted, str) and expressions.is_expression(wanted):
        wanted = flow.evaluate(m, f, wanted, f.input)
        return wanted is True or wanted == value
    if wanted == value:
        return True
    if not isinstance(wanted, str) or not isinstance(value, str) or _PLAIN.match(wanted):
        return False
    return bool(pattern(m, wanted).is_valid(value))


def pattern(m: "Machine", text: str) -> Any:
    """A regular expression in an engine whose time is linear in the text: a tenant's pattern must not hold up a worker."""
    key = f"pattern:{text}"
    if key not in m.program.patterns:
        m.program.patterns[key] = compiled(text)
    return m.program.patterns[key]


def compiled(text: str) -> Any:
    """The pattern, for the whole value; ValueError when it is none."""
    options = jsonschema_rs.RegexOptions()
    return jsonschema_rs.validator_for({"type": "string", "pattern": f"^(?:{text})$"}, pattern_options=options)


def types_of(filters: list[dict[str, Any]]) -> set[str]:
    """The event types that filters wait for; ``*`` when one of them cannot be named in advance."""
    found = set()
    for wanted in filters:
        type_ = wanted["with"].get("type")
        found.add(type_ if isinstance(type_, str) and _PLAIN.match(type_) else "*")
    return found or {"*"}
