"""Evaluates jq runtime expressions, deterministically and within bounds: usable inside a workflow.

An expression sees its data, the variables it is given and a durable ``now``; no clock, environment, file or second input. It gives
exactly one output (none is null). Expressions that are pure but not linear are evaluated by ``pool.py`` in an activity, never here.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from symphainy.foundations.definitions.classify import judge
from symphainy.foundations.definitions.jqlang.judgement import Judgement
from symphainy.foundations.definitions.jqlang.program import ProgramError, run
from symphainy.foundations.definitions.jqlang.walk import plain_path
from symphainy.foundations.language.errors import DomainError
from symphainy.foundations.language.model import Json

__all__ = [
    "ExpressionError",
    "classify",
    "evaluate",
    "expressions_in",
    "is_expression",
    "is_true",
    "resolve",
    "short",
    "strip",
    "truthy",
]

_WHOLE = re.compile(r"\s*\$\{.+\}\s*\Z", re.DOTALL)


class ExpressionError(DomainError):
    """An expression that cannot be read or that fails on its data: OWS error type ``expression``, status 400."""

    status, kind = 400, "expression"


def is_expression(value: Json) -> bool:
    """Whether ``value`` is a string that is wholly ``${ … }``.

    >>> is_expression("${ .a }"), is_expression("Hello ${ .a }!"), is_expression(3)
    (True, False, False)
    """
    return isinstance(value, str) and _WHOLE.match(value) is not None


def strip(text: str) -> str:
    """The bare jq of an expression, with or without ``${ }``.

    >>> strip("${ .a }"), strip(".a")
    ('.a', '.a')
    """
    return text.strip()[2:-1].strip() if is_expression(text) else text.strip()


def classify(text: str) -> Literal["linear", "heavy"]:
    """How much work ``text`` may cause; ExpressionError when it is refused.

    >>> classify("[.items[].price] | add"), classify("[range(.n)]")
    ('linear', 'heavy')
    """
    return "heavy" if judged(strip(text)).kind == "heavy" else "linear"


def judged(bare: str) -> Judgement:
    """The judgement of a bare text that may run: linear or heavy; ExpressionError for a refused one."""
    judgement = judge(bare)
    if judgement.kind == "refused":
        raise ExpressionError(f"the expression {short(bare)} cannot be used: {judgement.reason}", code=judgement.code)
    return judgement


def evaluate(text: str, data: Json, variables: Mapping[str, Json], now: datetime) -> Json:
    """The value of ``text`` on ``data``. ``now``: the durable time, aware. The result may share parts with ``data``: do not change it.

    >>> from datetime import UTC
    >>> evaluate("${ .a + $b }", {"a": 1}, {"b": 2}, datetime(2026, 1, 1, tzinfo=UTC))
    3
    """
    bare = strip(text)
    judgement = judged(bare)
    require(bare, judgement, variables)
    if (path := plain_path(bare)) is not None:
        return _follow(bare, path[1], variables[path[0]] if path[0] else data)
    if judgement.kind == "heavy":
        raise ExpressionError(
            f"the expression {short(bare)} must run as a step of its own: {judgement.reason}", code="EXP005"
        )
    try:
        return run(bare, judgement, data, variables, now.timestamp())
    except ProgramError as error:
        raise ExpressionError(f"the expression {short(bare)} failed: {error}") from None


def require(bare: str, judgement: Judgement, variables: Mapping[str, Json]) -> None:
    """ExpressionError naming the first variable that ``bare`` needs and ``variables`` has not."""
    missing = [name for name in judgement.variables if name not in variables]
    if missing:
        there = ", ".join(f"${n}" for n in sorted(variables)) or "none"
        raise ExpressionError(
            f"the expression {short(bare)} uses ${missing[0]}, which is not available here (there is: {there})",
            code="EXP004",
        )


def is_true(value: Json) -> bool:
    """What jq holds for true: everything but null and false, so 0 and "" are true."""
    return value is not None and value is not False


def truthy(text: str, data: Json, variables: Mapping[str, Json], now: datetime) -> bool:
    """Whether a condition holds: its value is neither null nor false."""
    return is_true(evaluate(text, data, variables, now))


def resolve(value: Json, data: Json, variables: Mapping[str, Json], now: datetime) -> Json:
    """``value`` with each string in it that is wholly ``${…}`` replaced by its value; a result is never evaluated again."""
    if isinstance(value, str):
        return evaluate(value, data, variables, now) if is_expression(value) else value
    if isinstance(value, Mapping):
        return {key: resolve(item, data, variables, now) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, data, variables, now) for item in value]
    return value


def expressions_in(value: Json) -> list[str]:
    """The bare texts of all expressions anywhere in ``value``, in order."""
    if isinstance(value, str):
        return [strip(value)] if is_expression(value) else []
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [text for item in inner for text in expressions_in(item)]


def _follow(bare: str, steps: tuple[str | int, ...], value: Json) -> Json:
    """A plain path, without jq: no copy, no size limit, every digit kept."""
    for step in steps:
        if value is None:
            continue
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list | tuple):
            value = value[step] if -len(value) <= step < len(value) else None
        else:
            what = f'"{step}"' if isinstance(step, str) else "a number"
            raise ExpressionError(f"the expression {short(bare)} failed: cannot index {_type(value)} with {what}")
    return value


def _type(value: Json) -> str:
    if isinstance(value, bool):
        return "a boolean"
    kinds = ((str, "a string"), (int | float, "a number"), (Mapping, "an object"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "an array")


def short(text: str) -> str:
    r"""An expression in a message: on one line, quoted, cut.

    >>> short(".a |\n  .b")
    "'.a | .b'"
    """
    flat = " ".join(text.split()).encode(errors="backslashreplace").decode()
    return f"'{flat}'" if len(flat) <= 80 else f"'{flat[:77]}…'"
