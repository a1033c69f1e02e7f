"""Approval checks: terms that are written out in the definition are judged before anything runs."""

from symphainy.foundations.definitions.approvals import faults
from symphainy.foundations.definitions.builtins import APPROVAL, builtin
from symphainy.foundations.definitions.expressions import is_expression
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.definitions.tasks import all_tasks
from symphainy.foundations.definitions.yaml12 import escape
from symphainy.foundations.language.model import Json


def check(report: Report) -> None:
    """Report each fault at its key."""
    for task in all_tasks(report.source.value):
        if task.kind != "call" or builtin(task.body) != APPROVAL:
            continue
        at = f"{task.pointer}/with" if "with" in task.body else f"{task.pointer}/call"
        for key, fault in faults(task.body.get("with", {}), known=is_written_out):
            message = f"'{task.name}': {key} {fault}" if key else f"'{task.name}' {fault}"
            report.at("HUM001", f"{at}/{escape(key)}" if key else at, message, value=True)


def is_written_out(value: Json) -> bool:
    """Whether a value holds no expression: what an expression gives is checked when the task opens.

    >>> is_written_out({"a": ["x"]}), is_written_out({"a": ["${ .x }"]})
    (True, False)
    """
    if isinstance(value, dict):
        return all(is_written_out(item) for item in value.values())
    if isinstance(value, list):
        return all(is_written_out(item) for item in value)
    return not (isinstance(value, str) and is_expression(value))
